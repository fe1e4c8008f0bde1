package dev.netproof.report;

import dev.netproof.model.Check;
import dev.netproof.model.CheckResult;
import dev.netproof.model.Enforcement;
import dev.netproof.model.Location;
import dev.netproof.model.Matrix;
import dev.netproof.model.Report;
import dev.netproof.model.Streak;
import dev.netproof.model.Verdict;
import dev.netproof.text.Visible;
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
    private static final String SUITE_OF_ENFORCEMENT = "enforcement";

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

    /** What a suite holds. */
    private record Counts(long tests, long failures, long errors, long skipped) {
        static final Counts NONE = new Counts(0, 0, 0, 0);

        static Counts of(List<Entry> entries) {
            return new Counts(
                    entries.size(),
                    count(entries, Set.of(Sign.VIOLATION)),
                    count(entries, Set.of(Sign.INCONCLUSIVE)),
                    count(entries, Set.of(Sign.UNTESTABLE, Sign.SKIPPED, Sign.NOT_JUDGED)));
        }

        static Counts of(Enforcement enforcement) {
            return new Counts(
                    enforcement.rows().size(),
                    enforcement.count(Enforcement.Status.NOT_ENFORCED),
                    enforcement.count(Enforcement.Status.INCONCLUSIVE),
                    enforcement.count(Enforcement.Status.UNTESTABLE));
        }

        private static long count(List<Entry> entries, Set<Sign> signs) {
            return entries.stream()
                    .filter(entry -> signs.contains(entry.sign()))
                    .count();
        }

        Counts plus(Counts other) {
            return new Counts(
                    tests + other.tests, failures + other.failures, errors + other.errors, skipped + other.skipped);
        }
    }

    private static final class Document {
        private final XMLStreamWriter xml;
        private final Report report;
        private final List<Sheet> sheets;
        private int depth;
        private boolean leaf;
        private boolean noted;

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
            counts(all().plus(new Counts(broken, 0, broken, 0)));
            attribute("time", Figures.exactSeconds(Duration.between(report.started(), report.finished())));
            if (report.breakage().isPresent()) {
                breakage(report.breakage().get());
            }
            Set<String> names = new HashSet<>(Set.of(SUITE_OF_BREAKAGE));
            if (report.enforcement().isPresent()) {
                names.add(SUITE_OF_ENFORCEMENT);
                enforcement(report.enforcement().get());
            }
            for (Sheet sheet : sheets) {
                suite(sheet, names.add(sheet.name()) ? sheet.name() : sheet.name() + " (" + sheet.file() + ")");
            }
            close();
            xml.writeEndDocument();
            xml.writeCharacters("\n");
            xml.flush();
        }

        /** The first suite, so that the following ones do not look complete. */
        private void breakage(Report.Breakage breakage) throws XMLStreamException {
            open("testsuite");
            attribute("name", SUITE_OF_BREAKAGE);
            counts(new Counts(1, 0, 1, 0));
            attribute("time", "0.000");
            timestamp();
            properties(Optional.empty());
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
            counts(Counts.of(sheet.entries()));
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
            properties(sheet.matrix());
            Set<String> names = new HashSet<>();
            for (Entry entry : sheet.entries()) {
                testcase(entry, name, unique(entry.check(), names));
            }
            notes();
            close();
        }

        /** Notes for the reader appear once, in the first suite that has cases. */
        private void notes() throws XMLStreamException {
            if (!noted && !report.notes().isEmpty()) {
                open("system-out");
                characters(report.notes().stream().map(Visible::of).collect(Collectors.joining("\n")));
                close();
            }
            noted = true;
        }

        /** Before the matrices: where policies are not enforced, their results say little. */
        private void enforcement(Enforcement enforcement) throws XMLStreamException {
            open("testsuite");
            attribute("name", SUITE_OF_ENFORCEMENT);
            counts(Counts.of(enforcement));
            attribute(
                    "time",
                    Figures.exactSeconds(enforcement.rows().stream()
                            .flatMap(row -> row.denied().stream())
                            .max(Comparator.naturalOrder())
                            .orElse(Duration.ZERO)));
            timestamp();
            properties(Optional.empty());
            Set<String> names = new HashSet<>();
            for (Enforcement.Row row : enforcement.rows()) {
                Enforcement.Capability capability = enforcement.capability(row);
                String sentence = capability.title() + ", " + row.direction().word() + " on " + row.node();
                String name = sentence;
                for (int n = 2; !names.add(name); n++) {
                    name = sentence + " (" + n + ")";
                }
                open("testcase");
                attribute("name", name);
                attribute("classname", SUITE_OF_ENFORCEMENT + "." + capability.id());
                attribute("time", Figures.exactSeconds(row.denied().orElse(Duration.ZERO)));
                row(row, capability);
                close();
            }
            notes();
            close();
        }

        private void row(Enforcement.Row row, Enforcement.Capability capability) throws XMLStreamException {
            String text = Visible.of(row.seen()) + "\nmeans: " + Visible.of(capability.meaning()) + "\nspecified: "
                    + Visible.of(capability.specification() + " (" + capability.source() + ")")
                    + row.fix().map(fix -> "\nfix: " + Visible.of(fix)).orElse("");
            switch (row.status()) {
                case NOT_ENFORCED -> outcome("failure", row.reason().name(), row.seen(), text);
                case INCONCLUSIVE -> outcome("error", row.reason().name(), row.seen(), text);
                case UNTESTABLE -> {
                    open("skipped");
                    attribute("message", row.seen());
                    close();
                }
                case ENFORCED, OBSERVED -> {
                    open("system-out");
                    characters(text);
                    close();
                }
            }
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
                attribute("message", "not judged: the run ended early");
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
                    flaky(result);
                    open("system-out");
                    characters(text(result));
                    close();
                }
            }
        }

        /**
         * What was seen to the contrary before it passed, in the way in which Surefire tells of a test that passed when it was
         * tried again.
         */
        private void flaky(CheckResult result) throws XMLStreamException {
            Optional<Streak> contrary = Evidence.contrary(result);
            if (contrary.isPresent()) {
                Streak streak = contrary.get();
                open("flakyFailure");
                attribute(
                        "message",
                        Evidence.word(streak.outcome()) + " " + Figures.count(streak.attempts(), "time", "times")
                                + " before it was "
                                + result.check().expectation().participle());
                attribute("type", streak.outcome().name());
                open("stackTrace");
                characters(Visible.of(
                        Evidence.history(streak, Evidence.start(result).orElse(streak.first()))));
                close();
                close();
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
                            .collect(Collectors.joining("\n"))
                    + "\n" + frame(result.check().location());
        }

        /** The place in the form of a stack frame, from which viewers that know no file attribute find the line. */
        private static String frame(Location location) {
            String file = Visible.of(location.file());
            int slash = file.lastIndexOf('/');
            String folders = slash < 0 ? "" : file.substring(0, slash + 1).replace('/', '.');
            return "at " + folders + "Matrix.check(" + file.substring(slash + 1) + ":" + location.line() + ")";
        }

        private Counts all() {
            Counts counts = report.enforcement().map(Counts::of).orElse(Counts.NONE);
            for (Sheet sheet : sheets) {
                counts = counts.plus(Counts.of(sheet.entries()));
            }
            return counts;
        }

        private void counts(Counts counts) throws XMLStreamException {
            attribute("tests", counts.tests());
            attribute("failures", counts.failures());
            attribute("errors", counts.errors());
            attribute("skipped", counts.skipped());
        }

        private void timestamp() throws XMLStreamException {
            attribute("timestamp", report.started().truncatedTo(ChronoUnit.SECONDS));
        }

        private void properties(Optional<Matrix> matrix) throws XMLStreamException {
            open("properties");
            property("netproof.version", Optional.of(report.tool()));
            property("netproof.context", report.cluster().map(cluster -> cluster.context()));
            property("netproof.server.version", report.cluster().map(cluster -> cluster.version()));
            property("netproof.cluster.uid", report.cluster().flatMap(cluster -> cluster.uid()));
            property("netproof.cni", report.cluster().map(cluster -> Surroundings.cni(cluster.cni())));
            property("netproof.matrix.sha256", matrix.map(Matrix::sha256));
            property("netproof.matrix.owner", matrix.flatMap(Matrix::owner));
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
