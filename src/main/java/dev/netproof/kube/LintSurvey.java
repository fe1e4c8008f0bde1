package dev.netproof.kube;

import dev.netproof.model.Enforcement.Direction;
import dev.netproof.model.PortRef;
import dev.netproof.model.Protocol;
import dev.netproof.plan.ClusterFacts;
import dev.netproof.plan.NetworkPolicies;
import dev.netproof.plan.PolicyManifest;
import dev.netproof.plan.PolicyManifest.Block;
import dev.netproof.plan.PolicyManifest.Peer;
import dev.netproof.plan.PolicyManifest.Pods;
import dev.netproof.plan.PolicyManifest.Ports;
import dev.netproof.plan.PolicyManifest.Rule;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.ListOptions;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPeer;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPort;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads what only {@code lint --live} and {@code init} need. */
final class LintSurvey {
    private static final ListOptions CHEAP =
            new ListOptionsBuilder().withResourceVersion("0").build();

    private final ApiServer server;
    private final Set<String> unreadable = new TreeSet<>();

    LintSurvey(ApiServer server) {
        this.server = server;
    }

    /** The labels of every namespace by its name; empty if they may not be listed. */
    Optional<Map<String, Map<String, String>>> namespaces() {
        return list(
                        "list namespaces",
                        () -> server.client().namespaces().list(CHEAP).getItems())
                .map(all -> {
                    Map<String, Map<String, String>> labels = new HashMap<>();
                    all.forEach(one -> labels.put(
                            one.getMetadata().getName(),
                            Optional.ofNullable(one.getMetadata().getLabels()).orElse(Map.of())));
                    return labels;
                });
    }

    /** Every pod of the cluster, netproof's own left out; empty if they may not be listed. */
    Optional<List<ClusterFacts.Pod>> pods() {
        return list(
                        "list pods",
                        () -> server.client()
                                .pods()
                                .inAnyNamespace()
                                .list(CHEAP)
                                .getItems())
                .map(all -> all.stream()
                        .filter(pod -> !Survey.isProbe(pod))
                        .map(pod -> Facts.pod(pod, Owners.NONE))
                        .toList());
    }

    NetworkPolicies policies(Set<String> namespaces) {
        List<PolicyManifest> found = new ArrayList<>();
        for (String namespace : new TreeSet<>(namespaces)) {
            list(
                            "list networkpolicies in namespace " + namespace,
                            () -> server.client()
                                    .network()
                                    .v1()
                                    .networkPolicies()
                                    .inNamespace(namespace)
                                    .list(CHEAP)
                                    .getItems())
                    .ifPresent(all -> all.forEach(policy -> found.add(manifest(policy))));
        }
        return new NetworkPolicies(found, unreadable);
    }

    private <T> Optional<List<T>> list(String doing, Supplier<List<T>> read) {
        try {
            return Optional.of(read.get());
        } catch (KubernetesClientException e) {
            // A kind that this cluster does not have is not there to be read either.
            if (e.getCode() == ApiServer.NOT_FOUND) {
                return Optional.of(List.of());
            }
            if (e.getCode() != ApiServer.FORBIDDEN) {
                throw server.trouble(doing, e);
            }
            unreadable.add(doing);
            return Optional.empty();
        }
    }

    private static PolicyManifest manifest(NetworkPolicy policy) {
        List<Rule> rules = new ArrayList<>();
        policy.getSpec()
                .getIngress()
                .forEach(rule -> rules.add(new Rule(Direction.INGRESS, peers(rule.getFrom()), ports(rule.getPorts()))));
        policy.getSpec()
                .getEgress()
                .forEach(rule -> rules.add(new Rule(Direction.EGRESS, peers(rule.getTo()), ports(rule.getPorts()))));
        Set<Direction> directions = EnumSet.noneOf(Direction.class);
        policy.getSpec()
                .getPolicyTypes()
                .forEach(type -> directions.add(type.equals("Egress") ? Direction.EGRESS : Direction.INGRESS));
        return new PolicyManifest(
                policy.getMetadata().getNamespace(),
                policy.getMetadata().getName(),
                Facts.selector(policy.getSpec().getPodSelector()),
                directions,
                rules);
    }

    private static List<Peer> peers(@Nullable List<NetworkPolicyPeer> peers) {
        return Stream.ofNullable(peers)
                .flatMap(List::stream)
                .map(peer -> peer.getIpBlock() == null
                        ? new Pods(
                                Optional.ofNullable(peer.getNamespaceSelector()).map(Facts::selector),
                                Optional.ofNullable(peer.getPodSelector()).map(Facts::selector))
                        : new Block(
                                peer.getIpBlock().getCidr(),
                                Optional.ofNullable(peer.getIpBlock().getExcept())
                                        .orElse(List.of())))
                .map(Peer.class::cast)
                .toList();
    }

    private static List<Ports> ports(@Nullable List<NetworkPolicyPort> ports) {
        return Stream.ofNullable(ports)
                .flatMap(List::stream)
                .map(port -> new Ports(
                        port.getProtocol() == null ? Protocol.TCP : Protocol.valueOf(port.getProtocol()),
                        Optional.ofNullable(port.getPort()).map(LintSurvey::reference),
                        port.getEndPort() == null ? OptionalInt.empty() : OptionalInt.of(port.getEndPort())))
                .toList();
    }

    private static PortRef reference(IntOrString port) {
        Integer number = port.getIntVal();
        return number != null ? new PortRef.Number(number) : new PortRef.Name(port.getStrVal());
    }
}
