package dev.netproof.report;

import dev.netproof.model.CheckResult;
import dev.netproof.model.ClusterIdentity;
import dev.netproof.model.Enforcement;
import dev.netproof.model.Report;
import dev.netproof.text.TextWidth;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Markdown for a pull request or a step's summary. Values stand in HTML code elements, where neither Markdown nor mentions of
 * people and issues have a meaning.
 */
final class Markdown implements Rendering {
    private static final int FIRST_OPEN = 3;
    private static final int SHARE_OF_GRIDS = 2;
    private static final int ROWS = 20;

    private final MarkdownRoom room;

    Markdown(MarkdownRoom room) {
        this.room = room;
    }

    @Override
    public void write(Report report, OutputStream out) throws IOException {
        List<Sheet> sheets = Sheet.of(report);
        MarkdownPage page = new MarkdownPage(room.bytes());
        verdict(page, report, sheets);
        report.breakage()
                .ifPresent(breakage -> page.add("**The run ended early:** " + MarkdownPage.prose(breakage.problem())
                        + "<br>**fix:** " + MarkdownPage.prose(breakage.fix()) + "\n\n"));
        report.enforcement().ifPresent(enforcement -> enforcement(page, enforcement));
        int roomForGrids = page.left() / SHARE_OF_GRIDS;
        for (Sheet sheet : sheets.stream().map(Sheet::asked).toList()) {
            if (!sheet.entries().isEmpty()) {
                String grid = grid(sheet);
                roomForGrids -= MarkdownPage.bytes(grid);
                page.add(
                        roomForGrids >= 0
                                ? grid
                                : "#### " + MarkdownPage.code(sheet.name()) + "\n\nThe grid of "
                                        + Figures.count(sheet.entries().size(), "check", "checks")
                                        + " is too large to show here.\n\n");
            }
        }
        findings(page, Sign.VIOLATION, sheets);
        findings(page, Sign.INCONCLUSIVE, sheets);
        page.cut(report.notes().stream()
                .map(note -> "- " + MarkdownPage.prose(note) + "\n")
                .toList());
        out.write(page.utf8());
        out.flush();
    }

    private static void enforcement(MarkdownPage page, Enforcement enforcement) {
        page.add("#### " + EnforcementText.sign(enforcement.verdict()).symbol() + " "
                + MarkdownPage.prose(enforcement.headline()) + "\n\n");
        enforcement.advice().ifPresent(advice -> page.add(MarkdownPage.prose(advice) + "\n\n"));
        List<String> lines = enforcement.rows().stream()
                .filter(row -> row.status() == Enforcement.Status.NOT_ENFORCED
                        || row.status() == Enforcement.Status.INCONCLUSIVE)
                .map(row -> "- " + EnforcementText.sign(row.status()).symbol() + " "
                        + MarkdownPage.code(enforcement.capability(row).title()) + ", "
                        + row.direction().word() + " on " + MarkdownPage.code(row.node()) + " — "
                        + EnforcementText.word(row) + ": " + MarkdownPage.prose(row.seen()) + "\n")
                .toList();
        if (!lines.isEmpty()) {
            page.cut(
                    lines.size() > ROWS
                            ? Stream.concat(
                                            lines.stream().limit(ROWS),
                                            Stream.of("- and " + (lines.size() - ROWS) + " more\n"))
                                    .toList()
                            : lines);
            page.add("\n");
        }
    }

    private static void verdict(MarkdownPage page, Report report, List<Sheet> sheets) {
        Headline headline = Headline.of(report, sheets);
        page.add("### " + headline.sign().symbol() + " " + headline.verdict() + "\n\n");
        String cluster = report.cluster().map(Markdown::identity).orElse("no cluster");
        page.add(cluster + "<br>" + Headline.costs(report) + ", netproof " + MarkdownPage.prose(report.tool()) + ", "
                + Headline.exit(report.exit()) + "\n\n");
    }

    private static String identity(ClusterIdentity cluster) {
        return "context " + MarkdownPage.code(cluster.context()) + " at " + MarkdownPage.code(cluster.server()) + " as "
                + MarkdownPage.code(cluster.user()) + ", Kubernetes " + MarkdownPage.code(cluster.version());
    }

    private static String grid(Sheet sheet) {
        StringBuilder grid = new StringBuilder("#### " + MarkdownPage.code(sheet.name()) + "\n\n| from \\ to |");
        sheet.targets()
                .forEach(target ->
                        grid.append(' ').append(MarkdownPage.code(target)).append(" |"));
        grid.append("\n| --- |").append(" --- |".repeat(sheet.targets().size())).append('\n');
        for (String source : sheet.sources()) {
            grid.append("| ").append(MarkdownPage.code(source)).append(" |");
            for (String target : sheet.targets()) {
                grid.append(' ').append(cell(sheet.at(source, target))).append(" |");
            }
            grid.append('\n');
        }
        return grid.append('\n').toString();
    }

    private static String cell(List<Entry> entries) {
        if (entries.isEmpty()) {
            return Sign.NOT_ASKED.symbol();
        }
        Entry worst = entries.get(0);
        String text = worst.sign().symbol() + " " + worst.word() + (entries.size() > 1 ? " ×" + entries.size() : "");
        return worst.sign() == Sign.VIOLATION ? "**" + text + "**" : text;
    }

    private static void findings(MarkdownPage page, Sign sign, List<Sheet> sheets) {
        List<Entry> found =
                sheets.stream().flatMap(sheet -> sheet.entries(sign).stream()).toList();
        if (!found.isEmpty()) {
            page.add("#### " + sign.symbol() + " " + sign.counted(found.size()) + "\n\n");
            List<String> blocks = Stream.iterate(0, i -> i < found.size(), i -> i + 1)
                    .map(i -> finding(
                            found.get(i), sign == Sign.VIOLATION && i < FIRST_OPEN ? "details open" : "details"))
                    .toList();
            page.cut(blocks);
        }
    }

    private static String finding(Entry entry, String element) {
        String facts = entry.result().map(Markdown::facts).orElse("");
        return "<" + element + "><summary>" + entry.sign().symbol() + " "
                + MarkdownPage.code(entry.check().sentence()) + " — " + MarkdownPage.prose(entry.remark())
                + "</summary>\n\n" + facts
                + "</details>\n\n";
    }

    private static String facts(CheckResult result) {
        String facts = Evidence.facts(result).stream()
                .flatMap(fact -> Stream.iterate(0, i -> i < fact.lines().size(), i -> i + 1)
                        .map(i -> TextWidth.padded(i == 0 ? fact.label().word() : "", 10)
                                + MarkdownPage.escaped(fact.lines().get(i))))
                .collect(Collectors.joining("\n"));
        return MarkdownPage.prose(result.verdict().explanation()) + "\n\n<pre>\n" + facts + "\n</pre>\n";
    }
}
