package dev.netproof.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.netproof.model.CheckResult;
import dev.netproof.model.Report;
import dev.netproof.model.Verdict;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class MarkdownTest {
    static Stream<String> names() {
        return RecordedReports.all().keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("names")
    void looks_as_recorded(String name) throws IOException {
        Goldens.compare(name + ".md", render(RecordedReports.all().get(name), MarkdownRoom.COMMENT));
    }

    @ParameterizedTest
    @EnumSource
    void fits_and_says_what_it_left_out(MarkdownRoom room) throws IOException {
        String text = render(manyFailures(), room);
        assertThat(text.getBytes(StandardCharsets.UTF_8)).hasSizeLessThan(room.bytes());
        assertThat(text).containsPattern(Pattern.compile("and [0-9]+ more"));
        assertThat(count(text, "<details")).isEqualTo(count(text, "</details>")).isGreaterThan(5);
    }

    @Test
    void no_value_is_more_than_text() throws IOException {
        String text = render(RecordedReports.hostile(), MarkdownRoom.COMMENT);
        assertThat(text.replaceAll("</?(code|pre|details|summary|br)( open)?>", ""))
                .doesNotContain("<", "`");
        assertThat(text).doesNotContain("](javascript");
        // Hosts look for mentions of people and issues outside of code only.
        assertThat(text.replaceAll("(?s)<(pre|code)>.*?</\\1>", "")).doesNotContain("@everyone", "#1 ");
        List<String> rows = text.lines().filter(line -> line.startsWith("|")).toList();
        assertThat(rows).allMatch(row -> count(row, "|") == count(rows.get(0), "|"));
    }

    private static Report manyFailures() {
        Report thousand = RecordedReports.thousand();
        List<CheckResult> failing = new ArrayList<>();
        for (CheckResult result : thousand.results()) {
            Verdict verdict = new Verdict(
                    Verdict.Status.FAIL, Verdict.Reason.OPEN, "x|".repeat(200) + "é🐘", Optional.of("mend it"));
            failing.add(new CheckResult(result.check(), verdict, result.paths(), result.elapsed(), result.repeat()));
        }
        return new Report(
                thousand.tool(),
                thousand.cluster(),
                thousand.started(),
                thousand.finished(),
                thousand.matrices(),
                thousand.circumstances(),
                failing,
                thousand.notes(),
                thousand.breakage(),
                thousand.costs(),
                thousand.exit());
    }

    private static int count(String text, String part) {
        return text.split(Pattern.quote(part), -1).length - 1;
    }

    private static String render(Report report, MarkdownRoom room) throws IOException {
        return Goldens.rendered(Reports.markdown(room), report);
    }
}
