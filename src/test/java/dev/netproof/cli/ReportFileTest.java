package dev.netproof.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A report is written whole, to the file that is named and to no other. */
@DisabledOnOs(OS.WINDOWS)
class ReportFileTest {
    @TempDir
    Path folder = Path.of(".");

    @Test
    void a_file_is_made_with_its_folders_and_replaced() throws IOException {
        Path file = folder.resolve("out/of/reach/report.xml");

        new ReportFile(file).replace(text("the first, which is longer"));
        assertThat(file).hasContent("the first, which is longer");
        new ReportFile(file).replace(text("the second"));
        assertThat(file).hasContent("the second");
        assertThat(leftBeside(file)).containsExactly("report.xml");
    }

    @Test
    void nothing_is_written_through_a_link() throws IOException {
        Path precious = Files.writeString(folder.resolve("precious"), "keep me");
        Path link = Files.createSymbolicLink(folder.resolve("report.xml"), precious);
        Path nowhere = Files.createSymbolicLink(folder.resolve("dangling.xml"), folder.resolve("made"));

        assertThatThrownBy(() -> new ReportFile(link).replace(text("report"))).hasMessageContaining("symbolic link");
        assertThatThrownBy(() -> new ReportFile(link).append(text("report"))).hasMessageContaining("symbolic link");
        assertThatThrownBy(() -> new ReportFile(nowhere).replace(text("report")))
                .hasMessageContaining("symbolic link");

        assertThat(precious).hasContent("keep me");
        assertThat(folder.resolve("made")).doesNotExist();
    }

    @Test
    void a_failure_leaves_what_was_there_and_nothing_else() throws IOException {
        Path file = Files.writeString(folder.resolve("report.xml"), "of yesterday");

        assertThatThrownBy(() -> new ReportFile(file).replace(out -> {
                    out.write(new byte[100_000]);
                    throw new IOException("no space left");
                }))
                .hasMessage("no space left");

        assertThat(file).hasContent("of yesterday");
        assertThat(leftBeside(file)).containsExactly("report.xml");
    }

    @Test
    void a_new_file_has_the_rights_of_every_new_file_and_an_old_one_keeps_its_own() throws IOException {
        Path usual = Files.createFile(folder.resolve("usual"));
        Path file = folder.resolve("report.xml");

        new ReportFile(file).replace(text("report"));
        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(Files.getPosixFilePermissions(usual));

        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        new ReportFile(file).replace(text("report"));
        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"})
    @ResourceLock(Resources.SYSTEM_OUT)
    void standard_output_is_what_the_process_has_for_it(String name) throws IOException {
        PrintStream before = System.out;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        try {
            new ReportFile(Path.of(name)).replace(text("report"));
        } finally {
            System.setOut(before);
        }
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("report");
    }

    @Test
    void devices_and_pipes_are_written_to() throws Exception {
        new ReportFile(Path.of("/dev/null")).replace(text("report"));
        assertThat(Files.readAttributes(Path.of("/dev/null"), BasicFileAttributes.class)
                        .isOther())
                .isTrue();

        Path pipe = folder.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        CompletableFuture<String> read = CompletableFuture.supplyAsync(() -> {
            try {
                return Files.readString(pipe);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        new ReportFile(pipe).replace(text("report"));
        assertThat(read.get(10, TimeUnit.SECONDS)).isEqualTo("report");
    }

    @Test
    void a_folder_is_no_file() {
        assertThatThrownBy(() -> new ReportFile(folder).replace(text("report"))).hasMessageContaining("it is a folder");
    }

    private static ReportFile.Content text(String text) {
        return (OutputStream out) -> out.write(text.getBytes(StandardCharsets.UTF_8));
    }

    private static Stream<String> leftBeside(Path file) throws IOException {
        try (Stream<Path> files = Files.list(file.getParent())) {
            return files.map(one -> one.getFileName().toString()).toList().stream();
        }
    }
}
