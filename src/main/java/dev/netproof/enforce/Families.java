package dev.netproof.enforce;

import dev.netproof.model.Enforcement.Reason;
import dev.netproof.model.Family;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * The two families of addresses that a pod may have. An engine has rules of their own for each, so that one may be enforced and the other
 * open. Pure.
 */
final class Families {
    private Families() {}

    static String word(Family family) {
        return switch (family) {
            case IPV4 -> "IPv4";
            case IPV6 -> "IPv6";
        };
    }

    /** "over IPv6". */
    static String over(Family family) {
        return "over " + word(family);
    }

    static Family other(Family family) {
        return family == Family.IPV4 ? Family.IPV6 : Family.IPV4;
    }

    static List<Bound> of(Family family, Collection<Bound> edges) {
        return edges.stream().filter(edge -> edge.family() == family).toList();
    }

    /** Whether edges are tried in both. */
    static boolean both(Collection<Bound> edges) {
        return edges.stream().map(Bound::family).distinct().count() > 1;
    }

    /** The one family that all of these edges are of, where others are of the other one. */
    static Optional<Family> alone(Collection<Bound> some, Collection<Bound> all) {
        return both(all) && !some.isEmpty() && !both(some)
                ? some.stream().findFirst().map(Bound::family)
                : Optional.empty();
    }

    /** Why a row is not enforced where connections of one family opened, and all of the other family were denied. */
    static Reason letsThrough(Family family) {
        return switch (family) {
            case IPV4 -> Reason.LETS_IPV4_THROUGH;
            case IPV6 -> Reason.LETS_IPV6_THROUGH;
        };
    }

    /** The family of which connections opened, where all of the other one were denied. */
    static Optional<Family> open(Reason reason) {
        return switch (reason) {
            case LETS_IPV4_THROUGH -> Optional.of(Family.IPV4);
            case LETS_IPV6_THROUGH -> Optional.of(Family.IPV6);
            default -> Optional.empty();
        };
    }
}
