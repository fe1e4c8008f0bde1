package dev.netproof.report;

import dev.netproof.model.Enforcement;
import dev.netproof.model.Enforcement.Capability;
import dev.netproof.model.Enforcement.Direction;
import dev.netproof.model.Enforcement.Edge;
import dev.netproof.model.Enforcement.Kind;
import dev.netproof.model.Enforcement.Measure;
import dev.netproof.model.Enforcement.Reason;
import dev.netproof.model.Enforcement.Row;
import dev.netproof.model.Enforcement.Status;
import dev.netproof.model.Outcome;
import dev.netproof.model.Streak;
import dev.netproof.text.TextWidth;
import dev.netproof.text.Visible;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** An enforcement check for the console: capabilities down, nodes and their directions across. */
final class EnforcementText {
    private static final String INDENT = "  ";
    private static final String GAP = "  ";
    private static final int DETAILED = 8;
    private static final int LABEL = 10;

    private final ConsolePage page;
    private final Enforcement enforcement;

    EnforcementText(ConsolePage page, Enforcement enforcement) {
        this.page = page;
        this.enforcement = enforcement;
    }

    static Sign sign(Enforcement.Verdict verdict) {
        return switch (verdict) {
            case ENFORCED -> Sign.AS_EXPECTED;
            case NOT_ENFORCED, PARTIAL -> Sign.VIOLATION;
            case INCONCLUSIVE -> Sign.INCONCLUSIVE;
        };
    }

    static Sign sign(Status status) {
        return switch (status) {
            case ENFORCED -> Sign.AS_EXPECTED;
            case NOT_ENFORCED -> Sign.VIOLATION;
            case INCONCLUSIVE -> Sign.INCONCLUSIVE;
            case UNTESTABLE -> Sign.UNTESTABLE;
            case OBSERVED -> Sign.NOT_ASKED;
        };
    }

    /** The line to paste into a chat, in one piece however long it is: what, where, what to do next. */
    void headline() {
        Sign sign = sign(enforcement.verdict());
        page.line(page.paint(sign.tone(), sign.symbol() + " " + Visible.of(enforcement.headline()))
                + enforcement
                        .advice()
                        .map(advice -> " — next: " + Visible.of(advice))
                        .orElse(""));
    }

    void table() {
        List<Column> columns = columns();
        List<Capability> decided = new ArrayList<>(capabilities(Kind.MUST));
        decided.addAll(capabilities(Kind.INFORMATION));
        if (columns.isEmpty() || decided.isEmpty()) {
            return;
        }
        int first = decided.stream()
                .mapToInt(one -> TextWidth.of(Visible.of(one.title())))
                .max()
                .orElse(0);
        List<Column> band = new ArrayList<>();
        int used = INDENT.length() + first;
        for (Column column : columns) {
            int room = GAP.length() + column.width();
            if (!band.isEmpty() && used + room > page.style().width()) {
                band(decided, first, band);
                band.clear();
                used = INDENT.length() + first;
            }
            band.add(column);
            used += room;
        }
        band(decided, first, band);
    }

    /** A node in a direction. */
    private record Column(String node, Direction direction, Map<String, Row> cells, int width) {}

    private List<Column> columns() {
        Map<String, Set<Direction>> places = new LinkedHashMap<>();
        enforcement
                .rows()
                .forEach(row -> places.computeIfAbsent(row.node(), n -> new LinkedHashSet<>())
                        .add(row.direction()));
        List<Column> columns = new ArrayList<>();
        places.forEach((node, directions) -> {
            for (Direction direction : Direction.values()) {
                if (directions.contains(direction)) {
                    columns.add(column(node, direction));
                }
            }
        });
        return columns;
    }

    private Column column(String node, Direction direction) {
        Map<String, Row> cells = new LinkedHashMap<>();
        enforcement.rows().stream()
                .filter(row -> row.node().equals(node) && row.direction() == direction)
                .forEach(row -> cells.put(row.capability(), row));
        int width = Math.max(TextWidth.of(Visible.of(node)), direction.word().length());
        for (Row row : cells.values()) {
            width = Math.max(width, TextWidth.of(cell(row)));
        }
        return new Column(node, direction, cells, width);
    }

    private List<Capability> capabilities(Kind kind) {
        return enforcement.capabilities().stream()
                .filter(one -> one.kind() == kind)
                .filter(one -> enforcement.rows().stream()
                        .anyMatch(row -> row.capability().equals(one.id())))
                .toList();
    }

    private void band(List<Capability> capabilities, int first, List<Column> band) {
        page.blank();
        StringBuilder nodes = new StringBuilder();
        StringBuilder directions = new StringBuilder();
        String before = "";
        for (Column column : band) {
            String node = column.node().equals(before) ? "" : Visible.of(column.node());
            nodes.append(GAP).append(TextWidth.padded(node, column.width()));
            directions.append(GAP).append(TextWidth.padded(column.direction().word(), column.width()));
            before = column.node();
        }
        String indent = INDENT + " ".repeat(first);
        page.line(indent + page.muted(nodes.toString().stripTrailing()));
        page.line(indent + page.muted(directions.toString().stripTrailing()));
        for (Capability capability : capabilities) {
            StringBuilder line =
                    new StringBuilder(INDENT).append(TextWidth.padded(Visible.of(capability.title()), first));
            int pending = 0;
            for (Column column : band) {
                Optional<Row> row = Optional.ofNullable(column.cells().get(capability.id()));
                String text = row.map(EnforcementText::cell).orElse(Sign.NOT_ASKED.symbol());
                line.append(" ".repeat(pending)).append(GAP);
                line.append(page.paint(row.map(one -> sign(one.status()).tone()).orElse(Sign.Tone.MUTED), text));
                pending = column.width() - TextWidth.of(text);
            }
            page.line(line.toString());
        }
    }

    private static String cell(Row row) {
        return sign(row.status()).symbol() + " " + word(row);
    }

    /** "enforced", "OPEN", "no baseline". */
    static String word(Row row) {
        return switch (row.reason()) {
            case AS_SPECIFIED -> "enforced";
            case LETS_THROUGH -> "OPEN";
            case LETS_IPV4_THROUGH -> "IPv4 OPEN";
            case LETS_IPV6_THROUGH -> "IPv6 OPEN";
            case DENIES_TOO_MUCH -> "BLOCKED";
            default -> row.reason().name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ');
        };
    }

    private static boolean isAsExpected(Edge edge) {
        boolean reached =
                edge.observation().outcome().filter(Outcome::reachedListener).isPresent();
        return edge.expected().map(expected -> expected.forbids() != reached).orElse(true);
    }

    /** What was not as specified and what was not proved, alike ones together. */
    void findings() {
        findings("NOT PROVED", List.of(Status.INCONCLUSIVE));
        findings("NOT ENFORCED", List.of(Status.NOT_ENFORCED));
    }

    private record Alike(String capability, Reason reason, String seen) {}

    private void findings(String title, List<Status> statuses) {
        Map<Alike, List<Row>> groups = new LinkedHashMap<>();
        enforcement.rows().stream()
                .filter(row -> statuses.contains(row.status()))
                .forEach(row -> groups.computeIfAbsent(
                                new Alike(row.capability(), row.reason(), row.seen()), k -> new ArrayList<>())
                        .add(row));
        if (groups.isEmpty()) {
            return;
        }
        Sign sign = sign(statuses.get(0));
        page.blank();
        page.line(page.paint(sign.tone(), title)
                + page.muted(
                        " (" + groups.values().stream().mapToInt(List::size).sum() + ")"));
        int shown = 0;
        for (List<Row> rows : groups.values()) {
            finding(sign, rows);
            if (shown++ < DETAILED) {
                evidence(rows.get(0));
            }
        }
    }

    private void finding(Sign sign, List<Row> rows) {
        Row one = rows.get(0);
        Capability capability = enforcement.capability(one);
        page.line(INDENT
                + page.paint(sign.tone(), sign.symbol())
                + " "
                + page.strong(Visible.of(capability.title()))
                + " "
                + page.paint(sign.tone(), "— " + word(one))
                + page.muted(GAP + places(rows)));
    }

    private void evidence(Row one) {
        Capability capability = enforcement.capability(one);
        String indent = INDENT + INDENT;
        page.hanging(indent, indent, Visible.of(one.seen()));
        if (one.status() == Status.NOT_ENFORCED) {
            fact("means", capability.meaning());
            fact("specified", capability.specification() + " (" + capability.source() + ")");
            capability.failing().forEach(engine -> fact("fails on", engine));
        }
        one.edges().stream()
                .filter(edge -> !edge.observation().history().isEmpty())
                // What is otherwise than expected is why somebody reads this.
                .sorted(Comparator.comparing(EnforcementText::isAsExpected))
                .limit(4)
                .forEach(edge -> fact(
                        "evidence",
                        edge.meaning() + ", " + edge.observation().path().endpoint() + ": "
                                + edge.observation().history().stream()
                                        .map(EnforcementText::streak)
                                        .collect(Collectors.joining(", "))));
        one.fix().ifPresent(fix -> fact("fix", fix));
    }

    private static String streak(Streak streak) {
        return streak.outcome() + " ×" + streak.attempts();
    }

    private void fact(String label, String text) {
        String indent = INDENT + INDENT;
        page.hanging(
                indent + page.muted(TextWidth.padded(label, LABEL)),
                indent + " ".repeat(LABEL) + INDENT,
                Visible.of(text));
    }

    /** "node1 ingress, node2 ingress and egress". */
    static String places(List<Row> rows) {
        Map<String, Set<String>> places = new LinkedHashMap<>();
        rows.forEach(row -> places.computeIfAbsent(Visible.of(row.node()), n -> new LinkedHashSet<>())
                .add(row.direction().word()));
        return places.entrySet().stream()
                .map(place -> place.getKey() + " " + String.join(" and ", place.getValue()))
                .collect(Collectors.joining(", "));
    }

    /** What the specification leaves open, how long rules took to apply and to end, how a denial looks, what was not tested. */
    void observations() {
        leftOpen();
        untestable();
        measures();
        if (!enforcement.denials().isEmpty()) {
            page.blank();
            page.line(page.strong("HOW A DENIAL LOOKS"));
            enforcement
                    .denials()
                    .forEach(denial -> page.line(INDENT
                            + Visible.of(denial.node())
                            + " "
                            + denial.direction().word()
                            + ": "
                            + denial.outcome()
                            + " ×"
                            + denial.times()
                            + page.muted(" (" + Visible.of(denial.signal()) + ")")));
        }
        if (!enforcement.unseen().isEmpty()) {
            page.blank();
            page.line(page.strong("NOT TESTED"));
            enforcement
                    .unseen()
                    .forEach(unseen -> page.hanging(
                            INDENT + "- ", INDENT + INDENT, Visible.of(unseen.what() + ": " + unseen.why())));
        }
    }

    private void leftOpen() {
        grouped("LEFT OPEN BY THE SPECIFICATION", Status.OBSERVED);
    }

    private void untestable() {
        grouped("UNTESTABLE HERE", Status.UNTESTABLE);
    }

    private void grouped(String title, Status status) {
        Map<Alike, List<Row>> groups = new LinkedHashMap<>();
        enforcement.rows().stream()
                .filter(row -> row.status() == status)
                .forEach(row -> groups.computeIfAbsent(
                                new Alike(row.capability(), row.reason(), row.seen()), k -> new ArrayList<>())
                        .add(row));
        if (groups.isEmpty()) {
            return;
        }
        page.blank();
        page.line(page.strong(title));
        groups.forEach((alike, rows) -> page.hanging(
                INDENT + "- ",
                INDENT + INDENT,
                Visible.of(enforcement.capability(rows.get(0)).title())
                        + ": "
                        + Visible.of(alike.seen())
                        + " ("
                        + places(rows)
                        + ")"));
    }

    private void measures() {
        if (enforcement.measures().isEmpty()) {
            return;
        }
        page.blank();
        page.line(page.strong("MEASURES"));
        for (Measure measure : enforcement.measures()) {
            page.line(INDENT
                    + TextWidth.padded(measure.metric().title(), 20)
                    + GAP
                    + Visible.of(measure.node())
                    + GAP
                    + "median "
                    + Figures.duration(measure.median())
                    + ", max "
                    + Figures.duration(measure.max())
                    + page.muted(" (" + Figures.count(measure.samples(), "measurement", "measurements") + ")"));
        }
    }
}
