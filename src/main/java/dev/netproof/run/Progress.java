package dev.netproof.run;

import dev.netproof.model.CheckResult;
import java.time.Duration;

/** Hears how a run comes along. */
public interface Progress {
    /** Hears nothing. */
    Progress NONE = new Progress() {
        @Override
        public void step(String what) {}

        @Override
        public void decided(int decided, int total, Duration left) {}
    };

    /** A new step begins. */
    void step(String what);

    /**
     * Checks decided so far. Called often.
     *
     * @param left how long the others may take at most; those that conform are mostly decided sooner
     */
    void decided(int decided, int total, Duration left);

    /** A check was decided. What happens to its targets until the run ends may still take its proof away. */
    default void judged(CheckResult result) {}
}
