package dev.netproof.live;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.netproof.cli.InProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a run records about its context, and what a comparison of two runs says of a policy that changed in between. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
final class EvidenceIT {
    @RegisterExtension
    static final LiveCluster LIVE = LiveCluster.with("evidence");

    private static final String MATRIX = """
            checks:
            - {from: deploy/web, to: svc/db, expect: allow}
            - {from: deploy/front, to: svc/db, expect: deny}
            """;

    private static final ObjectMapper JSON = new ObjectMapper();

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
    void a_policy_that_changed_in_between_is_named_with_the_edge_that_it_opened() throws IOException {
        Path before = LIVE.file("before.json");
        Path after = LIVE.file("after.json");
        JsonNode first = LIVE.run(MATRIX, "--report", "json=" + before).exits(0).report();

        JsonNode policy = one(first.at("/circumstances/policies"), "name", "db-admits");
        assertThat(policy.path("kind").asText()).isEqualTo("NetworkPolicy");
        assertThat(policy.path("sha256").asText()).matches("[0-9a-f]{64}");
        String db = LIVE.podOf("db").getMetadata().getName();
        assertThat(policy.at("/about/targets")).extracting(JsonNode::asText).containsExactly(db);
        assertThat(policy.path("uid").asText())
                .isEqualTo(LIVE.client()
                        .network()
                        .v1()
                        .networkPolicies()
                        .inNamespace(LIVE.namespace())
                        .withName("db-admits")
                        .get()
                        .getMetadata()
                        .getUid());
        JsonNode probe = one(first.at("/circumstances/probes"), "source", "deploy/front");
        assertThat(probe.path("digest").asText()).contains("sha256:");
        assertThat(probe.path("ip").asText()).isNotEmpty();
        assertThat(probe.at("/labels/app").asText()).isEqualTo("front");
        assertThat(one(first.at("/circumstances/targets"), "pod", db).path("ips"))
                .isNotEmpty();
        assertThat(first.at("/cluster/nodes/0/kubelet").asText()).startsWith("v");

        LIVE.client()
                .network()
                .v1()
                .networkPolicies()
                .inNamespace(LIVE.namespace())
                .withName("db-admits")
                .edit(found -> {
                    found.getSpec().getIngress().forEach(rule -> rule.setFrom(java.util.List.of()));
                    return found;
                });
        LIVE.run(MATRIX, "--report", "json=" + after).exits(1);

        Streams.Captured diff =
                Streams.capture(() -> InProcess.execute("diff", before.toString(), after.toString(), "-o", "json"));
        assertThat(diff.exit()).isEqualTo(1);
        JsonNode comparison = JSON.readTree(diff.out());
        JsonNode changed = one(comparison.path("policies"), "name", "db-admits");
        assertThat(changed.path("how").asText()).isEqualTo("CHANGED");
        assertThat(changed.path("edges")).singleElement().satisfies(edge -> {
            assertThat(edge.path("id").asText()).startsWith("deploy/front → svc/db");
            assertThat(edge.path("movement").asText()).isEqualTo("OPENED");
            assertThat(edge.path("kind").asText()).isEqualTo("NEW_VIOLATION");
        });
        assertThat(comparison.path("unexplained")).isEmpty();
        assertThat(Files.readString(before)).isNotEqualTo(Files.readString(after));
    }

    private static JsonNode one(JsonNode array, String field, String value) {
        for (JsonNode element : array) {
            if (element.path(field).asText().equals(value)) {
                return element;
            }
        }
        throw new AssertionError("no " + field + " " + value + " in " + array.toPrettyString());
    }
}
