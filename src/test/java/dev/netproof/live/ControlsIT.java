package dev.netproof.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** A denial counts where the target is proved alive, whoever may reach it; and where it is not, it does not count. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
@Execution(ExecutionMode.CONCURRENT)
final class ControlsIT {
    @RegisterExtension
    static final LiveCluster LIVE = LiveCluster.with("controls");

    @BeforeAll
    static void servers() {
        LIVE.apply(
                Manifests.everywhere("open", 80, 8080),
                Manifests.watchedServer("safe", 80, 8080),
                Manifests.server("vault", 80, 8080),
                Manifests.loopbackServer("shy", 80, 8080),
                Manifests.client("front"),
                Manifests.admitsNobody("safe"),
                Manifests.admitsNobody("vault"));
        LIVE.awaitReady();
    }

    @Test
    void what_is_denied_to_all_is_proved_by_its_listening() {
        Ran ran = LIVE.run("""
                checks:
                - {from: deploy/front, to: svc/open, expect: allow}
                - {from: deploy/front, to: svc/safe, expect: deny}
                - {from: deploy/front, to: svc/vault, expect: deny}
                """);
        ran.that("deploy/front → svc/open is allowed").is("PASS", "CONNECTED");
        assertThat(ran.that("deploy/front → svc/safe is denied")
                        .is("PASS", "DENIED")
                        .controls())
                .hasSize(2)
                .containsOnly("LISTENING");
        Ran.Result vault = ran.that("deploy/front → svc/vault is denied");
        if (Lab.here()) {
            vault.is("PASS", "DENIED");
            assertThat(vault.outcomes()).containsOnly("TIMEOUT");
            assertThat(vault.controls()).hasSize(2).containsOnly("LISTENING_LOOPBACK");
            ran.exits(0);
        }
    }

    @Test
    void a_server_bound_to_loopback_alone_is_never_a_denial() {
        Ran ran = LIVE.run("""
                checks:
                - {from: deploy/front, to: svc/open, expect: allow}
                - {from: deploy/front, to: svc/shy, expect: deny}
                """).exits(3);
        Ran.Result shy = ran.that("deploy/front → svc/shy is denied").is("INCONCLUSIVE", "NO_CONTROL");
        assertThat(shy.outcomes()).isNotEmpty().containsOnly("REFUSED");
        Fault.LOOPBACK_SERVER.shown(LIVE, ran, "deploy/front → svc/shy is denied");
    }
}
