package dev.netproof.inmemory;

import dev.netproof.plan.ProbePod;
import java.time.Duration;

/**
 * One attempt.
 *
 * @param since how long the probe has been running
 */
public record Try(ProbePod probe, String ip, int port, Duration since, int round) {
    public boolean from(String app) {
        return probe.labels().containsValue(app);
    }
}
