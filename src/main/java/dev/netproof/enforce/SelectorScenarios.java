package dev.netproof.enforce;

import static dev.netproof.enforce.Role.AWAY_ONE;
import static dev.netproof.enforce.Role.AWAY_TWO;
import static dev.netproof.enforce.Role.ONE;
import static dev.netproof.enforce.ScenarioParts.API;
import static dev.netproof.enforce.ScenarioParts.DOCS;
import static dev.netproof.enforce.ScenarioParts.away;
import static dev.netproof.enforce.ScenarioParts.must;
import static dev.netproof.enforce.ScenarioParts.one;
import static dev.netproof.enforce.ScenarioParts.only;
import static dev.netproof.enforce.ScenarioParts.pods;
import static dev.netproof.enforce.ScenarioParts.rule;
import static dev.netproof.model.Enforcement.Direction.INGRESS;

import dev.netproof.model.Enforcement.Capability;
import dev.netproof.model.Enforcement.Direction;
import dev.netproof.plan.PolicyManifest.Pods;
import dev.netproof.plan.Selector;
import dev.netproof.plan.Selector.Operator;
import dev.netproof.plan.Selector.Requirement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Whom the peers of a rule select: pods and namespaces by their labels. Pure. */
final class SelectorScenarios {
    private SelectorScenarios() {}

    static List<Scenario> all() {
        List<Scenario> all = new ArrayList<>();
        Capability pod = must(
                "pod-selector",
                "podSelector",
                "policies cannot tell pods apart",
                "a podSelector alone selects pods in the policy's own namespace",
                API);
        Capability namespace = must(
                "namespace-selector",
                "namespaceSelector",
                "policies cannot tell namespaces apart",
                "a namespaceSelector selects all pods of the namespaces with those labels; kubernetes.io/metadata.name is a"
                        + " label of every namespace",
                DOCS + "#targeting-a-namespace-by-its-name");
        Capability both = must(
                "namespace-and-pod",
                "namespace AND pod",
                "a peer of two selectors lets in more, or fewer, than those that satisfy both",
                "namespaceSelector and podSelector in one peer select particular pods within particular namespaces",
                DOCS + "#behavior-of-to-and-from-selectors");
        Capability either = must(
                "peers-or",
                "two peers as OR",
                "of two peers only one is let in, or neither",
                "peers of one rule are combined by OR",
                API);
        Capability expressions = must(
                "match-expressions",
                "matchExpressions",
                "selectors by In, NotIn and Exists select others than those meant",
                "a label selector's matchExpressions are ANDed",
                "https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#resources-that-support-set-based-requirements");
        for (Direction direction : Direction.values()) {
            all.add(one(pod, direction, Track.B, policies -> List.of(rule(direction, pods(ONE))), only(ONE)));
        }
        for (Direction direction : Direction.values()) {
            all.add(one(
                    namespace,
                    direction,
                    Track.B,
                    policies -> List.of(rule(direction, away(policies, Optional.empty()))),
                    only(AWAY_ONE, AWAY_TWO)));
        }
        for (Direction direction : Direction.values()) {
            all.add(one(
                    both,
                    direction,
                    Track.B,
                    policies -> List.of(rule(direction, away(policies, Optional.of(Selector.of(AWAY_ONE.labels()))))),
                    only(AWAY_ONE)));
        }
        for (Direction direction : Direction.values()) {
            all.add(one(
                    either,
                    direction,
                    Track.B,
                    policies -> List.of(rule(direction, pods(ONE), away(policies, Optional.empty()))),
                    only(ONE, AWAY_ONE, AWAY_TWO)));
        }
        for (Direction direction : Direction.values()) {
            all.add(one(
                    expressions,
                    direction,
                    direction == INGRESS ? Track.C : Track.B,
                    policies -> List.of(rule(
                            direction,
                            new Pods(
                                    Optional.empty(),
                                    Optional.of(new Selector(
                                            Map.of(),
                                            List.of(
                                                    new Requirement(Role.WHO, Operator.IN, List.of("one", "three")),
                                                    new Requirement(Role.WHO, Operator.NOT_IN, List.of("two")),
                                                    new Requirement(Role.WHO, Operator.EXISTS, List.of()),
                                                    new Requirement(
                                                            ScenarioParts.STATE,
                                                            Operator.DOES_NOT_EXIST,
                                                            List.of()))))))),
                    only(ONE)));
        }
        return all;
    }
}
