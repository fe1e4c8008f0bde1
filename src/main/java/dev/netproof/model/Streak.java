package dev.netproof.model;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Consecutive attempts with the same outcome.
 *
 * @param attempts at least 1
 * @param first when the first of them was known
 * @param last when the last of them was known
 * @param slowest the longest that one of them took
 * @param signal the raw evidence of the last
 */
public record Streak(Outcome outcome, int attempts, Instant first, Instant last, Duration slowest, String signal) {

    /** A history, shortened to its changes. */
    public static List<Streak> of(List<Sample> samples) {
        List<Streak> streaks = new ArrayList<>();
        for (Sample sample : samples) {
            int tail = streaks.size() - 1;
            if (tail >= 0 && streaks.get(tail).outcome == sample.outcome()) {
                streaks.set(tail, streaks.get(tail).and(sample));
            } else {
                streaks.add(
                        new Streak(sample.outcome(), 1, sample.at(), sample.at(), sample.elapsed(), sample.signal()));
            }
        }
        return List.copyOf(streaks);
    }

    /** The same with more evidence of the last. */
    public Streak saying(String more) {
        return new Streak(outcome, attempts, first, last, slowest, signal + ": " + more);
    }

    private Streak and(Sample next) {
        return new Streak(
                outcome,
                attempts + 1,
                first,
                next.at(),
                slowest.compareTo(next.elapsed()) < 0 ? next.elapsed() : slowest,
                next.signal());
    }
}
