package dev.netproof.cli;

import dev.netproof.engine.NetproofEngine;
import dev.netproof.judge.ConvergenceTerms;
import dev.netproof.kube.Cluster;
import dev.netproof.kube.ClusterAccess;
import dev.netproof.kube.ClusterTrouble;
import dev.netproof.matrix.AllowedNamespaces;
import dev.netproof.matrix.MatrixReading;
import dev.netproof.model.Exit;
import dev.netproof.model.Matrix;
import dev.netproof.model.Report;
import dev.netproof.plan.Plan;
import dev.netproof.plan.PlanTerms;
import dev.netproof.plan.PlanTerms.Published;
import dev.netproof.report.ConsoleStyle.Detail;
import dev.netproof.report.Rendering;
import dev.netproof.report.Reports;
import dev.netproof.run.LeftOut;
import dev.netproof.run.PaceBounds;
import dev.netproof.run.Progress;
import dev.netproof.run.RunTerms;
import dev.netproof.run.RunTerms.Beside;
import dev.netproof.run.Runner;
import dev.netproof.run.WrittenCount;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.platform.launcher.core.LauncherConfig;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs matrices against a cluster. */
@Command(
        name = "run",
        description = "Run the checks of matrices against a cluster.",
        mixinStandardHelpOptions = true,
        abbreviateSynopsis = true,
        footer = {
            "",
            "Probe pods run for a few seconds in the namespaces of the sources. They are always removed:",
            "after Ctrl-C too, which ends the run early and still writes the reports.",
            "",
            "Examples:",
            "  netproof run matrix.yaml",
            "  netproof run matrices/ --only storefront -o wide",
            "  netproof run matrix.yaml:21 --dry-run",
            "  netproof run matrix.yaml --report junit=out/netproof.xml --report html=out/netproof.html"
        })
final class RunCommand implements Callable<Integer> {
    private static final Duration CLEAN_UP = Duration.ofSeconds(25);

    @Mixin
    MatrixArguments matrices = new MatrixArguments();

    @Mixin
    ClusterOptions cluster = new ClusterOptions();

    @Mixin
    ReportTargets reports = new ReportTargets();

    @Mixin
    ImageOptions images = new ImageOptions();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            defaultValue = "table",
            description = "Format of the standard output: table, wide or json; default: ${DEFAULT-VALUE}.")
    Output output = Output.TABLE;

    @ArgGroup(multiplicity = "0..1")
    Verbosity verbosity = new Verbosity();

    @Option(names = "--dry-run", description = "Print the plan and start nothing.")
    boolean dryRun;

    @Option(
            names = "--timeout",
            paramLabel = "DURATION",
            defaultValue = "5m",
            converter = TimeoutConverter.class,
            description = "Time limit for the whole run; default: ${DEFAULT-VALUE}.")
    Duration timeout = Duration.ofMinutes(5);

    @Option(
            names = "--connect-timeout",
            paramLabel = "DURATION",
            defaultValue = "3s",
            converter = DurationConverter.class,
            description =
                    "Time limit for one connection attempt; default: ${DEFAULT-VALUE}. Below 3s, one lost packet looks like a denial.")
    Duration connectTimeout = Duration.ofSeconds(3);

    @Option(
            names = "--settle",
            paramLabel = "DURATION",
            defaultValue = "5s",
            converter = DurationConverter.class,
            description = "How long policies may take to apply to a new pod; default: ${DEFAULT-VALUE}.")
    Duration settle = Duration.ofSeconds(5);

    @Option(
            names = "--deadline",
            paramLabel = "DURATION",
            defaultValue = "20s",
            converter = DurationConverter.class,
            description =
                    "How long to wait for the expected result before reporting a mismatch; default: ${DEFAULT-VALUE}.")
    Duration deadline = Duration.ofSeconds(20);

    @Option(
            names = "--stable",
            paramLabel = "ROUNDS",
            defaultValue = "3",
            description = "Consecutive rounds that must agree; default: ${DEFAULT-VALUE}.")
    int stable = 3;

    @Option(
            names = "--endpoints",
            paramLabel = "all|N",
            defaultValue = "5",
            converter = Endpoints.class,
            description =
                    "Ready pods to probe for each destination; always at least one per node and one per group of pods that policies distinguish; default: ${DEFAULT-VALUE}.")
    int endpoints = 5;

    @Option(
            names = "--control-namespace",
            paramLabel = "NAMESPACE",
            description =
                    "Existing namespace without network policies for netproof's control and witness pods; default: a temporary namespace.")
    @Nullable String controlNamespace;

    @Option(
            names = "--no-canary",
            description =
                    "Do not test whether the nodes enforce policies at all; the test needs a temporary namespace.")
    boolean noCanary;

    @Option(
            names = "--allow-published",
            description = "Run even if a headless Service publishes the addresses of the probe pods.")
    boolean allowPublished;

    @Spec
    @Nullable CommandSpec spec;

    /** What goes to standard output. */
    enum Output {
        TABLE,
        WIDE,
        JSON
    }

    static final class Endpoints implements picocli.CommandLine.ITypeConverter<Integer> {
        @Override
        public Integer convert(String value) {
            if (value.equals("all")) {
                return Integer.MAX_VALUE;
            }
            try {
                return WrittenCount.parse(value);
            } catch (IllegalArgumentException e) {
                throw new picocli.CommandLine.TypeConversionException(e.getMessage() + " and not \"all\"");
            }
        }
    }

    @Override
    public Integer call() throws IOException {
        PrintWriter err = command().commandLine().getErr();
        Optional<String> complaint = PaceBounds.complaint(stable, connectTimeout);
        if (complaint.isPresent()) {
            err.println("error: " + complaint.get());
            return Exit.BAD_INPUT.code();
        }
        Optional<ClusterAccess> access = Optional.empty();
        Optional<ClusterTrouble> noAccess = Optional.empty();
        try {
            access = Optional.of(cluster.access());
        } catch (ClusterTrouble trouble) {
            noAccess = Optional.of(trouble);
        }
        // Mistakes in the matrix come first: they can be fixed without a cluster.
        String namespace = Optional.ofNullable(cluster.namespace)
                .orElse(access.map(ClusterAccess::namespace).orElse("default"));
        MatrixReading reading = matrices.read(namespace);
        if (!MatrixArguments.usable(reading, err)) {
            return Exit.BAD_INPUT.code();
        }
        List<Matrix> selected = matrices.selected(reading.matrices());
        if (selected.isEmpty()) {
            err.println("error: " + matrices.nothingSelected(reading.matrices()));
            return Exit.BAD_INPUT.code();
        }
        AllowedNamespaces allowed = matrices.limits.namespaces.allowed();
        if (controlNamespace != null && !allowed.admits(controlNamespace)) {
            err.println("error: netproof's own pods would run in " + allowed.why(controlNamespace)
                    + "\n  fix: name another with --control-namespace, or: " + allowed.fix(controlNamespace));
            return Exit.BAD_INPUT.code();
        }
        if (noAccess.isPresent()) {
            return finish(LeftOut.named(NoCluster.report(selected, noAccess.get()), selected, reading.matrices()), err);
        }
        try (Cluster live = ClusterOptions.connect(access.orElseThrow())) {
            Instant started = Instant.now();
            Progress progress = Terminal.progress(err, started, verbosity);
            Runner runner = new Runner(live, terms(), progress, Clock.systemUTC());
            if (dryRun) {
                Plan plan = runner.plan(selected);
                PlanText.print(plan, command().commandLine().getOut());
                // A plan that run would refuse does not end with 0.
                return (plan.refusals().stream().anyMatch(refusal -> refusal.exit() == Exit.BAD_INPUT)
                                ? Exit.BAD_INPUT
                                : Exit.CONFORMS)
                        .code();
            }
            return Signalled.during(
                    () -> finish(LeftOut.named(execute(runner, selected), selected, reading.matrices()), err),
                    runner::interrupt,
                    CLEAN_UP,
                    err);
        }
    }

    private CommandSpec command() {
        if (spec == null) {
            throw new IllegalStateException("picocli sets this before calling");
        }
        return spec;
    }

    private Report execute(Runner runner, List<Matrix> selected) {
        AtomicReference<Report> result = new AtomicReference<>();
        AtomicReference<Throwable> fault = new AtomicReference<>();
        NetproofEngine engine = new NetproofEngine(selected, matrix -> {
            try {
                Report report = runner.run(matrix);
                result.set(report);
                return report;
            } catch (RuntimeException | Error e) {
                // The launcher would keep it to its listeners.
                fault.set(e);
                throw e;
            }
        });
        var config = LauncherConfig.builder()
                .enableTestEngineAutoRegistration(false)
                .enableLauncherSessionListenerAutoRegistration(false)
                .enableTestExecutionListenerAutoRegistration(false)
                .enableLauncherDiscoveryListenerAutoRegistration(false)
                .enablePostDiscoveryFilterAutoRegistration(false)
                .addTestEngines(engine)
                .build();
        LauncherFactory.create(config)
                .execute(LauncherDiscoveryRequestBuilder.request()
                        .enableImplicitConfigurationParameters(false)
                        .forExecution()
                        .build());
        return Optional.ofNullable(result.get())
                .orElseThrow(() -> new IllegalStateException("the plan was not executed", fault.get()));
    }

    private RunTerms terms() {
        PlanTerms plan = new PlanTerms(
                LocalDate.now(ZoneId.systemDefault()),
                endpoints,
                allowPublished ? Published.ALLOW : Published.REFUSE,
                Optional.ofNullable(controlNamespace),
                Map.of(),
                matrices.limits.most());
        return new RunTerms(
                Version.text(),
                plan,
                new ConvergenceTerms(stable, settle, deadline),
                timeout,
                connectTimeout,
                images.images(),
                noCanary ? Beside.NOTHING : Beside.CANARY);
    }

    private int finish(Report report, PrintWriter err) throws IOException {
        Terminal.clear(err);
        if ("true".equals(System.getenv("GITHUB_ACTIONS"))) {
            // GitHub reads commands on either stream; standard output may be somebody's JSON.
            Reports.annotations().write(report, System.err);
        }
        boolean written = reports.write(report, err);
        Rendering rendering = switch (output) {
            case TABLE ->
                Reports.console(
                        Terminal.style(verbosity.level() == Verbosity.Level.QUIET ? Detail.BRIEF : Detail.TABLE));
            case WIDE -> Reports.console(Terminal.style(Detail.WIDE));
            case JSON -> Reports.json();
        };
        rendering.write(report, System.out);
        System.out.flush();
        return written || report.exit() != Exit.CONFORMS ? report.exit().code() : Exit.BAD_INPUT.code();
    }
}
