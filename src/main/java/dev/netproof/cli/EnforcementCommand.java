package dev.netproof.cli;

import dev.netproof.enforce.EnforcementCheck;
import dev.netproof.enforce.EnforcementTerms;
import dev.netproof.enforce.EnforcementTerms.Besides;
import dev.netproof.enforce.NodeChoice;
import dev.netproof.kube.Cluster;
import dev.netproof.kube.ClusterAccess;
import dev.netproof.kube.ClusterTrouble;
import dev.netproof.kube.SessionTerms.Images;
import dev.netproof.matrix.AllowedNamespaces;
import dev.netproof.model.Enforcement.Profile;
import dev.netproof.model.Exit;
import dev.netproof.model.Report;
import dev.netproof.report.ConsoleStyle.Detail;
import dev.netproof.report.Rendering;
import dev.netproof.report.Reports;
import dev.netproof.run.PaceBounds;
import dev.netproof.run.Progress;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Proves whether a cluster enforces network policies. */
@Command(
        name = "enforcement",
        aliases = "smoke",
        description =
                "Prove whether the cluster enforces network policies at all, on which nodes and in which direction.",
        mixinStandardHelpOptions = true,
        abbreviateSynopsis = true,
        footer = {
            "",
            "Works in a temporary namespace, or in the one that --namespace names. Nothing has to be installed first.",
            "Exit codes: 0 enforced, 2 bad usage, 3 inconclusive, 4 not enforced or only in part, 5 cluster or permission problem.",
            "",
            "Examples:",
            "  netproof enforcement",
            "  netproof enforcement --profile full --nodes node1,node2",
            "  netproof enforcement --report prometheus=/var/lib/node_exporter/netproof.prom"
        })
final class EnforcementCommand implements Callable<Integer> {
    private static final Duration CLEAN_UP = Duration.ofSeconds(40);

    @Mixin
    ContextOptions contexts = new ContextOptions();

    @Option(
            names = {"-n", "--namespace"},
            paramLabel = "NAMESPACE",
            description = "Existing namespace to work in; default: a temporary one.")
    @Nullable String namespace;

    @Mixin
    ReportTargets reports = new ReportTargets();

    @Mixin
    ImageOptions images = new ImageOptions();

    @Mixin
    LimitOptions.NamespaceOptions allowed = new LimitOptions.NamespaceOptions();

    @Mixin
    Verbosity verbosity = new Verbosity();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            defaultValue = "table",
            description = "Format of the standard output: table or json; default: ${DEFAULT-VALUE}.")
    Output output = Output.TABLE;

    @Option(
            names = "--profile",
            paramLabel = "PROFILE",
            defaultValue = "basic",
            description =
                    "What to test: basic (default-deny, both directions) or full (every capability); default: ${DEFAULT-VALUE}.")
    Wanted profile = Wanted.BASIC;

    @Option(
            names = "--nodes",
            paramLabel = "all|N|NAME,…",
            converter = Nodes.class,
            description = "Nodes to test; default: 10, spread over all zones.")
    NodeChoice nodes = NodeChoice.usual();

    @Option(
            names = "--timeout",
            paramLabel = "DURATION",
            defaultValue = "5m",
            converter = TimeoutConverter.class,
            description = "Time limit for the whole check; default: ${DEFAULT-VALUE}.")
    Duration timeout = Duration.ofMinutes(5);

    @Option(
            names = "--connect-timeout",
            paramLabel = "DURATION",
            defaultValue = "2s",
            converter = DurationConverter.class,
            description =
                    "Time limit for one connection attempt; default: ${DEFAULT-VALUE}. Below 2s, one lost packet looks like a denial.")
    Duration connectTimeout = Duration.ofSeconds(2);

    @Option(
            names = "--deadline",
            paramLabel = "DURATION",
            defaultValue = "20s",
            converter = DurationConverter.class,
            description =
                    "How long a policy may take to apply after the API server has stored it; default: ${DEFAULT-VALUE}.")
    Duration deadline = Duration.ofSeconds(20);

    @Option(
            names = "--stable",
            paramLabel = "ROUNDS",
            defaultValue = "3",
            description = "Consecutive rounds that must agree; more if packets are lost; default: ${DEFAULT-VALUE}.")
    int stable = 3;

    @Option(
            names = "--host-network",
            description =
                    "With --profile full: also test pods that use their node's network, in a temporary namespace that"
                            + " admits them (pod-security.kubernetes.io/enforce: privileged).")
    boolean hostNetwork;

    @Option(
            names = "--server-image",
            paramLabel = "IMAGE",
            converter = ImageOptions.ImageName.class,
            description = "Image of the target pods; needs agnhost.")
    @Nullable String serverImage;

    @Spec
    @Nullable CommandSpec spec;

    /** What goes to standard output. */
    enum Output {
        TABLE,
        JSON
    }

    /** The values of --profile. */
    enum Wanted {
        BASIC,
        FULL
    }

    static final class Nodes implements picocli.CommandLine.ITypeConverter<NodeChoice> {
        @Override
        public NodeChoice convert(String value) {
            try {
                return NodeChoice.parse(value);
            } catch (IllegalArgumentException e) {
                throw new picocli.CommandLine.TypeConversionException(String.valueOf(e.getMessage()));
            }
        }
    }

    @Override
    public Integer call() throws IOException {
        if (spec == null) {
            throw new IllegalStateException("picocli sets this before calling");
        }
        PrintWriter err = spec.commandLine().getErr();
        Optional<String> complaint = PaceBounds.complaint(stable, connectTimeout);
        if (complaint.isPresent()) {
            err.println("error: " + complaint.get());
            return Exit.BAD_INPUT.code();
        }
        AllowedNamespaces places = allowed.allowed();
        if (namespace != null && !places.admits(namespace)) {
            err.println("error: the probes would run in " + places.why(namespace) + "\n  fix: name another with"
                    + " --namespace, or leave it out to use a temporary one; or: " + places.fix(namespace));
            return Exit.BAD_INPUT.code();
        }
        if (hostNetwork && profile != Wanted.FULL) {
            err.println("error: --host-network needs the full profile\n  fix: add --profile full");
            return Exit.BAD_INPUT.code();
        }
        ClusterAccess access;
        try {
            access = contexts.access();
        } catch (ClusterTrouble trouble) {
            return finish(NoCluster.report(List.of(), trouble), err);
        }
        try (Cluster live = ClusterOptions.connect(access)) {
            Progress progress = Terminal.progress(err, Instant.now(), verbosity);
            EnforcementCheck check = new EnforcementCheck(live, terms(), progress::step, Clock.systemUTC());
            return Signalled.during(() -> finish(check.run(), err), check::interrupt, CLEAN_UP, err);
        }
    }

    private EnforcementTerms terms() {
        return new EnforcementTerms(
                Version.text(),
                profile == Wanted.FULL ? Profile.FULL : Profile.BASIC,
                nodes,
                Optional.ofNullable(namespace),
                stable,
                deadline,
                timeout,
                connectTimeout,
                images.images(Optional.ofNullable(serverImage).orElse(Images.DEFAULT.agnhost())),
                hostNetwork ? Besides.HOST_NETWORK : Besides.NOTHING);
    }

    private int finish(Report report, PrintWriter err) throws IOException {
        Terminal.clear(err);
        boolean written = reports.write(report, err);
        Rendering rendering = output == Output.JSON ? Reports.json() : Reports.console(Terminal.style(Detail.TABLE));
        rendering.write(report, System.out);
        System.out.flush();
        return written || report.exit() != Exit.CONFORMS ? report.exit().code() : Exit.BAD_INPUT.code();
    }
}
