package dev.netproof.judge;

import dev.netproof.evidence.AttemptHistory;
import dev.netproof.evidence.EvidenceStore;
import dev.netproof.evidence.Route;
import dev.netproof.model.CheckResult;
import dev.netproof.model.ControlGrade;
import dev.netproof.model.Expectation;
import dev.netproof.model.Outcome;
import dev.netproof.model.Path;
import dev.netproof.model.PathObservation;
import dev.netproof.model.Protocol;
import dev.netproof.model.Sample;
import dev.netproof.model.Streak;
import dev.netproof.model.Verdict;
import dev.netproof.model.Verdict.Reason;
import dev.netproof.model.Verdict.Status;
import dev.netproof.plan.Attempt;
import dev.netproof.plan.Backend;
import dev.netproof.plan.PlannedCheck;
import dev.netproof.plan.PlannedPath;
import dev.netproof.plan.ProbePod;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Watches attempts until each check is decided. Fed with what happens and asked for decisions; knows no clock but the times it is
 * told. A match needs agreeing rounds that reach beyond the settling of a fresh pod, and for a denial a control around them; a
 * mismatch is not believed before the deadline.
 */
public final class Convergence {
    private final EvidenceStore evidence;
    private final Settling settling;
    private final OtherFamily otherFamily = new OtherFamily();
    private final Controls controls;
    private final RefusalExplainer refusals;
    private final Located located;

    public Convergence(EvidenceStore evidence, ConvergenceTerms terms) {
        this.evidence = evidence;
        this.settling = new Settling(evidence, terms);
        this.controls = new Controls(evidence, otherFamily);
        this.refusals = new RefusalExplainer(evidence, settling);
        this.located = new Located(evidence);
    }

    /**
     * Rules were seen to take so long to arrive on these nodes, and pods are given as long to settle.
     *
     * @param now counts from now on
     */
    public void arrived(Map<String, Duration> byNode, ConvergenceTerms now) {
        settling.arrived(byNode, now);
    }

    /** Backends of which it should be asked now whether they listen: attempts at them look denied, and nobody reached them. */
    public Collection<Backend> wanted(Collection<PlannedCheck> undecided) {
        Map<String, Backend> wanted = new LinkedHashMap<>();
        for (PlannedCheck one : undecided) {
            PlannedCheck check = located.of(one);
            for (PlannedPath planned : check.paths()) {
                if (planned.backends().isEmpty()) {
                    continue;
                }
                List<Sample> tail =
                        evidence.sound(planned).tail(s -> s.outcome().looksDenied());
                for (Backend backend : planned.backends()) {
                    // A port-forward says nothing of other protocols, and the same whichever of a pod's addresses is
                    // meant.
                    if (backend.pod().isPresent()
                            && backend.transport() == Protocol.TCP
                            && !otherFamily.isSecond(check, backend)
                            && wants(check, planned, backend, tail)) {
                        wanted.put(evidence.key(backend), backend);
                    }
                }
            }
        }
        return wanted.values();
    }

    private boolean wants(PlannedCheck check, PlannedPath planned, Backend backend, List<Sample> tail) {
        Optional<Instant> answer = evidence.answer(backend).map(EvidenceStore.ListeningAnswer::at);
        if (answer.isEmpty() && tail.isEmpty() && !check.check().expectation().forbids()) {
            return false;
        }
        if (evidence.reachedByAnotherSince(recently(tail), backend, planned.probe())) {
            return false;
        }
        if (answer.isEmpty()) {
            return true;
        }
        Instant answered = answer.get();
        Instant from = evidence.aliveToOthers(backend, planned.probe())
                .map(EvidenceStore.AliveWindow::from)
                .orElse(answered);
        List<Sample> counted =
                tail.stream().filter(s -> !s.began().isBefore(from)).toList();
        // Only the answer at the far end of the window is missing.
        return counted.size() >= settling.terms().stable()
                && !counted.get(counted.size() - 1).began().isBefore(settling.settled(planned.probe()))
                && counted.get(counted.size() - 1).at().isAfter(answered);
    }

    /** Others may have reached a target only until their own rules arrived: it counts since then. */
    private Instant recently(List<Sample> tail) {
        return tail.isEmpty()
                ? Instant.MIN
                : tail.get(tail.size() - 1).began().minus(settling.terms().settle());
    }

    /**
     * The ways from node to node along which nothing was seen to get, though an attempt looks denied there: without that silence is no
     * denial.
     *
     * @param before attempts that began later are left out: a round that began with theirs may not have ended, and show the way
     */
    public Set<Route> unwitnessed(Collection<PlannedCheck> undecided, Instant before) {
        Set<Route> routes = new LinkedHashSet<>();
        for (PlannedCheck check : undecided) {
            for (PlannedPath planned : located.of(check).paths()) {
                List<Sample> tail =
                        evidence.sound(planned).tail(s -> s.outcome().looksDenied());
                if (!tail.isEmpty() && tail.get(0).began().isBefore(before)) {
                    Instant since = tail.get(0).began();
                    controls.routes(planned, recently(tail))
                            .filter(route -> controls.isUnwitnessed(route, since))
                            .forEach(routes::add);
                }
            }
        }
        return routes;
    }

    /**
     * Until when a late witness may still prove the silence on one of a check's paths; empty where none is awaited.
     *
     * @param onItsWay whether a witness of this route was started and has not failed
     * @param atMost when a witness that has shown nothing yet is given up
     * @param round between the starts of two rounds
     * @param connectTimeout of one attempt
     */
    public Optional<Instant> awaitsWitness(
            PlannedCheck check, Predicate<Route> onItsWay, Instant atMost, Duration round, Duration connectTimeout) {
        // After its first connection there must be time for as many rounds as must agree, each seen to its end.
        Duration needed = round.multipliedBy(settling.terms().stable() + 1L).plus(connectTimeout.multipliedBy(2));
        return check.paths().stream()
                .flatMap(planned -> {
                    List<Sample> tail =
                            evidence.sound(planned).tail(s -> s.outcome().looksDenied());
                    return tail.isEmpty() ? Stream.<Route>empty() : controls.routes(planned, recently(tail));
                })
                .distinct()
                .filter(onItsWay)
                .map(route -> evidence.witnessed(route)
                        .map(span -> span.from().plus(needed))
                        .orElse(atMost))
                .max(Comparator.naturalOrder());
    }

    /**
     * Explainers to start, by the id of the probe that each explains: of those whose attempts are refused by nobody knows whom, because
     * curl does not see it. No probe is given more than one.
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

    /** Whether one of the check's probes is still on its way. */
    public boolean waitsForProbe(PlannedCheck check) {
        return check.paths().stream()
                .map(planned -> evidence.life(planned.probe()))
                .anyMatch(l -> l.started().isEmpty() && l.loss().isEmpty());
    }

    /** Whether everything that the matrix says has been seen, with proof. */
    public boolean matches(PlannedCheck one) {
        PlannedCheck check = located.of(one);
        Expectation expected = check.check().expectation();
        for (PlannedPath planned : check.paths()) {
            if (evidence.life(planned.probe()).changed().isPresent()) {
                return false;
            }
            boolean lookup = planned.path().kind() == Path.Kind.LOOKUP;
            if ((!lookup || expected == Expectation.ALLOW)
                    && evidence.history(planned).samples().size()
                            < settling.terms().stable()) {
                return false;
            }
            Instant settled = settling.settled(planned.probe());
            if (planned.leadsNowhere() && expected.forbids()) {
                // Its silence is no denial: it must be denied from where the address leads to somebody.
                if (wasOpen(planned, evidence.history(planned))
                        || !Located.leadsFromElsewhere(check, planned)
                        || !Openings.steadily(
                                evidence.sound(planned),
                                s -> s.outcome().looksDenied(),
                                settling.terms().stable(),
                                settled)) {
                    return false;
                }
            } else if (lookup) {
                boolean fine = expected == Expectation.ALLOW
                        ? Openings.steadily(
                                evidence.sound(planned),
                                lookedUp(check),
                                settling.terms().stable(),
                                settled)
                        : Openings.after(evidence.history(planned), settled).isEmpty();
                if (!fine) {
                    return false;
                }
            } else if (expected == Expectation.ALLOW) {
                if (!Openings.steadily(
                        evidence.sound(planned),
                        s -> s.outcome() == Outcome.CONNECTED,
                        settling.terms().stable(),
                        settled)) {
                    return false;
                }
            } else {
                if (wasOpen(planned, evidence.history(planned)) || refusals.explainerGotThrough(planned)) {
                    return false;
                }
                Optional<Denial> denial = denial(check, planned);
                if (denial.isEmpty()
                        || Judge.rule(
                                                expected,
                                                denial.get().proof().grade(),
                                                denial.get().outcome(),
                                                RefusalExplainer.refuser(refusals.origin(check, planned)))
                                        .status()
                                != Status.PASS) {
                    return false;
                }
            }
        }
        // An outside name that was only ever tried by name proves nothing about addresses.
        return expected == Expectation.ALLOW
                || check.paths().stream().anyMatch(l -> l.path().kind() != Path.Kind.LOOKUP);
    }

    /** What a look-up must see: a name that resolves, and the connection itself where no path by address shows it. */
    private static Predicate<Sample> lookedUp(PlannedCheck check) {
        return Verdicts.byNameAlone(check)
                ? s -> s.outcome() == Outcome.CONNECTED
                : s -> s.outcome() != Outcome.DNS_FAILURE && s.outcome() != Outcome.PROBE_ERROR;
    }

    /** Whether a connection opened after settling, whatever became of it; a denial in words is another matter. */
    private boolean wasOpen(PlannedPath planned, AttemptHistory track) {
        return Openings.after(track, settling.settled(planned.probe()))
                .filter(outcome -> outcome != Outcome.L7_DENIED)
                .isPresent();
    }

    /**
     * Whether the connection opened by the matrix's fault or the policies', and not because an engine was starved: where probes were,
     * one opening among denials may have been let through for want of time, and only several in a row are believed.
     */
    private boolean provenOpen(PlannedPath planned) {
        AttemptHistory sound = evidence.sound(planned);
        if (!evidence.isStruck(planned)) {
            return wasOpen(planned, sound);
        }
        Instant settled = settling.settled(planned.probe());
        return sound.longestRow(s -> s.outcome().reachedListener()
                        && s.outcome() != Outcome.L7_DENIED
                        && !s.began().isBefore(settled))
                >= settling.terms().stable();
    }

    /** Whether a denial that was believed turned out open later on. */
    public boolean reopened(PlannedCheck check) {
        return check.check().expectation().forbids()
                && check.paths().stream().anyMatch(planned -> wasOpen(planned, evidence.history(planned)));
    }

    /** Whether one of the check's probes cannot say anything any more, or could never have. */
    public boolean hopeless(PlannedCheck check) {
        return check.paths().stream()
                        .anyMatch(
                                planned -> evidence.life(planned.probe()).loss().isPresent())
                || check.paths().stream()
                        .anyMatch(planned -> evidence.history(planned)
                                        .tail(Verdicts::lacksProtocol)
                                        .size()
                                >= settling.terms().stable());
    }

    /** Denials that count, and the control around them. */
    private record Denial(Outcome outcome, Controls.Proof proof) {}

    /** Enough denials, reaching beyond settling, all within one control's window; the best control that there is. */
    private Optional<Denial> denial(PlannedCheck check, PlannedPath planned) {
        return denial(check, planned, () -> controls.proofs(check, planned));
    }

    private Optional<Denial> denial(PlannedCheck check, PlannedPath planned, Supplier<List<Controls.Proof>> proofs) {
        Instant settled = settling.settled(planned.probe());
        boolean inWords = check.check().expectation().forbids()
                && Openings.after(evidence.sound(planned), settled).equals(Optional.of(Outcome.L7_DENIED));
        List<Sample> tail = evidence.sound(planned)
                .tail(s -> s.outcome().looksDenied() || (inWords && s.outcome() == Outcome.L7_DENIED));
        if (tail.size() < settling.terms().stable()) {
            return Optional.empty();
        }
        for (Controls.Proof proof : inWords ? controls.answered(planned) : proofs.get()) {
            List<Sample> counted = tail.stream().filter(s -> proof.covers(s)).toList();
            if (counted.size() >= settling.terms().stable()
                    && !counted.get(counted.size() - 1).began().isBefore(settled)) {
                return Optional.of(new Denial(inWords ? Outcome.L7_DENIED : worst(counted), proof));
            }
        }
        return Optional.empty();
    }

    /** Of several kinds of denial the one that needs the most proof. */
    private static Outcome worst(List<Sample> samples) {
        return samples.stream()
                .map(Sample::outcome)
                .min(Comparator.comparingInt(o -> switch (o) {
                    case REFUSED -> 0;
                    case UNREACHABLE -> 1;
                    default -> 2;
                }))
                .orElseThrow();
    }

    /** The verdict as things stand: asked for when a check matches, at its deadline, or when the run ends. */
    public CheckResult conclude(PlannedCheck one, Instant launched, Instant now, String repeat) {
        PlannedCheck check = located.of(one);
        List<PathObservation> paths = new ArrayList<>();
        List<Finding> findings = new ArrayList<>();
        for (PlannedPath planned : check.paths()) {
            Finding finding = finding(check, planned);
            findings.add(finding);
            paths.add(observation(planned, finding));
        }
        Verdict verdict = check.foregone().orElseGet(() -> {
            Verdict found = new Verdicts(check, findings, settling.terms(), settling.arrivals()).verdict();
            return check.doubt().map(doubt -> doubted(found, doubt)).orElse(found);
        });
        return new CheckResult(check.check(), verdict, paths, Duration.between(launched, now), repeat);
    }

    /** A pass that means nothing is the doubt; what is no pass anyway keeps its reason beside it, unless it was proved. */
    private static Verdict doubted(Verdict found, Verdict doubt) {
        return switch (found.status()) {
            case PASS -> doubt;
            case FAIL -> found.besides(List.of(doubt));
            default -> doubt.besides(List.of(found));
        };
    }

    private Finding finding(PlannedCheck check, PlannedPath planned) {
        EvidenceStore.PodLife life = evidence.life(planned.probe());
        AttemptHistory all = evidence.history(planned);
        AttemptHistory track = evidence.sound(planned);
        Instant settled = settling.settled(planned.probe());
        Expectation expected = check.check().expectation();
        Optional<String> changed = planned.backends().stream()
                .flatMap(b -> evidence.targetChange(b).stream())
                .findFirst();
        Optional<Outcome> outcome = track.latest().or(all::latest);
        List<Controls.Proof> proofs = controls.proofs(check, planned);
        Optional<Controls.Proof> proof = proofs.stream().findFirst();
        boolean steady;
        if (planned.path().kind() == Path.Kind.LOOKUP) {
            boolean seen = !track.tail(lookedUp(check)).isEmpty();
            steady = expected.forbids()
                    ? !wasOpen(planned, all) || provenOpen(planned)
                    : Openings.steadily(
                            track,
                            seen ? lookedUp(check) : lookedUp(check).negate(),
                            settling.terms().stable(),
                            settled);
        } else if (expected.forbids() && wasOpen(planned, all)) {
            // Once is enough: no number of denials closes what was open.
            outcome = Openings.after(all, settled);
            steady = provenOpen(planned);
        } else {
            Optional<Denial> denial = denial(check, planned, () -> proofs);
            boolean denied = outcome.filter(o -> o.looksDenied() || o == Outcome.L7_DENIED)
                    .isPresent();
            if (denied) {
                // The proof must have been there while the attempts failed, for a failed allow as for a denial.
                proof = denial.map(Denial::proof);
            }
            if (refusals.explainerGotThrough(planned)) {
                steady = false;
            } else if (expected.forbids() && denial.isPresent()) {
                outcome = denial.map(Denial::outcome);
                steady = true;
            } else {
                Optional<Outcome> latest = outcome;
                steady = latest.isPresent()
                        && Openings.steadily(
                                track,
                                s -> s.outcome() == latest.get(),
                                settling.terms().stable(),
                                settled);
                if (!steady
                        && Openings.steadily(
                                track,
                                s -> s.outcome().looksDenied(),
                                settling.terms().stable(),
                                settled)) {
                    // Kernels limit how often they answer with ICMP: refusals and silences in turn are one denial.
                    outcome = Optional.of(worst(track.tail(s -> s.outcome().looksDenied())));
                    steady = true;
                }
            }
        }
        return new Finding(
                planned,
                List.copyOf(all.samples()),
                evidence.isStruck(planned) ? Finding.Nodes.STARVED : Finding.Nodes.SOUND,
                outcome,
                steady ? Finding.Steadiness.STEADY : Finding.Steadiness.UNSTEADY,
                proof.map(Controls.Proof::grade).orElse(ControlGrade.NONE),
                proof.map(p -> p.by().get()).orElseGet(() -> controls.whyNot(check, planned)),
                controls.missing(planned),
                life.node(),
                life.started(),
                life.loss(),
                life.changed(),
                evidence.starvedRounds(planned.probe()),
                changed,
                refusals.origin(check, planned),
                names(planned),
                evidence.reachedElsewhere(planned)
                        ? Finding.Elsewhere.REACHED_SOMETHING
                        : Finding.Elsewhere.REACHED_NOTHING);
    }

    /** Whether a name resolved for anybody, or a name server answered, while this one failed to in as many rounds as must agree. */
    private Finding.Names names(PlannedPath planned) {
        List<Sample> failed = evidence.history(planned).tail(s -> s.outcome() == Outcome.DNS_FAILURE);
        if (failed.isEmpty()) {
            return Finding.Names.SERVED;
        }
        Instant since = failed.get(Math.max(0, failed.size() - settling.terms().stable()))
                .began();
        boolean served = evidence.probes().stream()
                .anyMatch(probe -> java.util.stream.IntStream.range(
                                0, probe.attempts().size())
                        .anyMatch(index -> evidence.history(probe.id(), index).samples().stream()
                                .anyMatch(s -> !s.at().isBefore(since)
                                        && wasServed(probe.attempts().get(index), s.outcome()))));
        return served ? Finding.Names.SERVED : Finding.Names.SERVED_NOBODY;
    }

    private static boolean wasServed(Attempt attempt, Outcome outcome) {
        if (attempt instanceof Attempt.ByName || attempt instanceof Attempt.Lookup) {
            return outcome != Outcome.DNS_FAILURE && outcome != Outcome.PROBE_ERROR;
        }
        return attempt instanceof Attempt.DnsQuery && outcome == Outcome.CONNECTED;
    }

    private PathObservation observation(PlannedPath planned, Finding finding) {
        EvidenceStore.PodLife life = evidence.life(planned.probe());
        Path path = planned.path();
        return new PathObservation(
                new Path(
                        path.kind(),
                        life.pod(),
                        life.node(),
                        path.address(),
                        path.port(),
                        path.targetPod(),
                        path.targetNode()),
                explained(Streak.of(finding.samples()), finding),
                finding.outcome(),
                finding.grade(),
                finding.grade() == ControlGrade.NONE ? Optional.empty() : Optional.of(finding.controlledBy()));
    }

    /** The history with who refuses, where only an explainer saw that. */
    private static List<Streak> explained(List<Streak> history, Finding finding) {
        if (finding.origin().isEmpty()
                || finding.samples().stream().anyMatch(s -> s.cause().isPresent())) {
            return history;
        }
        List<Streak> explained = new ArrayList<>(history);
        for (int i = explained.size() - 1; i >= 0; i--) {
            if (explained.get(i).outcome() == Outcome.REFUSED
                    || explained.get(i).outcome() == Outcome.UNREACHABLE) {
                explained.set(
                        i,
                        explained.get(i).saying(finding.origin().get().cause().words()));
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
