package dev.netproof.plan;

import dev.netproof.model.Path;
import java.util.List;

/**
 * One path of one check: an attempt of a probe, and the listeners of which at least one must be shown alive for a failure to
 * mean anything. A look-up has none.
 *
 * @param probe the probe's id
 * @param attempt the attempt's index in that probe
 * @param path how reports name it, without what only the live probe knows
 * @param routing which of the listeners it leads to from where the probe runs
 */
public record PlannedPath(String probe, int attempt, Path path, List<Backend> backends, Routing routing) {
    public PlannedPath {
        backends = List.copyOf(backends);
    }

    /** A path that leads to its listeners from every node. */
    public PlannedPath(String probe, int attempt, Path path, List<Backend> backends) {
        this(probe, attempt, path, backends, Routing.EVERYWHERE);
    }

    /** The same path as it leads from this node. */
    public PlannedPath from(String node) {
        return routing.byNode()
                .map(byNode -> new PlannedPath(probe, attempt, path, byNode.getOrDefault(node, List.of()), routing))
                .orElse(this);
    }

    /** Whether the address leads to no listener from the probe's node, though it has some on other nodes. */
    public boolean leadsNowhere() {
        return routing.isLocal() && backends.isEmpty();
    }
}
