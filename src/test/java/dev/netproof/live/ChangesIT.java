package dev.netproof.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.LocalPortForward;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What changes while the probes run, or is not what it seems. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
final class ChangesIT {
    @RegisterExtension
    static final LiveCluster LIVE = LiveCluster.with("changes");

    private static final String MATRIX = """
            checks:
            - {from: deploy/web, to: svc/db, expect: allow}
            - {from: deploy/front, to: svc/db, expect: deny}
            """;
    private static final String ALLOWED = "deploy/web → svc/db is allowed";
    private static final String DENIED = "deploy/front → svc/db is denied";

    @BeforeAll
    static void servers() {
        LIVE.apply(
                Manifests.server("db", 5432, 5432),
                Manifests.server("frail", 80, 8080),
                Manifests.server("open", 80, 8080),
                Manifests.server("late", 80, 8080),
                Manifests.server("old", 80, 8080),
                Manifests.everywhere("pair", 80, 8080),
                Manifests.everywhere("anywhere", 80, 8080),
                Manifests.client("web"),
                Manifests.client("front"),
                Manifests.keeper("keeper", "old", 80),
                Manifests.admits("db", "web"),
                Manifests.admits("frail", "web"));
        LIVE.awaitReady();
    }

    @Test
    void a_probe_that_is_killed_is_no_denial() {
        Ran ran = LIVE.runWhile(
                MATRIX,
                1,
                List.of("web", "front"),
                () -> LIVE.client()
                        .pods()
                        .resource(LIVE.probeOf("front").orElseThrow())
                        .withGracePeriod(0)
                        .delete(),
                "--settle=6s");
        ran.that(DENIED).says("deleted by somebody else");
        Fault.PROBE_KILLED.shown(LIVE, ran, ALLOWED, DENIED);
    }

    @Test
    void a_target_that_restarts_proves_no_denial() {
        Ran ran = LIVE.runWhile("""
                checks:
                - {from: deploy/web, to: svc/frail, expect: allow}
                - {from: deploy/front, to: svc/frail, expect: deny}
                """, 2, List.of("web", "front"), ChangesIT::end, "--settle=6s");
        ran.that("deploy/front → svc/frail is denied").says("restarted");
        Fault.TARGET_RESTARTED.shown(LIVE, ran, "deploy/front → svc/frail is denied");
    }

    /** Has the server end its process, which the kubelet starts again. */
    private static void end() {
        int before = restarts();
        try (LocalPortForward forward =
                LIVE.client().pods().resource(LIVE.podOf("frail")).portForward(8080)) {
            HttpURLConnection request =
                    (HttpURLConnection) URI.create("http://127.0.0.1:" + forward.getLocalPort() + "/exit?code=1")
                            .toURL()
                            .openConnection();
            request.setConnectTimeout(5_000);
            request.setReadTimeout(5_000);
            request.getResponseCode();
        } catch (IOException e) {
            // It ended before it answered.
        }
        Awaitility.await("the restart").atMost(Duration.ofSeconds(30)).until(() -> restarts() > before);
    }

    private static int restarts() {
        return LIVE.podOf("frail").getStatus().getContainerStatuses().get(0).getRestartCount();
    }

    @Test
    void a_policy_that_comes_during_the_run_comes_too_late() {
        Ran ran = LIVE.runWhile("""
                checks:
                - {from: deploy/front, to: svc/open, expect: deny}
                """, 5, List.of("front"), () -> LIVE.apply(Manifests.admits("open", "web")));
        Fault.POLICY_CHANGED.shown(LIVE, ran, "deploy/front → svc/open is denied");
    }

    @Test
    void what_is_denied_at_first_and_allowed_later_is_allowed() {
        Lab.needed("packets that are dropped");
        String fault = Lab.fault(
                "drop", "--from", "any", "--to", LIVE.podOf("late").getStatus().getPodIP());
        Ran ran = LIVE.runWhile("""
                checks:
                - {from: deploy/front, to: svc/late, expect: allow}
                """, 2, List.of("front"), () -> Lab.clear(fault), "--deadline=25s");
        ran.that("deploy/front → svc/late is allowed").says("not yet at");
        Fault.DENIED_AT_FIRST.shown(LIVE, ran, "deploy/front → svc/late is allowed");
    }

    @Test
    void a_service_of_which_half_cannot_be_reached_is_blocked() {
        Lab.needed("packets that are dropped");
        Lab.during(
                () -> {
                    Ran ran = LIVE.run("""
                            checks:
                            - {from: ds/anywhere, to: svc/anywhere, expect: allow}
                            - {from: ds/anywhere, to: svc/pair, expect: allow}
                            """);
                    Fault.HALF_UNREACHABLE.shown(LIVE, ran, "ds/anywhere → svc/pair is allowed");
                },
                "drop",
                "--from",
                "any",
                "--to",
                LIVE.podOf("pair").getStatus().getPodIP());
    }

    @Test
    void a_connection_from_before_the_policy_is_no_connection_of_the_probes() {
        Awaitility.await("a kept connection")
                .atMost(Duration.ofSeconds(30))
                .until(() -> LIVE.client()
                        .pods()
                        .resource(LIVE.podOf("keeper"))
                        .getLog()
                        .contains("connected"));
        LIVE.apply(Manifests.admits("old", "web"));
        Ran ran = LIVE.run("""
                checks:
                - {from: deploy/web, to: svc/old, expect: allow}
                - {from: deploy/keeper, to: svc/old, expect: deny}
                """);
        Fault.KEPT_ALIVE.shown(LIVE, ran, "deploy/web → svc/old is allowed", "deploy/keeper → svc/old is denied");
    }

    @Test
    void two_runs_of_the_same_matrix_do_not_disturb_each_other() {
        CompletableFuture<Ran> other = CompletableFuture.supplyAsync(() -> LIVE.run(MATRIX));
        Ran one = LIVE.run(MATRIX);
        Ran two = other.join();
        two.exits(0);
        assertThat(two.notes()).noneMatch(note -> note.contains("removed"));
        Fault.TWO_RUNS.shown(LIVE, one, ALLOWED, DENIED);
        Fault.TWO_RUNS.shown(LIVE, two, ALLOWED, DENIED);
    }
}
