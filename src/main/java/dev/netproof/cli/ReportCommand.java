package dev.netproof.cli;

import dev.netproof.model.Exit;
import dev.netproof.model.Report;
import dev.netproof.report.ConsoleStyle.Detail;
import dev.netproof.report.Reports;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Renders a recorded run in any format. */
@Command(
        name = "report",
        description = "Render the JSON evidence of an earlier run in other formats, without a cluster.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  netproof report evidence.json",
            "  netproof report evidence.json --report html=netproof.html --report junit=netproof.xml"
        })
final class ReportCommand implements Callable<Integer> {
    @Parameters(paramLabel = "FILE.json", description = "JSON evidence: what --report json=FILE wrote.")
    @Nullable Path file;

    @Mixin
    ReportTargets reports = new ReportTargets();

    @Spec
    @Nullable CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        if (spec == null || file == null) {
            throw new IllegalStateException("picocli sets these before calling");
        }
        PrintWriter err = spec.commandLine().getErr();
        Optional<Report> recorded = RecordedRun.read(file, err);
        if (recorded.isEmpty()) {
            return Exit.BAD_INPUT.code();
        }
        Report report = recorded.get();
        boolean written = reports.write(report, err);
        if (reports.wanted.isEmpty()) {
            Reports.console(Terminal.style(Detail.TABLE)).write(report, System.out);
        }
        return written ? Exit.CONFORMS.code() : Exit.BAD_INPUT.code();
    }
}
