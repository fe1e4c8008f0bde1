package dev.netproof.judge;

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
import dev.netproof.plan.Leg;
import dev.netproof.plan.Plan;
import dev.netproof.plan.PlannedCheck;
import dev.netproof.plan.ProbePod;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Watches attempts until each check is decided. Fed with what happens and asked for decisions; knows no clock but the times it is
 * told. A match needs agreeing rounds that reach beyond the settling of a fresh pod, and for a denial a control around them; a
 * mismatch is not believed before the deadline.
 */
public final class Convergence {
    private final Chronicle told;
    private final OtherFamily otherFamily = new OtherFamily();
    private final Controls controls;
    private final Explanations explanations;

    public Convergence(Plan plan, Patience patience) {
        this.told = new Chronicle(plan, patience);
        this.controls = new Controls(told, otherFamily);
        this.explanations = new Explanations(told);
    }

    /** To be told what happens. */
    public Chronicle chronicle() {
        return told;
    }

    /** Backends of which it should be asked now whether they listen: attempts at them look denied, and nobody reached them. */
    public Collection<Backend> wanted(Collection<PlannedCheck> undecided) {
        Map<String, Backend> wanted = new LinkedHashMap<>();
        for (PlannedCheck check : undecided) {
            for (Leg leg : check.legs()) {
                if (leg.backends().isEmpty()) {
                    continue;
                }
                List<Sample> tail = told.sound(leg).tail(s -> s.outcome().looksDenied());
                for (Backend backend : leg.backends()) {
                    // A port-forward says nothing of other protocols, and the same whichever of a pod's addresses is
                    // meant.
                    if (backend.pod().isPresent()
                            && backend.transport() == Protocol.TCP
                            && !otherFamily.isSecond(check, backend)
                            && wants(check, leg, backend, tail)) {
                        wanted.put(told.key(backend), backend);
                    }
                }
            }
        }
        return wanted.values();
    }

    private boolean wants(PlannedCheck check, Leg leg, Backend backend, List<Sample> tail) {
        String key = told.key(backend);
        Instant answered = told.answers().get(key);
        if (answered == null && tail.isEmpty() && !check.check().expectation().forbids()) {
            return false;
        }
        // Others may have reached it only until their own rules arrived.
        Instant recently = tail.isEmpty()
                ? Instant.MIN
                : tail.get(tail.size() - 1).began().minus(told.patience().settle());
        if (told.contacts().reachedByAnotherSince(recently, key, leg.probe())) {
            return false;
        }
        if (answered == null) {
            return true;
        }
        Instant from = told.contacts()
                .aliveToOthers(key, leg.probe(), ControlGrade.LISTENING)
                .map(Contacts.Window::from)
                .orElse(answered);
        List<Sample> counted =
                tail.stream().filter(s -> !s.began().isBefore(from)).toList();
        // Only the answer at the far end of the window is missing.
        return counted.size() >= told.patience().stable()
                && !counted.get(counted.size() - 1).began().isBefore(told.settled(leg.probe()))
                && counted.get(counted.size() - 1).at().isAfter(answered);
    }

    /**
     * Twins to start, by the id of the probe that each explains: of those whose attempts are refused by nobody knows whom, because
     * curl does not see it. No probe is given more than one.
     */
    public Map<String, ProbePod> unexplained(Collection<PlannedCheck> undecided) {
        return explanations.unexplained(undecided);
    }

    /** Whether a twin may still tell who refuses one of the check's attempts. */
    public boolean awaitsExplanation(PlannedCheck check) {
        return explanations.awaits(check);
    }

    /** The latest moment at which an undecided check is decided anyway. */
    public Instant deadline(PlannedCheck check, Instant launched) {
        Instant latest = launched.plus(told.patience().deadline());
        for (Leg leg : check.legs()) {
            Optional<Instant> started = told.life(leg.probe()).started();
            Instant own = started.orElse(launched).plus(told.patience().deadline());
            if (own.isAfter(latest)) {
                latest = own;
            }
        }
        return latest;
    }

    /** Whether one of the check's probes is still on its way. */
    public boolean waitsForProbe(PlannedCheck check) {
        return check.legs().stream()
                .map(leg -> told.life(leg.probe()))
                .anyMatch(l -> l.started().isEmpty() && l.lost().isEmpty());
    }

    /** Whether everything that the matrix says has been seen, with proof. */
    public boolean matches(PlannedCheck check) {
        Expectation expected = check.check().expectation();
        for (Leg leg : check.legs()) {
            if (told.life(leg.probe()).changed().isPresent()) {
                return false;
            }
            boolean lookup = leg.path().kind() == Path.Kind.LOOKUP;
            if ((!lookup || expected == Expectation.ALLOW)
                    && told.track(leg).samples().size() < told.patience().stable()) {
                return false;
            }
            Instant settled = told.settled(leg.probe());
            if (lookup) {
                boolean fine = expected == Expectation.ALLOW
                        ? told.sound(leg)
                                .steadily(lookedUp(check), told.patience().stable(), settled)
                        : told.track(leg).openedAfter(settled).isEmpty();
                if (!fine) {
                    return false;
                }
            } else if (expected == Expectation.ALLOW) {
                if (!told.sound(leg)
                        .steadily(
                                s -> s.outcome() == Outcome.CONNECTED,
                                told.patience().stable(),
                                settled)) {
                    return false;
                }
            } else {
                if (wasOpen(leg, told.track(leg)) || explanations.twinGotThrough(leg)) {
                    return false;
                }
                Optional<Denial> denial = denial(check, leg);
                if (denial.isEmpty()
                        || Judge.rule(
                                                expected,
                                                denial.get().proof().grade(),
                                                denial.get().outcome(),
                                                Explanations.refuser(explanations.blame(check, leg)))
                                        .status()
                                != Status.PASS) {
                    return false;
                }
            }
        }
        // An outside name that was only ever tried by name proves nothing about addresses.
        return expected == Expectation.ALLOW
                || check.legs().stream().anyMatch(l -> l.path().kind() != Path.Kind.LOOKUP);
    }

    /** What a look-up must see: a name that resolves, and the connection itself where no path by address shows it. */
    private static Predicate<Sample> lookedUp(PlannedCheck check) {
        return Verdicts.byNameAlone(check)
                ? s -> s.outcome() == Outcome.CONNECTED
                : s -> s.outcome() != Outcome.DNS_FAILURE && s.outcome() != Outcome.PROBE_ERROR;
    }

    /** Whether a connection opened after settling, whatever became of it; a denial in words is another matter. */
    private boolean wasOpen(Leg leg, Track track) {
        return track.openedAfter(told.settled(leg.probe()))
                .filter(outcome -> outcome != Outcome.L7_DENIED)
                .isPresent();
    }

    /**
     * Whether the connection opened by the matrix's fault or the policies', and not because an engine was starved: where probes were,
     * one opening among denials may have been let through for want of time, and only several in a row are believed.
     */
    private boolean provenOpen(Leg leg) {
        Track sound = told.sound(leg);
        if (!told.isStruck(leg)) {
            return wasOpen(leg, sound);
        }
        Instant settled = told.settled(leg.probe());
        return sound.inARow(s -> s.outcome().reachedListener()
                        && s.outcome() != Outcome.L7_DENIED
                        && !s.began().isBefore(settled))
                >= told.patience().stable();
    }

    /** Whether a denial that was believed turned out open later on. */
    public boolean reopened(PlannedCheck check) {
        return check.check().expectation().forbids()
                && check.legs().stream().anyMatch(leg -> wasOpen(leg, told.track(leg)));
    }

    /** Whether one of the check's probes cannot say anything any more, or could never have. */
    public boolean hopeless(PlannedCheck check) {
        return check.legs().stream()
                        .anyMatch(leg -> told.life(leg.probe()).lost().isPresent())
                || check.legs().stream()
                        .anyMatch(leg ->
                                told.track(leg).tail(Verdicts::lacksProtocol).size()
                                        >= told.patience().stable());
    }

    /** Denials that count, and the control around them. */
    private record Denial(Outcome outcome, Controls.Proof proof) {}

    /** Enough denials, reaching beyond settling, all within one control's window; the best control that there is. */
    private Optional<Denial> denial(PlannedCheck check, Leg leg) {
        return denial(check, leg, () -> controls.proofs(check, leg));
    }

    private Optional<Denial> denial(PlannedCheck check, Leg leg, Supplier<List<Controls.Proof>> proofs) {
        Instant settled = told.settled(leg.probe());
        boolean inWords = check.check().expectation().forbids()
                && told.sound(leg).openedAfter(settled).equals(Optional.of(Outcome.L7_DENIED));
        List<Sample> tail =
                told.sound(leg).tail(s -> s.outcome().looksDenied() || (inWords && s.outcome() == Outcome.L7_DENIED));
        if (tail.size() < told.patience().stable()) {
            return Optional.empty();
        }
        for (Controls.Proof proof : inWords ? controls.answered(leg) : proofs.get()) {
            List<Sample> counted = tail.stream()
                    .filter(s -> proof.window().covers(s.began(), s.at()))
                    .toList();
            if (counted.size() >= told.patience().stable()
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
    public CheckResult conclude(PlannedCheck check, Instant launched, Instant now, String repeat) {
        List<PathObservation> paths = new ArrayList<>();
        List<Finding> findings = new ArrayList<>();
        for (Leg leg : check.legs()) {
            Finding finding = finding(check, leg);
            findings.add(finding);
            paths.add(observation(leg, finding));
        }
        Verdict verdict = check.foregone().orElseGet(() -> {
            Verdict found = new Verdicts(check, findings, told.patience(), told.arrivals()).verdict();
            return found.status() == Status.PASS ? check.doubt().orElse(found) : found;
        });
        return new CheckResult(check.check(), verdict, paths, Duration.between(launched, now), repeat);
    }

    private Finding finding(PlannedCheck check, Leg leg) {
        Chronicle.Life life = told.life(leg.probe());
        Track all = told.track(leg);
        Track track = told.sound(leg);
        Instant settled = told.settled(leg.probe());
        Expectation expected = check.check().expectation();
        Optional<String> changed = leg.backends().stream()
                .map(b -> told.changedTargets().get(told.key(b)))
                .filter(java.util.Objects::nonNull)
                .findFirst();
        Optional<Outcome> outcome = track.latest().or(all::latest);
        List<Controls.Proof> proofs = controls.proofs(check, leg);
        Optional<Controls.Proof> proof = proofs.stream().findFirst();
        boolean steady;
        if (leg.path().kind() == Path.Kind.LOOKUP) {
            boolean seen = !track.tail(lookedUp(check)).isEmpty();
            steady = expected.forbids()
                    ? !wasOpen(leg, all) || provenOpen(leg)
                    : track.steadily(
                            seen ? lookedUp(check) : lookedUp(check).negate(),
                            told.patience().stable(),
                            settled);
        } else if (expected.forbids() && wasOpen(leg, all)) {
            // Once is enough: no number of denials closes what was open.
            outcome = all.openedAfter(settled);
            steady = provenOpen(leg);
        } else {
            Optional<Denial> denial = denial(check, leg, () -> proofs);
            boolean denied = outcome.filter(o -> o.looksDenied() || o == Outcome.L7_DENIED)
                    .isPresent();
            if (denied) {
                // The proof must have been there while the attempts failed, for a failed allow as for a denial.
                proof = denial.map(Denial::proof);
            }
            if (explanations.twinGotThrough(leg)) {
                steady = false;
            } else if (expected.forbids() && denial.isPresent()) {
                outcome = denial.map(Denial::outcome);
                steady = true;
            } else {
                Optional<Outcome> latest = outcome;
                steady = latest.isPresent()
                        && track.steadily(
                                s -> s.outcome() == latest.get(),
                                told.patience().stable(),
                                settled);
                if (!steady
                        && track.steadily(
                                s -> s.outcome().looksDenied(), told.patience().stable(), settled)) {
                    // Kernels limit how often they answer with ICMP: refusals and silences in turn are one denial.
                    outcome = Optional.of(worst(track.tail(s -> s.outcome().looksDenied())));
                    steady = true;
                }
            }
        }
        return new Finding(
                leg,
                List.copyOf(all.samples()),
                told.isStruck(leg) ? Finding.Nodes.STARVED : Finding.Nodes.SOUND,
                outcome,
                steady ? Finding.Steadiness.STEADY : Finding.Steadiness.UNSTEADY,
                proof.map(Controls.Proof::grade).orElse(ControlGrade.NONE),
                proof.map(p -> p.by().get()).orElseGet(() -> controls.whyNot(check, leg)),
                life.node(),
                life.started(),
                life.lost().map(why -> new Finding.Loss(why, life.fix().orElse(""))),
                life.changed(),
                told.starved().getOrDefault(leg.probe(), 0),
                changed,
                explanations.blame(check, leg),
                names(leg),
                told.contacts()
                                .reachedElsewhere(
                                        leg.probe(),
                                        leg.backends().stream()
                                                .findFirst()
                                                .map(told::key)
                                                .orElse(""))
                        ? Finding.Elsewhere.REACHED_SOMETHING
                        : Finding.Elsewhere.REACHED_NOTHING);
    }

    /** Whether a name resolved for anybody, or a name server answered, while this one failed to in as many rounds as must agree. */
    private Finding.Names names(Leg leg) {
        List<Sample> failed = told.track(leg).tail(s -> s.outcome() == Outcome.DNS_FAILURE);
        if (failed.isEmpty()) {
            return Finding.Names.SERVED;
        }
        Instant since = failed.get(Math.max(0, failed.size() - told.patience().stable()))
                .began();
        boolean served = told.probes().values().stream()
                .anyMatch(probe -> java.util.stream.IntStream.range(
                                0, probe.attempts().size())
                        .anyMatch(index -> told.track(probe.id(), index).samples().stream()
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

    private PathObservation observation(Leg leg, Finding finding) {
        Chronicle.Life life = told.life(leg.probe());
        Path path = leg.path();
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

    /** The history with who refuses, where only a twin saw that. */
    private static List<Streak> explained(List<Streak> history, Finding finding) {
        if (finding.blame().isEmpty()
                || finding.samples().stream().anyMatch(s -> s.cause().isPresent())) {
            return history;
        }
        List<Streak> explained = new ArrayList<>(history);
        for (int i = explained.size() - 1; i >= 0; i--) {
            if (explained.get(i).outcome() == Outcome.REFUSED
                    || explained.get(i).outcome() == Outcome.UNREACHABLE) {
                explained.set(
                        i, explained.get(i).saying(finding.blame().get().cause().words()));
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
