package dev.netproof.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.netproof.model.Check;
import dev.netproof.model.CheckResult;
import dev.netproof.model.Enforcement;
import dev.netproof.model.Report;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.transform.stream.StreamSource;
import javax.xml.validation.Schema;
import javax.xml.validation.SchemaFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

class JUnitXmlTest {
    static Stream<String> names() {
        return reports().keySet().stream();
    }

    private static Map<String, Report> reports() {
        Map<String, Report> reports = new LinkedHashMap<>(RecordedReports.all());
        reports.put("enforcement-partial", RecordedEnforcement.partial());
        reports.put("enforcement-no-baseline", RecordedEnforcement.noBaseline());
        return reports;
    }

    @ParameterizedTest
    @MethodSource("names")
    void looks_as_recorded(String name) throws IOException {
        Goldens.compare(name + ".junit.xml", render(reports().get(name)));
    }

    @ParameterizedTest
    @MethodSource("names")
    void is_valid_against_what_readers_take(String name) throws Exception {
        Schema schema = SchemaFactory.newInstance(XMLConstants.W3C_XML_SCHEMA_NS_URI)
                .newSchema(JUnitXmlTest.class.getResource("/report/junit.xsd"));
        schema.newValidator()
                .validate(new StreamSource(new StringReader(render(reports().get(name)))));
    }

    @ParameterizedTest
    @MethodSource("names")
    void counts_what_it_holds(String name) throws Exception {
        Document document = parse(render(reports().get(name)));
        for (Element suite : elements(document.getElementsByTagName("testsuite"))) {
            assertThat(suite.getAttribute("tests")).isEqualTo(count(suite, "testcase"));
            assertThat(suite.getAttribute("failures")).isEqualTo(count(suite, "failure"));
            assertThat(suite.getAttribute("errors")).isEqualTo(count(suite, "error"));
            assertThat(suite.getAttribute("skipped")).isEqualTo(count(suite, "skipped"));
        }
        Element root = document.getDocumentElement();
        for (Map.Entry<String, String> counted : Map.of(
                        "tests", "testcase", "failures", "failure", "errors", "error", "skipped", "skipped")
                .entrySet()) {
            assertThat(root.getAttribute(counted.getKey())).isEqualTo(count(root, counted.getValue()));
        }
    }

    @Test
    void hostile_values_come_back_as_text() throws Exception {
        Document document = parse(render(RecordedReports.hostile()));
        Element testcase = elements(document.getElementsByTagName("testcase")).get(0);
        assertThat(testcase.getAttribute("name")).contains("<script>alert('s')</script>␛[31m", "]]> 数据库 🐘");
        Element failure = elements(document.getElementsByTagName("failure")).get(0);
        assertThat(failure.getTextContent()).contains("</pre></details>␊]]>&<!-- ␀␛]0;title␇ --> ``` 🐘 �");
    }

    @Test
    void names_are_unique_within_a_suite() throws Exception {
        Report red = RecordedReports.red();
        List<CheckResult> doubled = new ArrayList<>(red.results());
        doubled.addAll(red.results());
        Report report = new Report(
                red.tool(),
                red.cluster(),
                red.started(),
                red.finished(),
                red.matrices(),
                red.circumstances(),
                doubled,
                red.notes(),
                red.breakage(),
                red.costs(),
                red.exit());
        assertThat(elements(parse(render(report)).getElementsByTagName("testcase")))
                .extracting(testcase -> testcase.getAttribute("classname") + "/" + testcase.getAttribute("name"))
                .hasSize(doubled.size())
                .doesNotHaveDuplicates();
    }

    /** mikepenz/action-junit-report takes cases of the same name, class and file for tries of one test; GitLab drops them. */
    @ParameterizedTest
    @MethodSource("names")
    void no_two_cases_are_taken_for_one(String name) throws Exception {
        assertThat(elements(parse(render(reports().get(name))).getElementsByTagName("testcase")))
                .extracting(testcase -> testcase.getAttribute("classname") + "|" + testcase.getAttribute("name"))
                .doesNotHaveDuplicates();
    }

    /** dorny/test-reporter reads no file attribute: it looks for "at PACKAGE.Class(FILE:LINE)" whose package is the folder. */
    @Test
    void viewers_that_know_only_stack_traces_find_the_line_too() throws Exception {
        Pattern frame = Pattern.compile("^\\s*at (\\S+/\\S*/)?(.*)\\((.*):(\\d+)\\)$", Pattern.MULTILINE);
        for (Element failure : elements(parse(render(RecordedReports.red())).getElementsByTagName("failure"))) {
            Matcher matcher = frame.matcher(failure.getTextContent());
            assertThat(matcher.find()).isTrue();
            assertThat(matcher.group(2)).startsWith("matrices.bookstore.M");
            assertThat(matcher.group(3)).isEqualTo("matrix.yaml");
            assertThat(matcher.group(4)).isEqualTo(((Element) failure.getParentNode()).getAttribute("line"));
        }
    }

    /** Jenkins and mikepenz count flakyFailure elements of a case that passed. */
    @Test
    void what_was_seen_to_the_contrary_before_it_passed_is_flaky() throws Exception {
        assertThat(elements(parse(render(RecordedReports.green())).getElementsByTagName("flakyFailure")))
                .singleElement()
                .satisfies(flaky -> {
                    assertThat(((Element) flaky.getParentNode()).getAttribute("name"))
                            .isEqualTo("stranger → catalog:80 is denied");
                    assertThat(flaky.getAttribute("type")).isEqualTo("CONNECTED");
                    assertThat(flaky.getAttribute("message")).contains("before it was denied");
                });
    }

    @Test
    void enforcement_stands_before_the_matrices() throws Exception {
        Document document = parse(render(RecordedEnforcement.partial()));
        Element suite = elements(document.getElementsByTagName("testsuite")).get(0);
        assertThat(suite.getAttribute("name")).isEqualTo("enforcement");
        long failed = RecordedEnforcement.partial().enforcement().orElseThrow().rows().stream()
                .filter(row -> row.status() == Enforcement.Status.NOT_ENFORCED)
                .count();
        assertThat(suite.getAttribute("failures"))
                .isEqualTo(Long.toString(failed))
                .isNotEqualTo("0");
    }

    @Test
    void viewers_find_the_line_in_the_matrix() throws Exception {
        Check check = RecordedReports.red().results().get(5).check();
        assertThat(elements(parse(render(RecordedReports.red())).getElementsByTagName("testcase")))
                .filteredOn(testcase -> testcase.getAttribute("name").equals(check.sentence()))
                .singleElement()
                .satisfies(testcase -> {
                    assertThat(testcase.getAttribute("file"))
                            .isEqualTo(check.location().file());
                    assertThat(testcase.getAttribute("line"))
                            .isEqualTo(Integer.toString(check.location().line()));
                    assertThat(testcase.getAttribute("classname")).isEqualTo("bookstore.storefront");
                });
    }

    @Test
    void no_system_property_is_written() throws Exception {
        System.setProperty("netproof.test.secret", "hunter2");
        try {
            assertThat(render(RecordedReports.red()))
                    .doesNotContain("hunter2", Objects.requireNonNull(System.getProperty("java.version")));
        } finally {
            System.clearProperty("netproof.test.secret");
        }
    }

    private static String render(Report report) throws IOException {
        return Goldens.rendered(Reports.junit(), report);
    }

    private static Document parse(String xml) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(xml.getBytes(StandardCharsets.UTF_8)));
    }

    private static String count(Element within, String name) {
        return Integer.toString(within.getElementsByTagName(name).getLength());
    }

    private static List<Element> elements(NodeList nodes) {
        return IntStream.range(0, nodes.getLength())
                .mapToObj(nodes::item)
                .map(Element.class::cast)
                .toList();
    }
}
