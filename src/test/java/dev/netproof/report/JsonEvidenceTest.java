package dev.netproof.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.netproof.model.ClusterIdentity;
import dev.netproof.model.ControlGrade;
import dev.netproof.model.Family;
import dev.netproof.model.PathObservation;
import dev.netproof.model.Report;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
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
    void looks_as_recorded(String name) throws IOException {
        Goldens.compare(name + ".json", render(RecordedReports.all().get(name)));
    }

    @ParameterizedTest
    @MethodSource("names")
    void follows_the_published_schema(String name) throws IOException {
        assertThat(schema().validate(render(RecordedReports.all().get(name)), InputFormat.JSON))
                .isEmpty();
    }

    @ParameterizedTest
    @MethodSource("names")
    void comes_back_as_it_was(String name) throws IOException {
        Report report = RecordedReports.all().get(name);
        assertThat(read(render(report))).isEqualTo(report);
    }

    @Test
    void a_family_of_addresses_comes_back_as_it_was() throws IOException {
        String json = render(RecordedReports.green())
                .replaceFirst("(\"protocol\": \"[A-Z]+\",)", "$1 \"family\": \"IPV6\",")
                .replaceFirst("\"control\": \"REACHED\"", "\"control\": \"OTHER_FAMILY\"");

        assertThat(schema().validate(json, InputFormat.JSON)).isEmpty();
        Report report = read(json);
        assertThat(report.results().get(0).check().destination().family()).contains(Family.IPV6);
        assertThat(report.results().stream().flatMap(result -> result.paths().stream()))
                .extracting(PathObservation::control)
                .contains(ControlGrade.OTHER_FAMILY);
        assertThat(read(render(report))).isEqualTo(report);
        assertThat(Evidence.destination(report.results().get(0).check().destination()))
                .contains(" over IPv6");
    }

    @Test
    void the_pods_that_a_probe_represents_come_back() throws IOException {
        String json = render(RecordedReports.green())
                .replaceFirst("(\"digest\": \"[^\"]+\")", "$1, \"represents\": [\"web-1\", \"web-2\"]");

        assertThat(schema().validate(json, InputFormat.JSON)).isEmpty();
        Report report = read(json);
        assertThat(report.circumstances().probes().get(0).represents()).containsExactly("web-1", "web-2");
        assertThat(read(render(report))).isEqualTo(report);
    }

    @Test
    void the_schema_notices_what_is_missing_and_what_is_unknown() throws IOException {
        String json = render(RecordedReports.green());
        assertThat(schema().validate(json.replaceFirst("\"sentence\"", "\"sentense\""), InputFormat.JSON))
                .hasSize(2);
    }

    @Test
    void the_schema_is_the_same_in_the_jar_and_in_the_docs() throws IOException {
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
            {                       | }                         | line 1, column 1: not JSON
            """)
    void a_broken_file_is_told_where_it_is_broken(String was, String is, String message) throws IOException {
        String json = render(RecordedReports.green());
        assertThat(json).contains(was);
        assertThatThrownBy(() -> read(
                        json.substring(0, json.indexOf(was)) + is + json.substring(json.indexOf(was) + was.length())))
                .isInstanceOf(UnreadableReport.class)
                .hasMessageStartingWith(message);
    }

    @Test
    void a_server_that_was_not_verified_stays_one() throws IOException {
        Report green = RecordedReports.green();
        ClusterIdentity lab = green.cluster().orElseThrow();
        Report unverified = new Report(
                green.tool(),
                Optional.of(new ClusterIdentity(
                        lab.context(),
                        lab.server(),
                        lab.user(),
                        lab.version(),
                        lab.uid(),
                        lab.nodes(),
                        lab.cni(),
                        ClusterIdentity.Certificate.NOT_VERIFIED)),
                green.started(),
                green.finished(),
                green.matrices(),
                green.circumstances(),
                green.results(),
                green.enforcement(),
                green.notes(),
                green.breakage(),
                green.costs(),
                green.exit());
        String json = render(unverified);

        assertThat(schema().validate(json, InputFormat.JSON)).isEmpty();
        assertThat(read(json)).isEqualTo(unverified);
        assertThat(render(green)).doesNotContain("\"certificate\"");
    }

    @Test
    void what_is_no_json_is_not_repeated() {
        assertThatThrownBy(() -> read("sWordfish0815"))
                .isInstanceOf(UnreadableReport.class)
                .hasMessageContaining("line 1")
                .hasMessageNotContaining("sWordfish0815");
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
