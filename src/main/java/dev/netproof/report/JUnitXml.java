package dev.netproof.report;

import dev.netproof.model.Check;
import dev.netproof.model.CheckResult;
import dev.netproof.model.Report;
import dev.netproof.model.Verdict;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/**
 * JUnit XML. A violation is a failure, whatever kept a check from being judged is an error, and what this cluster cannot test is
 * skipped. Written by hand because JUnit's own listener copies every system property into the file, secrets too, and knows
 * neither file nor line.
 */
final class JUnitXml implements Rendering {
    private static final String SUITE_OF_BREAKAGE = "netproof";

    @Override
    public void write(Report report, OutputStream out) throws IOException {
        try {
            XMLStreamWriter xml = XMLOutputFactory.newFactory().createXMLStreamWriter(out, "UTF-8");
            new Document(xml, report).write();
            xml.close();
        } catch (XMLStreamException e) {
            throw new IOException("JUnit XML could not be written: " + e.getMessage(), e);
        }
        out.flush();
    }

    private static final class Document {
        private final XMLStreamWriter xml;
        private final Report report;
        private final List<Sheet> sheets;
        private int depth;
        private boolean leaf;

        Document(XMLStreamWriter xml, Report report) {
            this.xml = xml;
            this.report = report;
            this.sheets = Sheet.of(report);
        }

        void write() throws XMLStreamException {
            long broken = report.breakage().isPresent() ? 1 : 0;
            xml.writeStartDocument("UTF-8", "1.0");
            open("testsuites");
            attribute("name", "netproof");
            counts(sheets.stream().flatMap(sheet -> sheet.entries().stream()).toList(), broken);
            attribute("time", Figures.exactSeconds(Duration.between(report.started(), report.finished())));
            if (report.breakage().isPresent()) {
                breakage(report.breakage().get());
            }
            Set<String> names = new HashSet<>();
            for (Sheet sheet : sheets) {
                suite(sheet, names.add(sheet.name()) ? sheet.name() : sheet.name() + " (" + sheet.file() + ")");
            }
            close();
            xml.writeEndDocument();
            xml.writeCharacters("\n");
            xml.flush();
        }

        /** A suite of its own and the first, so that nobody takes what follows for the whole. */
        private void breakage(Report.Breakage breakage) throws XMLStreamException {
            open("testsuite");
            attribute("name", SUITE_OF_BREAKAGE);
            counts(List.of(), 1);
            attribute("time", "0.000");
            timestamp();
            properties();
            open("testcase");
            attribute("name", "the run reaches its end");
            attribute("classname", SUITE_OF_BREAKAGE);
            attribute("time", "0.000");
            outcome(
                    "error",
                    "BREAKAGE",
                    breakage.problem(),
                    Visible.of(breakage.problem()) + "\nfix: " + Visible.of(breakage.fix()));
            close();
            close();
        }

        private void suite(Sheet sheet, String name) throws XMLStreamException {
            open("testsuite");
            attribute("name", name);
            counts(sheet.entries(), 0);
            // Checks run in parallel: the suite takes as long as the longest of them, not as long as all.
            attribute(
                    "time",
                    Figures.exactSeconds(sheet.entries().stream()
                            .flatMap(entry -> entry.result().stream())
                            .map(CheckResult::elapsed)
                            .max(Comparator.naturalOrder())
                            .orElse(Duration.ZERO)));
            timestamp();
            attribute("file", sheet.file());
            properties();
            Set<String> names = new HashSet<>();
            for (Entry entry : sheet.entries()) {
                testcase(entry, sheet.name(), unique(entry.check(), names));
            }
            close();
        }

        /** GitLab drops all but one of the cases that have the same name. */
        private static String unique(Check check, Set<String> taken) {
            String sentence = check.sentence();
            String name = sentence;
            for (int n = 1; !taken.add(check.source().name() + '\n' + name); n++) {
                String line = sentence + " (line " + check.location().line();
                name = n == 1 ? line + ")" : line + ", " + n + ")";
            }
            return name;
        }

        private void testcase(Entry entry, String suite, String name) throws XMLStreamException {
            Check check = entry.check();
            open("testcase");
            attribute("name", name);
            attribute("classname", suite + "." + check.source().name());
            attribute("file", check.location().file());
            attribute("line", check.location().line());
            attribute(
                    "time",
                    Figures.exactSeconds(
                            entry.result().map(CheckResult::elapsed).orElse(Duration.ZERO)));
            if (entry.result().isPresent()) {
                result(entry.result().get());
            } else {
                open("skipped");
                attribute("message", "not judged: the run ended before its time");
                close();
            }
            close();
        }

        private void result(CheckResult result) throws XMLStreamException {
            Verdict verdict = result.verdict();
            String type = verdict.reason().name();
            switch (verdict.status()) {
                case FAIL -> outcome("failure", type, verdict.explanation(), text(result));
                case INCONCLUSIVE -> outcome("error", type, verdict.explanation(), text(result));
                case UNTESTABLE, SKIPPED -> {
                    open("skipped");
                    attribute("message", verdict.explanation());
                    close();
                }
                case PASS -> {
                    open("system-out");
                    characters(text(result));
                    close();
                }
            }
        }

        private void outcome(String element, String type, String message, String text) throws XMLStreamException {
            open(element);
            attribute("message", message);
            attribute("type", type);
            characters(text);
            close();
        }

        private static String text(CheckResult result) {
            return Visible.of(result.verdict().explanation())
                    + "\n"
                    + Evidence.facts(result).stream()
                            .map(fact -> fact.label().word()
                                    + ": "
                                    + fact.lines().stream().map(Visible::of).collect(Collectors.joining("\n    ")))
                            .collect(Collectors.joining("\n"));
        }

        private void counts(List<Entry> entries, long broken) throws XMLStreamException {
            attribute("tests", entries.size() + broken);
            attribute("failures", count(entries, Set.of(Sign.VIOLATION)));
            attribute("errors", count(entries, Set.of(Sign.INCONCLUSIVE)) + broken);
            attribute("skipped", count(entries, Set.of(Sign.UNTESTABLE, Sign.SKIPPED, Sign.NOT_JUDGED)));
        }

        private static long count(List<Entry> entries, Set<Sign> signs) {
            return entries.stream()
                    .filter(entry -> signs.contains(entry.sign()))
                    .count();
        }

        private void timestamp() throws XMLStreamException {
            attribute("timestamp", report.started().truncatedTo(ChronoUnit.SECONDS));
        }

        private void properties() throws XMLStreamException {
            open("properties");
            property("netproof.version", Optional.of(report.tool()));
            property("netproof.context", report.cluster().map(cluster -> cluster.context()));
            property("netproof.server.version", report.cluster().map(cluster -> cluster.version()));
            property(
                    "netproof.exit",
                    Optional.of(report.exit().code() + " " + report.exit().meaning()));
            close();
        }

        private void property(String name, Optional<String> value) throws XMLStreamException {
            if (value.isPresent()) {
                open("property");
                attribute("name", name);
                attribute("value", value.get());
                close();
            }
        }

        private void open(String element) throws XMLStreamException {
            xml.writeCharacters("\n" + "  ".repeat(depth++));
            xml.writeStartElement(element);
            leaf = true;
        }

        private void close() throws XMLStreamException {
            depth--;
            if (!leaf) {
                xml.writeCharacters("\n" + "  ".repeat(depth));
            }
            leaf = false;
            xml.writeEndElement();
        }

        private void attribute(String name, Object value) throws XMLStreamException {
            xml.writeAttribute(name, Visible.of(value.toString()));
        }

        private void characters(String text) throws XMLStreamException {
            xml.writeCharacters(text);
        }
    }
}
