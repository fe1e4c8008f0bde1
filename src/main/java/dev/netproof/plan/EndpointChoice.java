package dev.netproof.plan;

import dev.netproof.plan.ClusterFacts.Pod;
import dev.netproof.plan.LabelGroups.Group;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Which of many pods are probed: every node that runs one, every group of pods that policies tell apart, and others up to a number. One pod
 * of twenty that somebody gave another label may be the open one.
 */
final class EndpointChoice {
    /** Groups that one note names: a StatefulSet may have as many as pods. */
    private static final int NAMED = 6;

    private final ClusterFacts facts;
    private final LabelGroups groups;
    private final int most;
    private final Map<String, Pod> pods = new HashMap<>();
    private final Set<String> notes = new TreeSet<>();

    EndpointChoice(ClusterFacts facts, int most) {
        this.facts = facts;
        this.groups = new LabelGroups(facts.policies());
        this.most = most;
        facts.pods().forEach(pod -> pods.put(pod.uid(), pod));
    }

    /** Which groups there were, and which pods were chosen of each. */
    Set<String> notes() {
        return notes;
    }

    /** @param what whose pods they are, for notes */
    List<Backend> of(String what, List<Backend> all) {
        Map<String, List<Pod>> byNamespace = all.stream()
                .flatMap(backend -> backend.pod().stream())
                .map(Backend.TargetPod::uid)
                .distinct()
                .flatMap(uid -> Optional.ofNullable(pods.get(uid)).stream())
                .collect(Collectors.groupingBy(Pod::namespace, LinkedHashMap::new, Collectors.toList()));
        List<Group> found = byNamespace.values().stream()
                .flatMap(same -> groups.of(same).stream())
                .toList();
        Map<String, Integer> byPod = new HashMap<>();
        for (int i = 0; i < found.size(); i++) {
            for (Pod pod : found.get(i).pods()) {
                byPod.put(pod.uid(), i);
            }
        }
        List<Backend> chosen = EndpointCap.of(most)
                .choose(all, backend -> backend.pod().flatMap(pod -> Optional.ofNullable(byPod.get(pod.uid()))));
        if (found.size() > byNamespace.size()) {
            note(what, found, chosen);
        }
        return chosen;
    }

    private void note(String what, List<Group> found, List<Backend> chosen) {
        Set<String> probed = chosen.stream()
                .flatMap(backend -> backend.pod().stream())
                .map(Backend.TargetPod::uid)
                .collect(Collectors.toSet());
        List<String> words = new ArrayList<>();
        for (Group group : found) {
            String names = group.pods().stream()
                    .filter(pod -> probed.contains(pod.uid()))
                    .map(Pod::name)
                    .sorted()
                    .collect(Collectors.joining(", "));
            int size = group.pods().size();
            words.add(group.difference() + " (" + size + (size == 1 ? " pod" : " pods") + ", probed: " + names + ")");
        }
        String more = words.size() > NAMED ? "; and " + (words.size() - NAMED) + " more groups" : "";
        notes.add("policies " + (facts.policies().unreadable().isEmpty() ? "tell" : "may tell") + " the pods of " + what
                + " apart: " + words.stream().limit(NAMED).collect(Collectors.joining("; ")) + more);
    }
}
