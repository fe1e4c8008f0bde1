package dev.netproof.report;

import dev.netproof.model.Enforcement;
import dev.netproof.model.Enforcement.Capability;
import dev.netproof.model.Enforcement.Direction;
import dev.netproof.model.Enforcement.Row;
import dev.netproof.model.Enforcement.Status;
import dev.netproof.model.Streak;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** An enforcement check on the page: first the line that says it all, then capabilities by nodes, then what was wrong. */
final class HtmlEnforcement {
    private final Markup page;
    private final Enforcement enforcement;
    private final boolean alone;

    /** @param alone whether the page has nothing else to show */
    HtmlEnforcement(Markup page, Enforcement enforcement, boolean alone) {
        this.page = page;
        this.enforcement = enforcement;
        this.alone = alone;
    }

    void write() {
        Sign sign = EnforcementText.sign(enforcement.verdict());
        page.open("section", "class", "enforcement " + Markup.tone(sign), "aria-labelledby", "enforcement");
        page.open("h2", "id", "enforcement")
                .sign(sign)
                .text(" " + enforcement.headline())
                .close();
        enforcement.advice().ifPresent(advice -> page.element("p", Markup.upper(advice), "class", "advice"));
        page.line();
        boolean calm = enforcement.verdict() == Enforcement.Verdict.ENFORCED && !alone;
        if (calm) {
            page.open("details", "class", "table");
        } else {
            page.open("details", "class", "table", "open", "");
        }
        page.element("summary", "Capabilities by node and direction").line();
        table();
        page.close().line();
        findings();
        observations();
        page.close().line();
    }

    private record Place(String node, Direction direction) {}

    private void table() {
        Map<String, Set<Direction>> nodes = new LinkedHashMap<>();
        Map<String, Map<Place, Row>> rows = new LinkedHashMap<>();
        for (Row row : enforcement.rows()) {
            nodes.computeIfAbsent(row.node(), n -> new LinkedHashSet<>()).add(row.direction());
            rows.computeIfAbsent(row.capability(), c -> new HashMap<>())
                    .put(new Place(row.node(), row.direction()), row);
        }
        List<Place> places = new ArrayList<>();
        nodes.forEach((node, directions) ->
                directions.stream().sorted().forEach(direction -> places.add(new Place(node, direction))));
        page.open(
                "div", "class", "scroll", "role", "region", "tabindex", "0", "aria-label", "Enforcement by capability");
        page.open("table", "class", "grid");
        page.element("caption", "Capabilities in rows, nodes with their directions in columns", "class", "vh");
        page.open("thead").open("tr").element("td", "capability", "class", "corner");
        places.forEach(place -> page.open("th", "scope", "col")
                .text(place.node())
                .empty("br")
                .element("small", place.direction().word())
                .close());
        page.close().close().line().open("tbody").line();
        // What is left open comes last, as on the console.
        for (Capability capability : enforcement.capabilities().stream()
                .sorted(Comparator.comparing(Capability::kind))
                .toList()) {
            Map<Place, Row> cells = rows.get(capability.id());
            if (cells != null) {
                page.open("tr").element("th", capability.title(), "scope", "row");
                places.forEach(place -> cell(Optional.ofNullable(cells.get(place))));
                page.close().line();
            }
        }
        page.close().close().close().line();
    }

    private void cell(Optional<Row> row) {
        page.open("td");
        row.ifPresentOrElse(
                one -> {
                    Sign sign = EnforcementText.sign(one.status());
                    page.open("span", "class", "cell " + Markup.tone(sign)).sign(sign);
                    page.text(EnforcementText.word(one));
                    one.denied().ifPresent(denied -> page.element("small", " after " + Figures.duration(denied)));
                    page.close();
                },
                () -> page.element("span", Sign.NOT_ASKED.symbol(), "class", "none", "aria-hidden", "true")
                        .element("span", Sign.NOT_ASKED.word(), "class", "vh"));
        page.close();
    }

    private record Alike(String capability, Enforcement.Reason reason, String seen) {}

    private void findings() {
        for (Status status : List.of(Status.NOT_ENFORCED, Status.INCONCLUSIVE)) {
            Map<Alike, List<Row>> groups = alike(status);
            groups.values().forEach(this::finding);
        }
    }

    private Map<Alike, List<Row>> alike(Status status) {
        Map<Alike, List<Row>> groups = new LinkedHashMap<>();
        enforcement.rows().stream()
                .filter(row -> row.status() == status)
                .forEach(row -> groups.computeIfAbsent(
                                new Alike(row.capability(), row.reason(), row.seen()), k -> new ArrayList<>())
                        .add(row));
        return groups;
    }

    private void finding(List<Row> rows) {
        Row one = rows.get(0);
        Capability capability = enforcement.capability(one);
        Sign sign = EnforcementText.sign(one.status());
        page.open("details", "class", "check " + Markup.tone(sign), "open", "");
        page.open("summary").sign(sign);
        page.element("span", capability.title(), "class", "sentence");
        page.element("span", EnforcementText.word(one), "class", "remark");
        page.element("span", EnforcementText.places(rows), "class", "time");
        page.close().open("div", "class", "body");
        page.element("p", one.seen(), "class", "explanation");
        one.fix()
                .ifPresent(fix -> page.open("p", "class", "fix")
                        .element("b", "fix ")
                        .text(fix)
                        .close());
        page.open("dl", "class", "about");
        page.fact("means", capability.meaning());
        page.fact("specified", capability.specification() + " (" + capability.source() + ")");
        capability.failing().forEach(engine -> page.fact("fails on", engine));
        page.close();
        page.open("ol", "class", "history");
        for (Row row : rows) {
            row.edges().stream()
                    .filter(edge -> !edge.observation().history().isEmpty())
                    .forEach(edge -> page.element(
                            "li",
                            row.node() + " " + row.direction().word() + ": " + edge.meaning() + ", "
                                    + edge.observation().path().endpoint() + ": "
                                    + edge.observation().history().stream()
                                            .map(HtmlEnforcement::streak)
                                            .collect(Collectors.joining(", "))
                                    + "; control " + Evidence.control(edge.observation())));
        }
        page.close().close().close().line();
    }

    private static String streak(Streak streak) {
        return streak.outcome() + " ×" + streak.attempts() + " (" + streak.signal() + ")";
    }

    private void observations() {
        List<List<String>> lists = new ArrayList<>();
        List<String> titles = new ArrayList<>();
        add(titles, lists, "Left open by the specification", grouped(Status.OBSERVED));
        add(titles, lists, "Untestable here", grouped(Status.UNTESTABLE));
        add(
                titles,
                lists,
                "How long rules took to apply and to end",
                enforcement.measures().stream()
                        .map(measure -> measure.metric().title() + " on " + measure.node() + ": median "
                                + Figures.duration(measure.median()) + ", max " + Figures.duration(measure.max())
                                + " (" + Figures.count(measure.samples(), "measurement", "measurements") + ")")
                        .toList());
        add(
                titles,
                lists,
                "How a denial looks to the client",
                enforcement.denials().stream()
                        .map(denial -> denial.node() + " " + denial.direction().word() + ": "
                                + Evidence.word(denial.outcome()) + " ×" + denial.times() + " (" + denial.signal()
                                + ")")
                        .toList());
        add(
                titles,
                lists,
                "Not tested",
                enforcement.unseen().stream()
                        .map(unseen -> unseen.what() + ": " + unseen.why())
                        .toList());
        if (titles.isEmpty()) {
            return;
        }
        page.open("details", "class", "aside").element("summary", "What else was observed");
        for (int i = 0; i < titles.size(); i++) {
            page.element("h3", titles.get(i)).open("ul");
            lists.get(i).forEach(line -> page.element("li", line));
            page.close();
        }
        page.close().line();
    }

    private static void add(List<String> titles, List<List<String>> lists, String title, List<String> lines) {
        if (!lines.isEmpty()) {
            titles.add(title);
            lists.add(lines);
        }
    }

    private List<String> grouped(Status status) {
        return alike(status).values().stream()
                .map(rows -> enforcement.capability(rows.get(0)).title() + ": "
                        + rows.get(0).seen() + " (" + EnforcementText.places(rows) + ")")
                .toList();
    }
}
