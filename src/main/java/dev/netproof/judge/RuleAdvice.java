package dev.netproof.judge;

import dev.netproof.model.Outcome;
import dev.netproof.model.Path;
import dev.netproof.plan.Backend;
import dev.netproof.plan.ClusterFacts.Network;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What a rule must name to let stopped connections through, where people tend to write something else. */
final class RuleAdvice {
    /** Addresses that are named beside the first: a large cluster has one for each node. */
    private static final int NAMED = 3;

    private RuleAdvice() {}

    /** That selectors do not match a target: it is in its node's network, or no pod at all. */
    static Optional<String> block(List<Finding> findings) {
        List<Backend> unselected = stopped(findings)
                .filter(backend ->
                        backend.pod().map(pod -> pod.network() == Network.NODE).orElse(true))
                .distinct()
                .toList();
        if (unselected.isEmpty()) {
            return Optional.empty();
        }
        Backend first = unselected.get(0);
        String why = first.pod()
                .map(pod -> "pod " + pod.name() + " runs in its node's network, so that no podSelector matches it")
                .orElse(first.endpoint() + " is no pod, so that no podSelector or namespaceSelector matches it");
        return Optional.of(
                why + ": the rule must name " + (first.pod().isPresent() ? "the node's address" : "the address")
                        + ", as in ipBlock: {cidr: " + first.ip() + (first.ip().contains(":") ? "/128" : "/32")
                        + "}, with port "
                        + numbers(unselected) + others(unselected, first.ip()));
    }

    private static String others(List<Backend> unselected, String first) {
        List<String> others = unselected.stream()
                .map(Backend::ip)
                .distinct()
                .filter(ip -> !ip.equals(first))
                .toList();
        return others.isEmpty()
                ? ""
                : "; the same for " + others.stream().limit(NAMED).collect(Collectors.joining(", "))
                        + (others.size() > NAMED ? " and " + (others.size() - NAMED) + " more" : "");
    }

    /** That a Service's port is another number on its pods. */
    static Optional<String> port(List<Finding> findings) {
        List<Backend> behind = stopped(findings).toList();
        return findings.stream()
                .map(finding -> finding.planned().path())
                .filter(path -> path.kind() == Path.Kind.VIP)
                .map(Path::port)
                .findFirst()
                .flatMap(port -> Optional.of(numbers(
                                behind.stream().filter(b -> b.port() != port).toList()))
                        .filter(numbers -> !numbers.isEmpty())
                        .map(numbers -> "port " + port + " of the Service is port " + numbers
                                + " on its endpoints: policies count " + numbers + ", not " + port));
    }

    private static java.util.stream.Stream<Backend> stopped(List<Finding> findings) {
        return findings.stream()
                .filter(finding -> finding.planned().path().kind() == Path.Kind.POD
                        || finding.planned().path().kind() == Path.Kind.ADDRESS)
                .filter(finding -> !finding.outcome().equals(Optional.of(Outcome.CONNECTED)))
                .flatMap(finding -> finding.planned().backends().stream());
    }

    private static String numbers(List<Backend> backends) {
        Set<Integer> numbers = backends.stream().map(Backend::port).collect(Collectors.toCollection(TreeSet::new));
        return numbers.stream().map(String::valueOf).collect(Collectors.joining(" and "));
    }
}
