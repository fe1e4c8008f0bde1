package dev.netproof.cli;

import dev.netproof.kube.ClusterTrouble;
import dev.netproof.model.Exit;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** netproof, from a shell. */
@Command(
        name = "netproof",
        description =
                "Proves, on a live Kubernetes cluster, that the network lets through what it should and stops what it"
                        + " should.",
        subcommands = {
            RunCommand.class,
            EnforcementCommand.class,
            LintCommand.class,
            InitCommand.class,
            ReportCommand.class,
            DiffCommand.class,
            CleanCommand.class,
            SchemaCommand.class,
            AutoComplete.GenerateCompletion.class,
            CommandLine.HelpCommand.class
        },
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Exit codes: 0 conforms, 1 violations, 2 bad matrix or usage, 3 inconclusive,",
            "4 the CNI is not enforcing, 5 nothing could be judged (cluster or permission trouble).",
            "",
            "Examples:",
            "  netproof run matrices/bookstore/matrix.yaml --report junit=netproof.xml",
            "  netproof run matrix.yaml:21            only the check on line 21",
            "  netproof lint matrix.yaml              find mistakes without a cluster"
        })
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        // Logs go to standard error and stay quiet unless asked for: results are what standard output is for.
        System.setProperty(
                "org.slf4j.simpleLogger.defaultLogLevel",
                System.getenv("NETPROOF_LOG") == null ? "off" : System.getenv("NETPROOF_LOG"));
        Signals.listen();
        System.exit(execute(args));
    }

    /** All commands, as command lines are read. */
    static CommandLine commands() {
        return new CommandLine(new Main()).setCaseInsensitiveEnumValuesAllowed(true);
    }

    static int execute(String... args) {
        CommandLine line = commands();
        line.setOut(new PrintWriter(System.out, true, StandardCharsets.UTF_8));
        line.setErr(new PrintWriter(System.err, true, StandardCharsets.UTF_8));
        line.setUsageHelpAutoWidth(true);
        line.setExecutionExceptionHandler((error, command, parsed) -> {
            PrintWriter err = command.getErr();
            if (error instanceof ClusterTrouble trouble) {
                err.println("error: " + trouble.getMessage());
                err.println("  fix: " + trouble.fix());
                return Exit.NOT_JUDGED.code();
            }
            err.println("error: " + error + (error.getCause() == null ? "" : ": " + error.getCause()));
            err.println("  this is a fault of netproof itself; with NETPROOF_LOG=debug there is more to report");
            if (System.getenv("NETPROOF_LOG") != null) {
                error.printStackTrace(err);
            }
            return Exit.NOT_JUDGED.code();
        });
        return line.execute(args);
    }
}
