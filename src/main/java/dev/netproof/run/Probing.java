package dev.netproof.run;

import dev.netproof.evidence.EvidenceCollector;
import dev.netproof.evidence.EvidenceStore;
import dev.netproof.evidence.HostAddresses;
import dev.netproof.evidence.ProbeEvent;
import dev.netproof.evidence.Route;
import dev.netproof.judge.Convergence;
import dev.netproof.judge.ConvergenceTerms;
import dev.netproof.kube.ClusterTrouble;
import dev.netproof.kube.SessionTerms;
import dev.netproof.kube.Testbed;
import dev.netproof.model.CheckResult;
import dev.netproof.model.Circumstances;
import dev.netproof.model.Matrix;
import dev.netproof.model.Report;
import dev.netproof.model.Verdict;
import dev.netproof.model.Verdict.Status;
import dev.netproof.plan.Attempt;
import dev.netproof.plan.Backend;
import dev.netproof.plan.ClusterFacts;
import dev.netproof.plan.Plan;
import dev.netproof.plan.PlannedCheck;
import dev.netproof.plan.PlannedPath;
import dev.netproof.plan.Planner;
import dev.netproof.plan.ProbePod;
import dev.netproof.plan.WitnessNeeds;
import dev.netproof.probe.AttemptResult;
import dev.netproof.probe.ProbeFact;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/** One session of probes, from their launch until every check is decided. Single-threaded: it lives off the session's events. */
final class Probing {
    /** How long outside names may take to resolve before the sources go ahead without. */
    private static final Duration CONTROL_START = Duration.ofSeconds(20);

    /** How long past its deadline a check waits for a control that is under way. */
    private static final Duration LATE_ANSWER = Duration.ofSeconds(5);

    /** Probes that are started together begin their first rounds within this time. */
    private static final Duration TOGETHER = Duration.ofMillis(700);

    private final Testbed session;
    private final PathWitnesses witnesses;
    private final SessionTerms sessionTerms;
    private final RunTerms terms;
    private final Progress progress;
    private final Interruption interruption;
    private final Instant end;
    private final Measuring measuring;

    private final EvidenceStore evidence = new EvidenceStore();
    private final EvidenceCollector collector;
    private final OwnNamespace namespace;
    private final Map<String, ProbePod> probes = new LinkedHashMap<>();
    private final Set<String> asked = new HashSet<>();
    private final Set<String> explainers = new HashSet<>();
    private final Set<String> notes = new LinkedHashSet<>();
    private final IdentityHashMap<PlannedCheck, CheckResult> decided = new IdentityHashMap<>();
    private final Map<String, ProbeEvent.Started> running = new HashMap<>();
    private Optional<Convergence> convergence = Optional.empty();
    private Plan plan = new Plan(List.of(), List.of(), List.of(), List.of(), List.of());
    private Instant launched = Instant.MAX;
    private Optional<Map<String, Duration>> heard = Optional.empty();
    private Duration settle;

    /** Looks, beside the probes, how long rules take to arrive. */
    interface Measuring {
        /** The first probes have been asked for: whatever begins earlier keeps them waiting. */
        void begin();

        /** How long rules take to arrive, by node, once somebody has seen that. */
        Optional<Map<String, Duration>> arrivals();
    }

    Probing(
            Testbed session,
            OwnNamespace namespace,
            SessionTerms sessionTerms,
            RunTerms terms,
            Progress progress,
            Interruption interruption,
            Instant end,
            Measuring measuring) {
        this.measuring = measuring;
        this.settle = terms.convergence().settle();
        this.session = session;
        this.sessionTerms = sessionTerms;
        this.collector = new EvidenceCollector(evidence, sessionTerms.nonce(), sessionTerms.connectTimeout());
        this.witnesses = new PathWitnesses(session, namespace, evidence, collector);
        this.namespace = namespace;
        this.terms = terms;
        this.progress = progress;
        this.interruption = interruption;
        this.end = end;
    }

    int pods() {
        return probes.size() + witnesses.pods();
    }

    Set<String> notes() {
        Set<String> all = new LinkedHashSet<>(notes);
        all.addAll(witnesses.notes());
        return all;
    }

    /** The probes that started, in the order of the plan. */
    List<Circumstances.Probe> ran() {
        List<Circumstances.Probe> ran = new ArrayList<>();
        probes.forEach((id, probe) -> {
            ProbeEvent.Started started = running.get(id);
            if (started != null) {
                ProbeEvent.Instance instance = started.instance();
                ran.add(new Circumstances.Probe(
                        probe.source(),
                        probe.namespace(),
                        started.pod(),
                        instance.ip(),
                        started.node(),
                        instance.labels(),
                        instance.serviceAccount(),
                        instance.image(),
                        instance.digest()));
            }
        });
        return ran;
    }

    /**
     * Starts the probes and watches them until every check is decided or the run ends; whatever becomes of that, {@link #results}
     * tells what is known.
     *
     * @param again reads the pods once more, to see whether targets are what they were
     */
    void watch(List<Matrix> matrices, ClusterFacts facts, Plan first, Supplier<List<ClusterFacts.Pod>> again) {
        Plan planned = first;
        if (!first.controls().isEmpty()) {
            planned = controlled(matrices, facts, first);
        }
        evidence.expect(planned);
        Convergence watching = new Convergence(
                evidence, terms.convergence().at(sessionTerms.pace().round(), sessionTerms.connectTimeout()));
        convergence = Optional.of(watching);
        plan = planned;
        launched = session.now();
        progress.step("starting " + planned.probes().size() + (planned.probes().size() == 1 ? " probe" : " probes"));
        launch(planned.probes());
        witnesses.prepare(WitnessNeeds.sure(planned));
        watch(planned, watching);
        verify(planned, again, watching);
    }

    /** The plan with outside names resolved by controls; the same without controls where they have no place. */
    private Plan controlled(List<Matrix> matrices, ClusterFacts facts, Plan first) {
        Optional<String> place = namespace.place();
        if (place.isEmpty()) {
            notes.add(
                    "no control for outside addresses: " + namespace.refusal().orElse("no namespace for it")
                            + "; permit netproof to create namespaces, or name one without egress policies: --control-namespace");
            return new Plan(first.probes(), List.of(), first.checks(), List.of(), first.notes());
        }
        notes.add("the control for outside addresses ran in namespace " + place.get()
                + (namespace.isNamed() ? " (--control-namespace)" : ", which the run made for it"));
        progress.step("starting a control in namespace " + place.get());
        evidence.expect(first);
        launch(first.controls());
        Map<String, List<String>> addresses = resolved(first.controls());
        Plan second = Planner.plan(matrices, facts, terms.plan().resolved(addresses));
        return new Plan(second.probes(), first.controls(), second.checks(), List.of(), second.notes());
    }

    /** Whether every check was decided. */
    boolean isDone() {
        return decided.size() == plan.checks().size();
    }

    /**
     * One result for each check, in the order of the plan; none when no plan was made.
     *
     * @param ending why checks were left undecided
     */
    List<CheckResult> results(Optional<Report.Breakage> ending) {
        List<CheckResult> results = new ArrayList<>();
        for (PlannedCheck check : plan.checks()) {
            results.add(Optional.ofNullable(decided.get(check)).orElseGet(() -> undecided(check, ending)));
        }
        collector.starvation().forEach((id, how) -> notes.add("the probe of " + source(id) + " " + how));
        return results;
    }

    private String source(String probe) {
        return Optional.ofNullable(probes.get(probe)).map(ProbePod::source).orElse(probe);
    }

    private void launch(List<ProbePod> pods) {
        boolean first = probes.isEmpty();
        for (ProbePod pod : pods) {
            probes.put(pod.id(), pod);
            collector.listen(pod);
        }
        session.launch(pods);
        if (first) {
            measuring.begin();
        }
    }

    /**
     * Waits until the controls have reached every outside name, for some rounds at most, and says what the names resolved to. More
     * than one round, because a fresh pod may be denied until its rules have arrived.
     */
    private Map<String, List<String>> resolved(List<ProbePod> controls) {
        HostAddresses hosts = new HostAddresses();
        Set<String> waiting = new HashSet<>();
        controls.forEach(control -> waiting.add(control.id()));
        Map<String, Integer> rounds = new HashMap<>();
        Instant deadline = session.now().plus(CONTROL_START);
        while (!waiting.isEmpty() && !ended() && session.now().isBefore(deadline)) {
            Optional<ProbeEvent> event = session.next(session.now().plus(PendingChecks.TICK));
            if (event.isEmpty()) {
                continue;
            }
            if (event.get() instanceof ProbeEvent.Lost lost) {
                waiting.remove(lost.probe());
                notes.add("no control for outside addresses: " + lost.why());
            }
            List<ProbeFact> facts = handle(event.get());
            if (!EvidenceCollector.isCountedRound(facts) || !(event.get() instanceof ProbeEvent.Line line)) {
                continue;
            }
            List<Attempt.ByName> names = new ArrayList<>();
            for (ProbeFact fact : facts) {
                if (fact instanceof ProbeFact.Attempted attempted
                        && attempt(line.probe(), attempted.reading()) instanceof Attempt.ByName name) {
                    hosts.heard(name, attempted.reading());
                    names.add(name);
                }
            }
            boolean clear = names.stream().allMatch(name -> hosts.isNowhere(name) || hosts.isFound(name));
            if (rounds.merge(line.probe(), 1, Integer::sum)
                            >= terms.convergence().stable()
                    || clear) {
                waiting.remove(line.probe());
            }
        }
        notes.addAll(hosts.notes());
        return hosts.addresses();
    }

    private Attempt attempt(String probe, AttemptResult reading) {
        return java.util.Objects.requireNonNull(probes.get(probe)).attempts().get(reading.attempt());
    }

    private boolean ended() {
        return interruption.exit().isPresent() || !session.now().isBefore(end);
    }

    private void watch(Plan plan, Convergence watching) {
        PendingChecks pending = new PendingChecks(
                watching, evidence, launched, launched.plus(terms.convergence().deadline()));
        for (PlannedCheck check : plan.checks()) {
            if (check.foregone().isPresent()) {
                decided.put(check, watching.conclude(check, launched, launched, Runner.repeat(check.check())));
            } else {
                pending.add(check);
            }
        }
        while (!pending.isEmpty() && !ended()) {
            session.next(earlier(session.now().plus(PendingChecks.TICK), end)).ifPresent(event -> note(event, pending));
            Instant now = session.now();
            if (pending.isSweepDue(now)) {
                hear(watching);
                collector.lookForStarving(now, sessionTerms.pace().round());
                pending.sweep(now);
            }
            if (pending.isDue()) {
                judge(pending, watching, now);
            }
        }
    }

    private void note(ProbeEvent event, PendingChecks pending) {
        boolean round = EvidenceCollector.isCountedRound(handle(event));
        if (round && event instanceof ProbeEvent.Line line) {
            pending.spoke(line.probe());
        } else if (event instanceof ProbeEvent.Lost lost) {
            pending.lost(lost.probe());
        }
    }

    private void judge(PendingChecks pending, Convergence watching, Instant now) {
        for (PlannedCheck check : pending.look()) {
            if (isDecided(check, watching, now)) {
                CheckResult result = watching.conclude(check, launched, now, Runner.repeat(check.check()));
                decided.put(check, result);
                pending.decided(check);
                progress.judged(result);
            }
        }
        progress.decided(decided.size(), plan.checks().size(), left(now, earlier(pending.latest(), end)));
        // Of the others nothing is new; whatever time brings about is seen in the next sweep.
        for (Backend backend : watching.wanted(pending.undecided())) {
            if (asked.add(backend.key())) {
                session.ask(backend);
            }
        }
        witnesses.want(watching.unwitnessed(
                pending.undecided(), now.minus(sessionTerms.connectTimeout()).minus(TOGETHER)));
        watching.unexplained(pending.refusable()).forEach((probe, explainer) -> {
            pending.explainer(probe, explainer.id());
            explain(explainer);
        });
        pending.done();
    }

    /** Gives pods as long to settle as rules were seen to take. */
    private void hear(Convergence watching) {
        if (heard.isPresent()) {
            return;
        }
        heard = measuring.arrivals();
        if (heard.isEmpty()) {
            return;
        }
        Duration before = terms.convergence().settle();
        Duration round = sessionTerms.pace().round();
        Duration timeout = sessionTerms.connectTimeout();
        // That nothing was measured is news too: what is seen of a fresh pod is believed once that is known.
        ConvergenceTerms after = heard.get().values().stream()
                .max(Comparator.naturalOrder())
                .map(longest -> terms.convergence().arriving(longest, round, timeout))
                .orElseGet(() -> terms.convergence().at(round, timeout));
        settle = after.settle();
        watching.arrived(heard.get(), after);
        new TreeMap<>(heard.get()).forEach((node, time) -> {
            if (time.plus(sessionTerms.pace().round()).compareTo(before) > 0) {
                notes.add("rules took " + seconds(time) + " to arrive on " + node + ": pods were given "
                        + seconds(settle) + " to settle instead of " + seconds(before));
            }
        });
    }

    /** How long pods were given to settle. */
    Duration settle() {
        return settle;
    }

    private static String seconds(Duration time) {
        return String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1000.0);
    }

    /** It costs one more pod for a source that is refused, and explains; without it everything else goes on. */
    private void explain(ProbePod explainer) {
        explainers.add(explainer.id());
        try {
            launch(List.of(explainer));
        } catch (ClusterTrouble trouble) {
            evidence.lost(explainer.id(), String.valueOf(trouble.getMessage()), trouble.fix());
        }
    }

    private static Duration left(Instant now, Instant latest) {
        return now.isBefore(latest) ? Duration.between(now, latest) : Duration.ZERO;
    }

    private static Instant earlier(Instant a, Instant b) {
        return a.isBefore(b) ? a : b;
    }

    private boolean isDecided(PlannedCheck check, Convergence watching, Instant now) {
        Instant deadline = watching.deadline(check, launched);
        if (watching.hopeless(check)) {
            return true;
        }
        if (watching.matches(check)) {
            // What is seen of a fresh pod is believed once it is known how long its rules take.
            if (heard.isEmpty() && now.isBefore(deadline)) {
                return false;
            }
            return !watching.awaitsExplanation(check) || !now.isBefore(deadline);
        }
        return !watching.waitsForProbe(check)
                && !now.isBefore(waitsForAnswer(check) ? deadline.plus(LATE_ANSWER) : deadline);
    }

    /** Whether it has been asked, and not yet been said, that one of the check's backends listens. */
    private boolean waitsForAnswer(PlannedCheck check) {
        return check.paths().stream()
                .flatMap(planned -> planned.backends().stream())
                .anyMatch(backend -> asked.contains(backend.key()));
    }

    /** Takes in what happened; a probe's line may complete a round, and what it showed comes back. */
    private List<ProbeFact> handle(ProbeEvent event) {
        List<ProbeFact> facts = collector.accept(event);
        witnesses.notice(event);
        if (event instanceof ProbeEvent.Started started) {
            running.put(started.probe(), started);
            witnesses.want(waysToPrepared(started.probe()));
        } else if (event instanceof ProbeEvent.Lost lost && explainers.contains(lost.probe())) {
            notes.add("who refuses the connections of " + source(lost.probe())
                    + " could not be told, because the probe that sees it (image of --netshoot-image) was lost: "
                    + lost.why());
        } else if (event instanceof ProbeEvent.Answered answered) {
            asked.remove(answered.backend().key());
        }
        return facts;
    }

    /** The ways of a probe to nodes on which a witness waits. */
    private Set<Route> waysToPrepared(String probe) {
        Set<Route> ways = new LinkedHashSet<>();
        for (PlannedCheck check : plan.checks()) {
            if (check.check().expectation().forbids()) {
                check.paths().stream()
                        .filter(planned -> planned.probe().equals(probe))
                        .flatMap(planned -> planned.backends().stream())
                        .flatMap(backend -> evidence.route(probe, backend).stream())
                        .filter(route -> witnesses.isPrepared(route.to()))
                        .forEach(ways::add);
            }
        }
        return ways;
    }

    /** A denial counts only if the target it was counted on is still the one that was there at the start. */
    private void verify(Plan plan, Supplier<List<ClusterFacts.Pod>> again, Convergence watching) {
        if (interruption.exit().isPresent()) {
            return;
        }
        List<ClusterFacts.Pod> after;
        try {
            after = again.get();
        } catch (ClusterTrouble trouble) {
            notes.add("the targets could not be looked at again after probing: " + trouble.getMessage());
            return;
        }
        Map<String, ClusterFacts.Pod> pods = new HashMap<>();
        after.forEach(pod -> pods.put(pod.uid(), pod));
        for (PlannedCheck check : plan.checks()) {
            boolean changed = false;
            for (PlannedPath planned : check.paths()) {
                for (Backend backend : planned.backends()) {
                    Optional<String> how = backend.pod().flatMap(pod -> change(pod, pods.get(pod.uid())));
                    how.ifPresent(text -> evidence.targetChanged(backend, text));
                    changed |= how.isPresent();
                }
            }
            CheckResult result = decided.get(check);
            boolean passed = result != null && result.verdict().status() == Status.PASS;
            if (result != null && check.foregone().isEmpty() && (changed || (passed && watching.reopened(check)))) {
                decided.put(check, watching.conclude(check, launched, session.now(), Runner.repeat(check.check())));
            }
        }
    }

    private static Optional<String> change(
            Backend.TargetPod before, ClusterFacts.@org.jspecify.annotations.Nullable Pod after) {
        if (after == null) {
            return Optional.of("pod " + before.name() + " is gone");
        }
        if (after.restarts() != before.restarts()) {
            return Optional.of("pod " + before.name() + " restarted");
        }
        // One that terminated and still served when the run began was not ready then either.
        return after.readiness() == ClusterFacts.Readiness.READY || after.readiness() == before.readiness()
                ? Optional.empty()
                : Optional.of("pod " + before.name() + " is no longer ready");
    }

    private CheckResult undecided(PlannedCheck check, Optional<Report.Breakage> ending) {
        String repeat = Runner.repeat(check.check());
        CheckResult known = convergence.orElseThrow().conclude(check, launched, session.now(), repeat);
        Verdict verdict = check.foregone()
                .orElseGet(() -> Convergence.cutShort(
                        ending.map(Report.Breakage::problem).orElse("the run was over"),
                        ending.map(Report.Breakage::fix).orElse("run it again")));
        return new CheckResult(check.check(), verdict, known.paths(), known.elapsed(), repeat);
    }
}
