package dev.netproof.probe;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * How a probe's own clock relates to the runner's. Lines can arrive late and all at once: after a log stream was cut, or from an API
 * server that was away. Taken for what happens now, an old denial would count as one within a control that began after it, and a
 * connection from before the rules had landed as one from after. What arrived fastest tells how the clocks relate.
 */
final class ProbeClock {
    /** What a line may take on its way. */
    private static final Duration ON_ITS_WAY = Duration.ofMillis(500);

    /** When the probe's clock stood at zero, by the runner's: not after this. */
    private Optional<Instant> zero = Optional.empty();

    /**
     * Learns from a line that says when it was written.
     *
     * @return how much earlier everything was than this clock had it until now
     */
    Duration heard(Instant arrival, Duration written) {
        Instant candidate = arrival.minus(written);
        Optional<Instant> known = zero;
        if (known.isPresent() && !candidate.isBefore(known.get())) {
            return Duration.ZERO;
        }
        zero = Optional.of(candidate);
        Duration earlier = known.map(was -> Duration.between(candidate, was)).orElse(Duration.ZERO);
        return earlier.compareTo(ON_ITS_WAY) > 0 ? earlier : Duration.ZERO;
    }

    /** Whether a line took so long that its arrival says nothing about when it was written. */
    boolean isLate(Instant arrival, Duration written) {
        return zero.filter(z -> arrival.isAfter(z.plus(written).plus(ON_ITS_WAY)))
                .isPresent();
    }

    /** The runner's time of one of the probe's; the arrival itself if that was before. */
    Instant date(Instant arrival, Duration happened) {
        return zero.map(z -> z.plus(happened)).filter(arrival::isAfter).orElse(arrival);
    }
}
