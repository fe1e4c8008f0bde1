package dev.netproof.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.netproof.model.CheckResult;
import dev.netproof.model.Report;
import dev.netproof.model.Verdict;
import dev.netproof.run.RecordedVerdicts;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class ReportsTest {
    static Stream<String> names() {
        return Reports.names().stream();
    }

    @Test
    void every_format_has_a_name() {
        assertThat(Reports.names())
                .containsExactly(
                        "junit",
                        "json",
                        "markdown",
                        "html",
                        "prometheus",
                        "openreports",
                        "policyreport",
                        "table",
                        "wide");
        assertThat(Reports.byName("yaml")).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("names")
    void the_same_report_looks_the_same_and_the_stream_stays_open(String name) throws IOException {
        Rendering rendering = Reports.byName(name).orElseThrow();
        Unclosed out = new Unclosed();
        rendering.write(RecordedReports.red(), out);
        assertThat(out.toByteArray()).isNotEmpty();
        assertThat(out.toString(java.nio.charset.StandardCharsets.UTF_8))
                .isEqualTo(Goldens.rendered(rendering, RecordedReports.red()));
    }

    /** A verdict that no golden shows is one that nobody has read. Their words are those of real runs. */
    @ParameterizedTest
    @EnumSource
    void every_reason_is_in_a_golden(Verdict.Reason reason) {
        assertThat(RecordedReports.all().values().stream()
                        .flatMap((Report report) -> report.results().stream())
                        .map(CheckResult::verdict))
                .contains(RecordedVerdicts.of(reason));
    }

    private static final class Unclosed extends ByteArrayOutputStream {
        @Override
        public void close() {
            throw new AssertionError("the caller's stream is closed by the caller");
        }
    }
}
