package dev.netproof.enforce;

import dev.netproof.model.Enforcement.Kind;
import dev.netproof.model.Enforcement.Reason;
import dev.netproof.model.Enforcement.Row;
import dev.netproof.model.Enforcement.Status;
import dev.netproof.model.Family;
import java.time.Duration;
import java.util.Optional;

/** What a row has come to so far: its conclusion, how fast the policies came and went, and the evidence. */
final class RowJudgement {
    private final Scenario scenario;
    private final String node;
    private final TriedEdges edges;
    private final RowEvidence evidence;

    private Optional<Conclusion> conclusion = Optional.empty();
    /** What a first try came to that proved nothing; empty while there was none. */
    private Optional<Conclusion> first = Optional.empty();

    private Optional<Duration> denied = Optional.empty();
    private Optional<Duration> allowed = Optional.empty();

    RowJudgement(Scenario scenario, String node, TriedEdges edges, RowEvidence evidence) {
        this.scenario = scenario;
        this.node = node;
        this.edges = edges;
        this.evidence = evidence;
    }

    /** Concludes, in place of what was concluded before. */
    void conclude(Conclusion found) {
        // A policy that does not do as specified is judged by rows of its own.
        boolean moot = scenario.capability().kind() == Kind.INFORMATION
                && (found.reason() == Reason.LETS_THROUGH || found.reason() == Reason.DENIES_TOO_MUCH);
        conclusion = Optional.of(moot ? new Conclusion(found.status(), Reason.MOOT, found.seen(), found.fix()) : found);
    }

    /** Concludes that everything is as specified. */
    void concludeAsSpecified(Conclusion found) {
        conclude(found.after(first));
    }

    boolean isConcluded() {
        return conclusion.isPresent();
    }

    boolean isEnforced() {
        return conclusion.filter(one -> one.status() == Status.ENFORCED).isPresent();
    }

    /** Whether even the most basic policy has no effect. */
    boolean isNothingEnforced() {
        return scenario.isFoundation()
                && conclusion.filter(one -> one.reason() == Reason.LETS_THROUGH).isPresent();
    }

    /** The family of addresses in which even the most basic policy has no effect, where it has in the other one. */
    Optional<Family> openFamily() {
        return conclusion.filter(one -> scenario.isFoundation()).flatMap(one -> Families.open(one.reason()));
    }

    /** Forgets a first try that proved nothing, but for what it came to. */
    void beginSecondTry() {
        first = conclusion;
        conclusion = Optional.empty();
        denied = Optional.empty();
        evidence.clear();
    }

    boolean isSecondTry() {
        return first.isPresent();
    }

    /** A second try came to less than the first one. */
    void fallBackToFirstTry() {
        conclusion = first;
    }

    /** From the policies' creation until they denied for good, once that was seen. */
    Optional<Duration> denied() {
        return denied;
    }

    void denied(Duration time) {
        denied = Optional.of(time);
    }

    /** From the policies' removal until every connection was back. */
    void allowed(Duration time) {
        allowed = Optional.of(time);
    }

    /**
     * The row, once it is judged to the end.
     *
     * @param step the last step that it came to
     */
    Row row(int step) {
        return row(conclusion.orElseGet(Conclusions::outOfTime), step);
    }

    /** The row, where the check ended before it was judged to the end. */
    Row unfinished(int step) {
        return row(Conclusions.outOfTime(), step);
    }

    private Row row(Conclusion found, int step) {
        // Of what is left open nothing can be a failure, in no report: it was seen, or it was not.
        Status status = scenario.capability().kind() == Kind.INFORMATION && found.status() != Status.OBSERVED
                ? Status.UNTESTABLE
                : found.status();
        boolean proved = found.status() == Status.ENFORCED
                || (edges.isLeft(LeftFamily.Why.NO_CONNECTION) && found.reason() == Reason.NO_BASELINE);
        boolean startUp = scenario.subject() == Scenario.Subject.FRESH;
        return new Row(
                scenario.capability().id(),
                node,
                scenario.direction(),
                status,
                found.reason(),
                found.seen(),
                found.fix(),
                evidence.of(edges.whole(step)),
                proved || startUp ? denied : Optional.empty(),
                proved ? allowed : Optional.empty());
    }
}
