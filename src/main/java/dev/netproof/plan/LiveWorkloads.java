package dev.netproof.plan;

import dev.netproof.model.Source;
import dev.netproof.model.WorkloadKind;
import dev.netproof.plan.ClusterFacts.Network;
import dev.netproof.plan.ClusterFacts.Pod;
import dev.netproof.plan.ClusterFacts.Readiness;
import dev.netproof.plan.ClusterFacts.Stage;
import dev.netproof.plan.ClusterFacts.Workload;
import dev.netproof.plan.LabelGroups.Group;
import dev.netproof.plan.ProbeBook.SourceIdentity;
import dev.netproof.plan.Sources.Found;
import dev.netproof.plan.Sources.Who;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A workload as a source is the live pods that it made: labels of pods change while they run, and a template says only what the next pod
 * will have. Where it has no live pod, it is its template. A CronJob is its template in any case, because that runs next.
 *
 * <p>Pods that wait for a node or are not ready count: they connect as soon as they run. Those that are terminating do not: they are gone
 * before anybody reads the report, and a note says where one of them differs from the others.
 */
final class LiveWorkloads {
    private final ClusterFacts facts;
    private final LabelGroups groups;
    private final Set<String> notes;
    private final String why;

    /** @param why what notes on labels begin with: why these labels count; empty where that is clear */
    LiveWorkloads(ClusterFacts facts, LabelGroups groups, Set<String> notes, String why) {
        this.why = why;
        this.facts = facts;
        this.groups = groups;
        this.notes = notes;
    }

    Found find(Source source, Workload workload) {
        List<Pod> made = facts.pods().stream()
                .filter(pod ->
                        pod.namespace().equals(workload.namespace()) && pod.isOf(workload.kind(), workload.name()))
                .toList();
        List<Pod> live = made.stream().filter(pod -> pod.stage() == Stage.LIVE).toList();
        boolean onNodes = live.isEmpty()
                ? workload.network() == Network.NODE
                : live.stream().allMatch(pod -> pod.network() == Network.NODE);
        if (onNodes) {
            return Found.none(PreflightVerdicts.inNodeNetwork(source.name()));
        }
        if (live.isEmpty()) {
            noteGone(source, workload, made);
            return Found.of(likeTemplate(source, workload, template(workload)));
        }
        live.stream()
                .filter(pod -> pod.network() == Network.NODE)
                .forEach(pod -> notes.add("pod " + pod.name() + " of source " + source.name()
                        + " runs in its node's network, where no policy selects it: it is not probed"));
        return new Found(who(source, workload, made), Optional.empty(), Optional.empty());
    }

    /** The live groups, and what else there is to say. */
    private List<Who> who(Source source, Workload workload, List<Pod> made) {
        Pod template = template(workload);
        List<Pod> candidates = Stream.concat(
                        made.stream().filter(pod -> pod.stage() != Stage.FINISHED && pod.network() == Network.POD),
                        Stream.of(template))
                .toList();
        List<Who> all = new ArrayList<>();
        for (Group group : groups.of(candidates)) {
            List<Pod> live = group.pods().stream()
                    .filter(pod -> !pod.equals(template) && pod.stage() == Stage.LIVE)
                    .toList();
            if (!live.isEmpty()) {
                all.add(new Who(
                        likeLive(source, workload, live.get(0)),
                        live.stream().map(Pod::name).sorted().toList(),
                        group.difference()));
            } else if (!group.pods().contains(template)) {
                notes.add("not probed: " + Listing.of(group.names()) + " of source " + source.name()
                        + ", terminating; to policies different from the others (" + group.difference() + ")");
            } else if (workload.kind() == WorkloadKind.CRON_JOB) {
                all.add(new Who(likeTemplate(source, workload, template), List.of(), group.difference()));
            } else {
                notes.add(why + "the template of " + workload.title() + " differs from its live pods in "
                        + read(workload) + " (" + group.difference() + "): the live pods are probed, not the template");
            }
        }
        if (all.size() > 1) {
            notes.add(why + "the pods of source " + source.name() + " differ in " + read(workload) + ", so that "
                    + all.size() + " probes take their place: "
                    + String.join(
                            "; ",
                            all.stream().flatMap(who -> who.title().stream()).toList()));
        }
        return all;
    }

    private String read(Workload workload) {
        return "labels that policies " + groups.reads(workload.namespace()).verb();
    }

    private void noteGone(Source source, Workload workload, List<Pod> made) {
        if (!made.isEmpty()) {
            notes.add("source " + source.name() + " has no live pod ("
                    + Listing.of(
                            made.stream().map(PreflightVerdicts::gone).sorted().toList())
                    + "): the template of " + workload.title() + " is probed");
        }
    }

    /** The next pod, as far as policies can see it. */
    private Pod template(Workload workload) {
        LabelReads reads = groups.reads(workload.namespace());
        return new Pod(
                workload.namespace(),
                workload.title(),
                "",
                ControllerLabels.next(workload, reads),
                List.of(),
                Optional.empty(),
                Readiness.NOT_READY,
                0,
                List.of(),
                List.of(),
                workload.network(),
                workload.serviceAccount(),
                List.of(),
                Stage.LIVE);
    }

    private SourceIdentity likeLive(Source source, Workload workload, Pod pod) {
        return identity(
                source, workload, pod, ControllerLabels.without(pod.labels(), groups.reads(workload.namespace())));
    }

    /** The template has just the labels that a probe needs: those that its controller will add are among them. */
    private static SourceIdentity likeTemplate(Source source, Workload workload, Pod template) {
        return identity(source, workload, template, template.labels());
    }

    private static SourceIdentity identity(Source source, Workload workload, Pod pod, Map<String, String> labels) {
        return new SourceIdentity(
                workload.namespace(),
                labels,
                source.serviceAccount().or(pod::serviceAccount),
                Optional.empty(),
                workload.nodeSelector(),
                workload.tolerations(),
                workload.affinity());
    }
}
