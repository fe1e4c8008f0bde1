package dev.netproof.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.netproof.model.Report;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class JsonEvidenceTest {
    static Stream<String> names() {
        return RecordedReports.all().keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("names")
    void looksAsRecorded(String name) throws IOException {
        Goldens.compare(name + ".json", render(RecordedReports.all().get(name)));
    }

    @ParameterizedTest
    @MethodSource("names")
    void followsThePublishedSchema(String name) throws IOException {
        assertThat(schema().validate(render(RecordedReports.all().get(name)), InputFormat.JSON))
                .isEmpty();
    }

    @ParameterizedTest
    @MethodSource("names")
    void comesBackAsItWas(String name) throws IOException {
        Report report = RecordedReports.all().get(name);
        assertThat(read(render(report))).isEqualTo(report);
    }

    @Test
    void theSchemaNoticesWhatIsMissingAndWhatIsUnknown() throws IOException {
        String json = render(RecordedReports.green());
        assertThat(schema().validate(json.replaceFirst("\"sentence\"", "\"sentense\""), InputFormat.JSON))
                .hasSize(2);
    }

    @Test
    void theSchemaIsTheSameInTheJarAndInTheDocs() throws IOException {
        try (InputStream inJar = Reports.class.getResourceAsStream("report.schema.json")) {
            assertThat(Path.of("docs", "report.schema.json"))
                    .hasBinaryContent(Objects.requireNonNull(inJar).readAllBytes());
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "status": "PASS"       | "status": "PAST"         | /results/0/verdict/status: "PAST" is none of [PASS, FAIL, INCONCLUSIVE, UNTESTABLE, SKIPPED]
            "tool": "0.1.0"        | "tool": 1                | /tool: expected a string
            "started"               | "begun"                   | /: "started" is missing
            netproof.dev/v1         | netproof.dev/v9           | /: this is netproof.dev/v9 Report; expected netproof.dev/v1 Report
            03:00:00.000Z           | three                     | /started: "2026-11-21Tthree" is not a time such as 2026-11-21T03:00:00.000Z
            {                       | }                         | line 1, column 1: not JSON: Unexpected close marker '}': no open Object to close
            """)
    void aBrokenFileIsToldWhereItIsBroken(String was, String is, String message) throws IOException {
        String json = render(RecordedReports.green());
        assertThat(json).contains(was);
        assertThatThrownBy(() -> read(
                        json.substring(0, json.indexOf(was)) + is + json.substring(json.indexOf(was) + was.length())))
                .isInstanceOf(UnreadableReport.class)
                .hasMessageStartingWith(message);
    }

    private static Schema schema() throws IOException {
        return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(Files.readString(Path.of("docs", "report.schema.json")), InputFormat.JSON);
    }

    private static String render(Report report) throws IOException {
        return Goldens.rendered(Reports.json(), report);
    }

    private static Report read(String json) throws IOException {
        return ReportReader.read(new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)));
    }
}
