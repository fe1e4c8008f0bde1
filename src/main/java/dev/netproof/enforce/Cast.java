package dev.netproof.enforce;

import dev.netproof.plan.Attempt;
import dev.netproof.plan.Backend;
import dev.netproof.plan.ProbePod;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Everything that can be tried now that it is known where the servers answer.
 *
 * @param probes those to start at once
 */
record Cast(List<Aimed> probes, List<Ready> ready) {
    /** A probe with the listener behind each of its attempts. */
    record Aimed(ProbePod pod, Map<Attempt, Backend> aims) {}

    /**
     * A scenario at a place, ready to be tried.
     *
     * @param steps the scenario's edges, step by step
     * @param missing servers that it needs and that do not answer
     * @param untestable why it cannot be tried with the addresses that there are
     * @param fresh the subject where it is a probe that starts when its policies are there
     */
    record Ready(
            Play play,
            String node,
            List<List<Bound>> steps,
            List<Actor> missing,
            Optional<String> untestable,
            Optional<Aimed> fresh) {
        Scenario scenario() {
            return play.scenario();
        }
    }

    /** All probes, those that start later too. */
    Stream<Aimed> everyProbe() {
        return Stream.concat(probes.stream(), ready.stream().flatMap(one -> one.fresh().stream()));
    }
}
