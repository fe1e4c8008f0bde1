package dev.netproof.enforce;

import dev.netproof.plan.ServerPod.Server;

/**
 * The pods that a scenario is about. Scenarios of the same track take turns on the same pods, those of other tracks run beside them. A
 * track has the server that its scenarios need on the target.
 */
enum Track {
    A("a", Server.ECHO),
    B("b", Server.ECHO),
    C("c", Server.ECHO),
    X("x", Server.ECHO),
    /** Its source starts after its policies. */
    FRESH("f", Server.ECHO),
    /** Its target connects to itself. */
    HAIRPIN("h", Server.ECHO),
    /** Its target is connected to from before the policies, by the kubelet and from the network of a node. */
    KEPT("k", Server.ECHO),
    PORTS("p", Server.MANY_PORTS),
    SCTP("s", Server.SCTP);

    private final String word;
    private final Server server;

    Track(String word, Server server) {
        this.word = word;
        this.server = server;
    }

    /** For ids, labels and sentences. */
    String word() {
        return word;
    }

    /** What runs on its targets. */
    Server server() {
        return server;
    }
}
