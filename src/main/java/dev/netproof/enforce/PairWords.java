package dev.netproof.enforce;

import dev.netproof.model.Family;

/** Who connects to what, in words. */
final class PairWords {
    private PairWords() {}

    /**
     * "pod two on node1 → the target on node2, by its Service".
     *
     * @param port the server's own
     * @param from the node that it begins on
     * @param to the node that it leads to
     */
    static String meaning(Pair pair, int port, String from, String to) {
        String how = how(pair, port);
        return switch (pair.edge().role()) {
            case ITSELF -> "the pod on " + from + " → itself" + how;
            case NODE -> "the kubelet of " + from + " → its own pod";
            case HOST -> "a pod in the network of " + from + " → the target on " + to + how;
            default -> {
                String role = pair.edge().role().title();
                yield pair.server() instanceof Actor.Target
                        ? role + " on " + from + " → the target on " + to + how
                        : "the source on " + from + " → " + role + " on " + to + how;
            }
        };
    }

    /** The same where it is tried in several families of addresses. */
    static String meaning(Pair pair, int port, String from, String to, Family family) {
        return meaning(pair, port, from, to) + ", " + Families.over(family);
    }

    private static String how(Pair pair, int port) {
        return switch (pair.edge().way()) {
            case POD, POD_INWARD -> pair.edge().port() == ServerPorts.PORT ? "" : ", port " + port;
            case POD_UDP -> ", over UDP";
            case POD_SCTP -> ", over SCTP";
            case SERVICE -> ", by its Service";
            case POD_IPV6 -> ", over IPv6";
            case HELD -> ", over a connection from before the policy";
            case KUBELET -> "";
        };
    }

    /** What reports call a probe. */
    static String probe(Actor actor, String node) {
        if (actor instanceof Actor.Source source) {
            return "source " + source.track().word() + " on " + node;
        }
        if (actor instanceof Actor.Client client) {
            return client.role().title() + " on " + node;
        }
        return "the pod that reaches itself on " + node;
    }
}
