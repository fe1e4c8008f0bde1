package dev.netproof.judge;

import dev.netproof.model.ControlGrade;
import dev.netproof.model.Expectation;
import dev.netproof.model.Outcome;
import dev.netproof.model.Verdict.Reason;
import dev.netproof.model.Verdict.Status;
import java.util.function.Supplier;

/** The ruling on one path: a table of expectation, control grade and outcome. */
public final class Judge {
    private Judge() {}

    /** The judge's decision on one path. */
    public record Ruling(Status status, Reason reason) {}

    /** Who refused an attempt, as far as the refusal itself proves it. */
    public enum Refuser {
        /** A filter on the way: the message says so, or comes from an address that is not the target's. */
        FILTER,
        /** The probe's own kernel, which has no route there: no packet was sent. */
        OWN_KERNEL,
        /** Not known: the refusal looks as if the target sent it, or says nothing about its sender. */
        UNKNOWN
    }

    private static final Ruling NO_CONTROL = new Ruling(Status.INCONCLUSIVE, Reason.NO_CONTROL);

    /**
     * Judges one path.
     *
     * @param control how well it is proved that the far end was alive during the counted attempts
     * @param observed what the path settled on
     */
    public static Ruling rule(Expectation expected, ControlGrade control, Outcome observed) {
        return rule(expected, control, observed, Refuser.UNKNOWN);
    }

    /**
     * Judges one path, with what is known about who refused.
     *
     * @param refuser of all counted attempts that were refused
     */
    public static Ruling rule(Expectation expected, ControlGrade control, Outcome observed, Refuser refuser) {
        return rule(expected, () -> control, observed, () -> refuser);
    }

    /** The same; the control and the refuser are looked for only where they matter. */
    static Ruling rule(
            Expectation expected, Supplier<ControlGrade> control, Outcome observed, Supplier<Refuser> refuser) {
        if (observed == Outcome.PROBE_ERROR) {
            return new Ruling(Status.INCONCLUSIVE, Reason.PROBE_UNRELIABLE);
        }
        if (expected == Expectation.ALLOW) {
            return allow(control, observed, refuser);
        }
        return switch (observed) {
            case CONNECTED -> new Ruling(Status.FAIL, Reason.OPEN);
            case TIMEOUT, REFUSED, UNREACHABLE -> stopped(expected, control, observed, refuser);
            // The application layer answered: only another source that gets a different answer shows that it tells
            // sources
            // apart.
            case L7_DENIED -> control.get() == ControlGrade.REACHED ? denied(expected, observed) : NO_CONTROL;
            // Packets went both ways: no network policy stopped them, and it is not known who closed the connection.
            case RESET -> new Ruling(Status.INCONCLUSIVE, Reason.WRONG_RESPONSE);
            case DNS_FAILURE -> new Ruling(Status.INCONCLUSIVE, Reason.NAME_NOT_RESOLVED);
            case PROBE_ERROR -> throw new IllegalStateException("judged above");
        };
    }

    /** Whether there is a control that makes a pass of what was observed. */
    static boolean canPass(Expectation expected, Outcome observed) {
        return expected == Expectation.ALLOW
                ? observed == Outcome.CONNECTED
                : (observed.looksDenied() || observed == Outcome.L7_DENIED)
                        && denied(expected, observed).status() == Status.PASS;
    }

    private static Ruling stopped(
            Expectation expected, Supplier<ControlGrade> control, Outcome observed, Supplier<Refuser> refuser) {
        if (observed != Outcome.TIMEOUT && refuser.get() == Refuser.OWN_KERNEL) {
            // A probe without a route says nothing about what policies let through.
            return new Ruling(Status.INCONCLUSIVE, Reason.PROBE_UNRELIABLE);
        }
        boolean closed = expected == Expectation.DENY && control.get() == ControlGrade.OTHER_FAMILY;
        return closed || proves(control, observed, refuser) ? denied(expected, observed) : NO_CONTROL;
    }

    private static Ruling allow(Supplier<ControlGrade> control, Outcome observed, Supplier<Refuser> refuser) {
        return switch (observed) {
            case CONNECTED -> new Ruling(Status.PASS, Reason.CONNECTED);
            case TIMEOUT, REFUSED, UNREACHABLE ->
                // A filter that refuses blocks the connection, whether or not the target is alive.
                proves(control, observed, refuser) || (observed != Outcome.TIMEOUT && refuser.get() == Refuser.FILTER)
                        ? new Ruling(Status.FAIL, Reason.BLOCKED)
                        : NO_CONTROL;
            case RESET, L7_DENIED -> new Ruling(Status.FAIL, Reason.WRONG_RESPONSE);
            case DNS_FAILURE -> new Ruling(Status.FAIL, Reason.NAME_NOT_RESOLVED);
            case PROBE_ERROR -> throw new IllegalStateException("judged above");
        };
    }

    /** A server that listens on loop-back or in one family only looks alive too, and its own kernel refuses all other connections. */
    private static boolean proves(Supplier<ControlGrade> control, Outcome observed, Supplier<Refuser> refuser) {
        return switch (control.get()) {
            case REACHED, LISTENING -> true;
            case LISTENING_LOOPBACK, OTHER_FAMILY -> observed != Outcome.REFUSED || refuser.get() == Refuser.FILTER;
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
