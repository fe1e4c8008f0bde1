package dev.netproof.enforce;

import static dev.netproof.enforce.Role.AWAY_ONE;
import static dev.netproof.enforce.Role.ONE;
import static dev.netproof.enforce.Role.TWO;
import static dev.netproof.enforce.ScenarioParts.API;
import static dev.netproof.enforce.ScenarioParts.DOCS;
import static dev.netproof.enforce.ScenarioParts.called;
import static dev.netproof.enforce.ScenarioParts.control;
import static dev.netproof.enforce.ScenarioParts.edge;
import static dev.netproof.enforce.ScenarioParts.must;
import static dev.netproof.enforce.ScenarioParts.one;
import static dev.netproof.enforce.ScenarioParts.pods;
import static dev.netproof.enforce.ScenarioParts.step;
import static dev.netproof.enforce.ScenarioParts.tcp;
import static dev.netproof.model.Enforcement.Direction.EGRESS;
import static dev.netproof.model.Enforcement.Direction.INGRESS;

import dev.netproof.enforce.Scenario.Edge;
import dev.netproof.model.Enforcement.Capability;
import dev.netproof.model.Enforcement.Direction;
import dev.netproof.model.Enforcement.Profile;
import dev.netproof.model.Expectation;
import dev.netproof.model.PortRef;
import dev.netproof.model.Protocol;
import dev.netproof.plan.PolicyManifest.Ports;
import dev.netproof.plan.PolicyManifest.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;

/** Which ports of the target a rule opens. Pure. */
final class PortScenarios {
    private PortScenarios() {}

    static List<Scenario> all() {
        List<Scenario> all = new ArrayList<>();
        Capability number = must(
                "numeric-port",
                "numeric port",
                "a rule for one port opens the others, or none",
                "a rule with ports allows traffic to these ports of the target pod alone",
                API);
        Capability named = must(
                "named-port",
                "named port",
                "a port's name is taken for one number everywhere, or for none",
                "a port may be the name of a container port: each pod's own number of that name and protocol",
                API,
                "kube-router before named ports were added in 2019 (https://github.com/cloudnativelabs/kube-router/pull/679)",
                "AWS VPC CNI: an ingress rule by name lets nobody in whose own pod has no port of that name"
                        + " (https://github.com/aws/amazon-network-policy-controller-k8s/issues/81)",
                "OVN-Kubernetes: a rule by name opened another port of the same protocol, seen in 2021"
                        + " (https://github.com/ovn-kubernetes/ovn-kubernetes/issues/2117)");
        Capability range = must(
                "end-port",
                "endPort",
                "a range of ports opens too much or too little",
                "endPort makes a rule apply to all ports from port to endPort, both included",
                DOCS + "#targeting-a-range-of-ports",
                "Cilium took policies with endPort and ignored it up to 1.15 in development"
                        + " (https://github.com/cilium/cilium/issues/28684); docs have it supported since June 2024"
                        + " (https://github.com/cilium/cilium/pull/33389)",
                "kube-router before endPort was added in 2021 (https://github.com/cloudnativelabs/kube-router/pull/1080)");
        Capability everybody = must(
                "empty-peer-with-ports",
                "ports without peers",
                "a rule that names ports and no peers lets nobody through, or everybody everywhere",
                "an empty or missing list of peers matches all sources, or all destinations, on the ports that the rule names",
                API);
        // Only the ports of the same pod differ, so that ONE must be let in besides, to show that they listen.
        for (Direction direction : Direction.values()) {
            Role other = direction == INGRESS ? TWO : ONE;
            all.add(ported(
                    number,
                    direction,
                    policies -> new Rule(direction, List.of(pods(other)), List.of(tcp(8082))),
                    List.of(edge(other, 8082, Expectation.ALLOW), edge(other, ServerPorts.PORT, Expectation.DENY))));
        }
        for (Direction direction : Direction.values()) {
            Role other = direction == INGRESS ? TWO : ONE;
            all.add(ported(
                    named,
                    direction,
                    policies -> new Rule(
                            direction,
                            List.of(pods(other)),
                            List.of(called(ServerPorts.WEB), called(ServerPorts.WRONG_PROTOCOL))),
                    List.of(
                            edge(other, ServerPorts.NAMED_WEB, Expectation.ALLOW),
                            edge(other, ServerPorts.NOT_NAMED_WEB, Expectation.DENY),
                            edge(other, ServerPorts.WRONG_PROTOCOL_PORT, Expectation.DENY))));
        }
        for (Direction direction : Direction.values()) {
            Role other = direction == INGRESS ? TWO : ONE;
            all.add(ported(
                    range,
                    direction,
                    policies -> new Rule(
                            direction,
                            List.of(pods(other)),
                            List.of(new Ports(
                                    Protocol.TCP,
                                    Optional.of(new PortRef.Number(ServerPorts.PORT)),
                                    OptionalInt.of(ServerPorts.LAST_PORT - 1)))),
                    List.of(
                            edge(other, ServerPorts.PORT, Expectation.ALLOW),
                            edge(other, 8082, Expectation.ALLOW),
                            edge(other, ServerPorts.LAST_PORT - 1, Expectation.ALLOW),
                            edge(other, ServerPorts.LAST_PORT, Expectation.DENY))));
        }
        all.add(ported(
                everybody,
                INGRESS,
                policies -> new Rule(INGRESS, List.of(), List.of(tcp(8082))),
                List.of(
                        edge(TWO, 8082, Expectation.ALLOW),
                        edge(AWAY_ONE, 8082, Expectation.ALLOW),
                        edge(TWO, ServerPorts.PORT, Expectation.DENY),
                        edge(AWAY_ONE, ServerPorts.PORT, Expectation.DENY))));
        // Of those outside only pod one listens on more than one port.
        all.add(ported(
                everybody,
                EGRESS,
                policies -> new Rule(EGRESS, List.of(), List.of(tcp(8082))),
                List.of(
                        edge(ONE, 8082, Expectation.ALLOW),
                        edge(ONE, ServerPorts.PORT, Expectation.DENY),
                        edge(TWO, ServerPorts.PORT, Expectation.DENY),
                        edge(AWAY_ONE, ServerPorts.PORT, Expectation.DENY))));
        return all;
    }

    private static Scenario ported(
            Capability capability, Direction direction, Function<PolicyFactory, Rule> rule, List<Edge> edges) {
        if (direction == EGRESS) {
            return one(capability, EGRESS, Track.PORTS, policies -> List.of(rule.apply(policies)), edges);
        }
        List<Edge> whole = new ArrayList<>(edges);
        edges.stream()
                .filter(edge -> edge.expected().equals(Optional.of(Expectation.DENY)))
                .map(edge -> edge(ONE, edge.port(), Expectation.ALLOW))
                .distinct()
                .forEach(whole::add);
        return new Scenario(
                capability,
                INGRESS,
                Track.PORTS,
                Profile.FULL,
                List.of(step(
                        policies -> List.of(policies.policy("", INGRESS, rule.apply(policies)), control(policies)),
                        whole.toArray(Edge[]::new))));
    }
}
