package dev.netproof.judge;

import dev.netproof.evidence.EvidenceStore;
import dev.netproof.model.Outcome;
import dev.netproof.model.Sample;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;

/** Judges the phases of enforcement scenarios: what paths did since a policy was created or deleted. */
public final class PhaseJudge {
    /** The accepted probability that lost packets look like a denial. */
    private static final double ERROR = 1e-4;

    private static final int MOST_ROUNDS = 15;

    private final EvidenceStore evidence;
    private final int stable;
    private Instant now = Instant.MIN;
    private int undisturbed;
    private int lost;

    /** @param stable rounds in a row that must agree; more where packets are seen to get lost */
    public PhaseJudge(EvidenceStore evidence, int stable) {
        this.evidence = evidence;
        this.stable = stable;
    }

    /** Sets the current time. */
    public void now(Instant at) {
        now = at;
    }

    /** A path's attempts that began since then. */
    public PathPhase since(ProbedPath path, Instant began) {
        return new PathPhase(
                evidence,
                path,
                samples(path).stream()
                        .filter(sample -> !sample.began().isBefore(began))
                        .toList(),
                enough());
    }

    private List<Sample> samples(ProbedPath path) {
        if (path.by() == ProbedPath.By.KUBELET) {
            return evidence.kubeletLooks(path.server(), now);
        }
        int attempt = evidence.probe(path.probe())
                .map(probe -> probe.attempts().indexOf(path.attempt()))
                .orElse(-1);
        return attempt < 0
                ? List.of()
                : evidence.history(path.probe(), attempt).samples().stream()
                        .filter(PhaseJudge::saysSomething)
                        .toList();
    }

    private static boolean saysSomething(Sample sample) {
        return sample.outcome() != Outcome.PROBE_ERROR && sample.outcome() != Outcome.DNS_FAILURE;
    }

    /** Learns how many packets the network loses: no policy forbade these attempts since they first opened. */
    public void undisturbed(PathPhase phase) {
        List<Sample> samples = phase.samples();
        int first = 0;
        while (first < samples.size() && !samples.get(first).outcome().reachedListener()) {
            first++;
        }
        undisturbed += samples.size() - first;
        lost += (int) samples.stream()
                .skip(first)
                .filter(sample -> sample.outcome().looksDenied())
                .count();
    }

    /** How many denials in a row cannot be lost packets; at least as many as must agree. */
    private int enough() {
        if (lost == 0) {
            return stable;
        }
        double rate = (lost + 1.0) / (undisturbed + 1.0);
        return Math.max(stable, Math.min(MOST_ROUNDS, (int)
                Math.ceil(Math.log(ERROR) / Math.log(Math.min(rate, 0.5)))));
    }

    /** How long after a change the attempts on any of the paths were denied for good. */
    public static Duration deniedAfter(Collection<PathPhase> phases, Instant change) {
        return turned(phases, change, Outcome::looksDenied);
    }

    /** How long after a change the attempts on any of the paths opened for good. */
    public static Duration openAfter(Collection<PathPhase> phases, Instant change) {
        return turned(phases, change, Outcome::reachedListener);
    }

    /** Connections begin at different moments, so all paths are looked at together. */
    private static Duration turned(Collection<PathPhase> phases, Instant change, Predicate<Outcome> turned) {
        List<Sample> samples = phases.stream()
                .flatMap(phase -> phase.samples().stream())
                .sorted(Comparator.comparing(Sample::began))
                .toList();
        Instant last = change;
        for (Sample sample : samples) {
            if (!turned.test(sample.outcome())) {
                last = sample.began();
            }
        }
        Instant before = last;
        return samples.stream()
                .map(Sample::began)
                .filter(began -> began.isAfter(before))
                .findFirst()
                .map(began -> Duration.between(change, began))
                .orElse(Duration.ZERO);
    }

    /** From the start of a fresh pod to its last connection that opened; zero where none did. */
    public static Duration letThroughAfter(Collection<PathPhase> phases, Instant start) {
        return phases.stream()
                .flatMap(phase -> phase.samples().stream())
                .filter(sample -> sample.outcome().reachedListener())
                .map(sample -> Duration.between(start, sample.at()))
                .map(time -> time.isNegative() || time.isZero() ? Duration.ofMillis(1) : time)
                .max(Duration::compareTo)
                .orElse(Duration.ZERO);
    }
}
