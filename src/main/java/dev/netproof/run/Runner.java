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

/** Runs matrices against a cluster, once. Whatever happens, the result is a report and nothing is left in the cluster. */
public final class Runner {
    /** How long probes may outlive the run's own time-out before the kubelet ends them. */
    private static final Duration GRACE = Duration.ofSeconds(60);

    private final Cluster cluster;
    private final RunTerms terms;
    private final Progress progress;
    private final Clock clock;
    private final Interruption interruption = new Interruption();

    private Optional<ClusterIdentity> identity = Optional.empty();
    private final Set<String> notes = new LinkedHashSet<>();
    private final Scene scene = new Scene();
    private int pods;

    public Runner(Cluster cluster, RunTerms terms, Progress progress, Clock clock) {
        this.cluster = cluster;
        this.terms = terms;
        this.progress = progress;
        this.clock = clock;
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
        } catch (ClusterTrouble trouble) {
            return broken(matrices, started, trouble);
        }
    }

    private Report observed(List<Matrix> matrices, Instant started) {
        progress.step("asking the cluster who we are");
        ClusterIdentity who = cluster.identity();
        identity = Optional.of(who);
        Set<String> namespaces = Planner.namespaces(matrices);
        progress.step("reading " + namespaces.size() + " namespaces of " + who.context());
        ClusterFacts facts = cluster.survey(namespaces);
        Plan plan = Planner.plan(matrices, facts, terms.plan());
        policies(namespaces).ifPresent(scene::policies);
        scene.planned(plan, facts);
        if (!plan.refusals().isEmpty()) {
            return refused(matrices, started, plan.refusals());
        }
        notes.addAll(plan.notes());
        facts.unreadable().forEach(what -> notes.add("not permitted to " + what));
        sweep(namespaces);
        List<CheckResult> results;
        if (plan.probes().isEmpty() && plan.controls().isEmpty()) {
            results = new ArrayList<>();
            for (PlannedCheck check : plan.checks()) {
                results.add(foregone(check));
            }
        } else {
            results = probed(matrices, facts, plan, started);
        }
        Exit exit = interruption.exit().orElseGet(() -> ExitRule.of(results));
        Optional<Report.Breakage> breakage = interruption
                .exit()
                .map(e -> new Report.Breakage("the run was " + e.meaning(), "run it again; what it had seen is below"));
        return report(matrices, started, results, breakage, exit);
    }

    private void sweep(Set<String> namespaces) {
        Cluster.Cleaning cleaning = cluster.clean(namespaces, Cluster.CleanScope.EXPIRED);
        if (cleaning.removed() > 0) {
            notes.add("removed " + cleaning.removed() + " objects that an earlier run left behind");
        }
    }

    private List<CheckResult> probed(List<Matrix> matrices, ClusterFacts facts, Plan plan, Instant started) {
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
        try (ProbeSession probes = cluster.open(session)) {
            Probing probing =
                    new Probing(probes, session, terms, progress, interruption, started.plus(terms.timeout()));
            List<CheckResult> results =
                    probing.results(matrices, facts, plan, () -> cluster.pods(Planner.namespaces(matrices)));
            scene.ran(probing.ran());
            pods = probing.pods();
            notes.addAll(probing.notes());
            policies(Planner.namespaces(matrices)).ifPresent(after -> notes.addAll(scene.changes(after)));
            progress.step("removing the probes");
            return results;
        }
    }

    /** Evidence for readers, which no verdict needs. */
    private Optional<Policies> policies(Set<String> namespaces) {
        try {
            return Optional.of(cluster.policies(namespaces));
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

    private Report broken(List<Matrix> matrices, Instant started, ClusterTrouble trouble) {
        String problem = Optional.ofNullable(trouble.getMessage()).orElse("the cluster did not do as asked");
        return report(
                matrices,
                started,
                List.of(),
                Optional.of(new Report.Breakage(problem, trouble.fix())),
                interruption.exit().orElse(Exit.NOT_JUDGED));
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
