package dev.netproof.plan;

import dev.netproof.model.Check;
import dev.netproof.model.Identity;
import dev.netproof.model.Similar;
import dev.netproof.model.Source;
import dev.netproof.model.Verdict;
import dev.netproof.plan.ClusterFacts.Network;
import dev.netproof.plan.ClusterFacts.Pod;
import dev.netproof.plan.ClusterFacts.Stage;
import dev.netproof.plan.ClusterFacts.Workload;
import dev.netproof.plan.ProbeBook.SourceIdentity;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Finds out who a source is in this cluster: namespace, labels, service account and placement. */
final class Sources {
    private static final String UNKNOWN =
            "policies that netproof does not read may apply behind an address or a host;" + " for such destinations ";

    private final ClusterFacts facts;
    private final Map<Labelled, List<Pod>> labelled = new HashMap<>();
    private final Map<Source, Found> found = new HashMap<>();
    private final Map<Source, Found> foundOutside = new HashMap<>();
    private final Set<String> notes = new TreeSet<>();
    private final View inside;
    private final View outside;

    /**
     * How the policies that decide see the pods of sources.
     *
     * @param why what notes on labels begin with
     */
    private record View(LabelGroups groups, LiveWorkloads workloads, String why) {}

    private record Labelled(String namespace, Map<String, String> labels) {}

    /**
     * Who a source is.
     *
     * @param who at least one unless nobody can: what holds for the source holds for all of them
     * @param foregone why no probe can take the source's place
     * @param doubt why a PASS of a denied check would mean nothing
     */
    record Found(List<Who> who, Optional<Verdict> foregone, Optional<Verdict> doubt) {
        static Found of(SourceIdentity identity) {
            return new Found(List.of(new Who(identity, List.of(), "")), Optional.empty(), Optional.empty());
        }

        static Found none(Verdict why) {
            return new Found(List.of(), Optional.of(why), Optional.empty());
        }
    }

    /**
     * One identity of a source.
     *
     * @param pods names of the live pods that have it; empty where it is not taken from pods
     * @param difference how it differs from the source's other pods or from its template; empty where it does not
     */
    record Who(SourceIdentity identity, List<String> pods, String difference) {
        /** How reports call it, where the source's pods are not all alike. */
        Optional<String> title() {
            return Optional.of(difference)
                    .filter(text -> !text.isEmpty())
                    .map(text -> (pods.isEmpty() ? "the template" : Listing.of(pods)) + " (" + text + ")");
        }
    }

    Sources(ClusterFacts facts) {
        this.facts = facts;
        this.inside = view(LabelReads.NONE, "");
        // Where policies may not be read, every label counts anyway.
        this.outside = facts.policies().unreadable().isEmpty() ? view(LabelReads.ANY, UNKNOWN) : inside;
    }

    private View view(LabelReads others, String why) {
        LabelGroups groups = new LabelGroups(facts.policies(), others);
        return new View(groups, new LiveWorkloads(facts, groups, notes, why), why);
    }

    /** What a reader must know about the sources that were asked for. */
    Set<String> notes() {
        return notes;
    }

    /** Who connects. Many checks have the same source. */
    Found find(Check check, Reach reach) {
        Found known = reach.isOutside()
                ? foundOutside.computeIfAbsent(check.source(), source -> look(source, outside))
                : found.computeIfAbsent(check.source(), source -> look(source, inside));
        return check.expectation().forbids() ? known : new Found(known.who(), known.foregone(), Optional.empty());
    }

    private Found look(Source source, View view) {
        if (source.identity() instanceof Identity.ExistingPod pod) {
            return likePod(source, pod);
        }
        if (source.identity() instanceof Identity.Workload workload) {
            return likeWorkload(source, workload, view);
        }
        return labelled(source, ((Identity.Labels) source.identity()).labels(), view);
    }

    private Found likeWorkload(Source source, Identity.Workload wanted, View view) {
        List<Workload> ofKind = facts.workloads().stream()
                .filter(w -> w.namespace().equals(source.namespace()) && w.kind() == wanted.kind())
                .toList();
        Optional<Workload> there =
                ofKind.stream().filter(w -> w.name().equals(wanted.name())).findFirst();
        if (there.isPresent()) {
            return view.workloads().find(source, there.get());
        }
        return Found.none(facts.hidden(Planner.plural(wanted.kind()), source.namespace())
                .map(hidden ->
                        PreflightVerdicts.hidden(hidden, "the source " + source.name(), Verdict.Reason.NO_SUCH_SOURCE))
                .orElseGet(() -> PreflightVerdicts.missingWorkload(
                        wanted.kind().kind(),
                        wanted.name(),
                        source.namespace(),
                        ofKind.stream().map(Workload::name).collect(Collectors.toSet()))));
    }

    /** A probe with an existing pod's labels, on its node: to policies it is that pod. */
    private Found likePod(Source source, Identity.ExistingPod wanted) {
        List<Pod> there = facts.pods().stream()
                .filter(p -> p.namespace().equals(source.namespace()))
                .toList();
        Optional<Pod> pod =
                there.stream().filter(p -> p.name().equals(wanted.name())).findFirst();
        if (pod.isEmpty()) {
            Set<String> names = there.stream()
                    .filter(p -> p.stage() == Stage.LIVE)
                    .map(Pod::name)
                    .collect(Collectors.toSet());
            return Found.none(PreflightVerdicts.missingWorkload("pod", wanted.name(), source.namespace(), names));
        }
        if (pod.get().stage() != Stage.LIVE) {
            return Found.none(PreflightVerdicts.podGone(pod.get()));
        }
        if (pod.get().network() == Network.NODE) {
            return Found.none(PreflightVerdicts.inNodeNetwork(source.name()));
        }
        return Found.of(SourceIdentity.of(
                        source.namespace(),
                        pod.get().labels(),
                        source.serviceAccount().or(pod.get()::serviceAccount))
                .on(pod.get().node()));
    }

    private Found labelled(Source source, Map<String, String> labels, View view) {
        List<Pod> pods = pods(source, labels);
        List<Pod> live = pods.stream().filter(p -> p.stage() == Stage.LIVE).toList();
        if (!live.isEmpty() && live.stream().allMatch(p -> p.network() == Network.NODE)) {
            return Found.none(PreflightVerdicts.inNodeNetwork(source.name()));
        }
        Found exactly = Found.of(SourceIdentity.of(source.namespace(), labels, source.serviceAccount()));
        if (source.liveness() == Source.Liveness.SYNTHETIC) {
            return exactly;
        }
        if (!live.isEmpty()) {
            compare(source, labels, live, view);
            return exactly;
        }
        Optional<Workload> next = facts.workloads().stream()
                .filter(w -> w.namespace().equals(source.namespace()) && w.makesMore())
                .filter(w -> Selector.of(labels).selects(w.templateLabels()))
                .findFirst();
        if (next.isPresent()) {
            notes.add("no live pod in namespace " + source.namespace() + " has the labels " + Labels.text(labels)
                    + " of source " + source.name() + " now; the next pod of "
                    + next.get().title() + " will");
            return exactly;
        }
        return new Found(
                exactly.who(),
                Optional.empty(),
                Optional.of(PreflightVerdicts.nobodyHas(source, Labels.text(labels), pods, meant(source, labels))));
    }

    /** A source that is given by labels has these and no others, whatever else its pods carry. */
    private void compare(Source source, Map<String, String> labels, List<Pod> live, View view) {
        LabelReads reads = view.groups().reads(source.namespace());
        Set<String> more = new TreeSet<>();
        for (Pod pod : live) {
            Map<String, String> besides = new HashMap<>(pod.labels());
            besides.keySet().retainAll(reads.seen(pod.labels()).keySet());
            besides.keySet().removeAll(labels.keySet());
            besides.keySet().removeIf(key -> ControllerLabels.isWritten(key) && !reads.names(key));
            besides.forEach((key, value) -> more.add(key + "=" + value));
        }
        if (!more.isEmpty()) {
            notes.add(view.why() + "source " + source.name() + " is a pod with the labels " + Labels.text(labels)
                    + " and no others; live pods with these labels also have "
                    + Listing.of(more)
                    + ", which policies " + reads.verb() + ": name their workload as the source to test what they are");
        }
    }

    private List<Pod> pods(Source source, Map<String, String> labels) {
        return labelled.computeIfAbsent(new Labelled(source.namespace(), labels), who -> {
            Selector selector = Selector.of(who.labels());
            return facts.pods().stream()
                    .filter(p -> p.namespace().equals(who.namespace()) && selector.selects(p.labels()))
                    .toList();
        });
    }

    /** The label value that somebody has, or will have, and that looks most like one that nobody has. */
    private Optional<String> meant(Source source, Map<String, String> labels) {
        List<Map<String, String>> known = Stream.concat(
                        facts.pods().stream()
                                .filter(pod ->
                                        pod.namespace().equals(source.namespace()) && pod.stage() != Stage.FINISHED)
                                .map(Pod::labels),
                        facts.workloads().stream()
                                .filter(w -> w.namespace().equals(source.namespace()) && w.makesMore())
                                .map(Workload::templateLabels))
                .toList();
        for (Map.Entry<String, String> label : labels.entrySet()) {
            Set<String> keys = new TreeSet<>();
            Set<String> values = new TreeSet<>();
            known.forEach(one -> {
                keys.addAll(one.keySet());
                Optional.ofNullable(one.get(label.getKey())).ifPresent(values::add);
            });
            if (!keys.contains(label.getKey())) {
                return Similar.among(keys, label.getKey()).map(k -> "the label " + k);
            }
            if (!values.contains(label.getValue())) {
                return Similar.among(values, label.getValue()).map(v -> label.getKey() + "=" + v);
            }
        }
        return Optional.empty();
    }
}
