package dev.netproof.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.netproof.live.LiveCluster.Started;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** After a SIGKILL nothing runs past its deadline, and the next run removes what is left: all of it and nothing else. */
@Timeout(value = 4, unit = TimeUnit.MINUTES)
final class KilledIT {
    @RegisterExtension
    static final LiveCluster LIVE = LiveCluster.with("killed");

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
                Manifests.admits("db", "web"),
                """
                ---
                apiVersion: v1
                kind: Pod
                metadata: {name: bystander, labels: {app: front, netproof.dev/other: probe}}
                spec:
                  schedulingGates: [{name: test.example/never}]
                  containers: [{name: nothing, image: registry.k8s.io/e2e-test-images/agnhost:2.56}]
                """);
        LIVE.awaitReady();
    }

    @Test
    void leaves_nothing_that_runs_and_the_next_run_removes_it() throws Exception {
        Started started = LIVE.start(MATRIX, "--settle=3m", "--deadline=4m", "--timeout=45s");
        LIVE.awaitProbe(started);
        started.process().destroyForcibly();
        assertThat(started.process().waitFor(10, TimeUnit.SECONDS)).isTrue();
        List<String> others = others();
        List<Pod> left = own();
        assertThat(left).isNotEmpty();
        assertThat(left)
                .filteredOn(pod -> probe(pod))
                .isNotEmpty()
                .allSatisfy(pod -> assertThat(pod.getSpec().getActiveDeadlineSeconds())
                        .as("the time that was given and half a minute")
                        .isEqualTo(75L));
        Awaitility.await("the end of all probes")
                .atMost(Duration.ofSeconds(100))
                .until(() -> own().stream()
                        .noneMatch(pod ->
                                probe(pod) && "Running".equals(pod.getStatus().getPhase())));

        Ran next = LIVE.run(MATRIX);

        assertThat(next.notes())
                .anyMatch(note -> note.equals("removed " + left.size() + " objects that an earlier run left behind"));
        assertThat(others()).containsExactlyElementsOf(others).anyMatch(name -> name.startsWith("bystander "));
        Fault.KILLED.shown(LIVE, next, "deploy/web → svc/db is allowed", "deploy/front → svc/db is denied");
    }

    private static boolean probe(Pod pod) {
        return "probe".equals(pod.getMetadata().getLabels().get(LiveCluster.ROLE));
    }

    private static List<Pod> own() {
        return LIVE.client()
                .pods()
                .inNamespace(LIVE.namespace())
                .withLabel(LiveCluster.ROLE)
                .list()
                .getItems();
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
