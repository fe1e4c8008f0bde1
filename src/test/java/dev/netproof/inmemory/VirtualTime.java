package dev.netproof.inmemory;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** A time that passes only while somebody waits. */
final class VirtualTime {
    static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    private Instant now = NOON;

    Instant now() {
        return now;
    }

    Duration elapsed() {
        return Duration.between(NOON, now);
    }

    /** It is this late, or later already. */
    void pass(Instant moment) {
        now = moment.isAfter(now) ? moment : now;
    }

    Clock clock() {
        return new Clock() {
            @Override
            public ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
                return this;
            }

            @Override
            public Instant instant() {
                return now;
            }
        };
    }
}
