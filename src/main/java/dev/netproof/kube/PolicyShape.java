package dev.netproof.kube;

import dev.netproof.kube.Stamp.Marked;
import dev.netproof.model.Enforcement.Direction;
import dev.netproof.model.PortRef;
import dev.netproof.plan.PolicyManifest;
import dev.netproof.plan.PolicyManifest.Block;
import dev.netproof.plan.PolicyManifest.Peer;
import dev.netproof.plan.PolicyManifest.Pods;
import dev.netproof.plan.PolicyManifest.Ports;
import dev.netproof.plan.PolicyManifest.Rule;
import dev.netproof.plan.Selector;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.LabelSelectorRequirement;
import io.fabric8.kubernetes.api.model.LabelSelectorRequirementBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyEgressRuleBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyIngressRuleBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPeer;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPeerBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPort;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPortBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicySpec;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicySpecBuilder;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A policy as the API takes it. */
final class PolicyShape {
    private PolicyShape() {}

    static NetworkPolicy of(PolicyManifest policy, Marked marked) {
        return new NetworkPolicyBuilder()
                .withNewMetadata()
                .withName(marked.name())
                .withNamespace(policy.namespace())
                .withLabels(Map.of(NetproofLabels.ROLE, marked.role()))
                .withAnnotations(marked.annotations())
                .endMetadata()
                .withSpec(spec(policy))
                .build();
    }

    static NetworkPolicySpec spec(PolicyManifest policy) {
        return new NetworkPolicySpecBuilder()
                .withPodSelector(selector(policy.pods()))
                .withPolicyTypes(policy.directions().stream()
                        .map(direction -> direction == Direction.INGRESS ? "Ingress" : "Egress")
                        .toList())
                .withIngress(rules(policy, Direction.INGRESS).stream()
                        .map(rule -> new NetworkPolicyIngressRuleBuilder()
                                .withFrom(peers(rule))
                                .withPorts(ports(rule))
                                .build())
                        .toList())
                .withEgress(rules(policy, Direction.EGRESS).stream()
                        .map(rule -> new NetworkPolicyEgressRuleBuilder()
                                .withTo(peers(rule))
                                .withPorts(ports(rule))
                                .build())
                        .toList())
                .build();
    }

    private static List<Rule> rules(PolicyManifest policy, Direction direction) {
        return policy.rules().stream()
                .filter(rule -> rule.direction() == direction)
                .toList();
    }

    private static List<NetworkPolicyPeer> peers(Rule rule) {
        return rule.peers().stream().map(PolicyShape::peer).toList();
    }

    private static NetworkPolicyPeer peer(Peer peer) {
        NetworkPolicyPeerBuilder builder = new NetworkPolicyPeerBuilder();
        if (peer instanceof Pods pods) {
            pods.namespaces().ifPresent(one -> builder.withNamespaceSelector(selector(one)));
            pods.pods().ifPresent(one -> builder.withPodSelector(selector(one)));
            if (pods.namespaces().isEmpty() && pods.pods().isEmpty()) {
                builder.withPodSelector(new LabelSelector());
            }
        } else if (peer instanceof Block block) {
            builder.withNewIpBlock()
                    .withCidr(block.cidr())
                    .withExcept(block.except())
                    .endIpBlock();
        }
        return builder.build();
    }

    private static List<NetworkPolicyPort> ports(Rule rule) {
        return rule.ports().stream().map(PolicyShape::port).toList();
    }

    private static NetworkPolicyPort port(Ports ports) {
        NetworkPolicyPortBuilder builder = new NetworkPolicyPortBuilder()
                .withProtocol(ports.protocol().transport().name());
        ports.port().ifPresent(port -> builder.withPort(number(port)));
        ports.end().ifPresent(builder::withEndPort);
        return builder.build();
    }

    private static IntOrString number(PortRef port) {
        return port instanceof PortRef.Number number
                ? new IntOrString(number.value())
                : new IntOrString(port.toString());
    }

    static LabelSelector selector(Selector selector) {
        List<LabelSelectorRequirement> expressions = selector.matchExpressions().stream()
                .map(one -> new LabelSelectorRequirementBuilder()
                        .withKey(one.key())
                        .withOperator(
                                switch (one.operator()) {
                                    case IN -> "In";
                                    case NOT_IN -> "NotIn";
                                    case EXISTS -> "Exists";
                                    case DOES_NOT_EXIST -> "DoesNotExist";
                                })
                        .withValues(one.values())
                        .build())
                .toList();
        return new LabelSelectorBuilder()
                .withMatchLabels(selector.matchLabels().isEmpty() ? null : new TreeMap<>(selector.matchLabels()))
                .withMatchExpressions(expressions)
                .build();
    }
}
