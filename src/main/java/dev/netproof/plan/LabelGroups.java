package dev.netproof.plan;

import dev.netproof.plan.ClusterFacts.Pod;
import dev.netproof.plan.ClusterFacts.Policies;
import dev.netproof.plan.ClusterFacts.Policy;
import dev.netproof.plan.ClusterFacts.Readiness;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Pods fall into groups by what policies see of them: the labels that any policy in reach reads, and the service account. What holds for one
 * pod of a group holds for all of it, as far as policies go; what holds for one group says nothing of the next.
 *
 * <p>A policy reads a pod's labels with its podSelector, where the pod is in its namespace, and with the podSelectors of its peers,
 * wherever the pod is. A label counts with its value where a selector names that value, else only by being there. Where some policy may
 * not be read, or is in a language of which the labels are not known, every label counts but those by which controllers tell the pods
 * of one template from those of the next (pod-template-hash and its like).
 *
 * <p>{@code new LabelGroups(facts.policies()).of(pods)}: give it the pods of one namespace that count, for instance those that a workload
 * made and that are live. One group is the usual case.
 */
public final class LabelGroups {
    private final Policies policies;
    private final LabelReads others;
    private final Map<String, LabelReads> reads = new HashMap<>();

    public LabelGroups(Policies policies) {
        this(policies, LabelReads.NONE);
    }

    /** @param others what policies read that are not among these: those behind an address may be policies of any namespace */
    LabelGroups(Policies policies, LabelReads others) {
        this.policies = policies;
        this.others = others;
    }

    /** What policies see of a pod. */
    private record Seen(Map<String, Optional<String>> labels, Optional<String> serviceAccount) {}

    /**
     * Pods that are the same to every policy in reach.
     *
     * @param pods at least one; those that are ready first, then by name, so that the first can represent the others
     * @param difference how this group differs from the others, as kubectl writes labels: "tier=web, without canary"; empty where
     *     there is no other
     */
    public record Group(List<Pod> pods, String difference) {
        public Group {
            pods = List.copyOf(pods);
        }

        /** The pod that represents the others. */
        public Pod first() {
            return pods.get(0);
        }

        public List<String> names() {
            return pods.stream().map(Pod::name).sorted().toList();
        }
    }

    /** The groups of these pods, which are of one namespace; in the order of the pods that represent them. */
    public List<Group> of(List<Pod> pods) {
        Map<Seen, List<Pod>> alike = new LinkedHashMap<>();
        pods.stream()
                .sorted(Comparator.comparing((Pod pod) -> pod.readiness() != Readiness.READY)
                        .thenComparing(Pod::name))
                .forEach(pod ->
                        alike.computeIfAbsent(seen(pod), s -> new ArrayList<>()).add(pod));
        List<Group> groups = new ArrayList<>();
        alike.forEach((seen, same) -> groups.add(new Group(same, difference(seen, alike))));
        return groups;
    }

    /** The labels of pods in this namespace that policies read. */
    public LabelReads reads(String namespace) {
        return reads.computeIfAbsent(namespace, where -> {
            LabelReads all = policies.unreadable().isEmpty() ? others : LabelReads.ANY;
            for (Policy policy : policies.found()) {
                all = all.and(policy.reads());
                if (policy.namespace().equals(Optional.of(where))) {
                    all = all.and(LabelReads.of(policy.podSelector().stream().toList()));
                }
            }
            return all;
        });
    }

    private Seen seen(Pod pod) {
        return new Seen(reads(pod.namespace()).seen(pod.labels()), pod.serviceAccount());
    }

    private static String difference(Seen seen, Map<Seen, List<Pod>> alike) {
        Set<String> differing = new TreeSet<>();
        for (Seen other : alike.keySet()) {
            Map<String, Optional<String>> keys = new TreeMap<>(other.labels());
            keys.putAll(seen.labels());
            keys.keySet().stream()
                    .filter(key -> !Optional.ofNullable(other.labels().get(key))
                            .equals(Optional.ofNullable(seen.labels().get(key))))
                    .forEach(differing::add);
        }
        // A value that no policy names is shown too: it is what the pod has.
        Map<String, String> labels = alike.getOrDefault(seen, List.of()).get(0).labels();
        List<String> words = differing.stream()
                .map(key -> labels.containsKey(key) ? key + "=" + labels.get(key) : "without " + key)
                .collect(Collectors.toCollection(ArrayList::new));
        boolean accounts = alike.keySet().stream()
                .anyMatch(other -> !other.serviceAccount().equals(seen.serviceAccount()));
        if (accounts) {
            words.add("service account " + seen.serviceAccount().orElse("default"));
        }
        return String.join(", ", words);
    }
}
