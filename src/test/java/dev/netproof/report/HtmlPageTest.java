package dev.netproof.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.netproof.model.CheckResult;
import dev.netproof.model.Report;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.Deque;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class HtmlPageTest {
    static Stream<String> names() {
        return RecordedReports.all().keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("names")
    void every_element_is_closed_in_its_place(String name) throws IOException {
        String html = render(RecordedReports.all().get(name)).replaceAll("(?s)<(script|style)>.*?</\\1>", "");
        Deque<String> open = new ArrayDeque<>();
        for (MatchResult tag : (Iterable<MatchResult>)
                Pattern.compile("<(/?)([a-z][a-z0-9]*)[^>]*>").matcher(html).results()::iterator) {
            String element = tag.group(2);
            if (!tag.group(1).isEmpty()) {
                assertThat(open.pop()).isEqualTo(element);
            } else if (!Set.of("meta", "input", "wbr", "br").contains(element)) {
                open.push(element);
            }
        }
        assertThat(open).isEmpty();
    }

    @Test
    void every_check_is_in_the_grid_and_has_its_evidence() throws IOException {
        Report report = RecordedReports.thousand();
        String html = render(report);
        assertThat(count(html, "<td><a ")).isEqualTo(1000);
        assertThat(count(html, "class=\"body\" id=\"c")).isEqualTo(1000);
        for (CheckResult result : report.results()) {
            assertThat(html).contains(">" + result.check().sentence().replace(">", "&gt;") + "<");
        }
    }

    @Test
    void no_value_becomes_markup() throws IOException {
        String html = render(RecordedReports.hostile());
        assertThat(count(html, "<script>")).isEqualTo(1);
        assertThat(html)
                .doesNotContain("<img", "<b>bold", "\u001B", "\u202E")
                .contains("&lt;script&gt;alert(&#39;s&#39;)");
    }

    @Test
    void the_policy_allows_its_own_style_and_script_and_nothing_else() throws Exception {
        String html = render(RecordedReports.red());
        for (String element : new String[] {"style", "script"}) {
            String ours = html.substring(
                    html.indexOf("<" + element + ">") + element.length() + 2, html.indexOf("</" + element + ">"));
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(ours.getBytes(StandardCharsets.UTF_8));
            assertThat(html)
                    .contains(
                            element + "-src &#39;sha256-" + Base64.getEncoder().encodeToString(digest) + "&#39;");
        }
        assertThat(html)
                .contains("default-src &#39;none&#39;")
                .doesNotContainPattern(" (style|on[a-z]+|src)=\"")
                .doesNotContainPattern("href=\"[^#]");
    }

    @Test
    void a_thousand_checks_are_less_than_five_megabytes() throws IOException {
        assertThat(render(RecordedReports.thousand())).hasSizeLessThan(5_000_000);
    }

    private static int count(String text, String part) {
        return text.split(Pattern.quote(part), -1).length - 1;
    }

    private static String render(Report report) throws IOException {
        return Goldens.rendered(Reports.html(), report);
    }
}
