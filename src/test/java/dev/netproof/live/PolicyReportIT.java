package dev.netproof.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.dsl.FieldValidateable;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** That an API server which knows the resources of policy dashboards takes the reports, to the last field. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
final class PolicyReportIT {
    @RegisterExtension
    static final LiveCluster LIVE = LiveCluster.with("policy-report");

    private static final List<CustomResourceDefinition> KNOWN = new ArrayList<>();

    /**
     * The fields, types and words that both projects' definitions have in common for what netproof writes; strict validation refuses
     * whatever is not among them.
     */
    private static String definition(String group, String version, String kind, String scope) {
        String plural = kind.toLowerCase(java.util.Locale.ROOT) + "s";
        return """
                apiVersion: apiextensions.k8s.io/v1
                kind: CustomResourceDefinition
                metadata: {name: %2$s.%1$s}
                spec:
                  group: %1$s
                  scope: %5$s
                  names: {kind: %4$s, plural: %2$s}
                  versions:
                  - name: %3$s
                    served: true
                    storage: true
                    schema:
                      openAPIV3Schema:
                        type: object
                        properties:
                          summary:
                            type: object
                            properties:
                              pass: {type: integer}
                              fail: {type: integer}
                              warn: {type: integer}
                              error: {type: integer}
                              skip: {type: integer}
                          results:
                            type: array
                            items:
                              type: object
                              required: [policy]
                              properties:
                                source: {type: string}
                                policy: {type: string}
                                rule: {type: string}
                                category: {type: string}
                                message: {type: string}
                                scored: {type: boolean}
                                result: {type: string, enum: [pass, fail, warn, error, skip]}
                                severity: {type: string, enum: [critical, high, low, medium, info]}
                                properties: {type: object, additionalProperties: {type: string}}
                                timestamp:
                                  type: object
                                  required: [nanos, seconds]
                                  properties:
                                    nanos: {type: integer, format: int32}
                                    seconds: {type: integer, format: int64}
                                resourceSelector:
                                  type: object
                                  properties:
                                    matchLabels: {type: object, additionalProperties: {type: string}}
                                resources:
                                  type: array
                                  items:
                                    type: object
                                    properties:
                                      apiVersion: {type: string}
                                      kind: {type: string}
                                      namespace: {type: string}
                                      name: {type: string}
                                      uid: {type: string}
                """.formatted(group, plural, version, kind, scope);
    }

    @BeforeAll
    static void dashboards() {
        LIVE.apply(
                Manifests.server("db", 5432, 5432),
                Manifests.client("web"),
                Manifests.client("front"),
                Manifests.admits("db", "web"));
        for (String definition : List.of(
                definition("openreports.io", "v1alpha1", "Report", "Namespaced"),
                definition("openreports.io", "v1alpha1", "ClusterReport", "Cluster"),
                definition("wgpolicyk8s.io", "v1alpha2", "PolicyReport", "Namespaced"),
                definition("wgpolicyk8s.io", "v1alpha2", "ClusterPolicyReport", "Cluster"))) {
            HasMetadata known = LIVE.client()
                    .load(new ByteArrayInputStream(definition.getBytes(StandardCharsets.UTF_8)))
                    .items()
                    .get(0);
            KNOWN.add((CustomResourceDefinition) LIVE.client().resource(known).create());
        }
        Awaitility.await("the API server serves them")
                .atMost(Duration.ofSeconds(30))
                .until(() -> KNOWN.stream()
                        .allMatch(one -> LIVE.client().resource(one).get().getStatus().getConditions().stream()
                                .anyMatch(condition -> condition.getType().equals("Established")
                                        && condition.getStatus().equals("True"))));
        LIVE.awaitReady();
    }

    @AfterAll
    static void forget() {
        KNOWN.forEach(one -> LIVE.client().resource(one).delete());
    }

    @Test
    void both_dialects_are_applied_and_read_back_whole() throws IOException {
        Path open = LIVE.file("open.yaml");
        Path group = LIVE.file("group.yaml");
        LIVE.run("""
                sources:
                  stranger: {labels: {run: stranger}, synthetic: true}
                checks:
                - {from: deploy/web, to: svc/db, expect: allow}
                - {from: deploy/front, to: svc/db, expect: allow}
                - {from: stranger, to: svc/db, expect: deny}
                """, LiveCluster.CANARY, "--report", "openreports=" + open, "--report", "policyreport=" + group)
                .exits(1);
        for (Path file : List.of(open, group)) {
            List<GenericKubernetesResource> applied = apply(file);
            assertThat(applied)
                    .as("what the matrix came to, and what the nodes do")
                    .hasSize(2);
            GenericKubernetesResource matrix = applied.stream()
                    .filter(one -> !one.getKind().startsWith("Cluster"))
                    .findFirst()
                    .orElseThrow();
            assertThat(matrix.<Map<String, Object>>get("summary"))
                    .containsEntry("pass", 2)
                    .containsEntry("fail", 1);
            assertThat(matrix.<List<Map<String, Object>>>get("results"))
                    .filteredOn(result -> result.get("result").equals("fail"))
                    .singleElement()
                    .satisfies(
                            result -> assertThat(result.get("rule").toString()).contains("front"));
        }
    }

    /** As kubectl apply --validate=strict does: an unknown or misspelt field is an error, not dropped in silence. */
    private static List<GenericKubernetesResource> apply(Path file) throws IOException {
        List<GenericKubernetesResource> applied = new ArrayList<>();
        for (HasMetadata item : LIVE.client()
                .load(new ByteArrayInputStream(Files.readAllBytes(file)))
                .items()) {
            applied.add((GenericKubernetesResource) LIVE.client()
                    .resource(item)
                    .fieldValidation(FieldValidateable.Validation.STRICT)
                    .create());
        }
        return applied;
    }
}
