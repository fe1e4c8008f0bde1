package dev.netproof.model;

import java.time.Duration;
import java.util.List;

/**
 * A check with everything that is known about it after a run.
 *
 * @param paths in the order planned; empty where nothing could be tried
 * @param elapsed from the start of its probes to its verdict
 * @param repeat a command that tries the same again by hand
 */
public record CheckResult(Check check, Verdict verdict, List<PathObservation> paths, Duration elapsed, String repeat) {
    public CheckResult {
        paths = List.copyOf(paths);
    }
}
