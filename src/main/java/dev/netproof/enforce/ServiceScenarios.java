package dev.netproof.enforce;

import static dev.netproof.enforce.Role.ONE;
import static dev.netproof.enforce.Role.TWO;
import static dev.netproof.enforce.ScenarioParts.DOCS;
import static dev.netproof.enforce.ScenarioParts.allow;
import static dev.netproof.enforce.ScenarioParts.deny;
import static dev.netproof.enforce.ScenarioParts.denyService;
import static dev.netproof.enforce.ScenarioParts.must;
import static dev.netproof.enforce.ScenarioParts.pods;
import static dev.netproof.enforce.ScenarioParts.rule;
import static dev.netproof.enforce.ScenarioParts.step;
import static dev.netproof.model.Enforcement.Direction.EGRESS;

import dev.netproof.enforce.Scenario.Edge;
import dev.netproof.enforce.Scenario.Way;
import dev.netproof.model.Enforcement.Profile;
import dev.netproof.model.Expectation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Connections to a Service, which policies are to treat as connections to the pod behind it. Pure. */
final class ServiceScenarios {
    private ServiceScenarios() {}

    static List<Scenario> all() {
        List<Scenario> all = new ArrayList<>();
        all.add(new Scenario(
                must(
                        "service-equals-pod",
                        "egress by Service",
                        "what may be reached by its pod address may not be by its Service, or the other way round",
                        "policies are about pods: a connection to a Service is one to the pod that it is led to",
                        DOCS,
                        "AWS VPC CNI denied it where its controller had left the Service's address out, seen with 1.20.4"
                                + " (https://github.com/aws/amazon-network-policy-controller-k8s/issues/222)",
                        "AWS VPC CNI where Service port and container port differ"
                                + " (https://github.com/aws/aws-network-policy-agent/issues/166)"),
                EGRESS,
                Track.A,
                Profile.FULL,
                List.of(step(
                        policies -> List.of(policies.policy("", EGRESS, rule(EGRESS, pods(ONE)))),
                        allow(ONE),
                        new Edge(ONE, Way.SERVICE, ServerPorts.PORT, Optional.of(Expectation.ALLOW)),
                        deny(TWO),
                        denyService(TWO)))));
        return all;
    }
}
