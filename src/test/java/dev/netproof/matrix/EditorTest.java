package dev.netproof.matrix;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an editor makes of a matrix whose first line names the schema, asked of the YAML language server that editors use. */
@DisabledOnOs(OS.WINDOWS)
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class EditorTest {
    private static final String SCHEMA_LINE = "# yaml-language-server: $schema=connectivity-matrix.schema.json\n";
    private static final String HEAD =
            SCHEMA_LINE + "apiVersion: netproof.dev/v1\nkind: ConnectivityMatrix\ndefaults: {namespace: shop}\n";

    @TempDir
    static Path folder = Path.of(".");

    private static YamlLanguageServer editor;

    @BeforeAll
    static void start() throws IOException {
        YamlLanguageServer.needed();
        Files.copy(SchemaTest.SCHEMA, folder.resolve("connectivity-matrix.schema.json"));
        editor = YamlLanguageServer.start(folder);
    }

    @AfterAll
    static void stop() {
        if (editor != null) {
            editor.close();
        }
    }

    @Test
    void the_first_example_of_the_docs_has_no_complaint() throws IOException {
        String page = Files.readString(Path.of("docs/matrix.md"));
        int from = page.indexOf(SCHEMA_LINE);
        assertThat(from).isPositive();

        assertThat(editor.complaints(page.substring(from, page.indexOf("```", from))))
                .isEmpty();
    }

    @TestFactory
    Stream<DynamicTest> every_valid_matrix_has_no_complaint() throws IOException {
        return SchemaTest.validMatrices().stream()
                .filter(EditorTest::isYamlToEverybody)
                .map(file -> DynamicTest.dynamicTest(
                        file.getFileName().toString(),
                        file.toUri(),
                        () -> assertThat(editor.complaints(withSchema(file))).isEmpty()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', textBlock = """
            - {form: deploy/web, to: svc/db, expect: deny}            ; 6:6:  ; form
            - {from: deploy/web, to: svc/db, expect: dney}            ; 6:44: ; "deny"
            - {from: deploy/web, to: svc/db}                          ; 6:5:  ; expect
            - {from: deploy/web, to: [], expect: deny}                ; 6:28: ; ''
            - {from: deploy/web, to: svc/db, expect: deny, tags: 1}   ; 6:56: ; array
            """)
    void a_mistake_is_shown_where_it_stands(String check, String place, String word) {
        List<String> complaints = editor.complaints(HEAD + "checks:\n  " + check + "\n");

        assertThat(complaints)
                .anySatisfy(complaint -> assertThat(complaint).startsWith(place).contains(word));
    }

    @Test
    void without_the_schema_line_nobody_would_notice() {
        String mistaken = HEAD + "checks:\n  - {form: deploy/web, to: svc/db, expect: deny}\n";

        assertThat(editor.complaints(mistaken)).isNotEmpty();
        assertThat(editor.complaints(mistaken.substring(SCHEMA_LINE.length()))).isEmpty();
    }

    @Test
    void expectations_are_proposed() {
        assertThat(editor.proposals(HEAD + "checks:\n  - from: deploy/web\n    to: svc/db\n    expect: ‸\n"))
                .contains("allow", "deny", "drop", "reject");
    }

    @Test
    void the_keys_of_a_check_are_proposed_but_for_those_that_it_has() {
        assertThat(editor.proposals(HEAD + "checks:\n  - from: deploy/web\n    ‸\n"))
                .contains("to", "expect", "because", "tags")
                .doesNotContain("from", "owner", "labels");
    }

    @Test
    void the_keys_of_a_source_are_proposed() {
        assertThat(editor.proposals(HEAD + "sources:\n  batch:\n    ‸\n"))
                .contains("labels", "workload", "namespace", "serviceAccount", "synthetic", "nodes");
    }

    @Test
    void placements_are_proposed() {
        assertThat(editor.proposals(HEAD + "sources:\n  batch:\n    labels: {app: batch}\n    nodes: ‸\n"))
                .contains("any", "each", "same", "other");
    }

    @Test
    void a_key_under_the_mouse_is_explained() {
        String text = HEAD + "checks:\n  - {from: deploy/web, to: svc/db, ‸expect: deny}\n";

        assertThat(editor.explanation(text)).contains("deny");
    }

    /** With its schema line, a matrix is what somebody has in the editor. */
    private static String withSchema(Path file) throws IOException {
        String text = Files.readString(file);
        return text.startsWith("\ufeff") ? "\ufeff" + SCHEMA_LINE + text.substring(1) : SCHEMA_LINE + text;
    }

    /** A grid with an empty corner is YAML to netproof alone; the docs say so. */
    private static boolean isYamlToEverybody(Path file) {
        try {
            List<String> lines = SourceFile.of("", Files.readAllBytes(file)).lines();
            return DrawnGrid.withIndicators(lines).equals(lines);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
