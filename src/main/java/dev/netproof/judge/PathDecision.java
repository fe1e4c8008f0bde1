package dev.netproof.judge;

import dev.netproof.model.Cause;
import dev.netproof.model.Expectation;
import dev.netproof.model.Outcome;
import dev.netproof.model.Path;
import dev.netproof.model.Sample;
import dev.netproof.model.Verdict.Reason;
import dev.netproof.model.Verdict.Status;
import dev.netproof.plan.PlannedCheck;
import java.util.Optional;

/**
 * What one path comes to, and on what ground.
 *
 * @param ruling of the judge, where the outcome decides
 */
record PathDecision(Finding finding, Expectation expected, Ground ground, Lazy<Judge.Ruling> ruling) {

    /** What decides a path. */
    enum Ground {
        PROBE_CHANGED(Status.INCONCLUSIVE, Reason.PROBE_CHANGED),
        /** The probe ran, and fewer of its rounds ended than must agree. */
        TOO_FEW_ROUNDS(Status.INCONCLUSIVE, Reason.PROBE_UNRELIABLE),
        PROBE_NOT_STARTED(Status.INCONCLUSIVE, Reason.PROBE_FAILED),
        PROBE_LOST(Status.INCONCLUSIVE, Reason.PROBE_FAILED),
        TARGET_CHANGED(Status.INCONCLUSIVE, Reason.TARGET_CHANGED),
        /** The kernel of the probe's node does not know the protocol. */
        NO_PROTOCOL(Status.UNTESTABLE, Reason.NOT_SUPPORTED),
        UNSTEADY(Status.INCONCLUSIVE, Reason.UNSETTLED),
        NAME_RESOLVES(Status.PASS, Reason.CONNECTED),
        NAME_UNREADABLE(Status.INCONCLUSIVE, Reason.PROBE_UNRELIABLE),
        /** No probe resolved any name. */
        NAMES_SERVED_NOBODY(Status.INCONCLUSIVE, Reason.NAME_NOT_RESOLVED),
        NAME_NOT_RESOLVED(Status.FAIL, Reason.NAME_NOT_RESOLVED),
        NEVER_OPENED_BY_NAME(Status.PASS, Reason.DENIED),
        /** Only the name could be tried, and no control resolved it. */
        NAME_WITHOUT_CONTROL(Status.INCONCLUSIVE, Reason.NO_CONTROL),
        /** A Service of both families whose pods have one. */
        NO_BACKEND(Status.INCONCLUSIVE, Reason.NO_BACKEND),
        /** The address of a Service with internalTrafficPolicy Local, from a node without an endpoint: no policy is at fault. */
        NO_LOCAL_ENDPOINT(Status.FAIL, Reason.NO_BACKEND),
        /** The same where it is denied: from here it leads to nobody, and from another node to somebody, where it is tried too. */
        NOBODY_HERE(Status.PASS, Reason.DENIED),
        /** The same where no other node is tried that it leads to somebody from: its silence is no denial. */
        NOBODY_ANYWHERE(Status.INCONCLUSIVE, Reason.NO_BACKEND),
        /** The outcome, the control and the expectation. */
        OUTCOME;

        private final Optional<Judge.Ruling> always;

        Ground() {
            this.always = Optional.empty();
        }

        Ground(Status status, Reason reason) {
            this.always = Optional.of(new Judge.Ruling(status, reason));
        }
    }

    /** @param stable rounds in a row that must agree */
    static PathDecision of(PlannedCheck check, Finding finding, int stable) {
        Ground ground = ground(check, finding, stable);
        Expectation expected = check.check().expectation();
        return new PathDecision(
                finding,
                expected,
                ground,
                new Lazy<>(() -> ground.always.orElseGet(() ->
                        Judge.rule(expected, finding::grade, finding.outcome().orElseThrow(), finding::refuser))));
    }

    Status status() {
        return ruling.get().status();
    }

    Reason reason() {
        return ruling.get().reason();
    }

    /** Whether the status is PASS. No control is looked for where none could make it one. */
    boolean passes() {
        return (ground != Ground.OUTCOME
                        || Judge.canPass(expected, finding.outcome().orElseThrow()))
                && status() == Status.PASS;
    }

    private static Ground ground(PlannedCheck check, Finding finding, int stable) {
        if (finding.life().changed().isPresent()) {
            return Ground.PROBE_CHANGED;
        }
        boolean lost = finding.life().loss().isPresent();
        if (finding.samples().isEmpty()
                || (!lost && !finding.isLookup() && finding.samples().size() < stable && finding.isUnsteady())) {
            if (lost) {
                return Ground.PROBE_LOST;
            }
            return finding.life().started().isPresent() ? Ground.TOO_FEW_ROUNDS : Ground.PROBE_NOT_STARTED;
        }
        if (!finding.connected() && finding.targetChange().get().isPresent()) {
            return Ground.TARGET_CHANGED;
        }
        if (lost && finding.isUnsteady()) {
            return Ground.PROBE_LOST;
        }
        if (finding.samples().stream().allMatch(PathDecision::lacksProtocol)) {
            return Ground.NO_PROTOCOL;
        }
        boolean forbidden = check.check().expectation().forbids();
        if (finding.isLookup() && forbidden && isByNameAlone(check) && !finding.wasReached()) {
            return Ground.NAME_WITHOUT_CONTROL;
        }
        if (finding.isUnsteady()) {
            return Ground.UNSTEADY;
        }
        if (finding.isLookup()) {
            return forbidden ? forbiddenName(finding) : allowedName(check, finding);
        }
        if (finding.planned().leadsNowhere()
                && finding.outcome().filter(Outcome::looksDenied).isPresent()) {
            return nowhere(finding, forbidden);
        }
        return !forbidden
                        && finding.path().kind() == Path.Kind.VIP
                        && finding.planned().backends().isEmpty()
                        && !finding.connected()
                ? Ground.NO_BACKEND
                : Ground.OUTCOME;
    }

    private static Ground nowhere(Finding finding, boolean forbidden) {
        if (!forbidden) {
            return Ground.NO_LOCAL_ENDPOINT;
        }
        return finding.fromElsewhere().get() == Finding.FromElsewhere.LEADS_TO_SOMEBODY
                ? Ground.NOBODY_HERE
                : Ground.NOBODY_ANYWHERE;
    }

    private static Ground allowedName(PlannedCheck check, Finding finding) {
        Outcome outcome = finding.outcome().orElseThrow();
        if (outcome == Outcome.PROBE_ERROR) {
            return Ground.NAME_UNREADABLE;
        }
        if (isByNameAlone(check) && outcome != Outcome.CONNECTED) {
            return Ground.NAME_WITHOUT_CONTROL;
        }
        if (outcome != Outcome.DNS_FAILURE) {
            return Ground.NAME_RESOLVES;
        }
        return finding.names().get() == Finding.Names.SERVED_NOBODY
                ? Ground.NAMES_SERVED_NOBODY
                : Ground.NAME_NOT_RESOLVED;
    }

    /** By name an outside destination may lead anywhere: what opened is open. */
    private static Ground forbiddenName(Finding finding) {
        if (finding.outcome().orElseThrow() == Outcome.PROBE_ERROR) {
            return Ground.NAME_UNREADABLE;
        }
        return finding.wasReached() ? Ground.OUTCOME : Ground.NEVER_OPENED_BY_NAME;
    }

    /** Whether no address of the destination is known, so that its name is all that can be tried. */
    static boolean isByNameAlone(PlannedCheck check) {
        return check.paths().stream().allMatch(planned -> planned.path().kind() == Path.Kind.LOOKUP);
    }

    static boolean lacksProtocol(Sample sample) {
        return sample.cause().filter(Cause.NoProtocol.class::isInstance).isPresent();
    }
}
