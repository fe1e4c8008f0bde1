package dev.netproof.judge;

import dev.netproof.model.Family;
import dev.netproof.plan.Backend;
import dev.netproof.plan.PlannedCheck;
import java.util.Collection;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Pods with an address in each family: which of a check's addresses belong to the same port of the same pod. */
final class OtherFamily {
    /** Kept, because the same checks are asked about often, and most have addresses of one family only. */
    private final IdentityHashMap<PlannedCheck, Map<String, List<Backend>>> known = new IdentityHashMap<>();

    /** Whether the check has addresses of both families. */
    boolean concerns(PlannedCheck check) {
        return !known.computeIfAbsent(check, OtherFamily::group).isEmpty();
    }

    /** The same port of the same pod at its address of the other family. */
    Optional<Backend> of(PlannedCheck check, Backend backend) {
        return addresses(check, backend).stream()
                .filter(other -> Family.of(other.ip()) != Family.of(backend.ip()))
                .findFirst();
    }

    /** Whether the same port of the same pod has another address, which comes first. */
    boolean isSecond(PlannedCheck check, Backend backend) {
        List<Backend> addresses = addresses(check, backend);
        return addresses.size() > 1 && !addresses.get(0).equals(backend);
    }

    private List<Backend> addresses(PlannedCheck check, Backend backend) {
        Map<String, List<Backend>> ofCheck = known.computeIfAbsent(check, OtherFamily::group);
        return ofCheck.isEmpty() ? List.of() : ofCheck.getOrDefault(port(backend), List.of());
    }

    private static Map<String, List<Backend>> group(PlannedCheck check) {
        List<Backend> all = check.paths().stream()
                .map(planned -> planned.backends())
                .flatMap(Collection::stream)
                .filter(backend -> backend.pod().isPresent())
                .distinct()
                .toList();
        Map<String, List<Backend>> ports = new HashMap<>();
        if (all.stream().map(backend -> Family.of(backend.ip())).distinct().count() > 1) {
            all.forEach(backend -> ports.merge(port(backend), List.of(backend), OtherFamily::and));
        }
        return ports;
    }

    private static List<Backend> and(List<Backend> some, List<Backend> more) {
        return java.util.stream.Stream.concat(some.stream(), more.stream()).toList();
    }

    private static String port(Backend backend) {
        return backend.pod().map(Backend.TargetPod::uid).orElse("") + " " + backend.transport() + " " + backend.port();
    }
}
