package dev.netproof.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.PodIP;
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
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Engines that answer instead of being silent: a denial all the same, and the manner can be pinned. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
@Execution(ExecutionMode.CONCURRENT)
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
        LIVE.apply(
                Manifests.dualStack(Manifests.everywhere("open", 80, 8080)),
                Manifests.server("forwarded", 80, 8080),
                Manifests.server("ambiguous", 80, 8080),
                Manifests.datagrams("log", 5514, 8080),
                Manifests.loopbackServer("shy", 80, 8080));
        ANSWERS.keySet().forEach(name -> LIVE.apply(Manifests.watchedServer(name, 80, 8080)));
        LIVE.awaitReady();
        ANSWERS.forEach((name, answer) ->
                FAULTS.add(Lab.fault("reject", "--from", "any", "--to", address(name), "--with", answer)));
        ANSWERS.forEach((name, answer) -> FAULTS.add(
                Lab.fault("reject", "--from", "any", "--to", "[" + ipv6(name) + "]:8080", "--with", answer)));
        for (String to : List.of(address("forwarded"), "[" + ipv6("forwarded") + "]:8080")) {
            FAULTS.add(Lab.fault("reject", "--from", "any", "--to", to, "--with", "icmp-port-unreachable"));
        }
        for (String to : List.of(address("ambiguous"), "[" + ipv6("ambiguous") + "]:8080")) {
            FAULTS.add(Lab.fault("reject", "--from", "any", "--to", to, "--with", "tcp-reset"));
        }
        for (String ip : List.of(LIVE.podOf("log").getStatus().getPodIP(), "[" + ipv6("log") + "]")) {
            FAULTS.add(Lab.fault(
                    "reject",
                    "--from",
                    "any",
                    "--to",
                    ip + ":5514",
                    "--proto",
                    "udp",
                    "--with",
                    "icmp-admin-prohibited"));
        }
    }

    private static String ipv6(String app) {
        return LIVE.podOf(app).getStatus().getPodIPs().stream()
                .map(PodIP::getIp)
                .filter(ip -> ip.contains(":"))
                .findFirst()
                .orElseThrow();
    }

    private static String address(String app) {
        return LIVE.podOf(app).getStatus().getPodIP() + ":8080";
    }

    @AfterAll
    static void clear() {
        FAULTS.forEach(Lab::clear);
    }

    @Test
    void is_a_denial_in_whatever_manner() {
        Ran ran = LIVE.run(SOURCES + """
                - {from: [someone, rejected], to: svc/open, expect: allow}
                - {from: someone, to: [svc/reset, svc/unreachable, svc/prohibited], expect: deny}
                - {from: rejected, to: [svc/reset, svc/unreachable, svc/prohibited], expect: reject}
                """).exits(0);
        ANSWERS.keySet().forEach(name -> {
            Ran.Result denied = ran.that("someone → svc/" + name + " is denied").is("PASS", "DENIED");
            // Kernels limit how often they answer one client by ICMP: silence in between is the same denial.
            assertThat(denied.seen())
                    .hasSize(2)
                    .allSatisfy(outcomes -> assertThat(outcomes)
                            .contains(name.equals("prohibited") ? "UNREACHABLE" : "REFUSED")
                            .isSubsetOf("UNREACHABLE", "REFUSED", "TIMEOUT"));
            assertThat(denied.controls()).hasSize(2).containsOnly("LISTENING");
            ran.that("rejected → svc/" + name + " is rejected").is("PASS", "DENIED");
        });
        Fault.RST.shown(LIVE, ran, "someone → svc/reset is denied");
        Fault.PORT_UNREACHABLE.shown(LIVE, ran, "someone → svc/unreachable is denied");
        Fault.ADMIN_PROHIBITED.shown(LIVE, ran, "someone → svc/prohibited is denied");
    }

    @Test
    void is_the_wrong_manner_where_silence_is_asked_for() {
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

    @Test
    void is_attributed_as_far_as_its_manner_tells() {
        Ran ran = LIVE.run("""
                destinations:
                  reset: {pods: {app: reset}, port: 8080, family: IPv4}
                  unreachable: {pods: {app: unreachable}, port: 8080, family: IPv4}
                  prohibited: {pods: {app: prohibited}, port: 8080, family: IPv4}
                """ + SOURCES + """
                - {from: someone, to: ["deploy/log:8080", svc/open], expect: allow}
                - {from: someone, to: [reset, unreachable, prohibited], expect: deny}
                """, "--deadline=25s").exits(0);
        says(ran, "reset:8080", "PASS", "DENIED", "a TCP reset in the target's own name: most likely a filter");
        says(ran, "unreachable:8080", "PASS", "DENIED", "ICMP port-unreachable from ", "a filter, for sure");
        says(ran, "prohibited:8080", "PASS", "DENIED", "ICMP admin-prohibited from ", "a filter, for sure");
        assertThat(ran.report().at("/costs/probePods").asInt())
                .as("one source, and one more probe that sees who refuses")
                .isEqualTo(2);
        assertThat(ran.that("someone → prohibited:8080 is denied")
                        .node()
                        .path("paths")
                        .toString())
                .as("the evidence")
                .contains("ICMP admin-prohibited from ");
    }

    /** In a run of their own: kernels answer one client by ICMP about once a second, and these targets would have to share that. */
    @Test
    void alone_is_proof_where_the_target_is_alive_by_port_forward_and_the_refusal_cannot_be_its_own() {
        Ran ran = LIVE.run(SOURCES + """
                - {from: someone, to: ["deploy/log:8080", svc/open], expect: allow}
                - {from: someone, to: ["deploy/forwarded:8080", "deploy/ambiguous:8080", svc/shy, "deploy/log:9999"], expect: deny}
                """, "--deadline=25s").exits(3);
        says(ran, "deploy/forwarded:8080", "PASS", "DENIED", "ICMP port-unreachable from ", "a filter, for sure");
        says(ran, "deploy/ambiguous:8080", "INCONCLUSIVE", "NO_CONTROL", "a TCP reset", "not sure");
        says(ran, "svc/shy", "INCONCLUSIVE", "NO_CONTROL", "a TCP reset", "not sure");
        says(ran, "deploy/log:9999", "INCONCLUSIVE", "NO_CONTROL", "a TCP reset", "nobody listens");
    }

    private static void says(Ran ran, String to, String status, String reason, String... words) {
        ran.that("someone → " + to + " is denied").is(status, reason).says(words);
    }

    @Test
    void over_ipv6_is_attributed_too() {
        StringBuilder checks = new StringBuilder("""
                sources:
                  someone: {labels: {app: someone}, synthetic: true}
                checks:
                """);
        ANSWERS.keySet()
                .forEach(name -> checks.append("- {from: someone, to: \"ip/[")
                        .append(ipv6(name))
                        .append("]:8080\", expect: deny}\n"));
        Ran ran = LIVE.run(checks.toString(), "--deadline=25s");
        ANSWERS.forEach((name, answer) -> ran.that("someone → ip/[" + ipv6(name) + "]:8080 is denied")
                .says(
                        switch (name) {
                            case "reset" -> "a TCP reset";
                            case "unreachable" -> "ICMPv6 port-unreachable from ";
                            default -> "ICMPv6 admin-prohibited from ";
                        }));
    }

    @Test
    void of_a_datagram_is_attributed_without_another_probe() {
        Ran ran = LIVE.run("""
                sources:
                  someone: {labels: {app: someone}, synthetic: true}
                checks:
                - {from: someone, to: ["deploy/log:5514/udp", "deploy/log:5515/udp"], expect: deny}
                """).exits(3);
        says(ran, "deploy/log:5514/udp", "INCONCLUSIVE", "NO_CONTROL", "ICMP admin-prohibited", "a filter, for sure");
        says(
                ran,
                "deploy/log:5515/udp",
                "INCONCLUSIVE",
                "NO_CONTROL",
                "ICMP port-unreachable from " + LIVE.podOf("log").getStatus().getPodIP(),
                "not sure");
        assertThat(ran.report().at("/costs/probePods").asInt()).isEqualTo(1);
    }
}
