package dev.netproof.cli;

import static dev.netproof.Hostile.assertCommandsNothing;
import static org.assertj.core.api.Assertions.assertThat;

import dev.netproof.Hostile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Names of files, contexts, sources and options that are attacks: what is said of them commands nothing and is one line. */
@ResourceLock(Resources.SYSTEM_OUT)
@ResourceLock(Resources.SYSTEM_ERR)
class HostileArgumentsTest {
    private static final String GREEN = "src/test/resources/report/green.json";

    @TempDir
    Path folder = Path.of(".");

    @RegisterExtension
    final CapturedStreams streams = new CapturedStreams();

    static Stream<String> attacks() {
        // No argument holds a NUL, and no name of a file is longer than 255 bytes.
        return Hostile.TEXTS.stream()
                .map(text -> text.replace("\0", "").replace("x".repeat(60), "x"))
                .filter(text -> !text.startsWith("@"));
    }

    private List<List<String>> commands(String attack) throws IOException {
        String matrix = folder.resolve("m.yaml").toString();
        Files.writeString(Path.of(matrix), """
                apiVersion: netproof.dev/v1
                kind: ConnectivityMatrix
                metadata: {name: shop}
                checks:
                  - {from: deploy/a, to: svc/b:80, expect: deny}
                """);
        String none = folder.resolve("none").toString();
        return List.of(
                List.of(attack),
                List.of("run", matrix, "--" + attack),
                List.of("run", matrix, "--timeout", attack + "s"),
                List.of("run", matrix, "--endpoints", attack),
                List.of("run", matrix, "-o", attack),
                List.of("run", matrix, "--stable", attack),
                List.of("run", matrix, "--report", attack),
                List.of("run", matrix, "--report", "none" + attack + "=x"),
                List.of("run", matrix, "--only", attack, "--kubeconfig", none),
                List.of("run", matrix, "--tags", attack, "--kubeconfig", none),
                List.of("run", matrix, "--kubeconfig", none + attack),
                List.of("run", folder + "/" + attack + ".yaml"),
                List.of("enforcement", "--nodes", attack + ",", "--kubeconfig", none + attack),
                List.of("clean", "--kubeconfig", none + attack),
                List.of("init", "--kubeconfig", none + attack),
                List.of("lint", folder + "/" + attack + ".yaml"),
                List.of("lint", matrix, "--live", "--kubeconfig", none + attack),
                List.of("report", none + attack),
                List.of("report", GREEN, "--report", "junit=" + matrix + "/" + attack),
                List.of("diff", none + attack, GREEN),
                List.of("help", attack));
    }

    @ParameterizedTest
    @MethodSource("attacks")
    void what_is_said_commands_nothing(String attack) throws IOException {
        for (List<String> command : commands(attack)) {
            streams.clear();
            Main.execute(command.toArray(String[]::new));
            String text = streams.both();
            try {
                assertCommandsNothing(text);
                assertThat(text).isNotBlank();
            } catch (AssertionError e) {
                throw new AssertionError(String.valueOf(command), e);
            }
        }
    }

    /** A name with line feeds in it does not write messages of its own. */
    @Test
    void a_name_is_one_line() {
        Main.execute("report", "none\nerror: all is well\n");

        assertThat(streams.both().lines()).first().isEqualTo("error: there is no file none␊error: all is well␊");
        assertThat(streams.both().lines()).hasSize(2);
    }

    @Test
    void what_a_message_forgot_is_made_visible_by_the_stream() {
        for (String attack : Hostile.TEXTS) {
            StringWriter out = new StringWriter();
            PrintWriter guarded = new PrintWriter(GuardedWriter.ofText(out), true);
            guarded.println("error: " + attack);
            guarded.print(attack);
            guarded.print(attack);
            guarded.flush();
            assertCommandsNothing(out.toString().replace("\t", " "));

            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            new GuardedStream(new PrintStream(bytes, true, StandardCharsets.UTF_8)).println(attack);
            assertCommandsNothing(bytes.toString(StandardCharsets.UTF_8).replace("\t", " "));
        }
    }

    @Test
    void a_terminal_keeps_netproofs_own_colours_and_its_live_line() {
        StringWriter out = new StringWriter();
        PrintWriter guarded = new PrintWriter(GuardedWriter.ofTerminal(out), true);
        String ours = "\r\u001b[2K  1.0 s  \u001b[1;31m✗ OPEN\u001b[0m\n";

        guarded.print(ours + "\u001b]0;title\u0007");
        guarded.flush();

        assertThat(out).hasToString(ours + "␛]0;title␇");
    }
}
