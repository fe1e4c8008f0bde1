package dev.netproof.report;

import dev.netproof.model.CheckResult;
import dev.netproof.model.ClusterIdentity;
import dev.netproof.model.ControlGrade;
import dev.netproof.model.Enforcement;
import dev.netproof.model.Report;
import dev.netproof.text.TextWidth;
import dev.netproof.text.Visible;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** For a person: the grid first, what did not conform last, so that it is still on the screen. */
final class Console implements Rendering {
    /** So many checks that went wrong are shown with all evidence; of more, a line each, for a screen is finite. */
    private static final int DETAILED = 10;

    private static final int LONGEST_NAME = 40;
    private static final int LABEL = 10;
    private static final String INDENT = "  ";
    private static final String GAP = "  ";

    private final ConsoleStyle style;

    Console(ConsoleStyle style) {
        this.style = style;
    }

    @Override
    public void write(Report report, OutputStream out) throws IOException {
        List<Sheet> sheets = Sheet.of(report);
        ConsolePage page = new ConsolePage(style);
        boolean enforcing = report.enforcement()
                .filter(one -> one.verdict() == Enforcement.Verdict.ENFORCED)
                .isPresent();
        Optional<EnforcementText> enforcement = report.enforcement().map(one -> new EnforcementText(page, one));
        // Nothing else in the report means much where policies are not enforced.
        if (!enforcing || sheets.isEmpty()) {
            enforcement.ifPresent(EnforcementText::headline);
        }
        boolean brief = style.detail() == ConsoleStyle.Detail.BRIEF;
        if (!brief) {
            header(page, report);
        }
        if ((!brief && sheets.isEmpty()) || style.detail() == ConsoleStyle.Detail.WIDE) {
            enforcement.ifPresent(EnforcementText::table);
            enforcement.ifPresent(EnforcementText::observations);
        }
        enforcement.ifPresent(EnforcementText::findings);
        for (Sheet sheet : sheets.stream().map(Sheet::asked).toList()) {
            if (!brief && !sheet.entries().isEmpty()) {
                title(page, sheet);
                grid(page, sheet);
            }
        }
        if (style.detail() == ConsoleStyle.Detail.WIDE) {
            everyCheck(page, sheets);
        }
        if (!brief) {
            notes(page, report);
        }
        findings(page, "INCONCLUSIVE", Sign.INCONCLUSIVE, sheets);
        findings(page, "FAILURES", Sign.VIOLATION, sheets);
        breakage(page, report);
        summary(page, report, sheets);
        Writer writer = new OutputStreamWriter(out, StandardCharsets.UTF_8);
        writer.write(page.text());
        writer.flush();
    }

    private void header(ConsolePage page, Report report) {
        List<String> facts = new ArrayList<>(List.of("netproof " + report.tool()));
        report.cluster().ifPresentOrElse(cluster -> facts.addAll(identity(cluster)), () -> facts.add("no cluster"));
        StringBuilder line = new StringBuilder();
        for (String fact : facts.stream().map(Visible::of).toList()) {
            if (line.length() > 0 && TextWidth.of(line.toString()) + 3 + TextWidth.of(fact) > style.width()) {
                page.line(page.muted(line.toString()));
                line.setLength(0);
            }
            line.append(line.length() == 0 ? "" : " · ").append(fact);
        }
        page.line(page.muted(line.toString()));
    }

    private static List<String> identity(ClusterIdentity cluster) {
        return List.of(
                "context " + cluster.context(),
                cluster.server(),
                "as " + cluster.user(),
                "Kubernetes " + cluster.version(),
                Figures.count(cluster.nodes().size(), "node", "nodes"));
    }

    private void title(ConsolePage page, Sheet sheet) {
        page.blank();
        String file = sheet.name().equals(sheet.file()) ? "" : GAP + page.muted(Visible.of(sheet.file()));
        page.line(page.strong(Visible.of(sheet.name())) + file);
    }

    private void grid(ConsolePage page, Sheet sheet) {
        Map<String, String> names = sheet.sources().stream()
                .collect(Collectors.toMap(
                        source -> source, Console::heading, (a, b) -> a, java.util.LinkedHashMap::new));
        int first = names.values().stream().mapToInt(TextWidth::of).max().orElse(0);
        List<Column> band = new ArrayList<>();
        int used = INDENT.length() + first;
        for (Column column : columns(sheet)) {
            int room = GAP.length() + column.width();
            if (!band.isEmpty() && used + room > style.width()) {
                band(page, names, first, band);
                band.clear();
                used = INDENT.length() + first;
            }
            band.add(column);
            used += room;
        }
        band(page, names, first, band);
        page.blank();
        String legend = Stream.concat(
                        sheet.entries().stream().map(Entry::sign).distinct().sorted(),
                        Stream.of(Sign.NOT_ASKED).filter(sign -> hasGap(sheet)))
                .map(sign -> page.paint(sign.tone(), sign.symbol()) + " " + page.muted(sign.word()))
                .collect(Collectors.joining(GAP + " "));
        page.line(INDENT + legend);
    }

    private static boolean hasGap(Sheet sheet) {
        return sheet.sources().stream()
                .anyMatch(source -> sheet.targets().stream()
                        .anyMatch(target -> sheet.at(source, target).isEmpty()));
    }

    private static String heading(String name) {
        return TextWidth.shortened(Visible.of(name), LONGEST_NAME);
    }

    private static void band(ConsolePage page, Map<String, String> names, int first, List<Column> band) {
        page.blank();
        String heads = band.stream()
                .map(column -> GAP + TextWidth.padded(column.head(), column.width()))
                .collect(Collectors.joining());
        page.line(INDENT + " ".repeat(first) + page.muted(heads.stripTrailing()));
        names.forEach((source, name) -> {
            if (band.stream().allMatch(column -> column.at(source).isEmpty())) {
                return;
            }
            StringBuilder line = new StringBuilder(INDENT).append(TextWidth.padded(name, first));
            int pending = 0;
            for (Column column : band) {
                List<Entry> cell = column.at(source);
                String text = text(cell);
                line.append(" ".repeat(pending)).append(GAP).append(painted(page, cell, text));
                pending = column.width() - TextWidth.of(text);
            }
            page.line(line.toString());
        });
    }

    private static List<Column> columns(Sheet sheet) {
        return sheet.targets().stream()
                .map(target -> {
                    Map<String, List<Entry>> cells = new TreeMap<>();
                    int width = TextWidth.of(heading(target));
                    for (String source : sheet.sources()) {
                        List<Entry> cell = sheet.at(source, target);
                        cells.put(source, cell);
                        width = Math.max(width, TextWidth.of(text(cell)));
                    }
                    return new Column(heading(target), width, cells);
                })
                .toList();
    }

    private record Column(String head, int width, Map<String, List<Entry>> cells) {
        List<Entry> at(String source) {
            return cells.getOrDefault(source, List.of());
        }
    }

    private static String text(List<Entry> cell) {
        if (cell.isEmpty()) {
            return Sign.NOT_ASKED.symbol();
        }
        Entry worst = cell.get(0);
        return worst.sign().symbol() + " " + worst.word() + (cell.size() > 1 ? " ×" + cell.size() : "");
    }

    /** Allowed edges are easy to see among denied ones, and mismatches among all. */
    private static String painted(ConsolePage page, List<Entry> cell, String text) {
        if (cell.isEmpty()) {
            return page.paint(Sign.NOT_ASKED.tone(), text);
        }
        Entry worst = cell.get(0);
        if (worst.sign() == Sign.AS_EXPECTED && worst.check().expectation().forbids()) {
            return page.paint(Sign.Tone.GOOD, text.substring(0, 1)) + text.substring(1);
        }
        return page.paint(worst.sign().tone(), text);
    }

    private void everyCheck(ConsolePage page, List<Sheet> sheets) {
        List<List<String>> rows = new ArrayList<>();
        List<Sign> signs = new ArrayList<>();
        for (Sheet sheet : sheets) {
            for (Entry entry : sheet.asked().entries()) {
                signs.add(entry.sign());
                rows.add(row(entry));
            }
        }
        page.blank();
        page.line(page.strong("CHECKS"));
        page.blank();
        List<String> heads = List.of("", "check", "verdict", "outcome", "control", "time", "where");
        int[] widths = new int[heads.size()];
        for (int i = 0; i < widths.length; i++) {
            int column = i;
            widths[i] = Stream.concat(Stream.of(heads), rows.stream())
                    .mapToInt(row -> TextWidth.of(row.get(column)))
                    .max()
                    .orElse(0);
        }
        page.line(INDENT + page.muted(joined(heads, widths)));
        for (int i = 0; i < rows.size(); i++) {
            String line = joined(rows.get(i), widths);
            page.line(INDENT + page.paint(signs.get(i).tone(), line.substring(0, 1)) + line.substring(1));
        }
    }

    private static List<String> row(Entry entry) {
        String verdict = entry.reason()
                .map(reason -> entry.sign().word() + ": " + reason)
                .orElse(entry.sign().word());
        String where = Visible.of(Evidence.place(entry.check().location()));
        String sentence = Visible.of(entry.check().sentence());
        Optional<CheckResult> result = entry.result();
        return List.of(
                entry.sign().symbol(),
                sentence,
                verdict,
                result.map(Evidence::outcomes).orElse(""),
                result.flatMap(Evidence::weakestControl).map(ControlGrade::name).orElse(""),
                result.map(r -> Figures.duration(r.elapsed())).orElse(""),
                where);
    }

    private static String joined(List<String> cells, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            line.append(i == 0 ? "" : GAP).append(TextWidth.padded(cells.get(i), widths[i]));
        }
        return line.toString().stripTrailing();
    }

    private void notes(ConsolePage page, Report report) {
        if (report.notes().isEmpty()) {
            return;
        }
        page.blank();
        page.line(page.strong("NOTES"));
        for (String note : report.notes()) {
            page.hanging(INDENT + "- ", INDENT + INDENT, Visible.of(note));
        }
    }

    private void findings(ConsolePage page, String title, Sign sign, List<Sheet> sheets) {
        List<Entry> found =
                sheets.stream().flatMap(sheet -> sheet.entries(sign).stream()).toList();
        if (found.isEmpty()) {
            return;
        }
        page.blank();
        page.line(page.paint(sign.tone(), title) + page.muted(" (" + found.size() + ")"));
        for (Entry entry : found.subList(Math.min(DETAILED, found.size()), found.size())) {
            page.line(INDENT
                    + finding(page, entry)
                    + page.muted(GAP + Visible.of(Evidence.place(entry.check().location()))));
        }
        if (found.size() > DETAILED) {
            page.blank();
            page.line(INDENT
                    + page.muted("Evidence for the first " + DETAILED
                            + "; every other report format has the evidence for all:"));
        }
        for (Entry entry : found.subList(0, Math.min(DETAILED, found.size()))) {
            page.blank();
            page.line(INDENT + finding(page, entry));
            entry.result().ifPresent(result -> evidence(page, result));
        }
    }

    private static String finding(ConsolePage page, Entry entry) {
        return page.paint(entry.sign().tone(), entry.sign().symbol())
                + " "
                + page.strong(Visible.of(entry.check().sentence()))
                + " "
                + page.paint(entry.sign().tone(), "— " + entry.remark());
    }

    private void evidence(ConsolePage page, CheckResult result) {
        String indent = INDENT + INDENT;
        page.hanging(indent, indent, Visible.of(result.verdict().explanation()));
        for (Evidence.Fact fact : Evidence.facts(result)) {
            String label = TextWidth.padded(fact.label().word(), LABEL);
            for (String line : fact.lines()) {
                String deeper = line.startsWith(INDENT) ? INDENT : "";
                page.hanging(
                        indent + page.muted(label) + deeper,
                        indent + " ".repeat(LABEL) + deeper + INDENT,
                        Visible.of(line.stripLeading()));
                label = " ".repeat(LABEL);
            }
        }
    }

    private void breakage(ConsolePage page, Report report) {
        report.breakage().ifPresent(breakage -> {
            page.blank();
            page.line(page.paint(Sign.Tone.BAD, "THE RUN ENDED EARLY"));
            page.hanging(INDENT, INDENT, Visible.of(breakage.problem()));
            page.hanging(
                    INDENT + page.muted(TextWidth.padded("fix", LABEL)),
                    INDENT + " ".repeat(LABEL),
                    Visible.of(breakage.fix()));
        });
    }

    private void summary(ConsolePage page, Report report, List<Sheet> sheets) {
        Headline headline = Headline.of(report, sheets);
        page.blank();
        page.line(page.paint(headline.sign().tone(), headline.sign().symbol() + " " + headline.verdict()));
        page.line(page.muted(INDENT + Headline.costs(report) + ", " + Headline.exit(report.exit())));
    }
}
