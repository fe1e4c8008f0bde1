package dev.netproof.evidence;

import dev.netproof.model.Sample;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * When probes were starved of CPU. A probe's own log says when its attempts were; but a node that starves its probes starves the policy
 * engine that judges their packets too, and the engine may then let everything through, or nothing.
 */
final class StarvationLog {
    private record Span(Instant from, Instant to) {
        boolean meets(Sample sample) {
            return !from.isAfter(sample.at()) && !to.isBefore(sample.began());
        }

        Span earlier(Duration by) {
            return new Span(from.minus(by), to.minus(by));
        }
    }

    private final Map<String, List<Span>> over = new HashMap<>();
    private final Map<String, Span> present = new HashMap<>();

    void was(String probe, Instant from, Instant to) {
        over.computeIfAbsent(probe, p -> new ArrayList<>()).add(new Span(from, to));
    }

    /**
     * @param since empty when it is not starved now
     * @return whether that is anything new
     */
    boolean is(String probe, Optional<Instant> since, Instant now) {
        if (since.isEmpty()) {
            return present.remove(probe) != null;
        }
        present.put(probe, new Span(since.get(), now));
        return true;
    }

    /** What is over happened this much earlier. */
    void earlier(String probe, Duration by) {
        over.computeIfPresent(probe, (p, spans) -> {
            spans.replaceAll(span -> span.earlier(by));
            return spans;
        });
    }

    boolean isEmpty() {
        return over.isEmpty() && present.isEmpty();
    }

    /** Whether one of these probes was starved at any time. */
    boolean struck(Collection<String> probes) {
        return probes.stream().anyMatch(probe -> over.containsKey(probe) || present.containsKey(probe));
    }

    /** Whether more than half of these probes were starved while the attempt went on. */
    boolean meets(Sample sample, Collection<String> probes) {
        long starved = probes.stream().filter(probe -> starved(probe, sample)).count();
        return 2 * starved > probes.size();
    }

    private boolean starved(String probe, Sample sample) {
        Span now = present.get(probe);
        return (now != null && now.meets(sample))
                || over.getOrDefault(probe, List.of()).stream().anyMatch(span -> span.meets(sample));
    }
}
