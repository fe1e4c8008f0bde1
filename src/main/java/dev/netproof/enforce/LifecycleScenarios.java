package dev.netproof.enforce;

import static dev.netproof.enforce.Role.ONE;
import static dev.netproof.enforce.Role.TWO;
import static dev.netproof.enforce.ScenarioParts.API;
import static dev.netproof.enforce.ScenarioParts.DOCS;
import static dev.netproof.enforce.ScenarioParts.allow;
import static dev.netproof.enforce.ScenarioParts.deny;
import static dev.netproof.enforce.ScenarioParts.must;
import static dev.netproof.enforce.ScenarioParts.pods;
import static dev.netproof.enforce.ScenarioParts.rule;
import static dev.netproof.enforce.ScenarioParts.step;
import static dev.netproof.model.Enforcement.Direction.EGRESS;
import static dev.netproof.model.Enforcement.Direction.INGRESS;

import dev.netproof.enforce.Scenario.Step;
import dev.netproof.model.Enforcement.Capability;
import dev.netproof.model.Enforcement.Direction;
import dev.netproof.model.Enforcement.Profile;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What happens to pods and policies over time: labels and policies that change, and pods that start. Pure. */
final class LifecycleScenarios {
    private static final Map<String, String> LOCKED = Map.of(ScenarioParts.STATE, "locked");

    private LifecycleScenarios() {}

    static List<Scenario> changes() {
        List<Scenario> all = new ArrayList<>();
        Capability label = must(
                "label-change",
                "label change",
                "a pod whose label changes keeps the rules of its old label",
                "a policy applies to the pods that its selector selects, as they are labelled now",
                API);
        Capability update = must(
                "policy-update",
                "policy update and delete",
                "a changed or deleted policy keeps its old effect",
                "what is stored is what applies",
                API);
        for (Direction direction : Direction.values()) {
            all.add(new Scenario(
                    label,
                    direction,
                    direction == INGRESS ? Track.PORTS : Track.X,
                    Profile.FULL,
                    List.of(
                            new Step(
                                    policies -> List.of(
                                            policies.policy("", LOCKED, Set.of(direction), rule(direction, pods(ONE)))),
                                    Optional.empty(),
                                    List.of(allow(ONE), allow(TWO))),
                            new Step(policies -> List.of(), Optional.of(LOCKED), List.of(allow(ONE), deny(TWO))))));
        }
        for (Direction direction : Direction.values()) {
            all.add(new Scenario(
                    update,
                    direction,
                    direction == INGRESS ? Track.A : Track.C,
                    Profile.FULL,
                    List.of(
                            step(
                                    policies -> List.of(policies.policy("", direction, rule(direction, pods(ONE)))),
                                    allow(ONE),
                                    deny(TWO)),
                            step(
                                    policies -> List.of(policies.policy("", direction, rule(direction, pods(TWO)))),
                                    deny(ONE),
                                    allow(TWO)))));
        }
        return all;
    }

    static List<Scenario> policyBeforePod() {
        List<Scenario> all = new ArrayList<>();
        all.add(new Scenario(
                must(
                        "policy-before-pod",
                        "policy before the pod",
                        "a pod is let through in its first moments, until its rules have arrived: policies do not apply to what it does at its start",
                        "once a policy is handled, new pods that it selects are isolated before they are started",
                        DOCS + "#pod-lifecycle",
                        "kube-router (https://github.com/cloudnativelabs/kube-router/issues/873), and K3s with it"
                                + " (https://github.com/k3s-io/k3s/issues/13432)",
                        "AWS VPC CNI in standard mode: everything is let through until a new pod is reconciled"
                                + " (https://github.com/aws/aws-network-policy-agent/issues/189)"),
                EGRESS,
                Track.FRESH,
                Profile.FULL,
                Scenario.Subject.FRESH,
                List.of(step(policies -> List.of(policies.policy("", EGRESS)), deny(TWO)))));
        return all;
    }
}
