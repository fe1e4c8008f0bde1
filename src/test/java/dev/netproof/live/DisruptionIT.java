package dev.netproof.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.netproof.live.LiveCluster.Started;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
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
    private static final String ALLOWED = "deploy/web → svc/db is allowed";
    private static final String DENIED = "deploy/front → svc/db is denied";

    @BeforeAll
    static void servers() {
        LIVE.apply(
                Manifests.server("db", 5432, 5432),
                Manifests.everywhere("spread", 80, 8080),
                Manifests.server("old", 80, 8080),
                Manifests.server("new", 80, 8080),
                Manifests.service("shifty", "old", 80, 8080),
                Manifests.client("web"),
                Manifests.client("front"),
                Manifests.admits("db", "web"),
                Manifests.admits("spread", "web"),
                Manifests.admits("new", "web"));
        LIVE.awaitReady();
    }

    @Test
    void a_policy_that_nobody_enforces_is_a_violation() {
        Lab.needed("an engine that can be switched off");
        Lab.engine("off");
        try {
            Ran open = LIVE.run(MATRIX).exits(1);
            open.that(DENIED).advises("enforces policies at all");
            Fault.ENGINE_OFF.shown(LIVE, open, ALLOWED, DENIED);
        } finally {
            Lab.engine("on");
        }
        LIVE.run(MATRIX).exits(0).that("deploy/front → svc/db is denied").is("PASS", "DENIED");
    }

    @Test
    void one_node_that_does_not_enforce_is_found_behind_any_service() {
        Lab.needed("an engine that can be switched off on one node");
        Lab.engine("off", "node2");
        try {
            Ran ran = LIVE.run("""
                    sources:
                      each: {labels: {app: front}, nodes: each}
                    checks:
                    - {from: each, to: svc/spread, expect: deny}
                    """);
            Fault.ONE_NODE_OPEN.shown(LIVE, ran, "each → svc/spread is denied");
        } finally {
            Lab.engine("on", "node2");
        }
    }

    @Test
    void a_fresh_pod_that_is_let_through_until_its_rules_land_is_no_violation() {
        Lab.needed("an engine that comes late");
        Lab.engine("off");
        Ran ran;
        try {
            ran = LIVE.runWhile(
                    MATRIX, 2, List.of("web", "front"), () -> Lab.engine("on"), "--settle=12s", "--deadline=25s");
        } finally {
            Lab.engine("on");
        }
        ran.that(DENIED).says("let through for");
        Fault.ENGINE_LATE.shown(LIVE, ran, ALLOWED, DENIED);
    }

    @Test
    void lost_packets_are_no_denial_and_no_violation() {
        Lab.needed("a lossy network");
        Lab.during(
                () -> Fault.LOSS.shown(
                        LIVE, LIVE.run(MATRIX, "--connect-timeout=3s", "--deadline=25s"), ALLOWED, DENIED),
                "loss",
                "5",
                "node1");
    }

    @Test
    void without_name_servers_nobody_is_blamed_for_it() {
        Lab.needed("name servers that can be stopped");
        Lab.during(() -> Fault.DNS_DOWN.shown(LIVE, LIVE.run(MATRIX), ALLOWED, DENIED), "dns", "stop");
    }

    @Test
    void a_log_that_is_cut_is_followed_on() {
        Lab.needed("kubelets that can be restarted");
        Ran ran = LIVE.runWhile(
                MATRIX,
                2,
                List.of("web", "front"),
                () -> {
                    Lab.fault("kubelet", "restart", "node1");
                    Lab.fault("kubelet", "restart", "node2");
                },
                "--settle=8s",
                "--deadline=25s");
        Fault.LOG_CUT.shown(LIVE, ran, ALLOWED, DENIED);
    }

    @Test
    void a_node_that_falls_silent_is_no_denial() {
        Lab.needed("kubelets that can be stopped");
        LIVE.apply(
                Manifests.clientOn("silent", "node1"),
                Manifests.clientOn("loud", "node2"),
                Manifests.server("loud-only", 80, 8080),
                Manifests.admits("loud-only", "loud"));
        LIVE.awaitReady();
        List<String> stopped = new ArrayList<>();
        Ran ran;
        try {
            ran = LIVE.runWhile(
                    """
                    checks:
                    - {from: deploy/loud, to: svc/loud-only, expect: allow}
                    - {from: deploy/silent, to: svc/loud-only, expect: deny}
                    """,
                    1,
                    List.of("silent", "loud"),
                    () -> stopped.add(Lab.fault("kubelet", "stop", "node1")),
                    "--settle=8s",
                    "--deadline=25s");
        } finally {
            stopped.forEach(Lab::clear);
        }
        Fault.KUBELET_STOPPED.shown(
                LIVE, ran, "deploy/loud → svc/loud-only is allowed", "deploy/silent → svc/loud-only is denied");
    }

    @Test
    void an_api_server_that_goes_away_and_comes_back_costs_no_verdict() {
        Lab.needed("an API server that can be restarted");
        Ran ran = LIVE.runWhile(
                MATRIX,
                2,
                List.of("web", "front"),
                () -> Lab.fault("apiserver", "restart"),
                "--settle=6s",
                "--deadline=40s");
        assertThat(ran.junit()).isNotEmptyFile();
        Fault.API_RESTARTED.shown(LIVE, ran, ALLOWED, DENIED);
    }

    @Test
    void a_slow_api_server_costs_time_and_no_verdict() {
        Lab.needed("an API server that can be slowed");
        Lab.during(
                () -> Fault.API_SLOW.shown(LIVE, LIVE.run(MATRIX, "--deadline=40s"), ALLOWED, DENIED),
                "apiserver",
                "slow",
                "on");
    }

    @Test
    void starved_probes_prove_nothing() {
        Lab.needed("nodes that can be starved");
        String one = Lab.fault("starve", "on", "node1", "4000");
        String two = Lab.fault("starve", "on", "node2", "4000");
        Ran ran;
        try {
            ran = LIVE.run(MATRIX);
        } finally {
            Lab.clear(one);
            Lab.clear(two);
        }
        Fault.STARVED.shown(LIVE, ran, ALLOWED, DENIED);
    }

    @Test
    void another_pod_that_answers_behind_the_service_is_seen() {
        Lab.needed("a kube-proxy that can be stopped");
        String one = Lab.fault("proxy", "stop", "node1");
        String two = Lab.fault("proxy", "stop", "node2");
        Ran ran;
        try {
            LIVE.client()
                    .services()
                    .inNamespace(LIVE.namespace())
                    .withName("shifty")
                    .edit(service -> {
                        service.getSpec().setSelector(Map.of("app", "new"));
                        return service;
                    });
            String ip = LIVE.podOf("new").getStatus().getPodIP();
            Awaitility.await("the other endpoint")
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> LIVE
                            .client()
                            .discovery()
                            .v1()
                            .endpointSlices()
                            .inNamespace(LIVE.namespace())
                            .withLabel("kubernetes.io/service-name", "shifty")
                            .list()
                            .getItems()
                            .stream()
                            .anyMatch(slice -> slice.toString().contains(ip)));
            ran = LIVE.run("""
                    checks:
                    - {from: deploy/web, to: svc/shifty, expect: allow}
                    - {from: deploy/front, to: svc/shifty, expect: deny}
                    """);
        } finally {
            Lab.clear(one);
            Lab.clear(two);
        }
        ran.that("deploy/front → svc/shifty is denied").says("the Service address");
        Fault.ANOTHER_POD.shown(LIVE, ran, "deploy/web → svc/shifty is allowed", "deploy/front → svc/shifty is denied");
    }

    @Test
    void what_a_killed_run_leaves_is_cleaned() throws Exception {
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
        assertThat(careful.out()).contains("0 objects removed", "kept");
        assertThat(LIVE.leftovers()).isNotEmpty();

        String no = LIVE.onATerminal("n", "clean", "-n", LIVE.namespace());
        assertThat(no).contains("may still be active. Remove them too? [y/N]", "kept");
        assertThat(LIVE.leftovers()).isNotEmpty();
        String yes = LIVE.onATerminal("y", "clean", "-n", LIVE.namespace());
        assertThat(yes).contains("Remove them too? [y/N]", "removed from");
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
