package dev.netproof.plan;

import dev.netproof.model.Enforcement.Direction;
import dev.netproof.model.PortRef;
import dev.netproof.model.Protocol;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * A NetworkPolicy to be created, as data.
 *
 * @param pods whom it selects; an empty selector selects every pod of the namespace
 * @param directions the policy's types
 * @param rules of both directions; a direction without one lets nothing through
 */
public record PolicyManifest(
        String namespace, String name, Selector pods, Set<Direction> directions, List<Rule> rules) {
    public PolicyManifest {
        directions = java.util.Collections.unmodifiableSet(new java.util.TreeSet<>(directions));
        rules = List.copyOf(rules);
    }

    /**
     * What is let through in one direction: any of the peers on any of the ports.
     *
     * @param peers none means everybody
     * @param ports none means every port
     */
    public record Rule(Direction direction, List<Peer> peers, List<Ports> ports) {
        public Rule {
            peers = List.copyOf(peers);
            ports = List.copyOf(ports);
        }
    }

    /** The other end of a connection. */
    public sealed interface Peer {}

    /**
     * Pods.
     *
     * @param namespaces empty means the policy's own namespace
     * @param pods empty means every pod of the namespaces
     */
    public record Pods(Optional<Selector> namespaces, Optional<Selector> pods) implements Peer {}

    /**
     * Addresses.
     *
     * @param cidr such as 10.244.1.0/24
     * @param except ranges within it that are not meant
     */
    public record Block(String cidr, List<String> except) implements Peer {
        public Block {
            except = List.copyOf(except);
        }
    }

    /**
     * Ports of the target pod.
     *
     * @param port empty means every port of the protocol
     * @param end the last one of a range that begins at the port
     */
    public record Ports(Protocol protocol, Optional<PortRef> port, OptionalInt end) {}
}
