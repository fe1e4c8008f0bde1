package dev.netproof.matrix;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The reference page says what the reader does. */
class MatrixDocsTest {
    private static final Path PAGE = Path.of("docs/matrix.md");
    private static final Pattern EXAMPLE = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL);
    private static final Pattern KEY = Pattern.compile("^\\| `(\\w+)` \\|", Pattern.MULTILINE);

    @TestFactory
    Stream<DynamicTest> every_example_is_read_without_a_diagnostic() throws IOException {
        MatrixReader reader = MatrixReader.of(DiagnosticGoldenTest.TODAY, "default");
        List<String> examples = new ArrayList<>();
        Matcher matcher = EXAMPLE.matcher(Files.readString(PAGE));
        while (matcher.find()) {
            examples.add(matcher.group(1));
        }
        assertThat(examples).hasSizeGreaterThan(5);
        return examples.stream()
                .map(example -> DynamicTest.dynamicTest(
                        example,
                        () -> assertThat(reader.readText("example.yaml", example.getBytes(StandardCharsets.UTF_8))
                                        .diagnostics())
                                .isEmpty()));
    }

    @TestFactory
    Stream<DynamicTest> every_table_has_the_keys_of_the_schema() throws IOException {
        JsonNode schema = new ObjectMapper().readTree(Files.readString(SchemaTest.SCHEMA));
        Map<String, String> tables = Map.of(
                "## The document", "",
                "### metadata", "/properties/metadata",
                "### defaults", "/properties/defaults",
                "## Checks", "/definitions/check",
                "## Sources", "/definitions/source",
                "## Destinations", "/definitions/destination",
                "## Exceptions", "/definitions/exception");
        String page = Files.readString(PAGE);
        return tables.entrySet().stream()
                .map(table -> DynamicTest.dynamicTest(table.getKey(), () -> {
                    List<String> keys = new ArrayList<>();
                    schema.at(table.getValue() + "/properties").fieldNames().forEachRemaining(keys::add);
                    assertThat(keys(section(page, table.getKey()))).containsExactlyInAnyOrderElementsOf(keys);
                }));
    }

    private static String section(String page, String heading) {
        int start = page.indexOf(heading + "\n");
        assertThat(start).isNotNegative();
        int end = page.indexOf("\n#", start + heading.length());
        return page.substring(start, end < 0 ? page.length() : end);
    }

    private static List<String> keys(String section) {
        List<String> keys = new ArrayList<>();
        Matcher matcher = KEY.matcher(section);
        while (matcher.find()) {
            keys.add(matcher.group(1));
        }
        return keys;
    }
}
