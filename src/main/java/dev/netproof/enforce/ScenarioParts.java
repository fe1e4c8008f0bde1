package dev.netproof.enforce;

import static dev.netproof.enforce.Role.ONE;
import static dev.netproof.model.Enforcement.Direction.INGRESS;

import dev.netproof.enforce.Scenario.Edge;
import dev.netproof.enforce.Scenario.Step;
import dev.netproof.enforce.Scenario.Way;
import dev.netproof.model.Enforcement.Capability;
import dev.netproof.model.Enforcement.Direction;
import dev.netproof.model.Enforcement.Kind;
import dev.netproof.model.Enforcement.Profile;
import dev.netproof.model.Expectation;
import dev.netproof.model.PortRef;
import dev.netproof.model.Protocol;
import dev.netproof.plan.PolicyManifest;
import dev.netproof.plan.PolicyManifest.Peer;
import dev.netproof.plan.PolicyManifest.Pods;
import dev.netproof.plan.PolicyManifest.Ports;
import dev.netproof.plan.PolicyManifest.Rule;
import dev.netproof.plan.Selector;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;

/** The parts that scenarios are made of: capabilities, steps, policies, peers and edges. Pure. */
final class ScenarioParts {
    static final String DOCS = "https://kubernetes.io/docs/concepts/services-networking/network-policies/";
    static final String API = "https://kubernetes.io/docs/reference/kubernetes-api/policy-resources/network-policy-v1/";

    /** A label that the pods have in some scenarios only. */
    static final String STATE = "netproof.dev/state";

    private ScenarioParts() {}

    static Capability must(
            String id, String title, String meaning, String specification, String source, String... failing) {
        return new Capability(id, title, meaning, specification, source, Kind.MUST, List.of(failing));
    }

    /** One policy with these rules. */
    static Scenario one(
            Capability capability,
            Direction direction,
            Track track,
            Function<PolicyFactory, List<Rule>> rules,
            List<Edge> edges) {
        return new Scenario(
                capability,
                direction,
                track,
                Profile.FULL,
                List.of(step(
                        policies -> List.of(policies.policy(
                                "", direction, rules.apply(policies).toArray(Rule[]::new))),
                        edges.toArray(Edge[]::new))));
    }

    static Step step(Function<PolicyFactory, List<PolicyManifest>> policies, Edge... edges) {
        return new Step(policies, Optional.empty(), List.of(edges));
    }

    /** Lets one in, who shows that the target is alive. */
    static PolicyManifest control(PolicyFactory policies) {
        return policies.policy("control", INGRESS, rule(INGRESS, pods(ONE)));
    }

    static Rule rule(Direction direction, Peer... peers) {
        return new Rule(direction, List.of(peers), List.of());
    }

    static Peer pods(Role role) {
        return new Pods(Optional.empty(), Optional.of(Selector.of(role.labels())));
    }

    static Peer away(PolicyFactory policies, Optional<Selector> pods) {
        return new Pods(Optional.of(Selector.of(Map.of("kubernetes.io/metadata.name", policies.away()))), pods);
    }

    static Ports tcp(int port) {
        return new Ports(Protocol.TCP, Optional.of(new PortRef.Number(port)), OptionalInt.empty());
    }

    static Ports called(String name) {
        return new Ports(Protocol.TCP, Optional.of(new PortRef.Name(name)), OptionalInt.empty());
    }

    static Edge allow(Role role) {
        return edge(role, ServerPorts.PORT, Expectation.ALLOW);
    }

    static Edge deny(Role role) {
        return edge(role, ServerPorts.PORT, Expectation.DENY);
    }

    static Edge edge(Role role, int port, Expectation expected) {
        return new Edge(role, Way.POD, port, Optional.of(expected));
    }

    /** Everybody in both namespaces, of whom these alone are let through. */
    static List<Edge> only(Role... allowed) {
        Set<Role> through = Set.of(allowed);
        List<Edge> edges = new ArrayList<>();
        for (Role role : Role.PODS) {
            edges.add(through.contains(role) ? allow(role) : deny(role));
        }
        return edges;
    }

    static Edge denyService(Role role) {
        return new Edge(role, Way.SERVICE, ServerPorts.PORT, Optional.of(Expectation.DENY));
    }

    static Edge datagram(Role role, Expectation expected) {
        return new Edge(role, Way.POD_UDP, ServerPorts.PORT, Optional.of(expected));
    }
}
