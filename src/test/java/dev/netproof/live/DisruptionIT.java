package dev.netproof.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.netproof.live.LiveCluster.Started;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Isolated;

/** What concerns the whole cluster, so that no other test runs beside it. */
@Isolated("the engine, the API server and the leftovers are everybody's")
@Timeout(value = 3, unit = TimeUnit.MINUTES)
final class DisruptionIT {
    @RegisterExtension
    static final LiveCluster LIVE = LiveCluster.with("disruption");

    private static final String MATRIX = """
            checks:
            - {from: deploy/web, to: svc/db, expect: allow}
            - {from: deploy/front, to: svc/db, expect: deny}
            """;

    @BeforeAll
    static void servers() {
        LIVE.apply(
                Manifests.server("db", 5432, 5432),
                Manifests.client("web"),
                Manifests.client("front"),
                Manifests.admits("db", "web"));
        LIVE.awaitReady();
    }

    @Test
    void aPolicyThatNobodyEnforcesIsAViolation() {
        Lab.needed("an engine that can be switched off");
        Lab.engine("off");
        try {
            Ran open = LIVE.run(MATRIX).exits(1);
            open.that("deploy/front → svc/db is denied").is("FAIL", "OPEN").advises("enforces policies at all");
            open.that("deploy/web → svc/db is allowed").is("PASS", "CONNECTED");
        } finally {
            Lab.engine("on");
        }
        LIVE.run(MATRIX).exits(0).that("deploy/front → svc/db is denied").is("PASS", "DENIED");
    }

    @Test
    void anApiServerThatGoesAwayAndComesBackEndsInAReport() throws Exception {
        Lab.needed("an API server that can be restarted");
        Started started = LIVE.start(MATRIX, "--timeout=90s");
        LIVE.awaitProbe(started);
        Lab.fault("apiserver", "restart");
        Ran ran = started.ends(Duration.ofSeconds(120));
        // Logs that broke off may cost an answer, never give a wrong one.
        assertThat(ran.exit()).as(ran.err() + ran.out()).isIn(0, 3, 5);
        assertThat(ran.report().at("/exit/code").asInt()).isEqualTo(ran.exit());
        assertThat(ran.junit()).isNotEmptyFile();
        LIVE.assertNothingLeft();
    }

    @Test
    void whatAKilledRunLeavesIsCleaned() throws Exception {
        LIVE.apply("""
                apiVersion: v1
                kind: Pod
                metadata: {name: bystander, labels: {app: front, netproof.dev/other: probe}}
                spec:
                  schedulingGates: [{name: test.example/never}]
                  containers: [{name: nothing, image: registry.k8s.io/e2e-test-images/agnhost:2.56}]
                """);
        Started started = LIVE.start(MATRIX, "--settle=3m", "--deadline=4m");
        LIVE.awaitProbe(started);
        started.process().destroyForcibly();
        assertThat(started.process().waitFor(10, TimeUnit.SECONDS)).isTrue();
        List<String> others = others();
        assertThat(LIVE.leftovers()).isNotEmpty();

        Streams.Captured careful = LIVE.command("clean", "-n", LIVE.namespace());
        assertThat(careful.exit()).isZero();
        assertThat(careful.out()).contains("0 removed", "left alone");
        assertThat(LIVE.leftovers()).isNotEmpty();

        Streams.Captured all = LIVE.command("clean", "--all");
        assertThat(all.exit()).as(all.err()).isZero();
        LIVE.assertNothingLeft();
        assertThat(others()).containsExactlyElementsOf(others).anyMatch(name -> name.startsWith("bystander "));
    }

    private static List<String> others() {
        return LIVE.client().pods().inNamespace(LIVE.namespace()).list().getItems().stream()
                .filter(pod -> !pod.getMetadata().getLabels().containsKey(LiveCluster.ROLE))
                .map(pod ->
                        pod.getMetadata().getName() + " " + pod.getMetadata().getUid())
                .sorted()
                .toList();
    }
}
