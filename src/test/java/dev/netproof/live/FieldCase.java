package dev.netproof.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Pod;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.awaitility.Awaitility;

/**
 * A case made after a public report: manifests and matrices in {@code src/test/resources/cases}. They write their namespace as
 * {@code nc-NUMBER}; on the cluster it is one of the test class's own.
 */
final class FieldCase {
    private static final Duration START = Duration.ofMinutes(2);

    private final LiveCluster live;
    private final String number;
    private final String namespace;

    private FieldCase(LiveCluster live, String number, String suffix) {
        this.live = live;
        this.number = number;
        this.namespace = live.namespace() + "-" + number + suffix;
    }

    /** Applies the case's manifests and waits until its workloads are ready. */
    static FieldCase applied(LiveCluster live, String number) {
        return appliedBeside(live, number, "", UnaryOperator.identity());
    }

    /** The same in a namespace with this suffix, with manifests that say something else. */
    static FieldCase appliedBeside(LiveCluster live, String number, String suffix, UnaryOperator<String> manifests) {
        FieldCase one = new FieldCase(live, number, suffix);
        one.apply(manifests.apply(one.text("manifests.yaml")));
        one.awaitReady();
        return one;
    }

    String namespace() {
        return namespace;
    }

    /** Runs one of its matrices, as people do: in a namespace that the run makes for itself. */
    Ran run(String file) {
        return run(file, LiveCluster.OWN_NAMESPACE);
    }

    Ran run(String file, String... options) {
        return runWritten(text(file), file, options);
    }

    /** Runs its matrix with other sources and checks. */
    Ran asking(String sourcesAndChecks) {
        String matrix = text("matrix.yaml");
        return runWritten(
                matrix.substring(0, matrix.indexOf("sources:")) + sourcesAndChecks,
                "matrix.yaml",
                LiveCluster.OWN_NAMESPACE);
    }

    private Ran runWritten(String matrix, String name, String... options) {
        Path file = live.file(number + "-" + name);
        try {
            Files.writeString(file, matrix, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return live.run(live.kubeconfig(), file, options);
    }

    /** The applications' pods with this label. */
    List<Pod> pods(String label, String value) {
        return live.client().pods().inNamespace(namespace).withLabel(label, value).list().getItems().stream()
                .filter(pod -> !pod.getMetadata().getLabels().containsKey(LiveCluster.ROLE))
                .toList();
    }

    /** Creates or replaces what a manifest says. */
    void apply(String manifest) {
        for (HasMetadata item : live.client()
                .load(new ByteArrayInputStream(manifest.getBytes(StandardCharsets.UTF_8)))
                .items()) {
            if (item instanceof Namespace) {
                live.another(
                        item.getMetadata().getName().substring(live.namespace().length() + 1));
            } else {
                live.client().resource(item).createOr(existing -> existing.update());
            }
        }
    }

    /** The text of one of the case's policies, to apply it changed. */
    String policy(String name) {
        return List.of(text("manifests.yaml").split("(?m)^---$")).stream()
                .filter(one -> one.contains("kind: NetworkPolicy") && one.contains("{name: " + name + ","))
                .findFirst()
                .orElseThrow();
    }

    private String text(String file) {
        try (InputStream in = FieldCase.class.getResourceAsStream("/cases/" + number + "/" + file)) {
            assertThat(in).as("cases/%s/%s", number, file).isNotNull();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).replace("nc-" + number, namespace);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Until as many pods of each workload are ready as it asks for. */
    void awaitReady() {
        Awaitility.await("the workloads of case " + number)
                .atMost(START)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(200))
                .until(() -> live.client().apps().deployments().inNamespace(namespace).list().getItems().stream()
                                .allMatch(one -> one.getSpec().getReplicas() == 0
                                        || (one.getStatus() != null
                                                && one.getSpec()
                                                        .getReplicas()
                                                        .equals(one.getStatus().getReadyReplicas())
                                                && one.getSpec()
                                                        .getReplicas()
                                                        .equals(one.getStatus().getReplicas())))
                        && live.client().apps().statefulSets().inNamespace(namespace).list().getItems().stream()
                                .allMatch(one -> one.getStatus() != null
                                        && one.getSpec()
                                                .getReplicas()
                                                .equals(one.getStatus().getReadyReplicas()))
                        && live.client().apps().daemonSets().inNamespace(namespace).list().getItems().stream()
                                .allMatch(one -> one.getStatus() != null
                                        && one.getStatus().getDesiredNumberScheduled() > 0
                                        && one.getStatus()
                                                .getDesiredNumberScheduled()
                                                .equals(one.getStatus().getNumberReady())));
    }
}
