package dev.netproof.matrix;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/** Reader and JSON Schema accept and refuse the same, but for what a schema cannot say. */
class SchemaTest {
    static final Path SCHEMA = Path.of("src/main/resources/dev/netproof/matrix/connectivity-matrix.schema.json");
    static final Path VALID = Path.of("src/test/resources/matrix/valid");

    /** Gone, or become something else, before a schema sees the values. */
    private static final Set<String> OF_YAML =
            Set.of("anchor-and-alias", "duplicate-key", "duplicate-source", "merge-key", "port-octal", "yaml-tag");

    /** Between values: names, pairs, other documents. */
    private static final Set<String> BETWEEN_VALUES = Set.of(
            "bare-service-as-destination",
            "bare-workload-as-source",
            "contradiction",
            "contradiction-with-grid",
            "source-in-kube-system",
            "too-many-checks",
            "destination-as-source",
            "exception-twice",
            "family-of-another-url",
            "named-destination-with-port",
            "source-as-destination",
            "two-matrices-of-one-name",
            "unknown-destination",
            "unknown-source",
            "unused-source-beside-a-mistake");

    /** Inside of texts that the schema leaves to the reader, whose words are better than "does not match pattern". */
    private static final Set<String> INSIDE_TEXTS = Set.of(
            "exception-impossible-date",
            "grid-duplicate-column",
            "grid-duplicate-row",
            "grid-row-too-long",
            "grid-row-too-short",
            "grid-unknown-cell",
            "grid-unknown-column",
            "grid-unknown-row",
            "host-as-source",
            "host-not-ascii",
            "host-pattern",
            "host-without-port",
            "ip-out-of-range",
            "ip-range",
            "ip-without-port",
            "ip-without-prefix",
            "ipv6-without-brackets",
            "job-as-destination",
            "namespace-without-kind",
            "no-break-space-in-name",
            "nothing-to-check",
            "port-70000",
            "port-name-too-long",
            "port-octal-in-reference",
            "port-zero",
            "protocol-without-port",
            "replicaset-as-source",
            "service-as-source",
            "service-name-illegal",
            "source-with-port",
            "unknown-kind",
            "unknown-protocol-suffix",
            "url-as-source",
            "url-of-a-service",
            "url-with-another-scheme",
            "url-with-user",
            "workload-without-port");

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Schema schema = schema();

    @TestFactory
    Stream<DynamicTest> reader_and_schema_accept_every_valid_matrix() throws IOException {
        return validMatrices().stream()
                .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), file.toUri(), () -> {
                    assertThat(MatrixReader.of(DiagnosticGoldenTest.TODAY, "default")
                                    .read(List.of(file))
                                    .diagnostics())
                            .isEmpty();
                    assertThat(complaints(file)).isEmpty();
                }));
    }

    @TestFactory
    Stream<DynamicTest> reader_and_schema_refuse_the_same_mistakes() throws IOException {
        return DiagnosticGoldenTest.mistakes().stream()
                .map(mistake -> DynamicTest.dynamicTest(
                        mistake.getFileName().toString(), mistake.toUri(), () -> agree(mistake)));
    }

    @Test
    void what_the_schema_cannot_say_is_a_mistake_of_the_corpus() throws IOException {
        Set<String> beyond = new TreeSet<>(OF_YAML);
        beyond.addAll(BETWEEN_VALUES);
        beyond.addAll(INSIDE_TEXTS);

        assertThat(DiagnosticGoldenTest.mistakes())
                .extracting(mistake -> mistake.getFileName().toString())
                .containsAll(beyond);
    }

    @Test
    void the_copy_in_the_docs_is_the_one_in_the_jar() throws IOException {
        assertThat(Path.of("docs/connectivity-matrix.schema.json")).hasSameTextualContentAs(SCHEMA);
    }

    @Test
    void the_keys_are_the_readers() throws IOException {
        JsonNode root = JSON.readTree(Files.readString(SCHEMA));
        JsonNode definitions = root.path("definitions");

        assertThat(keys(root)).containsExactlyInAnyOrderElementsOf(Keys.MATRIX);
        assertThat(keys(root.at("/properties/metadata"))).containsExactlyInAnyOrderElementsOf(Keys.METADATA);
        assertThat(keys(root.at("/properties/defaults"))).containsExactlyInAnyOrderElementsOf(Keys.DEFAULTS);
        assertThat(keys(definitions.path("check"))).containsExactlyInAnyOrderElementsOf(Keys.CHECK);
        assertThat(keys(definitions.path("exception"))).containsExactlyInAnyOrderElementsOf(Keys.EXCEPTION);
        assertThat(keys(definitions.path("source"))).containsExactlyInAnyOrderElementsOf(Keys.SOURCE);
        assertThat(keys(definitions.path("destination"))).containsExactlyInAnyOrderElementsOf(Keys.DESTINATION);
    }

    static List<Path> validMatrices() throws IOException {
        try (Stream<Path> files = Files.list(VALID)) {
            return files.sorted().toList();
        }
    }

    private void agree(Path mistake) throws IOException {
        String name = mistake.getFileName().toString();
        boolean beyond = OF_YAML.contains(name) || BETWEEN_VALUES.contains(name) || INSIDE_TEXTS.contains(name);
        boolean refused = DiagnosticGoldenTest.read(mistake).hasErrors();
        List<String> complaints = complaints(mistake.resolve("matrix.yaml"));

        if (refused && !beyond) {
            assertThat(complaints).isNotEmpty();
        } else {
            assertThat(complaints).isEmpty();
        }
    }

    /** What an editor would say. */
    private List<String> complaints(Path file) throws IOException {
        SourceFile source = SourceFile.of("", Files.readAllBytes(file));
        LoadSettings settings = LoadSettings.builder()
                .setSchema(new CoreSchema())
                .setAllowDuplicateKeys(true)
                .build();
        List<String> complaints = new ArrayList<>();
        if (source.malformed().isPresent() || source.unprintable().isPresent()) {
            return List.of("no text");
        }
        try {
            String text = String.join("\n", DrawnGrid.withIndicators(source.lines()));
            for (Object document : new Load(settings).loadAllFromString(text)) {
                schema.validate(JSON.valueToTree(document)).forEach(error -> complaints.add(error.toString()));
            }
        } catch (YamlEngineException noYaml) {
            complaints.add(noYaml.toString());
        }
        boolean hasText = new String(Files.readAllBytes(file), StandardCharsets.UTF_8)
                .lines()
                .anyMatch(line -> !line.isBlank() && !line.startsWith("#"));
        return hasText ? complaints : List.of("no document");
    }

    private static Schema schema() {
        try {
            return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_7)
                    .getSchema(JSON.readTree(Files.readString(SCHEMA)));
        } catch (IOException unreadable) {
            throw new java.io.UncheckedIOException(unreadable);
        }
    }

    private static List<String> keys(JsonNode object) {
        List<String> keys = new ArrayList<>();
        object.path("properties").fieldNames().forEachRemaining(keys::add);
        return keys;
    }
}
