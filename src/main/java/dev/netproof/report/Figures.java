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
            return decimal(duration.toNanos() / 1e6) + " ms";
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
        return decimal(duration.toMillis() / 1e3);
    }

    /** Seconds with three decimals, for machines. */
    static BigDecimal exactSeconds(Duration duration) {
        return BigDecimal.valueOf(duration.toNanos(), 9).setScale(3, RoundingMode.HALF_UP);
    }

    /** "1 check", "21 checks". */
    static String count(long number, String one, String many) {
        return String.format(Locale.ROOT, "%,d %s", number, number == 1 ? one : many);
    }

    /** "2026-11-21 03:00:00 UTC". */
    static String moment(Instant instant) {
        return MOMENT.format(instant);
    }

    private static String decimal(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }
}
