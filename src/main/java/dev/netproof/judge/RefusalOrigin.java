package dev.netproof.judge;

import dev.netproof.judge.Judge.Refuser;
import dev.netproof.model.Cause;
import dev.netproof.model.Path;
import dev.netproof.model.Protocol;

/**
 * Who refused an attempt, read out of the refusal itself.
 *
 * @param refuser who it is, if that is proved
 * @param sign what in the refusal tells
 */
record RefusalOrigin(Refuser refuser, Cause cause, Sign sign) {
    /** What tells who refused. */
    enum Sign {
        /** An error of the probe's kernel: a rule on the way out of the pod. */
        RULE_IN_THE_POD,
        /** An error of the probe's kernel: no packet left. */
        NO_ROUTE,
        /** The message says that the traffic is prohibited. */
        PROHIBITED,
        /** A port is called unreachable by an address that is not the target's. */
        FROM_ANOTHER,
        /** A port is called unreachable where the target's own kernel would have reset the connection. */
        INSTEAD_OF_A_RESET,
        /** Of a Service's address: all its pods are behind a filter that refuses in this manner. */
        LIKE_ITS_PODS,
        /** Some other ICMP error. */
        ROUTER_OR_FILTER,
        /** Address translation hides whose message it was. */
        TRANSLATED,
        /** It looks as if the target had sent it. */
        IN_THE_TARGETS_NAME
    }

    /** @param transport what was spoken */
    static RefusalOrigin of(Cause cause, Path path, Protocol transport) {
        if (cause instanceof Cause.Icmp icmp) {
            return icmp(icmp, path, transport);
        }
        if (cause instanceof Cause.OwnKernel own) {
            return own.error().equals("EPERM")
                    ? new RefusalOrigin(Refuser.FILTER, own, Sign.RULE_IN_THE_POD)
                    : new RefusalOrigin(Refuser.OWN_KERNEL, own, Sign.NO_ROUTE);
        }
        return new RefusalOrigin(Refuser.UNKNOWN, cause, Sign.IN_THE_TARGETS_NAME);
    }

    private static RefusalOrigin icmp(Cause.Icmp icmp, Path path, Protocol transport) {
        if (icmp.prohibits()) {
            return new RefusalOrigin(Refuser.FILTER, icmp, Sign.PROHIBITED);
        }
        if (!icmp.portUnreachable()) {
            return new RefusalOrigin(Refuser.UNKNOWN, icmp, Sign.ROUTER_OR_FILTER);
        }
        if (path.kind() != Path.Kind.POD) {
            // Behind a Service's address, and outside, translation hides whose message it was; and kube-proxy refuses
            // in this manner what has no endpoints.
            return new RefusalOrigin(Refuser.UNKNOWN, icmp, Sign.TRANSLATED);
        }
        if (!icmp.sender().equals(path.address())) {
            return new RefusalOrigin(Refuser.FILTER, icmp, Sign.FROM_ANOTHER);
        }
        // A kernel answers a segment to a port without a listener with a reset.
        return transport == Protocol.TCP
                ? new RefusalOrigin(Refuser.FILTER, icmp, Sign.INSTEAD_OF_A_RESET)
                : new RefusalOrigin(Refuser.UNKNOWN, icmp, Sign.IN_THE_TARGETS_NAME);
    }

    /** Of a Service's address, once it is known that all its pods are behind a filter that refuses in this manner. */
    RefusalOrigin likeItsPods() {
        return refuser == Refuser.UNKNOWN && cause instanceof Cause.Icmp
                ? new RefusalOrigin(Refuser.FILTER, cause, Sign.LIKE_ITS_PODS)
                : this;
    }

    /** The same, seen too seldom for a proof. */
    RefusalOrigin unproved() {
        return new RefusalOrigin(Refuser.UNKNOWN, cause, sign);
    }
}
