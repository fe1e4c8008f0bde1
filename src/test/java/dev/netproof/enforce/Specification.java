package dev.netproof.enforce;

import dev.netproof.model.Enforcement.Direction;
import dev.netproof.model.PortRef;
import dev.netproof.model.Protocol;
import dev.netproof.plan.PolicyManifest;
import dev.netproof.plan.PolicyManifest.Block;
import dev.netproof.plan.PolicyManifest.Peer;
import dev.netproof.plan.PolicyManifest.Pods;
import dev.netproof.plan.PolicyManifest.Ports;
import dev.netproof.plan.PolicyManifest.Rule;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;

/**
 * What policies mean, straight from the API's own documentation, for TCP and UDP. A test's engine may take them to mean something else, one
 * thing at a time.
 */
class Specification {
    static final Specification AS_WRITTEN = new Specification();

    final boolean lets(
            List<PolicyManifest> policies,
            Direction direction,
            ToyCluster.Live from,
            ToyCluster.Live to,
            String ip,
            int port,
            Protocol protocol) {
        if (!concerns(protocol)) {
            return true;
        }
        ToyCluster.Live subject = direction == Direction.INGRESS ? to : from;
        List<PolicyManifest> selecting = policies.stream()
                .filter(policy -> policy.namespace().equals(subject.namespace)
                        && policy.directions().contains(direction)
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

    boolean selects(PolicyManifest policy, ToyCluster.Live pod) {
        return policy.pods().selects(pod.labels);
    }

    boolean concerns(Protocol protocol) {
        return true;
    }

    /** Policies add up. */
    boolean combined(List<Boolean> each) {
        return each.contains(true);
    }

    private boolean matches(
            PolicyManifest policy,
            Rule rule,
            ToyCluster.Live from,
            ToyCluster.Live to,
            String ip,
            int port,
            Protocol protocol) {
        ToyCluster.Live other = rule.direction() == Direction.INGRESS ? from : to;
        String address = rule.direction() == Direction.INGRESS ? from.like(ip).orElseThrow() : ip;
        boolean peer = rule.peers().isEmpty()
                || peers(rule.peers().stream()
                        .map(one -> matches(policy, one, other, address))
                        .toList());
        boolean ports =
                rule.ports().isEmpty() || rule.ports().stream().anyMatch(one -> matches(one, to, port, protocol));
        return peer && ports;
    }

    /** Peers of one rule are alternatives. */
    boolean peers(List<Boolean> each) {
        return each.contains(true);
    }

    private boolean matches(PolicyManifest policy, Peer peer, ToyCluster.Live other, String address) {
        if (peer instanceof Block block) {
            return block(block, address);
        }
        Pods pods = (Pods) peer;
        return namespaceAndPod(
                namespace(policy, pods, other),
                pods.pods().map(one -> one.selects(other.labels)).orElse(true));
    }

    /** Both in one peer must hold. */
    boolean namespaceAndPod(boolean namespace, boolean pod) {
        return namespace && pod;
    }

    boolean namespace(PolicyManifest policy, Pods pods, ToyCluster.Live other) {
        return pods.namespaces()
                .map(one -> one.selects(Map.of("kubernetes.io/metadata.name", other.namespace)))
                .orElse(other.namespace.equals(policy.namespace()));
    }

    boolean block(Block block, String address) {
        return within(block.cidr(), address) && block.except().stream().noneMatch(one -> within(one, address));
    }

    static boolean within(String cidr, String address) {
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

    boolean matches(Ports ports, ToyCluster.Live to, int port, Protocol protocol) {
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
