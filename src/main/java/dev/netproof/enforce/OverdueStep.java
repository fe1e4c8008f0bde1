package dev.netproof.enforce;

import dev.netproof.model.Family;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A step whose deadline has passed while not everything is as the policies say: what was seen on connections that began after the deadline
 * decides.
 */
final class OverdueStep {
    /** How long past a deadline a scenario waits for attempts that began after it. */
    private static final Duration LATE = Duration.ofSeconds(6);

    private final List<Bound> edges;
    private final EdgeWatch watch;
    private final EnforcementTerms terms;
    private final Instant since;
    private final Instant deadline;

    /** @param since when the step's policies were stored */
    OverdueStep(List<Bound> edges, EdgeWatch watch, EnforcementTerms terms, Instant since) {
        this.edges = edges;
        this.watch = watch;
        this.terms = terms;
        this.since = since;
        this.deadline = since.plus(terms.deadline());
    }

    /**
     * What the step comes to.
     *
     * @param open the edges that were let through against the policies
     */
    record Finding(Conclusion conclusion, List<Bound> open, Evidence evidence) {}

    /** Whether there was enough to judge by. */
    enum Evidence {
        ENOUGH,
        /** A second try may have more. */
        WANTING
    }

    /** Whether all edges were heard of for long enough, or waiting has no use any more. */
    boolean isDecidable(Instant now) {
        boolean everyEdgeSpoke = edges.stream()
                .allMatch(edge -> watch.since(edge, deadline).samples().size() >= terms.stable());
        Instant late = deadline.plus(terms.connectTimeout()).plus(LATE);
        boolean waited = now.isAfter(late)
                && (edges.stream().noneMatch(edge -> watch.isUnheard(edge, deadline, 1))
                        || now.isAfter(watch.longest(since)));
        return everyEdgeSpoke || waited;
    }

    /** @param left the family that is not tried */
    Finding finding(Optional<LeftFamily> left) {
        List<Bound> through = edges.stream()
                .filter(edge -> edge.forbids() && watch.since(edge, deadline).isOpenAgain())
                .toList();
        if (!through.isEmpty()) {
            return new Finding(letsThrough(through, left), through, Evidence.ENOUGH);
        }
        return edges.stream()
                .filter(edge -> edge.allows()
                        && watch.since(edge, deadline).neverOpened()
                        && watch.since(edge, since).denial().isPresent())
                .findFirst()
                .map(blocked -> found(Conclusions.deniesTooMuch(blocked), Evidence.ENOUGH))
                .orElseGet(this::undecided);
    }

    private Conclusion letsThrough(List<Bound> through, Optional<LeftFamily> left) {
        if (through.stream().anyMatch(edge -> watch.since(edge, since).wasDenied())) {
            return Conclusions.letThroughAgain(through.get(0));
        }
        List<Bound> forbidden = edges.stream().filter(Bound::forbids).toList();
        return openAlone(through, forbidden)
                .map(family -> Conclusions.letsThroughAlone(
                        terms.deadline(),
                        family,
                        through.size(),
                        Families.of(family, forbidden).size()))
                .orElseGet(() -> Conclusions.letsThrough(terms.deadline(), through.size(), forbidden.size(), left));
    }

    /** The family in which something is let through, where all is as the policies say in the other one. */
    private Optional<Family> openAlone(List<Bound> through, List<Bound> forbidden) {
        return Families.alone(through, forbidden)
                .filter(open -> Families.of(Families.other(open), edges).stream()
                        .allMatch(edge -> edge.forbids()
                                ? watch.since(edge, since).denial().isPresent()
                                : !watch.since(edge, deadline).neverOpened()));
    }

    private Finding undecided() {
        Optional<Bound> silent = edges.stream()
                .filter(edge -> watch.since(edge, deadline).samples().isEmpty())
                .findFirst();
        if (silent.isPresent()) {
            return found(Conclusions.silent(silent.get()), Evidence.WANTING);
        }
        return edges.stream()
                .filter(edge -> watch.since(edge, deadline).neverOpened())
                .filter(edge -> watch.since(edge, since).denial().isEmpty())
                .findFirst()
                .map(uncontrolled -> found(Conclusions.uncontrolled(uncontrolled), Evidence.WANTING))
                .orElseGet(() -> found(Conclusions.neverStill(edges.get(0)), Evidence.ENOUGH));
    }

    private static Finding found(Conclusion conclusion, Evidence evidence) {
        return new Finding(conclusion, List.of(), evidence);
    }
}
