package dev.netproof.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.netproof.model.Enforcement;
import dev.netproof.model.Report;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** An enforcement check in the formats that people and machines read it in. */
class EnforcementRenderingTest {
    static Stream<String> names() {
        return RecordedEnforcement.all().keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("names")
    void comes_back_from_its_evidence_as_it_was(String name) throws IOException {
        Report report = RecordedEnforcement.all().get(name);
        String json = Goldens.rendered(Reports.json(), report);
        assertThat(ReportReader.read(new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8))))
                .isEqualTo(report);
    }

    @ParameterizedTest
    @MethodSource("names")
    void follows_the_published_schema(String name) throws IOException {
        String json = Goldens.rendered(Reports.json(), RecordedEnforcement.all().get(name));
        assertThat(SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                        .getSchema(Files.readString(Path.of("docs", "report.schema.json")), InputFormat.JSON)
                        .validate(json, InputFormat.JSON))
                .isEmpty();
    }

    @ParameterizedTest
    @MethodSource("names")
    void looks_as_recorded_on_the_console(String name) throws IOException {
        Goldens.compare(
                "enforcement-" + name + ".table.txt",
                Goldens.rendered(
                        Reports.console(ConsoleStyle.plain(ConsoleStyle.Detail.TABLE)),
                        RecordedEnforcement.all().get(name)));
    }

    @ParameterizedTest
    @MethodSource("names")
    void looks_as_recorded_to_prometheus(String name) throws IOException {
        Goldens.compare(
                "enforcement-" + name + ".prom",
                Goldens.rendered(Reports.prometheus(), RecordedEnforcement.all().get(name)));
    }

    @Test
    void the_first_line_is_the_one_to_paste() throws IOException {
        String text = Goldens.rendered(
                Reports.console(ConsoleStyle.plain(ConsoleStyle.Detail.TABLE)), RecordedEnforcement.partial());
        assertThat(text.lines().findFirst().orElseThrow())
                .isEqualTo(
                        "✗ PARTIAL: lab is not enforcing network policy on node2 (ingress and egress); node1 enforces"
                                + " — next: look at the policy engine's pod on node2");
    }

    /** Only some paths are shown, and those as expected come first in the evidence. */
    @Test
    void the_family_that_is_open_is_in_the_table_and_in_the_evidence() throws IOException {
        String text = Goldens.rendered(
                Reports.console(ConsoleStyle.plain(ConsoleStyle.Detail.TABLE)), RecordedEnforcement.oneFamily());
        assertThat(text)
                .contains("✗ IPv6 OPEN")
                .containsSubsequence("evidence", "pod two", "over IPv6", "CONNECTED", "evidence");
    }

    @Test
    void what_was_not_proved_is_absent_and_never_zero() throws IOException {
        String text = Goldens.rendered(Reports.prometheus(), RecordedEnforcement.noBaseline());
        assertThat(text)
                .doesNotContain("netproof_enforcement{")
                .contains(
                        "netproof_enforcement_unproved{node=\"node1\",direction=\"ingress\",capability=\"default-deny\","
                                + "reason=\"no_baseline\"} 1");
    }

    /** An alert on a series that nobody writes never fires. */
    @Test
    void the_alert_rules_ask_for_series_that_are_written() throws IOException {
        Set<String> written = Stream.concat(
                        RecordedEnforcement.all().values().stream(), Stream.of(RecordedReports.green()))
                .flatMap(report -> {
                    try {
                        return Goldens.rendered(Reports.prometheus(), report).lines();
                    } catch (IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                })
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.split("[{ ]", 2)[0])
                .collect(Collectors.toSet());
        Set<String> asked = Arrays.stream(Files.readString(Path.of("deploy", "prometheus", "netproof-rules.yaml"))
                        .split("[^a-z_]+"))
                .filter(word -> word.startsWith("netproof_"))
                .collect(Collectors.toSet());
        assertThat(asked).contains("netproof_enforcement").isSubsetOf(written);
    }

    @Test
    void every_verdict_is_recorded() {
        assertThat(RecordedEnforcement.all().values())
                .extracting(report -> report.enforcement().orElseThrow().verdict())
                .contains(Enforcement.Verdict.values());
    }
}
