package dev.netproof.report;

import dev.netproof.model.Enforcement;
import dev.netproof.model.Exit;
import dev.netproof.model.Report;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a report says in one line.
 *
 * @param verdict "2 violations, 1 inconclusive among 21 checks, 18 as expected"
 */
record Headline(Sign sign, String verdict) {

    static Headline of(Report report, List<Sheet> sheets) {
        long checks = sheets.stream().mapToLong(sheet -> sheet.entries().size()).sum();
        String counted = Figures.count(checks, "check", "checks");
        String bad = tally(sheets, Sign.VIOLATION, Sign.INCONCLUSIVE, Sign.NOT_JUDGED);
        String rest = tally(sheets, Sign.AS_EXPECTED, Sign.UNTESTABLE, Sign.SKIPPED);
        String among = bad + " among " + counted + (rest.isEmpty() ? "" : ", " + rest);
        if (sheets.isEmpty()
                && report.enforcement().isPresent()
                && report.breakage().isEmpty()) {
            return rows(report.enforcement().get());
        }
        return switch (report.exit()) {
            case CONFORMS -> new Headline(Sign.AS_EXPECTED, conforming(sheets, checks, counted));
            case VIOLATIONS -> new Headline(Sign.VIOLATION, bad.isEmpty() ? "Violations" : among);
            case INCONCLUSIVE -> new Headline(Sign.INCONCLUSIVE, bad.isEmpty() ? "Inconclusive" : among);
            case NOT_ENFORCING -> new Headline(Sign.VIOLATION, "The CNI is not enforcing network policy");
            case NOT_JUDGED ->
                new Headline(
                        Sign.NOT_JUDGED,
                        report.results().isEmpty() ? "Nothing could be judged" : "The run ended early: " + among);
            case BAD_INPUT -> new Headline(Sign.NOT_JUDGED, "Bad matrix or usage");
            case INTERRUPTED, TERMINATED ->
                new Headline(
                        Sign.NOT_JUDGED,
                        "The run was " + report.exit().meaning() + (bad.isEmpty() ? "" : ": " + among));
        };
    }

    /** "31 of 34 as specified, 2 not as specified, 1 untestable". */
    private static Headline rows(Enforcement enforcement) {
        long asked = enforcement.rows().size() - enforcement.count(Enforcement.Status.OBSERVED);
        StringBuilder text = new StringBuilder()
                .append(enforcement.count(Enforcement.Status.ENFORCED))
                .append(" of ")
                .append(asked)
                .append(" as specified");
        Map<Enforcement.Status, String> others = new EnumMap<>(Enforcement.Status.class);
        others.put(Enforcement.Status.NOT_ENFORCED, "not as specified");
        others.put(Enforcement.Status.INCONCLUSIVE, "not proved");
        others.put(Enforcement.Status.UNTESTABLE, "untestable");
        others.forEach((status, words) -> {
            if (enforcement.count(status) > 0) {
                text.append(", ").append(enforcement.count(status)).append(' ').append(words);
            }
        });
        return new Headline(EnforcementText.sign(enforcement.verdict()), text.toString());
    }

    private static String conforming(List<Sheet> sheets, long checks, String counted) {
        long good = count(sheets, Sign.AS_EXPECTED);
        if (good == checks) {
            return checks == 1 ? "The check conforms" : "All " + counted + " conform";
        }
        return good + " of " + counted + " conform, " + tally(sheets, Sign.UNTESTABLE, Sign.SKIPPED);
    }

    private static String tally(List<Sheet> sheets, Sign... signs) {
        return Stream.of(signs)
                .filter(sign -> count(sheets, sign) > 0)
                .map(sign -> sign.counted(count(sheets, sign)))
                .collect(Collectors.joining(", "));
    }

    /** "in 14.2 s with 7 probe pods and 96 API requests". */
    static String costs(Report report) {
        return "in "
                + Figures.duration(Duration.between(report.started(), report.finished()))
                + " with "
                + Figures.count(report.costs().probePods(), "probe pod", "probe pods")
                + " and "
                + Figures.count(report.costs().apiRequests(), "API request", "API requests");
    }

    /** "exit 1: violations". */
    static String exit(Exit exit) {
        return "exit " + exit.code() + ": " + exit.meaning();
    }

    static long count(List<Sheet> sheets, Sign sign) {
        return sheets.stream().mapToLong(sheet -> sheet.count(sign)).sum();
    }
}
