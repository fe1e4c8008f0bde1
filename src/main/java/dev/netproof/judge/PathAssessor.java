package dev.netproof.judge;

import dev.netproof.evidence.AttemptHistory;
import dev.netproof.evidence.EvidenceStore;
import dev.netproof.judge.Finding.Elsewhere;
import dev.netproof.judge.Finding.FromElsewhere;
import dev.netproof.judge.Finding.Names;
import dev.netproof.judge.Finding.Nodes;
import dev.netproof.judge.Finding.Result;
import dev.netproof.judge.Finding.Steadiness;
import dev.netproof.judge.Finding.Surroundings;
import dev.netproof.model.Outcome;
import dev.netproof.model.Path;
import dev.netproof.model.Sample;
import dev.netproof.plan.Attempt;
import dev.netproof.plan.PlannedCheck;
import dev.netproof.plan.PlannedPath;
import dev.netproof.plan.ProbePod;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * Finds out what a path came to, from the evidence there is now. Whether a run may stop and what it reports both follow from this one
 * assessment (docs/adr/0026).
 */
final class PathAssessor {
    private static final Lazy<Optional<Proof>> NO_PROOF = Lazy.of(Optional.empty());

    private final EvidenceStore evidence;
    private final Settling settling;
    private final Controls controls;
    private final RefusalExplainer refusals;
    private final Located located;

    PathAssessor(
            EvidenceStore evidence, Settling settling, Controls controls, RefusalExplainer refusals, Located located) {
        this.evidence = evidence;
        this.settling = settling;
        this.controls = controls;
        this.refusals = refusals;
        this.located = located;
    }

    Finding assess(PlannedCheck check, PlannedPath planned) {
        return new Finding(
                planned,
                evidence.life(planned.probe()),
                evidence.history(planned).samples(),
                new Lazy<>(() -> result(check, planned)),
                new Lazy<>(() -> refusals.origin(check, planned)),
                new Lazy<>(() -> targetChange(planned)),
                new Lazy<>(() -> names(planned)),
                new Lazy<>(() -> located.leadsFromElsewhere(check, planned)
                        ? FromElsewhere.LEADS_TO_SOMEBODY
                        : FromElsewhere.LEADS_TO_NOBODY),
                new Lazy<>(() -> controls.missing(check, planned)),
                new Lazy<>(() -> surroundings(planned)));
    }

    private Result result(PlannedCheck check, PlannedPath planned) {
        if (isLookup(planned)) {
            return lookup(check, planned);
        }
        return check.check().expectation().forbids() ? forbidden(check, planned) : allowed(check, planned);
    }

    private static boolean isLookup(PlannedPath planned) {
        return planned.path().kind() == Path.Kind.LOOKUP;
    }

    private Result lookup(PlannedCheck check, PlannedPath planned) {
        AttemptHistory sound = evidence.sound(planned);
        Optional<Outcome> latest = latest(planned, sound);
        if (check.check().expectation().forbids()) {
            // A name may lead to any address: for a denial nothing may have opened, up to a round beyond settling. What
            // cannot be read may have opened.
            Optional<Outcome> opened = opened(planned);
            Predicate<Sample> unreadable = s -> s.outcome() == Outcome.PROBE_ERROR;
            boolean unread = !sound.tail(unreadable).isEmpty();
            return opened.isPresent()
                    ? new Result(opened, steadyIf(isProvenOpen(planned, sound)), NO_PROOF)
                    : new Result(
                            latest,
                            steadyIf(settling.isSteady(planned, sound.tail(unread ? unreadable : unreadable.negate()))),
                            NO_PROOF);
        }
        Predicate<Sample> resolves = resolves(check);
        boolean resolved = !sound.tail(resolves).isEmpty();
        return new Result(
                latest,
                steadyIf(settling.isSteady(planned, sound.tail(resolved ? resolves : resolves.negate()))),
                NO_PROOF);
    }

    /** What a look-up must see: a name that resolves, and the connection itself where no path by address shows it. */
    private static Predicate<Sample> resolves(PlannedCheck check) {
        return PathDecision.isByNameAlone(check)
                ? s -> s.outcome() == Outcome.CONNECTED
                : s -> s.outcome() != Outcome.DNS_FAILURE && s.outcome() != Outcome.PROBE_ERROR;
    }

    private Result allowed(PlannedCheck check, PlannedPath planned) {
        AttemptHistory sound = evidence.sound(planned);
        Optional<Outcome> latest = latest(planned, sound);
        Lazy<List<Proof>> proofs = new Lazy<>(() -> controls.proofs(check, planned));
        // The control must have been there while the attempts failed, for a failed allow as for a denial.
        Lazy<Optional<Proof>> proof = isStopped(latest)
                ? new Lazy<>(() -> denial(planned, sound, InWords.NO, proofs).map(Denial::proof))
                : best(proofs);
        return !latest.equals(Optional.of(Outcome.CONNECTED)) && refusals.explainerGotThrough(planned)
                ? new Result(latest, Steadiness.UNSTEADY, proof)
                : agreed(planned, sound, latest, proof);
    }

    private Result forbidden(PlannedCheck check, PlannedPath planned) {
        AttemptHistory all = evidence.history(planned);
        AttemptHistory sound = evidence.sound(planned);
        Lazy<List<Proof>> proofs = new Lazy<>(() -> controls.proofs(check, planned));
        Instant settled = settled(planned);
        Optional<Outcome> opened = Openings.after(all, settled);
        if (countsAsOpen(planned, opened)) {
            // Once is enough: no number of denials closes what was open.
            return new Result(opened, steadyIf(isProvenOpen(planned, sound)), best(proofs));
        }
        boolean refusedInWords = opened.isPresent()
                && (sound == all || Openings.after(sound, settled).isPresent());
        Optional<Denial> denial = denial(planned, sound, refusedInWords ? InWords.YES : InWords.NO, proofs);
        Optional<Outcome> latest = latest(planned, sound);
        Lazy<Optional<Proof>> proof = isStopped(latest) ? Lazy.of(denial.map(Denial::proof)) : best(proofs);
        if (refusals.explainerGotThrough(planned)) {
            return new Result(latest, Steadiness.UNSTEADY, proof);
        }
        return denial.isPresent()
                ? new Result(denial.map(Denial::outcome), Steadiness.STEADY, proof)
                : agreed(planned, sound, latest, proof);
    }

    private static Lazy<Optional<Proof>> best(Lazy<List<Proof>> proofs) {
        return new Lazy<>(() -> proofs.get().stream().findFirst());
    }

    private static boolean isStopped(Optional<Outcome> latest) {
        return latest.filter(o -> o.looksDenied() || o == Outcome.L7_DENIED).isPresent();
    }

    /** What the latest rounds agree on. */
    private Result agreed(
            PlannedPath planned, AttemptHistory sound, Optional<Outcome> latest, Lazy<Optional<Proof>> proof) {
        if (latest.isPresent() && settling.isSteady(planned, sound.tail(s -> s.outcome() == latest.get()))) {
            return new Result(latest, Steadiness.STEADY, proof);
        }
        List<Sample> denied = sound.tail(s -> s.outcome().looksDenied());
        // Kernels limit how often they answer with ICMP: refusals and silences in turn are one denial.
        return settling.isSteady(planned, denied)
                ? new Result(Optional.of(worst(denied)), Steadiness.STEADY, proof)
                : new Result(latest, Steadiness.UNSTEADY, proof);
    }

    /** Whether something opened that no number of denials closes: any connection once the rules had settled. */
    boolean isOpened(PlannedPath planned) {
        return opened(planned).isPresent();
    }

    private Optional<Outcome> opened(PlannedPath planned) {
        return Openings.after(evidence.history(planned), settled(planned))
                .filter(outcome -> countsAsOpen(planned, Optional.of(outcome)));
    }

    /** A refusal by the application can be a denial where other sources get another answer; by name no other source can show that. */
    private static boolean countsAsOpen(PlannedPath planned, Optional<Outcome> opened) {
        return opened.filter(outcome -> outcome != Outcome.L7_DENIED || isLookup(planned))
                .isPresent();
    }

    /**
     * Whether the connection opened by the matrix's fault or the policies', and not because an engine was starved: where probes were,
     * one opening among denials may have been let through for want of time, and only several in a row are believed.
     */
    private boolean isProvenOpen(PlannedPath planned, AttemptHistory sound) {
        Instant settled = settled(planned);
        if (!evidence.isStruck(planned)) {
            return countsAsOpen(planned, Openings.after(sound, settled));
        }
        return sound.longestRow(s -> s.outcome().reachedListener()
                        && countsAsOpen(planned, Optional.of(s.outcome()))
                        && !s.began().isBefore(settled))
                >= settling.terms().stable();
    }

    private Instant settled(PlannedPath planned) {
        return settling.settled(planned.probe());
    }

    private Optional<Outcome> latest(PlannedPath planned, AttemptHistory sound) {
        return sound.latest().or(evidence.history(planned)::latest);
    }

    private static Steadiness steadyIf(boolean steady) {
        return steady ? Steadiness.STEADY : Steadiness.UNSTEADY;
    }

    /** Denials that count, and the control around them. */
    private record Denial(Outcome outcome, Proof proof) {}

    /** Whether a refusal by the application layer counts as a denial. */
    private enum InWords {
        YES,
        NO
    }

    /** Enough denials, reaching beyond settling, all within one control's window; the best control that there is. */
    private Optional<Denial> denial(
            PlannedPath planned, AttemptHistory sound, InWords inWords, Lazy<List<Proof>> proofs) {
        List<Sample> tail = sound.tail(
                s -> s.outcome().looksDenied() || (inWords == InWords.YES && s.outcome() == Outcome.L7_DENIED));
        if (!settling.isSteady(planned, tail)) {
            return Optional.empty();
        }
        for (Proof proof : inWords == InWords.YES ? controls.answered(planned) : proofs.get()) {
            List<Sample> counted = tail.stream().filter(proof::covers).toList();
            if (settling.isSteady(planned, counted)) {
                return Optional.of(new Denial(inWords == InWords.YES ? Outcome.L7_DENIED : worst(counted), proof));
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

    private Optional<String> targetChange(PlannedPath planned) {
        return planned.backends().stream()
                .flatMap(backend -> evidence.targetChange(backend).stream())
                .findFirst();
    }

    private Surroundings surroundings(PlannedPath planned) {
        return new Surroundings(
                evidence.isStruck(planned) ? Nodes.STARVED : Nodes.SOUND,
                evidence.reachedElsewhere(planned) ? Elsewhere.REACHED_SOMETHING : Elsewhere.REACHED_NOTHING,
                evidence.starvedRounds(planned.probe()));
    }

    /** Whether a name resolved for anybody, or a name server answered, while this one failed to in as many rounds as must agree. */
    private Names names(PlannedPath planned) {
        List<Sample> failed = evidence.history(planned).tail(s -> s.outcome() == Outcome.DNS_FAILURE);
        if (failed.isEmpty()) {
            return Names.SERVED;
        }
        Instant since = failed.get(Math.max(0, failed.size() - settling.terms().stable()))
                .began();
        return evidence.probes().stream().anyMatch(probe -> wasServed(probe, since))
                ? Names.SERVED
                : Names.SERVED_NOBODY;
    }

    private boolean wasServed(ProbePod probe, Instant since) {
        return IntStream.range(0, probe.attempts().size())
                .anyMatch(index -> evidence.history(probe.id(), index).samples().stream()
                        .anyMatch(s -> !s.at().isBefore(since)
                                && wasServed(probe.attempts().get(index), s.outcome())));
    }

    private static boolean wasServed(Attempt attempt, Outcome outcome) {
        if (attempt instanceof Attempt.ByName || attempt instanceof Attempt.Lookup) {
            return outcome != Outcome.DNS_FAILURE && outcome != Outcome.PROBE_ERROR;
        }
        return attempt instanceof Attempt.DnsQuery && outcome == Outcome.CONNECTED;
    }
}
