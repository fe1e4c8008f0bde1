package dev.netproof.evidence;

import dev.netproof.plan.Attempt.Family;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Between which nodes packets were seen to get, in which family of addresses: each family has routes of its own. */
final class RouteLog {
    /** From one node to another; both may be the same. */
    record Route(String from, String to, Family family) {}

    /**
     * @param from when something was known to have got there first
     * @param to when last
     * @param began when the latest connection that got there began
     */
    private record Passage(Instant from, Instant to, Instant began) {
        Passage and(Passage other) {
            return new Passage(
                    from.isBefore(other.from) ? from : other.from,
                    to.isAfter(other.to) ? to : other.to,
                    began.isAfter(other.began) ? began : other.began);
        }

        Passage earlier(Duration by) {
            return new Passage(from.minus(by), to.minus(by), began.minus(by));
        }
    }

    private final Map<Route, Map<String, Passage>> passages = new HashMap<>();

    /** Whether nothing had got there before. */
    boolean passed(Route route, String probe, Instant from, Instant to, Instant began) {
        Map<String, Passage> ofRoute = passages.computeIfAbsent(route, r -> new HashMap<>());
        boolean first = ofRoute.isEmpty();
        ofRoute.merge(probe, new Passage(from, to, began), Passage::and);
        return first;
    }

    /** What this probe's packets passed they passed so much earlier. */
    void earlier(String probe, Duration by) {
        passages.values().forEach(ofRoute -> ofRoute.computeIfPresent(probe, (p, passage) -> passage.earlier(by)));
    }

    boolean isKnown(Route route) {
        return passages.containsKey(route);
    }

    /** When the latest connection that got there began. */
    Optional<Instant> lastBegun(Route route) {
        return together(route).map(Passage::began);
    }

    /** From the first to the last that got there. */
    Optional<EvidenceStore.Span> span(Route route) {
        return together(route).map(passage -> new EvidenceStore.Span(passage.from(), passage.to()));
    }

    private Optional<Passage> together(Route route) {
        List<Passage> all =
                new ArrayList<>(passages.getOrDefault(route, Map.of()).values());
        return all.stream().reduce(Passage::and);
    }
}
