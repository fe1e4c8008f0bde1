package dev.netproof.enforce;

import static dev.netproof.model.Enforcement.Direction.EGRESS;
import static dev.netproof.model.Enforcement.Direction.INGRESS;

import dev.netproof.enforce.Scenario.Edge;
import dev.netproof.enforce.Scenario.Step;
import dev.netproof.enforce.Scenario.Way;
import dev.netproof.model.Enforcement.Capability;
import dev.netproof.model.Enforcement.Direction;
import dev.netproof.model.Enforcement.Kind;
import dev.netproof.model.Enforcement.Profile;
import dev.netproof.model.Expectation;
import dev.netproof.plan.PolicyManifest;
import dev.netproof.plan.PolicyManifest.Peer;
import dev.netproof.plan.PolicyManifest.Pods;
import dev.netproof.plan.PolicyManifest.Ports;
import dev.netproof.plan.PolicyManifest.Rule;
import dev.netproof.plan.Selector;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Everything that is put to the proof. */
final class Catalogue {
    static final String DEFAULT_DENY = "default-deny";

    /** What every server listens on. */
    static final int PORT = 8081;

    private static final String DOCS = "https://kubernetes.io/docs/concepts/services-networking/network-policies/";

    private Catalogue() {}

    /** Every scenario of a profile, in the order to show them. */
    static List<Scenario> of(Profile profile) {
        return all().stream().filter(one -> one.least().compareTo(profile) <= 0).toList();
    }

    private static List<Scenario> all() {
        List<Scenario> all = new ArrayList<>();
        all.addAll(defaultDeny());
        return all;
    }

    private static List<Scenario> defaultDeny() {
        Capability capability = new Capability(
                DEFAULT_DENY,
                "default-deny",
                "no policy isolates anything: whatever the API server stores, everybody reaches everybody",
                "a pod that a policy selects is isolated in the policy's directions; only what some policy allows gets"
                        + " through",
                DOCS + "#the-two-sorts-of-pod-isolation",
                Kind.MUST,
                List.of("flannel by itself: it has no policy engine (https://github.com/flannel-io/flannel)"));
        return List.of(
                new Scenario(
                        capability,
                        INGRESS,
                        "a",
                        Profile.CANARY,
                        List.of(step(
                                scene -> List.of(
                                        scene.policy("", INGRESS),
                                        scene.policy("control", INGRESS, allow(INGRESS, List.of(pods(Role.ONE))))),
                                edge(Role.ONE, Expectation.ALLOW),
                                edge(Role.TWO, Expectation.DENY),
                                service(Role.TWO, Expectation.DENY)))),
                new Scenario(
                        capability,
                        EGRESS,
                        "a",
                        Profile.CANARY,
                        List.of(step(
                                scene -> List.of(scene.policy("", EGRESS)),
                                edge(Role.TWO, Expectation.DENY),
                                service(Role.TWO, Expectation.DENY)))));
    }

    private static Step step(Function<Scene, List<PolicyManifest>> policies, Edge... edges) {
        return new Step(policies, Optional.empty(), List.of(edges));
    }

    private static Rule allow(Direction direction, List<Peer> peers, Ports... ports) {
        return new Rule(direction, peers, List.of(ports));
    }

    private static Peer pods(Role role) {
        return new Pods(Optional.empty(), Optional.of(Selector.of(role.labels())));
    }

    private static Edge edge(Role role, Expectation expected) {
        return new Edge(role, Way.POD, PORT, Optional.of(expected));
    }

    private static Edge service(Role role, Expectation expected) {
        return new Edge(role, Way.SERVICE, PORT, Optional.of(expected));
    }

    /** The rows to show for a node that nothing can run on. */
    static List<Scenario> least() {
        return of(Profile.CANARY);
    }
}
