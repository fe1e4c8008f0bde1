package dev.netproof.report;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** Every way to show a report. */
public final class Reports {
    private static final Map<String, Supplier<Rendering>> BY_NAME = new LinkedHashMap<>();

    static {
        BY_NAME.put("junit", Reports::junit);
        BY_NAME.put("json", Reports::json);
        BY_NAME.put("markdown", () -> markdown(MarkdownRoom.COMMENT));
        BY_NAME.put("html", Reports::html);
        BY_NAME.put("prometheus", Reports::prometheus);
        BY_NAME.put("openreports", () -> new PolicyReport(PolicyReport.Dialect.OPEN_REPORTS));
        BY_NAME.put("policyreport", () -> new PolicyReport(PolicyReport.Dialect.POLICY_WORKING_GROUP));
        BY_NAME.put("table", () -> console(ConsoleStyle.plain(ConsoleStyle.Detail.TABLE)));
        BY_NAME.put("wide", () -> console(ConsoleStyle.plain(ConsoleStyle.Detail.WIDE)));
    }

    private Reports() {}

    /** JUnit XML, one suite per matrix and one case per check, for CI systems. */
    public static Rendering junit() {
        return new JUnitXml();
    }

    /** All that is known, for machines and auditors; {@link ReportReader} reads it back. */
    public static Rendering json() {
        return new JsonEvidence();
    }

    /** Markdown as GitHub and GitLab show it, cut to fit. */
    public static Rendering markdown(MarkdownRoom room) {
        return new Markdown(room);
    }

    /** One self-contained page. */
    public static Rendering html() {
        return new HtmlPage();
    }

    /** Gauges for Prometheus' textfile collector. */
    public static Rendering prometheus() {
        return new Prometheus();
    }

    /** What GitHub makes annotations of, when a step prints it. */
    public static Rendering annotations() {
        return new GitHubAnnotations();
    }

    /** For a person at a terminal, or for a log. */
    public static Rendering console(ConsoleStyle style) {
        return new Console(style);
    }

    /** The names that {@link #byName} knows, in the order to list them. */
    public static Set<String> names() {
        return Collections.unmodifiableSet(BY_NAME.keySet());
    }

    public static Optional<Rendering> byName(String name) {
        return Optional.ofNullable(BY_NAME.get(name)).map(Supplier::get);
    }
}
