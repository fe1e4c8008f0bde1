package dev.netproof.plan;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which backends an address leads to, by the node that the packets come from.
 *
 * @param byNode the backends on each node, where an address leads to those on the sender's own node alone; empty where it leads to all of
 *     its backends from everywhere
 */
public record Routing(Optional<Map<String, List<Backend>>> byNode) {
    public static final Routing EVERYWHERE = new Routing(Optional.empty());

    public Routing {
        byNode = byNode.map(Map::copyOf);
    }

    /** As {@code internalTrafficPolicy: Local} has it. */
    static Routing ownNode(Map<String, List<Backend>> byNode) {
        return new Routing(Optional.of(byNode));
    }

    /** Whether the sender's node decides. */
    public boolean isLocal() {
        return byNode.isPresent();
    }
}
