package dev.netproof.enforce;

import static org.assertj.core.api.Assertions.assertThat;

import dev.netproof.enforce.EnforcementTerms.Besides;
import dev.netproof.inmemory.Engine.Fault;
import dev.netproof.inmemory.Engine.Freedom;
import dev.netproof.inmemory.InMemoryCluster;
import dev.netproof.inmemory.Live;
import dev.netproof.inmemory.Specification;
import dev.netproof.inmemory.Stack;
import dev.netproof.kube.Testbed.Standard;
import dev.netproof.model.Enforcement;
import dev.netproof.model.Enforcement.Direction;
import dev.netproof.model.Enforcement.Kind;
import dev.netproof.model.Enforcement.Profile;
import dev.netproof.model.Enforcement.Reason;
import dev.netproof.model.Enforcement.Row;
import dev.netproof.model.Enforcement.Status;
import dev.netproof.model.Family;
import dev.netproof.model.PortRef;
import dev.netproof.model.Protocol;
import dev.netproof.plan.PolicyManifest;
import dev.netproof.plan.PolicyManifest.Block;
import dev.netproof.plan.PolicyManifest.Pods;
import dev.netproof.plan.PolicyManifest.Ports;
import dev.netproof.plan.PolicyManifest.Rule;
import dev.netproof.plan.Selector;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The full profile against engines that follow the specification but for one thing each. */
class CatalogueTest {
    @Test
    void an_engine_that_follows_the_specification_has_every_capability() {
        InMemoryCluster cluster = InMemoryCluster.of("node1", "node2");
        Enforcement found = full(cluster);

        assertThat(found.rows())
                .filteredOn(row -> row.status() != Status.ENFORCED && row.status() != Status.OBSERVED)
                .as("all but SCTP, which the nodes have not")
                .extracting(Row::capability)
                .containsOnly("sctp");
        assertThat(found.verdict()).isEqualTo(Enforcement.Verdict.ENFORCED);
        assertThat(cluster.elapsed()).isLessThan(Duration.ofSeconds(75));
    }

    @Test
    void every_capability_is_looked_at_in_one_family_where_there_is_no_other() {
        Enforcement four = full(InMemoryCluster.of("node1", "node2").having(Stack.IPV4));
        Enforcement six = full(InMemoryCluster.of("node1", "node2").having(Stack.IPV6));

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
        InMemoryCluster dual = InMemoryCluster.of("node1", "node2");
        InMemoryCluster single = InMemoryCluster.of("node1", "node2").having(Stack.IPV4);
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
        InMemoryCluster cluster = InMemoryCluster.of("node1", "node2").enforcingOnly(Family.IPV4);
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
        Enforcement found = full(InMemoryCluster.of("node1", "node2").enforcingOnly(Family.IPV6));

        assertThat(rows(found, "default-deny")).hasSize(4).allMatch(row -> row.reason() == Reason.LETS_IPV4_THROUGH);
        assertThat(rows(found, "ipv6")).hasSize(4).allMatch(row -> row.status() == Status.ENFORCED);
        assertThat(rows(found, "hairpin"))
                .as("what is looked at over IPv4 alone")
                .allMatch(row -> row.status() == Status.UNTESTABLE && row.reason() == Reason.MOOT);
    }

    @Test
    void what_the_specification_leaves_open_is_observed_and_no_failure() {
        Enforcement found = hosts(InMemoryCluster.of("node1", "node2"));

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
        Enforcement found = hosts(leavingOpenOtherwise());

        assertThat(observed(found))
                .containsExactlyInAnyOrder(
                        "service-in-ip-block LET_THROUGH",
                        "hairpin LET_THROUGH",
                        "established DENIED",
                        "node-to-pod DENIED",
                        "host-network-source LET_THROUGH");
        assertThat(found.verdict()).isEqualTo(Enforcement.Verdict.ENFORCED);
    }

    private static InMemoryCluster leavingOpenOtherwise() {
        InMemoryCluster cluster = InMemoryCluster.of("node1", "node2");
        for (Freedom freedom : Freedom.values()) {
            cluster.with(freedom);
        }
        return cluster;
    }

    @Test
    void an_engine_that_is_quicker_with_pods_than_with_its_policies_is_seen_alike() {
        Enforcement found = hosts(InMemoryCluster.of("node1", "node2")
                .delay(Duration.ofSeconds(4))
                .with(Freedom.NO_KUBELET));

        assertThat(observed(found)).contains("established GOES_ON", "node-to-pod DENIED", "hairpin DENIED");
        assertThat(found.verdict()).isEqualTo(Enforcement.Verdict.ENFORCED);
    }

    @Test
    void of_a_pod_that_never_reaches_itself_nothing_can_be_seen_and_it_is_no_failure() {
        Enforcement found = full(InMemoryCluster.of("node1", "node2").withoutHairpins());

        assertThat(rows(found, "hairpin"))
                .hasSize(2)
                .allMatch(row -> row.status() == Status.UNTESTABLE
                        && row.reason() == Reason.NO_BASELINE
                        && row.seen().contains("no connection even without a policy"));
        assertThat(found.verdict()).isEqualTo(Enforcement.Verdict.ENFORCED);
    }

    @Test
    void where_no_policy_works_nothing_is_said_of_what_is_left_open() {
        Enforcement found = hosts(InMemoryCluster.of("node1").engine((node, direction, since) -> false));

        assertThat(found.rows())
                .filteredOn(row -> found.capability(row).kind() == Kind.INFORMATION)
                .isNotEmpty()
                .allMatch(row -> row.status() == Status.UNTESTABLE && row.reason() == Reason.MOOT);
    }

    @Test
    void what_becomes_of_an_open_question_changes_no_verdict() {
        InMemoryCluster cluster = InMemoryCluster.of("node1", "node2");
        cluster.at(Duration.ofSeconds(7), () -> cluster.killLoudly("t-k-0"));
        Enforcement found = full(cluster);

        assertThat(rows(found, "established"))
                .anyMatch(row -> row.status() == Status.UNTESTABLE && row.reason() == Reason.ACTOR_LOST);
        assertThat(found.verdict()).isEqualTo(Enforcement.Verdict.ENFORCED);
        assertThat(found.headline()).doesNotContain("not proved");
    }

    @Test
    void pods_in_the_nodes_network_are_looked_at_only_where_somebody_asks() {
        Enforcement found = full(InMemoryCluster.of("node1"));

        assertThat(rows(found, "host-network-source")).isEmpty();
        assertThat(found.unseen()).anyMatch(one -> one.why().contains("--host-network"));
    }

    @Test
    void what_needs_a_second_namespace_is_untestable_in_a_named_one() {
        Enforcement found = found(
                InMemoryCluster.of("node1", "node2"),
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
        Enforcement found = hosts(InMemoryCluster.of("node1", "node2").refusing(Standard.PRIVILEGED));

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
        Enforcement found = full(InMemoryCluster.of("node1", "node2").blindFor(Duration.ofMillis(2_500)));

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
        Enforcement found =
                full(InMemoryCluster.of("node1", "node2").strippingAtAdmission("e-f-0", "netproof.dev/part"));

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
        Enforcement found = full(InMemoryCluster.of("node1", "node2").revoking("netproof.dev/state"));

        assertThat(rows(found, "label-change"))
                .hasSize(4)
                .allMatch(row -> row.status() == Status.INCONCLUSIVE && row.reason() == Reason.CHANGED_BY_ADMISSION)
                .allMatch(row -> row.seen().contains("netproof.dev/state"));
        assertThat(found.rows()).noneMatch(row -> row.status() == Status.NOT_ENFORCED);
    }

    @Test
    void of_what_is_left_open_nothing_is_said_where_the_probe_had_no_result() {
        Enforcement found = full(InMemoryCluster.of("node1", "node2").starving("t-h-0"));

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
        InMemoryCluster cluster = InMemoryCluster.of("node1", "node2").engine((node, direction, since) -> false);
        Enforcement found = full(cluster);

        assertThat(found.verdict()).isEqualTo(Enforcement.Verdict.NOT_ENFORCED);
        assertThat(found.rows()).noneMatch(row -> row.status() == Status.ENFORCED);
        assertThat(cluster.elapsed()).isLessThan(Duration.ofSeconds(60));
    }

    /**
     * What an engine gets wrong, in a cluster that is right otherwise.
     *
     * @param capability the id of the one that it is about
     * @param rows all that are not as specified for it, on every node, as {@link #described} has them
     */
    private record Flaw(String what, String capability, UnaryOperator<InMemoryCluster> cluster, Set<String> rows) {
        @Override
        public String toString() {
            return capability + ": " + what;
        }
    }

    /** @param rows those of a capability in both directions where they name none */
    private static Flaw flaw(String what, String capability, UnaryOperator<InMemoryCluster> cluster, String... rows) {
        Set<String> expected = new TreeSet<>();
        for (String row : rows) {
            expected.addAll(row.contains(" ") ? Set.of(row) : Set.of(row + " ingress", row + " egress"));
        }
        return new Flaw(what, capability, cluster, expected);
    }

    private static Flaw flaw(String what, String capability, Specification meaning, String... rows) {
        return flaw(what, capability, cluster -> cluster.meaning(meaning), rows);
    }

    static Stream<Flaw> flaws() {
        return Stream.of(meanings(), selections(), openings(), behaviours()).flatMap(one -> one);
    }

    /** What policies come to together. */
    private static Stream<Flaw> meanings() {
        return Stream.of(
                flaw(
                        "a policy without rules is overlooked",
                        "default-deny",
                        new Specification() {
                            @Override
                            protected boolean selects(PolicyManifest policy, Live pod) {
                                return !policy.rules().isEmpty() && super.selects(policy, pod);
                            }
                        },
                        "default-deny egress",
                        "policy-before-pod egress"),
                flaw(
                        "all policies must allow",
                        "policies-add-up",
                        new Specification() {
                            @Override
                            protected boolean combined(List<Boolean> each) {
                                return !each.contains(false);
                            }
                        },
                        "policies-add-up egress",
                        "policies-add-up ingress unproved",
                        "empty-peer-with-ports ingress",
                        // The control is a policy of its own, and nobody gets through.
                        "default-deny ingress unproved",
                        "empty-peer-with-ports ingress unproved",
                        "end-port ingress unproved",
                        "ingress-leaves-egress egress unproved",
                        "ipv6 ingress unproved",
                        "named-port ingress unproved",
                        "numeric-port ingress unproved",
                        "protocol-without-port ingress unproved",
                        "sctp ingress unproved",
                        "udp ingress unproved"),
                flaw(
                        "isolation for ingress is isolation for egress as well",
                        "ingress-leaves-egress",
                        new Specification() {
                            @Override
                            protected boolean isolates(PolicyManifest policy, Direction direction) {
                                return direction == Direction.EGRESS || super.isolates(policy, direction);
                            }
                        },
                        "ingress-leaves-egress egress"));
    }

    /** Whom a peer selects. */
    private static Stream<Flaw> selections() {
        return Stream.of(
                flaw(
                        "a pod selector selects pods of all namespaces",
                        "pod-selector",
                        new Specification() {
                            @Override
                            protected boolean namespace(PolicyManifest policy, Pods pods, Live other) {
                                return pods.namespaces().isEmpty() || super.namespace(policy, pods, other);
                            }
                        },
                        "pod-selector",
                        "match-expressions",
                        "policies-add-up",
                        "empty-peer-with-ports ingress"),
                flaw(
                        "a namespace selector selects all namespaces",
                        "namespace-selector",
                        new Specification() {
                            @Override
                            protected boolean namespace(PolicyManifest policy, Pods pods, Live other) {
                                return pods.namespaces().isPresent() || super.namespace(policy, pods, other);
                            }
                        },
                        "namespace-selector",
                        "namespace-and-pod",
                        "peers-or",
                        "policies-add-up"),
                flaw(
                        "of two selectors in a peer one is enough",
                        "namespace-and-pod",
                        new Specification() {
                            @Override
                            protected boolean peer(PolicyManifest policy, Pods pods, Live other) {
                                boolean both = pods.namespaces().isPresent()
                                        && pods.pods().isPresent();
                                return super.peer(policy, pods, other)
                                        || both && super.namespace(policy, pods, other)
                                        || both && pods.pods().get().selects(other.labels());
                            }
                        },
                        "namespace-and-pod",
                        "policies-add-up"),
                flaw(
                        "of namespace and pod one is enough, whether or not a peer names both",
                        "namespace-and-pod",
                        new Specification() {
                            @Override
                            protected boolean peer(PolicyManifest policy, Pods pods, Live other) {
                                return namespace(policy, pods, other)
                                        || pods.pods()
                                                .map(one -> one.selects(other.labels()))
                                                .orElse(true);
                            }
                        },
                        "namespace-and-pod egress",
                        // And whatever else tells pods apart, as long as default-deny had not failed yet.
                        "default-deny ingress",
                        "ingress-leaves-egress egress",
                        "label-change egress",
                        "match-expressions",
                        "namespace-selector egress",
                        "numeric-port ingress",
                        "peers-or egress",
                        "pod-selector",
                        "policies-add-up egress",
                        "policy-update egress",
                        "sctp ingress",
                        "service-equals-pod egress"),
                flaw(
                        "of two peers both must match",
                        "peers-or",
                        new Specification() {
                            @Override
                            protected boolean peers(List<Boolean> each) {
                                return !each.contains(false);
                            }
                        },
                        "peers-or egress",
                        "peers-or ingress unproved",
                        // Of pods with two addresses there is a range for each family.
                        "ip-block egress",
                        "ip-block ingress unproved",
                        "ip-block-except egress",
                        "ip-block-except ingress unproved"),
                flaw(
                        "expressions are overlooked",
                        "match-expressions",
                        new Specification() {
                            @Override
                            protected boolean selects(Selector pods, Map<String, String> labels) {
                                return super.selects(Selector.of(pods.matchLabels()), labels);
                            }
                        },
                        "match-expressions"),
                flaw(
                        "ranges of addresses select no pods",
                        "ip-block",
                        new Specification() {
                            @Override
                            protected boolean block(Block block, String address) {
                                return false;
                            }
                        },
                        "ip-block egress",
                        "ip-block ingress unproved",
                        "ip-block-except egress",
                        "ip-block-except ingress unproved"),
                flaw(
                        "exceptions are overlooked",
                        "ip-block-except",
                        new Specification() {
                            @Override
                            protected boolean block(Block block, String address) {
                                return super.block(new Block(block.cidr(), List.of()), address);
                            }
                        },
                        "ip-block-except"));
    }

    /** What a rule opens. */
    private static Stream<Flaw> openings() {
        return Stream.of(
                flaw(
                        "a single number opens every port of its protocol",
                        "numeric-port",
                        new Specification() {
                            @Override
                            protected boolean matches(Ports ports, Live to, int port, Protocol protocol) {
                                boolean single = ports.end().isEmpty()
                                        && ports.port()
                                                .filter(PortRef.Number.class::isInstance)
                                                .isPresent();
                                return single ? ports.protocol() == protocol : super.matches(ports, to, port, protocol);
                            }
                        },
                        "numeric-port",
                        "empty-peer-with-ports"),
                flaw(
                        "names of ports are unknown",
                        "named-port",
                        new Specification() {
                            @Override
                            protected boolean matches(Ports ports, Live to, int port, Protocol protocol) {
                                return ports.port()
                                                .filter(one -> one.toString().equals(ServerPorts.WEB))
                                                .isEmpty()
                                        && super.matches(ports, to, port, protocol);
                            }
                        },
                        "named-port",
                        // Where nobody reaches the other port, nothing shows that the pod is alive.
                        "named-port ingress unproved"),
                flaw(
                        "ranges are taken for their first port",
                        "end-port",
                        new Specification() {
                            @Override
                            protected boolean matches(Ports ports, Live to, int port, Protocol protocol) {
                                return super.matches(
                                        new Ports(ports.protocol(), ports.port(), OptionalInt.empty()),
                                        to,
                                        port,
                                        protocol);
                            }
                        },
                        "end-port"),
                flaw(
                        "a rule without peers is for nobody",
                        "empty-peer-with-ports",
                        new Specification() {
                            @Override
                            protected boolean isForEverybody(Rule rule) {
                                return false;
                            }
                        },
                        "empty-peer-with-ports",
                        "empty-peer-with-ports ingress unproved"),
                flaw(
                        "a rule without a port opens every protocol",
                        "protocol-without-port",
                        new Specification() {
                            @Override
                            protected boolean matches(Ports ports, Live to, int port, Protocol protocol) {
                                return ports.port().isEmpty() || super.matches(ports, to, port, protocol);
                            }
                        },
                        "protocol-without-port"),
                flaw("datagrams pass", "udp", passing(Protocol.UDP), "udp"),
                flaw("associations pass", "sctp", passing(Protocol.SCTP), "sctp ingress"));
    }

    private static Specification passing(Protocol free) {
        return new Specification() {
            @Override
            protected boolean concerns(Protocol protocol) {
                return protocol != free;
            }
        };
    }

    /** What an engine does about addresses, and over time. */
    private static Stream<Flaw> behaviours() {
        return Stream.of(
                flaw(
                        "rules for IPv6 were never loaded",
                        "ipv6",
                        cluster -> cluster.enforcingOnly(Family.IPV4),
                        "ipv6",
                        "default-deny",
                        // And what had begun before default-deny was found open.
                        "empty-peer-with-ports egress",
                        "label-change egress",
                        "match-expressions ingress",
                        "pod-selector",
                        "policy-before-pod egress",
                        "protocol-without-port egress"),
                flaw(
                        "Services are judged by their own address",
                        "service-equals-pod",
                        cluster -> cluster.with(Fault.SERVICES_BEFORE_TRANSLATION),
                        "service-equals-pod egress"),
                flaw(
                        "labels are read once",
                        "label-change",
                        new Specification() {
                            @Override
                            protected boolean selects(PolicyManifest policy, Live pod) {
                                return policy.pods().selects(pod.born());
                            }
                        },
                        "label-change"),
                flaw(
                        "changes of policies are overlooked",
                        "policy-update",
                        cluster -> cluster.with(Fault.UPDATES_OVERLOOKED),
                        "policy-update"),
                flaw(
                        "pods are known late",
                        "policy-before-pod",
                        cluster -> cluster.blindFor(Duration.ofMillis(2_500)),
                        "policy-before-pod egress"));
    }

    @ParameterizedTest
    @MethodSource("flaws")
    void of_an_engine_with_one_flaw_just_the_rows_fail_that_it_takes_away(Flaw flaw) {
        Enforcement found =
                full(flaw.cluster().apply(InMemoryCluster.of("node1", "node2").speakingSctp()));

        Set<String> asSpecified = new TreeSet<>();
        Set<String> others = new TreeSet<>();
        Set<String> moot = new TreeSet<>();
        for (Row row : found.rows()) {
            if (found.capability(row).kind() == Kind.MUST) {
                switch (row.status()) {
                    case ENFORCED -> asSpecified.add(described(row));
                    case UNTESTABLE -> moot.add(described(row) + " " + row.reason());
                    default -> others.add(described(row));
                }
            }
        }
        assertThat(others).as(flaw.what()).isEqualTo(flaw.rows());
        assertThat(asSpecified).as("it is the same on every node").doesNotContainAnyElementsOf(flaw.rows());
        if (others.stream().anyMatch(row -> row.startsWith("default-deny ") && !row.endsWith("unproved"))) {
            assertThat(moot)
                    .as("not looked at where not even default-deny works")
                    .allMatch(row -> row.endsWith("MOOT"));
        } else {
            assertThat(moot).as("everything is looked at").isEmpty();
        }
        assertThat(found.verdict()).isEqualTo(Enforcement.Verdict.PARTIAL);
    }

    /** "udp egress", "peers-or ingress unproved": what fails, and what is not proved either way. */
    private static String described(Row row) {
        return row.capability() + " " + row.direction().word()
                + (row.status() == Status.INCONCLUSIVE ? " unproved" : "");
    }

    @Test
    void every_capability_has_an_engine_that_lacks_it() {
        assertThat(flaws().map(Flaw::capability))
                .as("a capability that no flaw is about may be one that nothing can fail")
                .hasSameElementsAs(ids(Kind.MUST));
        assertThat(flaws())
                .as("the capability that a flaw is about fails")
                .allMatch(flaw -> flaw.rows().stream()
                        .anyMatch(row -> row.startsWith(flaw.capability() + " ") && !row.endsWith(" unproved")));
    }

    @Test
    void every_open_question_has_engines_that_answer_it_differently() {
        Set<String> usual = observed(hosts(InMemoryCluster.of("node1", "node2")));
        Set<String> otherwise = observed(hosts(leavingOpenOtherwise()));

        assertThat(usual).doesNotContainAnyElementsOf(otherwise);
        for (Set<String> answers : List.of(usual, otherwise)) {
            assertThat(answers)
                    .extracting(answer -> answer.substring(0, answer.indexOf(' ')))
                    .containsExactlyInAnyOrderElementsOf(ids(Kind.INFORMATION));
        }
    }

    private static Set<String> ids(Kind kind) {
        Set<String> ids = new TreeSet<>();
        Catalogue.of(Profile.FULL, Besides.HOST_NETWORK).stream()
                .map(Scenario::capability)
                .filter(capability -> capability.kind() == kind)
                .forEach(capability -> ids.add(capability.id()));
        return ids;
    }

    private static Enforcement full(InMemoryCluster cluster) {
        return found(cluster, EnforcementCheckTest.terms(Profile.FULL, NodeChoice.usual(), Optional.empty()));
    }

    private static Enforcement hosts(InMemoryCluster cluster) {
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

    private static Enforcement found(InMemoryCluster cluster, EnforcementTerms terms) {
        Enforcement found = new EnforcementCheck(cluster, terms, step -> {}, cluster.clock())
                .run()
                .enforcement()
                .orElseThrow();
        assertThat(cluster.isClean()).isTrue();
        return found;
    }
}
