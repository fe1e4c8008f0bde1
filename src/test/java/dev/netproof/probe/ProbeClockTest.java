package dev.netproof.probe;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ProbeClockTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    private final ProbeClock clock = new ProbeClock();

    private Duration heard(double arrival, double written) {
        return clock.heard(at(arrival), Duration.ofMillis(Math.round(written * 1000)));
    }

    private static Instant at(double seconds) {
        return NOON.plusMillis(Math.round(seconds * 1000));
    }

    @Test
    void what_arrives_at_once_is_dated_by_its_arrival() {
        assertThat(heard(10, 1_000)).isZero();
        assertThat(heard(11.1, 1_001)).isZero();
        assertThat(clock.isLate(at(12.4), Duration.ofSeconds(1_002))).isFalse();
    }

    @Test
    void what_arrives_late_is_dated_by_the_probes_clock() {
        heard(10, 1_000);

        assertThat(clock.isLate(at(19), Duration.ofSeconds(1_002))).isTrue();
        assertThat(clock.date(at(19), Duration.ofSeconds(1_002))).isEqualTo(at(12));
    }

    @Test
    void what_arrives_faster_shows_how_late_all_the_rest_was() {
        heard(20, 1_000);
        assertThat(heard(20, 1_005)).isEqualTo(Duration.ofSeconds(5));
        assertThat(heard(20, 1_009)).isEqualTo(Duration.ofSeconds(4));
        assertThat(heard(20.9, 1_010)).as("jitter is no correction").isZero();
        assertThat(clock.date(at(20), Duration.ofSeconds(1_000))).isEqualTo(at(10.9));
    }

    @Test
    void nothing_is_dated_later_than_it_arrived() {
        heard(10, 1_000);

        assertThat(clock.date(at(12), Duration.ofSeconds(1_004))).isEqualTo(at(12));
    }
}
