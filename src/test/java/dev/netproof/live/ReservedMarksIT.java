package dev.netproof.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.netproof.live.Permissions.Permission;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** deploy/admission keeps netproof's marks for netproof: nobody else writes them, and everything else goes on as before. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
final class ReservedMarksIT {
    @RegisterExtension
    static final LiveCluster LIVE = LiveCluster.with("reserved");

    private static final Accounts ACCOUNTS = new Accounts(LIVE);
    private static final Path POLICY = Path.of("deploy", "admission", "reserved-marks.yaml");
    private static final String REFUSED = "that begin with netproof.dev/ are netproof's";
    private static final String MERGE_LABEL = "{\"metadata\":{\"labels\":{\"%s\":\"probe\"}}}";

    private static List<HasMetadata> installed = List.of();
    private static Path kubeconfig = Path.of("");

    @BeforeAll
    static void theirPolicy() throws IOException {
        List<Permission> may = Stream.of("run", "run-optional", "run-cluster")
                .flatMap(file -> Permissions.of(file).stream())
                .toList();
        kubeconfig = ACCOUNTS.that("netproof", may);
        LIVE.apply(Manifests.server("db", 5432, 5432), Manifests.client("web"), Manifests.admits("db", "web"));
        LIVE.awaitReady();
        // Its account is another's here, and others' tests are no business of its.
        String name = "netproof-reserved-marks-" + LIVE.namespace();
        String adapted = Files.readString(POLICY)
                .replace(
                        "system:serviceaccount:netproof:netproof",
                        "system:serviceaccount:" + LIVE.namespace() + ":netproof")
                .replace("netproof-reserved-marks", name)
                .replace(
                        "  validationActions: [Deny]",
                        "  validationActions: [Deny]\n  matchResources: {namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: "
                                + LIVE.namespace() + "}}}");
        installed = LIVE.client()
                .load(new ByteArrayInputStream(adapted.getBytes(StandardCharsets.UTF_8)))
                .items();
        installed.forEach(one -> LIVE.client().resource(one).create());
        Awaitility.await("the API server minds the policy")
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(500))
                .until(() -> {
                    try {
                        Pod made = LIVE.client()
                                .resource(pod("early", "netproof.dev/early"))
                                .create();
                        LIVE.client().resource(made).withGracePeriod(0).delete();
                        return false;
                    } catch (KubernetesClientException e) {
                        return String.valueOf(e.getMessage()).contains(REFUSED);
                    }
                });
    }

    @AfterAll
    static void noPolicyStays() {
        installed.forEach(one -> LIVE.client().resource(one).delete());
        ACCOUNTS.remove();
    }

    private static Pod pod(String name, String label) {
        return new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(LIVE.namespace())
                .addToLabels(label, "yes")
                .endMetadata()
                .withNewSpec()
                .addNewSchedulingGate("test.example/never")
                .addNewContainer()
                .withName("nothing")
                .withImage("registry.k8s.io/e2e-test-images/agnhost:2.56")
                .endContainer()
                .endSpec()
                .build();
    }

    private static void refused(Runnable what) {
        assertThatThrownBy(what::run)
                .isInstanceOf(KubernetesClientException.class)
                .hasMessageContaining(REFUSED);
    }

    private static void patchNamespace(String patch) {
        LIVE.client().namespaces().withName(LIVE.namespace()).patch(PatchContext.of(PatchType.JSON_MERGE), patch);
    }

    @Test
    void somebody_else_marks_nothing() {
        String name = LIVE.podOf("web").getMetadata().getName();
        refused(() -> patchNamespace(MERGE_LABEL.formatted("netproof.dev/role")));
        refused(() -> patchNamespace(
                "{\"metadata\":{\"annotations\":{\"netproof.dev/deadline\":\"2020-01-01T00:00:00Z\"}}}"));
        refused(() -> LIVE.client()
                .namespaces()
                .withName(LIVE.namespace())
                .subresource("status")
                .patch(PatchContext.of(PatchType.JSON_MERGE), MERGE_LABEL.formatted("netproof.dev/role")));
        refused(() -> LIVE.client().resource(pod("marked", "netproof.dev/role")).create());
        refused(() -> LIVE.client()
                .pods()
                .inNamespace(LIVE.namespace())
                .withName(name)
                .patch(PatchContext.of(PatchType.JSON_MERGE), MERGE_LABEL.formatted("netproof.dev/role")));
        refused(() -> LIVE.client()
                .pods()
                .inNamespace(LIVE.namespace())
                .withName(name)
                .subresource("status")
                .patch(PatchContext.of(PatchType.JSON_MERGE), MERGE_LABEL.formatted("netproof.dev/role")));
        refused(() -> LIVE.client()
                .services()
                .inNamespace(LIVE.namespace())
                .withName("db")
                .patch(PatchContext.of(PatchType.JSON_MERGE), MERGE_LABEL.formatted("netproof.dev/role")));
        refused(() -> LIVE.client()
                .network()
                .v1()
                .networkPolicies()
                .inNamespace(LIVE.namespace())
                .list()
                .getItems()
                .forEach(one -> LIVE.client()
                        .resource(one)
                        .patch(PatchContext.of(PatchType.JSON_MERGE), MERGE_LABEL.formatted("netproof.dev/role"))));
    }

    @Test
    void everything_else_goes_on() {
        patchNamespace(MERGE_LABEL.formatted("team.example/role"));
        Namespace labelled =
                LIVE.client().namespaces().withName(LIVE.namespace()).get();
        assertThat(labelled.getMetadata().getLabels()).containsEntry("team.example/role", "probe");
        Pod made = LIVE.client().resource(pod("plain", "team.example/role")).create();
        LIVE.client().resource(made).withGracePeriod(0).delete();
        // Controllers, schedulers and kubelets make a pod and report on it.
        LIVE.apply(Manifests.client("later"));
        LIVE.awaitReady("later");
    }

    @Test
    void netproof_works_as_before() {
        Ran ran = LIVE.run(kubeconfig, LIVE.matrix("""
                checks:
                - {from: deploy/web, to: svc/db, expect: allow}
                """)).exits(0);

        ran.that("deploy/web → svc/db is allowed").is("PASS", "CONNECTED");
        LIVE.assertNothingLeft();
    }

    @Test
    void who_may_not_write_a_mark_may_not_take_one_away_either() {
        var netproof = new io.fabric8.kubernetes.client.KubernetesClientBuilder()
                .withConfig(io.fabric8.kubernetes.client.Config.fromKubeconfig(kubeconfig.toFile()))
                .build();
        try (netproof) {
            netproof.resource(pod("own", "netproof.dev/role")).create();
        }
        var own = LIVE.client().pods().inNamespace(LIVE.namespace()).withName("own");
        try {
            refused(() -> own.patch(
                    PatchContext.of(PatchType.JSON_MERGE), "{\"metadata\":{\"labels\":{\"netproof.dev/role\":null}}}"));
            own.patch(PatchContext.of(PatchType.JSON_MERGE), MERGE_LABEL.formatted("team.example/role"));
            assertThat(own.get().getMetadata().getLabels()).containsKeys("netproof.dev/role", "team.example/role");
        } finally {
            own.withGracePeriod(0).delete();
        }
    }
}
