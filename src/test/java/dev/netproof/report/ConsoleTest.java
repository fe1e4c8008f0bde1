package dev.netproof.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.netproof.model.Report;
import dev.netproof.model.Verdict;
import dev.netproof.report.ConsoleStyle.Colour;
import dev.netproof.report.ConsoleStyle.Detail;
import dev.netproof.text.TextWidth;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConsoleTest {
    @ParameterizedTest
    @ValueSource(strings = {"green", "red", "inconclusive", "breakage", "broken-halfway", "hostile"})
    void looks_as_recorded(String name) throws IOException {
        Goldens.compare(name + ".table.txt", render(name, ConsoleStyle.plain(Detail.TABLE)));
    }

    @Test
    void brief_shows_what_does_not_conform_and_the_last_line() throws IOException {
        Goldens.compare("red.brief.txt", render("red", ConsoleStyle.plain(Detail.BRIEF)));
        assertThat(render("green", ConsoleStyle.plain(Detail.BRIEF)).strip().lines())
                .hasSize(2);
    }

    @Test
    void wide_adds_every_check() throws IOException {
        Goldens.compare("red.wide.txt", render("red", ConsoleStyle.plain(Detail.WIDE)));
    }

    @Test
    void a_narrow_terminal_gets_bands() throws IOException {
        String text = render("red", new ConsoleStyle(Detail.TABLE, Colour.NEVER, 60));
        Goldens.compare("red.narrow.txt", text);
        assertThat(text.lines().takeWhile(line -> !line.contains("as expected")))
                .allMatch(line -> TextWidth.of(line) <= 60);
    }

    @Test
    void colour_changes_no_character() throws IOException {
        for (Map.Entry<String, Report> recorded : RecordedReports.all().entrySet()) {
            String coloured = Goldens.rendered(
                    Reports.console(new ConsoleStyle(Detail.WIDE, Colour.ALWAYS, 100)), recorded.getValue());
            String plain = Goldens.rendered(
                    Reports.console(new ConsoleStyle(Detail.WIDE, Colour.NEVER, 100)), recorded.getValue());
            assertThat(coloured).contains("\u001B[");
            assertThat(coloured.replaceAll("\u001B\\[[0-9;]+m", "")).isEqualTo(plain);
        }
    }

    @Test
    void nothing_that_a_cluster_says_reaches_the_terminal_as_an_escape() throws IOException {
        assertThat(render("hostile", ConsoleStyle.plain(Detail.WIDE)).chars())
                .noneMatch(c -> c < 0x20 && c != '\n' || c >= 0x7F && c < 0xA0 || c == 0x202E);
    }

    @Test
    void of_many_failures_some_are_shown_in_full_and_all_are_named() throws IOException {
        Report report = RecordedReports.thousand();
        String text = Goldens.rendered(Reports.console(ConsoleStyle.plain(Detail.TABLE)), report);
        assertThat(text).contains("FAILURES (" + report.count(Verdict.Status.FAIL) + ")");
        List<String> failing = report.results().stream()
                .filter(result -> result.verdict().status() == Verdict.Status.FAIL)
                .map(result -> "✗ " + result.check().sentence() + " — OPEN")
                .toList();
        assertThat(failing).hasSizeGreaterThan(10);
        assertThat(text).contains(failing);
        assertThat(text.lines().filter(line -> line.startsWith("    repeat"))).hasSize(10);
    }

    private static String render(String name, ConsoleStyle style) throws IOException {
        return Goldens.rendered(Reports.console(style), RecordedReports.all().get(name));
    }
}
