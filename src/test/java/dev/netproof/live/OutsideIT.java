package dev.netproof.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The world outside, by name and by address, with a probe of netproof's own as control. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
@Execution(ExecutionMode.CONCURRENT)
final class OutsideIT {
    @RegisterExtension
    static final LiveCluster LIVE = LiveCluster.with("outside");

    @BeforeAll
    static void clients() {
        Lab.needed("a host outside that may be contacted");
        LIVE.apply(Manifests.client("kept"), Manifests.client("rover"), Manifests.mayOnlyResolve("kept"));
        LIVE.awaitReady();
    }

    @Test
    void is_denied_to_one_and_allowed_to_another() {
        Ran ran = LIVE.run("""
                destinations:
                  name: {host: %s, port: 80}
                  address: {ip: %s, port: 80}
                checks:
                - {from: deploy/kept, to: [name, address], expect: deny}
                - {from: deploy/rover, to: [name, address], expect: allow}
                """.formatted(Lab.OUTSIDE_NAME, Lab.OUTSIDE_IP)).exits(0);
        for (String to : new String[] {"name:80", "address:80"}) {
            ran.that("deploy/rover → " + to + " is allowed").is("PASS", "CONNECTED");
            Ran.Result denied = ran.that("deploy/kept → " + to + " is denied").is("PASS", "DENIED");
            assertThat(denied.outcomes()).isNotEmpty().containsOnly("TIMEOUT");
            assertThat(denied.controls()).isNotEmpty().containsOnly("REACHED");
        }
    }

    @Test
    void is_proved_alive_by_the_control_alone() {
        Ran ran = LIVE.run("""
                destinations:
                  name: {host: %s, port: 80}
                  dead: {ip: %s, port: 81}
                checks:
                - {from: deploy/kept, to: [name, dead], expect: deny}
                """.formatted(Lab.OUTSIDE_NAME, Lab.OUTSIDE_IP)).exits(3);
        Ran.Result denied = ran.that("deploy/kept → name:80 is denied").is("PASS", "DENIED");
        assertThat(denied.controls()).containsOnly("REACHED");
        ran.that("deploy/kept → dead:81 is denied")
                .is("INCONCLUSIVE", "NO_CONTROL")
                .says("no other source reached it");
    }
}
