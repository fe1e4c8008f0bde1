package dev.netproof.report;

import static dev.netproof.report.MarkdownPage.code;
import static dev.netproof.report.MarkdownPage.prose;

import dev.netproof.model.Report;
import dev.netproof.report.Comparison.Change;
import dev.netproof.report.Comparison.Kind;
import dev.netproof.report.Comparison.PolicyChange;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;

/** A comparison for a pull request, the most important part first. */
final class ComparisonMarkdown {
    private static final int EDGES = 10;

    private final MarkdownRoom room;

    ComparisonMarkdown(MarkdownRoom room) {
        this.room = room;
    }

    void write(Comparison comparison, OutputStream out) throws IOException {
        MarkdownPage page = new MarkdownPage(room.bytes());
        page.add("### " + comparison.sign().symbol() + " " + comparison.headline() + "\n\n");
        page.add("from " + run(comparison.before()) + "<br>to " + run(comparison.after()) + "<br>"
                + comparison.exitWords() + "\n\n");
        List<Kind> kinds = new ArrayList<>(List.of(Kind.values()));
        java.util.Collections.reverse(kinds);
        List<String> policies =
                comparison.policies().stream().map(ComparisonMarkdown::policy).toList();
        if (!policies.isEmpty()) {
            page.add("#### Policies that changed\n\n");
            page.cut(policies);
            page.add("\n");
        }
        if (!comparison.unexplained().isEmpty()) {
            page.add("#### Not explained by a changed policy\n\n");
            page.cut(edges(comparison.unexplained()));
            page.add("\n");
        }
        for (Kind kind : kinds) {
            List<Change> changes = comparison.of(kind);
            if (!changes.isEmpty()) {
                page.add("#### " + ComparisonText.sign(kind).symbol() + " " + capital(kind.word()) + " ("
                        + changes.size() + ")\n\n");
                page.cut(changes.stream().map(ComparisonMarkdown::change).toList());
                page.add("\n");
            }
        }
        if (!comparison.surroundings().isEmpty()) {
            page.add("#### Other differences\n\n");
            page.cut(comparison.surroundings().stream()
                    .map(one -> "- " + prose(one) + "\n")
                    .toList());
        }
        out.write(page.utf8());
        out.flush();
    }

    private static String run(Report report) {
        return Figures.moment(report.started())
                + report.cluster()
                        .map(cluster -> ", context " + code(cluster.context()))
                        .orElse("")
                + ": " + prose(Headline.of(report, Sheet.of(report)).verdict());
    }

    private static String policy(PolicyChange change) {
        return "- " + prose(ComparisonText.sentence(change)) + "\n"
                + String.join("", edges(change.edges())).replaceAll("(?m)^-", "  -");
    }

    private static List<String> edges(List<Change> edges) {
        List<String> lines = new ArrayList<>();
        for (Change edge : edges.subList(0, Math.min(EDGES, edges.size()))) {
            lines.add("- " + ComparisonText.sign(edge.kind()).symbol() + " "
                    + code(edge.check().id()) + " " + prose(Comparison.remark(edge)) + "\n");
        }
        if (edges.size() > EDGES) {
            lines.add("- and " + (edges.size() - EDGES) + " more\n");
        }
        return lines;
    }

    private static String change(Change change) {
        String explanation = change.kind().compareTo(Kind.FLAPPING) >= 0
                ? change.after()
                        .map(result -> "<br>" + prose(result.verdict().explanation()))
                        .orElse("")
                : "";
        return "- " + code(change.check().sentence()) + " — " + prose(Comparison.remark(change)) + " ("
                + code(Evidence.place(change.check().location())) + ")" + explanation + "\n";
    }

    private static String capital(String text) {
        return Character.toUpperCase(text.charAt(0)) + text.substring(1);
    }
}
