package dev.netproof.enforce;

import dev.netproof.enforce.Cast.Aimed;
import dev.netproof.enforce.Cast.Ready;
import dev.netproof.judge.PathPhase;
import dev.netproof.judge.PhaseJudge;
import dev.netproof.kube.ClusterTrouble;
import dev.netproof.kube.Testbed;
import dev.netproof.model.Enforcement.Profile;
import dev.netproof.model.Enforcement.Row;
import dev.netproof.model.Sample;
import dev.netproof.plan.ProbePod;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * One scenario on one node, from the first connection to the return of the last one: its phases. It moves on each time that it is given
 * the time: a step is in effect once every edge was seen as expected for long enough at the same time, with controls; a mismatch counts
 * after the deadline.
 */
final class ScenarioRun {
    /** So long policies are stored before a pod is started that they select. */
    private static final Duration BEFOREHAND = Duration.ofSeconds(5);

    private enum Phase {
        QUEUED,
        /** Policies are stored, and the pod that they select is not there yet. */
        BEFORE_POD,
        BASELINE,
        STEP,
        RETURN,
        /** Concluded, and its policies stay until the end, to see whether the conclusion stays true. */
        HELD,
        DONE
    }

    private final Scenario scenario;
    private final String node;
    private final TriedEdges edges;
    private final Baseline baseline;
    private final PolicyFactory factory;
    private final Optional<ProbePod> fresh;
    private final EnforcementTerms terms;
    private final EdgeWatch watch;
    private final Testbed testbed;
    private final AppliedPolicies policies;
    private final RowEvidence evidence;
    private final RowJudgement judgement;
    private final StepPhase steps;

    private Phase phase = Phase.QUEUED;
    private Instant since = Instant.MAX;
    private int step;
    private boolean again;
    /** Since when nothing forbids the pod anything. */
    private Optional<Instant> free = Optional.empty();

    ScenarioRun(
            Ready ready,
            PolicyFactory factory,
            EnforcementTerms terms,
            EdgeWatch watch,
            SharedFindings findings,
            Testbed testbed) {
        this.scenario = ready.scenario();
        this.node = ready.node();
        this.edges = new TriedEdges(ready.steps());
        this.factory = factory;
        this.fresh = ready.fresh().map(Aimed::pod);
        this.terms = terms;
        this.watch = watch;
        this.testbed = testbed;
        this.policies =
                new AppliedPolicies(testbed, scenario, factory, ready.play().subject());
        this.baseline = new Baseline(scenario, edges, watch, terms);
        this.evidence = new RowEvidence(watch);
        this.judgement = new RowJudgement(scenario, node, edges, evidence);
        this.steps = new StepPhase(scenario, edges, fresh, terms, watch, findings, policies, evidence, judgement);
    }

    Scenario scenario() {
        return scenario;
    }

    String node() {
        return node;
    }

    /** From the policies' creation until they denied for good, once that was seen. */
    Optional<Duration> arrival() {
        return judgement.denied();
    }

    boolean isDone() {
        return phase == Phase.DONE;
    }

    boolean isHeld() {
        return phase == Phase.HELD;
    }

    boolean isQueued() {
        return phase == Phase.QUEUED;
    }

    /** Before it begins: where another one on its node found that not even default-deny is enforced, the rest is not worth its time. */
    void heed(ScenarioRun other) {
        if (!isQueued() || !other.scenario.isFoundation()) {
            return;
        }
        if (other.judgement.isNothingEnforced()) {
            forgo(Conclusions.moot("not even default-deny is enforced there"));
            return;
        }
        other.judgement
                .openFamily()
                .map(family -> new LeftFamily(family, LeftFamily.Why.OPEN, Conclusions.nothingEnforcedOver(family)))
                .or(other.edges::left)
                .ifPresent(this::spare);
    }

    private void spare(LeftFamily useless) {
        if (scenario.isAbout(useless.family()) || !edges.uses(useless.family())) {
            return;
        }
        if (edges.tellsWithout(useless.family())) {
            edges.leave(useless);
        } else if (useless.why() == LeftFamily.Why.OPEN) {
            forgo(Conclusions.moot(useless.seen()));
        }
    }

    /** Denied attempts that counted, for how a denial looks. */
    List<Sample> denials() {
        return evidence.denials();
    }

    /** When the pod's last policies had gone again, if all connections have returned since. */
    Optional<Instant> free() {
        return free;
    }

    /** What was seen since then counts for the connections before the policy: a predecessor took its policies back. */
    void free(Instant since) {
        free = Optional.of(since);
    }

    /** Ends it before it began. */
    void forgo(Conclusion why) {
        end(why);
    }

    private void end(Conclusion why) {
        judgement.conclude(why);
        phase = Phase.DONE;
    }

    /** Moves on as far as what was seen by now allows. */
    void advance(Instant now) {
        try {
            move(now);
        } catch (ClusterTrouble trouble) {
            judgement.conclude(Conclusions.refused(trouble));
            takeBack();
            phase = Phase.DONE;
        }
    }

    private void move(Instant now) {
        if (phase == Phase.QUEUED) {
            enter(now);
        }
        if (phase == Phase.DONE || phase == Phase.HELD || isBroken()) {
            return;
        }
        switch (phase) {
            case BEFORE_POD -> start(now);
            case BASELINE -> baseline(now);
            case STEP -> step(now);
            case RETURN -> back(now);
            default -> throw new IllegalStateException(phase + " was returned from above");
        }
    }

    private void enter(Instant now) {
        since = free.orElse(now);
        free = Optional.empty();
        if (fresh.isPresent()) {
            since = now;
            policies.apply(scenario.steps().get(0));
            phase = Phase.BEFORE_POD;
        } else {
            phase = Phase.BASELINE;
        }
    }

    /** Whether a pod is lost without which nothing can be concluded; then it is over. */
    private boolean isBroken() {
        Optional<String> gone = watch.gone(edges.all());
        Optional<Conclusion> lacking =
                phase == Phase.BASELINE ? gone.flatMap(scenario.prerequisite()::lackingAfter) : Optional.empty();
        if (lacking.isPresent()) {
            forgo(lacking.get());
            return true;
        }
        if (gone.isPresent() && (!judgement.isConcluded() || judgement.isEnforced())) {
            judgement.conclude(Conclusions.actorLost(gone.get()));
            takeBack();
            phase = Phase.DONE;
            return true;
        }
        return false;
    }

    /** Ends it where admission made something else of any of its pods. */
    private boolean isChangedByAdmission() {
        Optional<String> changed = watch.changedByAdmission(edges.all());
        if (changed.isEmpty()) {
            return false;
        }
        judgement.conclude(Conclusions.podChangedByAdmission(changed.get()));
        if (!policies.isEmpty()) {
            takeBack();
        }
        phase = Phase.DONE;
        return true;
    }

    private void baseline(Instant now) {
        if (isChangedByAdmission()) {
            return;
        }
        switch (baseline.state(since, now)) {
            case WAITING -> {}
            case REACHED -> reached(now);
            case MISSING ->
                baseline.shut(since)
                        .ifPresentOrElse(
                                shut -> {
                                    evidence.keep(edges.all(), since);
                                    edges.leave(shut);
                                    reached(now);
                                },
                                this::noBaseline);
        }
    }

    private void reached(Instant now) {
        watch.undisturbed(edges.all(), since);
        begin(0, now);
    }

    private void noBaseline() {
        if (judgement.isSecondTry()) {
            judgement.fallBackToFirstTry();
            phase = Phase.DONE;
            return;
        }
        end(baseline.lacking(since).orElseGet(() -> {
            evidence.keep(edges.all(), since);
            return baseline.missing(since, () -> testbed.foreignPolicies(List.of(factory.home(), factory.away())));
        }));
    }

    private static Instant later(Instant a, Instant b) {
        return a.isAfter(b) ? a : b;
    }

    private void begin(int number, Instant now) {
        step = number;
        policies.apply(scenario.steps().get(number));
        phase = Phase.STEP;
        since = later(now, testbed.now());
    }

    /** Its first connection is what this is about, so that nothing is looked at before it. */
    private void start(Instant now) {
        if (now.isBefore(since.plus(BEFOREHAND))) {
            return;
        }
        fresh.ifPresent(probe -> testbed.launch(List.of(probe)));
        phase = Phase.STEP;
        since = now;
    }

    private void step(Instant now) {
        // A fresh pod had no baseline that could have said so.
        if (isChangedByAdmission()) {
            return;
        }
        if (fresh.isPresent() && !watch.isRunning(fresh.get())) {
            // Its time begins with its container; that none comes is said by the end of the check.
            since = now;
            return;
        }
        switch (steps.look(step, since, now)) {
            case WAITING -> {}
            case IN_EFFECT -> begin(step + 1, now);
            case CONCLUDED -> concluded(now);
            case CONCLUDED_FOR_NOW -> {
                again = true;
                concluded(now);
            }
        }
    }

    private void concluded(Instant now) {
        // Where there is more to look at in the other family, its pods are wanted for that.
        if (judgement.isNothingEnforced() || (judgement.openFamily().isPresent() && terms.profile() != Profile.FULL)) {
            phase = Phase.HELD;
        } else {
            giveBack(now);
        }
    }

    /** All its policies are gone again, or as good as gone. */
    private void over(Instant now) {
        if (!again) {
            phase = Phase.DONE;
            return;
        }
        again = false;
        judgement.beginSecondTry();
        step = 0;
        since = free.orElse(now);
        free = Optional.empty();
        phase = Phase.BASELINE;
    }

    private void giveBack(Instant now) {
        takeBack();
        phase = Phase.RETURN;
        since = later(now, testbed.now());
    }

    private void takeBack() {
        try {
            policies.takeBack();
        } catch (ClusterTrouble trouble) {
            // The testbed's own end removes what is left.
            if (judgement.isEnforced()) {
                judgement.conclude(Conclusions.refused(trouble));
            }
        }
    }

    private void back(Instant now) {
        Optional<Bound> shut = edges.all().stream()
                // Of a connection that was ended nothing returns.
                .filter(edge -> !edge.isKept())
                .filter(edge -> !watch.since(edge, since).isOpenAgain())
                .findFirst();
        if (shut.isEmpty()) {
            List<Bound> were = edges.forbidden();
            if (!were.isEmpty()) {
                judgement.allowed(PhaseJudge.openAfter(watch.since(were, since), since));
            }
            free = Optional.of(since);
            over(now);
        } else if (watch.isOver(edges.all(), since, now)) {
            notBack(shut.get(), now);
        }
    }

    private void notBack(Bound shut, Instant now) {
        PathPhase results = watch.since(shut, since);
        if (judgement.isEnforced() && results.neverFailed()) {
            end(Conclusions.unheard(
                    "denied under the policy; whether the connection returned", shut, results.samples()));
            return;
        }
        if (judgement.isEnforced()) {
            judgement.conclude(Conclusions.notRestored(shut, results.samples(), terms.deadline()));
        }
        over(now);
    }

    /** At the end of everything: whether what was concluded is still true. */
    void review() {
        if (phase != Phase.HELD) {
            return;
        }
        try {
            steps.lookAgain(since);
        } catch (ClusterTrouble trouble) {
            judgement.conclude(Conclusions.refused(trouble));
        }
        takeBack();
        phase = Phase.DONE;
    }

    Row row() {
        return isDone() ? judgement.row(step) : judgement.unfinished(step);
    }
}
