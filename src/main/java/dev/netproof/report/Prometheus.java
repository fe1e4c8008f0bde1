package dev.netproof.report;

import dev.netproof.model.Enforcement;
import dev.netproof.model.Report;
import dev.netproof.model.Verdict;
import dev.netproof.text.Visible;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;

/**
 * The text format that node_exporter's textfile collector and a push gateway take. What was not proved is absent, never zero.
 *
 * @see <a href="https://prometheus.io/docs/instrumenting/exposition_formats/">the format</a>
 */
final class Prometheus implements Rendering {
    @Override
    public void write(Report report, OutputStream out) throws IOException {
        StringBuilder text = new StringBuilder();
        family(text, "netproof_finished_timestamp_seconds", "When the run ended; alert if that is too long ago.");
        sample(
                text,
                "netproof_finished_timestamp_seconds",
                "",
                BigDecimal.valueOf(report.finished().toEpochMilli(), 3));
        family(text, "netproof_exit_code", "The exit code: 0 conforms, 1 violations, 3 inconclusive, 4 not enforcing.");
        sample(text, "netproof_exit_code", "", BigDecimal.valueOf(report.exit().code()));
        if (!report.results().isEmpty()) {
            family(text, "netproof_checks", "Checks of the matrices by verdict.");
            for (Verdict.Status status : Verdict.Status.values()) {
                sample(text, "netproof_checks", label("verdict", word(status)), report.count(status));
            }
        }
        report.enforcement().ifPresent(enforcement -> enforcement(text, enforcement));
        Writer writer = new OutputStreamWriter(out, StandardCharsets.UTF_8);
        writer.write(text.toString());
        writer.flush();
    }

    private static void enforcement(StringBuilder text, Enforcement enforcement) {
        family(text, "netproof_enforcement_verdict", "1 for the overall verdict, 0 for the others.");
        for (Enforcement.Verdict verdict : Enforcement.Verdict.values()) {
            sample(
                    text,
                    "netproof_enforcement_verdict",
                    label("verdict", word(verdict)),
                    verdict == enforcement.verdict() ? 1 : 0);
        }
        family(
                text,
                "netproof_enforcement",
                "1 where a capability was seen enforced, 0 where it was seen not to be; absent where nothing was proved.");
        for (Enforcement.Row row : enforcement.rows()) {
            if (row.status() == Enforcement.Status.ENFORCED || row.status() == Enforcement.Status.NOT_ENFORCED) {
                sample(
                        text,
                        "netproof_enforcement",
                        place(row.node(), row.direction()) + "," + label("capability", row.capability()),
                        row.status() == Enforcement.Status.ENFORCED ? 1 : 0);
            }
        }
        if (enforcement.count(Enforcement.Status.OBSERVED) > 0) {
            family(
                    text,
                    "netproof_enforcement_observed",
                    "1 for what was seen where the specification leaves it open; never a failure.");
        }
        for (Enforcement.Row row : enforcement.rows()) {
            if (row.status() == Enforcement.Status.OBSERVED) {
                sample(
                        text,
                        "netproof_enforcement_observed",
                        place(row.node(), row.direction())
                                + ","
                                + label("capability", row.capability())
                                + ","
                                + label("behaviour", word(row.reason())),
                        1);
            }
        }
        family(text, "netproof_enforcement_unproved", "Capabilities for which nothing was proved either way.");
        for (Enforcement.Row row : enforcement.rows()) {
            if (row.status() == Enforcement.Status.INCONCLUSIVE || row.status() == Enforcement.Status.UNTESTABLE) {
                sample(
                        text,
                        "netproof_enforcement_unproved",
                        place(row.node(), row.direction())
                                + ","
                                + label("capability", row.capability())
                                + ","
                                + label("reason", word(row.reason())),
                        1);
            }
        }
        for (Enforcement.Metric metric : Enforcement.Metric.values()) {
            String name = "netproof_enforcement_" + word(metric) + "_seconds";
            boolean announced = false;
            for (Enforcement.Measure measure : enforcement.measures()) {
                if (measure.metric() == metric) {
                    if (!announced) {
                        family(text, name, sentence(metric.title()) + " by node.");
                        announced = true;
                    }
                    String node = label("node", measure.node());
                    sample(text, name, node + "," + label("stat", "median"), seconds(measure.median()));
                    sample(text, name, node + "," + label("stat", "max"), seconds(measure.max()));
                }
            }
        }
    }

    private static String place(String node, Enforcement.Direction direction) {
        return label("node", node) + "," + label("direction", direction.word());
    }

    private static BigDecimal seconds(Duration duration) {
        return Figures.exactSeconds(duration);
    }

    private static String sentence(String words) {
        return words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private static String label(String name, String value) {
        return name + "=\"" + Visible.of(value).replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }

    private static void family(StringBuilder text, String name, String help) {
        text.append("# HELP ").append(name).append(' ').append(help).append('\n');
        text.append("# TYPE ").append(name).append(" gauge\n");
    }

    private static void sample(StringBuilder text, String name, String labels, long value) {
        sample(text, name, labels, BigDecimal.valueOf(value));
    }

    private static void sample(StringBuilder text, String name, String labels, BigDecimal value) {
        text.append(name)
                .append(labels.isEmpty() ? "" : "{" + labels + "}")
                .append(' ')
                .append(value.toPlainString())
                .append('\n');
    }
}
