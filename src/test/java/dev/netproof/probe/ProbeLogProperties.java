package dev.netproof.probe;

import static dev.netproof.probe.Probes.NONCE;
import static dev.netproof.property.Generator.anyOf;
import static dev.netproof.property.Generator.integers;
import static dev.netproof.property.Generator.lists;
import static dev.netproof.property.Generator.oneOf;
import static dev.netproof.property.Generator.strings;
import static dev.netproof.property.Property.forAll;
import static org.assertj.core.api.Assertions.assertThat;

import dev.netproof.model.Outcome;
import dev.netproof.plan.Attempt;
import dev.netproof.property.Generator;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever a container writes, its log proves nothing but what genuine lines say. */
class ProbeLogProperties {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
    private static final List<Attempt> ATTEMPTS = List.of(
            new Attempt.Connect("10.0.0.1", 5432),
            new Attempt.DnsQuery("10.96.0.10", 53, "kubernetes.default"),
            new Attempt.ByName("example.com", 443));

    private static final List<String> GENUINE = List.of(
            "1 A L 7 0.000 0.000000 0.000400 0 000 127.0.0.1 refused",
            "1 A 0 28 0.000000 0.001000 2.900000 1 000 10.0.0.1 waited",
            "1 D 1 0 100.00 100.25 Name: kubernetes.default|Address: 10.96.0.1|",
            "1 A 2 6 0.000000 0.000000 0.010000 0 000  Could not resolve host: example.com",
            "1 E 4");

    @Test
    void no_line_makes_it_throw_and_no_round_tells_an_attempt_twice() {
        forAll(anyLines(), lines -> {
            ProbeLog log = log();
            for (String line : lines) {
                List<AttemptResult> readings = Facts.readings(log.accept(NOON, line));

                if (!readings.isEmpty()) {
                    assertThat(readings).extracting(AttemptResult::attempt).containsExactly(0, 1, 2);
                }
            }
        });
    }

    @Test
    void lines_without_the_nonce_change_nothing() {
        forAll(foreignLines(), lists(integers(0, 100), 0, 20), (foreign, places) -> {
            List<String> mixed = new ArrayList<>(genuine());
            for (int i = 0; i < foreign.size(); i++) {
                int place = i < places.size() ? places.get(i) % (mixed.size() + 1) : 0;
                mixed.add(place, foreign.get(i));
            }

            assertThat(read(mixed)).isEqualTo(read(genuine()));
        });
    }

    @Test
    void a_round_that_lost_lines_shows_errors_and_never_a_denial() {
        forAll(lists(anyOf(false, true), 0, GENUINE.size()), kept -> {
            List<String> rest = new ArrayList<>();
            for (int i = 0; i < GENUINE.size() - 1; i++) {
                if (i < kept.size() && kept.get(i)) {
                    rest.add(NONCE + " " + GENUINE.get(i));
                }
            }
            List<AttemptResult> whole = read(genuine());
            List<AttemptResult> torn = new ArrayList<>(read(rest));
            assertThat(torn).as("no end, no result").isEmpty();
            rest.add(NONCE + " " + GENUINE.get(GENUINE.size() - 1));
            torn.addAll(read(rest));

            assertThat(torn).hasSameSizeAs(whole);
            for (int i = 0; i < torn.size(); i++) {
                Outcome outcome = torn.get(i).sample().outcome();
                assertThat(outcome).isIn(whole.get(i).sample().outcome(), Outcome.PROBE_ERROR);
            }
        });
    }

    @ParameterizedTest
    @MethodSource("cuts")
    void a_line_that_was_cut_anywhere_is_no_denial(int cut) {
        String denied = NONCE + " 1 A 0 28 0.000000 0.000000 3.000000 0 000 10.0.0.1 Connection timed out";
        List<String> lines =
                List.of(NONCE + " " + GENUINE.get(0), denied.substring(0, cut), NONCE + " " + GENUINE.get(4));

        assertThat(read(lines))
                .extracting(reading -> reading.sample().outcome())
                .containsOnly(Outcome.PROBE_ERROR);
    }

    private static ProbeLog log() {
        return new ProbeLog(Probes.trying(ATTEMPTS.toArray(Attempt[]::new)), NONCE, Duration.ofSeconds(3));
    }

    private static List<AttemptResult> read(List<String> lines) {
        ProbeLog log = log();
        List<AttemptResult> readings = new ArrayList<>();
        lines.forEach(line -> readings.addAll(Facts.readings(log.accept(NOON, line))));
        return readings;
    }

    private static List<String> genuine() {
        return GENUINE.stream().map(line -> NONCE + " " + line).toList();
    }

    static IntStream cuts() {
        return IntStream.rangeClosed(0, 60);
    }

    private static Generator<List<String>> anyLines() {
        return lists(oneOf(lookalikes(NONCE), strings(200)), 0, 40);
    }

    /** Noise, and lines as genuine as they can be made without knowing the nonce. */
    private static Generator<List<String>> foreignLines() {
        Generator<String> nonces = anyOf(
                "",
                "0",
                NONCE.substring(1),
                " " + NONCE,
                NONCE.toUpperCase(java.util.Locale.ROOT) + "x",
                NONCE + "0",
                "x" + NONCE,
                "\u0000" + NONCE,
                NONCE + "\t");
        return lists(
                oneOf(
                        choices -> lookalikes(nonces.from(choices)).from(choices),
                        strings(3_000).map(text -> text.startsWith(NONCE + " ") ? "x" + text : text)),
                0,
                20);
    }

    private static Generator<String> lookalikes(String nonce) {
        Generator<String> number = oneOf(
                integers(-2, 12).map(String::valueOf), anyOf("L", "", "999999999999", "1e9", "0x1", "-", "٣", "NaN"));
        Generator<String> kind = anyOf("A", "D", "E", "V", "B", "R", "a", "");
        Generator<String> rest = oneOf(
                lists(number, 0, 12).map(words -> String.join(" ", words)),
                anyOf(GENUINE.toArray(String[]::new)).map(line -> line.substring(4)),
                strings(80));
        return choices -> nonce + " " + number.from(choices) + " " + kind.from(choices) + " " + rest.from(choices);
    }
}
