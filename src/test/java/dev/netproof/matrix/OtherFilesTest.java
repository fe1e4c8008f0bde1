package dev.netproof.matrix;

import static org.assertj.core.api.Assertions.assertThat;

import dev.netproof.model.Matrix;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that are not what they are given for: nothing of them is shown. An untrusted change may add a link to any file. */
@Timeout(30)
class OtherFilesTest {
    private static final String SECRET = "sWordfish-0815";
    private static final String MATRIX =
            "apiVersion: netproof.dev/v1\nkind: ConnectivityMatrix\nchecks:\n  - {from: deploy/a, to: svc/b, expect: deny}\n";

    @TempDir
    private Path folder;

    private final MatrixReader reader = MatrixReader.of(LocalDate.of(2026, 11, 21), "fallback");
    private Path inside;

    @BeforeEach
    void makeFolder() throws IOException {
        inside = Files.createDirectories(folder.resolve("matrices"));
    }

    private static String shown(MatrixReading reading) {
        return new DiagnosticText().render(reading.diagnostics(), DiagnosticText.Colour.NONE) + reading.diagnostics();
    }

    private Path write(Path file, String text) throws IOException {
        return Files.write(file, text.getBytes(StandardCharsets.ISO_8859_1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sWordfish-0815",
                "- sWordfish-0815",
                "token: sWordfish-0815",
                "{kind: Config, apiVersion: v1, users: [{user: {token: sWordfish-0815}}]}",
                "apiVersion: v1\nkind: sWordfish-0815\n",
                "apiVersion: sWordfish-0815\n",
                "kind: sWordfish-0815\n",
                "[default]\naws_secret_access_key = sWordfish-0815\n",
                "machine github.com password sWordfish-0815: {\n",
                "sWordfish-0815: [\n",
                "a: \"sWordfish-0815\n",
                "a: *sWordfish-0815\n",
                "a: &sWordfish-0815 b\n",
                "a: !sWordfish-0815 b\n",
                "a: ${sWordfish-0815}\n",
                "sWordfish-0815: 1\nsWordfish-0815: 2\n",
                "\tsWordfish-0815\n",
                "\u0001sWordfish-0815\n",
                "sWordfish-0815 \u00e4\n",
                "# see https://netproof.dev/docs\npassword: [sWordfish-0815\n",
                "password: sWordfish-0815\nchecks: {http: 1}\n",
                "password: sWordfish-0815\ngrid: 1\n",
                "password: sWordfish-0815\nsources: {}\ndefaults: {}\n"
            })
    void nothing_of_a_file_that_is_no_matrix_is_shown(String text) throws IOException {
        Path file = write(inside.resolve("m.yaml"), text);
        MatrixReading named = reader.read(List.of(file));
        assertThat(named.hasErrors()).isTrue();
        assertThat(shown(named)).doesNotContain(SECRET);
        assertThat(shown(reader.read(List.of(inside)))).doesNotContain(SECRET);
    }

    @Test
    void a_secret_behind_a_matrix_in_one_file_is_not_shown() throws IOException {
        Path file = write(
                inside.resolve("m.yaml"), MATRIX + "---\n{apiVersion: v1, kind: Secret, data: {a: sWordfish-0815}}\n");
        MatrixReading reading = reader.read(List.of(file));
        assertThat(reading.diagnostics()).hasSize(1);
        assertThat(shown(reading)).contains("m.yaml:6").contains("v1 Secret").doesNotContain(SECRET);
    }

    @Test
    void a_mistake_in_a_matrix_is_still_shown_where_it_stands() throws IOException {
        for (String text : List.of(
                MATRIX.replace("netproof.dev/v1", "netproof.dev/v9"),
                MATRIX.replace("ConnectivityMatrix", "ConectivityMatrix"),
                MATRIX.replace("apiVersion: netproof.dev/v1\n", ""),
                MATRIX.replaceFirst("(?s)^.*?checks", "checks"),
                MATRIX.replace("expect: deny}", "expect: deny"))) {
            MatrixReading reading = reader.read(List.of(write(inside.resolve("m.yaml"), text)));
            assertThat(reading.diagnostics())
                    .as(text)
                    .isNotEmpty()
                    .allSatisfy(one -> assertThat(one.width()).isPositive());
        }
    }

    @Test
    void a_link_in_a_folder_may_not_lead_out_of_it() throws IOException {
        Path token = write(folder.resolve("token"), SECRET);
        Path other = write(folder.resolve("other.yaml"), MATRIX);
        write(inside.resolve("good.yaml"), MATRIX);
        Files.createSymbolicLink(inside.resolve("a.yaml"), token);
        Files.createSymbolicLink(inside.resolve("b.yaml"), other);
        MatrixReading reading = reader.read(List.of(inside));
        assertThat(reading.diagnostics())
                .extracting(Diagnostic::code)
                .containsExactly("link-leaves-folder", "link-leaves-folder");
        assertThat(reading.matrices()).extracting(Matrix::name).containsExactly("good");
        assertThat(shown(reading)).contains("a.yaml").doesNotContain(SECRET);
    }

    @Test
    void a_link_that_is_named_may_not_lead_out_of_its_folder_either() throws IOException {
        Path other = write(folder.resolve("other.yaml"), MATRIX);
        Path link = Files.createSymbolicLink(inside.resolve("m.yaml"), other);
        assertThat(reader.read(List.of(link)).diagnostics())
                .extracting(Diagnostic::code)
                .containsExactly("link-leaves-folder");
        Files.createDirectory(folder.resolve("elsewhere"));
        write(folder.resolve("elsewhere/m.yaml"), MATRIX);
        Path linked = Files.createSymbolicLink(inside.resolve("sub"), folder.resolve("elsewhere"));
        assertThat(reader.read(List.of(linked)).diagnostics())
                .extracting(Diagnostic::code)
                .containsExactly("link-leaves-folder");
    }

    @Test
    void a_mounted_config_map_is_read() throws IOException {
        Path version = Files.createDirectory(inside.resolve("..2026_11_21"));
        write(version.resolve("m.yaml"), MATRIX);
        Files.createSymbolicLink(inside.resolve("..data"), Path.of("..2026_11_21"));
        Path link = Files.createSymbolicLink(inside.resolve("m.yaml"), Path.of("..data/m.yaml"));
        for (Path given : List.of(inside, link)) {
            assertThat(reader.read(List.of(given)).diagnostics()).isEmpty();
            assertThat(reader.read(List.of(given)).matrices())
                    .extracting(Matrix::name)
                    .containsExactly("m");
        }
    }

    @Test
    void under_a_linked_parent_everything_is_read() throws IOException {
        write(inside.resolve("m.yaml"), MATRIX);
        Path linked = Files.createSymbolicLink(folder.resolve("linked"), inside);
        assertThat(reader.read(List.of(linked.resolve("m.yaml"))).diagnostics()).isEmpty();
    }

    @Test
    void a_file_without_an_end_and_one_that_nobody_writes_are_refused() throws Exception {
        Path fifo = inside.resolve("m.yaml");
        Process made = new ProcessBuilder("mkfifo", fifo.toString()).start();
        assertThat(made.waitFor(10, TimeUnit.SECONDS)).isTrue();
        for (Path given : List.of(fifo, inside, Path.of("/dev/zero"))) {
            assertThat(reader.read(List.of(given)).diagnostics())
                    .extracting(Diagnostic::code)
                    .containsExactly("not-a-file");
        }
    }
}
