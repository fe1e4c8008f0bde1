package dev.netproof.live;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.StreamSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Sources are what runs in the cluster, and what runs there at night: cases 15, 16 and 19 among them. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
@Execution(ExecutionMode.CONCURRENT)
final class SourcesIT {
    private static final String EXEMPT = "network-policy-exempt";

    @RegisterExtension
    static final LiveCluster LIVE = LiveCluster.with("sources");

    @BeforeAll
    static void anEngine() {
        Lab.needed("an enforcing engine");
    }

    @Test
    void a_label_on_a_running_pod_is_part_of_the_source_until_it_is_gone() {
        FieldCase labels = FieldCase.applied(LIVE, "15");

        labels.run("matrix.yaml")
                .exits(0)
                .that("deploy/client → svc/db is denied")
                .is("PASS", "DENIED");

        Pod client = labels.pods("app", "client").get(0);
        label(client, Map.of(EXEMPT, ""));
        Ran labelled = labels.run("matrix.yaml").exits(1);
        labelled.that("deploy/client → svc/db is denied").is("FAIL", "OPEN").says(EXEMPT + "=", name(client));
        labelled.that("exempt → svc/db is allowed").is("PASS", "CONNECTED");
        assertThat(labelled.notes())
                .anySatisfy(note -> assertThat(note)
                        .contains("the template of Deployment client differs from its live pods", "without " + EXEMPT));
        assertThat(represented(labelled)).contains(name(client));
        labels.asking("checks: [{from: pod/" + name(client) + ", to: svc/db, expect: deny}]\n")
                .exits(1)
                .that("pod/" + name(client) + " → svc/db is denied")
                .is("FAIL", "OPEN");

        restart(labels, client);
        labels.run("matrix.yaml")
                .exits(0)
                .that("deploy/client → svc/db is denied")
                .is("PASS", "DENIED");
    }

    @Test
    void what_runs_at_night_is_tested_by_day_and_what_has_finished_is_nobody() {
        FieldCase jobs = FieldCase.applied(LIVE, "19");
        Awaitility.await("a finished Job")
                .atMost(Duration.ofMinutes(2))
                .pollInterval(Duration.ofMillis(200))
                .until(() -> jobs.pods("job", "seed").stream()
                        .anyMatch(pod -> "Succeeded".equals(pod.getStatus().getPhase())
                                || "Failed".equals(pod.getStatus().getPhase())));

        Ran ran = jobs.run("matrix.yaml").exits(3);
        ran.that("nightly → svc/report is allowed").is("PASS", "CONNECTED");
        ran.that("nightly → reports:8080 is allowed").is("PASS", "CONNECTED");
        ran.that("nightly → svc/other is denied").is("PASS", "DENIED");
        ran.that("seeder → svc/other is denied")
                .is("INCONCLUSIVE", "NO_SUCH_SOURCE")
                .says("has finished");

        Ran named = jobs.asking("""
                checks:
                  - {from: cronjob/nightly, to: svc/report, expect: allow}
                  - {from: [cronjob/nightly, job/seed], to: svc/other, expect: deny}
                """).exits(0);
        named.that("cronjob/nightly → svc/report is allowed").is("PASS", "CONNECTED");
        named.that("job/seed → svc/other is denied").is("PASS", "DENIED");
        assertThat(named.notes())
                .anySatisfy(note -> assertThat(note)
                        .contains(
                                "source job/seed has no live pod",
                                "has finished",
                                "the template of Job seed is probed"));
    }

    @Test
    void a_selector_of_what_is_not_there_reaches_a_source_without_labels() {
        FieldCase unlabelled = FieldCase.applied(LIVE, "16");

        Ran ran = unlabelled.run("matrix.yaml").exits(1);
        ran.that("naked → svc/db is denied").is("FAIL", "OPEN");
        for (String source : List.of("public", "partner", "elsewhere")) {
            ran.that(source + " → svc/db is denied").is("PASS", "DENIED");
        }
        ran.that("internal → svc/db is allowed").is("PASS", "CONNECTED");
    }

    @Test
    void the_pods_of_a_stateful_set_are_told_apart_by_the_names_that_a_policy_reads() {
        LIVE.apply(
                Manifests.watchedServer("db", 5432, 5432),
                Manifests.client("store")
                        .replace("kind: Deployment", "kind: StatefulSet")
                        .replace(
                                "spec:\n  selector",
                                "spec:\n  replicas: 3\n  podManagementPolicy: Parallel\n  selector"),
                """
                ---
                apiVersion: networking.k8s.io/v1
                kind: NetworkPolicy
                metadata: {name: db-admits-one}
                spec:
                  podSelector: {matchLabels: {app: db}}
                  ingress: [{from: [{podSelector: {matchLabels: {statefulset.kubernetes.io/pod-name: store-0}}}]}]
                """);
        LIVE.awaitReady("db");
        LIVE.awaitStatefulSets();

        Ran ran = LIVE.run("""
                checks:
                  - {from: sts/store, to: svc/db, expect: deny}
                  - {from: sts/store, to: svc/db:5432, expect: allow}
                """, LiveCluster.OWN_NAMESPACE).exits(1);
        ran.that("sts/store → svc/db is denied").is("FAIL", "OPEN").says("tried as store-0");
        ran.that("sts/store → svc/db:5432 is allowed").is("FAIL", "BLOCKED").says("tried as store-1, store-2");
    }

    private static void label(Pod pod, Map<String, String> labels) {
        LIVE.client()
                .pods()
                .resource(pod)
                .edit(one -> one.edit()
                        .editMetadata()
                        .addToLabels(labels)
                        .endMetadata()
                        .build());
    }

    /** Until nothing is left of the pod. */
    private static void restart(FieldCase of, Pod pod) {
        LIVE.client()
                .apps()
                .deployments()
                .inNamespace(of.namespace())
                .withName("client")
                .rolling()
                .restart();
        Awaitility.await("a new pod instead of " + name(pod))
                .atMost(Duration.ofMinutes(1))
                .pollInterval(Duration.ofMillis(200))
                .until(() -> LIVE.client().pods().resource(pod).get() == null);
        of.awaitReady();
    }

    private static String name(Pod pod) {
        return pod.getMetadata().getName();
    }

    private static List<String> represented(Ran ran) {
        return StreamSupport.stream(ran.report().at("/circumstances/probes").spliterator(), false)
                .flatMap(probe -> StreamSupport.stream(probe.path("represents").spliterator(), false))
                .map(JsonNode::asText)
                .toList();
    }
}
