package dev.netproof.run;

import dev.netproof.model.Matrix;
import dev.netproof.plan.Planner;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/**
 * What one run is about: which matrices, where, and how long.
 *
 * @param id names the run in what it creates
 * @param namespaces that the matrices speak of
 * @param end of the run's time
 */
record RunScope(String id, List<Matrix> matrices, Set<String> namespaces, Instant started, Instant end) {
    RunScope {
        matrices = List.copyOf(matrices);
    }

    static RunScope of(String id, List<Matrix> matrices, Instant started, Duration timeout) {
        return new RunScope(id, matrices, Planner.namespaces(matrices), started, started.plus(timeout));
    }
}
