package dev.netproof.evidence;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Between which nodes packets were seen to get, in which family of addresses: each family has routes of its own. */
final class RouteLog {
    /**
     * @param from when something was known to have got there first
     * @param began when the latest connection that got there began
     */
    private record Passage(Instant from, Instant began) {
        Passage and(Passage other) {
            return new Passage(
                    from.isBefore(other.from) ? from : other.from, began.isAfter(other.began) ? began : other.began);
        }

        Passage earlier(Duration by) {
            return new Passage(from.minus(by), began.minus(by));
        }
    }

    private final Map<Route, Map<String, Passage>> passages = new HashMap<>();

    void passed(Route route, String probe, Instant from, Instant began) {
        passages.computeIfAbsent(route, r -> new HashMap<>()).merge(probe, new Passage(from, began), Passage::and);
    }

    /** What this probe's packets passed they passed so much earlier. */
    void earlier(String probe, Duration by) {
        passages.values().forEach(ofRoute -> ofRoute.computeIfPresent(probe, (p, passage) -> passage.earlier(by)));
    }

    /** When the latest connection that got there began. */
    Optional<Instant> lastBegun(Route route) {
        return together(route).map(Passage::began);
    }

    /** From the first that got there to the beginning of the last connection that did. */
    Optional<EvidenceStore.Span> span(Route route) {
        return together(route)
                .map(passage -> new EvidenceStore.Span(
                        passage.from().isBefore(passage.began()) ? passage.from() : passage.began(), passage.began()));
    }

    private Optional<Passage> together(Route route) {
        List<Passage> all =
                new ArrayList<>(passages.getOrDefault(route, Map.of()).values());
        return all.stream().reduce(Passage::and);
    }
}
