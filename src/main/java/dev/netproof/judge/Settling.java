package dev.netproof.judge;

import dev.netproof.evidence.EvidenceStore;
import dev.netproof.model.Sample;
import dev.netproof.plan.PlannedPath;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** When a fresh pod's rules must have arrived: after the settle time of the run's terms, or after the time that rules were measured to take. */
final class Settling {
    private final EvidenceStore evidence;
    private ConvergenceTerms terms;
    private Map<String, Duration> arrivals = Map.of();

    Settling(EvidenceStore evidence, ConvergenceTerms terms) {
        this.evidence = evidence;
        this.terms = terms;
    }

    void arrived(Map<String, Duration> byNode, ConvergenceTerms now) {
        arrivals = Map.copyOf(byNode);
        terms = now;
        evidence.changedEverywhere();
    }

    ConvergenceTerms terms() {
        return terms;
    }

    /** How long rules were measured to take to arrive, by node. */
    Map<String, Duration> arrivals() {
        return arrivals;
    }

    /** When a probe's rules must have arrived. */
    Instant settled(String probe) {
        return evidence.life(probe)
                .started()
                .map(started -> started.plus(terms.settle()))
                .orElse(Instant.MAX);
    }

    /** Whether the rounds that agree are as many as must, and reach beyond settling. */
    boolean isSteady(PlannedPath planned, List<Sample> agreeing) {
        return agreeing.size() >= terms.stable() && isReached(planned, agreeing);
    }

    /** Whether the latest of these attempts began once the probe's rules must have arrived. */
    boolean isReached(PlannedPath planned, List<Sample> samples) {
        return !samples.isEmpty() && !samples.get(samples.size() - 1).began().isBefore(settled(planned.probe()));
    }
}
