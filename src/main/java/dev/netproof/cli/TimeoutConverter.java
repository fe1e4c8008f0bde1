package dev.netproof.cli;

import java.time.Duration;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The time limit of a run. Nothing younger than the longest one counts as a leftover. */
final class TimeoutConverter implements ITypeConverter<Duration> {
    private static final Duration LONGEST = Duration.ofHours(24);

    @Override
    public Duration convert(String value) {
        Duration timeout = new DurationConverter().convert(value);
        if (timeout.compareTo(LONGEST) > 0) {
            throw new TypeConversionException("'" + value + "' is too long; write 24h or less");
        }
        return timeout;
    }
}
