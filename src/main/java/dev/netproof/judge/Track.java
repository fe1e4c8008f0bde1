package dev.netproof.judge;

import dev.netproof.model.Outcome;
import dev.netproof.model.Sample;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Everything that one attempt of one probe saw, in order. */
final class Track {
    private final List<Sample> samples = new ArrayList<>();

    void add(Sample sample) {
        samples.add(sample);
    }

    List<Sample> samples() {
        return samples;
    }

    /** The latest samples that all satisfy a condition. */
    List<Sample> tail(java.util.function.Predicate<Sample> condition) {
        int from = samples.size();
        while (from > 0 && condition.test(samples.get(from - 1))) {
            from--;
        }
        return samples.subList(from, samples.size());
    }

    boolean steadily(java.util.function.Predicate<Sample> condition, int stable, Instant settled) {
        List<Sample> tail = tail(condition);
        return tail.size() >= stable && !tail.get(tail.size() - 1).began().isBefore(settled);
    }

    boolean connectedAfter(Instant settled) {
        return samples.stream()
                .anyMatch(s -> s.outcome().reachedListener() && !s.began().isBefore(settled));
    }

    /** The latest outcome, with a disagreement counted for what it is: connected beats silence once rules have settled. */
    java.util.Optional<Outcome> latest() {
        return samples.isEmpty()
                ? java.util.Optional.empty()
                : java.util.Optional.of(samples.get(samples.size() - 1).outcome());
    }
}
