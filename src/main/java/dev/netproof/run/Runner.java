package dev.netproof.run;

import dev.netproof.enforce.NodeChoice;
import dev.netproof.judge.ExitRule;
import dev.netproof.kube.Cluster;
import dev.netproof.kube.ClusterTrouble;
import dev.netproof.kube.SessionTerms;
import dev.netproof.kube.Testbed;
import dev.netproof.model.Check;
import dev.netproof.model.CheckResult;
import dev.netproof.model.ClusterIdentity;
import dev.netproof.model.Enforcement;
import dev.netproof.model.Enforcement.Metric;
import dev.netproof.model.Exit;
import dev.netproof.model.Matrix;
import dev.netproof.model.Report;
import dev.netproof.plan.Backend.TargetPod;
import dev.netproof.plan.ClusterFacts;
import dev.netproof.plan.ClusterFacts.Policies;
import dev.netproof.plan.Plan;
import dev.netproof.plan.PlanTerms;
import dev.netproof.plan.PlannedCheck;
import dev.netproof.plan.Planner;
import dev.netproof.plan.ProbePod;
import dev.netproof.plan.Refusal;
import dev.netproof.probe.Pace;
import dev.netproof.run.RunTerms.Beside;
import dev.netproof.text.ShellWord;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs matrices against a cluster, once. Whatever happens, the result is a report and nothing is left in the cluster. */
public final class Runner {
    /** How long probes may outlive the run's own time-out before the kubelet ends them. */
    private static final Duration GRACE = Duration.ofSeconds(30);

    /** How long after its time a run may still look whether the targets are what they were. */
    private static final Duration SECOND_LOOK = Duration.ofSeconds(5);

    /** Nodes that the canary looks at, at most: it is a sample beside the matrix, and each costs some pods. */
    private static final int CANARIES = 4;

    private static final Logger LOG = LoggerFactory.getLogger(Runner.class);

    private final Cluster cluster;
    private final RunTerms terms;
    private final Progress progress;
    private final Clock clock;
    private final Interruption interruption = new Interruption();
    private final DeadlineCall deadlineCall;
    private final Canary canary;
    private volatile Optional<Canary.Watch> looking = Optional.empty();
    private Optional<Enforcement> enforcement = Optional.empty();

    private Optional<ClusterIdentity> identity = Optional.empty();
    private final Set<String> notes = new LinkedHashSet<>();
    private final RunCircumstances circumstances = new RunCircumstances();
    private int pods;
    private Duration settle;

    public Runner(Cluster cluster, RunTerms terms, Progress progress, Clock clock) {
        this(
                cluster,
                terms,
                progress,
                clock,
                terms.beside() == Beside.CANARY ? new EnforcementCanary(cluster, terms, clock) : Canary.NONE);
    }

    Runner(Cluster cluster, RunTerms terms, Progress progress, Clock clock, Canary canary) {
        this.canary = canary;
        this.cluster = cluster;
        this.terms = terms;
        this.settle = terms.convergence().settle();
        this.progress = progress;
        this.clock = clock;
        this.deadlineCall = new DeadlineCall(clock, interruption);
    }

    /** Ends the run early, from any thread: it cleans up and reports what it knows. */
    public void interrupt(Exit exit) {
        interruption.raise(exit);
        looking.ifPresent(watch -> watch.interrupt(exit));
    }

    /** What a run would do, without doing it. */
    public Plan plan(List<Matrix> matrices) {
        identity = Optional.of(cluster.identity());
        return Planner.plan(matrices, read(Planner.namespaces(matrices)).facts(), terms.plan());
    }

    /** @param trouble why the policies are not known, if they are not */
    private record Readings(ClusterFacts facts, Optional<ClusterTrouble> trouble) {}

    /** Facts and policies at once. Without the policies a run goes on: it then tells the pods of a source apart by every label. */
    private Readings read(Set<String> namespaces) {
        CompletableFuture<Policies> policies = CompletableFuture.supplyAsync(() -> cluster.policies(namespaces));
        ClusterFacts facts = cluster.survey(namespaces);
        try {
            return new Readings(facts.with(policies.join()), Optional.empty());
        } catch (CompletionException e) {
            if (e.getCause() instanceof ClusterTrouble trouble) {
                return new Readings(facts.with(Policies.UNKNOWN), Optional.of(trouble));
            }
            throw e;
        }
    }

    public Report run(List<Matrix> matrices) {
        RunScope scope = RunScope.of(hex(4), matrices, clock.instant(), terms.timeout());
        Ending ending;
        try {
            ending = observed(scope);
        } catch (RuntimeException | OutOfMemoryError | StackOverflowError failure) {
            ending = new Ending(
                    List.of(),
                    Optional.of(breakage(failure)),
                    interruption.exit().orElse(Exit.NOT_JUDGED));
        }
        return report(scope, ending);
    }

    /** What a run comes to. */
    private record Ending(List<CheckResult> results, Optional<Report.Breakage> breakage, Exit exit) {}

    /** Why the run ended early: every failure ends in a report. */
    private static Report.Breakage breakage(Throwable failure) {
        if (failure instanceof ClusterTrouble trouble) {
            return new Report.Breakage(
                    Optional.ofNullable(trouble.getMessage()).orElse("the cluster refused a request"), trouble.fix());
        }
        if (failure instanceof OutOfMemoryError) {
            return new Report.Breakage(
                    "netproof ran out of memory",
                    "give it more (NETPROOF_JAVA_OPTS=-Xmx2g, or a larger limit for its container), or run fewer checks at"
                            + " once");
        }
        LOG.error("the run broke", failure);
        return new Report.Breakage(
                "netproof failed: " + failure, "this is a bug; please report it with the output of NETPROOF_LOG=debug");
    }

    private Ending observed(RunScope scope) {
        progress.step("identifying the user");
        ClusterIdentity who = deadlineCall.until(scope.end(), "identifying the user", cluster::identity);
        identity = Optional.of(who);
        who.caveat().ifPresent(notes::add);
        progress.step("reading " + scope.namespaces().size() + " namespaces of " + who.context());
        Testbed testbed = cluster.testbed(new SessionTerms(
                scope.id(), hex(12), terms.timeout().plus(GRACE), terms.connectTimeout(), terms.images()));
        OwnNamespace place = new OwnNamespace(
                testbed,
                deadlineCall,
                scope.end(),
                testbed.namespaceName("netproof-" + scope.id()),
                terms.plan().controlNamespace());
        try {
            return planned(scope, place);
        } finally {
            // The canary works in the namespace, so it ends first.
            looking.ifPresent(watch -> watch.interrupt(Exit.NOT_JUDGED));
            hear();
            place.close();
            notes.addAll(place.remaining());
        }
    }

    private Ending planned(RunScope scope, OwnNamespace place) {
        PlanTerms planning = terms.plan().controlledFrom(place.name());
        Readings readings = deadlineCall.until(scope.end(), "reading the cluster", () -> read(scope.namespaces()));
        ClusterFacts facts = readings.facts();
        readings.trouble().ifPresent(this::withoutPolicies);
        circumstances.policies(facts.policies());
        Plan plan = Planner.plan(scope.matrices(), facts, planning);
        circumstances.planned(plan, facts);
        if (!plan.refusals().isEmpty()) {
            return refused(plan.refusals());
        }
        scope.matrices().forEach(matrix -> notes.addAll(matrix.warnings()));
        notes.addAll(plan.notes());
        facts.unreadable().forEach(what -> notes.add("not permitted to " + what));
        notes.addAll(facts.lookalikes());
        sweep(scope);
        if (plan.probes().isEmpty() && plan.controls().isEmpty()) {
            List<CheckResult> results =
                    plan.checks().stream().map(Runner::foregone).toList();
            return new Ending(results, Optional.empty(), ExitRule.of(results));
        }
        return probed(scope, facts, plan, place, terms.planning(planning));
    }

    private void sweep(RunScope scope) {
        Cluster.Cleaning cleaning = deadlineCall.until(
                scope.end(),
                "removing what earlier runs left",
                () -> cluster.clean(scope.namespaces(), Cluster.CleanScope.EXPIRED));
        if (cleaning.removed() > 0) {
            notes.add("removed " + cleaning.removed() + " objects that an earlier run left behind");
        }
        cleaning.remaining().forEach(why -> notes.add("could not remove leftovers of an earlier check: " + why));
        notes.addAll(cleaning.foreign());
    }

    private Ending probed(RunScope scope, ClusterFacts facts, Plan plan, OwnNamespace place, RunTerms planning) {
        List<ProbePod> everything = new ArrayList<>(plan.probes());
        everything.addAll(plan.controls());
        SessionTerms session = new SessionTerms(
                scope.id(),
                hex(12),
                terms.timeout().plus(GRACE),
                terms.connectTimeout(),
                Pace.of(everything),
                terms.images());
        List<CheckResult> results;
        Optional<Report.Breakage> breakage;
        Testbed opened = cluster.testbed(session);
        try (Testbed probes = opened) {
            Probing probing = new Probing(
                    probes, place, session, planning, progress, interruption, scope.end(), new Probing.Measuring() {
                        @Override
                        public void begin() {
                            look(nodes(plan, facts), scope.end(), place);
                        }

                        @Override
                        public Optional<Map<String, Duration>> arrivals() {
                            return looking.map(Canary.Watch::arrivals).orElse(Optional.of(Map.of()));
                        }
                    });
            breakage = watched(probing, scope, facts, plan);
            results = probing.results(breakage);
            circumstances.ran(probing.ran());
            pods = probing.pods();
            settle = probing.settle();
            notes.addAll(probing.notes());
            if (breakage.isEmpty()) {
                policies(scope.namespaces(), scope.end().plus(SECOND_LOOK))
                        .ifPresent(after -> notes.addAll(circumstances.changes(after)));
            }
            progress.step("removing the probes");
        }
        notes.addAll(opened.remaining());
        if (looking.isPresent()) {
            progress.step("waiting for the canary");
        }
        hear();
        return new Ending(results, breakage, exit(results, breakage));
    }

    private void look(NodeChoice nodes, Instant end, OwnNamespace place) {
        looking = canary.begin(nodes, Duration.between(clock.instant(), end), place.lent());
        // An interruption of a moment ago knew of no canary.
        interruption.exit().ifPresent(exit -> looking.ifPresent(watch -> watch.interrupt(exit)));
    }

    /** The nodes that the run uses, as far as they are known beforehand: those of targets, and of probes that are bound to a node. */
    private static NodeChoice nodes(Plan plan, ClusterFacts facts) {
        Set<String> used = new TreeSet<>();
        plan.checks().stream()
                .flatMap(check -> check.paths().stream())
                .flatMap(planned -> planned.backends().stream())
                .forEach(backend -> backend.pod().flatMap(TargetPod::node).ifPresent(used::add));
        boolean anywhere = false;
        for (ProbePod probe : plan.probes()) {
            probe.node().ifPresent(used::add);
            anywhere |= probe.node().isEmpty();
        }
        if (anywhere && facts.nodes().size() <= CANARIES) {
            facts.nodes().forEach(node -> used.add(node.name()));
        }
        return used.isEmpty()
                ? new NodeChoice.Some(CANARIES)
                : new NodeChoice.Named(used.stream().limit(CANARIES).toList());
    }

    /** Waits for the canary and adds what it found; once. */
    private void hear() {
        Optional<Canary.Watch> watch = looking;
        looking = Optional.empty();
        if (watch.isEmpty()) {
            return;
        }
        Report found = watch.get().found();
        pods += found.costs().probePods();
        enforcement = found.enforcement();
        if (enforcement.isEmpty()) {
            notes.add("the canary did not check whether the nodes enforce policies: "
                    + found.breakage()
                            .map(why -> why.problem() + "; " + why.fix())
                            .orElse("nothing was found")
                    + " (--no-canary skips it)");
        }
        found.notes().stream().filter(note -> !notes.contains(note)).forEach(note -> notes.add("canary: " + note));
        enforcement.stream()
                .flatMap(one -> one.measures().stream())
                .filter(one -> one.metric() == Metric.TIME_TO_DENY)
                .filter(one -> one.max().compareTo(settle) > 0)
                .forEach(one -> notes.add("rules took " + seconds(one.max()) + " s to arrive on " + one.node()
                        + ", longer than pods were given to settle ("
                        + seconds(settle)
                        + " s): run again with --settle " + (one.max().toSeconds() + 1) + "s"));
    }

    private static String seconds(Duration time) {
        return String.format(java.util.Locale.ROOT, "%.1f", time.toMillis() / 1000.0);
    }

    /** What was proved before a run broke still counts; but a run that broke never conforms. */
    private Exit exit(List<CheckResult> results, Optional<Report.Breakage> breakage) {
        Exit judged = ExitRule.of(results, enforcement.map(Enforcement::verdict));
        return interruption.exit().orElse(breakage.isPresent() && judged == Exit.CONFORMS ? Exit.INCONCLUSIVE : judged);
    }

    /** Why the probes were not watched to the end, if they were not. */
    private Optional<Report.Breakage> watched(Probing probing, RunScope scope, ClusterFacts facts, Plan plan) {
        try {
            probing.watch(
                    scope.matrices(),
                    facts,
                    plan,
                    () -> deadlineCall.until(
                            scope.end().plus(SECOND_LOOK),
                            "reading the targets again",
                            () -> cluster.pods(scope.namespaces())));
        } catch (RuntimeException | OutOfMemoryError | StackOverflowError failure) {
            return Optional.of(breakage(failure));
        }
        if (interruption.exit().isPresent()) {
            return Optional.of(new Report.Breakage(
                    "the run was " + interruption.exit().get().meaning(),
                    "run it again; the results so far are below"));
        }
        return probing.isDone()
                ? Optional.empty()
                : Optional.of(new Report.Breakage(
                        "the run exceeded --timeout (" + terms.timeout().toSeconds() + " s)", "raise --timeout"));
    }

    /** Evidence for readers, which no verdict needs. */
    private Optional<Policies> policies(Set<String> namespaces, Instant end) {
        try {
            return Optional.of(deadlineCall.until(end, "reading policies", () -> cluster.policies(namespaces)));
        } catch (ClusterTrouble trouble) {
            withoutPolicies(trouble);
            return Optional.empty();
        }
    }

    private void withoutPolicies(ClusterTrouble trouble) {
        notes.add("could not read which policies apply: " + trouble.getMessage());
    }

    private static String hex(int bytes) {
        byte[] value = new byte[bytes];
        new SecureRandom().nextBytes(value);
        return HexFormat.of().formatHex(value);
    }

    private static CheckResult foregone(PlannedCheck check) {
        return new CheckResult(
                check.check(), check.foregone().orElseThrow(), List.of(), Duration.ZERO, repeat(check.check()));
    }

    /** The command that tries one check again. */
    static String repeat(Check check) {
        return "netproof run "
                + ShellWord.ofFile(
                        check.location().file() + ":" + check.location().line());
    }

    private static Ending refused(List<Refusal> refusals) {
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
        return new Ending(List.of(), Optional.of(new Report.Breakage(problem, fix)), exit);
    }

    private Report report(RunScope scope, Ending ending) {
        return new Report(
                terms.tool(),
                identity,
                scope.started(),
                clock.instant(),
                scope.matrices(),
                circumstances.circumstances(),
                ending.results(),
                enforcement,
                List.copyOf(notes),
                ending.breakage(),
                new Report.Costs(pods, cluster.requests()),
                ending.exit());
    }
}
