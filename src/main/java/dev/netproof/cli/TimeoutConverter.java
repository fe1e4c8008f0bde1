package dev.netproof.cli;

import java.time.Duration;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** How long a run may take: what is older than the longest of them is never taken for a leftover. */
final class TimeoutConverter implements ITypeConverter<Duration> {
    private static final Duration LONGEST = Duration.ofHours(24);

    @Override
    public Duration convert(String value) {
        Duration timeout = new DurationConverter().convert(value);
        if (timeout.compareTo(LONGEST) > 0) {
            throw new TypeConversionException("'" + value + "' is longer than a run may take; write 24h or less");
        }
        return timeout;
    }
}
