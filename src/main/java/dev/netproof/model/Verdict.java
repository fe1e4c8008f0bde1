package dev.netproof.model;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What a check comes to.
 *
 * @param reason a stable code for machines
 * @param explanation one sentence for people: what was seen and what it means
 * @param fix what to do about it, where there is something to do
 * @param also other reasons that prevent a verdict, each once, the easiest to fix first
 */
public record Verdict(Status status, Reason reason, String explanation, Optional<String> fix, List<Also> also) {
    /** What to fix first: while the source or the destination is wrong, a control is of no use. */
    private static final List<Reason> MOST_ACTIONABLE = List.of(
            Reason.NO_SUCH_SOURCE,
            Reason.NO_DESTINATION,
            Reason.NO_BACKEND,
            Reason.PROBE_CHANGED,
            Reason.PROBE_FAILED,
            Reason.TARGET_CHANGED,
            Reason.PROBE_UNRELIABLE,
            Reason.NAME_NOT_RESOLVED,
            Reason.WRONG_RESPONSE,
            Reason.UNSETTLED,
            Reason.OUT_OF_TIME,
            Reason.NO_CONTROL);

    public Verdict {
        also = List.copyOf(also);
    }

    /** A verdict without other reasons. */
    public Verdict(Status status, Reason reason, String explanation, Optional<String> fix) {
        this(status, reason, explanation, fix, List.of());
    }

    /** Another reason that prevents a verdict, or believing it. */
    public record Also(Reason reason, String explanation, Optional<String> fix) {}

    /** Reasons by what can be mended best. */
    public static Comparator<Reason> mostActionableFirst() {
        return Comparator.comparingInt(Verdict::rank);
    }

    private static int rank(Reason reason) {
        int rank = MOST_ACTIONABLE.indexOf(reason);
        return rank < 0 ? MOST_ACTIONABLE.size() : rank;
    }

    /** The same verdict, with the reasons of others that it does not have itself. */
    public Verdict besides(Collection<Verdict> others) {
        List<Also> reasons = new ArrayList<>(also);
        others.stream()
                .sorted(Comparator.comparing(Verdict::reason, mostActionableFirst()))
                .forEach(other -> {
                    add(reasons, new Also(other.reason(), other.explanation(), other.fix()));
                    other.also().forEach(one -> add(reasons, one));
                });
        reasons.sort(Comparator.comparing(Also::reason, mostActionableFirst()));
        return new Verdict(status, reason, explanation, fix, reasons);
    }

    /** The same verdict, about some of a source's pods: "client-7 (canary=)". */
    public Verdict seenAs(String pods) {
        return new Verdict(status, reason, explanation + "; tried as " + pods, fix, also);
    }

    private void add(List<Also> reasons, Also one) {
        if (one.reason() != reason && reasons.stream().noneMatch(known -> known.reason() == one.reason())) {
            reasons.add(one);
        }
    }

    /** The five verdicts. */
    public enum Status {
        /** What the matrix says was seen, with proof. */
        PASS,
        /** The contrary was seen, with proof. */
        FAIL,
        /** Nothing was proved either way. */
        INCONCLUSIVE,
        /** This cluster has no means to test it. */
        UNTESTABLE,
        /** Not asked for in this run. */
        SKIPPED
    }

    /** Why a verdict is what it is. */
    public enum Reason {
        /** Allowed, and every path connected. */
        CONNECTED,
        /** Denied, and every path was stopped while its far end was alive. */
        DENIED,
        /** Denied by the matrix, yet a connection opened. */
        OPEN,
        /** Allowed by the matrix, yet stopped while the far end was alive. */
        BLOCKED,
        /** By address the connection works, but the name does not resolve. */
        NAME_NOT_RESOLVED,
        /** Stopped as expected, but in another manner than the matrix pins. */
        WRONG_MANNER,
        /** The response was not the one expected. */
        WRONG_RESPONSE,
        /** An exception's last day has passed. */
        EXCEPTION_EXPIRED,
        /** Nothing proved that the far end was alive. */
        NO_CONTROL,
        /** It never held still for long enough. */
        UNSETTLED,
        /** The target was replaced, restarted or lost its readiness while being probed. */
        TARGET_CHANGED,
        /** There is no such destination, or no port of that name. */
        NO_DESTINATION,
        /** The destination exists and has no ready backend, or none that its address leads to from the source's node. */
        NO_BACKEND,
        /** Nobody in the cluster has the source's identity. */
        NO_SUCH_SOURCE,
        /** The probe did not start, or did not last. */
        PROBE_FAILED,
        /** Admission changed the probe into something other than the source. */
        PROBE_CHANGED,
        /** The probe was starved of CPU or its results were cut. */
        PROBE_UNRELIABLE,
        /** This run was asked for other checks. */
        NOT_SELECTED,
        /** Nothing on this cluster can make this attempt. */
        NOT_SUPPORTED,
        /** The run ended before the check could be judged. */
        OUT_OF_TIME
    }
}
