package dev.netproof.enforce;

import static dev.netproof.enforce.Role.AWAY_TWO;
import static dev.netproof.enforce.Role.ONE;
import static dev.netproof.enforce.Role.TWO;
import static dev.netproof.enforce.ScenarioParts.DOCS;
import static dev.netproof.enforce.ScenarioParts.allow;
import static dev.netproof.enforce.ScenarioParts.away;
import static dev.netproof.enforce.ScenarioParts.control;
import static dev.netproof.enforce.ScenarioParts.deny;
import static dev.netproof.enforce.ScenarioParts.denyService;
import static dev.netproof.enforce.ScenarioParts.must;
import static dev.netproof.enforce.ScenarioParts.only;
import static dev.netproof.enforce.ScenarioParts.pods;
import static dev.netproof.enforce.ScenarioParts.rule;
import static dev.netproof.enforce.ScenarioParts.step;
import static dev.netproof.model.Enforcement.Direction.EGRESS;
import static dev.netproof.model.Enforcement.Direction.INGRESS;

import dev.netproof.enforce.Scenario.Edge;
import dev.netproof.enforce.Scenario.Way;
import dev.netproof.model.Enforcement.Capability;
import dev.netproof.model.Enforcement.Direction;
import dev.netproof.model.Enforcement.Profile;
import dev.netproof.model.Expectation;
import dev.netproof.plan.Selector;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a policy isolates by being there: one direction, both, and several policies together. Pure. */
final class IsolationScenarios {
    private IsolationScenarios() {}

    static List<Scenario> defaultDeny() {
        List<Scenario> all = new ArrayList<>();
        Capability capability = must(
                "default-deny",
                "default-deny",
                "no policy isolates anything: whatever the API server stores, everybody reaches everybody",
                "a pod that a policy selects is isolated in the policy's directions; only what some policy allows gets"
                        + " through",
                DOCS + "#the-two-sorts-of-pod-isolation",
                "flannel by itself: flanneld does not enforce network policies (https://github.com/flannel-io/flannel)",
                "OpenShift SDN has no egress policies (https://github.com/openshift/openshift-docs/pull/31476)",
                "Weave Net before egress policies were added in 2018 (https://github.com/weaveworks/weave/pull/3313)");
        all.add(new Scenario(
                capability,
                INGRESS,
                Track.A,
                Profile.CANARY,
                List.of(step(
                        policies -> List.of(policies.policy("", INGRESS), control(policies)),
                        allow(ONE),
                        deny(TWO),
                        denyService(TWO)))));
        all.add(new Scenario(
                capability,
                EGRESS,
                Track.A,
                Profile.CANARY,
                List.of(step(policies -> List.of(policies.policy("", EGRESS)), deny(TWO), denyService(TWO)))));
        return all;
    }

    static List<Scenario> policiesAddUp() {
        List<Scenario> all = new ArrayList<>();
        Capability capability = must(
                "policies-add-up",
                "policies add up",
                "a second policy on the same pods has no effect, or replaces the first",
                "network policies do not conflict; they are additive: what any of them allows is allowed",
                DOCS + "#the-two-sorts-of-pod-isolation",
                "AWS VPC CNI, of two egress rules for overlapping ipBlocks: seen with agent 1.0.7"
                        + " (https://github.com/aws/aws-network-policy-agent/issues/180)");
        for (Direction direction : Direction.values()) {
            all.add(new Scenario(
                    capability,
                    direction,
                    Track.A,
                    Profile.FULL,
                    List.of(step(
                            policies -> List.of(
                                    policies.policy("first", direction, rule(direction, pods(ONE))),
                                    policies.policy(
                                            "second",
                                            direction,
                                            rule(
                                                    direction,
                                                    away(policies, Optional.of(Selector.of(AWAY_TWO.labels())))))),
                            only(ONE, AWAY_TWO).toArray(Edge[]::new)))));
        }
        return all;
    }

    static List<Scenario> ingressLeavesEgress() {
        List<Scenario> all = new ArrayList<>();
        all.add(new Scenario(
                must(
                        "ingress-leaves-egress",
                        "ingress isolation leaves egress free",
                        "a pod isolated for ingress is isolated for egress too; tested from the source only",
                        "a pod is isolated for ingress and for egress independently",
                        DOCS + "#the-two-sorts-of-pod-isolation"),
                EGRESS,
                Track.X,
                Profile.FULL,
                List.of(step(
                        policies -> List.of(
                                // Selects a target too, at which it is seen when the policy is in effect.
                                policies.wide("", INGRESS),
                                policies.wide("control", INGRESS, rule(INGRESS, pods(ONE)))),
                        new Edge(TWO, Way.POD_INWARD, ServerPorts.PORT, Optional.of(Expectation.DENY)),
                        new Edge(ONE, Way.POD_INWARD, ServerPorts.PORT, Optional.of(Expectation.ALLOW)),
                        allow(TWO),
                        new Edge(TWO, Way.SERVICE, ServerPorts.PORT, Optional.of(Expectation.ALLOW))))));
        return all;
    }
}
