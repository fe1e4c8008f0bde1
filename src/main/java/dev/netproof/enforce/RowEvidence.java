package dev.netproof.enforce;

import dev.netproof.evidence.EvidenceStore.PodLife;
import dev.netproof.model.ControlGrade;
import dev.netproof.model.Enforcement.Edge;
import dev.netproof.model.Path;
import dev.netproof.model.PathObservation;
import dev.netproof.model.Sample;
import dev.netproof.model.Streak;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a row's conclusion rests on: the attempts on each edge, and who reached the same listener. */
final class RowEvidence {
    private final EdgeWatch watch;
    private final Map<Bound, List<Sample>> samples = new HashMap<>();
    private final Map<Bound, String> controls = new HashMap<>();
    private final List<Sample> denials = new ArrayList<>();

    RowEvidence(EdgeWatch watch) {
        this.watch = watch;
    }

    /** Keeps what was tried on these edges since then. */
    void keep(Collection<Bound> edges, Instant since) {
        edges.forEach(edge -> samples.put(edge, watch.since(edge, since).samples()));
    }

    /** Keeps who else reached the listeners of these edges since then. */
    void keepControls(Collection<Bound> edges, Instant since) {
        edges.forEach(edge -> watch.control(edge, since).ifPresent(by -> controls.put(edge, by)));
    }

    /** Keeps denied attempts that counted. */
    void keepDenials(Collection<Sample> counted) {
        denials.addAll(counted);
    }

    /** Denied attempts that counted, for how a denial looks. */
    List<Sample> denials() {
        return denials;
    }

    /** Nothing of a first try is kept, but for how denials looked. */
    void clear() {
        samples.clear();
        controls.clear();
    }

    /** Those of the edges that something was seen of. */
    List<Edge> of(Collection<Bound> edges) {
        return edges.stream()
                .filter(edge -> !samples.getOrDefault(edge, List.of()).isEmpty())
                .map(this::of)
                .toList();
    }

    private Edge of(Bound edge) {
        List<Sample> tried = samples.getOrDefault(edge, List.of());
        Optional<String> control = Optional.ofNullable(controls.get(edge));
        PodLife life = watch.life(edge.probe());
        Path path = edge.path();
        return new Edge(
                edge.meaning(),
                edge.edge().expected(),
                new PathObservation(
                        new Path(
                                path.kind(),
                                life.pod(),
                                life.node(),
                                path.address(),
                                path.port(),
                                path.targetPod(),
                                path.targetNode()),
                        Streak.of(tried),
                        Optional.of(tried.get(tried.size() - 1).outcome()),
                        control.isPresent() ? ControlGrade.REACHED : ControlGrade.NONE,
                        control));
    }
}
