package dev.netproof.run;

import java.time.Duration;
import java.util.Optional;

/** What the figures of a run may be. Beyond them it proves nothing, or starves its own probes. */
public final class PaceBounds {
    private static final int MOST_ROUNDS = 100;
    private static final Duration SHORTEST_ATTEMPT = Duration.ofMillis(500);

    /** Attempts overlap, one round a second: a probe has as many under way as this has seconds. */
    private static final Duration LONGEST_ATTEMPT = Duration.ofMinutes(1);

    private PaceBounds() {}

    /**
     * What is wrong with them, if something is.
     *
     * @param stable rounds in a row that must agree
     * @param connectTimeout of one attempt
     */
    public static Optional<String> complaint(int stable, Duration connectTimeout) {
        if (stable < 1) {
            return Optional.of("--stable must be at least 1");
        }
        if (stable > MOST_ROUNDS) {
            return Optional.of("--stable must be at most " + MOST_ROUNDS);
        }
        if (connectTimeout.compareTo(SHORTEST_ATTEMPT) < 0 || connectTimeout.compareTo(LONGEST_ATTEMPT) > 0) {
            return Optional.of("--connect-timeout must be between 500ms and 1m");
        }
        return Optional.empty();
    }
}
