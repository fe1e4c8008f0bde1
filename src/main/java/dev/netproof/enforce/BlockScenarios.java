package dev.netproof.enforce;

import static dev.netproof.enforce.Role.AWAY_ONE;
import static dev.netproof.enforce.Role.ONE;
import static dev.netproof.enforce.Role.TWO;
import static dev.netproof.enforce.ScenarioParts.API;
import static dev.netproof.enforce.ScenarioParts.DOCS;
import static dev.netproof.enforce.ScenarioParts.allow;
import static dev.netproof.enforce.ScenarioParts.deny;
import static dev.netproof.enforce.ScenarioParts.must;
import static dev.netproof.enforce.ScenarioParts.one;

import dev.netproof.model.Enforcement.Capability;
import dev.netproof.model.Enforcement.Direction;
import dev.netproof.model.Family;
import dev.netproof.plan.PolicyManifest.Block;
import dev.netproof.plan.PolicyManifest.Peer;
import dev.netproof.plan.PolicyManifest.Rule;
import java.util.ArrayList;
import java.util.List;

/** Whom the peers of a rule select by address. Pure. */
final class BlockScenarios {
    private BlockScenarios() {}

    static List<Scenario> all() {
        List<Scenario> all = new ArrayList<>();
        Capability block = must(
                "ip-block",
                "ipBlock",
                "rules by address let through others than those addresses",
                "an ipBlock selects particular ranges of addresses; for pods of the cluster it depends on where addresses"
                        + " are translated, and pod to pod they are not",
                DOCS + "#behavior-of-to-and-from-selectors",
                "Cilium: an ipBlock selects no pods by their addresses"
                        + " (https://docs.cilium.io/en/stable/network/kubernetes/policy/,"
                        + " https://github.com/cilium/cilium/issues/9209)");
        Capability except = must(
                "ip-block-except",
                "ipBlock except",
                "what is excepted from a range is let through all the same",
                "except lists ranges that are not included in the rule",
                API,
                "OpenShift SDN ignores an ipBlock with except altogether"
                        + " (https://github.com/openshift/openshift-docs/pull/31476)",
                "AWS VPC CNI let excepted addresses through until a fix of October 2023"
                        + " (https://github.com/aws/aws-network-policy-agent/issues/78)",
                "Cilium where the addresses are pods' (https://github.com/cilium/cilium/issues/9209)");
        for (Direction direction : Direction.values()) {
            all.add(one(
                    block,
                    direction,
                    Track.C,
                    policies -> List.of(
                            new Rule(direction, ranges(policies.addresses().of(ONE)), List.of())),
                    List.of(allow(ONE), deny(TWO), deny(AWAY_ONE))));
        }
        for (Direction direction : Direction.values()) {
            all.add(one(
                    except,
                    direction,
                    Track.C,
                    policies -> List.of(new Rule(
                            direction, everywhereBut(policies.addresses().of(TWO)), List.of())),
                    List.of(allow(ONE), deny(TWO), allow(AWAY_ONE))));
        }
        return all;
    }

    /** These addresses, each as a range of its own. */
    static List<Peer> ranges(List<String> addresses) {
        return addresses.stream()
                .<Peer>map(ip -> new Block(range(ip), List.of()))
                .toList();
    }

    /** All others than these, in the families that these are of. */
    private static List<Peer> everywhereBut(List<String> addresses) {
        List<Peer> peers = new ArrayList<>();
        for (Family family : Family.values()) {
            List<String> except = addresses.stream()
                    .filter(ip -> Family.of(ip) == family)
                    .map(BlockScenarios::range)
                    .toList();
            if (!except.isEmpty()) {
                peers.add(new Block(family == Family.IPV4 ? "0.0.0.0/0" : "::/0", except));
            }
        }
        return peers;
    }

    private static String range(String ip) {
        return ip + (Family.of(ip) == Family.IPV4 ? "/32" : "/128");
    }
}
