package dev.netproof.plan;

import dev.netproof.model.Path;
import java.util.List;
import java.util.Optional;

/**
 * One path of one check: an attempt of a probe, and the listeners of which at least one must be shown alive for a failure to
 * mean anything. A look-up has none.
 *
 * @param probe the probe's id
 * @param attempt the attempt's index in that probe
 * @param path how reports name it, without what only the live probe knows
 * @param routing which of the listeners it leads to from where the probe runs
 * @param as which of the source's pods the probe represents, where they are not all alike: "client-7 (canary=)"
 */
public record PlannedPath(
        String probe, int attempt, Path path, List<Backend> backends, Routing routing, Optional<String> as) {
    public PlannedPath {
        backends = List.copyOf(backends);
    }

    /** A path that leads to its listeners from every node, of a source whose pods are all alike. */
    public PlannedPath(String probe, int attempt, Path path, List<Backend> backends) {
        this(probe, attempt, path, backends, Routing.EVERYWHERE, Optional.empty());
    }

    /** The same path as it leads from this node. */
    public PlannedPath from(String node) {
        return routing.byNode()
                .map(byNode -> new PlannedPath(probe, attempt, path, byNode.getOrDefault(node, List.of()), routing, as))
                .orElse(this);
    }

    /** Whether the address leads to no listener from the probe's node, though it has some on other nodes. */
    public boolean leadsNowhere() {
        return routing.isLocal() && backends.isEmpty();
    }
}
