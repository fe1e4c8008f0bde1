package dev.netproof.report;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Numbers as people read them. */
final class Figures {
    private static final DateTimeFormatter MOMENT = DateTimeFormatter.ofPattern(
                    "uuuu-MM-dd HH:mm:ss 'UTC'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private Figures() {}

    /** "0.8 ms", "812 ms", "14.2 s", "2 min 14 s". */
    static String duration(Duration duration) {
        if (duration.compareTo(Duration.ofMillis(10)) < 0) {
            return tenths(duration.toNanos(), 100_000) + " ms";
        }
        if (duration.compareTo(Duration.ofSeconds(1)) < 0) {
            return duration.toMillis() + " ms";
        }
        if (duration.compareTo(Duration.ofMinutes(1)) < 0) {
            return seconds(duration) + " s";
        }
        return duration.toMinutes() + " min " + duration.toSecondsPart() + " s";
    }

    /** Seconds with one decimal, without the unit. */
    static String seconds(Duration duration) {
        return tenths(duration.toMillis(), 100);
    }

    /** Seconds with three decimals, for machines. */
    static BigDecimal exactSeconds(Duration duration) {
        return BigDecimal.valueOf(duration.toNanos(), 9).setScale(3, RoundingMode.HALF_UP);
    }

    /** "1 check", "21 checks". */
    static String count(long number, String one, String many) {
        String word = number == 1 ? one : many;
        return number >= 0 && number < 1000 ? number + " " + word : String.format(Locale.ROOT, "%,d %s", number, word);
    }

    /** "2026-11-21 03:00:00 UTC". */
    static String moment(Instant instant) {
        return MOMENT.format(instant);
    }

    /** With one decimal, rounded half up. By hand: a report has hundreds of thousands of them, and a format is read anew each time. */
    private static String tenths(long value, long ofTenth) {
        long tenths = (Math.abs(value) + ofTenth / 2) / ofTenth;
        return (value < 0 && tenths > 0 ? "-" : "") + tenths / 10 + "." + tenths % 10;
    }

    /** A number of no more than a few thousand, with one decimal. */
    static String decimal(double value) {
        return tenths(Math.round(value * 1000), 100);
    }
}
