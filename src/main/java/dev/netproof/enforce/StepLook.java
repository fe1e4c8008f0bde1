package dev.netproof.enforce;

import dev.netproof.judge.PathPhase;
import dev.netproof.model.Enforcement.Reason;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How far a step is in effect.
 *
 * @param stopped the edges that are denied, with proof
 * @param state whether every edge is as expected at the same time
 */
record StepLook(Map<Bound, PathPhase.Denial> stopped, State state) {
    enum State {
        AS_SPECIFIED,
        NOT_YET
    }

    /** What was seen since the step began. */
    static StepLook at(Collection<Bound> edges, EdgeWatch watch, Instant since) {
        Map<Bound, PathPhase.Denial> stopped = new HashMap<>();
        boolean satisfied = true;
        Instant effective = since;
        for (Bound edge : edges) {
            PathPhase.Denial denial = watch.since(edge, since).denial().orElse(null);
            if (denial != null) {
                stopped.put(edge, denial);
            }
            if (edge.forbids()) {
                satisfied &= denial != null;
                if (denial != null && denial.first().isAfter(effective)) {
                    effective = denial.first();
                }
            }
        }
        for (Bound edge : edges) {
            if (!edge.forbids()) {
                boolean open = watch.since(edge, effective).isOpen();
                satisfied &= open || (edge.isLeftOpen() && stopped.containsKey(edge));
            }
        }
        return new StepLook(stopped, satisfied ? State.AS_SPECIFIED : State.NOT_YET);
    }

    /** What all paths that the specification leaves open have in common. */
    Reason behaviour(Collection<Bound> edges) {
        List<Bound> open = edges.stream().filter(Bound::isLeftOpen).toList();
        if (stopped.keySet().containsAll(open)) {
            return Reason.DENIED;
        }
        if (open.stream().anyMatch(stopped::containsKey)) {
            return Reason.MIXED;
        }
        return open.stream().allMatch(Bound::isKept) ? Reason.GOES_ON : Reason.LET_THROUGH;
    }

    /** The denials of these edges, all of which are denied. */
    List<PathPhase.Denial> denials(Collection<Bound> forbidden) {
        return forbidden.stream()
                .map(edge -> java.util.Objects.requireNonNull(stopped.get(edge)))
                .toList();
    }
}
