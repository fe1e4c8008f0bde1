package dev.netproof.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What whoever runs a matrix allows to whoever wrote it, from the command line. No cluster is asked here, because none is needed. */
@ResourceLock(Resources.SYSTEM_OUT)
@ResourceLock(Resources.SYSTEM_ERR)
class LimitOptionsTest {
    private static final String HEAD = """
            apiVersion: netproof.dev/v1
            kind: ConnectivityMatrix
            metadata: {name: shop}
            defaults: {namespace: shop}
            checks:
            """;

    @TempDir
    Path folder = Path.of(".");

    @RegisterExtension
    final CapturedStreams streams = new CapturedStreams();

    @ParameterizedTest
    @ValueSource(strings = {"lint MATRIX", "run MATRIX --kubeconfig NONE", "run MATRIX --kubeconfig NONE --dry-run"})
    void a_matrix_that_asks_for_too_much_ends_with_2_at_its_line(String line) throws IOException {
        String matrix = matrix("  - {from: [deploy/a, deploy/b], to: [svc/x, svc/y], expect: deny}\n");

        assertThat(execute(line + " --max-checks 3", matrix)).isEqualTo(2);
        assertThat(streams.err()).contains("too-many-checks", "shop.yaml:6:6", "the matrices have 4", "--max-checks 4");
        assertThat(execute(line + " --max-probes 1", matrix)).isEqualTo(2);
        assertThat(streams.err()).contains("too-many-probes", "--max-probes 2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"lint MATRIX", "run MATRIX --kubeconfig NONE", "run MATRIX --kubeconfig NONE --dry-run"})
    void a_matrix_that_goes_where_it_must_not_ends_with_2_at_its_line(String line) throws IOException {
        String matrix = matrix("  - {from: jobs/deploy/a, to: bank/svc/vault, expect: deny}\n");

        assertThat(execute(line + " --allow-namespace shop --allow-namespace team-*", matrix))
                .isEqualTo(2);
        assertThat(streams.err()).contains("namespace-not-allowed", "shop.yaml:6:12", "namespace jobs");
        assertThat(execute(line + " --allow-destination shop/*", matrix)).isEqualTo(2);
        assertThat(streams.err())
                .contains("destination-not-allowed", "shop.yaml:6:31", "--allow-destination bank/vault");
    }

    @Test
    void several_patterns_allow_what_one_of_them_matches() throws IOException {
        String matrix = matrix("  - {from: [jobs/deploy/a, deploy/b], to: [svc/x, 'ip/10.1.2.3:80'], expect: deny}\n");

        assertThat(execute(
                        "lint MATRIX --allow-namespace shop --allow-namespace jobs --allow-destination shop/*"
                                + " --allow-destination 10.0.0.0/8",
                        matrix))
                .isZero();
    }

    @Test
    void a_namespace_of_the_cluster_itself_wants_its_name() throws IOException {
        String matrix = matrix("  - {from: kube-system/ds/kube-proxy, to: svc/x, expect: deny}\n");

        assertThat(execute("lint MATRIX", matrix)).isEqualTo(2);
        assertThat(streams.err()).contains("namespace-not-allowed", "--allow-namespace kube-system");
        assertThat(execute("lint MATRIX --allow-namespace *", matrix)).isEqualTo(2);
        assertThat(execute("lint MATRIX --allow-namespace kube-system", matrix)).isZero();
    }

    @Test
    void the_control_namespace_is_a_place_for_probes() throws IOException {
        String outside = matrix("  - {from: deploy/a, to: 'example.com:443', expect: deny}\n");

        assertThat(execute("run MATRIX --kubeconfig NONE --control-namespace kube-system", outside))
                .isEqualTo(2);
        assertThat(streams.err()).contains("would run in namespace kube-system", "--control-namespace");
        assertThat(execute("run MATRIX --kubeconfig NONE --allow-namespace shop --control-namespace default", outside))
                .isEqualTo(2);
        assertThat(streams.err()).contains("would run in namespace default", "--allow-namespace default");
        assertThat(execute("run MATRIX --kubeconfig NONE --allow-namespace shop --control-namespace shop", outside))
                .as("then the kubeconfig is what is missing")
                .isEqualTo(5);
    }

    @Test
    void a_namespace_that_the_run_makes_for_itself_needs_no_permission() throws IOException {
        assertThat(execute(
                        "run MATRIX --kubeconfig NONE --allow-namespace shop",
                        matrix("  - {from: deploy/a, to: 'example.com:443', expect: deny}\n")))
                .isEqualTo(5);
    }

    @Test
    void the_namespace_of_an_enforcement_check_is_a_place_for_probes() {
        assertThat(Main.execute("enforcement", "-n", "kube-system")).isEqualTo(2);
        assertThat(streams.err()).contains("would run in namespace kube-system", "--namespace");
        assertThat(Main.execute("enforcement", "-n", "lab", "--allow-namespace", "test-*"))
                .isEqualTo(2);
        assertThat(streams.err()).contains("namespace lab, which no --allow-namespace matches");
        String none = folder.resolve("none").toString();
        assertThat(Main.execute("enforcement", "-n", "lab", "--allow-namespace", "l?b", "--kubeconfig", none))
                .isEqualTo(5);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--max-checks 0",
                "--max-checks many",
                "--max-probes -1",
                "--max-paths 99999999999",
                "--allow-namespace Shop",
                "--allow-namespace shop/x",
                "--allow-destination a/b/c",
                "--allow-destination 10.0.0.0/99",
                "--allow-destination https://example.com",
                "--timeout 25h",
                "--timeout 999999h",
                "--deadline 999999999ms999999h",
                "--connect-timeout 1ms",
                "--connect-timeout 2m",
                "--curl-image curl:8@sha256:abc",
                "--netshoot-image @sha256:0000",
                "--stable 101",
                "--stable 2147483647",
                "--stable 99999999999",
            })
    void absurd_figures_and_patterns_are_mistaken_usage(String option) throws IOException {
        String matrix = matrix("  - {from: deploy/a, to: svc/x, expect: deny}\n");

        assertThat(execute("run MATRIX --kubeconfig NONE " + option, matrix)).isEqualTo(2);
        assertThat(streams.err()).contains(option.split(" ", 2)[0]).doesNotContain("\tat ");
    }

    @Test
    void an_image_may_be_pinned_by_its_digest() throws IOException {
        String matrix = matrix("  - {from: deploy/a, to: svc/x, expect: deny}\n");
        String pinned = "docker.io/curlimages/curl:8.16.0@sha256:" + "0123456789abcdef".repeat(4);

        assertThat(execute("run MATRIX --kubeconfig NONE --curl-image " + pinned, matrix))
                .as("the kubeconfig is what is missing")
                .isEqualTo(5);
    }

    /** In a JVM of its own, which has hardly any memory. */
    @Test
    void a_process_without_memory_has_judged_nothing() throws Exception {
        String many = IntStream.range(0, 100_000).mapToObj(i -> "deploy/a" + i).collect(Collectors.joining(", "));
        String matrix = matrix("  - {from: [" + many.substring(0, 1_000_000) + "], to: svc/x, expect: deny}\n");
        Path said = folder.resolve("said");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx12m", "-XX:+UseSerialGC"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName(), "lint", matrix));

        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        try {
            assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        } finally {
            process.destroyForcibly();
        }

        assertThat(process.exitValue()).as(Files.readString(said)).isEqualTo(5);
        assertThat(Files.readString(said))
                .contains("ran out of memory", "NETPROOF_JAVA_OPTS")
                .doesNotContain("\tat ");
    }

    @Test
    void whatever_is_too_deeply_nested_has_judged_nothing() {
        assertThat(Exhaustion.told(new StackOverflowError())).isEqualTo(5);
        assertThat(streams.err()).contains("too deeply nested");
    }

    private int execute(String line, String matrix) {
        streams.clear();
        String[] words = line.split(" ", -1);
        for (int i = 0; i < words.length; i++) {
            words[i] = words[i].equals("MATRIX")
                    ? matrix
                    : words[i].equals("NONE") ? folder.resolve("none").toString() : words[i];
        }
        return Main.execute(words);
    }

    private String matrix(String checks) throws IOException {
        return Files.writeString(folder.resolve("shop.yaml"), HEAD + checks, StandardCharsets.UTF_8)
                .toString();
    }
}
