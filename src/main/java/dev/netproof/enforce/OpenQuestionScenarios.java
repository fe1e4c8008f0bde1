package dev.netproof.enforce;

import static dev.netproof.enforce.Role.ONE;
import static dev.netproof.enforce.Role.TWO;
import static dev.netproof.enforce.ScenarioParts.DOCS;
import static dev.netproof.enforce.ScenarioParts.allow;
import static dev.netproof.enforce.ScenarioParts.control;
import static dev.netproof.enforce.ScenarioParts.deny;
import static dev.netproof.enforce.ScenarioParts.step;
import static dev.netproof.model.Enforcement.Direction.EGRESS;
import static dev.netproof.model.Enforcement.Direction.INGRESS;

import dev.netproof.enforce.Scenario.Edge;
import dev.netproof.enforce.Scenario.Way;
import dev.netproof.model.Enforcement.Capability;
import dev.netproof.model.Enforcement.Kind;
import dev.netproof.model.Enforcement.Profile;
import dev.netproof.model.Expectation;
import dev.netproof.plan.PolicyManifest;
import dev.netproof.plan.PolicyManifest.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** What the specification leaves open: it is observed, and never a failure. Pure. */
final class OpenQuestionScenarios {
    private OpenQuestionScenarios() {}

    static List<Scenario> services() {
        List<Scenario> all = new ArrayList<>();
        all.add(new Scenario(
                new Capability(
                        "service-in-ip-block",
                        "Service address in ipBlock",
                        "whether an egress rule can name a Service by its virtual address",
                        "not defined: addresses may be translated before or after policies are applied",
                        DOCS + "#behavior-of-to-and-from-selectors",
                        Kind.INFORMATION,
                        List.of()),
                EGRESS,
                Track.PORTS,
                Profile.FULL,
                List.of(step(
                        policies -> List.of(policies.policy(
                                "",
                                EGRESS,
                                new Rule(
                                        EGRESS,
                                        BlockScenarios.ranges(policies.virtual().of(ONE)),
                                        List.of()))),
                        new Edge(ONE, Way.SERVICE, ServerPorts.PORT, Optional.empty()),
                        deny(TWO)))));
        return all;
    }

    /** Connections that do not begin in one pod and end in another, or began before there was a policy. */
    static List<Scenario> ends() {
        List<Scenario> all = new ArrayList<>();
        Function<PolicyFactory, List<PolicyManifest>> deny =
                policies -> List.of(policies.policy("", INGRESS), control(policies));
        all.add(new Scenario(
                open(
                        "hairpin",
                        "hairpin",
                        "whether an isolated pod reaches itself by its own Service",
                        "not defined for connections from a pod to itself through a Service",
                        "https://github.com/kubernetes/kubernetes/issues/95879",
                        "denied: reported of unnamed engines (https://github.com/kubernetes/kubernetes/issues/125611), of"
                                + " Cilium by mistake in some versions (https://github.com/cilium/cilium/pull/22972)",
                        "let through: Antrea with AntreaProxy (https://github.com/antrea-io/antrea/pull/5687)"),
                INGRESS,
                Track.HAIRPIN,
                Profile.FULL,
                Scenario.Subject.BOTH_ENDS,
                List.of(step(
                        deny,
                        new Edge(ONE, Way.SERVICE, ServerPorts.PORT, Optional.of(Expectation.ALLOW)),
                        new Edge(TWO, Way.SERVICE, ServerPorts.PORT, Optional.of(Expectation.DENY)),
                        new Edge(Role.ITSELF, Way.SERVICE, ServerPorts.PORT, Optional.empty())))));
        all.add(new Scenario(
                open(
                        "established",
                        "established connection",
                        "whether an established connection continues under a policy that denies new ones",
                        "implementation defined: a change may or may not take effect for a connection that exists",
                        DOCS + "#networkpolicy-s-impact-on-existing-connections",
                        "goes on: Calico (https://github.com/projectcalico/calico/issues/6399), Antrea"
                                + " (https://github.com/antrea-io/antrea/pull/5705)",
                        "ends: kube-network-policies in strict mode, since October 2025"
                                + " (https://github.com/kubernetes-sigs/kube-network-policies/pull/268)"),
                INGRESS,
                Track.KEPT,
                Profile.FULL,
                List.of(step(
                        deny, allow(ONE), deny(TWO), new Edge(TWO, Way.HELD, ServerPorts.PORT, Optional.empty())))));
        all.add(new Scenario(
                open(
                        "node-to-pod",
                        "node → pod",
                        "whether the kubelet of its node reaches an isolated pod; where it does not, readiness and liveness"
                                + " probes fail",
                        "traffic between a pod and the node that it runs on is always allowed; engines differ in what they count as such traffic",
                        DOCS),
                INGRESS,
                Track.KEPT,
                Profile.FULL,
                List.of(step(
                        deny,
                        allow(ONE),
                        deny(TWO),
                        new Edge(Role.NODE, Way.KUBELET, ServerPorts.PORT, Optional.empty())))));
        all.add(new Scenario(
                open(
                        "host-network-source",
                        "pod in the node's network",
                        "whether a pod in its node's own network reaches a pod whose policy allows peers only by label",
                        "undefined: it may be told from its node's other traffic, or be treated as the node itself",
                        DOCS + "#networkpolicy-and-hostnetwork-pods"),
                INGRESS,
                Track.KEPT,
                Profile.FULL,
                List.of(step(
                        deny,
                        allow(ONE),
                        deny(TWO),
                        new Edge(Role.HOST, Way.POD, ServerPorts.PORT, Optional.empty())))));
        return all;
    }

    private static Capability open(
            String id, String title, String meaning, String specification, String source, String... known) {
        return new Capability(id, title, meaning, specification, source, Kind.INFORMATION, List.of(known));
    }
}
