package dev.netproof.kube;

import static org.assertj.core.api.Assertions.assertThat;

import dev.netproof.model.Enforcement.Direction;
import dev.netproof.model.PortRef;
import dev.netproof.model.Protocol;
import dev.netproof.plan.PolicyManifest;
import dev.netproof.plan.PolicyManifest.Block;
import dev.netproof.plan.PolicyManifest.Pods;
import dev.netproof.plan.PolicyManifest.Ports;
import dev.netproof.plan.PolicyManifest.Rule;
import dev.netproof.plan.Selector;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LintSurveyTest {
    private final MockApi mock = new MockApi();
    private final LintSurvey survey = new LintSurvey(mock.api(Clock.systemUTC()));

    @AfterEach
    void close() {
        mock.close();
    }

    @Test
    void a_network_policy_is_read_with_all_its_rules() {
        mock.given("""
                apiVersion: networking.k8s.io/v1
                kind: NetworkPolicy
                metadata: {name: app, namespace: shop}
                spec:
                  podSelector: {matchLabels: {app: app}}
                  policyTypes: [Ingress, Egress]
                  ingress:
                    - from:
                        - namespaceSelector: {matchLabels: {name: mon}}
                          podSelector: {matchLabels: {app: prom}}
                        - ipBlock: {cidr: 198.51.100.0/24}
                      ports: [{port: http}, {port: 8080, endPort: 8090, protocol: UDP}]
                    - {}
                  egress:
                    - to: [{podSelector: {}}]
                """);

        assertThat(survey.policies(Set.of("shop")).found())
                .containsExactly(new PolicyManifest(
                        "shop",
                        "app",
                        Selector.of(Map.of("app", "app")),
                        Set.of(Direction.INGRESS, Direction.EGRESS),
                        List.of(
                                new Rule(
                                        Direction.INGRESS,
                                        List.of(
                                                new Pods(
                                                        Optional.of(Selector.of(Map.of("name", "mon"))),
                                                        Optional.of(Selector.of(Map.of("app", "prom")))),
                                                new Block("198.51.100.0/24", List.of())),
                                        List.of(
                                                new Ports(
                                                        Protocol.TCP,
                                                        Optional.of(new PortRef.Name("http")),
                                                        OptionalInt.empty()),
                                                new Ports(
                                                        Protocol.UDP,
                                                        Optional.of(new PortRef.Number(8080)),
                                                        OptionalInt.of(8090)))),
                                new Rule(Direction.INGRESS, List.of(), List.of()),
                                new Rule(
                                        Direction.EGRESS,
                                        List.of(new Pods(Optional.empty(), Optional.of(Selector.of(Map.of())))),
                                        List.of()))));
    }

    @Test
    void what_may_not_be_read_is_named_and_no_error() {
        mock.refuse("GET /apis/networking.k8s.io/v1/namespaces/shop/networkpolicies");
        mock.refuse("GET /api/v1/namespaces?");
        mock.refuse("GET /api/v1/pods");

        assertThat(survey.namespaces()).isEmpty();
        assertThat(survey.pods()).isEmpty();
        assertThat(survey.policies(Set.of("shop")).unreadable()).contains("list networkpolicies in namespace shop");
    }

    @Test
    void namespaces_are_read_with_their_labels() {
        mock.given("""
                apiVersion: v1
                kind: Namespace
                metadata: {name: mon, labels: {team: platform}}
                """);

        assertThat(survey.namespaces()).contains(Map.of("mon", Map.of("team", "platform")));
    }
}
