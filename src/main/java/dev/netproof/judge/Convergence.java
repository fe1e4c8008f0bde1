package dev.netproof.judge;

import dev.netproof.evidence.EvidenceStore;
import dev.netproof.evidence.Route;
import dev.netproof.model.CheckResult;
import dev.netproof.model.Outcome;
import dev.netproof.model.Path;
import dev.netproof.model.PathObservation;
import dev.netproof.model.Streak;
import dev.netproof.model.Verdict;
import dev.netproof.model.Verdict.Reason;
import dev.netproof.model.Verdict.Status;
import dev.netproof.plan.Backend;
import dev.netproof.plan.PlannedCheck;
import dev.netproof.plan.PlannedPath;
import dev.netproof.plan.ProbePod;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Watches attempts until each check is decided. Fed with what happens and asked for decisions; knows no clock but the times it is
 * given. Whether a check may stop early and what its verdict is follow from one assessment of its paths (docs/adr/0026): it stops as
 * soon as its verdict is a PASS, and a mismatch is not believed before the deadline.
 */
public final class Convergence {
    private final EvidenceStore evidence;
    private final Settling settling;
    private final RefusalExplainer refusals;
    private final OpenQuestions questions;
    private final PathAssessor assessor;
    private final ControlWords controlWords;
    private final Located located;

    public Convergence(EvidenceStore evidence, ConvergenceTerms terms) {
        this.evidence = evidence;
        this.settling = new Settling(evidence, terms);
        this.refusals = new RefusalExplainer(evidence, settling);
        OtherFamily otherFamily = new OtherFamily();
        Controls controls = new Controls(evidence, otherFamily);
        this.located = new Located(evidence);
        this.questions = new OpenQuestions(evidence, settling, controls, otherFamily, located);
        this.assessor = new PathAssessor(evidence, settling, controls, refusals, located);
        this.controlWords = new ControlWords(evidence);
    }

    /**
     * Tells how long rules were measured to take to arrive, by node.
     *
     * @param now the terms from now on
     */
    public void arrived(Map<String, Duration> byNode, ConvergenceTerms now) {
        settling.arrived(byNode, now);
    }

    /** Backends to ask by port-forward whether they listen: attempts at them look denied, and no other probe reached them. */
    public Collection<Backend> wanted(Collection<PlannedCheck> undecided) {
        return questions.listening(undecided);
    }

    /**
     * The ways from node to node along which nothing was seen to get, though an attempt looks denied there: without that silence is no
     * denial.
     *
     * @param before attempts that began later are left out: a round that began with theirs may not have ended, and show the way
     */
    public Set<Route> unwitnessed(Collection<PlannedCheck> undecided, Instant before) {
        return questions.ways(undecided, before);
    }

    /**
     * Until when a late witness may still prove the silence on one of a check's paths; empty where no witness is awaited.
     *
     * @param onItsWay whether a witness of this route was started and has not failed
     * @param atMost when to give up a witness that has shown nothing yet
     * @param round between the starts of two rounds
     * @param connectTimeout of one attempt
     */
    public Optional<Instant> awaitsWitness(
            PlannedCheck check, Predicate<Route> onItsWay, Instant atMost, Duration round, Duration connectTimeout) {
        return questions.lateWitness(check, onItsWay, atMost, round, connectTimeout);
    }

    /**
     * Explainers to start, by the id of the probe that each explains. A probe needs one if its attempts are refused, because curl does
     * not see who refuses. No probe gets more than one.
     */
    public Map<String, ProbePod> unexplained(Collection<PlannedCheck> undecided) {
        return refusals.unexplained(undecided);
    }

    /** Whether an explainer may still tell who refuses one of the check's attempts. */
    public boolean awaitsExplanation(PlannedCheck check) {
        return refusals.awaits(check);
    }

    /** The latest moment at which an undecided check is decided anyway. */
    public Instant deadline(PlannedCheck check, Instant launched) {
        Instant latest = launched.plus(settling.terms().deadline());
        for (PlannedPath planned : check.paths()) {
            Optional<Instant> started = evidence.life(planned.probe()).started();
            Instant own = started.orElse(launched).plus(settling.terms().deadline());
            if (own.isAfter(latest)) {
                latest = own;
            }
        }
        return latest;
    }

    /** Whether one of the check's probes has neither started nor failed. */
    public boolean waitsForProbe(PlannedCheck check) {
        return check.paths().stream()
                .map(planned -> evidence.life(planned.probe()))
                .anyMatch(l -> l.started().isEmpty() && l.loss().isEmpty());
    }

    /** Whether everything that the matrix says has been seen, with proof: the verdict is a PASS, but for a doubt about its source. */
    public boolean matches(PlannedCheck one) {
        PlannedCheck check = located.of(one);
        int stable = settling.terms().stable();
        return !check.paths().isEmpty()
                && check.paths().stream()
                        .allMatch(planned -> PathDecision.of(check, assessor.assess(check, planned), stable)
                                .passes());
    }

    /** Whether a denial that was believed turned out open later on. */
    public boolean reopened(PlannedCheck check) {
        return check.check().expectation().forbids() && check.paths().stream().anyMatch(assessor::isOpened);
    }

    /** Whether one of the check's probes is lost, or cannot speak the protocol. */
    public boolean hopeless(PlannedCheck check) {
        return check.paths().stream()
                        .anyMatch(
                                planned -> evidence.life(planned.probe()).loss().isPresent())
                || check.paths().stream()
                        .anyMatch(planned -> evidence.history(planned)
                                        .tail(PathDecision::lacksProtocol)
                                        .size()
                                >= settling.terms().stable());
    }

    /** The verdict as things stand: asked for when a check matches, at its deadline, or when the run ends. */
    public CheckResult conclude(PlannedCheck one, Instant launched, Instant now, String repeat) {
        PlannedCheck check = located.of(one);
        List<Finding> findings = check.paths().stream()
                .map(planned -> assessor.assess(check, planned))
                .toList();
        PathWords words = new PathWords(check, settling.terms(), settling.arrivals(), controlWords);
        Verdict verdict = check.foregone().orElseGet(() -> {
            CheckDecision decision =
                    CheckDecision.of(check, findings, settling.terms().stable());
            Verdict found = new VerdictWords(decision, words).verdict();
            return check.doubt().map(doubt -> doubted(found, doubt)).orElse(found);
        });
        return new CheckResult(
                check.check(),
                verdict,
                findings.stream().map(finding -> observation(finding, words)).toList(),
                Duration.between(launched, now),
                repeat);
    }

    /** A doubt replaces a pass, goes beside a proved failure, and goes before any other verdict. */
    private static Verdict doubted(Verdict found, Verdict doubt) {
        return switch (found.status()) {
            case PASS -> doubt;
            case FAIL -> found.besides(List.of(doubt));
            default -> doubt.besides(List.of(found));
        };
    }

    private static PathObservation observation(Finding finding, PathWords words) {
        Path path = finding.path();
        return new PathObservation(
                new Path(
                        path.kind(),
                        finding.life().pod(),
                        finding.life().node(),
                        path.address(),
                        path.port(),
                        path.targetPod(),
                        path.targetNode()),
                explained(Streak.of(finding.samples()), finding),
                finding.outcome(),
                finding.grade(),
                finding.proof().map(proof -> words.controlledBy(finding)));
    }

    /** The history, with who refuses where only the explainer saw it. */
    private static List<Streak> explained(List<Streak> history, Finding finding) {
        if (finding.origin().get().isEmpty()
                || finding.samples().stream().anyMatch(s -> s.cause().isPresent())) {
            return history;
        }
        List<Streak> explained = new ArrayList<>(history);
        for (int i = explained.size() - 1; i >= 0; i--) {
            if (explained.get(i).outcome() == Outcome.REFUSED
                    || explained.get(i).outcome() == Outcome.UNREACHABLE) {
                explained.set(
                        i,
                        explained
                                .get(i)
                                .saying(finding.origin()
                                        .get()
                                        .orElseThrow()
                                        .cause()
                                        .words()));
                break;
            }
        }
        return explained;
    }

    /** The verdict on a check that the run's early end left undecided. */
    public static Verdict cutShort(String why, String fix) {
        return new Verdict(
                Status.INCONCLUSIVE,
                Reason.OUT_OF_TIME,
                "the run ended before this check could be judged: " + why,
                Optional.of(fix));
    }
}
