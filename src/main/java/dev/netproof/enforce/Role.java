package dev.netproof.enforce;

import dev.netproof.plan.ServerPod.Server;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Who the pods are that policies tell apart. Each of them is a source in ingress scenarios and a target in egress ones. */
enum Role {
    /** Whom policies mostly let through: it shows that the far end is alive. */
    ONE(Space.HOME, "one", Server.MANY_PORTS),
    /** Whom they do not. */
    TWO(Space.HOME, "two", Server.ECHO),
    /** Looks like the first, in another namespace. */
    AWAY_ONE(Space.AWAY, "one", Server.ECHO),
    /** Looks like the second, in another namespace. */
    AWAY_TWO(Space.AWAY, "two", Server.ECHO),
    /** A pod in its node's own network. */
    HOST(Space.HOST, "host", Server.ECHO),
    /** The selected pod itself, which both listens and connects. */
    ITSELF(Space.HOME, "itself", Server.ECHO),
    /** The kubelet of the selected pod's node. */
    NODE(Space.HOME, "node", Server.ECHO);

    /** Those that policies tell apart by labels and namespace. */
    static final List<Role> PODS = List.of(ONE, TWO, AWAY_ONE, AWAY_TWO);

    /** The label that says who somebody is; the same in both namespaces. */
    static final String WHO = "netproof.dev/who";

    /** Which of the namespaces. */
    enum Space {
        HOME,
        AWAY,
        /** The one that admits pods in their node's network. */
        HOST
    }

    private final Space space;
    private final String who;
    private final Server server;

    Role(Space space, String who, Server server) {
        this.space = space;
        this.who = who;
        this.server = server;
    }

    Space space() {
        return space;
    }

    Map<String, String> labels() {
        return Map.of(WHO, who);
    }

    /** What it runs where it is a target. */
    Server server() {
        return server;
    }

    /** For ids. */
    String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** For sentences. */
    String title() {
        return switch (this) {
            case ONE -> "pod one";
            case TWO -> "pod two";
            case AWAY_ONE -> "pod one of another namespace";
            case AWAY_TWO -> "pod two of another namespace";
            case HOST -> "a pod in the network of the node";
            case ITSELF -> "the pod";
            case NODE -> "the kubelet";
        };
    }
}
