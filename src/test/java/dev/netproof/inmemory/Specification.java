package dev.netproof.inmemory;

import dev.netproof.model.Enforcement.Direction;
import dev.netproof.model.PortRef;
import dev.netproof.model.Protocol;
import dev.netproof.plan.PolicyManifest;
import dev.netproof.plan.PolicyManifest.Block;
import dev.netproof.plan.PolicyManifest.Peer;
import dev.netproof.plan.PolicyManifest.Pods;
import dev.netproof.plan.PolicyManifest.Ports;
import dev.netproof.plan.PolicyManifest.Rule;
import dev.netproof.plan.Selector;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;

/**
 * What policies mean, straight from the API's own documentation, for TCP and UDP. A test's engine may take them to mean something else, one
 * thing at a time.
 */
public class Specification {
    static final Specification AS_WRITTEN = new Specification();

    final boolean lets(
            List<PolicyManifest> policies,
            Direction direction,
            Live from,
            Live to,
            String ip,
            int port,
            Protocol protocol) {
        if (!concerns(protocol)) {
            return true;
        }
        Live subject = direction == Direction.INGRESS ? to : from;
        List<PolicyManifest> selecting = policies.stream()
                .filter(policy -> policy.namespace().equals(subject.namespace)
                        && isolates(policy, direction)
                        && selects(policy, subject))
                .toList();
        if (selecting.isEmpty()) {
            return true;
        }
        return combined(selecting.stream()
                .map(policy -> policy.rules().stream()
                        .filter(rule -> rule.direction() == direction)
                        .anyMatch(rule -> matches(policy, rule, from, to, ip, port, protocol)))
                .toList());
    }

    protected boolean isolates(PolicyManifest policy, Direction direction) {
        return policy.directions().contains(direction);
    }

    protected boolean selects(PolicyManifest policy, Live pod) {
        return policy.pods().selects(pod.labels());
    }

    protected boolean concerns(Protocol protocol) {
        return true;
    }

    /** Policies add up. */
    protected boolean combined(List<Boolean> each) {
        return each.contains(true);
    }

    private boolean matches(
            PolicyManifest policy, Rule rule, Live from, Live to, String ip, int port, Protocol protocol) {
        Live other = rule.direction() == Direction.INGRESS ? from : to;
        String address = rule.direction() == Direction.INGRESS ? from.like(ip).orElseThrow() : ip;
        boolean peer = rule.peers().isEmpty()
                ? isForEverybody(rule)
                : peers(rule.peers().stream()
                        .map(one -> matches(policy, one, other, address))
                        .toList());
        boolean ports =
                rule.ports().isEmpty() || rule.ports().stream().anyMatch(one -> matches(one, to, port, protocol));
        return peer && ports;
    }

    /** A rule without peers is for everybody. */
    protected boolean isForEverybody(Rule rule) {
        return true;
    }

    /** Peers of one rule are alternatives. */
    protected boolean peers(List<Boolean> each) {
        return each.contains(true);
    }

    private boolean matches(PolicyManifest policy, Peer peer, Live other, String address) {
        if (peer instanceof Block block) {
            return block(block, address);
        }
        return peer(policy, (Pods) peer, other);
    }

    protected boolean selects(Selector pods, Map<String, String> labels) {
        return pods.selects(labels);
    }

    /** Both selectors of one peer must select. */
    protected boolean peer(PolicyManifest policy, Pods pods, Live other) {
        return namespace(policy, pods, other)
                && pods.pods().map(one -> selects(one, other.labels())).orElse(true);
    }

    protected boolean namespace(PolicyManifest policy, Pods pods, Live other) {
        return pods.namespaces()
                .map(one -> one.selects(Map.of("kubernetes.io/metadata.name", other.namespace)))
                .orElse(other.namespace.equals(policy.namespace()));
    }

    protected boolean block(Block block, String address) {
        return within(block.cidr(), address) && block.except().stream().noneMatch(one -> within(one, address));
    }

    private static boolean within(String cidr, String address) {
        try {
            byte[] net =
                    InetAddress.getByName(cidr.substring(0, cidr.indexOf('/'))).getAddress();
            byte[] one = InetAddress.getByName(address).getAddress();
            int bits = Integer.parseInt(cidr.substring(cidr.indexOf('/') + 1));
            if (net.length != one.length) {
                return false;
            }
            for (int i = 0; i < bits; i++) {
                int mask = 1 << (7 - i % 8);
                if ((net[i / 8] & mask) != (one[i / 8] & mask)) {
                    return false;
                }
            }
            return true;
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    protected boolean matches(Ports ports, Live to, int port, Protocol protocol) {
        if (ports.protocol() != protocol) {
            return false;
        }
        if (ports.port().isEmpty()) {
            return true;
        }
        PortRef wanted = ports.port().get();
        if (wanted instanceof PortRef.Number number) {
            return port >= number.value() && port <= ports.end().orElse(number.value());
        }
        return to.ports.stream()
                .anyMatch(one -> one.protocol() == protocol
                        && one.number() == port
                        && one.name().filter(wanted.toString()::equals).isPresent());
    }
}
