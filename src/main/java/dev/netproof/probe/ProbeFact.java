package dev.netproof.probe;

import java.time.Duration;
import java.time.Instant;

/** One thing that a line of a probe's log shows. A line's facts count in their order. */
public sealed interface ProbeFact {
    /**
     * Every fact of this probe so far happened this much earlier than it was dated: the line arrived faster than all before it, and so
     * shows how the probe's clock relates to this one.
     */
    record DatedAnew(Duration earlier) implements ProbeFact {}

    /** The pod did not get to run in this time. */
    record Starved(Instant from, Instant to) implements ProbeFact {}

    /** One attempt, of a round that counts. */
    record Attempted(AttemptResult reading) implements ProbeFact {}

    /** A round ended; its attempts, if they count, came before. */
    record RoundEnded(int round, Weight weight) implements ProbeFact {}

    /** Whether what was seen in a round says anything. */
    enum Weight {
        COUNTED,
        /** The pod was starved of CPU, so that nothing it saw says anything about the network. */
        STARVED
    }
}
