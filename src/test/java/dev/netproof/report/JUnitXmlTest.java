package dev.netproof.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.netproof.model.Check;
import dev.netproof.model.CheckResult;
import dev.netproof.model.Report;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
        return RecordedReports.all().keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("names")
    void looksAsRecorded(String name) throws IOException {
        Goldens.compare(name + ".junit.xml", render(RecordedReports.all().get(name)));
    }

    @ParameterizedTest
    @MethodSource("names")
    void isValidAgainstWhatReadersTake(String name) throws Exception {
        Schema schema = SchemaFactory.newInstance(XMLConstants.W3C_XML_SCHEMA_NS_URI)
                .newSchema(JUnitXmlTest.class.getResource("/report/junit.xsd"));
        schema.newValidator()
                .validate(new StreamSource(
                        new StringReader(render(RecordedReports.all().get(name)))));
    }

    @ParameterizedTest
    @MethodSource("names")
    void countsWhatItHolds(String name) throws Exception {
        Document document = parse(render(RecordedReports.all().get(name)));
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
    void hostileValuesComeBackAsText() throws Exception {
        Document document = parse(render(RecordedReports.hostile()));
        Element testcase = elements(document.getElementsByTagName("testcase")).get(0);
        assertThat(testcase.getAttribute("name")).contains("<script>alert('s')</script>␛[31m", "]]> 数据库 🐘");
        Element failure = elements(document.getElementsByTagName("failure")).get(0);
        assertThat(failure.getTextContent()).contains("</pre></details>␊]]>&<!-- ␀␛]0;title␇ --> ``` 🐘 �");
    }

    @Test
    void namesAreUniqueWithinASuite() throws Exception {
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

    @Test
    void viewersFindTheLineInTheMatrix() throws Exception {
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
    void noSystemPropertyIsWritten() throws Exception {
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
