package dev.netproof.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.netproof.plan.ClusterFacts.Network;
import dev.netproof.plan.ClusterFacts.Pod;
import dev.netproof.plan.ClusterFacts.Policies;
import dev.netproof.plan.ClusterFacts.Policy;
import dev.netproof.plan.ClusterFacts.Readiness;
import dev.netproof.plan.ClusterFacts.Stage;
import dev.netproof.plan.LabelGroups.Group;
import dev.netproof.plan.Selector.Operator;
import dev.netproof.plan.Selector.Requirement;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LabelGroupsTest {
    private static final String EXEMPT = "network-policy-exempt";

    @Test
    void pods_that_policies_cannot_tell_apart_are_one_group() {
        List<Group> groups = groups(
                policies(selecting(Map.of("app", "web"))),
                pod("web-2", Map.of("app", "web", "pod-template-hash", "5d", "team", "a")),
                pod("web-1", Map.of("app", "web", "pod-template-hash", "7f", "team", "b")));

        assertThat(groups).singleElement().satisfies(group -> {
            assertThat(group.names()).containsExactly("web-1", "web-2");
            assertThat(group.difference()).isEmpty();
        });
    }

    @Test
    void an_empty_value_is_a_value() {
        List<Group> groups = groups(
                policies(admitting(Selector.of(Map.of(EXEMPT, "")))),
                pod("a", Map.of("app", "web")),
                pod("b", Map.of("app", "web", EXEMPT, "")),
                pod("c", Map.of("app", "web", EXEMPT, "no")));

        assertThat(groups).extracting(Group::names).containsExactly(List.of("a"), List.of("b"), List.of("c"));
        assertThat(groups)
                .extracting(Group::difference)
                .containsExactly("without " + EXEMPT, EXEMPT + "=", EXEMPT + "=no");
    }

    @Test
    void values_that_no_selector_names_are_alike_but_not_like_no_label() {
        List<Group> groups = groups(
                policies(admitting(expression("tier", Operator.NOT_IN, "public", "partner"))),
                pod("a", Map.of()),
                pod("b", Map.of("tier", "internal")),
                pod("c", Map.of("tier", "private")),
                pod("d", Map.of("tier", "partner")));

        assertThat(groups).extracting(Group::names).containsExactly(List.of("a"), List.of("b", "c"), List.of("d"));
    }

    @ParameterizedTest
    @EnumSource(
            value = Operator.class,
            names = {"EXISTS", "DOES_NOT_EXIST"})
    void a_selector_that_asks_whether_a_label_is_there_makes_two_groups(Operator operator) {
        List<Group> groups = groups(
                policies(admitting(expression("canary", operator))),
                pod("a", Map.of()),
                pod("b", Map.of("canary", "1")),
                pod("c", Map.of("canary", "2")));

        assertThat(groups).extracting(Group::names).containsExactly(List.of("a"), List.of("b", "c"));
    }

    @Test
    void a_policy_of_another_namespace_reads_labels_with_its_peers_alone() {
        Policy elsewhere = new Policy(
                "networking.k8s.io/v1",
                "NetworkPolicy",
                Optional.of("other"),
                "p",
                "u",
                "1",
                "1",
                Optional.of(Selector.of(Map.of("role", "db"))),
                Set.of(),
                LabelReads.of(List.of(Selector.of(Map.of("team", "a")))));

        assertThat(groups(policies(elsewhere), pod("a", Map.of("role", "db")), pod("b", Map.of("team", "a"))))
                .extracting(Group::difference)
                .containsExactly("without team", "team=a");
    }

    @Test
    void pods_of_a_statefulset_are_told_apart_where_a_policy_names_one() {
        String index = "apps.kubernetes.io/pod-index";
        List<Group> groups = groups(
                policies(admitting(Selector.of(Map.of(index, "0")))),
                pod("db-0", Map.of(index, "0")),
                pod("db-1", Map.of(index, "1")),
                pod("db-2", Map.of(index, "2")));

        assertThat(groups).extracting(Group::names).containsExactly(List.of("db-0"), List.of("db-1", "db-2"));
    }

    @Test
    void service_accounts_tell_pods_apart_whatever_policies_read() {
        List<Group> groups = groups(
                Policies.NONE, pod("a", Map.of(), Readiness.READY, "robot"), pod("b", Map.of(), Readiness.READY, ""));

        assertThat(groups)
                .extracting(Group::difference)
                .containsExactly("service account robot", "service account default");
    }

    @Test
    void a_ready_pod_represents_those_that_are_not() {
        List<Group> groups = groups(
                Policies.NONE,
                pod("a", Map.of(), Readiness.NOT_READY, ""),
                pod("c", Map.of(), Readiness.READY, ""),
                pod("b", Map.of(), Readiness.READY, ""));

        assertThat(groups).singleElement().satisfies(group -> {
            assertThat(group.first().name()).isEqualTo("b");
            assertThat(group.names()).containsExactly("a", "b", "c");
        });
    }

    @Test
    void of_no_pods_there_are_no_groups() {
        assertThat(groups(Policies.UNKNOWN)).isEmpty();
    }

    @Nested
    class Where_policies_may_not_be_read {
        @Test
        void every_label_counts_with_its_value_but_the_hashes_of_controllers() {
            List<Group> groups = groups(
                    new Policies(List.of(), Set.of("list networkpolicies in namespace shop")),
                    pod("a", Map.of("app", "web", "team", "a", "pod-template-hash", "5d")),
                    pod("b", Map.of("app", "web", "team", "b", "controller-revision-hash", "x")),
                    pod("c", Map.of("app", "web", "team", "b", "pod-template-hash", "7f")));

            assertThat(groups).extracting(Group::names).containsExactly(List.of("a"), List.of("b", "c"));
            assertThat(groups).extracting(Group::difference).containsExactly("team=a", "team=b");
        }

        @Test
        void a_hash_counts_where_a_policy_that_is_known_reads_it() {
            List<Group> groups = groups(
                    new Policies(
                            List.of(selecting(Map.of("pod-template-hash", "5d"))), Set.of("list adminnetworkpolicies")),
                    pod("a", Map.of("pod-template-hash", "5d")),
                    pod("b", Map.of("pod-template-hash", "7f")));

            assertThat(groups).hasSize(2);
        }

        @Test
        void a_policy_in_an_unknown_language_counts_as_unread() {
            Policy other = new Policy(
                    "crd.antrea.io/v1beta1",
                    "ClusterNetworkPolicy",
                    Optional.empty(),
                    "p",
                    "u",
                    "1",
                    "1",
                    Optional.empty(),
                    Set.of(),
                    LabelReads.ANY);

            assertThat(groups(policies(other), pod("a", Map.of("x", "1")), pod("b", Map.of("x", "2"))))
                    .hasSize(2);
        }
    }

    private static List<Group> groups(Policies policies, Pod... pods) {
        return new LabelGroups(policies).of(List.of(pods));
    }

    private static Policies policies(Policy... found) {
        return new Policies(List.of(found), Set.of());
    }

    /** A policy about these pods. */
    private static Policy selecting(Map<String, String> labels) {
        return policy(Selector.of(labels), LabelReads.NONE);
    }

    /** A policy about all pods that lets these in. */
    private static Policy admitting(Selector peers) {
        return policy(Selector.of(Map.of()), LabelReads.of(List.of(peers)));
    }

    private static Policy policy(Selector pods, LabelReads peers) {
        return new Policy(
                "networking.k8s.io/v1",
                "NetworkPolicy",
                Optional.of("shop"),
                "p",
                "u",
                "1",
                "1",
                Optional.of(pods),
                Set.of(),
                peers);
    }

    private static Selector expression(String key, Operator operator, String... values) {
        return new Selector(Map.of(), List.of(new Requirement(key, operator, List.of(values))));
    }

    private static Pod pod(String name, Map<String, String> labels) {
        return pod(name, labels, Readiness.READY, "");
    }

    private static Pod pod(String name, Map<String, String> labels, Readiness readiness, String account) {
        return new Pod(
                "shop",
                name,
                "uid-" + name,
                labels,
                List.of(),
                Optional.empty(),
                readiness,
                0,
                List.of(),
                List.of(),
                Network.POD,
                Optional.of(account).filter(given -> !given.isEmpty()),
                List.of(),
                Stage.LIVE);
    }
}
