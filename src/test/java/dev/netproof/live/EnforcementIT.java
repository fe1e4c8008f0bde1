package dev.netproof.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.netproof.live.Permissions.Permission;
import dev.netproof.live.Permissions.Row;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Isolated;

/** Whether the cluster enforces policies, asked of engines of which that is known. */
@Isolated("the engine and the network are everybody's")
@Timeout(value = 4, unit = TimeUnit.MINUTES)
final class EnforcementIT {
    @RegisterExtension
    static final LiveCluster LIVE = LiveCluster.with("enforcement");

    private static final Accounts ACCOUNTS = new Accounts(LIVE);

    /** Where what is expected is there at once, and what is not there does not come: half the usual time shows as much. */
    private static final String SHORT = "--deadline=8s";

    private final List<String> faults = new ArrayList<>();

    @AfterAll
    static void nothingIsLeft() {
        ACCOUNTS.remove();
        Checked.nothingIsLeft(LIVE);
    }

    private static Checked check(String... more) {
        return Checked.by(LIVE, more);
    }

    @AfterEach
    void nothingStays() {
        if (Lab.here()) {
            faults.forEach(Lab::clear);
            Lab.engine("on");
        }
        Checked.nothingStays(LIVE);
    }

    private static List<Permission> of(String... files) {
        return Stream.of(files).flatMap(file -> Permissions.of(file).stream()).toList();
    }

    /** With the permissions of the base Role and no other. */
    @Test
    void an_engine_that_works_is_enforcing() {
        Checked checked = Checked.as(ACCOUNTS.everywhere("base", of("enforcement")), LIVE)
                .exits(0)
                .is("ENFORCED");
        assertThat(checked.report().at("/cluster/user").asText())
                .isEqualTo("system:serviceaccount:" + LIVE.namespace() + ":base");
        assertThat(checked.notes())
                .containsExactly(
                        "not permitted to list namespaces: did not look for leftovers of a killed check there");
        assertThat(checked.first()).startsWith("✓ enforced:").contains("ingress and egress");
        assertThat(checked.rows()).hasSizeGreaterThanOrEqualTo(2).allSatisfy(row -> {
            assertThat(row.path("reason").asText()).isEqualTo("AS_SPECIFIED");
            assertThat(row.at("/edges/0/path/outcome").asText()).isIn("CONNECTED", "TIMEOUT", "REFUSED", "UNREACHABLE");
        });
        assertThat(checked.report().at("/enforcement/measures")).isNotEmpty();
    }

    /** With the deadline that everybody has; those that follow are satisfied with less. */
    @Test
    void an_engine_that_is_off_is_not_enforcing() {
        Lab.needed("an engine that can be switched off, and policies for the whole cluster");
        Row row = Permissions.rows("enforcement").stream()
                .filter(one -> one.toString().equals("policy.networking.k8s.io/clusternetworkpolicies: list"))
                .findFirst()
                .orElseThrow();
        List<Permission> may = new ArrayList<>(of("enforcement", "enforcement-optional"));
        assertThat(may.remove(row.permission())).isTrue();
        Lab.engine("off");
        Checked checked = Checked.as(ACCOUNTS.everywhere("no-overrides", may), LIVE)
                .exits(row.exit())
                .exits(4)
                .is("NOT_ENFORCED");
        assertThat(checked.first())
                .startsWith("✗ NOT ENFORCED:")
                .contains("node1 and node2 (ingress and egress)", " — next: install a policy engine");
        assertThat(checked.notes())
                .as("who may not read policies for the whole cluster is told that one may override")
                .anySatisfy(note -> assertThat(note).startsWith(row.says()));
    }

    @Test
    void an_engine_without_its_kernel_rules_looks_alive_and_is_not_enforcing() {
        Lab.needed("an engine that can be broken");
        Lab.engine("broken");
        Checked checked = check(SHORT).exits(4).is("NOT_ENFORCED");
        assertThat(checked.first()).startsWith("✗ NOT ENFORCED:").contains("node1 and node2 (ingress and egress)");
    }

    @Test
    void an_engine_on_one_node_is_partial_and_the_other_node_is_named() {
        Lab.needed("an engine for each node");
        Lab.engine("off");
        Lab.engine("on", "node1");
        Checked checked = check(SHORT).exits(4).is("PARTIAL");
        assertThat(checked.first())
                .startsWith("✗ PARTIAL:")
                .contains(
                        "is not enforcing network policy on node2 (ingress and egress); node1 (ingress and egress) does",
                        " — next: check the network plugin's policy engine on that node");
        assertThat(checked.rows("default-deny"))
                .containsExactly(
                        "node1 INGRESS ENFORCED AS_SPECIFIED",
                        "node1 EGRESS ENFORCED AS_SPECIFIED",
                        "node2 INGRESS NOT_ENFORCED LETS_THROUGH",
                        "node2 EGRESS NOT_ENFORCED LETS_THROUGH");
    }

    @Test
    void an_engine_that_enforces_one_family_of_addresses_is_partial_and_the_other_one_is_named() {
        Lab.needed("an engine with a rule for each family");
        faults.add(Lab.fault("ipv6-open", "on", "node1"));
        faults.add(Lab.fault("ipv6-open", "on", "node2"));
        Checked checked = check(SHORT).exits(4).is("PARTIAL");
        assertThat(checked.first())
                .startsWith("✗ PARTIAL:")
                .contains(
                        "is not enforcing network policy over IPv6 on node1 and node2 (ingress and egress), where over IPv4"
                                + " it does",
                        " — next: look at the policy engine's rules for IPv6");
        assertThat(checked.rows("default-deny"))
                .containsExactly(
                        "node1 INGRESS NOT_ENFORCED LETS_IPV6_THROUGH",
                        "node1 EGRESS NOT_ENFORCED LETS_IPV6_THROUGH",
                        "node2 INGRESS NOT_ENFORCED LETS_IPV6_THROUGH",
                        "node2 EGRESS NOT_ENFORCED LETS_IPV6_THROUGH");
        assertThat(checked.rows())
                .extracting(row -> row.path("seen").asText())
                .containsOnly(
                        "8 s after the policy was stored and over IPv6 alone, all 4 paths that it forbids still connect;"
                                + " over IPv4 what it forbids is denied");
    }

    /** What goes to the other node is judged there too. */
    @Test
    void a_node_that_enforces_one_family_of_addresses_is_named_with_it() {
        Lab.needed("an engine with a rule for each family");
        faults.add(Lab.fault("ipv6-open", "on", "node1"));
        Checked checked = check(SHORT).exits(4).is("PARTIAL");
        assertThat(checked.first())
                .contains("over IPv6 on node1 (ingress and egress), where over IPv4 it does;"
                        + " node2 (ingress and egress) does");
        assertThat(checked.rows("default-deny"))
                .containsExactly(
                        "node1 INGRESS NOT_ENFORCED LETS_IPV6_THROUGH",
                        "node1 EGRESS NOT_ENFORCED LETS_IPV6_THROUGH",
                        "node2 INGRESS ENFORCED AS_SPECIFIED",
                        "node2 EGRESS ENFORCED AS_SPECIFIED");
    }

    @Test
    void an_existing_namespace_is_left_as_it_was() {
        // A Role in that namespace is enough for it.
        Checked checked = Checked.as(
                        ACCOUNTS.that("namespaced", of("enforcement-namespace")),
                        LIVE,
                        "--namespace",
                        LIVE.namespace(),
                        "--nodes=node1,no-such-node")
                .exits(0)
                .is("ENFORCED");
        assertThat(checked.first()).startsWith("✓ enforced:");
        assertThat(checked.notes()).isEmpty();
        assertThat(checked.report().at("/enforcement/unseen").toString())
                .as("what was not looked at")
                .contains("no-such-node");
        assertThat(LIVE.client().services().inNamespace(LIVE.namespace()).list().getItems())
                .isEmpty();
        assertThat(LIVE.client().pods().inNamespace(LIVE.namespace()).list().getItems())
                .isEmpty();
    }

    @Test
    void the_full_profile_is_as_the_engine_really_behaves() {
        Lab.needed("an engine that is known row by row");
        List<Permission> may = of("enforcement", "enforcement-full", "enforcement-optional");
        Checked checked = Checked.as(ACCOUNTS.everywhere("full", may), LIVE, "--profile", "full", "--host-network");
        assertThat(Pattern.compile(".{0,200}(ermitted|orbidden).{0,100}")
                        .matcher(checked.report().toString())
                        .results()
                        .map(MatchResult::group))
                .isEmpty();
        // This engine hears of a fresh pod from the API server, and now and then the pod's first packet is quicker.
        boolean late = checked.rows("policy-before-pod").stream().anyMatch(row -> row.contains(" NOT_ENFORCED "));
        checked.exits(late ? 4 : 0).is(late ? "PARTIAL" : "ENFORCED");
        assertThat(StreamSupport.stream(
                                checked.report().at("/enforcement/measures").spliterator(), false)
                        .filter(measure -> measure.path("metric").asText().equals("START_UP_WINDOW"))
                        .anyMatch(measure -> measure.path("maxSeconds").asDouble() > 0))
                .as("the start-up window is what lets the first packets through")
                .isEqualTo(late);
        assertThat(checked.rows())
                .filteredOn(row -> !row.path("status").asText().equals("ENFORCED"))
                .filteredOn(row -> !row.path("capability").asText().equals("policy-before-pod"))
                .extracting(row -> row.path("capability").asText() + " "
                        + row.path("status").asText())
                .as("the kernel has no SCTP, and the engine sees packets behind kube-proxy")
                .containsOnly(
                        "sctp UNTESTABLE",
                        "service-in-ip-block OBSERVED",
                        "hairpin OBSERVED",
                        "established OBSERVED",
                        "node-to-pod OBSERVED",
                        "host-network-source OBSERVED");
        assertThat(checked.observed("hairpin"))
                .as("behind kube-proxy the pod's packet comes from a pod that the policy does not name")
                .containsExactly("node1 DENIED", "node2 DENIED");
        assertThat(checked.observed("established"))
                .as("the engine is asked about the first packet of a connection alone")
                .containsExactly("node1 GOES_ON", "node2 GOES_ON");
        assertThat(checked.observed("node-to-pod"))
                .as("the node's own packets pass OUTPUT, where nothing asks the engine")
                .containsExactly("node1 LET_THROUGH", "node2 LET_THROUGH");
        assertThat(checked.observed("host-network-source"))
                .as("let through on the target's own node, and denied from the other, whose packets are forwarded")
                .containsExactly("node1 MIXED", "node2 MIXED");
    }

    @Test
    void pods_in_the_nodes_network_go_with_the_full_profile() {
        Streams.Captured ran = LIVE.command("enforcement", "--host-network");
        assertThat(ran.exit()).isEqualTo(2);
        assertThat(ran.err()).contains("--profile full");
    }

    @Test
    void a_network_that_loses_every_fifth_packet_fools_nobody() {
        Lab.needed("a lossy network");
        faults.add(Lab.fault("loss", "20"));
        check().exits(0).is("ENFORCED");
        Lab.engine("off");
        check(SHORT).exits(4).is("NOT_ENFORCED");
    }

    @Test
    void a_target_that_is_killed_in_the_middle_proves_nothing() throws Exception {
        Thread killer = new Thread(() -> {
            Checked.awaitPolicy(LIVE);
            LIVE.client()
                    .pods()
                    .inAnyNamespace()
                    .withLabel(LiveCluster.ROLE, "server")
                    .withLabel("netproof.dev/part", "target")
                    .list()
                    .getItems()
                    .forEach(pod ->
                            LIVE.client().resource(pod).withGracePeriod(0).delete());
        });
        killer.start();
        Checked checked = check();
        killer.join();
        assertThat(checked.exit()).as(checked.out()).isEqualTo(3);
        assertThat(checked.rows())
                .filteredOn(row -> row.path("direction").asText().equals("INGRESS"))
                .isNotEmpty()
                .allSatisfy(row -> assertThat(row.path("status").asText()).isEqualTo("INCONCLUSIVE"));
    }

    @Test
    void an_engine_that_is_started_in_the_middle_is_never_called_absent() throws Exception {
        Lab.needed("an engine that can be switched on");
        Lab.engine("off");
        Thread starter = new Thread(() -> {
            Checked.awaitPolicy(LIVE);
            Lab.engine("on");
        });
        starter.start();
        Checked checked = check();
        starter.join();
        assertThat(checked.exit()).as(checked.out()).isIn(0, 3);
    }

    @Test
    void a_cluster_wide_policy_that_overrides_is_found_and_said() {
        Lab.needed("an engine that knows policies for the whole cluster");
        GenericKubernetesResource override = LIVE.client()
                .resource(Serialization.unmarshal("""
                        apiVersion: policy.networking.k8s.io/v1alpha2
                        kind: ClusterNetworkPolicy
                        metadata: {name: live-override}
                        spec:
                          tier: Admin
                          priority: 20
                          subject: {namespaces: {}}
                          ingress: [{action: Accept, from: [{namespaces: {}}]}]
                          egress: [{action: Accept, to: [{namespaces: {}}]}]
                        """, GenericKubernetesResource.class))
                .create();
        try {
            Checked checked = check(SHORT).exits(3).is("INCONCLUSIVE");
            assertThat(checked.first()).contains("ClusterNetworkPolicy live-override");
            assertThat(checked.rows("default-deny"))
                    .isNotEmpty()
                    .allSatisfy(row -> assertThat(row).endsWith("INCONCLUSIVE PERHAPS_OVERRIDDEN"));
        } finally {
            LIVE.client().resource(override).delete();
        }
    }
}
