package dev.netproof.report;

import dev.netproof.model.CheckResult;
import dev.netproof.model.ClusterIdentity;
import dev.netproof.model.Report;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
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

    private final MarkdownRoom room;

    Markdown(MarkdownRoom room) {
        this.room = room;
    }

    @Override
    public void write(Report report, OutputStream out) throws IOException {
        List<Sheet> sheets = Sheet.of(report);
        Page page = new Page(room.bytes());
        verdict(page, report, sheets);
        report.breakage()
                .ifPresent(breakage -> page.add("**The run ended before its time:** " + prose(breakage.problem())
                        + "<br>**fix:** " + prose(breakage.fix()) + "\n\n"));
        int roomForGrids = page.left() / SHARE_OF_GRIDS;
        for (Sheet sheet : sheets) {
            if (!sheet.entries().isEmpty()) {
                String grid = grid(sheet);
                roomForGrids -= bytes(grid);
                page.add(
                        roomForGrids >= 0
                                ? grid
                                : "#### " + code(sheet.name()) + "\n\nThe grid of "
                                        + Figures.count(sheet.entries().size(), "check", "checks")
                                        + " is too large to show here.\n\n");
            }
        }
        findings(page, Sign.VIOLATION, sheets);
        findings(page, Sign.INCONCLUSIVE, sheets);
        cut(page, report.notes().stream().map(note -> "- " + prose(note) + "\n").toList());
        out.write(page.text.toString().getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    private static void verdict(Page page, Report report, List<Sheet> sheets) {
        Headline headline = Headline.of(report, sheets);
        page.add("### " + headline.sign().symbol() + " " + headline.verdict() + "\n\n");
        String cluster = report.cluster().map(Markdown::identity).orElse("no cluster");
        page.add(cluster + "<br>" + Headline.costs(report) + ", netproof " + prose(report.tool()) + ", "
                + Headline.exit(report.exit()) + "\n\n");
    }

    private static String identity(ClusterIdentity cluster) {
        return "context " + code(cluster.context()) + " at " + code(cluster.server()) + " as " + code(cluster.user())
                + ", Kubernetes " + code(cluster.version());
    }

    private static String grid(Sheet sheet) {
        StringBuilder grid = new StringBuilder("#### " + code(sheet.name()) + "\n\n| from \\ to |");
        sheet.targets().forEach(target -> grid.append(' ').append(code(target)).append(" |"));
        grid.append("\n| --- |").append(" --- |".repeat(sheet.targets().size())).append('\n');
        for (String source : sheet.sources()) {
            grid.append("| ").append(code(source)).append(" |");
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

    private static void findings(Page page, Sign sign, List<Sheet> sheets) {
        List<Entry> found =
                sheets.stream().flatMap(sheet -> sheet.entries(sign).stream()).toList();
        if (!found.isEmpty()) {
            page.add("#### " + sign.symbol() + " " + sign.counted(found.size()) + "\n\n");
            List<String> blocks = Stream.iterate(0, i -> i < found.size(), i -> i + 1)
                    .map(i -> finding(
                            found.get(i), sign == Sign.VIOLATION && i < FIRST_OPEN ? "details open" : "details"))
                    .toList();
            cut(page, blocks);
        }
    }

    private static String finding(Entry entry, String element) {
        String facts = entry.result().map(Markdown::facts).orElse("");
        return "<" + element + "><summary>" + entry.sign().symbol() + " "
                + code(entry.check().sentence()) + " — " + prose(entry.remark()) + "</summary>\n\n" + facts
                + "</details>\n\n";
    }

    private static String facts(CheckResult result) {
        String facts = Evidence.facts(result).stream()
                .flatMap(fact -> Stream.iterate(0, i -> i < fact.lines().size(), i -> i + 1)
                        .map(i -> TextWidth.padded(i == 0 ? fact.label().word() : "", 10)
                                + escaped(fact.lines().get(i))))
                .collect(Collectors.joining("\n"));
        return prose(result.verdict().explanation()) + "\n\n<pre>\n" + facts + "\n</pre>\n";
    }

    /** Adds pieces while there is room, and says how many there was none for. */
    private static void cut(Page page, List<String> pieces) {
        for (int i = 0; i < pieces.size(); i++) {
            if (page.left() - bytes(pieces.get(i)) < Page.RESERVE) {
                page.add("and " + (pieces.size() - i) + " more\n\n");
                return;
            }
            page.add(pieces.get(i));
        }
    }

    private static String code(String value) {
        return "<code>" + escaped(value) + "</code>";
    }

    /** Text outside of code: without mentions of people and issues, which GitHub finds in what entities stand for, too. */
    private static String prose(String value) {
        return escaped(value.replace("@", "@\u200B").replace("#", "#\u200B"));
    }

    private static String escaped(String value) {
        StringBuilder escaped = new StringBuilder();
        Visible.of(value).codePoints().forEach(c -> {
            if (c < 0x80 && "&<>\"'`*_[]\\|~$".indexOf(c) >= 0) {
                escaped.append("&#").append(c).append(';');
            } else {
                escaped.appendCodePoint(c);
            }
        });
        return escaped.toString();
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    /** The text as it grows, and the room that is left for it. */
    private static final class Page {
        /** Enough for every "and N more" and heading that may still have to come. */
        private static final int RESERVE = 500;

        private final StringBuilder text = new StringBuilder();
        private int left;

        Page(int room) {
            left = room;
        }

        void add(String piece) {
            text.append(piece);
            left -= bytes(piece);
        }

        int left() {
            return left;
        }
    }
}
