package dev.netproof.cli;

import dev.netproof.model.Exit;
import dev.netproof.model.Report;
import dev.netproof.report.Comparison;
import dev.netproof.report.ComparisonFormat;
import dev.netproof.report.ConsoleStyle.Detail;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Compares two recorded runs. */
@Command(
        name = "diff",
        description =
                "Compare the JSON evidence of two runs: new violations, fixed and flapping checks, and the policies that"
                        + " changed in between.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "The exit code says whether the later run is worse, not whether it is good:",
            "0 not worse, 1 new violations, 2 a file cannot be read, 3 something is no longer proved,",
            "4 policies are enforced less than before, 5 the later run judged nothing or ended early.",
            "",
            "Examples:",
            "  netproof diff yesterday.json today.json",
            "  netproof diff main.json branch.json -o markdown >> comment.md"
        })
final class DiffCommand implements Callable<Integer> {
    @Parameters(
            index = "0",
            paramLabel = "OLD.json",
            description = "JSON evidence of the earlier run: what --report json=FILE wrote.")
    @Nullable Path old;

    @Parameters(index = "1", paramLabel = "NEW.json", description = "JSON evidence of the later run.")
    @Nullable Path now;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            defaultValue = "table",
            description = "Format of the standard output: table, markdown or json; default: ${DEFAULT-VALUE}.")
    ComparisonFormat output = ComparisonFormat.TABLE;

    @Spec
    @Nullable CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        if (spec == null || old == null || now == null) {
            throw new IllegalStateException("picocli sets these before calling");
        }
        PrintWriter err = spec.commandLine().getErr();
        Optional<Report> before = RecordedRun.read(old, err);
        Optional<Report> after = RecordedRun.read(now, err);
        if (before.isEmpty() || after.isEmpty()) {
            return Exit.BAD_INPUT.code();
        }
        Comparison comparison = Comparison.of(before.get(), after.get());
        output.write(comparison, Terminal.style(Detail.TABLE), System.out);
        return comparison.exit().code();
    }
}
