package dev.netproof.model;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * One attempt's result.
 *
 * @param at when its line reached the runner, by the runner's clock
 * @param elapsed how long the attempt took, by the probe's clock
 * @param round the probe's round, from 1
 * @param signal the raw evidence, such as "curl 28: time-out after 3.0 s" or "HTTP 200 from 10.244.1.7"
 * @param cause what made it fail, where the probe could see that
 */
public record Sample(Instant at, Duration elapsed, int round, Outcome outcome, String signal, Optional<Cause> cause) {
    public Sample(Instant at, Duration elapsed, int round, Outcome outcome, String signal) {
        this(at, elapsed, round, outcome, signal, Optional.empty());
    }

    /** When the attempt began, by the runner's clock. */
    public Instant began() {
        return at.minus(elapsed);
    }

    /** Whether something answered that it would not be let through, and did not merely keep silent. */
    public boolean refused() {
        return outcome == Outcome.REFUSED || outcome == Outcome.UNREACHABLE;
    }

    /** The same attempt, dated earlier. */
    public Sample earlier(Duration by) {
        return new Sample(at.minus(by), elapsed, round, outcome, signal, cause);
    }
}
