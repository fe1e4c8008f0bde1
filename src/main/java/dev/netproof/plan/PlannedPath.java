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
 */
public record PlannedPath(String probe, int attempt, Path path, List<Backend> backends) {
    public PlannedPath {
        backends = List.copyOf(backends);
    }
}
