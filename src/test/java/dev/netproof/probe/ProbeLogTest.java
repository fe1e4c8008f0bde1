package dev.netproof.probe;

import static dev.netproof.probe.Probes.NONCE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.netproof.model.Cause;
import dev.netproof.model.Outcome;
import dev.netproof.plan.Attempt;
import dev.netproof.plan.ProbePod;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProbeLogTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
    private static final String FAST_LOOPBACK = "A L 7 0.000 0.000000 0.000400 0 000 127.0.0.1 refused";

    private final List<ProbeFact> heard = new ArrayList<>();
    private final ProbeLog log = new ProbeLog(
            Probes.trying(
                    new Attempt.Connect("10.0.0.1", 5432),
                    new Attempt.DnsQuery("10.96.0.10", 53, "kubernetes.default"),
                    new Attempt.ByName("example.com", 443)),
            NONCE,
            Duration.ofSeconds(3));

    @Test
    void a_round_is_told_when_its_end_marker_has_come() {
        assertThat(tell("1 " + FAST_LOOPBACK, "1 A 0 28 0.000000 0.001000 3.000000 1 000 10.0.0.1 waited"))
                .isEmpty();
        assertThat(tell("1 D 1 0 100.00 100.25 Name: kubernetes.default|Address: 10.96.0.1|"))
                .isEmpty();

        List<AttemptResult> readings =
                tell("1 A 2 6 0.000000 0.000000 0.010000 0 000  Could not resolve host: example.com", "1 E 4");

        assertThat(readings).extracting(AttemptResult::attempt).containsExactly(0, 1, 2);
        assertThat(readings)
                .extracting(r -> r.sample().outcome())
                .containsExactly(Outcome.CONNECTED, Outcome.CONNECTED, Outcome.DNS_FAILURE);
        assertThat(readings.get(0).sample().elapsed()).isEqualTo(Duration.ofSeconds(3));
        assertThat(readings.get(0).remoteIp()).contains("10.0.0.1");
        assertThat(readings.get(1).sample().elapsed()).isEqualTo(Duration.ofMillis(250));
        assertThat(readings.get(2).remoteIp()).isEmpty();
        assertThat(readings.get(2).sample().signal()).contains("Could not resolve host: example.com");
    }

    @Test
    void a_sample_is_dated_by_the_arrival_of_its_own_line() {
        log.accept(NOON, NONCE + " 1 " + FAST_LOOPBACK);
        log.accept(NOON.plusSeconds(1), NONCE + " 1 A 0 28 0.0 0.001 0.5 1 000 10.0.0.1 x");

        List<AttemptResult> readings = Facts.readings(log.accept(NOON.plusSeconds(9), NONCE + " 1 E 4"));

        assertThat(readings.get(0).sample().at()).isEqualTo(NOON.plusSeconds(1));
        assertThat(readings.get(0).sample().began()).isEqualTo(NOON.plusMillis(500));
    }

    private List<AttemptResult> round(Instant arrival, int number, double began, double ended) {
        return Facts.readings(facts(arrival, number, began, ended));
    }

    private List<ProbeFact> facts(Instant arrival, int number, double began, double ended) {
        log.accept(arrival, NONCE + " " + number + " " + FAST_LOOPBACK);
        log.accept(arrival, NONCE + " " + number + " A 0 28 0.0 0.000 3.0 0 000  waited");
        return log.accept(arrival, NONCE + " " + number + " E 4 " + began + " " + ended);
    }

    @Test
    void a_round_that_arrives_late_is_dated_by_the_probes_own_clock() {
        log.accept(NOON, NONCE + " 0 B 4 100.0");

        List<AttemptResult> late = round(NOON.plusSeconds(60), 1, 101.0, 104.0);

        assertThat(late.get(0).sample().outcome()).isEqualTo(Outcome.TIMEOUT);
        assertThat(late.get(0).sample().began()).isEqualTo(NOON.plusSeconds(1));
        assertThat(late.get(0).sample().at()).isEqualTo(NOON.plusSeconds(4));
    }

    @Test
    void a_round_that_arrives_in_time_is_dated_by_its_arrival() {
        log.accept(NOON, NONCE + " 0 B 4 100.0");

        List<AttemptResult> prompt = round(NOON.plusMillis(4_400), 1, 101.0, 104.0);

        assertThat(prompt.get(0).sample().at()).isEqualTo(NOON.plusMillis(4_400));
    }

    @Test
    void when_a_line_arrives_faster_than_all_before_these_were_misdated() {
        log.accept(NOON.plusSeconds(30), NONCE + " 0 B 4 100.0");
        assertThat(Facts.datedAnew(facts(NOON.plusSeconds(34), 1, 101.0, 104.0)))
                .isZero();

        List<ProbeFact> facts = facts(NOON.plusSeconds(35), 2, 127.0, 130.0);

        assertThat(facts.get(0))
                .as("before what the round showed")
                .isEqualTo(new ProbeFact.DatedAnew(Duration.ofSeconds(25)));
        assertThat(Facts.datedAnew(facts(NOON.plusSeconds(36), 3, 128.0, 131.0)))
                .as("told once")
                .isZero();
    }

    @Test
    void a_time_that_is_none_dates_nothing() {
        log.accept(NOON, NONCE + " 0 B 4 -100.0");
        log.accept(NOON, NONCE + " 0 B 4");

        List<AttemptResult> readings = round(NOON.plusSeconds(60), 1, 101.0, 104.0);

        assertThat(readings.get(0).sample().at()).isEqualTo(NOON.plusSeconds(60));
    }

    @Test
    void an_attempt_without_a_line_is_an_error_of_the_probe_and_never_a_denial() {
        List<AttemptResult> readings = tell("1 " + FAST_LOOPBACK, "1 E 4");

        assertThat(readings)
                .hasSize(3)
                .allSatisfy(r -> assertThat(r.sample().outcome()).isEqualTo(Outcome.PROBE_ERROR));
    }

    @Test
    void a_round_whose_loopback_line_is_missing_is_an_error_of_the_probe() {
        List<AttemptResult> readings = tell("1 A 0 28 0.0 0 3.0 0 000  Connection timed out", "1 E 4");

        assertThat(readings).extracting(r -> r.sample().outcome()).containsOnly(Outcome.PROBE_ERROR);
    }

    @Test
    void a_round_in_which_the_loopback_was_slow_does_not_count() {
        List<AttemptResult> readings = tell(
                "1 A L 7 0.000 0.000000 0.501000 0 000 127.0.0.1 x", "1 A 0 28 0.0 0 3.0 0 000  timed out", "1 E 4");

        assertThat(readings).isEmpty();
        assertThat(heard).contains(new ProbeFact.RoundEnded(1, ProbeFact.Weight.STARVED));
        assertThat(tell("2 " + FAST_LOOPBACK, "2 E 4")).hasSize(3);
        assertThat(heard).contains(new ProbeFact.RoundEnded(2, ProbeFact.Weight.COUNTED));
        assertThat(Facts.starvedRounds(heard)).isEqualTo(1);
    }

    @Test
    void a_round_with_an_attempt_that_outlasted_its_own_time_out_says_nothing() {
        assertThat(tell("1 " + FAST_LOOPBACK, "1 A 0 28 0.0 0.0 4.671 0 000  timed out", "1 E 4"))
                .isEmpty();
        assertThat(Facts.starvedRounds(heard)).isEqualTo(1);
    }

    @Test
    void lines_without_the_nonce_say_nothing() {
        tell("1 " + FAST_LOOPBACK);
        log.accept(NOON, "1 A 0 0 0.0 0.001 0.01 1 200 10.0.0.1 forged");
        log.accept(NOON, "ffffffffffffffffffffffff 1 A 0 0 0.0 0.001 0.01 1 200 10.0.0.1 forged");
        log.accept(NOON, "x" + NONCE + " 1 A 0 0 0.0 0.001 0.01 1 200 10.0.0.1 forged");
        log.accept(NOON, NONCE + "1 A 0 0 0.0 0.001 0.01 1 200 10.0.0.1 forged");

        assertThat(log.accept(NOON, "1 E 4")).isEmpty();
        assertThat(tell("1 E 4").get(0).sample().outcome()).isEqualTo(Outcome.PROBE_ERROR);
    }

    @Test
    void what_python_tells_is_read_with_its_cause() {
        ProbeLog python = new ProbeLog(
                Probes.trying(
                        ProbePod.Tools.NETSHOOT,
                        new Attempt.Udp("10.0.0.1", 514),
                        new Attempt.Connect("fd00::7", 5432),
                        new Attempt.Http("http", "catalog", "10.0.0.3", 80, "/", Optional.empty()),
                        new Attempt.ByName("example.com", 443),
                        new Attempt.Sctp("10.0.0.4", 3868)),
                NONCE,
                Duration.ofSeconds(3));
        List.of(
                        "R L ECONNREFUSED 100.0 100.001 127.0.0.1 none Connection refused",
                        "R 0 reply 100.25 100.5 10.0.0.1 - 16 bytes, the nonce among them",
                        "R 1 EACCES 100.0 100.1 fd00::7 1.1@fd00::1 Permission denied",
                        "R 2 status 100.0 100.1 10.0.0.3 - 403",
                        "R 3 unresolved 100.0 103.0 - - Could not resolve host: example.com (time-out)",
                        "R 4 unsupported 100.0 100.0 10.0.0.4 - Protocol not supported")
                .forEach(line -> python.accept(NOON, NONCE + " 1 " + line));

        List<AttemptResult> round = Facts.readings(python.accept(NOON, NONCE + " 1 E 6"));

        assertThat(round)
                .extracting(r -> r.sample().outcome())
                .containsExactly(
                        Outcome.CONNECTED,
                        Outcome.UNREACHABLE,
                        Outcome.L7_DENIED,
                        Outcome.DNS_FAILURE,
                        Outcome.PROBE_ERROR);
        assertThat(round)
                .extracting(r -> r.sample().cause())
                .containsExactly(
                        Optional.empty(),
                        Optional.of(new Cause.Icmp(1, 1, "fd00::1")),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of(new Cause.NoProtocol()));
        assertThat(round.get(0).sample().elapsed()).isEqualTo(Duration.ofMillis(250));
        assertThat(round.get(0).sample().signal()).isEqualTo("answered: 16 bytes, the nonce among them");
        assertThat(round.get(0).remoteIp()).contains("10.0.0.1");
        assertThat(round.get(3).remoteIp()).isEmpty();
    }

    @Test
    void a_round_of_python_with_an_attempt_that_outlasted_its_time_out_says_nothing() {
        assertThat(tell(
                        "1 R L ECONNREFUSED 100.0 100.001 127.0.0.1 none Connection refused",
                        "1 R 0 silent 100.0 103.7 10.0.0.1 - ",
                        "1 E 4"))
                .isEmpty();
        assertThat(Facts.starvedRounds(heard)).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1 R",
                "1 R 0 open",
                "1 R 0 open 100.0 100.1 10.0.0.1 -",
                "1 R 0 open 100.1 100.0 10.0.0.1 - ",
                "1 R 0 open x 100.0 10.0.0.1 - ",
                "1 R 9 open 100.0 100.1 10.0.0.1 - ",
                "1 R 0 opened 100.0 100.1 10.0.0.1 - ",
                "1 R 0 status 100.0 100.1 10.0.0.1 - 200",
                "",
                "1",
                "1 A",
                "1 A 0",
                "1 A 0 28",
                "1 A 0 28 0.0 0 3.0",
                "1 A 0 28 0.0 0 3.0 0",
                "1 A 0 twenty 0.0 0 3.0 0 000  x",
                "1 A 0 28 -1 0 3.0 0 000  x",
                "1 A 0 28 0.0 0 3.0.0 0 000  x",
                "1 A 0 28 0.0 NaN 3.0 0 000  x",
                "1 A 0 28 0,0 0 3,0 0 000  x",
                "1 A 7 28 0.0 0 3.0 0 000  x",
                "1 A 99999999999 28 0.0 0 3.0 0 000  x",
                "1 D 1 0 100.00",
                "1 D 1 0",
                "1 D 8 0 100.00 100.01 Name: x",
                "1 V",
                "1 V 10.0.0.1",
                "1 ? what",
                "-1 A 0 28 0.0 0 3.0 0 000  x",
                "one A 0 28 0.0 0 3.0 0 000  x",
            })
    void a_broken_line_says_nothing(String line) {
        tell("1 " + FAST_LOOPBACK, line);

        assertThat(tell("1 E 4"))
                .extracting(r -> r.sample().outcome())
                .containsExactly(Outcome.PROBE_ERROR, Outcome.PROBE_ERROR, Outcome.PROBE_ERROR);
    }

    @Test
    void a_line_without_end_says_nothing() {
        tell("1 " + FAST_LOOPBACK, "1 A 0 0 0.0 0.001 0.01 1 200 10.0.0.1 " + "x".repeat(3_000));

        assertThat(tell("1 E 4").get(0).sample().outcome()).isEqualTo(Outcome.PROBE_ERROR);
    }

    @Test
    void a_round_that_is_told_again_says_nothing_new() {
        String[] round = {"1 " + FAST_LOOPBACK, "1 A 0 28 0.0 0 3.0 0 000  timed out", "1 E 4"};

        assertThat(tell(round)).hasSize(3);
        assertThat(tell(round)).isEmpty();
    }

    @Test
    void rounds_may_end_out_of_order() {
        tell("1 " + FAST_LOOPBACK, "2 " + FAST_LOOPBACK, "2 A 0 28 0.0 0.001 0.01 1 000 10.0.0.1 x");

        List<AttemptResult> second = tell("2 E 4");
        List<AttemptResult> first = tell("1 A 0 28 0.0 0 3.0 0 000  timed out", "1 E 4");

        assertThat(second.get(0).sample().round()).isEqualTo(2);
        assertThat(second.get(0).sample().outcome()).isEqualTo(Outcome.CONNECTED);
        assertThat(first.get(0).sample().round()).isEqualTo(1);
        assertThat(first.get(0).sample().outcome()).isEqualTo(Outcome.TIMEOUT);
    }

    @Test
    void the_sockets_error_explains_the_connection_to_its_address_and_port() {
        List<AttemptResult> readings = tell(
                "1 " + FAST_LOOPBACK,
                "1 V 10.0.0.1 port 80 from 10.1.0.9 port 40000 failed: Connection refused",
                "1 V 10.0.0.1 port 5432 from 10.1.0.9 port 40001 failed: No route to host",
                "1 A 0 7 0.0 0 0.01 0 000  Failed to connect",
                "1 E 4");

        assertThat(readings.get(0).sample().outcome()).isEqualTo(Outcome.UNREACHABLE);
        assertThat(readings.get(0).sample().signal()).isEqualTo("curl 7: No route to host");
    }

    @Test
    void a_socket_error_does_not_reach_over_into_the_next_round() {
        tell("1 " + FAST_LOOPBACK, "1 V 10.0.0.1 port 5432 failed: No route to host", "1 E 4");

        List<AttemptResult> next = tell("2 " + FAST_LOOPBACK, "2 A 0 7 0.0 0 0.01 0 000  Connection refused", "2 E 4");

        assertThat(next.get(0).sample().outcome()).isEqualTo(Outcome.REFUSED);
    }

    @Test
    void evidence_is_kept_short() {
        List<AttemptResult> readings =
                tell("1 " + FAST_LOOPBACK, "1 A 0 7 0.0 0 0.01 0 000  refused " + "x".repeat(1_000), "1 E 4");

        assertThat(readings.get(0).sample().signal()).hasSize(160).endsWith("…");
    }

    @Test
    void a_slow_loopback_says_when_the_pod_was_starved() {
        log.accept(NOON, NONCE + " 1 A L 7 0.000 0.000000 0.750000 0 000 127.0.0.1 x");
        List<ProbeFact> facts = log.accept(NOON.plusSeconds(3), NONCE + " 1 E 4");

        assertThat(Facts.starved(facts)).containsExactly(new ProbeFact.Starved(NOON.minusMillis(750), NOON));
    }

    @Test
    void a_late_time_out_says_when_the_pod_was_starved() {
        tell("1 " + FAST_LOOPBACK, "1 A 0 28 0.0 0.0 4.500 0 000  timed out", "1 E 4");

        assertThat(Facts.starved(heard)).containsExactly(new ProbeFact.Starved(NOON.minusMillis(1_500), NOON));
    }

    @Test
    void a_round_that_does_not_end_shows_a_pod_that_starves() {
        Duration pace = Duration.ofSeconds(1);
        tell("1 " + FAST_LOOPBACK);
        tell("2 " + FAST_LOOPBACK);

        assertThat(log.starving(NOON.plusSeconds(1), pace)).isEmpty();
        assertThat(log.starving(NOON.plusSeconds(6), pace))
                .hasValueSatisfying(s ->
                        assertThat(s.from()).as("when it should have ended").isBefore(NOON.plusSeconds(4)));
    }

    @Test
    void a_probe_that_falls_silent_starves() {
        log.started(NOON);

        assertThat(log.starving(NOON.plusSeconds(5), Duration.ofSeconds(4))).isEmpty();
        assertThat(log.starving(NOON.plusMillis(5_100), Duration.ofSeconds(4)))
                .contains(new ProbeFact.Starved(NOON.plusSeconds(4), NOON.plusMillis(5_100)));
    }

    @Test
    void a_connection_is_dated_by_its_opening_too() {
        log.accept(NOON, NONCE + " 1 " + FAST_LOOPBACK);
        log.accept(NOON.plusSeconds(3), NONCE + " 1 A 0 28 0.0 0.250 3.0 1 000 10.0.0.1 x");
        log.accept(NOON.plusSeconds(3), NONCE + " 1 A 2 28 0.1 0 3.0 0 000  x");
        List<AttemptResult> readings = Facts.readings(log.accept(NOON.plusSeconds(3), NONCE + " 1 E 4"));

        assertThat(readings.get(0).opened()).contains(NOON.plusMillis(250));
        assertThat(readings.get(2).opened()).isEmpty();
    }

    private List<AttemptResult> tell(String... lines) {
        List<AttemptResult> readings = new ArrayList<>();
        for (String line : lines) {
            List<ProbeFact> facts = log.accept(NOON, NONCE + " " + line);
            heard.addAll(facts);
            readings.addAll(Facts.readings(facts));
        }
        return readings;
    }
}
