package dev.netproof.probe;

import static dev.netproof.probe.Probes.NONCE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.netproof.model.Outcome;
import dev.netproof.plan.Attempt;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

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

    @Property
    void noLineMakesItThrowAndNoRoundTellsAnAttemptTwice(@ForAll("anyLines") List<String> lines) {
        ProbeLog log = log();
        for (String line : lines) {
            List<Reading> readings = Facts.readings(log.accept(NOON, line));

            if (!readings.isEmpty()) {
                assertThat(readings).extracting(Reading::attempt).containsExactly(0, 1, 2);
            }
        }
    }

    @Property
    void linesWithoutTheNonceChangeNothing(@ForAll("foreignLines") List<String> foreign, @ForAll List<Integer> places) {
        List<String> mixed =
                new ArrayList<>(GENUINE.stream().map(line -> NONCE + " " + line).toList());
        for (int i = 0; i < foreign.size(); i++) {
            int place = i < places.size() ? Math.floorMod(places.get(i), mixed.size() + 1) : 0;
            mixed.add(place, foreign.get(i));
        }

        assertThat(read(mixed))
                .isEqualTo(read(GENUINE.stream().map(line -> NONCE + " " + line).toList()));
    }

    @Property
    void aRoundThatLostLinesShowsErrorsAndNeverADenial(@ForAll List<Boolean> kept) {
        List<String> rest = new ArrayList<>();
        for (int i = 0; i < GENUINE.size() - 1; i++) {
            if (i < kept.size() && kept.get(i)) {
                rest.add(NONCE + " " + GENUINE.get(i));
            }
        }
        List<Reading> whole =
                read(GENUINE.stream().map(line -> NONCE + " " + line).toList());
        List<Reading> torn = new ArrayList<>(read(rest));
        assertThat(torn).as("no end, no result").isEmpty();
        rest.add(NONCE + " " + GENUINE.get(GENUINE.size() - 1));
        torn.addAll(read(rest));

        assertThat(torn).hasSameSizeAs(whole);
        for (int i = 0; i < torn.size(); i++) {
            Outcome outcome = torn.get(i).sample().outcome();
            assertThat(outcome).isIn(whole.get(i).sample().outcome(), Outcome.PROBE_ERROR);
        }
    }

    @Property
    void aLineThatWasCutAnywhereIsNoDenial(@ForAll("cuts") int cut) {
        String denied = NONCE + " 1 A 0 28 0.000000 0.000000 3.000000 0 000 10.0.0.1 Connection timed out";
        List<String> lines = List.of(
                NONCE + " " + GENUINE.get(0), denied.substring(0, Math.min(cut, 60)), NONCE + " " + GENUINE.get(4));

        assertThat(read(lines))
                .extracting(reading -> reading.sample().outcome())
                .containsOnly(Outcome.PROBE_ERROR);
    }

    private static ProbeLog log() {
        return new ProbeLog(Probes.trying(ATTEMPTS.toArray(Attempt[]::new)), NONCE, Duration.ofSeconds(3));
    }

    private static List<Reading> read(List<String> lines) {
        ProbeLog log = log();
        List<Reading> readings = new ArrayList<>();
        lines.forEach(line -> readings.addAll(Facts.readings(log.accept(NOON, line))));
        return readings;
    }

    @Provide
    Arbitrary<Integer> cuts() {
        return Arbitraries.integers().between(0, 60);
    }

    @Provide
    Arbitrary<List<String>> anyLines() {
        return Arbitraries.oneOf(lookalikes(NONCE), Arbitraries.strings().ofMaxLength(200))
                .list()
                .ofMaxSize(40);
    }

    /** Noise, and lines as genuine as they can be made without knowing the nonce. */
    @Provide
    Arbitrary<List<String>> foreignLines() {
        Arbitrary<String> nonces = Arbitraries.of(
                "",
                "0",
                NONCE.substring(1),
                " " + NONCE,
                NONCE.toUpperCase(java.util.Locale.ROOT) + "x",
                NONCE + "0",
                "x" + NONCE,
                "\u0000" + NONCE,
                NONCE + "\t");
        return Arbitraries.oneOf(
                        nonces.flatMap(ProbeLogProperties::lookalikes),
                        Arbitraries.strings().ofMaxLength(3_000).filter(text -> !text.startsWith(NONCE + " ")))
                .list()
                .ofMaxSize(20);
    }

    private static Arbitrary<String> lookalikes(String nonce) {
        Arbitrary<String> number = Arbitraries.oneOf(
                Arbitraries.integers().between(-2, 12).map(String::valueOf),
                Arbitraries.of("L", "", "999999999999", "1e9", "0x1", "-", "٣", "NaN"));
        Arbitrary<String> kind = Arbitraries.of("A", "D", "E", "V", "B", "R", "a", "");
        Arbitrary<String> rest = Arbitraries.oneOf(
                number.list().ofMaxSize(12).map(words -> String.join(" ", words)),
                Arbitraries.of(GENUINE).map(line -> line.substring(4)),
                Arbitraries.strings().ofMaxLength(80));
        return Combinators.combine(number, kind, rest)
                .as((round, letter, words) -> nonce + " " + round + " " + letter + " " + words);
    }
}
