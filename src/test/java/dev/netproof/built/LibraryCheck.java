package dev.netproof.built;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who runs matrices as tests gets what the engine needs, and nothing of the command line. */
class LibraryCheck {
    private static final Set<String> COMMAND_LINE_ALONE =
            Set.of("info.picocli:picocli", "org.slf4j:slf4j-simple", "org.junit.platform:junit-platform-launcher");

    @TempDir
    private Path folder;

    @Test
    void the_artifact_brings_nothing_of_the_command_line() throws IOException {
        assertThat(Built.broughtByTheLibrary())
                .doesNotContainAnyElementsOf(COMMAND_LINE_ALONE)
                .contains(
                        "io.fabric8:kubernetes-client",
                        "org.junit.platform:junit-platform-engine",
                        "org.slf4j:slf4j-api");
    }

    @Test
    void the_jar_of_the_command_line_has_it_all() throws Exception {
        assertThat(Built.libraries()).containsKeys(COMMAND_LINE_ALONE.toArray(String[]::new));
        assertThat(Built.names(Built.COMMAND_LINE))
                .contains(
                        "picocli/CommandLine.class",
                        "org/slf4j/simple/SimpleLogger.class",
                        "org/junit/platform/launcher/Launcher.class");
        Result result = java("-jar", Built.COMMAND_LINE.toString(), "--version");
        assertThat(result.text()).startsWith("netproof ");
        assertThat(result.code()).isZero();
    }

    @Test
    void the_engine_runs_on_what_the_artifact_brings_and_loads_nothing_of_the_command_line() throws Exception {
        Path matrix = Files.writeString(folder.resolve("m.yaml"), """
                apiVersion: netproof.dev/v1
                kind: ConnectivityMatrix
                metadata: {name: shop}
                defaults: {namespace: shop}
                checks:
                  - {from: deploy/front, to: svc/back, expect: allow}
                """);
        // Nobody listens on port 1.
        Path kubeconfig = Files.writeString(folder.resolve("config"), """
                apiVersion: v1
                kind: Config
                clusters: [{name: none, cluster: {server: "http://127.0.0.1:1"}}]
                contexts: [{name: none, context: {cluster: none, user: none}}]
                users: [{name: none, user: {token: none}}]
                current-context: none
                """);
        Path loaded = folder.resolve("loaded.txt");
        Map<String, Built.Library> libraries = Built.libraries();
        Set<String> classPath =
                new TreeSet<>(Set.of(Built.LIBRARY.toAbsolutePath().toString()));
        Built.broughtByTheLibrary()
                .forEach(id -> classPath.add(libraries.get(id).jar().toString()));
        // Of the build tool's own.
        classPath.add(libraries
                .get("org.junit.platform:junit-platform-launcher")
                .jar()
                .toString());

        Result result = java(
                "-Xlog:class+load:file=" + loaded,
                "-cp",
                String.join(File.pathSeparator, classPath),
                "src/test/resources/built/Consumer.java",
                matrix.toString(),
                kubeconfig.toString());

        assertThat(result.text())
                .contains("1 tests found", "1 tests failed", "127.0.0.1:1")
                .doesNotContain("NoClassDefFoundError", "ClassNotFoundException");
        List<String> classes = Files.readAllLines(loaded);
        assertThat(classes).anyMatch(line -> line.contains(" dev.netproof.engine.NetproofEngine "));
        assertThat(classes.stream()
                        .filter(line -> line.contains(" dev.netproof.cli.")
                                || line.contains(" picocli.")
                                || line.contains(" org.slf4j.simple.")))
                .isEmpty();
    }

    private record Result(int code, String text) {}

    private static Result java(String... arguments) throws IOException, InterruptedException {
        List<String> command = new java.util.ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String text = process.inputReader().lines().collect(Collectors.joining("\n"));
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        return new Result(process.exitValue(), text);
    }
}
