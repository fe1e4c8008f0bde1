package dev.netproof.cli;

import dev.netproof.model.Report;
import dev.netproof.report.MarkdownRoom;
import dev.netproof.report.Rendering;
import dev.netproof.report.Reports;
import dev.netproof.text.Visible;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The reports to write, and where. */
final class ReportTargets {
    @Option(
            names = "--report",
            paramLabel = "FORMAT=FILE",
            converter = Converter.class,
            description =
                    "Write a report: junit, json, html, markdown, prometheus, openreports or policyreport; repeatable."
                            + " Markdown is appended to $GITHUB_STEP_SUMMARY.")
    List<Wanted> wanted = new ArrayList<>();

    /** One report to write. */
    record Wanted(String format, Rendering rendering, Path file) {}

    static final class Converter implements ITypeConverter<Wanted> {
        @Override
        public Wanted convert(String value) {
            int equals = value.indexOf('=');
            String format = equals < 0 ? value : value.substring(0, equals);
            Optional<Rendering> rendering = Reports.byName(format);
            if (equals < 1 || equals == value.length() - 1 || rendering.isEmpty()) {
                throw new TypeConversionException("'" + value + "' is not FORMAT=FILE with one of the formats "
                        + String.join(", ", Reports.names()));
            }
            return new Wanted(format, rendering.get(), Path.of(value.substring(equals + 1)));
        }
    }

    /** Writes as many of the reports as possible; returns whether all were written. */
    boolean write(Report report, PrintWriter err) {
        boolean all = true;
        for (Wanted target : wanted) {
            ReportFile file = new ReportFile(target.file());
            try {
                if (isStepSummary(target)) {
                    file.append(
                            out -> Reports.markdown(MarkdownRoom.STEP_SUMMARY).write(report, out));
                } else {
                    file.replace(out -> target.rendering().write(report, out));
                }
            } catch (IOException e) {
                all = false;
                err.println("error: cannot write the " + target.format() + " report to "
                        + Visible.of(target.file().toString()) + ": " + Visible.of(ReportFile.reason(e)));
            }
        }
        return all;
    }

    /** GitHub shows this file as the summary of a step. Other steps write there too, and it has more room than a comment. */
    private static boolean isStepSummary(Wanted target) {
        String summary = System.getenv("GITHUB_STEP_SUMMARY");
        return summary != null
                && target.format().equals("markdown")
                && target.file().toAbsolutePath().equals(Path.of(summary).toAbsolutePath());
    }
}
