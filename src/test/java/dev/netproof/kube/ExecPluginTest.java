package dev.netproof.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Credential plug-ins that do not end, or do not stop writing. */
@Timeout(60)
final class ExecPluginTest {
    private static final String CREDENTIAL = "echo '{\"status\": {\"token\": \"a-token-of-a-test\"}}'\n";

    @TempDir
    private Path folder;

    /** One that has all the time that it needs on a busy machine. */
    private ExecPlugin plugin(String script) throws IOException {
        return plugin(script, Duration.ofSeconds(30));
    }

    private ExecPlugin plugin(String script, Duration patience) throws IOException {
        Path file = Files.writeString(folder.resolve("plugin"), "#!/bin/sh\n" + script);
        assertThat(file.toFile().setExecutable(true)).isTrue();
        return new ExecPlugin(
                new ExecPlugin.Settings(
                        "ann",
                        "v1",
                        "./plugin",
                        List.of(),
                        Map.of("HERE", folder.toString()),
                        Optional.empty(),
                        folder,
                        Optional.empty()),
                Clock.systemUTC(),
                patience);
    }

    /** All processes that the plug-in wrote the numbers of are gone. */
    private void nobodyIsLeft() throws IOException {
        List<Long> pids = Files.readAllLines(folder.resolve("pids")).stream()
                .map(Long::valueOf)
                .toList();
        assertThat(pids).isNotEmpty();
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() -> pids.stream()
                        .noneMatch(pid -> ProcessHandle.of(pid)
                                .filter(ProcessHandle::isAlive)
                                .isPresent()));
    }

    private static ClusterTrouble trouble(ExecPlugin plugin) {
        Instant before = Instant.now();
        ClusterTrouble trouble = catchThrowableOfType(ClusterTrouble.class, plugin::authorization);
        assertThat(trouble).isNotNull().hasMessageContaining("./plugin").hasMessageContaining("ann");
        assertThat(Duration.between(before, Instant.now())).isLessThan(Duration.ofSeconds(20));
        return trouble;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "echo $$ >> $HERE/pids; exec sleep 300",
                "echo $$ >> $HERE/pids; sleep 300 & echo $! >> $HERE/pids; wait",
                "echo $$ >> $HERE/pids; exec >&-; sleep 300 & echo $! >> $HERE/pids; wait",
                "echo $$ >> $HERE/pids; trap '' TERM; while :; do sleep 1; done"
            })
    void one_that_hangs_is_ended_with_all_that_it_started(String script) throws IOException {
        assertThat(trouble(plugin(script, Duration.ofSeconds(4)))).hasMessageContaining("did not end within 4 s");
        nobodyIsLeft();
    }

    /** Java gives a reader an end when the program ends, unless it waits for more at that moment: both are tried. */
    @ParameterizedTest
    @ValueSource(strings = {"", "sleep 1\n"})
    void a_child_that_keeps_the_output_open_is_not_waited_for(String meanwhile) throws IOException {
        Instant before = Instant.now();
        assertThat(plugin("sleep 40 &\n" + CREDENTIAL + meanwhile).authorization())
                .contains("Bearer a-token-of-a-test");
        assertThat(Duration.between(before, Instant.now())).isLessThan(Duration.ofSeconds(20));
    }

    @Test
    void a_child_that_leaves_the_output_alone_may_stay() throws IOException {
        assertThat(plugin("sleep 5 >/dev/null 2>&1 &\n" + CREDENTIAL).authorization())
                .contains("Bearer a-token-of-a-test");
    }

    @Test
    void one_that_floods_its_output_is_ended() throws IOException {
        assertThat(trouble(plugin("echo $$ >> $HERE/pids; exec cat /dev/zero")))
                .hasMessageContaining("wrote more than 1 MiB");
        nobodyIsLeft();
    }

    @Test
    void one_that_floods_standard_error_is_ended_as_well() throws Exception {
        Path file = Files.writeString(folder.resolve("plugin"), "#!/bin/sh\nyes >&2\n");
        assertThat(file.toFile().setExecutable(true)).isTrue();
        BoundedProcess bounded = new BoundedProcess(Duration.ofSeconds(1), java.io.OutputStream.nullOutputStream());
        assertThat(catchThrowableOfType(
                        BoundedProcess.Killed.class, () -> bounded.run(new ProcessBuilder(file.toString()))))
                .hasMessageContaining("did not end");
    }

    @Test
    void what_it_says_to_people_is_passed_on_without_secrets() throws Exception {
        Path file = Files.writeString(
                folder.resolve("plugin"),
                "#!/bin/sh\necho open https://login.example >&2\necho no --with=a-credential-said-aloud >&2\n");
        assertThat(file.toFile().setExecutable(true)).isTrue();
        Redaction.conceal("a-credential-said-aloud");
        ByteArrayOutputStream errors = new ByteArrayOutputStream();
        new BoundedProcess(Duration.ofSeconds(10), errors).run(new ProcessBuilder(file.toString()));
        assertThat(errors.toString(StandardCharsets.UTF_8))
                .isEqualTo("open https://login.example\nno --with=[redacted]\n");
    }
}
