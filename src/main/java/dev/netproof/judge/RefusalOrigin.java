package dev.netproof.judge;

import dev.netproof.judge.Judge.Refuser;
import dev.netproof.model.Cause;
import dev.netproof.model.ControlGrade;
import dev.netproof.model.Path;
import dev.netproof.model.Protocol;

/** Who refused an attempt, read out of the refusal itself, and how sure that is. */
record RefusalOrigin(Refuser refuser, Cause cause, String what, String who) {
    private static final String TARGETS_NAME = " in the target's own name";
    private static final String FILTER_FOR_SURE = "a filter, for sure";

    /** @param transport what was spoken */
    static RefusalOrigin of(Cause cause, Path path, Protocol transport) {
        if (cause instanceof Cause.Icmp icmp) {
            return icmp(icmp, path, transport);
        }
        if (cause instanceof Cause.OwnKernel own) {
            return own.error().equals("EPERM")
                    ? new RefusalOrigin(Refuser.FILTER, own, own.words(), "a rule on the way out of the pod, for sure")
                    : new RefusalOrigin(Refuser.OWN_KERNEL, own, own.words(), "no packet left the probe, for sure");
        }
        return new RefusalOrigin(Refuser.UNKNOWN, cause, "a " + cause.words() + TARGETS_NAME, "");
    }

    private static RefusalOrigin icmp(Cause.Icmp icmp, Path path, Protocol transport) {
        String what = "an " + icmp.words();
        if (icmp.prohibits()) {
            return new RefusalOrigin(Refuser.FILTER, icmp, what, FILTER_FOR_SURE);
        }
        if (!icmp.portUnreachable()) {
            return new RefusalOrigin(Refuser.UNKNOWN, icmp, what, "a router that knows no way, or a filter; not sure");
        }
        if (path.kind() != Path.Kind.POD) {
            // Behind a Service's address, and outside, translation hides whose message it was; and kube-proxy refuses
            // in this manner what has no endpoints.
            return new RefusalOrigin(Refuser.UNKNOWN, icmp, what, "the far end, or a filter; not sure");
        }
        if (!icmp.sender().equals(path.address())) {
            return new RefusalOrigin(Refuser.FILTER, icmp, what + ", which is not the target", FILTER_FOR_SURE);
        }
        // A kernel answers a segment for which nobody listens by a reset.
        return transport == Protocol.TCP
                ? new RefusalOrigin(
                        Refuser.FILTER,
                        icmp,
                        what + ", where the target's own kernel would have reset",
                        FILTER_FOR_SURE)
                : new RefusalOrigin(Refuser.UNKNOWN, icmp, what + "," + TARGETS_NAME, "");
    }

    /** Of a Service's address, once it is known that all its pods are behind a filter that refuses in this manner. */
    RefusalOrigin likeItsPods() {
        return refuser == Refuser.UNKNOWN && cause instanceof Cause.Icmp
                ? new RefusalOrigin(Refuser.FILTER, cause, what, "a filter, as in front of its pods, for sure")
                : this;
    }

    /** The same, seen too seldom for a proof. */
    RefusalOrigin unproved() {
        return new RefusalOrigin(Refuser.UNKNOWN, cause, what, who);
    }

    /** In words: what came back, and who sent it, as far as the control tells. */
    String words(ControlGrade control) {
        if (!who.isEmpty()) {
            return what + ": " + who;
        }
        return what + ": "
                + switch (control) {
                    case REACHED, LISTENING -> "most likely a filter, because the target listens to others";
                    case LISTENING_LOOPBACK ->
                        "its kernel, if it listens on its loop-back alone, or a filter; not sure";
                    case OTHER_FAMILY ->
                        "its own kernel, because nobody listens there in this family, or a filter; not open either way";
                    case NONE -> "its own kernel, because nobody listens, or a filter; not sure";
                };
    }
}
