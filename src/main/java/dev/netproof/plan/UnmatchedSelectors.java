package dev.netproof.plan;

import dev.netproof.model.Enforcement.Direction;
import dev.netproof.model.PortRef;
import dev.netproof.plan.ClusterFacts.Network;
import dev.netproof.plan.ClusterFacts.Pod;
import dev.netproof.plan.ClusterFacts.Readiness;
import dev.netproof.plan.PolicyManifest.Peer;
import dev.netproof.plan.PolicyManifest.Pods;
import dev.netproof.plan.PolicyManifest.Ports;
import dev.netproof.plan.PolicyManifest.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Finds the parts of NetworkPolicies that match nothing in the cluster as it is: a selector of no pod or no namespace, a port name that
 * no selected pod declares. Kubernetes accepts and stores them all. Pure.
 *
 * <p>What may not be listed is not judged: a selector matches nothing only where everything that it could match is known.
 */
public final class UnmatchedSelectors {
    /** The API server sets this label on every namespace. */
    private static final String NAME_LABEL = "kubernetes.io/metadata.name";

    private final Optional<Map<String, Map<String, String>>> namespaces;
    private final List<Pod> pods;
    private final Optional<Set<String>> surveyed;
    private final List<Unmatched> found = new ArrayList<>();

    private UnmatchedSelectors(
            Optional<Map<String, Map<String, String>>> namespaces, List<Pod> pods, Optional<Set<String>> surveyed) {
        this.namespaces = namespaces;
        this.pods =
                pods.stream().filter(pod -> pod.readiness() != Readiness.GONE).toList();
        this.surveyed = surveyed;
    }

    /**
     * One part of a policy that matches nothing.
     *
     * @param field as "spec.ingress[0].from[1].podSelector"
     * @param problem what it does not match, as the end of a sentence
     */
    public record Unmatched(String namespace, String policy, String field, String problem, String fix) {}

    /**
     * All unmatched parts of these policies.
     *
     * @param namespaces labels of every namespace of the cluster by name; empty if they may not be listed
     * @param pods of the whole cluster, or of the namespaces surveyed
     * @param surveyed the namespaces whose pods are known; empty for all of them
     */
    public static List<Unmatched> of(
            List<PolicyManifest> policies,
            Optional<Map<String, Map<String, String>>> namespaces,
            List<Pod> pods,
            Optional<Set<String>> surveyed) {
        UnmatchedSelectors search = new UnmatchedSelectors(namespaces, pods, surveyed);
        policies.forEach(search::look);
        return List.copyOf(search.found);
    }

    private void look(PolicyManifest policy) {
        List<Pod> selected = pods.stream()
                .filter(pod -> pod.namespace().equals(policy.namespace())
                        && policy.pods().selects(pod.labels()))
                .toList();
        if (isKnown(policy.namespace())) {
            selector(policy, "spec.podSelector", policy.pods(), selected);
        }
        int ingress = 0;
        int egress = 0;
        for (Rule rule : policy.rules()) {
            boolean in = rule.direction() == Direction.INGRESS;
            String field = in ? "spec.ingress[" + ingress++ + "]" : "spec.egress[" + egress++ + "]";
            Optional<List<Pod>> peers = peers(policy, rule, field + (in ? ".from" : ".to"));
            // A port is one of the pod that is connected to: the selected one for ingress, the peer for egress.
            Optional<List<Pod>> targets = in ? Optional.of(selected).filter(all -> isKnown(policy.namespace())) : peers;
            targets.filter(all -> !all.isEmpty()).ifPresent(all -> ports(policy, rule, field, all));
        }
    }

    private boolean isKnown(String namespace) {
        return surveyed.map(known -> known.contains(namespace)).orElse(true);
    }

    /** The pods that a rule's peers are; empty where not all of them are known, or where a peer is no pod. */
    private Optional<List<Pod>> peers(PolicyManifest policy, Rule rule, String field) {
        List<Pod> all = new ArrayList<>();
        boolean known = !rule.peers().isEmpty();
        for (int i = 0; i < rule.peers().size(); i++) {
            Peer peer = rule.peers().get(i);
            if (!(peer instanceof Pods some)) {
                known = false;
                continue;
            }
            Optional<List<Pod>> found = peer(policy, some, field + "[" + i + "]");
            known &= found.isPresent();
            found.ifPresent(all::addAll);
        }
        return known ? Optional.of(all) : Optional.empty();
    }

    private Optional<List<Pod>> peer(PolicyManifest policy, Pods peer, String field) {
        Optional<Set<String>> where = peer.namespaces()
                .map(selector -> namespaces.map(all -> matching(selector, all)))
                .orElseGet(() -> Optional.of(Set.of(policy.namespace())));
        if (where.isEmpty()) {
            return Optional.empty();
        }
        if (where.get().isEmpty()) {
            noNamespace(policy, field + ".namespaceSelector", peer.namespaces().orElseThrow());
            return Optional.of(List.of());
        }
        if (!where.get().stream().allMatch(this::isKnown)) {
            return Optional.empty();
        }
        List<Pod> selected = pods.stream()
                .filter(pod -> where.get().contains(pod.namespace())
                        && peer.pods()
                                .map(selector -> selector.selects(pod.labels()))
                                .orElse(true))
                .toList();
        peer.pods().ifPresent(selector -> selector(policy, field + ".podSelector", selector, selected));
        return Optional.of(selected);
    }

    private static Set<String> matching(Selector selector, Map<String, Map<String, String>> namespaces) {
        return namespaces.entrySet().stream()
                .filter(namespace -> selector.selects(namespace.getValue()))
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
    }

    private void noNamespace(PolicyManifest policy, String field, Selector selector) {
        // Charts select a label "name" that nothing sets.
        Optional<String> meant = selector.matchLabels().values().stream()
                .filter(value ->
                        namespaces.filter(all -> all.containsKey(value)).isPresent())
                .findFirst();
        add(
                policy,
                field,
                text(selector) + " selects no namespace",
                meant.map(name -> "select " + NAME_LABEL + ": " + name
                                + ", which the API server sets on every namespace, or add the label to the namespace")
                        .orElse("compare it with the labels of the namespaces: kubectl get namespaces --show-labels"));
    }

    /** An empty selector means every pod that will ever be there: that there is none now is no mistake. */
    private void selector(PolicyManifest policy, String field, Selector selector, List<Pod> selected) {
        boolean all =
                selector.matchLabels().isEmpty() && selector.matchExpressions().isEmpty();
        if (all) {
            return;
        }
        if (selected.isEmpty()) {
            add(
                    policy,
                    field,
                    text(selector) + " selects no pod",
                    "compare it with the labels of the pods: kubectl get pods --show-labels");
        } else if (selected.stream().allMatch(pod -> pod.network() == Network.NODE)) {
            add(
                    policy,
                    field,
                    text(selector)
                            + " selects only pods that use their node's network (hostNetwork), and policies do not"
                            + " apply to those",
                    "name the addresses of the nodes with ipBlock instead");
        }
    }

    private void ports(PolicyManifest policy, Rule rule, String field, List<Pod> targets) {
        for (int i = 0; i < rule.ports().size(); i++) {
            Ports ports = rule.ports().get(i);
            if (ports.port().isPresent()
                    && ports.port().get() instanceof PortRef.Name name
                    && !declares(targets, ports)) {
                Set<String> declared = targets.stream()
                        .flatMap(pod -> pod.ports().stream())
                        .filter(port -> port.protocol() == ports.protocol())
                        .flatMap(port -> port.name().stream())
                        .collect(Collectors.toCollection(TreeSet::new));
                add(
                        policy,
                        field + ".ports[" + i + "].port",
                        name + " (" + ports.protocol() + ") is a port name that none of the pods declares",
                        declared.isEmpty()
                                ? "write the port's number, or name the port in the pods' containers"
                                : "write one of the names that they declare: " + String.join(", ", declared));
            }
        }
    }

    private static boolean declares(List<Pod> targets, Ports ports) {
        return targets.stream()
                .flatMap(pod -> pod.ports().stream())
                .anyMatch(port -> port.protocol() == ports.protocol()
                        && port.name().equals(ports.port().map(Object::toString)));
    }

    private void add(PolicyManifest policy, String field, String problem, String fix) {
        found.add(new Unmatched(policy.namespace(), policy.name(), field, problem, fix));
    }

    /** As kubectl writes selectors. */
    private static String text(Selector selector) {
        List<String> parts = new ArrayList<>();
        new TreeMap<>(selector.matchLabels()).forEach((key, value) -> parts.add(key + "=" + value));
        selector.matchExpressions()
                .forEach(one -> parts.add(
                        switch (one.operator()) {
                            case IN -> one.key() + " in (" + String.join(", ", one.values()) + ")";
                            case NOT_IN -> one.key() + " notin (" + String.join(", ", one.values()) + ")";
                            case EXISTS -> one.key();
                            case DOES_NOT_EXIST -> "!" + one.key();
                        }));
        return String.join(",", parts);
    }
}
