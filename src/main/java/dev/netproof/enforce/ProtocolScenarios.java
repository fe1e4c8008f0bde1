package dev.netproof.enforce;

import static dev.netproof.enforce.Role.ONE;
import static dev.netproof.enforce.Role.TWO;
import static dev.netproof.enforce.ScenarioParts.API;
import static dev.netproof.enforce.ScenarioParts.DOCS;
import static dev.netproof.enforce.ScenarioParts.allow;
import static dev.netproof.enforce.ScenarioParts.control;
import static dev.netproof.enforce.ScenarioParts.datagram;
import static dev.netproof.enforce.ScenarioParts.deny;
import static dev.netproof.enforce.ScenarioParts.must;
import static dev.netproof.enforce.ScenarioParts.pods;
import static dev.netproof.enforce.ScenarioParts.step;
import static dev.netproof.enforce.ScenarioParts.tcp;
import static dev.netproof.model.Enforcement.Direction.EGRESS;
import static dev.netproof.model.Enforcement.Direction.INGRESS;

import dev.netproof.enforce.Scenario.Edge;
import dev.netproof.enforce.Scenario.Way;
import dev.netproof.model.Enforcement.Capability;
import dev.netproof.model.Enforcement.Profile;
import dev.netproof.model.Expectation;
import dev.netproof.model.Protocol;
import dev.netproof.plan.PolicyManifest.Ports;
import dev.netproof.plan.PolicyManifest.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Protocols other than TCP, and the second family of addresses. Pure. */
final class ProtocolScenarios {
    private ProtocolScenarios() {}

    static List<Scenario> all() {
        List<Scenario> all = new ArrayList<>();
        Capability any = must(
                "protocol-without-port",
                "protocol without port",
                "a rule for a protocol lets through the other protocols too, or no port at all",
                "a port that is not given matches all ports, of the protocol that the rule names",
                API);
        Capability udp = must(
                "udp",
                "UDP",
                "datagrams bypass policies, or all are dropped",
                "the protocol of a port is TCP, UDP or SCTP; TCP if not given",
                API);
        Capability sctp = must(
                "sctp",
                "SCTP",
                "SCTP associations bypass policies, or all are dropped; tested for ingress only, because SCTP servers exit if the kernel does not support it",
                "a policy may name SCTP where the network plugin supports it",
                DOCS + "#sctp-support",
                "kube-router (https://github.com/cloudnativelabs/kube-router/issues/1019)",
                "Cilium unless sctp.enabled is set; beta (https://docs.cilium.io/en/stable/configuration/sctp/)");
        all.add(new Scenario(
                sctp,
                INGRESS,
                Track.SCTP,
                Profile.FULL,
                List.of(step(
                        policies -> List.of(policies.policy("", INGRESS), control(policies)),
                        new Edge(TWO, Way.POD_SCTP, ServerPorts.PORT, Optional.of(Expectation.DENY)),
                        new Edge(ONE, Way.POD_SCTP, ServerPorts.PORT, Optional.of(Expectation.ALLOW))))));
        Capability ipv6 = must(
                "ipv6",
                "IPv6",
                "a dual-stack pod is isolated over one family only",
                "a policy is about pods, whichever of their addresses is used",
                "https://kubernetes.io/docs/concepts/services-networking/dual-stack/");
        all.add(new Scenario(
                any,
                INGRESS,
                Track.C,
                Profile.FULL,
                List.of(step(
                        policies -> List.of(
                                policies.policy(
                                        "",
                                        INGRESS,
                                        new Rule(
                                                INGRESS,
                                                List.of(pods(TWO)),
                                                List.of(new Ports(
                                                        Protocol.UDP, Optional.empty(), OptionalInt.empty())))),
                                control(policies)),
                        datagram(TWO, Expectation.ALLOW),
                        deny(TWO),
                        allow(ONE)))));
        all.add(new Scenario(
                any,
                EGRESS,
                Track.C,
                Profile.FULL,
                List.of(step(
                        policies -> List.of(policies.policy(
                                "",
                                EGRESS,
                                new Rule(
                                        EGRESS,
                                        List.of(pods(TWO)),
                                        List.of(new Ports(Protocol.UDP, Optional.empty(), OptionalInt.empty()))))),
                        datagram(TWO, Expectation.ALLOW),
                        deny(TWO)))));
        all.add(new Scenario(
                udp,
                INGRESS,
                Track.C,
                Profile.FULL,
                List.of(step(
                        policies -> List.of(
                                policies.policy(
                                        "",
                                        INGRESS,
                                        new Rule(INGRESS, List.of(pods(TWO)), List.of(tcp(ServerPorts.PORT)))),
                                control(policies)),
                        datagram(TWO, Expectation.DENY),
                        datagram(ONE, Expectation.ALLOW),
                        allow(TWO)))));
        all.add(new Scenario(
                udp,
                EGRESS,
                Track.A,
                Profile.FULL,
                List.of(step(
                        policies -> List.of(policies.policy(
                                "", EGRESS, new Rule(EGRESS, List.of(pods(TWO)), List.of(tcp(ServerPorts.PORT))))),
                        datagram(TWO, Expectation.DENY),
                        allow(TWO)))));
        all.add(new Scenario(
                ipv6,
                INGRESS,
                Track.A,
                Profile.FULL,
                List.of(step(
                        policies -> List.of(policies.policy("", INGRESS), control(policies)),
                        new Edge(TWO, Way.POD_IPV6, ServerPorts.PORT, Optional.of(Expectation.DENY)),
                        new Edge(ONE, Way.POD_IPV6, ServerPorts.PORT, Optional.of(Expectation.ALLOW))))));
        all.add(new Scenario(
                ipv6,
                EGRESS,
                Track.A,
                Profile.FULL,
                List.of(step(
                        policies -> List.of(policies.policy("", EGRESS)),
                        new Edge(TWO, Way.POD_IPV6, ServerPorts.PORT, Optional.of(Expectation.DENY))))));
        return all;
    }
}
