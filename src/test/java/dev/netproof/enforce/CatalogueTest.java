package dev.netproof.enforce;

import static org.assertj.core.api.Assertions.assertThat;

import dev.netproof.enforce.EnforcementTerms.Besides;
import dev.netproof.enforce.ToyCluster.Freedom;
import dev.netproof.enforce.ToyCluster.Live;
import dev.netproof.enforce.ToyCluster.Stack;
import dev.netproof.kube.Testbed.Standard;
import dev.netproof.model.Enforcement;
import dev.netproof.model.Enforcement.Kind;
import dev.netproof.model.Enforcement.Profile;
import dev.netproof.model.Enforcement.Reason;
import dev.netproof.model.Enforcement.Row;
import dev.netproof.model.Enforcement.Status;
import dev.netproof.model.Family;
import dev.netproof.model.Protocol;
import dev.netproof.plan.PolicyManifest;
import dev.netproof.plan.PolicyManifest.Block;
import dev.netproof.plan.PolicyManifest.Pods;
import dev.netproof.plan.PolicyManifest.Ports;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The full profile against engines that follow the specification but for one thing each. */
class CatalogueTest {
    @Test
    void an_engine_that_follows_the_specification_has_every_capability() {
        ToyCluster cluster = ToyCluster.of("node1", "node2");
        Enforcement found = full(cluster);

        assertThat(found.rows())
                .filteredOn(row -> row.status() != Status.ENFORCED && row.status() != Status.OBSERVED)
                .as("all but SCTP, which the toy has not")
                .extracting(Row::capability)
                .containsOnly("sctp");
        assertThat(found.verdict()).isEqualTo(Enforcement.Verdict.ENFORCED);
        assertThat(cluster.elapsed()).isLessThan(Duration.ofSeconds(75));
    }

    @Test
    void every_capability_is_looked_at_in_one_family_where_there_is_no_other() {
        Enforcement four = full(ToyCluster.of("node1", "node2").having(Stack.IPV4));
        Enforcement six = full(ToyCluster.of("node1", "node2").having(Stack.IPV6));

        assertThat(unproved(four))
                .hasSize(2)
                .contains("ipv6 pods have no IPv6 addresses here")
                .anyMatch(row -> row.startsWith("sctp no SCTP association was made"));
        assertThat(four.verdict()).isEqualTo(Enforcement.Verdict.ENFORCED);
        assertThat(four.rows()).noneMatch(row -> row.edges().toString().contains("over IPv"));
        assertThat(unproved(six))
                .as("the server of many ports listens over IPv4")
                .hasSizeGreaterThan(3)
                .allMatch(row -> row.endsWith("the server that this needs listens over IPv4"));
        assertThat(six.verdict()).isEqualTo(Enforcement.Verdict.ENFORCED);
    }

    /** What was untestable, and why. */
    private static Set<String> unproved(Enforcement found) {
        Set<String> unproved = new TreeSet<>();
        found.rows().stream()
                .filter(row -> row.status() != Status.ENFORCED && row.status() != Status.OBSERVED)
                .forEach(row -> unproved.add(row.capability() + " " + row.seen()));
        return unproved;
    }

    @Test
    void every_capability_is_looked_at_in_both_families_in_the_same_time() {
        ToyCluster dual = ToyCluster.of("node1", "node2");
        ToyCluster single = ToyCluster.of("node1", "node2").having(Stack.IPV4);
        Enforcement found = full(dual);

        assertThat(found.rows()).hasSameSizeAs(full(single).rows());
        assertThat(dual.elapsed()).isLessThan(single.elapsed().plusSeconds(10));
        assertThat(found.rows())
                .filteredOn(row ->
                        row.status() == Status.ENFORCED && !row.capability().equals("ipv6"))
                .filteredOn(row -> !row.seen().endsWith(", over IPv4 and IPv6"))
                .extracting(row -> row.capability() + " " + row.direction())
                .as("the server of many ports listens over IPv4")
                .containsOnly(
                        "numeric-port INGRESS",
                        "numeric-port EGRESS",
                        "named-port INGRESS",
                        "named-port EGRESS",
                        "end-port INGRESS",
                        "end-port EGRESS",
                        "empty-peer-with-ports INGRESS",
                        "label-change INGRESS");
    }

    @Test
    void where_one_family_is_open_the_other_one_is_looked_at_all_the_same() {
        ToyCluster cluster = ToyCluster.of("node1", "node2").enforcingOnly(Family.IPV4);
        Enforcement found = full(cluster);

        assertThat(found.verdict()).isEqualTo(Enforcement.Verdict.PARTIAL);
        assertThat(found.headline())
                .contains("over IPv6 on node1 and node2 (ingress and egress), where over IPv4 it does");
        assertThat(rows(found, "default-deny")).hasSize(4).allMatch(row -> row.reason() == Reason.LETS_IPV6_THROUGH);
        assertThat(rows(found, "ipv6")).hasSize(4).allMatch(row -> row.reason() == Reason.LETS_THROUGH);
        assertThat(found.rows())
                .as("nothing else is called open, and little of it is given up")
                .filteredOn(row -> !Set.of("default-deny", "ipv6", "sctp").contains(row.capability()))
                .noneMatch(row -> row.reason() == Reason.LETS_THROUGH || row.status() == Status.UNTESTABLE)
                .anyMatch(row -> row.status() == Status.ENFORCED
                        && row.seen().endsWith(", over IPv4; over IPv6 not even default-deny is enforced there"));
        assertThat(cluster.elapsed()).isLessThan(Duration.ofSeconds(150));
    }

    @Test
    void where_the_primary_family_is_open_the_row_of_the_other_one_says_that_it_holds() {
        Enforcement found = full(ToyCluster.of("node1", "node2").enforcingOnly(Family.IPV6));

        assertThat(rows(found, "default-deny")).hasSize(4).allMatch(row -> row.reason() == Reason.LETS_IPV4_THROUGH);
        assertThat(rows(found, "ipv6")).hasSize(4).allMatch(row -> row.status() == Status.ENFORCED);
        assertThat(rows(found, "hairpin"))
                .as("what is looked at over IPv4 alone")
                .allMatch(row -> row.status() == Status.UNTESTABLE && row.reason() == Reason.MOOT);
    }

    @Test
    void what_the_specification_leaves_open_is_observed_and_no_failure() {
        Enforcement found = hosts(ToyCluster.of("node1", "node2"));

        assertThat(observed(found))
                .containsExactlyInAnyOrder(
                        "service-in-ip-block DENIED",
                        "hairpin DENIED",
                        "established GOES_ON",
                        "node-to-pod LET_THROUGH",
                        "host-network-source DENIED");
        assertThat(found.verdict()).isEqualTo(Enforcement.Verdict.ENFORCED);
        assertThat(rows(found, "established"))
                .extracting(Row::seen)
                .allMatch(seen -> seen.contains("goes on after the deny"))
                .anyMatch(seen -> seen.contains("pod two on node1 → the target on node2"));
    }

    @Test
    void an_engine_that_leaves_open_otherwise_is_observed_to() {
        Enforcement found = hosts(ToyCluster.of("node1", "node2")
                .with(Freedom.HAIRPIN)
                .with(Freedom.HOST_NETWORK)
                .with(Freedom.NO_KUBELET)
                .with(Freedom.NO_ESTABLISHED));

        assertThat(observed(found))
                .containsExactlyInAnyOrder(
                        "service-in-ip-block DENIED",
                        "hairpin LET_THROUGH",
                        "established DENIED",
                        "node-to-pod DENIED",
                        "host-network-source LET_THROUGH");
        assertThat(found.verdict()).isEqualTo(Enforcement.Verdict.ENFORCED);
    }

    @Test
    void an_engine_that_is_quicker_with_pods_than_with_its_policies_is_seen_alike() {
        Enforcement found = hosts(
                ToyCluster.of("node1", "node2").delay(Duration.ofSeconds(4)).with(Freedom.NO_KUBELET));

        assertThat(observed(found)).contains("established GOES_ON", "node-to-pod DENIED", "hairpin DENIED");
        assertThat(found.verdict()).isEqualTo(Enforcement.Verdict.ENFORCED);
    }

    @Test
    void of_a_pod_that_never_reaches_itself_nothing_can_be_seen_and_it_is_no_failure() {
        Enforcement found = full(ToyCluster.of("node1", "node2").withoutHairpins());

        assertThat(rows(found, "hairpin"))
                .hasSize(2)
                .allMatch(row -> row.status() == Status.UNTESTABLE
                        && row.reason() == Reason.NO_BASELINE
                        && row.seen().contains("no connection even without a policy"));
        assertThat(found.verdict()).isEqualTo(Enforcement.Verdict.ENFORCED);
    }

    @Test
    void where_no_policy_works_nothing_is_said_of_what_is_left_open() {
        Enforcement found = hosts(ToyCluster.of("node1").engine((node, direction, since) -> false));

        assertThat(found.rows())
                .filteredOn(row -> found.capability(row).kind() == Kind.INFORMATION)
                .isNotEmpty()
                .allMatch(row -> row.status() == Status.UNTESTABLE && row.reason() == Reason.MOOT);
    }

    @Test
    void what_becomes_of_an_open_question_changes_no_verdict() {
        ToyCluster cluster = ToyCluster.of("node1", "node2");
        cluster.at(Duration.ofSeconds(7), () -> cluster.killLoudly("t-k-0"));
        Enforcement found = full(cluster);

        assertThat(rows(found, "established"))
                .anyMatch(row -> row.status() == Status.UNTESTABLE && row.reason() == Reason.ACTOR_LOST);
        assertThat(found.verdict()).isEqualTo(Enforcement.Verdict.ENFORCED);
        assertThat(found.headline()).doesNotContain("not proved");
    }

    @Test
    void pods_in_the_nodes_network_are_looked_at_only_where_somebody_asks() {
        Enforcement found = full(ToyCluster.of("node1"));

        assertThat(rows(found, "host-network-source")).isEmpty();
        assertThat(found.unseen()).anyMatch(one -> one.why().contains("--host-network"));
    }

    @Test
    void what_needs_a_second_namespace_is_untestable_in_a_named_one() {
        Enforcement found = found(
                ToyCluster.of("node1", "node2"),
                EnforcementCheckTest.terms(Profile.FULL, NodeChoice.usual(), Optional.of("mine")));

        assertThat(rows(found, "namespace-selector"))
                .hasSize(4)
                .allMatch(row -> row.status() == Status.UNTESTABLE
                        && row.reason() == Reason.NOT_SUPPORTED
                        && row.seen().contains("--namespace gives one alone"));
        assertThat(found.rows())
                .extracting(Row::capability)
                .as("every capability has its rows")
                .containsAll(found.capabilities().stream()
                        .map(Enforcement.Capability::id)
                        .toList());
        assertThat(found.verdict()).isEqualTo(Enforcement.Verdict.ENFORCED);
    }

    @Test
    void a_cluster_that_refuses_pods_in_the_nodes_network_leaves_that_untestable() {
        Enforcement found = hosts(ToyCluster.of("node1", "node2").refusing(Standard.PRIVILEGED));

        assertThat(rows(found, "host-network-source"))
                .hasSize(2)
                .allMatch(row -> row.status() == Status.UNTESTABLE && row.seen().contains("a webhook refuses"));
        assertThat(found.verdict()).isEqualTo(Enforcement.Verdict.ENFORCED);
    }

    /** "hairpin DENIED": what was observed, where it is the same on all nodes. */
    private static Set<String> observed(Enforcement found) {
        Set<String> observed = new TreeSet<>();
        found.rows().stream()
                .filter(row -> row.status() == Status.OBSERVED)
                .forEach(row -> observed.add(row.capability() + " " + row.reason()));
        return observed;
    }

    private static List<Row> rows(Enforcement found, String capability) {
        return found.rows().stream()
                .filter(row -> row.capability().equals(capability))
                .toList();
    }

    @Test
    void an_engine_that_learns_of_pods_late_lets_their_first_connections_through_and_it_is_measured() {
        Enforcement found = full(ToyCluster.of("node1", "node2").blindFor(Duration.ofMillis(2_500)));

        assertThat(found.rows())
                .filteredOn(row -> row.capability().equals("policy-before-pod"))
                .hasSize(2)
                .allMatch(
                        row -> row.status() == Status.NOT_ENFORCED && row.seen().contains("let through for 2.0 s"));
        assertThat(found.measures())
                .filteredOn(one -> one.metric() == Enforcement.Metric.START_UP_WINDOW)
                .hasSize(2)
                .allSatisfy(one -> assertThat(one.max()).isBetween(Duration.ofSeconds(2), Duration.ofMillis(2_500)));
        assertThat(found.rows())
                .filteredOn(row -> row.status() == Status.NOT_ENFORCED)
                .extracting(Row::capability)
                .containsOnly("policy-before-pod");
    }

    @Test
    void a_fresh_pod_that_admission_took_from_its_policy_proves_nothing() {
        Enforcement found = full(ToyCluster.of("node1", "node2").strippingAtAdmission("e-f-0", "netproof.dev/part"));

        List<Row> rows = rows(found, "policy-before-pod");
        assertThat(rows)
                .filteredOn(row -> row.node().equals("node1"))
                .singleElement()
                .satisfies(row -> {
                    assertThat(row.status()).isEqualTo(Status.INCONCLUSIVE);
                    assertThat(row.reason()).isEqualTo(Reason.CHANGED_BY_ADMISSION);
                    assertThat(row.seen()).contains("label netproof.dev/part was removed");
                });
        assertThat(rows)
                .filteredOn(row -> row.node().equals("node2"))
                .singleElement()
                .matches(row -> row.status() == Status.ENFORCED);
    }

    @Test
    void labels_that_somebody_takes_away_again_show_no_flaw_of_the_engine() {
        Enforcement found = full(ToyCluster.of("node1", "node2").revoking("netproof.dev/state"));

        assertThat(rows(found, "label-change"))
                .hasSize(4)
                .allMatch(row -> row.status() == Status.INCONCLUSIVE && row.reason() == Reason.CHANGED_BY_ADMISSION)
                .allMatch(row -> row.seen().contains("netproof.dev/state"));
        assertThat(found.rows()).noneMatch(row -> row.status() == Status.NOT_ENFORCED);
    }

    @Test
    void of_what_is_left_open_nothing_is_said_where_the_probe_had_no_result() {
        Enforcement found = full(ToyCluster.of("node1", "node2").starving("t-h-0"));

        assertThat(rows(found, "hairpin"))
                .filteredOn(row -> row.node().equals("node1"))
                .singleElement()
                .satisfies(row -> {
                    assertThat(row.status()).isEqualTo(Status.UNTESTABLE);
                    assertThat(row.reason()).isEqualTo(Reason.UNSETTLED);
                    assertThat(row.seen()).contains("no result in time");
                });
    }

    @Test
    void every_capability_says_what_it_means_and_where_it_is_specified() {
        assertThat(Catalogue.of(Profile.FULL, Besides.HOST_NETWORK)).allSatisfy(scenario -> {
            assertThat(scenario.capability().id()).matches("[a-z0-9-]+");
            assertThat(scenario.capability().meaning()).isNotBlank();
            assertThat(scenario.capability().specification()).isNotBlank();
            assertThat(scenario.capability().source()).startsWith("https://");
        });
    }

    @Test
    void a_cluster_that_enforces_nothing_is_told_so_at_the_first_deadline() {
        ToyCluster cluster = ToyCluster.of("node1", "node2").engine((node, direction, since) -> false);
        Enforcement found = full(cluster);

        assertThat(found.verdict()).isEqualTo(Enforcement.Verdict.NOT_ENFORCED);
        assertThat(found.rows()).noneMatch(row -> row.status() == Status.ENFORCED);
        assertThat(cluster.elapsed()).isLessThan(Duration.ofSeconds(60));
    }

    /** What an engine gets wrong, and what is found to be missing for it. */
    private record Flaw(Specification meaning, Set<String> missing) {}

    static Stream<Map.Entry<String, Flaw>> flaws() {
        Map<String, Flaw> flaws = new LinkedHashMap<>();
        flaws.put(
                "ranges are taken for their first port",
                flaw(
                        new Specification() {
                            @Override
                            boolean matches(Ports ports, Live to, int port, Protocol protocol) {
                                return super.matches(
                                        new Ports(ports.protocol(), ports.port(), OptionalInt.empty()),
                                        to,
                                        port,
                                        protocol);
                            }
                        },
                        "end-port"));
        flaws.put(
                "of two peers both must match",
                flaw(
                        new Specification() {
                            @Override
                            boolean peers(List<Boolean> each) {
                                return !each.contains(false);
                            }
                        },
                        "peers-or",
                        "ip-block",
                        // Of pods with two addresses there is a range for each family.
                        "ip-block-except"));
        flaws.put(
                "of two selectors in a peer one is enough",
                flaw(
                        new Specification() {
                            @Override
                            boolean namespaceAndPod(boolean namespace, boolean pod) {
                                return namespace || pod;
                            }
                        },
                        "pod-selector",
                        "namespace-selector",
                        "namespace-and-pod",
                        "peers-or",
                        "match-expressions",
                        // And whatever else tells pods apart by one selector.
                        "default-deny",
                        "numeric-port",
                        "named-port",
                        "end-port",
                        "policies-add-up",
                        "policy-update",
                        "service-equals-pod",
                        "ingress-leaves-egress",
                        "label-change",
                        "protocol-without-port",
                        "udp",
                        "ipv6"));
        flaws.put(
                "all policies must allow",
                flaw(
                        new Specification() {
                            @Override
                            boolean combined(List<Boolean> each) {
                                return !each.contains(false);
                            }
                        },
                        "policies-add-up",
                        "empty-peer-with-ports"));
        flaws.put(
                "exceptions are overlooked",
                flaw(
                        new Specification() {
                            @Override
                            boolean block(Block block, String address) {
                                return super.block(new Block(block.cidr(), List.of()), address);
                            }
                        },
                        "ip-block-except"));
        flaws.put(
                "a namespace selector is taken for all namespaces",
                flaw(
                        new Specification() {
                            @Override
                            boolean namespace(PolicyManifest policy, Pods pods, Live other) {
                                return pods.namespaces().isPresent() || super.namespace(policy, pods, other);
                            }
                        },
                        "namespace-selector",
                        "namespace-and-pod",
                        "peers-or",
                        "policies-add-up"));
        flaws.put(
                "names of ports are unknown",
                flaw(
                        new Specification() {
                            @Override
                            boolean matches(Ports ports, Live to, int port, Protocol protocol) {
                                return ports.port()
                                                .filter(one -> one.toString().equals(ServerPorts.WEB))
                                                .isEmpty()
                                        && super.matches(ports, to, port, protocol);
                            }
                        },
                        "named-port"));
        flaws.put(
                "datagrams pass",
                flaw(
                        new Specification() {
                            @Override
                            boolean concerns(Protocol protocol) {
                                return protocol != Protocol.UDP;
                            }
                        },
                        "udp"));
        flaws.put(
                "labels are read once",
                flaw(
                        new Specification() {
                            @Override
                            boolean selects(PolicyManifest policy, Live pod) {
                                return !policy.name().contains("label-change") && super.selects(policy, pod);
                            }
                        },
                        "label-change"));
        return flaws.entrySet().stream();
    }

    private static Flaw flaw(Specification meaning, String... missing) {
        return new Flaw(meaning, Set.of(missing));
    }

    @ParameterizedTest
    @MethodSource("flaws")
    void an_engine_with_one_flaw_is_found_to_lack_just_what_that_takes_away(Map.Entry<String, Flaw> flaw) {
        Enforcement found =
                full(ToyCluster.of("node1", "node2").meaning(flaw.getValue().meaning()));

        Set<String> missing = new TreeSet<>();
        found.rows().stream()
                .filter(row -> row.status() == Status.NOT_ENFORCED)
                .forEach(row -> missing.add(row.capability()));
        Set<String> lost = new TreeSet<>(flaw.getValue().missing());
        assertThat(missing).as(flaw.getKey()).isSubsetOf(lost).isNotEmpty();
        assertThat(found.rows())
                .as("%s: nothing that it takes away is called enforced in every direction", flaw.getKey())
                .filteredOn(row -> lost.contains(row.capability()))
                .anyMatch(row -> row.status() != Status.ENFORCED);
        assertThat(found.verdict()).isEqualTo(Enforcement.Verdict.PARTIAL);
    }

    private static Enforcement full(ToyCluster cluster) {
        return found(cluster, EnforcementCheckTest.terms(Profile.FULL, NodeChoice.usual(), Optional.empty()));
    }

    private static Enforcement hosts(ToyCluster cluster) {
        EnforcementTerms terms = EnforcementCheckTest.terms(Profile.FULL, NodeChoice.usual(), Optional.empty());
        return found(
                cluster,
                new EnforcementTerms(
                        terms.tool(),
                        terms.profile(),
                        terms.nodes(),
                        terms.namespace(),
                        terms.stable(),
                        terms.deadline(),
                        terms.timeout(),
                        terms.connectTimeout(),
                        terms.images(),
                        Besides.HOST_NETWORK));
    }

    private static Enforcement found(ToyCluster cluster, EnforcementTerms terms) {
        Enforcement found = new EnforcementCheck(cluster, terms, step -> {}, cluster.clock())
                .run()
                .enforcement()
                .orElseThrow();
        assertThat(cluster.isClean()).isTrue();
        return found;
    }
}
