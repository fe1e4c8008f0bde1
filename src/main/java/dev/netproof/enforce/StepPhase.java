package dev.netproof.enforce;

import dev.netproof.judge.PathPhase;
import dev.netproof.judge.PhaseJudge;
import dev.netproof.model.Enforcement.Kind;
import dev.netproof.plan.ProbePod;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A scenario's steps while their policies are stored: whether they are in effect, and what it comes to where they are not. */
final class StepPhase {
    private final Scenario scenario;
    private final TriedEdges edges;
    private final Optional<ProbePod> fresh;
    private final EnforcementTerms terms;
    private final EdgeWatch watch;
    private final SharedFindings findings;
    private final AppliedPolicies policies;
    private final RowEvidence evidence;
    private final RowJudgement judgement;

    /** Those that were let through when it was concluded that they are. */
    private List<Bound> open = List.of();

    StepPhase(
            Scenario scenario,
            TriedEdges edges,
            Optional<ProbePod> fresh,
            EnforcementTerms terms,
            EdgeWatch watch,
            SharedFindings findings,
            AppliedPolicies policies,
            RowEvidence evidence,
            RowJudgement judgement) {
        this.scenario = scenario;
        this.edges = edges;
        this.fresh = fresh;
        this.terms = terms;
        this.watch = watch;
        this.findings = findings;
        this.policies = policies;
        this.evidence = evidence;
        this.judgement = judgement;
    }

    enum State {
        WAITING,
        /** In effect, and there is another step. */
        IN_EFFECT,
        CONCLUDED,
        /** Concluded for want of evidence: a second try is worth its time. */
        CONCLUDED_FOR_NOW
    }

    /**
     * How far a step is.
     *
     * @param since when its policies were stored
     */
    State look(int step, Instant since, Instant now) {
        List<Bound> tried = edges.step(step);
        StepLook look = StepLook.at(tried, watch, since);
        if (look.state() == StepLook.State.NOT_YET) {
            return watch.isOver(tried, since, now) ? overdue(tried, since, now) : State.WAITING;
        }
        keep(tried, look, since);
        if (step + 1 < edges.steps()) {
            return State.IN_EFFECT;
        }
        conclude(tried, look);
        return State.CONCLUDED;
    }

    private void keep(List<Bound> tried, StepLook look, Instant since) {
        List<Bound> forbidden = tried.stream().filter(Bound::forbids).toList();
        look.denials(forbidden).forEach(denial -> evidence.keepDenials(denial.counted()));
        evidence.keepControls(forbidden, since);
        evidence.keep(tried, since);
        if (judgement.denied().isEmpty() && !forbidden.isEmpty()) {
            judgement.denied(
                    fresh.isPresent()
                            ? letThrough(fresh.get(), forbidden, since)
                            : PhaseJudge.deniedAfter(watch.since(forbidden, since), since));
        }
    }

    /** From the start of a fresh pod to its last connection that opened; zero where none did. */
    private Duration letThrough(ProbePod probe, List<Bound> forbidden, Instant since) {
        Instant began = watch.started(probe).orElse(since);
        return PhaseJudge.letThroughAfter(watch.since(forbidden, Instant.MIN), began);
    }

    private void conclude(List<Bound> tried, StepLook look) {
        Optional<Duration> window = fresh.flatMap(probe -> judgement.denied()).filter(time -> !time.isZero());
        if (window.isPresent()) {
            judgement.conclude(Conclusions.freshPodLetThrough(window.get()));
            return;
        }
        judgement.concludeAsSpecified(asSpecified(tried, look));
        if (scenario.capability().kind() == Kind.MUST) {
            findings.enforced();
        }
    }

    private Conclusion asSpecified(List<Bound> tried, StepLook look) {
        String what = Conclusions.summary(tried, look.stopped()) + Conclusions.families(tried, edges.left());
        if (edges.isLeft(LeftFamily.Why.NO_CONNECTION)) {
            return Conclusions.familyWithoutConnection(
                    what, edges.left().orElseThrow().family());
        }
        return scenario.capability().kind() == Kind.MUST
                ? Conclusions.enforced(what)
                : Conclusions.observed(look.behaviour(tried), what);
    }

    private State overdue(List<Bound> tried, Instant since, Instant now) {
        OverdueStep overdue = new OverdueStep(tried, watch, terms, since);
        if (!overdue.isDecidable(now)) {
            return State.WAITING;
        }
        evidence.keep(tried, since);
        evidence.keepControls(tried, since);
        Optional<Conclusion> changed = policies.deviation(actors());
        if (changed.isPresent()) {
            judgement.conclude(changed.get());
            return State.CONCLUDED;
        }
        OverdueStep.Finding finding = overdue.finding(edges.left());
        judgement.conclude(finding.conclusion());
        open = finding.open();
        return finding.evidence() == OverdueStep.Evidence.WANTING && isWorthASecondTry()
                ? State.CONCLUDED_FOR_NOW
                : State.CONCLUDED;
    }

    /**
     * Where nothing was proved for want of evidence, and others show that the cluster can be looked at, one more try is worth its
     * time. Not with a fresh pod or a connection that was kept, of which there is only one.
     */
    private boolean isWorthASecondTry() {
        return !judgement.isSecondTry()
                && findings.isEnforcedSomewhere()
                && fresh.isEmpty()
                && edges.all().stream().noneMatch(Bound::isKept);
    }

    /** Looks again at what was let through, and concludes anew where that is no longer so. */
    void lookAgain(Instant since) {
        // Pods that are gone, or that the policy no longer selects, would not show that an engine has begun to enforce
        // it.
        Optional<String> gone = watch.gone(edges.all());
        if (gone.isPresent()) {
            judgement.conclude(Conclusions.actorLost(gone.get()));
            return;
        }
        Optional<Conclusion> changed = policies.deviation(actors());
        if (changed.isPresent()) {
            judgement.conclude(changed.get());
        } else if (watch.since(open, since).stream().anyMatch(PathPhase::wasDenied)) {
            judgement.conclude(Conclusions.deniedLater());
        }
    }

    private Stream<Actor> actors() {
        return edges.all().stream().flatMap(edge -> Stream.of(edge.server(), edge.probe()));
    }
}
