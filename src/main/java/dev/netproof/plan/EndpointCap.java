package dev.netproof.plan;

import dev.netproof.model.Family;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Some of many pods, in a stable order, with every node that runs one and every group on each port that it listens on. It counts pods, each with all its addresses; what is
 * no pod is known by its address alone, and is counted among those of its family.
 */
final class EndpointCap {
    private final int most;

    private final Map<String, List<Backend>> targets = new LinkedHashMap<>();
    private final Set<String> chosen = new LinkedHashSet<>();
    private final Map<Family, Set<String>> counted = new EnumMap<>(Family.class);

    private EndpointCap(int most) {
        this.most = most;
    }

    /** @param most pods to choose, as long as every node that runs one and every group are covered */
    static EndpointCap of(int most) {
        return new EndpointCap(most);
    }

    /**
     * Those to look at, out of all of them.
     *
     * @param group which pods are the same to policies: the number of a backend's group; nothing for what is no pod. Policies name
     *     ports too, so that pods of one group on two ports, in the middle of a rollout, may be open and closed.
     */
    List<Backend> choose(Collection<Backend> all, Function<Backend, Optional<Integer>> group) {
        all.stream()
                .distinct()
                .sorted(Comparator.comparing((Backend b) -> Family.of(b.ip())).thenComparing(Backend::key))
                .forEach(b -> targets.computeIfAbsent(target(b), t -> new ArrayList<>())
                        .add(b));
        Set<List<Object>> covered = new HashSet<>();
        targets.forEach((target, addresses) -> {
            boolean fresh = false;
            for (Backend b : addresses) {
                Family family = Family.of(b.ip());
                fresh |= covered.add(List.of(family, "node", b.pod().flatMap(Backend.TargetPod::node)));
                fresh |= covered.add(List.of(family, "group", b.port(), group.apply(b)));
            }
            if (fresh) {
                choose(target, addresses);
            }
        });
        targets.forEach((target, addresses) -> {
            if (addresses.stream().anyMatch(this::hasRoom)) {
                choose(target, addresses);
            }
        });
        return chosen.stream()
                .flatMap(target -> targets.getOrDefault(target, List.of()).stream())
                .toList();
    }

    private static String target(Backend backend) {
        return backend.pod().map(Backend.TargetPod::uid).orElseGet(backend::key);
    }

    private boolean hasRoom(Backend backend) {
        return counted.getOrDefault(Family.of(backend.ip()), Set.of()).size() < most;
    }

    private void choose(String target, List<Backend> addresses) {
        chosen.add(target);
        addresses.forEach(b ->
                counted.computeIfAbsent(Family.of(b.ip()), f -> new HashSet<>()).add(target));
    }
}
