package dev.netproof.plan;

import dev.netproof.model.Path;
import dev.netproof.model.Verdict;
import java.util.List;
import java.util.Optional;

/**
 * What has to be tried to reach a destination, from any source.
 *
 * @param controls what a probe of netproof's own tries, where the destination is outside and has no pod whose life could be shown
 * @param foregone why nothing can be tried
 * @param nodes the nodes that run its backends
 */
record Reach(List<Way> ways, List<Attempt> controls, Optional<Verdict> foregone, List<String> nodes) {
    /** Pods, which need no control of netproof's own. */
    Reach(List<Way> ways, List<String> nodes) {
        this(ways, List.of(), Optional.empty(), nodes);
    }

    /** One attempt, and what it shows. */
    record Way(Attempt attempt, Path.Kind kind, String address, int port, List<Backend> backends, Routing routing) {
        /** One that leads to its backends from every node. */
        Way(Attempt attempt, Path.Kind kind, String address, int port, List<Backend> backends) {
            this(attempt, kind, address, port, backends, Routing.EVERYWHERE);
        }

        /** Straight to a backend. */
        static Way to(Backend backend, Attempt attempt) {
            return new Way(
                    attempt,
                    backend.pod().isPresent() ? Path.Kind.POD : Path.Kind.ADDRESS,
                    backend.ip(),
                    backend.port(),
                    List.of(backend));
        }

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

    /** Whether some of it is no pod that is known: policies of any namespace may apply there. */
    boolean isOutside() {
        return !controls.isEmpty();
    }

    /** Whether its name is tried by itself, because it may lead to other addresses than those that are known. */
    boolean isByName() {
        return controls.stream().anyMatch(Attempt.ByName.class::isInstance);
    }

    /** Whether one of its addresses leads to the pods of the sender's own node alone. */
    boolean isLocal() {
        return ways.stream().anyMatch(way -> way.routing().isLocal());
    }
}
