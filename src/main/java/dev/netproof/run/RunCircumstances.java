package dev.netproof.run;

import dev.netproof.model.Circumstances;
import dev.netproof.model.Circumstances.About;
import dev.netproof.plan.Backend;
import dev.netproof.plan.ClusterFacts;
import dev.netproof.plan.ClusterFacts.Direction;
import dev.netproof.plan.ClusterFacts.Policies;
import dev.netproof.plan.ClusterFacts.Policy;
import dev.netproof.plan.Plan;
import dev.netproof.plan.ProbePod;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** Gathers what the cluster had around the checks: probes, pods, policies. */
final class RunCircumstances {
    private Policies policies = Policies.NONE;
    private final List<ClusterFacts.Pod> targets = new ArrayList<>();
    private List<ProbePod> planned = List.of();
    private List<Circumstances.Probe> ran = List.of();

    void policies(Policies found) {
        policies = found;
    }

    /** What was planned, and on what. */
    void planned(Plan plan, ClusterFacts facts) {
        planned = plan.probes();
        Map<String, ClusterFacts.Pod> pods = new HashMap<>();
        facts.pods().forEach(pod -> pods.put(pod.uid(), pod));
        Map<String, ClusterFacts.Pod> found = new LinkedHashMap<>();
        plan.checks().stream()
                .flatMap(check -> check.paths().stream())
                .flatMap(planned -> planned.backends().stream())
                .flatMap(backend -> backend.pod().stream())
                .map(Backend.TargetPod::uid)
                .forEach(uid -> Optional.ofNullable(pods.get(uid)).ifPresent(pod -> found.put(uid, pod)));
        targets.clear();
        targets.addAll(found.values());
        targets.sort(Comparator.comparing(ClusterFacts.Pod::namespace).thenComparing(ClusterFacts.Pod::name));
    }

    void ran(List<Circumstances.Probe> probes) {
        ran = List.copyOf(probes);
    }

    /** What to say of policies that are no longer what they were before the first probe. */
    List<String> changes(Policies after) {
        if (policies.equals(Policies.UNKNOWN)) {
            return List.of();
        }
        Map<String, Policy> before = new TreeMap<>();
        policies.found().forEach(policy -> before.put(key(policy), policy));
        List<String> changes = new ArrayList<>();
        for (Policy policy : after.found()) {
            Policy old = before.remove(key(policy));
            if (old == null) {
                changes.add(title(policy) + " was created while the probes ran");
            } else if (!old.sha256().equals(policy.sha256())) {
                changes.add(title(policy) + " was changed while the probes ran");
            } else if (!old.uid().equals(policy.uid())) {
                changes.add(title(policy) + " was deleted and created again while the probes ran");
            }
        }
        // What is no longer permitted to be read may still be there.
        if (after.unreadable().equals(policies.unreadable())) {
            before.values().forEach(policy -> changes.add(title(policy) + " was deleted while the probes ran"));
        }
        return changes;
    }

    Circumstances circumstances() {
        return new Circumstances(
                policies.found().stream().map(this::described).toList(),
                ran,
                targets.stream()
                        .map(pod -> new Circumstances.TargetPod(
                                pod.namespace(),
                                pod.name(),
                                pod.uid(),
                                pod.ips(),
                                pod.node(),
                                new TreeMap<>(pod.labels())))
                        .toList(),
                new TreeSet<>(policies.unreadable()));
    }

    private Circumstances.Policy described(Policy policy) {
        return new Circumstances.Policy(
                policy.apiVersion(),
                policy.kind(),
                policy.namespace(),
                policy.name(),
                policy.uid(),
                policy.resourceVersion(),
                policy.sha256(),
                policy.podSelector().map(selector -> about(policy)));
    }

    private About about(Policy policy) {
        SortedSet<String> sources = new TreeSet<>();
        SortedSet<String> pods = new TreeSet<>();
        if (policy.directions().contains(Direction.EGRESS)) {
            planned.stream()
                    .filter(probe -> policy.selects(probe.namespace(), probe.labels()))
                    .forEach(probe -> sources.add(probe.source()));
        }
        if (policy.directions().contains(Direction.INGRESS)) {
            targets.stream()
                    .filter(pod -> policy.selects(pod.namespace(), pod.labels()))
                    .forEach(pod -> pods.add(pod.name()));
        }
        return new About(sources, pods);
    }

    private static String key(Policy policy) {
        return policy.apiVersion() + " " + title(policy);
    }

    private static String title(Policy policy) {
        return policy.kind() + " " + policy.namespace().map(n -> n + "/").orElse("") + policy.name();
    }
}
