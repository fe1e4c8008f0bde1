package dev.netproof.report;

import static dev.netproof.Hostile.assertCommandsNothing;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.netproof.Hostile;
import dev.netproof.model.Report;
import dev.netproof.report.ConsoleStyle.Colour;
import dev.netproof.report.ConsoleStyle.Detail;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/** Whatever stands in any field of a report: what a format makes of it commands nothing and stays what the format is. */
class HostileTextTest {
    private static final int SEEDS = 5;

    private static final Pattern ENTITY = Pattern.compile("&#(\\d+);");
    private static final Pattern TAG = Pattern.compile("<(/?[a-zA-Z!][^\\s>]*)((?:\"[^\"]*\"|[^>\"])*)>");

    /** Every text begins with an attack, for each attack; then attacks at random, and what kept a failure is its name. */
    static Map<String, UnaryOperator<String>> attacks() {
        Map<String, UnaryOperator<String>> attacks = new LinkedHashMap<>();
        Hostile.TEXTS.forEach(text -> attacks.put(text, original -> text + original));
        for (long seed = 1; seed <= SEEDS; seed++) {
            attacks.put("seed " + seed, Hostile.seeded(seed));
        }
        return attacks;
    }

    private static Report everything() {
        return RecordedEnforcement.with(RecordedReports.red(), RecordedEnforcement.partial());
    }

    static Map<String, Report> reports() {
        Map<String, Report> reports = new LinkedHashMap<>(RecordedReports.all());
        reports.remove("hostile");
        reports.put("everything", everything());
        RecordedEnforcement.all().forEach((name, report) -> reports.put("enforcement " + name, report));
        return reports;
    }

    private interface Proof {
        void of(String printed, Report report) throws Exception;
    }

    /** Every attack on the report that has everything, and random ones on all reports. */
    private static void everyAttack(Rendering rendering, Proof proof) throws Exception {
        for (Map.Entry<String, UnaryOperator<String>> attack : attacks().entrySet()) {
            Map<String, Report> attacked =
                    attack.getKey().startsWith("seed") ? reports() : Map.of("everything", everything());
            for (Map.Entry<String, Report> report : attacked.entrySet()) {
                Report hostile = Hostile.replaced(report.getValue(), attack.getValue());
                String printed = Goldens.rendered(rendering, hostile);
                try {
                    proof.of(printed, hostile);
                } catch (AssertionError | Exception e) {
                    throw new AssertionError("attacked by " + attack.getKey() + " in " + report.getKey(), e);
                }
            }
        }
    }

    static Stream<String> names() {
        return Reports.names().stream();
    }

    @ParameterizedTest
    @MethodSource("names")
    void what_is_printed_commands_nothing(String format) throws Exception {
        everyAttack(Reports.byName(format).orElseThrow(), (printed, report) -> assertCommandsNothing(printed));
    }

    @ParameterizedTest
    @EnumSource
    void wherever_the_console_breaks_its_lines(Detail detail) throws Exception {
        for (int width = 40; width <= 130; width += 30) {
            ConsoleStyle plain = new ConsoleStyle(detail, Colour.NEVER, width);
            ConsoleStyle coloured = new ConsoleStyle(detail, Colour.ALWAYS, width);
            everyAttack(Reports.console(plain), (printed, report) -> {
                assertCommandsNothing(printed);
                assertThat(Goldens.rendered(Reports.console(coloured), report).replaceAll("\u001B\\[[0-9;]+m", ""))
                        .isEqualTo(printed);
            });
        }
    }

    @Test
    void annotations_are_commands_of_our_own_alone() throws Exception {
        everyAttack(Reports.annotations(), (printed, report) -> {
            assertThat(printed.lines())
                    .allMatch(line ->
                            line.matches("::(error|warning) (file=[^:,]*,line=\\d+,col=\\d+,)?title=[^:,]+::.*"));
            assertCommandsNothing(printed.replaceAll("(?m)^::(error|warning) [^:]*::", ""));
        });
    }

    @ParameterizedTest
    @EnumSource
    void markdown_is_text_for_bots_and_hosts(MarkdownRoom room) throws Exception {
        everyAttack(Reports.markdown(room), (printed, report) -> assertMarkdownIsText(printed));
    }

    private static void assertMarkdownIsText(String markdown) {
        assertCommandsNothing(markdown);
        assertThat(markdown.replaceAll("</?(code|pre|details|summary|br)( open)?>", ""))
                .doesNotContain("<", ">", "`", "@", "](", "~", "://", "[")
                .doesNotContainPattern("(?m)^\\s*/");
        // A pull request's host finds mentions in what entities stand for, outside of code.
        String prose = ENTITY.matcher(
                        markdown.replaceAll("(?s)<(pre|code)>.*?</\\1>", "").replaceAll("<[^>]*>", ""))
                .replaceAll(entity -> Matcher.quoteReplacement(Character.toString(Integer.parseInt(entity.group(1)))));
        assertThat(prose)
                .doesNotContainPattern("@[\\w]")
                .doesNotContainPattern("[#!~%$&^]\\w")
                .doesNotContainPattern("(?i)gh-\\d")
                .doesNotContain("://")
                .doesNotContainPattern("(?i)www\\.\\w");
        // A line that begins with a value begins no list, heading or block of another kind.
        assertThat(markdown.replaceAll("(?s)<(pre|code)>.*?</\\1>", ""))
                .doesNotContainPattern("(?m)^ *(===|> |1\\. )")
                .doesNotContainPattern("(?m)^ {4}\\S");
        List<String> rows =
                markdown.lines().filter(line -> line.startsWith("|")).toList();
        rows.forEach(row -> assertThat(row.chars().filter(c -> c == '|').count())
                .isIn(rows.stream()
                        .filter(one -> one.startsWith("| ---"))
                        .map(one -> one.chars().filter(c -> c == '|').count())
                        .toList()));
    }

    @Test
    void junit_xml_has_the_elements_it_always_has() throws Exception {
        everyAttack(Reports.junit(), (printed, report) -> {
            Document document = DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(new InputSource(new StringReader(printed)));
            assertThat(names(document)).isEqualTo(names(xml(benign(report))));
        });
    }

    private static Document xml(Report report) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(Goldens.rendered(Reports.junit(), report))));
    }

    private static Map<String, Integer> names(Document document) {
        Map<String, Integer> names = new TreeMap<>();
        NodeList elements = document.getElementsByTagName("*");
        for (int i = 0; i < elements.getLength(); i++) {
            names.merge(elements.item(i).getNodeName(), 1, Integer::sum);
            for (int j = 0; j < elements.item(i).getAttributes().getLength(); j++) {
                names.merge("@" + elements.item(i).getAttributes().item(j).getNodeName(), 1, Integer::sum);
            }
        }
        return names;
    }

    @Test
    void html_has_the_elements_it_always_has() throws Exception {
        everyAttack(
                Reports.html(),
                (printed, report) -> assertThat(elements(printed))
                        .isEqualTo(elements(Goldens.rendered(Reports.html(), benign(report)))));
    }

    /** Every tag and the names of its attributes, as a browser finds them. */
    private static Map<String, Integer> elements(String html) {
        Map<String, Integer> names = new TreeMap<>();
        Matcher tag = TAG.matcher(html.replaceAll("(?s)<(style|script)>.*?</\\1>", "<$1>"));
        while (tag.find()) {
            if (!tag.group(1).equals("wbr")) {
                names.merge(tag.group(1) + tag.group(2).replaceAll("=\"[^\"]*\"", ""), 1, Integer::sum);
            }
        }
        return names;
    }

    /** The same report without a single sign in it: each text is a word of its own. */
    private static Report benign(Report report) {
        Map<String, String> words = new LinkedHashMap<>();
        return Hostile.replaced(report, text -> words.computeIfAbsent(text, t -> "word" + words.size()));
    }

    @Test
    void json_is_read_back_as_it_was() throws Exception {
        everyAttack(
                Reports.json(),
                (printed, report) -> assertThat(
                                ReportReader.read(new ByteArrayInputStream(printed.getBytes(StandardCharsets.UTF_8))))
                        .isEqualTo(report));
    }

    @Test
    void prometheus_has_only_samples_of_ours() throws Exception {
        everyAttack(
                Reports.prometheus(),
                (printed, report) -> assertThat(printed.lines())
                        .allMatch(line -> line.matches("# (HELP|TYPE) netproof_\\w+ .*")
                                || line.matches(
                                        "netproof_[a-z_]+(\\{(,?[a-z]+=\"([^\"\\\\]|\\\\[\\\\\"n])*\")+})? [0-9.]+"))
                        .noneMatch(line -> line.startsWith("netproof_fake")));
    }

    @ParameterizedTest
    @EnumSource
    void policy_reports_are_the_objects_they_always_are(PolicyReport.Dialect dialect) throws Exception {
        everyAttack(
                new PolicyReport(dialect),
                (printed, report) -> assertThat(kinds(printed))
                        .isEqualTo(kinds(Goldens.rendered(new PolicyReport(dialect), benign(report)))));
    }

    private static List<String> kinds(String yaml) throws IOException {
        List<String> kinds = new ArrayList<>();
        try (MappingIterator<JsonNode> documents =
                new YAMLMapper().readerFor(JsonNode.class).readValues(yaml)) {
            documents.forEachRemaining(document -> {
                if (document.isObject()) {
                    kinds.add(document.path("kind").asText() + " "
                            + document.path("results").size() + " "
                            + String.join(" ", (Iterable<String>) document::fieldNames));
                }
            });
        }
        return kinds;
    }

    @ParameterizedTest
    @EnumSource
    void comparisons_are_no_more_than_text(ComparisonFormat format) throws Exception {
        for (Map.Entry<String, UnaryOperator<String>> attack : attacks().entrySet()) {
            Comparison comparison = Comparison.of(
                    Hostile.replaced(RecordedReports.green(), attack.getValue()),
                    Hostile.replaced(everything(), attack.getValue()));
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            format.write(comparison, new ConsoleStyle(Detail.TABLE, Colour.NEVER, 60), out);
            String printed = out.toString(StandardCharsets.UTF_8);
            try {
                assertCommandsNothing(printed);
                switch (format) {
                    case MARKDOWN -> assertMarkdownIsText(printed);
                    case JSON ->
                        assertThat(new JsonMapper().readTree(printed).path("changes"))
                                .isNotEmpty();
                    case TABLE -> assertThat(printed).contains("POLICIES");
                }
            } catch (AssertionError e) {
                throw new AssertionError("attacked by " + attack.getKey(), e);
            }
        }
    }
}
