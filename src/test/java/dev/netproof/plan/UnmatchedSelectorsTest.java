package dev.netproof.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.netproof.model.Enforcement.Direction;
import dev.netproof.model.PortRef;
import dev.netproof.model.Protocol;
import dev.netproof.plan.ClusterFacts.ContainerPort;
import dev.netproof.plan.ClusterFacts.Network;
import dev.netproof.plan.ClusterFacts.Pod;
import dev.netproof.plan.ClusterFacts.Readiness;
import dev.netproof.plan.PolicyManifest.Block;
import dev.netproof.plan.PolicyManifest.Peer;
import dev.netproof.plan.PolicyManifest.Pods;
import dev.netproof.plan.PolicyManifest.Ports;
import dev.netproof.plan.PolicyManifest.Rule;
import dev.netproof.plan.UnmatchedSelectors.Unmatched;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A namespace "shop" with a web and a database pod, and a namespace "mon" with Prometheus. */
class UnmatchedSelectorsTest {
    private static final Map<String, Map<String, String>> NAMESPACES = Map.of(
            "shop", Map.of("kubernetes.io/metadata.name", "shop"),
            "mon", Map.of("kubernetes.io/metadata.name", "mon", "team", "platform"));

    private static final List<Pod> PODS = List.of(
            pod("shop", "web", Network.POD, port("http", 8080, Protocol.TCP)),
            pod("shop", "db", Network.POD, port("sql", 5432, Protocol.TCP)),
            pod("mon", "prom", Network.POD),
            pod("mon", "exporter", Network.NODE));

    private static final Selector WEB = app("web");

    @Test
    void a_policy_that_matches_something_everywhere_is_not_named() {
        assertThat(unmatched(policy(
                        WEB,
                        ingress(List.of(peer(namespace("team", "platform"), app("prom"))), named("http", Protocol.TCP)),
                        egress(List.of(new Pods(Optional.empty(), Optional.of(app("db")))), named("sql", Protocol.TCP)),
                        egress(List.of(new Block("198.51.100.0/24", List.of())), named("anything", Protocol.TCP)))))
                .isEmpty();
    }

    @Test
    void a_policy_of_no_pod_is_named_with_its_field() {
        assertThat(unmatched(policy(app("wbe")))).singleElement().satisfies(one -> {
            assertThat(one.policy()).isEqualTo("policy");
            assertThat(one.namespace()).isEqualTo("shop");
            assertThat(one.field()).isEqualTo("spec.podSelector");
            assertThat(one.problem()).isEqualTo("app=wbe selects no pod");
        });
    }

    /** Charts select the label "name", which nothing sets. */
    @Test
    void a_namespace_selector_of_no_namespace_is_named_and_the_label_that_exists_is_advised() {
        assertThat(unmatched(policy(
                        WEB,
                        ingress(List.of(
                                peer(namespace("team", "platform"), app("prom")),
                                peer(namespace("name", "mon"), app("prom")))))))
                .singleElement()
                .satisfies(one -> {
                    assertThat(one.field()).isEqualTo("spec.ingress[0].from[1].namespaceSelector");
                    assertThat(one.problem()).isEqualTo("name=mon selects no namespace");
                    assertThat(one.fix()).contains("kubernetes.io/metadata.name: mon");
                });
    }

    @Test
    void a_peer_that_is_no_pod_is_named_in_both_directions() {
        assertThat(unmatched(policy(
                        WEB,
                        ingress(List.of()),
                        egress(List.of(new Pods(Optional.empty(), Optional.of(app("redis"))))),
                        ingress(List.of(peer(namespace("team", "platform"), app("prometheus")))))))
                .extracting(Unmatched::field)
                .containsExactly("spec.egress[0].to[0].podSelector", "spec.ingress[1].from[0].podSelector");
    }

    /** Pods of the policy's own namespace: another namespace's do not count. */
    @Test
    void a_pod_selector_alone_means_the_own_namespace() {
        assertThat(unmatched(policy(WEB, ingress(List.of(new Pods(Optional.empty(), Optional.of(app("prom"))))))))
                .extracting(Unmatched::field)
                .containsExactly("spec.ingress[0].from[0].podSelector");
    }

    @Test
    void pods_in_their_nodes_network_are_no_peers() {
        assertThat(unmatched(policy(WEB, ingress(List.of(peer(namespace("team", "platform"), app("exporter")))))))
                .singleElement()
                .satisfies(one -> assertThat(one.problem()).contains("hostNetwork"));
    }

    @Test
    void a_port_name_that_no_pod_declares_is_named_with_those_that_exist() {
        assertThat(unmatched(policy(
                        WEB,
                        ingress(List.of(), numbered(9999), named("htpp", Protocol.TCP)),
                        egress(
                                List.of(new Pods(Optional.empty(), Optional.of(app("db")))),
                                named("sql", Protocol.UDP)))))
                .satisfiesExactly(
                        one -> {
                            assertThat(one.field()).isEqualTo("spec.ingress[0].ports[1].port");
                            assertThat(one.problem()).startsWith("htpp (TCP) is a port name that none");
                            assertThat(one.fix()).endsWith("declare: http");
                        },
                        one -> assertThat(one.field()).isEqualTo("spec.egress[0].ports[0].port"));
    }

    @Test
    void what_may_not_be_listed_is_not_judged() {
        PolicyManifest policy = policy(
                WEB,
                ingress(List.of(peer(namespace("name", "mon"), app("prom")))),
                ingress(List.of(peer(namespace("team", "platform"), app("prometheus")))));

        assertThat(UnmatchedSelectors.of(List.of(policy), Optional.empty(), PODS, Optional.empty()))
                .as("without the namespaces")
                .isEmpty();
        assertThat(UnmatchedSelectors.of(List.of(policy), Optional.of(NAMESPACES), PODS, Optional.of(Set.of("shop"))))
                .as("without the pods of other namespaces")
                .extracting(Unmatched::field)
                .containsExactly("spec.ingress[0].from[0].namespaceSelector");
    }

    /** "All pods" and "all namespaces" are right before there are any. */
    @Test
    void an_empty_selector_is_no_mistake() {
        Selector all = Selector.of(Map.of());

        assertThat(UnmatchedSelectors.of(
                        List.of(policy(all, ingress(List.of(peer(all, all))))),
                        Optional.of(NAMESPACES),
                        List.of(),
                        Optional.empty()))
                .isEmpty();
    }

    private static List<Unmatched> unmatched(PolicyManifest policy) {
        return UnmatchedSelectors.of(List.of(policy), Optional.of(NAMESPACES), PODS, Optional.empty());
    }

    private static PolicyManifest policy(Selector pods, Rule... rules) {
        return new PolicyManifest("shop", "policy", pods, Set.of(Direction.INGRESS), List.of(rules));
    }

    private static Rule ingress(List<Peer> peers, Ports... ports) {
        return new Rule(Direction.INGRESS, peers, List.of(ports));
    }

    private static Rule egress(List<Peer> peers, Ports... ports) {
        return new Rule(Direction.EGRESS, peers, List.of(ports));
    }

    private static Pods peer(Selector namespaces, Selector pods) {
        return new Pods(Optional.of(namespaces), Optional.of(pods));
    }

    private static Selector app(String name) {
        return Selector.of(Map.of("app", name));
    }

    private static Selector namespace(String key, String value) {
        return Selector.of(Map.of(key, value));
    }

    private static Ports named(String name, Protocol protocol) {
        return new Ports(protocol, Optional.of(new PortRef.Name(name)), OptionalInt.empty());
    }

    private static Ports numbered(int number) {
        return new Ports(Protocol.TCP, Optional.of(new PortRef.Number(number)), OptionalInt.empty());
    }

    private static ContainerPort port(String name, int number, Protocol protocol) {
        return new ContainerPort(Optional.of(name), number, protocol);
    }

    private static Pod pod(String namespace, String app, Network network, ContainerPort... ports) {
        return new Pod(
                namespace,
                app + "-0",
                "uid-" + app,
                Map.of("app", app),
                List.of("10.0.0.7"),
                Optional.of("node-1"),
                Readiness.READY,
                0,
                List.of(ports),
                List.of(),
                network);
    }
}
