package dev.netproof.judge;

import java.time.Duration;

/**
 * How long probes are watched before a verdict.
 *
 * @param stable rounds in a row that must agree
 * @param settle how long after a pod's start its rules may still be incomplete on the node
 * @param deadline how long after its start a probe may take to see the expected result
 */
public record ConvergenceTerms(int stable, Duration settle, Duration deadline) {
    /**
     * The same for probes that begin rounds less often: the deadline leaves time for twice as many rounds as must agree.
     *
     * @param round between the starts of two rounds
     * @param connectTimeout of one attempt
     */
    public ConvergenceTerms at(Duration round, Duration connectTimeout) {
        Duration needed = settle.plus(connectTimeout).plus(round.multipliedBy(2L * stable));
        return new ConvergenceTerms(stable, settle, needed.compareTo(deadline) > 0 ? needed : deadline);
    }

    /**
     * The same where rules were measured to take this long to arrive. Other pods' rules may take a little longer: if the measured time
     * comes within a round of the settle time, the settle time becomes the measured time, a round and an attempt.
     *
     * @param arrival from a policy's creation until it denied for good
     * @param round between the starts of two rounds
     * @param connectTimeout of one attempt
     */
    public ConvergenceTerms arriving(Duration arrival, Duration round, Duration connectTimeout) {
        if (arrival.plus(round).compareTo(settle) <= 0) {
            return at(round, connectTimeout);
        }
        return new ConvergenceTerms(stable, arrival.plus(round).plus(connectTimeout), deadline)
                .at(round, connectTimeout);
    }

    /** The defaults. */
    public static final ConvergenceTerms DEFAULT =
            new ConvergenceTerms(3, Duration.ofSeconds(5), Duration.ofSeconds(20));
}
