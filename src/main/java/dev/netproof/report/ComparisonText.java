package dev.netproof.report;

import dev.netproof.model.CheckResult;
import dev.netproof.model.Circumstances.Policy;
import dev.netproof.model.Report;
import dev.netproof.report.Comparison.Attribution;
import dev.netproof.report.Comparison.Change;
import dev.netproof.report.Comparison.Kind;
import dev.netproof.report.Comparison.Movement;
import dev.netproof.report.Comparison.PolicyChange;
import dev.netproof.text.TextWidth;
import dev.netproof.text.Visible;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** A comparison for the console. */
final class ComparisonText {
    /** So many checks of a kind are shown; a screen is finite, and JSON has them all. */
    private static final int SHOWN = 20;

    private static final String INDENT = "  ";

    private final ConsolePage page;

    ComparisonText(ConsoleStyle style) {
        page = new ConsolePage(style);
    }

    void write(Comparison comparison, OutputStream out) throws IOException {
        run("old", comparison.before());
        run("new", comparison.after());
        surroundings(comparison);
        policies(comparison);
        for (Kind kind : Kind.values()) {
            kind(comparison, kind);
        }
        page.blank();
        page.line(page.paint(comparison.sign().tone(), comparison.sign().symbol() + " " + comparison.headline()));
        page.line(page.muted(INDENT + comparison.exitWords()));
        out.write(page.text().getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    private void run(String which, Report report) {
        String line = which + "  " + Figures.moment(report.started())
                + report.cluster().map(cluster -> " · " + cluster.context()).orElse("") + " · "
                + Headline.of(report, Sheet.of(report)).verdict();
        page.line(page.muted(Visible.of(line)));
    }

    private void surroundings(Comparison comparison) {
        if (!comparison.surroundings().isEmpty()) {
            page.blank();
            page.line(page.strong("OTHER DIFFERENCES"));
            comparison.surroundings().forEach(one -> page.hanging(INDENT + "- ", INDENT + INDENT, Visible.of(one)));
        }
    }

    private void policies(Comparison comparison) {
        if (!comparison.policies().isEmpty()) {
            page.blank();
            page.line(page.strong("POLICIES"));
            comparison.policies().forEach(this::policy);
        }
        if (!comparison.unexplained().isEmpty()) {
            page.blank();
            page.line(page.strong("NOT EXPLAINED BY A CHANGED POLICY"));
            edges(comparison.unexplained());
        }
    }

    private void policy(PolicyChange change) {
        page.hanging(INDENT, INDENT + INDENT, Visible.of(sentence(change)));
        edges(change.edges());
    }

    /** "NetworkPolicy bookstore/db changed (resourceVersion 814 → 1188): 2 edges opened". */
    static String sentence(PolicyChange change) {
        return change.policy().title() + " " + change.how().words() + versions(change) + ": " + effect(change);
    }

    private static String versions(PolicyChange change) {
        return Optional.of(change)
                .filter(one -> one.before().isPresent() && one.after().isPresent())
                .map(one -> " (resourceVersion "
                        + one.before().map(Policy::resourceVersion).orElse("") + " → "
                        + one.after().map(Policy::resourceVersion).orElse("") + ")")
                .orElse("");
    }

    private static String effect(PolicyChange change) {
        List<Change> edges = change.edges();
        if (edges.isEmpty()) {
            return "no check changed with it";
        }
        long opened = count(edges, Movement.OPENED);
        long closed = count(edges, Movement.CLOSED);
        long others = edges.size() - opened - closed;
        StringBuilder effect = new StringBuilder();
        if (opened > 0) {
            effect.append(Figures.count(opened, "edge", "edges")).append(" opened");
        }
        if (closed > 0) {
            effect.append(effect.isEmpty() ? "" : ", ")
                    .append(Figures.count(closed, "edge", "edges"))
                    .append(" closed");
        }
        if (others > 0) {
            effect.append(effect.isEmpty() ? "" : ", ")
                    .append(Figures.count(others, "check", "checks"))
                    .append(" changed otherwise");
        }
        return effect + (change.about() == Attribution.POSSIBLE ? ", perhaps by it" : "");
    }

    private static long count(List<Change> edges, Movement movement) {
        return edges.stream().filter(edge -> edge.movement() == movement).count();
    }

    private void edges(List<Change> edges) {
        for (Change edge : edges.subList(0, Math.min(SHOWN, edges.size()))) {
            page.line(INDENT
                    + INDENT
                    + INDENT
                    + TextWidth.padded(
                            edge.movement() == Movement.NONE
                                    ? "changed"
                                    : edge.movement().name().toLowerCase(Locale.ROOT),
                            8)
                    + Visible.of(edge.check().id())
                    + INDENT
                    + page.paint(
                            sign(edge.kind()).tone(),
                            sign(edge.kind()).symbol() + " " + edge.kind().word()));
        }
        more(edges.size());
    }

    private void more(int size) {
        if (size > SHOWN) {
            page.line(INDENT + INDENT + INDENT + page.muted("and " + (size - SHOWN) + " more"));
        }
    }

    private void kind(Comparison comparison, Kind kind) {
        List<Change> changes = comparison.of(kind);
        if (changes.isEmpty()) {
            return;
        }
        Sign sign = sign(kind);
        page.blank();
        page.line(page.paint(
                        sign.tone(),
                        (kind == Kind.NEW_VIOLATION && changes.size() > 1
                                ? "NEW VIOLATIONS"
                                : kind.word().toUpperCase(Locale.ROOT)))
                + page.muted(" (" + changes.size() + ")"));
        for (Change change : changes.subList(0, Math.min(SHOWN, changes.size()))) {
            page.line(INDENT
                    + page.paint(sign.tone(), sign.symbol())
                    + " "
                    + page.strong(Visible.of(change.check().sentence()))
                    + page.paint(sign.tone(), " — " + Visible.of(Comparison.remark(change)))
                    + page.muted(
                            INDENT + Visible.of(Evidence.place(change.check().location()))));
            if (kind.compareTo(Kind.FLAPPING) >= 0 && kind != Kind.STILL_VIOLATED) {
                change.after()
                        .map(CheckResult::verdict)
                        .ifPresent(verdict ->
                                page.hanging(INDENT + INDENT, INDENT + INDENT, Visible.of(verdict.explanation())));
            }
        }
        more(changes.size());
    }

    /** What a change asks of its reader. */
    static Sign sign(Kind kind) {
        return switch (kind) {
            case NEW_VIOLATION, STILL_VIOLATED -> Sign.VIOLATION;
            case NO_LONGER_PROVED, FLAPPING -> Sign.INCONCLUSIVE;
            case FIXED, PROVED -> Sign.AS_EXPECTED;
            case ADDED, EXPECTATION_CHANGED, GONE -> Sign.NOT_ASKED;
        };
    }
}
