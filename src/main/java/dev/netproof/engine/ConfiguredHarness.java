package dev.netproof.engine;

import dev.netproof.judge.ConvergenceTerms;
import dev.netproof.kube.Cluster;
import dev.netproof.kube.ClusterAccess;
import dev.netproof.kube.SessionTerms.Images;
import dev.netproof.model.Matrix;
import dev.netproof.model.Report;
import dev.netproof.plan.PlanTerms;
import dev.netproof.plan.PlanTerms.Published;
import dev.netproof.probe.ProbeScript;
import dev.netproof.run.PaceBounds;
import dev.netproof.run.Progress;
import dev.netproof.run.RunTerms;
import dev.netproof.run.RunTerms.Beside;
import dev.netproof.run.Runner;
import dev.netproof.run.WrittenDuration;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.platform.engine.ConfigurationParameters;

/** Runs in a build tool or an IDE: the cluster is the kubeconfig's, or what configuration parameters say. */
final class ConfiguredHarness implements Harness {
    private final ConfigurationParameters parameters;
    private final ConfiguredLimits limits;

    ConfiguredHarness(ConfigurationParameters parameters) {
        this.parameters = parameters;
        this.limits = new ConfiguredLimits(parameters);
    }

    @Override
    public Report run(List<Matrix> matrices) {
        Duration connectTimeout = duration("netproof.connect-timeout").orElse(Duration.ofSeconds(3));
        int stable = limits.number("netproof.stable", ConvergenceTerms.DEFAULT.stable());
        PaceBounds.complaint(stable, connectTimeout).ifPresent(complaint -> {
            throw new IllegalArgumentException(complaint.replace("--", "netproof."));
        });
        ClusterAccess access = ClusterAccess.find(
                parameters.get("netproof.kubeconfig").map(Path::of), parameters.get("netproof.context"));
        Clock clock = Clock.systemUTC();
        PlanTerms plan = new PlanTerms(
                LocalDate.now(ZoneId.systemDefault()),
                5,
                Published.REFUSE,
                limits.controlNamespace(),
                Map.of(),
                limits.most());
        Duration settle = duration("netproof.settle").orElse(ConvergenceTerms.DEFAULT.settle());
        Duration deadline = duration("netproof.deadline").orElse(ConvergenceTerms.DEFAULT.deadline());
        RunTerms terms = new RunTerms(
                "netproof",
                plan,
                new ConvergenceTerms(stable, settle, deadline),
                duration("netproof.timeout").orElse(Duration.ofMinutes(5)),
                connectTimeout,
                new Images(
                        parameters.get("netproof.curl-image").orElse(Images.DEFAULT.curl()),
                        Images.DEFAULT.netshoot(),
                        parameters.get("netproof.mirror"),
                        List.of()),
                parameters.getBoolean("netproof.canary").orElse(true) ? Beside.CANARY : Beside.NOTHING);
        try (Cluster cluster = access.connect(
                (probe, session) ->
                        ProbeScript.payload(probe, session.nonce(), session.connectTimeout(), session.pace()),
                clock)) {
            return new Runner(cluster, terms, Progress.NONE, clock).run(matrices);
        }
    }

    /** Written as on the command line: 90s, 5m, 1m30s. */
    private Optional<Duration> duration(String name) {
        return parameters.get(name, WrittenDuration::parse);
    }
}
