package dev.netproof.judge;

import dev.netproof.evidence.AttemptHistory;
import dev.netproof.model.Outcome;
import dev.netproof.model.Sample;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Whether a history shows an open way. */
final class Openings {
    private static final List<Outcome> OPENEST_FIRST = List.of(Outcome.CONNECTED, Outcome.RESET, Outcome.L7_DENIED);

    private Openings() {}

    /** How the listener was reached once rules had settled: the outcome that shows an open way most clearly. */
    static Optional<Outcome> after(AttemptHistory history, Instant settled) {
        return history.samples().stream()
                .filter(s -> s.outcome().reachedListener() && !s.began().isBefore(settled))
                .map(Sample::outcome)
                .min(Comparator.comparingInt(OPENEST_FIRST::indexOf));
    }
}
