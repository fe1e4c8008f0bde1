package dev.netproof.judge;

import dev.netproof.model.Outcome;
import dev.netproof.model.Sample;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Everything that one attempt of one probe saw, in the order of its rounds. */
final class Track {
    private static final List<Outcome> OPENEST_FIRST = List.of(Outcome.CONNECTED, Outcome.RESET, Outcome.L7_DENIED);

    private final List<Sample> samples = new ArrayList<>();

    /** Rounds overlap: one that waits for a time-out ends after quicker ones that began later. */
    void add(Sample sample) {
        int at = samples.size();
        while (at > 0 && samples.get(at - 1).round() > sample.round()) {
            at--;
        }
        samples.add(at, sample);
    }

    void earlier(Duration by) {
        samples.replaceAll(sample -> sample.earlier(by));
    }

    /** Only those that satisfy a condition. */
    Track only(java.util.function.Predicate<Sample> condition) {
        Track some = new Track();
        samples.stream().filter(condition).forEach(some.samples::add);
        return some;
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

    /** The longest row of samples that all satisfy a condition. */
    int inARow(java.util.function.Predicate<Sample> condition) {
        int longest = 0;
        int row = 0;
        for (Sample sample : samples) {
            row = condition.test(sample) ? row + 1 : 0;
            longest = Math.max(longest, row);
        }
        return longest;
    }

    /** How the listener was reached once rules had settled: the one that speaks most clearly of an open way. */
    Optional<Outcome> openedAfter(Instant settled) {
        return samples.stream()
                .filter(s -> s.outcome().reachedListener() && !s.began().isBefore(settled))
                .map(Sample::outcome)
                .min(Comparator.comparingInt(OPENEST_FIRST::indexOf));
    }

    /** The latest outcome. */
    Optional<Outcome> latest() {
        return samples.isEmpty()
                ? Optional.empty()
                : Optional.of(samples.get(samples.size() - 1).outcome());
    }
}
