package dev.netproof.enforce;

import java.util.Optional;

/** What not every cluster has: a scenario that needs it cannot be tried there, which is no failure. */
enum Prerequisite {
    NOTHING,
    /** A kernel that speaks SCTP. */
    SCTP,
    /** A namespace that admits pods in their node's network. */
    HOST_NETWORK;

    /** What follows from a target that did not come up. */
    Optional<Conclusion> lackingWithoutTarget() {
        return this == SCTP
                ? Optional.of(Conclusions.notSupported(
                        "no server could listen on SCTP: the node's kernel does not support it",
                        Optional.of("load the module sctp on the nodes, if anything there needs it")))
                : Optional.empty();
    }

    /** What follows from a pod that went before anything was tried. */
    Optional<Conclusion> lackingAfter(String loss) {
        return switch (this) {
            case NOTHING -> Optional.empty();
            case SCTP -> lackingWithoutTarget();
            case HOST_NETWORK ->
                Optional.of(Conclusions.notSupported(
                        "the cluster rejects pods with hostNetwork: " + loss, Optional.empty()));
        };
    }

    /** What follows where nothing connects even without a policy. */
    Optional<Conclusion> lackingWithoutPolicy() {
        return this == SCTP
                ? Optional.of(Conclusions.notSupported(
                        "no SCTP association was made even without a policy: the nodes' kernel or the network does not support it",
                        Optional.empty()))
                : Optional.empty();
    }
}
