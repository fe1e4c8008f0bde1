package dev.netproof.live;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.netproof.cli.InProcess;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.awaitility.Awaitility;

/** What one enforcement check came to. */
record Checked(int exit, String first, String out, JsonNode report) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Runs one, in this process. */
    static Checked by(LiveCluster live, String... more) {
        return as(live.kubeconfig(), live, more);
    }

    /** Runs one as somebody. */
    static Checked as(Path kubeconfig, LiveCluster live, String... more) {
        Path file = live.file("enforcement.json");
        List<String> words = new ArrayList<>(
                List.of("enforcement", "--report", "json=" + file, "--kubeconfig", kubeconfig.toString()));
        words.addAll(List.of(more));
        Streams.Captured ran = Streams.capture(() -> InProcess.execute(words.toArray(String[]::new)));
        try {
            return new Checked(
                    ran.exit(),
                    ran.out().lines().findFirst().orElse(""),
                    ran.out() + ran.err(),
                    JSON.readTree(Files.readString(file)));
        } catch (IOException e) {
            throw new AssertionError(ran.out() + ran.err(), e);
        }
    }

    Checked exits(int code) {
        assertThat(exit).as(out).isEqualTo(code);
        return this;
    }

    Checked is(String verdict) {
        assertThat(verdict()).as(out).isEqualTo(verdict);
        return this;
    }

    String verdict() {
        return report.at("/enforcement/verdict").asText();
    }

    /** Why nothing could be judged. */
    String problem() {
        return report.at("/breakage/problem").asText();
    }

    List<String> notes() {
        return list(report.path("notes")).stream().map(JsonNode::asText).toList();
    }

    /** "node1 INGRESS ENFORCED AS_SPECIFIED", of one capability. */
    List<String> rows(String capability) {
        return rows().stream()
                .filter(row -> row.path("capability").asText().equals(capability))
                .map(row -> String.join(
                        " ",
                        row.path("node").asText(),
                        row.path("direction").asText(),
                        row.path("status").asText(),
                        row.path("reason").asText()))
                .toList();
    }

    /** "node1 DENIED", of a capability that the specification leaves open. */
    List<String> observed(String capability) {
        return rows().stream()
                .filter(row -> row.path("capability").asText().equals(capability))
                .map(row -> row.path("node").asText() + " " + row.path("reason").asText())
                .toList();
    }

    List<JsonNode> rows() {
        return list(report.at("/enforcement/rows"));
    }

    /** How denials looked, as "node1 INGRESS REFUSED". */
    List<String> denials() {
        return denials(report);
    }

    static List<String> denials(JsonNode report) {
        return list(report.at("/enforcement/denials")).stream()
                .map(one -> String.join(
                        " ",
                        one.path("node").asText(),
                        one.path("direction").asText(),
                        one.path("outcome").asText()))
                .toList();
    }

    static List<JsonNode> list(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false).toList();
    }

    /** Waits until a check that is under way has stored a policy. */
    static void awaitPolicy(LiveCluster live) {
        Awaitility.await("a policy of netproof's")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(100))
                .until(() -> policies(live).findAny().isPresent());
    }

    /** Those of checks that are under way: what is in a namespace that goes, goes with it. */
    static Stream<? extends HasMetadata> policies(LiveCluster live) {
        List<String> going = grounds(live)
                .filter(HasMetadata::isMarkedForDeletion)
                .map(one -> one.getMetadata().getName())
                .toList();
        return live
                .client()
                .network()
                .v1()
                .networkPolicies()
                .inAnyNamespace()
                .withLabel(LiveCluster.ROLE)
                .list()
                .getItems()
                .stream()
                .filter(one -> !going.contains(one.getMetadata().getNamespace()));
    }

    /** Netproof's own namespaces, also those that go. */
    private static Stream<Namespace> grounds(LiveCluster live) {
        return live.client().namespaces().withLabel(LiveCluster.ROLE).list().getItems().stream();
    }

    /** Asserts that no namespace and no policy of netproof's stays. Namespaces take some seconds to go, which nobody has to wait for. */
    static void nothingStays(LiveCluster live) {
        assertThat(grounds(live)).allMatch(HasMetadata::isMarkedForDeletion);
        assertThat(policies(live)).isEmpty();
    }

    /** Waits for the end of the namespaces that go. */
    static void nothingIsLeft(LiveCluster live) {
        Awaitility.await("netproof's namespaces go")
                .atMost(PATIENCE)
                .until(() -> grounds(live).findAny().isEmpty());
    }
}
