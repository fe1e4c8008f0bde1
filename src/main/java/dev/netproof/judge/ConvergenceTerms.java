package dev.netproof.judge;

import java.time.Duration;

/**
 * How long to look before believing.
 *
 * @param stable rounds in a row that must agree
 * @param settle how long after its start a fresh pod may still be treated by rules that have not arrived
 * @param deadline how long after its start a probe is given to see what is expected
 */
public record ConvergenceTerms(int stable, Duration settle, Duration deadline) {
    /**
     * The same for probes that begin a round only every so often: the deadline leaves room for rounds that agree, twice.
     *
     * @param round between the starts of two rounds
     * @param connectTimeout of one attempt
     */
    public ConvergenceTerms at(Duration round, Duration connectTimeout) {
        Duration needed = settle.plus(connectTimeout).plus(round.multipliedBy(2L * stable));
        return new ConvergenceTerms(stable, settle, needed.compareTo(deadline) > 0 ? needed : deadline);
    }

    /**
     * The same where rules were seen to take so long to arrive. Other pods' may take a little longer: where what was seen comes within
     * a round of the time to settle, pods get a round and an attempt more than that.
     *
     * @param arrival from a policy's creation to its first denial for good
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

    /** What netproof uses unless told otherwise. */
    public static final ConvergenceTerms DEFAULT =
            new ConvergenceTerms(3, Duration.ofSeconds(5), Duration.ofSeconds(20));
}
