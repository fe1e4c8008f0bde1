package dev.netproof.evidence;

import dev.netproof.model.Outcome;
import dev.netproof.model.Sample;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** Everything that one attempt of one probe saw, in the order of its rounds. */
public final class AttemptHistory {
    static final AttemptHistory EMPTY = new AttemptHistory();

    private final List<Sample> samples = new ArrayList<>();

    AttemptHistory() {}

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

    /** The part that satisfies a condition. */
    public AttemptHistory only(Predicate<Sample> condition) {
        AttemptHistory some = new AttemptHistory();
        samples.stream().filter(condition).forEach(some.samples::add);
        return some;
    }

    /** The part whose attempts began at this moment or later. */
    public AttemptHistory since(Instant began) {
        return only(sample -> !sample.began().isBefore(began));
    }

    public List<Sample> samples() {
        return Collections.unmodifiableList(samples);
    }

    /** The latest samples that all satisfy a condition. */
    public List<Sample> tail(Predicate<Sample> condition) {
        int from = samples.size();
        while (from > 0 && condition.test(samples.get(from - 1))) {
            from--;
        }
        return Collections.unmodifiableList(samples.subList(from, samples.size()));
    }

    /** The length of the longest row of samples that all satisfy a condition. */
    public int longestRow(Predicate<Sample> condition) {
        int longest = 0;
        int row = 0;
        for (Sample sample : samples) {
            row = condition.test(sample) ? row + 1 : 0;
            longest = Math.max(longest, row);
        }
        return longest;
    }

    /** The latest outcome. */
    public Optional<Outcome> latest() {
        return samples.isEmpty()
                ? Optional.empty()
                : Optional.of(samples.get(samples.size() - 1).outcome());
    }
}
