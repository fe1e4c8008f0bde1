package dev.netproof.kube;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.netproof.plan.LabelReads;
import dev.netproof.plan.LabelReads.Extent;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PolicyReadsTest {
    @Test
    void of_an_administrators_policy_are_those_of_its_subject_and_its_peers() {
        assertThat(reads("""
                metadata: {name: p, labels: {matchLabels: no}}
                spec:
                  subject: {pods: {namespaceSelector: {matchLabels: {team: a}}, podSelector: {matchLabels: {app: db}}}}
                  ingress:
                    - action: Deny
                      from:
                        - namespaces: {matchLabels: {team: b}}
                        - pods: {podSelector: {matchExpressions: [{key: tier, operator: In, values: [web, api]}]}}
                """))
                .isEqualTo(new LabelReads(
                        Map.of("app", Set.of("db"), "tier", Set.of("web", "api")), Set.of(), Extent.THESE));
    }

    @Test
    void of_a_policy_of_cilium_are_without_their_origin() {
        assertThat(reads("""
                specs:
                  - endpointSelector: {matchLabels: {"k8s:app": db}}
                    ingress: [{fromEndpoints: [{matchLabels: {"any:tier": web}}]}]
                    egress: [{toNodes: [{matchLabels: {"k8s:rack": r1}}]}]
                """))
                .isEqualTo(new LabelReads(Map.of("app", Set.of("db"), "tier", Set.of("web")), Set.of(), Extent.THESE));
    }

    @Test
    void of_a_policy_of_calico_are_those_of_its_expressions_with_every_value() {
        assertThat(reads("""
                spec:
                  selector: role == 'db' && !has(exempt)
                  namespaceSelector: team == 'a'
                  ingress:
                    - action: Allow
                      source: {selector: "app.kubernetes.io/name starts with 'web-' || all()"}
                """))
                .isEqualTo(new LabelReads(Map.of(), Set.of("role", "exempt", "app.kubernetes.io/name"), Extent.THESE));
    }

    @Test
    void with_a_dot_behind_what_may_be_an_origin_are_both_keys() {
        assertThat(reads("""
                spec:
                  endpointSelector: {matchLabels: {k8s.example.com/tier: db}}
                  ingress: [{fromEndpoints: [{matchExpressions: [{key: any.app, operator: In, values: [web]}]}]}]
                """))
                .isEqualTo(new LabelReads(
                        Map.of(
                                "k8s.example.com/tier", Set.of("db"),
                                "example.com/tier", Set.of("db"),
                                "any.app", Set.of("web"),
                                "app", Set.of("web")),
                        Set.of(),
                        Extent.THESE));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "global == 'true'                    ; global",
                "all in {'a', 'b'}                   ; all",
                "in not in {'a'} && has(has)         ; in,has",
                "not == 'a' || !has( with )          ; not,with",
                "contains contains 'a'               ; contains",
                "starts starts with \"a\"            ; starts",
                "ends ends  with 'a' || all ()       ; ends",
                "global() && tier == 'all() in {x}'  ; tier"
            })
    void called_like_an_operator_of_calico_are_read_all_the_same(String selector, String labels) {
        JsonNode policy = new ObjectMapper().createObjectNode().put("selector", selector);

        assertThat(PolicyReads.of(policy).whole()).containsExactlyInAnyOrder(labels.split(","));
    }

    @Test
    void of_a_policy_that_names_a_group_may_be_any() {
        assertThat(reads("spec: {appliedTo: [{group: databases}]}").extent()).isEqualTo(Extent.ANY);
    }

    @Test
    void of_a_tier_or_a_firewall_by_addresses_are_none() {
        assertThat(reads("spec: {order: 100, egress: [{type: Deny, to: {cidrSelector: 0.0.0.0/0}}]}"))
                .isEqualTo(LabelReads.NONE);
    }

    private static LabelReads reads(String policy) {
        JsonNode tree = new ObjectMapper().valueToTree(Serialization.unmarshal(policy, Map.class));
        return PolicyReads.of(tree);
    }
}
