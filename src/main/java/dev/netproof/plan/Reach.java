package dev.netproof.plan;

import dev.netproof.model.Path;
import dev.netproof.model.Verdict;
import java.util.List;
import java.util.Optional;

/**
 * What has to be tried to reach a destination, whoever tries it.
 *
 * @param controls what a probe of netproof's own tries, where the destination is outside and has no pod whose life could be shown
 * @param foregone why nothing can be tried
 * @param nodes the nodes that run its backends
 */
record Reach(List<Way> ways, List<Attempt> controls, Optional<Verdict> foregone, List<String> nodes) {
    /** Inside of the cluster. */
    Reach(List<Way> ways, List<String> nodes) {
        this(ways, List.of(), Optional.empty(), nodes);
    }

    /** One attempt, and what it shows. */
    record Way(Attempt attempt, Path.Kind kind, String address, int port, List<Backend> backends) {
        Path path() {
            Optional<Backend.TargetPod> pod =
                    kind == Path.Kind.POD ? backends.get(0).pod() : Optional.empty();
            return new Path(
                    kind,
                    Optional.empty(),
                    Optional.empty(),
                    address,
                    port,
                    pod.map(Backend.TargetPod::name),
                    pod.flatMap(Backend.TargetPod::node));
        }
    }

    static Reach none(Verdict verdict) {
        return new Reach(List.of(), List.of(), Optional.of(verdict), List.of());
    }
}
