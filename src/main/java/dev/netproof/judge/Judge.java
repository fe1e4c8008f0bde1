package dev.netproof.judge;

import dev.netproof.model.ControlGrade;
import dev.netproof.model.Expectation;
import dev.netproof.model.Outcome;
import dev.netproof.model.Verdict.Reason;
import dev.netproof.model.Verdict.Status;

/** Expectation × control grade × observation → ruling, for one path. */
public final class Judge {
    private Judge() {}

    /** What one path comes to. */
    public record Ruling(Status status, Reason reason) {}

    private static final Ruling NO_CONTROL = new Ruling(Status.INCONCLUSIVE, Reason.NO_CONTROL);

    /**
     * Judges one path.
     *
     * @param control how well it is proved that the far end was alive during the counted attempts
     * @param observed what the path settled on
     */
    public static Ruling rule(Expectation expected, ControlGrade control, Outcome observed) {
        if (observed == Outcome.PROBE_ERROR) {
            return new Ruling(Status.INCONCLUSIVE, Reason.PROBE_UNRELIABLE);
        }
        if (expected == Expectation.ALLOW) {
            return allow(control, observed);
        }
        return switch (observed) {
            case CONNECTED -> new Ruling(Status.FAIL, Reason.OPEN);
            case TIMEOUT, REFUSED, UNREACHABLE -> proves(control, observed) ? denied(expected, observed) : NO_CONTROL;
            // The application layer answered, so that only somebody who was let through can show that it tells sources
            // apart.
            case L7_DENIED -> control == ControlGrade.REACHED ? denied(expected, observed) : NO_CONTROL;
            // Packets went both ways: no network policy stopped them, and who closed the connection is not known.
            case RESET -> new Ruling(Status.INCONCLUSIVE, Reason.WRONG_RESPONSE);
            case DNS_FAILURE -> new Ruling(Status.INCONCLUSIVE, Reason.NAME_NOT_RESOLVED);
            case PROBE_ERROR -> throw new IllegalStateException("judged above");
        };
    }

    private static Ruling allow(ControlGrade control, Outcome observed) {
        return switch (observed) {
            case CONNECTED -> new Ruling(Status.PASS, Reason.CONNECTED);
            case TIMEOUT, REFUSED, UNREACHABLE ->
                proves(control, observed) ? new Ruling(Status.FAIL, Reason.BLOCKED) : NO_CONTROL;
            case RESET, L7_DENIED -> new Ruling(Status.FAIL, Reason.WRONG_RESPONSE);
            case DNS_FAILURE -> new Ruling(Status.FAIL, Reason.NAME_NOT_RESOLVED);
            case PROBE_ERROR -> throw new IllegalStateException("judged above");
        };
    }

    /** A server bound to loop-back alone listens too, and its own kernel refuses everybody else. */
    private static boolean proves(ControlGrade control, Outcome observed) {
        return switch (control) {
            case REACHED, LISTENING -> true;
            case LISTENING_LOOPBACK -> observed != Outcome.REFUSED;
            case NONE -> false;
        };
    }

    private static Ruling denied(Expectation expected, Outcome observed) {
        boolean asPinned = switch (expected) {
            case DROP -> observed == Outcome.TIMEOUT;
            case REJECT -> observed == Outcome.REFUSED || observed == Outcome.UNREACHABLE;
            case DENY, ALLOW -> true;
        };
        return asPinned ? new Ruling(Status.PASS, Reason.DENIED) : new Ruling(Status.FAIL, Reason.WRONG_MANNER);
    }
}
