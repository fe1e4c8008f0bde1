package dev.netproof.cli;

import dev.netproof.model.Report;
import dev.netproof.report.MarkdownRoom;
import dev.netproof.report.Rendering;
import dev.netproof.report.Reports;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
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
                            + " Markdown for $GITHUB_STEP_SUMMARY is appended, as GitHub wants it.")
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

    /** Writes all of them, as far as the files can be written; says whether all could. */
    boolean write(Report report, PrintWriter err) {
        boolean all = true;
        for (Wanted target : wanted) {
            try {
                Path parent = target.file().toAbsolutePath().getParent();
                if (parent != null) {
                    Files.createDirectories(parent);
                }
                boolean summary = isStepSummary(target);
                try (OutputStream out = new BufferedOutputStream(
                        summary
                                ? Files.newOutputStream(
                                        target.file(), StandardOpenOption.CREATE, StandardOpenOption.APPEND)
                                : Files.newOutputStream(target.file()))) {
                    (summary ? Reports.markdown(MarkdownRoom.STEP_SUMMARY) : target.rendering()).write(report, out);
                }
            } catch (IOException e) {
                all = false;
                err.println("error: the " + target.format() + " report could not be written to " + target.file() + ": "
                        + e.getMessage());
            }
        }
        return all;
    }

    /** Where GitHub shows what a step has to say: other steps and commands write there too, and more fits than into a comment. */
    private static boolean isStepSummary(Wanted target) {
        String summary = System.getenv("GITHUB_STEP_SUMMARY");
        return summary != null
                && target.format().equals("markdown")
                && target.file().toAbsolutePath().equals(Path.of(summary).toAbsolutePath());
    }
}
