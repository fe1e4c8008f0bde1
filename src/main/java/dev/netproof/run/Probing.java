package dev.netproof.run;

import dev.netproof.evidence.EvidenceCollector;
import dev.netproof.evidence.EvidenceStore;
import dev.netproof.evidence.ProbeEvent;
import dev.netproof.evidence.Route;
import dev.netproof.judge.Convergence;
import dev.netproof.kube.ClusterTrouble;
import dev.netproof.kube.EvidenceLoop;
import dev.netproof.kube.SessionTerms;
import dev.netproof.kube.Testbed;
import dev.netproof.model.CheckResult;
import dev.netproof.model.Circumstances;
import dev.netproof.model.Matrix;
import dev.netproof.model.Report;
import dev.netproof.model.Verdict;
import dev.netproof.model.Verdict.Status;
import dev.netproof.plan.Backend;
import dev.netproof.plan.ClusterFacts;
import dev.netproof.plan.Plan;
import dev.netproof.plan.PlannedCheck;
import dev.netproof.plan.ProbePod;
import dev.netproof.plan.WitnessNeeds;
import dev.netproof.probe.ProbeFact;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** One session of probes, from their launch until every check is decided. Used by the session's thread. */
final class Probing {
    /** How long past its deadline a check waits for the answer of a port-forward. */
    private static final Duration LATE_ANSWER = Duration.ofSeconds(5);

    /** How long after a check's deadline a witness may come that was started for it: on a busy node a pod takes its time. */
    private static final Duration LATE_WITNESS = Duration.ofSeconds(15);

    /** Probes that are started together begin their first rounds within this time. */
    private static final Duration TOGETHER = Duration.ofMillis(700);

    private final Testbed session;
    private final PathWitnesses witnesses;
    private final OutsideControl outside;
    private final SessionTerms sessionTerms;
    private final RunTerms terms;
    private final Progress progress;
    private final Interruption interruption;
    private final Instant end;

    private final EvidenceStore evidence = new EvidenceStore();
    private final EvidenceCollector collector;
    private final EvidenceLoop loop;
    private final LaunchedProbes probes;
    private final SettlingTime settling;
    private final Set<String> asked = new HashSet<>();
    private final Set<String> explainers = new HashSet<>();
    private final Set<String> notes = new LinkedHashSet<>();
    private final IdentityHashMap<PlannedCheck, CheckResult> decided = new IdentityHashMap<>();
    private Optional<Convergence> convergence = Optional.empty();
    private Plan plan = new Plan(List.of(), List.of(), List.of(), List.of(), List.of());
    private Instant launched = Instant.MAX;

    /** Measures, beside the probes, how long rules take to arrive. */
    interface Measuring {
        /** Begins. Called after the first launch, so that it does not delay the probes. */
        void begin();

        /** How long rules take to arrive, by node; empty until that is known. */
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
        this.session = session;
        this.sessionTerms = sessionTerms;
        this.terms = terms;
        this.progress = progress;
        this.interruption = interruption;
        this.end = end;
        this.collector = new EvidenceCollector(evidence, sessionTerms.nonce(), sessionTerms.connectTimeout());
        this.loop = new EvidenceLoop(
                session,
                collector,
                PendingChecks.TICK,
                end,
                () -> interruption.exit().isPresent());
        this.probes = new LaunchedProbes(session, collector, measuring::begin);
        this.settling = new SettlingTime(measuring, terms.convergence(), sessionTerms, notes::add);
        this.witnesses = new PathWitnesses(session, namespace, evidence, collector);
        this.outside = new OutsideControl(session, namespace, probes, evidence, loop, terms, progress, notes::add);
    }

    int pods() {
        return probes.count() + witnesses.pods();
    }

    Set<String> notes() {
        Set<String> all = new LinkedHashSet<>(notes);
        all.addAll(witnesses.notes());
        return all;
    }

    /** The probes that started, in the order of the plan. */
    List<Circumstances.Probe> ran() {
        return probes.ran();
    }

    /** How long pods were given to settle. */
    Duration settle() {
        return settling.time();
    }

    /**
     * Starts the probes and watches them until every check is decided or the run ends. {@link #results} has what is known, even where this
     * throws.
     *
     * @param again reads the pods once more, to see whether targets are what they were
     */
    void watch(List<Matrix> matrices, ClusterFacts facts, Plan first, Supplier<List<ClusterFacts.Pod>> again) {
        Plan planned = outside.resolved(matrices, facts, first);
        evidence.expect(planned);
        Convergence watching = new Convergence(
                evidence, terms.convergence().at(sessionTerms.pace().round(), sessionTerms.connectTimeout()));
        convergence = Optional.of(watching);
        plan = planned;
        launched = session.now();
        progress.step("starting " + planned.probes().size() + (planned.probes().size() == 1 ? " probe" : " probes"));
        probes.launch(planned.probes());
        witnesses.prepare(WitnessNeeds.sure(planned));
        watch(planned, watching);
        verify(planned, again);
    }

    /** Whether every check was decided. */
    boolean isDone() {
        return decided.size() == plan.checks().size();
    }

    /**
     * One result for each check, in the order of the plan; none when no plan was made. A denial that opened after it was believed is
     * judged again, however the run ended.
     *
     * @param ending why checks were left undecided
     */
    List<CheckResult> results(Optional<Report.Breakage> ending) {
        List<CheckResult> results = new ArrayList<>();
        for (PlannedCheck check : plan.checks()) {
            CheckResult known = decided.get(check);
            if (known == null) {
                results.add(undecided(check, ending));
            } else {
                results.add(isReopened(check, known) ? concluded(check) : known);
            }
        }
        collector.starvation().forEach((id, how) -> notes.add("the probe of " + probes.source(id) + " " + how));
        return results;
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
        loop.run(new EvidenceLoop.Listener() {
            @Override
            public boolean isDone() {
                return pending.isEmpty();
            }

            @Override
            public void heard(ProbeEvent event, List<ProbeFact> facts) {
                handle(event);
                if (event instanceof ProbeEvent.Line line && EvidenceCollector.isCountedRound(facts)) {
                    pending.spoke(line.probe());
                } else if (event instanceof ProbeEvent.Lost lost) {
                    pending.lost(lost.probe());
                }
            }

            @Override
            public void look(Instant now) {
                if (pending.isSweepDue(now)) {
                    settling.ask(watching);
                    collector.lookForStarving(now, sessionTerms.pace().round());
                    pending.sweep(now);
                }
                if (pending.isDue()) {
                    judge(pending, watching, now);
                }
            }
        });
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
        // There is no news of the other checks; the next sweep looks at their deadlines.
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

    /** Starts one more probe for a source that is refused, to see who refuses. The run goes on without it. */
    private void explain(ProbePod explainer) {
        explainers.add(explainer.id());
        try {
            probes.launch(List.of(explainer));
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
            // What a fresh pod sees counts once it is known how long rules take to arrive.
            if (!settling.isKnown() && now.isBefore(deadline)) {
                return false;
            }
            return !watching.awaitsExplanation(check) || !now.isBefore(deadline);
        }
        return !watching.waitsForProbe(check)
                && !now.isBefore(deadline)
                && !awaitsProof(check, watching, deadline, now);
    }

    /** Whether a proof of the check's silence was asked for and may still come, for a while after the deadline. */
    private boolean awaitsProof(PlannedCheck check, Convergence watching, Instant deadline, Instant now) {
        if (waitsForAnswer(check) && now.isBefore(deadline.plus(LATE_ANSWER))) {
            return true;
        }
        Instant atMost = deadline.plus(LATE_WITNESS);
        return now.isBefore(atMost)
                && watching.awaitsWitness(
                                check,
                                witnesses::isOnItsWay,
                                atMost,
                                sessionTerms.pace().round(),
                                sessionTerms.connectTimeout())
                        .filter(now::isBefore)
                        .isPresent();
    }

    /** Whether a port-forward to one of the check's backends has not answered yet. */
    private boolean waitsForAnswer(PlannedCheck check) {
        return check.paths().stream()
                .flatMap(planned -> planned.backends().stream())
                .anyMatch(backend -> asked.contains(backend.key()));
    }

    /** What an event changes beside the evidence. */
    private void handle(ProbeEvent event) {
        probes.notice(event);
        witnesses.notice(event);
        if (event instanceof ProbeEvent.Started started) {
            witnesses.want(waysToPrepared(started.probe()));
        } else if (event instanceof ProbeEvent.Lost lost && explainers.contains(lost.probe())) {
            notes.add("cannot tell who refuses the connections of " + probes.source(lost.probe())
                    + ": the probe that shows this (--netshoot-image) was lost: " + lost.why());
        } else if (event instanceof ProbeEvent.Answered answered) {
            asked.remove(answered.backend().key());
        }
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
    private void verify(Plan plan, Supplier<List<ClusterFacts.Pod>> again) {
        if (interruption.exit().isPresent()) {
            return;
        }
        TargetReview review;
        try {
            review = new TargetReview(evidence, again.get());
        } catch (ClusterTrouble trouble) {
            notes.add("could not read the targets again after probing: " + trouble.getMessage());
            return;
        }
        for (PlannedCheck check : plan.checks()) {
            boolean changed = review.foundChange(check);
            if (changed && decided.containsKey(check) && check.foregone().isEmpty()) {
                decided.put(check, concluded(check));
            }
        }
    }

    private boolean isReopened(PlannedCheck check, CheckResult known) {
        return known.verdict().status() == Status.PASS
                && check.foregone().isEmpty()
                && convergence.orElseThrow().reopened(check);
    }

    /** As the evidence is now. */
    private CheckResult concluded(PlannedCheck check) {
        return convergence.orElseThrow().conclude(check, launched, session.now(), Runner.repeat(check.check()));
    }

    private CheckResult undecided(PlannedCheck check, Optional<Report.Breakage> ending) {
        CheckResult known = concluded(check);
        Verdict verdict = check.foregone()
                .orElseGet(() -> Convergence.cutShort(
                        ending.map(Report.Breakage::problem).orElse("the run ended"),
                        ending.map(Report.Breakage::fix).orElse("run it again")));
        return new CheckResult(check.check(), verdict, known.paths(), known.elapsed(), known.repeat());
    }
}
