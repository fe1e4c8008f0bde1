package dev.netproof.plan;

import dev.netproof.model.Check;
import dev.netproof.model.Identity;
import dev.netproof.model.Similar;
import dev.netproof.model.Source;
import dev.netproof.model.Verdict;
import dev.netproof.plan.ClusterFacts.Pod;
import dev.netproof.plan.ClusterFacts.Readiness;
import dev.netproof.plan.ProbeBook.SourceIdentity;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Finds out who a source is in this cluster: namespace, labels, service account and placement. */
final class Sources {
    private final ClusterFacts facts;
    private final Map<Labelled, List<Pod>> living = new HashMap<>();

    private record Labelled(String namespace, Map<String, String> labels) {}

    /**
     * Who a source is.
     *
     * @param foregone why nobody can stand in for it
     * @param doubt why a PASS of it would mean nothing
     */
    record Found(Optional<SourceIdentity> identity, Optional<Verdict> foregone, Optional<Verdict> doubt) {
        static Found of(SourceIdentity identity, Optional<Verdict> doubt) {
            return new Found(Optional.of(identity), Optional.empty(), doubt);
        }

        static Found none(Verdict why) {
            return new Found(Optional.empty(), Optional.of(why), Optional.empty());
        }
    }

    Sources(ClusterFacts facts) {
        this.facts = facts;
    }

    /** Who connects. */
    Found find(Check check) {
        Source source = check.source();
        if (source.identity() instanceof Identity.ExistingPod pod) {
            return likePod(check.source(), pod);
        }
        if (source.identity() instanceof Identity.Workload workload) {
            Optional<ClusterFacts.Workload> live = facts.workloads().stream()
                    .filter(w -> w.namespace().equals(source.namespace())
                            && w.kind() == workload.kind()
                            && w.name().equals(workload.name()))
                    .findFirst();
            Optional<String> hidden = facts.hidden(Planner.plural(workload.kind()), source.namespace());
            if (live.isEmpty() && hidden.isPresent()) {
                return Found.none(PreflightVerdicts.hidden(
                        hidden.get(), "the source " + source.name(), Verdict.Reason.NO_SUCH_SOURCE));
            }
            if (live.isEmpty()) {
                Set<String> names = facts.workloads().stream()
                        .filter(w -> w.namespace().equals(source.namespace()) && w.kind() == workload.kind())
                        .map(ClusterFacts.Workload::name)
                        .collect(Collectors.toSet());
                return Found.none(PreflightVerdicts.missingWorkload(
                        workload.kind().kind(), workload.name(), source.namespace(), names));
            }
            ClusterFacts.Workload found = live.get();
            if (found.network() == ClusterFacts.Network.NODE) {
                return Found.none(PreflightVerdicts.inNodeNetwork(source.name()));
            }
            return Found.of(
                    new SourceIdentity(
                            source.namespace(),
                            found.templateLabels(),
                            source.serviceAccount().or(found::serviceAccount),
                            Optional.empty(),
                            found.nodeSelector(),
                            found.tolerations(),
                            found.affinity()),
                    Optional.empty());
        }
        Map<String, String> labels = ((Identity.Labels) source.identity()).labels();
        List<Pod> living = living(source, labels);
        if (!living.isEmpty() && living.stream().allMatch(p -> p.network() == ClusterFacts.Network.NODE)) {
            return Found.none(PreflightVerdicts.inNodeNetwork(source.name()));
        }
        Optional<Verdict> doubt = Optional.empty();
        if (source.liveness() == Source.Liveness.LIVE && check.expectation().forbids() && living.isEmpty()) {
            doubt = Optional.of(
                    PreflightVerdicts.nobodyHas(check, Labels.text(labels), source.namespace(), meant(source, labels)));
        }
        return Found.of(SourceIdentity.of(source.namespace(), labels, source.serviceAccount()), doubt);
    }

    /** A probe with an existing pod's labels, on its node: to policies it is that pod. */
    private Found likePod(Source source, Identity.ExistingPod wanted) {
        List<Pod> living = facts.pods().stream()
                .filter(p -> p.namespace().equals(source.namespace()) && p.readiness() != Readiness.GONE)
                .toList();
        Optional<Pod> found =
                living.stream().filter(p -> p.name().equals(wanted.name())).findFirst();
        if (found.isEmpty()) {
            Set<String> names = living.stream().map(Pod::name).collect(Collectors.toSet());
            return Found.none(PreflightVerdicts.missingWorkload("pod", wanted.name(), source.namespace(), names));
        }
        if (found.get().network() == ClusterFacts.Network.NODE) {
            return Found.none(PreflightVerdicts.inNodeNetwork(source.name()));
        }
        return Found.of(
                SourceIdentity.of(source.namespace(), found.get().labels(), source.serviceAccount())
                        .on(found.get().node()),
                Optional.empty());
    }

    /** Many checks have the same source, and there are many pods to look through. */
    private List<Pod> living(Source source, Map<String, String> labels) {
        return living.computeIfAbsent(new Labelled(source.namespace(), labels), who -> {
            Selector selector = Selector.of(who.labels());
            return facts.pods().stream()
                    .filter(p -> p.namespace().equals(who.namespace())
                            && p.readiness() != Readiness.GONE
                            && selector.selects(p.labels()))
                    .toList();
        });
    }

    /** The label value that somebody has and that looks most like one that nobody has. */
    private Optional<String> meant(Source source, Map<String, String> labels) {
        for (Map.Entry<String, String> label : labels.entrySet()) {
            Set<String> keys = new TreeSet<>();
            Set<String> values = new TreeSet<>();
            for (Pod pod : facts.pods()) {
                if (pod.namespace().equals(source.namespace())) {
                    keys.addAll(pod.labels().keySet());
                    Optional.ofNullable(pod.labels().get(label.getKey())).ifPresent(values::add);
                }
            }
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
