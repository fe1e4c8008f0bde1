package dev.netproof.judge;

import dev.netproof.evidence.EvidenceStore;
import dev.netproof.model.Sample;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The attempts on one path in one phase of a scenario: those that began since a given moment, in the order of their rounds, without those
 * that say nothing about the network.
 */
public final class PathPhase {
    /** How many connections must open for a path to count as open. */
    private static final int OPEN_AGAIN = 2;

    private final EvidenceStore evidence;
    private final ProbedPath path;
    private final List<Sample> samples;
    private final int enough;

    /** @param enough how many attempts in a row must agree, so that lost packets cannot be the cause */
    PathPhase(EvidenceStore evidence, ProbedPath path, List<Sample> samples, int enough) {
        this.evidence = evidence;
        this.path = path;
        this.samples = List.copyOf(samples);
        this.enough = enough;
    }

    /**
     * A denial that counts: the latest attempts were denied while others reached the same listener and packets got from node to node.
     *
     * @param first when the first counted attempt began
     */
    public record Denial(Instant first, List<Sample> counted) {}

    public List<Sample> samples() {
        return samples;
    }

    /** Whether it opened more than once. */
    public boolean isOpenAgain() {
        return opens(samples) >= OPEN_AGAIN;
    }

    public boolean neverOpened() {
        return opens(samples) == 0;
    }

    /** Whether no attempt failed; true as well if there was no attempt. */
    public boolean neverFailed() {
        return opens(samples) == samples.size();
    }

    /** Whether it opened, also lately. */
    public boolean isOpen() {
        List<Sample> latest = samples.subList(Math.max(0, samples.size() - enough), samples.size());
        return isOpenAgain() && opens(latest) > 0;
    }

    /** Whether it was denied at any time, for as many attempts as a denial needs. */
    public boolean wasDenied() {
        int row = 0;
        for (Sample sample : samples) {
            row = sample.outcome().looksDenied() ? row + 1 : 0;
            if (row >= enough) {
                return true;
            }
        }
        return false;
    }

    /** The latest attempts, if enough of them are denied, each with a control and a witness. */
    public Optional<Denial> denial() {
        int from = samples.size();
        while (from > 0 && samples.get(from - 1).outcome().looksDenied()) {
            from--;
        }
        List<Sample> tail = samples.subList(from, samples.size());
        if (tail.size() < enough) {
            return Optional.empty();
        }
        Optional<Instant> reached = evidence.lastReachedByOthers(path.backend(), path.probe());
        Optional<Instant> witnessed = evidence.lastWitnessed(path.fromNode(), path.toNode(), path.backend());
        if (reached.isEmpty() || witnessed.isEmpty()) {
            return Optional.empty();
        }
        Instant proven = reached.get().isBefore(witnessed.get()) ? reached.get() : witnessed.get();
        List<Sample> counted =
                tail.stream().filter(one -> !one.began().isAfter(proven)).toList();
        return counted.size() < enough
                ? Optional.empty()
                : Optional.of(new Denial(counted.get(0).began(), counted));
    }

    private static long opens(List<Sample> samples) {
        return samples.stream()
                .filter(sample -> sample.outcome().reachedListener())
                .count();
    }
}
