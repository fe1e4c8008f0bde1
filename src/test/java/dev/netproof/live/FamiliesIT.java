package dev.netproof.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pods and Services with an IPv4 and an IPv6 address are both of them. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
@Execution(ExecutionMode.CONCURRENT)
final class FamiliesIT {
    @RegisterExtension
    static final LiveCluster LIVE = LiveCluster.with("families");

    @BeforeAll
    static void servers() {
        Lab.needed("addresses of two families");
        LIVE.apply(
                Manifests.client("friend"),
                Manifests.client("client"),
                Manifests.dualStack(Manifests.watchedServer("hole6", 80, 8080)),
                Manifests.admitsAndARange("hole6", "friend", "::/0"),
                Manifests.serviceOver("IPv4", "hole6-over4", "hole6", 80, 8080),
                Manifests.serviceOver("IPv6", "hole6-over6", "hole6", 80, 8080),
                Manifests.dualStack(Manifests.watchedServer("hole4", 80, 8080)),
                Manifests.admitsAndARange("hole4", "friend", "0.0.0.0/0"),
                Manifests.dualStack(Manifests.watchedServer("tight", 80, 8080)),
                Manifests.admits("tight", "friend"),
                Manifests.ipv4Server("half", 80, 8080),
                Manifests.admits("half", "friend"),
                Manifests.dualStack(Manifests.everywhere("open", 80, 8080)));
        LIVE.awaitReady();
    }

    @ParameterizedTest
    @CsvSource({"hole6, IPv6, IPv4, ::/0", "hole4, IPv4, IPv6, 0.0.0.0/0"})
    void a_hole_in_one_family_alone_is_open(String server, String open, String stopped, String range) {
        Ran ran = LIVE.run("""
                sources: {stranger: {labels: {run: stranger}, synthetic: true}}
                checks:
                - {from: deploy/friend, to: svc/%1$s, expect: allow}
                - {from: [deploy/client, stranger], to: [svc/%1$s, "deploy/%1$s:8080"], expect: deny}
                """.formatted(server)).exits(1);
        ran.that("deploy/friend → svc/" + server + " is allowed").is("PASS", "CONNECTED");
        for (String from : new String[] {"deploy/client", "stranger"}) {
            for (String to : new String[] {"svc/" + server, "deploy/" + server + ":8080"}) {
                Ran.Result result = ran.that(from + " → " + to + " is denied")
                        .is("FAIL", "OPEN")
                        .says("over " + open + " alone")
                        .advises("over " + stopped + " it is stopped", range);
                assertThat(result.outcomes()).containsOnly("CONNECTED", "TIMEOUT");
            }
        }
    }

    @Test
    void what_is_denied_in_both_is_proved_in_both() {
        Ran ran = LIVE.run("""
                checks:
                - {from: deploy/friend, to: [svc/tight, "deploy/tight:8080"], expect: allow}
                - {from: deploy/client, to: [svc/tight, "deploy/tight:8080"], expect: deny}
                """).exits(0);
        assertThat(ran.that("deploy/client → svc/tight is denied")
                        .is("PASS", "DENIED")
                        .controls())
                .hasSize(4)
                .containsOnly("REACHED");
        assertThat(ran.that("deploy/friend → deploy/tight:8080 is allowed").outcomes())
                .hasSize(2)
                .containsOnly("CONNECTED");
    }

    @Test
    void a_service_of_one_family_is_that_family_alone() {
        Ran ran = LIVE.run("""
                checks:
                - {from: deploy/friend, to: [svc/hole6-over4, svc/hole6-over6], expect: allow}
                - {from: deploy/client, to: [svc/hole6-over4, svc/hole6-over6], expect: deny}
                """).exits(1);
        assertThat(ran.that("deploy/client → svc/hole6-over4 is denied")
                        .is("PASS", "DENIED")
                        .outcomes())
                .hasSize(2)
                .containsOnly("TIMEOUT");
        Ran.Result six = ran.that("deploy/client → svc/hole6-over6 is denied").is("FAIL", "OPEN");
        assertThat(six.outcomes()).hasSize(2).containsOnly("CONNECTED");
        assertThat(six.explanation()).doesNotContain("alone");
    }

    @Test
    void a_server_that_listens_on_one_family_is_denied_in_both_and_allowed_in_one() {
        Ran ran = LIVE.run("""
                destinations:
                  four: {workload: deploy/half, port: 8080, family: IPv4}
                  six: {service: half, family: IPv6}
                checks:
                - {from: deploy/friend, to: [four, "deploy/half:8080", six, svc/open], expect: allow}
                - {from: deploy/client, to: "deploy/half:8080", expect: deny}
                """).exits(3);
        ran.that("deploy/friend → four:8080 is allowed").is("PASS", "CONNECTED");
        ran.that("deploy/friend → deploy/half:8080 is allowed")
                .is("INCONCLUSIVE", "NO_CONTROL")
                .says("nothing shows that anything listens there over IPv6")
                .advises("family: IPv4 under destinations");
        ran.that("deploy/friend → six is allowed")
                .is("INCONCLUSIVE", "NO_DESTINATION")
                .says("Service half has no IPv6 address, only IPv4");
        Ran.Result denied =
                ran.that("deploy/client → deploy/half:8080 is denied").is("PASS", "DENIED");
        assertThat(denied.outcomes()).hasSize(2).containsOnly("TIMEOUT");
        // Over IPv4 it is alive in two ways; the one that was seen first ends the check.
        assertThat(denied.controls()).hasSize(2).last().isEqualTo("OTHER_FAMILY");
        assertThat(denied.controls()).first().isIn("REACHED", "LISTENING_LOOPBACK");
    }

    @Test
    void a_host_is_its_address_in_each_family() {
        Ran ran = LIVE.run("""
                destinations: {outside: {host: %s, port: 80}}
                checks:
                - {from: deploy/friend, to: outside, expect: allow}
                """.formatted(Lab.OUTSIDE_NAME)).exits(0);
        assertThat(ran.that("deploy/friend → outside:80 is allowed")
                        .is("PASS", "CONNECTED")
                        .outcomes())
                .hasSize(2)
                .containsOnly("CONNECTED");
    }
}
