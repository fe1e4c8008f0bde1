package dev.netproof.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.netproof.model.Report;
import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class GitHubAnnotationsTest {
    static Stream<Report> reports() {
        return RecordedReports.all().values().stream();
    }

    @ParameterizedTest
    @ValueSource(strings = {"red", "inconclusive", "breakage", "hostile"})
    void looks_as_recorded(String name) throws IOException {
        Goldens.compare(name + ".annotations.txt", render(RecordedReports.all().get(name)));
    }

    /** More than ten of a level GitHub drops without a word; a command that a cluster made up would be its own. */
    @ParameterizedTest
    @MethodSource("reports")
    void every_line_is_one_of_ours_and_no_more_than_are_shown(Report report) throws IOException {
        String text = render(report);
        assertThat(text.lines())
                .allMatch(
                        line -> line.matches("::(error|warning) (file=[^:]*,line=\\d+,col=\\d+,)?title=[^:]+::[^:].*"));
        assertThat(text.lines().filter(line -> line.startsWith("::error"))).hasSizeLessThanOrEqualTo(10);
        assertThat(text.lines().filter(line -> line.startsWith("::warning"))).hasSizeLessThanOrEqualTo(10);
    }

    @Test
    void of_too_many_the_last_says_how_many() throws IOException {
        assertThat(render(RecordedReports.thousand()).lines())
                .hasSize(10)
                .last()
                .asString()
                .contains("and 13 more");
    }

    @Test
    void a_green_run_says_nothing() throws IOException {
        assertThat(render(RecordedReports.green())).isEmpty();
    }

    @Test
    void without_enforcement_that_is_said_first() throws IOException {
        assertThat(render(RecordedEnforcement.notEnforced()))
                .startsWith("::error title=Network policy is not enforced::");
    }

    private static String render(Report report) throws IOException {
        return Goldens.rendered(Reports.annotations(), report);
    }
}
