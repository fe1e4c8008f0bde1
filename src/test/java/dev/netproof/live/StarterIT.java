package dev.netproof.live;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** From a namespace to a matrix that proves it: {@code init}, {@code lint --live}, {@code run}, on the bookstore. */
@Timeout(value = 4, unit = TimeUnit.MINUTES)
final class StarterIT {
    @RegisterExtension
    static final LiveCluster LIVE = LiveCluster.with("starter");

    private static final Path BOOKSTORE = Path.of("matrices", "bookstore");

    @BeforeAll
    static void bookstore() throws IOException {
        for (Path file : manifests()) {
            // The ingress controller and the namespaces are not the application's own.
            if (!Files.readString(file).contains("kind: Namespace") && !file.endsWith("ingress-nginx.yaml")) {
                LIVE.apply(Files.readString(file));
            }
        }
        LIVE.awaitReady();
        LIVE.awaitStatefulSets();
    }

    private static List<Path> manifests() throws IOException {
        try (Stream<Path> manifests = Files.list(BOOKSTORE.resolve("manifests"));
                Stream<Path> policies = Files.list(BOOKSTORE.resolve("policies"))) {
            return Stream.concat(manifests.sorted(), policies.sorted()).toList();
        }
    }

    @Test
    void a_first_matrix_is_ready_to_run_and_finds_what_the_network_does() throws IOException {
        Path matrix = LIVE.file("starter.yaml");

        Streams.Captured written = LIVE.command("init", "-n", LIVE.namespace(), matrix.toString());
        assertThat(written.exit()).as(written.err()).isZero();
        assertThat(written.err()).contains("netproof lint " + matrix);

        Streams.Captured linted = LIVE.command("lint", "--live", matrix.toString());
        assertThat(linted.exit()).as(linted.err()).isZero();
        assertThat(linted.out()).contains("no mistakes found");

        // Everything is denied until somebody says otherwise, and the bookstore does let some through: nothing else is
        // unproved.
        Ran first = LIVE.run(LIVE.kubeconfig(), matrix).exits(1);
        assertThat(statuses(first)).containsExactlyInAnyOrder("PASS", "FAIL");
        Set<String> open = new TreeSet<>();
        for (JsonNode result : first.report().path("results")) {
            if (result.at("/verdict/status").asText().equals("FAIL")) {
                open.add(result.path("sentence").asText());
            }
        }
        assertThat(open)
                .containsExactlyInAnyOrder(
                        "deploy/storefront → svc/catalog is denied",
                        "deploy/storefront → svc/orders is denied",
                        "deploy/catalog → svc/postgres is denied",
                        "deploy/orders → svc/rabbitmq is denied");

        Files.writeString(matrix, corrected(Files.readString(matrix)));
        LIVE.run(LIVE.kubeconfig(), matrix).exits(0);
    }

    @Test
    void a_policy_that_is_about_nobody_is_said_before_anything_is_tried() throws IOException {
        NetworkPolicy typo = LIVE.client()
                .network()
                .v1()
                .networkPolicies()
                .inNamespace(LIVE.namespace())
                .withName("ingress-postgres-from-catalog")
                .get();
        assertThat(typo).isNotNull();
        LIVE.apply(Manifests.admitsNobody("postgras"));
        Path matrix = LIVE.matrix("checks: [{from: deploy/orders, to: svc/postgres, expect: deny}]\n");

        Streams.Captured linted = LIVE.command("lint", "--live", matrix.toString());

        assertThat(linted.err())
                .contains("NetworkPolicy postgras-admits-nobody")
                .contains("selects no pod")
                .doesNotContain("ingress-postgres-from-catalog");
        LIVE.delete(Manifests.admitsNobody("postgras"));
    }

    /** Charts select a label "name" that no namespace has by itself. */
    @Test
    void a_peer_that_selects_no_namespace_is_named_with_its_field() throws IOException {
        LIVE.apply(Manifests.admitsNamespace("monitoring"));
        Path matrix = LIVE.matrix("checks: [{from: deploy/orders, to: svc/postgres, expect: deny}]\n");

        Streams.Captured linted = LIVE.command("lint", "--live", matrix.toString());

        assertThat(linted.err())
                .contains("NetworkPolicy admits-monitoring")
                .contains("spec.ingress[0].from[0].namespaceSelector: name=monitoring selects no namespace");
        LIVE.delete(Manifests.admitsNamespace("monitoring"));
    }

    private static Set<String> statuses(Ran ran) {
        Set<String> statuses = new TreeSet<>();
        ran.report()
                .path("results")
                .forEach(one -> statuses.add(one.at("/verdict/status").asText()));
        return statuses;
    }

    /** What a person does with it: writes "allow" where the application needs it. */
    private static String corrected(String matrix) {
        List<String> lines = matrix.lines().toList();
        int header = 0;
        while (!lines.get(header).strip().startsWith("from ")) {
            header++;
        }
        List<String> columns = List.of(lines.get(header).strip().split(" +"));
        StringBuilder text = new StringBuilder();
        for (String line : lines) {
            String[] cells = line.strip().split(" +");
            switch (cells[0]) {
                case "deploy/storefront" -> {
                    cells[columns.indexOf("svc/catalog")] = "allow";
                    cells[columns.indexOf("svc/orders")] = "allow";
                }
                case "deploy/catalog" -> cells[columns.indexOf("svc/postgres")] = "allow";
                case "deploy/orders" -> cells[columns.indexOf("svc/rabbitmq")] = "allow";
                default -> {
                    text.append(line).append('\n');
                    continue;
                }
            }
            text.append("  ").append(String.join(" ", cells)).append('\n');
        }
        return text.toString();
    }
}
