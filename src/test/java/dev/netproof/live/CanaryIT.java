package dev.netproof.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Isolated;

/** What a run says of the cluster beside its matrix. */
@Isolated("the engine is everybody's")
@Timeout(value = 4, unit = TimeUnit.MINUTES)
final class CanaryIT {
    @RegisterExtension
    static final LiveCluster LIVE = LiveCluster.with("canary");

    private static final String SENTENCE = "stranger → svc/web is denied";

    @BeforeAll
    static void aShop() {
        LIVE.apply(Manifests.server("web", 80, 8080), Manifests.client("front"), Manifests.admits("web", "front"));
        LIVE.awaitReady("web", "front");
    }

    @AfterEach
    void engineOn() {
        if (Lab.here()) {
            Lab.engine("on");
        }
        Awaitility.await("netproof's namespaces go")
                .atMost(java.time.Duration.ofSeconds(60))
                .until(() -> LIVE.client()
                        .namespaces()
                        .withLabel(LiveCluster.ROLE)
                        .list()
                        .getItems()
                        .isEmpty());
    }

    private static Ran run(String... options) {
        return LIVE.run("""
                checks:
                  - {from: deploy/front, to: svc/web, expect: allow}
                  - {from: stranger, to: svc/web, expect: deny}
                sources:
                  stranger: {labels: {run: stranger}, synthetic: true}
                """, options);
    }

    @Test
    void aGreenRunIsBackedByProofThatTheNodesEnforce() {
        Ran ran = run(LiveCluster.CANARY).exits(0);
        ran.that(SENTENCE).is("PASS", "DENIED");
        assertThat(ran.report().at("/enforcement/verdict").asText()).isEqualTo("ENFORCED");
        assertThat(ran.report().at("/enforcement/profile").asText()).isEqualTo("CANARY");
    }

    @Test
    void aRunOnAClusterThatEnforcesNothingBeginsWithThat() {
        Lab.needed("an engine that can be switched off");
        Lab.engine("off");
        Ran ran = run(LiveCluster.CANARY).exits(4);
        ran.that(SENTENCE).is("FAIL", "OPEN");
        assertThat(ran.out().lines().findFirst().orElse("")).startsWith("✗ NOT ENFORCED:");
    }

    @Test
    void aRunOnAClusterOfWhichOneNodeEnforcesNothingNamesThatNode() {
        Lab.needed("an engine that can be switched off");
        Lab.engine("off", "node2");
        Ran ran = run(LiveCluster.CANARY).exits(4);
        assertThat(ran.out().lines().findFirst().orElse(""))
                .startsWith("✗ PARTIAL:")
                .contains("not enforcing network policy on node2 (ingress and egress)");
    }

    @Test
    void withoutTheCanaryNothingIsSaidOfTheCluster() {
        Ran ran = run().exits(0);
        assertThat(ran.report().has("enforcement")).isFalse();
    }
}
