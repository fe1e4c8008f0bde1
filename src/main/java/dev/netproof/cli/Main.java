package dev.netproof.cli;

import dev.netproof.kube.ClusterTrouble;
import dev.netproof.kube.Redaction;
import dev.netproof.model.Exit;
import dev.netproof.text.Visible;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;

/** netproof, from a shell. */
@Command(
        name = "netproof",
        description =
                "Prove what the network policies of a live Kubernetes cluster do: that wanted connections work and unwanted ones"
                        + " are denied.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Exit codes: 0 conforms, 1 violations, 2 bad matrix or usage, 3 inconclusive,",
            "4 the CNI is not enforcing, 5 nothing could be judged (cluster or permission problem).",
            "",
            "Examples:",
            "  netproof run matrices/bookstore/matrix.yaml --report junit=netproof.xml",
            "  netproof run matrix.yaml:21            only the check on line 21",
            "  netproof lint matrix.yaml              find mistakes, without a cluster"
        })
public final class Main {
    private static final Map<String, Supplier<Object>> COMMANDS = new LinkedHashMap<>();

    /** Commands that need to know all others. */
    private static final Set<String> NEED_ALL = Set.of("help", "generate-completion");

    static {
        COMMANDS.put("run", RunCommand::new);
        COMMANDS.put("enforcement", EnforcementCommand::new);
        COMMANDS.put("lint", LintCommand::new);
        COMMANDS.put("init", InitCommand::new);
        COMMANDS.put("report", ReportCommand::new);
        COMMANDS.put("diff", DiffCommand::new);
        COMMANDS.put("clean", CleanCommand::new);
        COMMANDS.put("schema", SchemaCommand::new);
        COMMANDS.put("generate-completion", AutoComplete.GenerateCompletion::new);
        COMMANDS.put("help", CommandLine.HelpCommand::new);
    }

    private Main() {}

    public static void main(String[] args) {
        // Standard output is for results. Logs go to standard error, and only if NETPROOF_LOG asks for them.
        System.setProperty(
                "org.slf4j.simpleLogger.defaultLogLevel",
                System.getenv("NETPROOF_LOG") == null ? "off" : System.getenv("NETPROOF_LOG"));
        System.setErr(new GuardedStream(RedactedErrors.over(System.err)));
        Signals.listen();
        Thread.setDefaultUncaughtExceptionHandler(Exhaustion::inAThread);
        System.exit(execute(args));
    }

    /** All commands, as command lines are read. */
    static CommandLine commands() {
        return commands(COMMANDS.keySet());
    }

    /**
     * The command that a command line begins with, or else all of them: for help, and after a mistyped name. Reading the annotations of
     * all commands is a good part of the start-up time.
     */
    static CommandLine commandsFor(String... args) {
        boolean one = args.length > 0 && COMMANDS.containsKey(args[0]) && !NEED_ALL.contains(args[0]);
        return commands(one ? Set.of(args[0]) : COMMANDS.keySet());
    }

    private static CommandLine commands(Set<String> names) {
        CommandLine line = new CommandLine(new Main());
        names.forEach(name -> line.addSubcommand(
                name, java.util.Objects.requireNonNull(COMMANDS.get(name)).get()));
        line.getSubcommands().values().forEach(HelpGroups::apply);
        return line.setCaseInsensitiveEnumValuesAllowed(true);
    }

    static int execute(String... args) {
        CommandLine line = commandsFor(args);
        line.setOut(Terminal.guarded(System.out));
        line.setErr(Terminal.guarded(System.err));
        line.setColorScheme(CommandLine.Help.defaultColorScheme(Terminal.colours() ? Ansi.ON : Ansi.OFF));
        line.setParameterExceptionHandler(Main::misused);
        line.setUsageHelpAutoWidth(true);
        line.setExecutionExceptionHandler((error, command, parsed) -> {
            PrintWriter err = command.getErr();
            if (error instanceof ClusterTrouble trouble) {
                err.println("error: " + Visible.of(String.valueOf(trouble.getMessage())));
                err.println("  fix: " + Visible.of(trouble.fix()));
                return Exit.NOT_JUDGED.code();
            }
            if (error.getCause() instanceof OutOfMemoryError || error.getCause() instanceof StackOverflowError) {
                return Exhaustion.told(error.getCause());
            }
            return fault(error, err);
        });
        try {
            return line.execute(args);
        } catch (OutOfMemoryError | StackOverflowError e) {
            return Exhaustion.told(e);
        } catch (Error e) {
            // Otherwise the JVM would end with 1, which means violations.
            return fault(e, line.getErr());
        }
    }

    private static int fault(Throwable error, PrintWriter err) {
        err.println("error: "
                + Visible.of(Redaction.of(error + (error.getCause() == null ? "" : ": " + error.getCause()))));
        err.println("  fix: this is a bug in netproof; please report it, with the output of NETPROOF_LOG=debug");
        if (System.getenv("NETPROOF_LOG") != null) {
            error.printStackTrace(err);
        }
        return Exit.NOT_JUDGED.code();
    }

    /** As picocli does by itself, but for the message, which quotes what was given. */
    private static int misused(CommandLine.ParameterException mistake, String[] args) {
        CommandLine command = mistake.getCommandLine();
        PrintWriter err = command.getErr();
        err.println(command.getColorScheme().errorText(Visible.of(String.valueOf(mistake.getMessage()))));
        if (!CommandLine.UnmatchedArgumentException.printSuggestions(mistake, err)) {
            command.usage(err, command.getColorScheme());
        }
        return command.getCommandSpec().exitCodeOnInvalidInput();
    }
}
