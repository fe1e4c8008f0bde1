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
 * @param as which of the source's pods the probe represents, where they are not all alike: "client-7 (canary=)"
 */
public record PlannedPath(String probe, int attempt, Path path, List<Backend> backends, Optional<String> as) {
    public PlannedPath {
        backends = List.copyOf(backends);
    }

    /** A path of a source whose pods are all alike. */
    public PlannedPath(String probe, int attempt, Path path, List<Backend> backends) {
        this(probe, attempt, path, backends, Optional.empty());
    }
}
