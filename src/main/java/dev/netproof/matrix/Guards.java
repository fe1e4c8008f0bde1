package dev.netproof.matrix;

import dev.netproof.matrix.Claim.Pair;
import dev.netproof.model.Check;
import dev.netproof.model.Destination;
import dev.netproof.model.Expectation;
import dev.netproof.model.Identity;
import dev.netproof.model.Source;
import dev.netproof.model.Target;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Checks that an exception allows no more than it says: a sibling of its source must still be stopped at the same port, and its
 * source at the destination's other ports that the matrix knows. Pairs that somebody wrote a check for need no guard.
 */
final class Guards {
    private final Map<String, Source> sources = new LinkedHashMap<>();

    /** Those that are the same but for the port. */
    private final Map<Target, Set<Destination>> destinations = new LinkedHashMap<>();

    private final Set<Pair> asked = new LinkedHashSet<>();

    Guards(Collection<Claim> claims) {
        for (Claim claim : claims) {
            sources.putIfAbsent(claim.check().source().name(), claim.check().source());
            Destination destination = claim.check().destination();
            destinations
                    .computeIfAbsent(destination.target(), target -> new LinkedHashSet<>())
                    .add(destination);
            asked.add(claim.pair());
        }
    }

    /** How many guards an exception can have at most. */
    int most(Claim exception) {
        return exception.check().expectation() == Expectation.ALLOW
                ? neighbours(exception.check().destination()).size()
                : 0;
    }

    /** The destination itself among them, in whose place the sibling's guard counts. */
    private Set<Destination> neighbours(Destination destination) {
        return destinations.getOrDefault(destination.target(), Set.of());
    }

    /** The guards of one exception that opens something. */
    List<Claim> of(Claim exception) {
        List<Claim> guards = new ArrayList<>();
        Check check = exception.check();
        if (check.expectation() != Expectation.ALLOW) {
            return guards;
        }
        Claim sibling = guard(exception, sibling(check.source()), check.destination());
        if (asked.add(sibling.pair())) {
            guards.add(sibling);
        }
        for (Destination other : neighbours(check.destination())) {
            if (!other.port().equals(check.destination().port())) {
                Claim neighbour = guard(exception, check.source(), other);
                if (asked.add(neighbour.pair())) {
                    guards.add(neighbour);
                }
            }
        }
        return guards;
    }

    /** Another source of the same namespace; a made-up one where the matrix has none. */
    private Source sibling(Source source) {
        return sources.values().stream()
                .filter(other -> other.namespace().equals(source.namespace())
                        && !other.identity().equals(source.identity()))
                .findFirst()
                .orElseGet(() -> new Source(
                        "sibling of " + source.name(),
                        source.namespace(),
                        new Identity.Labels(Map.of("netproof.dev/guard", "sibling")),
                        Optional.empty(),
                        Source.Liveness.SYNTHETIC,
                        source.placement(),
                        source.location()));
    }

    private static Claim guard(Claim exception, Source source, Destination destination) {
        Check check = exception.check();
        return new Claim(
                new Check(
                        check.matrix(),
                        source,
                        destination,
                        Expectation.DENY,
                        Optional.of("the exception for " + check.source().name() + " → " + check.target()
                                + " must not allow more than it says"),
                        new TreeSet<>(check.tags()),
                        Check.Origin.GUARD,
                        check.exception(),
                        check.location()),
                exception.said());
    }
}
