package dev.netproof.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** What nobody in the matrix gets through to is proved by traffic of netproof's own, between the same two nodes. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
@Execution(ExecutionMode.CONCURRENT)
final class WitnessIT {
    @RegisterExtension
    static final LiveCluster LIVE = LiveCluster.with("witness");

    @BeforeAll
    static void servers() {
        Lab.needed("an enforcing engine that drops");
        LIVE.apply(
                Manifests.watchedServer("safe", 80, 8080),
                Manifests.server("vault", 80, 8080),
                Manifests.client("front"),
                Manifests.client("kept"),
                Manifests.mayOnlyResolve("kept"),
                Manifests.admitsNobody("safe"),
                Manifests.admitsNobody("vault"));
        LIVE.awaitReady();
    }

    @Test
    void a_single_denial_is_proved() {
        Ran ran = LIVE.run("""
                checks:
                - {from: deploy/front, to: svc/safe, expect: deny}
                """, LiveCluster.OWN_NAMESPACE).exits(0);
        assertThat(ran.that("deploy/front → svc/safe is denied")
                        .is("PASS", "DENIED")
                        .controls())
                .hasSize(2)
                .containsOnly("LISTENING");
    }

    @Test
    void a_single_denial_is_proved_by_a_port_forward_alone() {
        Ran ran = LIVE.run("""
                checks:
                - {from: deploy/front, to: svc/vault, expect: deny}
                """, LiveCluster.OWN_NAMESPACE).exits(0);
        assertThat(ran.that("deploy/front → svc/vault is denied")
                        .is("PASS", "DENIED")
                        .controls())
                .hasSize(2)
                .containsOnly("LISTENING_LOOPBACK");
    }

    @Test
    void a_single_allowance_that_is_blocked_is_a_violation() {
        LIVE.run("""
                checks:
                - {from: deploy/front, to: svc/safe, expect: allow}
                """, LiveCluster.OWN_NAMESPACE)
                .exits(1)
                .that("deploy/front → svc/safe is allowed")
                .is("FAIL", "BLOCKED");
    }

    @Test
    void a_mistyped_label_is_said_and_not_the_missing_control() {
        LIVE.run("""
                sources: {typo: {labels: {app: frnot}}}
                checks:
                - {from: typo, to: svc/safe, expect: deny}
                """, LiveCluster.OWN_NAMESPACE)
                .exits(3)
                .that("typo → svc/safe is denied")
                .is("INCONCLUSIVE", "NO_SUCH_SOURCE")
                .says("did you mean app=front?");
    }

    /** The control is in a namespace that the run makes, and not in one that somebody may have locked. */
    @Test
    void what_is_outside_is_proved_from_a_namespace_of_the_runs_own() {
        Ran ran = LIVE.run("""
                destinations:
                  outside: {ip: %s, port: 80}
                checks:
                - {from: deploy/kept, to: outside, expect: deny}
                """.formatted(Lab.OUTSIDE_IP), LiveCluster.OWN_NAMESPACE)
                .exits(0);
        assertThat(ran.that("deploy/kept → outside:80 is denied")
                        .is("PASS", "DENIED")
                        .controls())
                .containsOnly("REACHED");
    }
}
