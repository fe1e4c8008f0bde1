package dev.netproof.live;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.fabric8.kubernetes.api.model.authentication.TokenRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the cluster does not let netproof do is said, and never taken for a denial. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
final class PermissionsIT {
    @RegisterExtension
    static final LiveCluster LIVE = LiveCluster.with("permissions");

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
    void an_image_that_nobody_has_ends_soon() {
        Ran ran = LIVE.run(MATRIX, "--curl-image", "docker.io/nowhere/none:1").exits(5);
        ran.that("deploy/front → svc/db is denied")
                .is("INCONCLUSIVE", "PROBE_FAILED")
                .says("mage");
        ran.that("deploy/web → svc/db is allowed").is("INCONCLUSIVE", "PROBE_FAILED");
        Fault.NO_IMAGE.shown(LIVE, ran, "deploy/front → svc/db is denied");
    }

    @Test
    void who_may_not_create_pods_is_told() throws IOException {
        Path kubeconfig = identity("no-create", "[get, list, watch, delete]", "{resources: [pods/log], verbs: [get]}");
        Ran ran = LIVE.run(kubeconfig, LIVE.matrix(MATRIX)).exits(5);
        ran.that("deploy/front → svc/db is denied")
                .is("INCONCLUSIVE", "PROBE_FAILED")
                .says("cannot create resource \"pods\"", "no-create")
                .advises("auth can-i create pods");
        Fault.FORBIDDEN_CREATE.shown(LIVE, ran, "deploy/front → svc/db is denied");
    }

    @Test
    void who_may_not_read_logs_is_told() throws IOException {
        Path kubeconfig = identity(
                "no-logs", "[get, list, watch, create, delete]", "{resources: [pods/portforward], verbs: [create]}");
        Ran ran = LIVE.run(kubeconfig, LIVE.matrix(MATRIX)).exits(5);
        Ran.Result result = ran.that("deploy/front → svc/db is denied").is("INCONCLUSIVE", "PROBE_FAILED");
        assertThat(result.node().path("verdict").toString()).contains("pods/log", LIVE.namespace());
        Fault.FORBIDDEN_LOGS.shown(LIVE, ran, "deploy/front → svc/db is denied");
    }

    /** A kubeconfig for a service account of the namespace with these rights. */
    private static Path identity(String name, String podVerbs, String rule) throws IOException {
        LIVE.apply("""
                ---
                apiVersion: v1
                kind: ServiceAccount
                metadata: {name: %1$s}
                ---
                apiVersion: rbac.authorization.k8s.io/v1
                kind: Role
                metadata: {name: %1$s}
                rules:
                  - {apiGroups: [""], resources: [pods], verbs: %2$s}
                  - %3$s
                  - {apiGroups: [""], resources: [services], verbs: [get, list]}
                  - {apiGroups: [apps], resources: [deployments, replicasets, statefulsets, daemonsets], verbs: [get, list]}
                  - {apiGroups: [discovery.k8s.io], resources: [endpointslices], verbs: [get, list]}
                ---
                apiVersion: rbac.authorization.k8s.io/v1
                kind: RoleBinding
                metadata: {name: %1$s}
                roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: %1$s}
                subjects: [{kind: ServiceAccount, name: %1$s, namespace: %4$s}]
                """.formatted(
                        name, podVerbs, rule.replace("{resources", "{apiGroups: [\"\"], resources"), LIVE.namespace()));
        TokenRequest token = LIVE.client()
                .serviceAccounts()
                .inNamespace(LIVE.namespace())
                .withName(name)
                .tokenRequest();
        ObjectMapper yaml = new ObjectMapper(new YAMLFactory());
        JsonNode admin = yaml.readTree(LIVE.kubeconfig().toFile());
        ObjectNode config = admin.deepCopy();
        for (JsonNode cluster : config.path("clusters")) {
            absolute((ObjectNode) cluster.path("cluster"));
        }
        for (JsonNode user : config.path("users")) {
            ((ObjectNode) user).putObject("user").put("token", token.getStatus().getToken());
        }
        Path file = LIVE.file(name + ".yaml");
        yaml.writeValue(file.toFile(), config);
        return file;
    }

    private static void absolute(ObjectNode cluster) {
        String file = cluster.path("certificate-authority").asText();
        if (!file.isEmpty()) {
            cluster.put(
                    "certificate-authority",
                    LIVE.kubeconfig().toAbsolutePath().resolveSibling(file).toString());
        }
    }
}
