package dev.netproof.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Engines that answer instead of being silent: a denial all the same, and the manner can be pinned. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
final class RejectIT {
    @RegisterExtension
    static final LiveCluster LIVE = LiveCluster.with("reject");

    private static final Map<String, String> ANSWERS = new TreeMap<>(Map.of(
            "reset", "tcp-reset",
            "unreachable", "icmp-port-unreachable",
            "prohibited", "icmp-admin-prohibited"));

    private static final List<String> FAULTS = new ArrayList<>();

    private static final String SOURCES = """
            sources:
              someone: {labels: {app: someone}, synthetic: true}
              dropped: {labels: {app: dropped}, synthetic: true}
              rejected: {labels: {app: rejected}, synthetic: true}
            checks:
            """;

    @BeforeAll
    static void servers() {
        Lab.needed("rules that reject");
        LIVE.apply(Manifests.everywhere("open", 80, 8080));
        ANSWERS.keySet().forEach(name -> LIVE.apply(Manifests.watchedServer(name, 80, 8080)));
        LIVE.awaitReady();
        ANSWERS.forEach((name, answer) ->
                FAULTS.add(Lab.fault("reject", "--from", "any", "--to", address(name), "--with", answer)));
    }

    private static String address(String app) {
        return LIVE.podOf(app).getStatus().getPodIP() + ":8080";
    }

    @AfterAll
    static void clear() {
        FAULTS.forEach(Lab::clear);
    }

    @Test
    void isADenialInWhateverManner() {
        Ran ran = LIVE.run(SOURCES + """
                - {from: [someone, rejected], to: svc/open, expect: allow}
                - {from: someone, to: [svc/reset, svc/unreachable, svc/prohibited], expect: deny}
                - {from: rejected, to: [svc/reset, svc/unreachable, svc/prohibited], expect: reject}
                """).exits(0);
        ANSWERS.keySet().forEach(name -> {
            Ran.Result denied = ran.that("someone → svc/" + name + " is denied").is("PASS", "DENIED");
            assertThat(denied.outcomes())
                    .hasSize(2)
                    .containsOnly(name.equals("prohibited") ? "UNREACHABLE" : "REFUSED");
            assertThat(denied.controls()).hasSize(2).containsOnly("LISTENING");
            ran.that("rejected → svc/" + name + " is rejected").is("PASS", "DENIED");
        });
        Fault.RST.shown(LIVE, ran, "someone → svc/reset is denied");
        Fault.PORT_UNREACHABLE.shown(LIVE, ran, "someone → svc/unreachable is denied");
        Fault.ADMIN_PROHIBITED.shown(LIVE, ran, "someone → svc/prohibited is denied");
    }

    @Test
    void isTheWrongMannerWhereSilenceIsAskedFor() {
        Ran ran = LIVE.run(SOURCES + """
                - {from: dropped, to: svc/open, expect: allow}
                - {from: dropped, to: [svc/reset, svc/unreachable, svc/prohibited], expect: drop}
                """).exits(1);
        ANSWERS.keySet()
                .forEach(name -> ran.that("dropped → svc/" + name + " is dropped")
                        .is("FAIL", "WRONG_MANNER")
                        .says("denied", "drop"));
        Fault.WRONG_MANNER.shown(LIVE, ran, "dropped → svc/reset is dropped");
    }
}
