package dev.netproof.kube;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.netproof.plan.ClusterFacts.Direction;
import dev.netproof.plan.ClusterFacts.Policy;
import dev.netproof.plan.LabelReads;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PolicySurveyTest {
    private static final String POLICY = """
            {"metadata": {"name": "db", "namespace": "shop", "uid": "u-1", "resourceVersion": "7"},
             "spec": {"podSelector": {"matchLabels": {"app": "db"}}, "policyTypes": ["Egress"], "egress": [{"to": [], "ports": []}]},
             "kind": "NetworkPolicy", "apiVersion": "networking.k8s.io/v1"}""";

    @Test
    void the_digest_is_that_of_what_the_policy_says_in_the_order_of_its_keys() throws Exception {
        String canonical =
                "{\"apiVersion\":\"networking.k8s.io/v1\",\"kind\":\"NetworkPolicy\",\"spec\":{\"egress\":[{\"ports\":[],"
                        + "\"to\":[]}],\"podSelector\":{\"matchLabels\":{\"app\":\"db\"}},\"policyTypes\":[\"Egress\"]}}";
        assertThat(read(POLICY).sha256())
                .isEqualTo(HexFormat.of()
                        .formatHex(MessageDigest.getInstance("SHA-256")
                                .digest(canonical.getBytes(StandardCharsets.UTF_8))));
    }

    @Test
    void who_touches_only_the_metadata_changes_no_digest() throws IOException {
        assertThat(read(POLICY.replace("\"7\"", "\"8\", \"labels\": {\"a\": \"b\"}"))
                        .sha256())
                .isEqualTo(read(POLICY).sha256());
        assertThat(read(POLICY.replace("\"ports\": []", "\"ports\": [{\"port\": 1}]"))
                        .sha256())
                .isNotEqualTo(read(POLICY).sha256());
    }

    @Test
    void a_network_policy_says_whom_it_is_about_and_in_which_direction() throws IOException {
        Policy policy = read(POLICY);
        assertThat(policy.directions()).containsExactly(Direction.EGRESS);
        assertThat(policy.selects("shop", Map.of("app", "db"))).isTrue();
        assertThat(policy.selects("shop", Map.of("app", "web"))).isFalse();
        assertThat(policy.selects("other", Map.of("app", "db"))).isFalse();
        assertThat(read(POLICY.replace("{\"matchLabels\": {\"app\": \"db\"}}", "{}"))
                        .selects("shop", Map.of()))
                .isTrue();
    }

    @Test
    void a_network_policy_reads_the_labels_of_its_peers() throws IOException {
        Policy policy = read(POLICY.replace("\"to\": []", """
                "to": [{"podSelector": {"matchLabels": {"app": "db"}}}, {"ipBlock": {"cidr": "10.0.0.0/8"}},
                       {"namespaceSelector": {"matchLabels": {"team": "a"}},
                        "podSelector": {"matchExpressions": [{"key": "tier", "operator": "NotIn", "values": ["public"]},
                                                             {"key": "canary", "operator": "Exists"}]}}]"""));

        assertThat(policy.reads())
                .isEqualTo(new LabelReads(
                        Map.of("app", Set.of("db"), "tier", Set.of("public"), "canary", Set.of()),
                        Set.of(),
                        LabelReads.Extent.THESE));
    }

    private static Policy read(String json) throws IOException {
        return PolicySurvey.policy(
                (ObjectNode) new ObjectMapper().readTree(json), "networking.k8s.io/v1", "NetworkPolicy");
    }
}
