package dev.netproof.report;

import dev.netproof.model.Check;
import dev.netproof.model.CheckResult;
import dev.netproof.model.Node;
import dev.netproof.model.Path;
import dev.netproof.model.PathObservation;
import dev.netproof.model.Report;
import dev.netproof.model.Streak;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One page that needs nothing else: people mail it and open it years later. It may load nothing and run no script but its own,
 * which its policy names by hash. Everything is readable without the script; that adds the filter, the keys and the drawer. Above 400 lines:
 * the parts of the page in the order in which they are read; enforcement and circumstances have classes of their own.
 */
final class HtmlPage implements Rendering {
    private static final int NODES_NAMED = 8;

    /** In the drawer and the lists these are told by a line of their own, or drawn. */
    private static final Set<Evidence.Label> DRAWN = Set.of(
            Evidence.Label.BECAUSE,
            Evidence.Label.EVIDENCE,
            Evidence.Label.CONTROL,
            Evidence.Label.FIX,
            Evidence.Label.REPEAT);

    @Override
    public void write(Report report, OutputStream out) throws IOException {
        Writer writer = new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8));
        try {
            new Document(report, ours("report.css"), ours("report.js"), new Markup(writer)).write();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        writer.flush();
    }

    private static String ours(String name) throws IOException {
        try (InputStream in = HtmlPage.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IOException(name + " is missing from netproof's own jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static final class Document {
        private final Report report;
        private final String style;
        private final String script;
        private final List<Sheet> sheets;
        private final Headline headline;
        private final IdentityHashMap<Entry, String> anchors = new IdentityHashMap<>();
        private final Markup page;

        Document(Report report, String style, String script, Markup page) {
            this.page = page;
            this.report = report;
            this.style = style;
            this.script = script;
            this.sheets = Sheet.of(report);
            this.headline = Headline.of(report, sheets);
            sheets.stream()
                    .flatMap(sheet -> sheet.entries().stream())
                    .forEach(entry -> anchors.put(entry, "c" + (anchors.size() + 1)));
        }

        void write() {
            page.open("html", "lang", "en").line();
            head();
            page.open("body").line();
            page.element("a", "Skip to the checks", "class", "skip", "href", "#checks")
                    .line();
            verdict();
            page.open("main", "id", "checks").line();
            breakage();
            report.enforcement().ifPresent(one -> new HtmlEnforcement(page, one, sheets.isEmpty()).write());
            if (!anchors.isEmpty()) {
                filter();
                sheets.stream().filter(sheet -> !sheet.entries().isEmpty()).forEach(this::grid);
                legend();
            }
            list(Sign.VIOLATION);
            list(Sign.INCONCLUSIVE);
            notes();
            rest();
            new HtmlCircumstances(page, report).write();
            page.close().line();
            footer();
            drawer();
            page.embedded("script", script).line();
            page.close().line().close().line();
        }

        private void head() {
            page.open("head").line();
            page.empty("meta", "charset", "utf-8").line();
            page.empty(
                            "meta",
                            "http-equiv",
                            "Content-Security-Policy",
                            "content",
                            "default-src 'none'; style-src '" + hash(style) + "'; script-src '" + hash(script)
                                    + "'; base-uri 'none'; form-action 'none'")
                    .line();
            page.empty("meta", "name", "viewport", "content", "width=device-width, initial-scale=1")
                    .line();
            page.empty("meta", "name", "referrer", "content", "no-referrer").line();
            page.empty("meta", "name", "color-scheme", "content", "light dark").line();
            String names = sheets.stream().map(Sheet::name).collect(Collectors.joining(", "));
            page.element(
                            "title",
                            headline.sign().symbol() + " " + (names.isEmpty() ? "netproof" : names + " – netproof"))
                    .line();
            page.embedded("style", style).line();
            page.close().line();
        }

        private void verdict() {
            page.open("header", "class", "verdict " + Markup.tone(headline.sign()))
                    .line();
            page.open("h1");
            page.element("span", headline.sign().symbol(), "class", "mark", "aria-hidden", "true");
            page.text(headline.verdict()).close().line();
            page.element(
                            "p",
                            Markup.upper(Headline.costs(report)) + ". " + Markup.upper(Headline.exit(report.exit()))
                                    + ".")
                    .line();
            page.open("dl", "class", "facts").line();
            report.cluster()
                    .ifPresentOrElse(
                            cluster -> {
                                fact("context", cluster.context());
                                fact("server", cluster.server());
                                fact("identity", cluster.user());
                                fact("Kubernetes", cluster.version());
                                fact("nodes", nodes(cluster.nodes()));
                                fact("network plug-in", Surroundings.cni(cluster.cni()));
                                cluster.uid().ifPresent(uid -> fact("kube-system", uid));
                            },
                            () -> fact("cluster", "none was reached"));
            fact("started", Figures.moment(report.started()));
            fact("netproof", report.tool());
            page.close().line().close().line();
        }

        private void fact(String name, String value) {
            page.fact(name, value).line();
        }

        private static String nodes(List<Node> nodes) {
            return nodes.size() > NODES_NAMED
                    ? Figures.count(nodes.size(), "node", "nodes")
                    : nodes.stream().map(Node::name).collect(Collectors.joining(", "));
        }

        private void breakage() {
            report.breakage().ifPresent(breakage -> {
                page.open("section", "class", "breakage").element("h2", "The run ended early");
                page.element("p", breakage.problem());
                page.open("p").element("b", "fix ").text(breakage.fix()).close();
                page.close().line();
            });
        }

        private void filter() {
            page.open("fieldset", "class", "filter", "hidden", "").element("legend", "Show", "class", "vh");
            choice("all", "All " + Figures.count(anchors.size(), "check", "checks"));
            Stream.of(Sign.VIOLATION, Sign.INCONCLUSIVE, Sign.SKIPPED)
                    .filter(sign -> Headline.count(sheets, sign) > 0)
                    .forEach(sign -> choice(name(sign), Markup.upper(sign.counted(Headline.count(sheets, sign)))));
            page.element("output", "", "class", "vh", "id", "shown").close().line();
        }

        private void choice(String value, String label) {
            page.open("label");
            if (value.equals("all")) {
                page.empty("input", "type", "radio", "name", "show", "value", value, "checked", "");
            } else {
                page.empty("input", "type", "radio", "name", "show", "value", value);
            }
            page.element("span", label).close();
        }

        private void grid(Sheet sheet) {
            page.open("section", "class", "matrix").line();
            page.element("h2", sheet.name());
            page.open("p", "class", "file").element("code", sheet.file());
            sheet.matrix().ifPresent(matrix -> {
                matrix.owner().ifPresent(owner -> page.text(" · owner " + owner));
                page.text(" · SHA-256 ").element("code", matrix.sha256(), "class", "sha");
            });
            page.close().line();
            page.open(
                    "div",
                    "class",
                    "scroll",
                    "role",
                    "region",
                    "tabindex",
                    "0",
                    "aria-label",
                    "Grid of " + sheet.name());
            page.open("table", "class", "grid");
            page.element(
                    "caption",
                    "Sources in rows, destinations in columns: what is expected and observed",
                    "class",
                    "vh");
            page.open("thead").open("tr").element("td", "from \\ to", "class", "corner");
            sheet.targets().forEach(this::columnHead);
            page.close().close().line().open("tbody").line();
            for (String source : sheet.sources()) {
                page.open("tr").element("th", source, "scope", "row");
                sheet.targets().forEach(target -> cell(sheet.at(source, target)));
                page.close().line();
            }
            page.close().close().close().close().line();
        }

        /** A long one breaks before a dot or its port. */
        private void columnHead(String target) {
            page.open("th", "scope", "col");
            int from = 0;
            for (int i = 1; i < target.length(); i++) {
                if (target.charAt(i) == '.' || target.charAt(i) == ':') {
                    page.text(target.substring(from, i)).empty("wbr");
                    from = i;
                }
            }
            page.text(target.substring(from)).close();
        }

        private void cell(List<Entry> entries) {
            if (entries.isEmpty()) {
                page.open("td").element("span", Sign.NOT_ASKED.symbol(), "class", "none", "aria-hidden", "true");
                page.element("span", Sign.NOT_ASKED.word(), "class", "vh").close();
                return;
            }
            page.open("td");
            for (Entry entry : entries) {
                page.open(
                        "a",
                        "class",
                        Markup.tone(entry.sign()) + " "
                                + entry.check().expectation().word(),
                        "data-sign",
                        name(entry.sign()),
                        "href",
                        "#" + anchor(entry));
                page.sign(entry.sign());
                page.text(entry.word());
                if (entry.sign() == Sign.VIOLATION) {
                    page.element(
                            "small", " expected " + entry.check().expectation().word());
                } else {
                    entry.reason()
                            .or(() -> entry.result().map(Evidence::seen).filter(seen -> !seen.isEmpty()))
                            .ifPresent(words -> page.element("small", " " + words));
                }
                page.close();
            }
            page.close();
        }

        private void legend() {
            page.open("p", "class", "legend");
            Stream.of(Sign.values())
                    .filter(sign -> sign == Sign.NOT_ASKED || Headline.count(sheets, sign) > 0)
                    .forEach(sign -> page.open("span", "class", Markup.tone(sign))
                            .element("span", sign.symbol(), "class", "mark", "aria-hidden", "true")
                            .text(" " + sign.word())
                            .close()
                            .text(" "));
            page.close().line();
        }

        private void list(Sign sign) {
            long count = Headline.count(sheets, sign);
            if (count > 0) {
                page.open("section", "class", "findings", "data-sign", name(sign));
                page.element("h2", Markup.upper(sign.counted(count))).line();
                sheets.forEach(sheet -> sheet.entries(sign).forEach(this::check));
                page.close().line();
            }
        }

        private void notes() {
            if (!report.notes().isEmpty()) {
                page.open("section", "class", "notes").element("h2", "Notes").open("ul");
                report.notes().forEach(note -> page.element("li", note));
                page.close().close().line();
            }
        }

        private void rest() {
            List<Entry> others = sheets.stream()
                    .flatMap(sheet -> sheet.entries().stream())
                    .filter(entry -> entry.sign() != Sign.VIOLATION && entry.sign() != Sign.INCONCLUSIVE)
                    .toList();
            if (!others.isEmpty()) {
                page.open("details", "class", "rest");
                page.open("summary")
                        .element(
                                "h2",
                                others.size() == anchors.size()
                                        ? "The evidence"
                                        : "Evidence of " + Figures.count(others.size(), "other check", "other checks"))
                        .close()
                        .line();
                others.forEach(this::check);
                page.close().line();
            }
        }

        private void check(Entry entry) {
            boolean finding = entry.sign() == Sign.VIOLATION || entry.sign() == Sign.INCONCLUSIVE;
            String look = "check " + Markup.tone(entry.sign());
            if (finding) {
                page.open("details", "class", look, "open", "");
            } else {
                page.open("details", "class", look);
            }
            page.open("summary");
            page.sign(entry.sign());
            page.element("span", entry.check().sentence(), "class", "sentence");
            page.element("span", entry.remark(), "class", "remark");
            entry.result()
                    .ifPresent(result -> page.element("span", Figures.duration(result.elapsed()), "class", "time"));
            page.close();
            page.open("div", "class", "body", "id", anchor(entry));
            entry.result().ifPresentOrElse(this::evidence, () -> unjudged(entry.check()));
            page.close().close().line();
        }

        private String anchor(Entry entry) {
            return anchors.getOrDefault(entry, "");
        }

        private void unjudged(Check check) {
            page.element("p", "The run ended before this check was judged.", "class", "explanation");
            page.open("dl", "class", "about");
            page.fact("where", Evidence.place(check.location()));
            page.close();
        }

        private void evidence(CheckResult result) {
            page.element("p", result.verdict().explanation(), "class", "explanation");
            result.check().because().ifPresent(because -> remark("because", because));
            result.verdict().fix().ifPresent(fix -> remark("fix", fix));
            page.open("dl", "class", "about");
            Evidence.facts(result, DRAWN)
                    .forEach(fact -> page.fact(fact.label().word(), String.join(" ", fact.lines())));
            page.fact("from", Evidence.source(result.check().source()));
            page.fact("to", Evidence.destination(result.check().destination()));
            page.close();
            Timeline timeline = Timeline.of(result);
            Evidence.tellingFirst(result).forEach(path -> path(path, timeline));
            page.open("p", "class", "repeat").element("b", "repeat ");
            page.element("code", result.repeat()).close();
        }

        private void remark(String name, String text) {
            page.open("p", "class", "fix").element("b", name + " ").text(text).close();
        }

        private void path(PathObservation observation, Timeline timeline) {
            Path path = observation.path();
            page.open("div", "class", "path");
            page.open("p", "class", "route");
            page.element("b", Evidence.outcome(observation)).text(" " + Evidence.route(path));
            page.close();
            if (!observation.history().isEmpty()) {
                page.open("div", "class", "track").element("span", "0 s");
                timeline.draw(page, observation);
                page.element("span", timeline.end()).close();
                page.open("ol", "class", "history");
                for (Streak streak : observation.history()) {
                    page.element("li", Evidence.history(streak, timeline.start()));
                }
                page.close();
            }
            if (path.kind() != Path.Kind.LOOKUP) {
                page.open("p", "class", "control").element("b", "control ");
                page.text(Evidence.control(observation)).close();
            }
            page.close();
        }

        private void footer() {
            page.open("footer");
            page.element(
                    "p",
                    "This page shows what was observed on the paths it lists, in the time it lists. It says nothing about other"
                            + " paths or times.");
            page.close().line();
        }

        /** Where the script shows a cell's evidence. */
        private void drawer() {
            page.open("dialog", "id", "drawer", "aria-labelledby", "drawer-title");
            page.open("div", "class", "bar").element("h2", "", "id", "drawer-title");
            page.element("button", "‹", "type", "button", "data-step", "-1", "aria-label", "Previous check");
            page.element("button", "›", "type", "button", "data-step", "1", "aria-label", "Next check");
            page.element("button", "✕", "type", "button", "data-close", "", "aria-label", "Close");
            page.close();
            page.element(
                    "div",
                    "",
                    "id",
                    "drawer-body",
                    "tabindex",
                    "0",
                    "role",
                    "region",
                    "aria-labelledby",
                    "drawer-title");
            page.close().line();
        }

        private static String name(Sign sign) {
            return sign.name().toLowerCase(Locale.ROOT);
        }

        private static String hash(String ours) {
            try {
                byte[] digest = MessageDigest.getInstance("SHA-256").digest(ours.getBytes(StandardCharsets.UTF_8));
                return "sha256-" + Base64.getEncoder().encodeToString(digest);
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every Java platform has SHA-256", e);
            }
        }
    }
}
