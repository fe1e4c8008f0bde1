package dev.netproof.probe;

import dev.netproof.model.Sample;
import java.time.Instant;
import java.util.Optional;

/**
 * One attempt's result, read from a probe's log.
 *
 * @param attempt the attempt's index in its probe
 * @param remoteIp the address that a connection went to, where curl says it
 * @param opened when the connection was open, by the same clock as the sample's; empty when none opened, or nothing says when
 */
public record AttemptResult(int attempt, Sample sample, Optional<String> remoteIp, Optional<Instant> opened) {
    public AttemptResult(int attempt, Sample sample, Optional<String> remoteIp) {
        this(attempt, sample, remoteIp, Optional.empty());
    }
}
