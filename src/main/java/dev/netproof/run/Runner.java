package dev.netproof.run;

import dev.netproof.judge.ExitRule;
import dev.netproof.kube.Cluster;
import dev.netproof.kube.ClusterTrouble;
import dev.netproof.kube.ProbeSession;
import dev.netproof.kube.SessionTerms;
import dev.netproof.model.Check;
import dev.netproof.model.CheckResult;
import dev.netproof.model.ClusterIdentity;
import dev.netproof.model.Exit;
import dev.netproof.model.Matrix;
import dev.netproof.model.Report;
import dev.netproof.plan.ClusterFacts;
import dev.netproof.plan.ClusterFacts.Policies;
import dev.netproof.plan.Plan;
import dev.netproof.plan.PlannedCheck;
import dev.netproof.plan.Planner;
import dev.netproof.plan.ProbePod;
import dev.netproof.plan.Refusal;
import dev.netproof.probe.Pace;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs matrices against a cluster, once. Whatever happens, the result is a report and nothing is left in the cluster. */
public final class Runner {
    /** How long probes may outlive the run's own time-out before the kubelet ends them. */
    private static final Duration GRACE = Duration.ofSeconds(30);

    /** How long after its time a run may still look whether the targets are what they were. */
    private static final Duration SECOND_LOOK = Duration.ofSeconds(5);

    private static final Logger LOG = LoggerFactory.getLogger(Runner.class);

    private final Cluster cluster;
    private final RunTerms terms;
    private final Progress progress;
    private final Clock clock;
    private final Interruption interruption = new Interruption();
    private final Asking asking;

    private Optional<ClusterIdentity> identity = Optional.empty();
    private final Set<String> notes = new LinkedHashSet<>();
    private final Scene scene = new Scene();
    private int pods;

    public Runner(Cluster cluster, RunTerms terms, Progress progress, Clock clock) {
        this.cluster = cluster;
        this.terms = terms;
        this.progress = progress;
        this.clock = clock;
        this.asking = new Asking(clock, interruption);
    }

    /** Ends the run early, from any thread: it cleans up and reports what it knows. */
    public void interrupt(Exit exit) {
        interruption.raise(exit);
    }

    /** What a run would do, without doing it. */
    public Plan plan(List<Matrix> matrices) {
        identity = Optional.of(cluster.identity());
        return Planner.plan(matrices, cluster.survey(Planner.namespaces(matrices)), terms.plan());
    }

    public Report run(List<Matrix> matrices) {
        Instant started = clock.instant();
        try {
            return observed(matrices, started);
        } catch (RuntimeException failure) {
            return report(
                    matrices,
                    started,
                    List.of(),
                    Optional.of(breakage(failure)),
                    interruption.exit().orElse(Exit.NOT_JUDGED));
        }
    }

    /** Whatever it was that ended the run, whoever waits for its reports gets them. */
    private static Report.Breakage breakage(RuntimeException failure) {
        if (failure instanceof ClusterTrouble trouble) {
            return new Report.Breakage(
                    Optional.ofNullable(trouble.getMessage()).orElse("the cluster did not do as asked"), trouble.fix());
        }
        LOG.error("the run broke", failure);
        return new Report.Breakage(
                "netproof itself failed: " + failure, "report it, with what NETPROOF_LOG=debug makes it say");
    }

    private Report observed(List<Matrix> matrices, Instant started) {
        Instant end = started.plus(terms.timeout());
        progress.step("asking the cluster who we are");
        ClusterIdentity who = asking.until(end, "asking the cluster who we are", cluster::identity);
        identity = Optional.of(who);
        Set<String> namespaces = Planner.namespaces(matrices);
        progress.step("reading " + namespaces.size() + " namespaces of " + who.context());
        ClusterFacts facts = asking.until(end, "reading what the cluster has", () -> cluster.survey(namespaces));
        Plan plan = Planner.plan(matrices, facts, terms.plan());
        policies(namespaces, end).ifPresent(scene::policies);
        scene.planned(plan, facts);
        if (!plan.refusals().isEmpty()) {
            return refused(matrices, started, plan.refusals());
        }
        matrices.forEach(matrix -> notes.addAll(matrix.warnings()));
        notes.addAll(plan.notes());
        facts.unreadable().forEach(what -> notes.add("not permitted to " + what));
        sweep(namespaces, end);
        if (plan.probes().isEmpty() && plan.controls().isEmpty()) {
            List<CheckResult> results =
                    plan.checks().stream().map(Runner::foregone).toList();
            return report(matrices, started, results, Optional.empty(), ExitRule.of(results));
        }
        return probed(matrices, facts, plan, started);
    }

    private void sweep(Set<String> namespaces, Instant end) {
        Cluster.Cleaning cleaning = asking.until(
                end, "removing what earlier runs left", () -> cluster.clean(namespaces, Cluster.CleanScope.EXPIRED));
        if (cleaning.removed() > 0) {
            notes.add("removed " + cleaning.removed() + " objects that an earlier run left behind");
        }
    }

    private Report probed(List<Matrix> matrices, ClusterFacts facts, Plan plan, Instant started) {
        SecureRandom random = new SecureRandom();
        List<ProbePod> everything = new ArrayList<>(plan.probes());
        everything.addAll(plan.controls());
        SessionTerms session = new SessionTerms(
                hex(random, 4),
                hex(random, 12),
                terms.timeout().plus(GRACE),
                terms.connectTimeout(),
                Pace.of(everything),
                terms.images());
        Instant end = started.plus(terms.timeout());
        List<CheckResult> results;
        Optional<Report.Breakage> breakage;
        try (ProbeSession probes = cluster.open(session)) {
            Probing probing = new Probing(probes, session, terms, progress, interruption, end);
            breakage = watched(probing, matrices, facts, plan, end);
            results = probing.results(breakage);
            scene.ran(probing.ran());
            pods = probing.pods();
            notes.addAll(probing.notes());
            if (breakage.isEmpty()) {
                policies(Planner.namespaces(matrices), end.plus(SECOND_LOOK))
                        .ifPresent(after -> notes.addAll(scene.changes(after)));
            }
            progress.step("removing the probes");
        }
        return report(matrices, started, results, breakage, exit(results, breakage));
    }

    /** What was proved before a run broke stands; but a run that broke conforms to nothing. */
    private Exit exit(List<CheckResult> results, Optional<Report.Breakage> breakage) {
        Exit judged = ExitRule.of(results);
        return interruption.exit().orElse(breakage.isPresent() && judged == Exit.CONFORMS ? Exit.INCONCLUSIVE : judged);
    }

    /** Why the probes were not watched to the end, if they were not. */
    private Optional<Report.Breakage> watched(
            Probing probing, List<Matrix> matrices, ClusterFacts facts, Plan plan, Instant end) {
        Set<String> namespaces = Planner.namespaces(matrices);
        try {
            probing.watch(
                    matrices,
                    facts,
                    plan,
                    () -> asking.until(
                            end.plus(SECOND_LOOK), "looking at the targets again", () -> cluster.pods(namespaces)));
        } catch (RuntimeException failure) {
            return Optional.of(breakage(failure));
        }
        if (interruption.exit().isPresent()) {
            return Optional.of(new Report.Breakage(
                    "the run was " + interruption.exit().get().meaning(), "run it again; what it had seen is below"));
        }
        return probing.isDone()
                ? Optional.empty()
                : Optional.of(new Report.Breakage(
                        "the run's time of " + terms.timeout().toSeconds() + " s was over", "raise --timeout"));
    }

    /** Evidence for readers, which no verdict needs. */
    private Optional<Policies> policies(Set<String> namespaces, Instant end) {
        try {
            return Optional.of(asking.until(end, "reading policies", () -> cluster.policies(namespaces)));
        } catch (ClusterTrouble trouble) {
            notes.add("which policies were in force could not be read: " + trouble.getMessage());
            return Optional.empty();
        }
    }

    private static String hex(SecureRandom random, int bytes) {
        byte[] value = new byte[bytes];
        random.nextBytes(value);
        return HexFormat.of().formatHex(value);
    }

    private static CheckResult foregone(PlannedCheck check) {
        return new CheckResult(
                check.check(), check.foregone().orElseThrow(), List.of(), Duration.ZERO, repeat(check.check()));
    }

    /** The command that tries one check again. */
    static String repeat(Check check) {
        return "netproof run " + check.location().file() + ":"
                + check.location().line();
    }

    private Report refused(List<Matrix> matrices, Instant started, List<Refusal> refusals) {
        String problem = refusals.stream()
                .map(Refusal::problem)
                .reduce((a, b) -> a + "\n" + b)
                .orElse("");
        String fix = refusals.stream()
                .map(Refusal::fix)
                .distinct()
                .reduce((a, b) -> a + "; " + b)
                .orElse("");
        Exit exit = refusals.stream().anyMatch(r -> r.exit() == Exit.BAD_INPUT) ? Exit.BAD_INPUT : Exit.NOT_JUDGED;
        return report(matrices, started, List.of(), Optional.of(new Report.Breakage(problem, fix)), exit);
    }

    private Report report(
            List<Matrix> matrices,
            Instant started,
            List<CheckResult> results,
            Optional<Report.Breakage> breakage,
            Exit exit) {
        return new Report(
                terms.tool(),
                identity,
                started,
                clock.instant(),
                matrices,
                scene.circumstances(),
                results,
                List.copyOf(notes),
                breakage,
                new Report.Costs(pods, cluster.requests()),
                exit);
    }
}
