package dev.netproof.enforce;

import static dev.netproof.model.Enforcement.Direction.EGRESS;
import static dev.netproof.model.Enforcement.Direction.INGRESS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.netproof.enforce.EnforcementTerms.Besides;
import dev.netproof.inmemory.Engine;
import dev.netproof.inmemory.InMemoryCluster;
import dev.netproof.inmemory.Stack;
import dev.netproof.kube.SessionTerms.Images;
import dev.netproof.model.Enforcement;
import dev.netproof.model.Enforcement.Denial;
import dev.netproof.model.Enforcement.Direction;
import dev.netproof.model.Enforcement.Edge;
import dev.netproof.model.Enforcement.Metric;
import dev.netproof.model.Enforcement.Profile;
import dev.netproof.model.Enforcement.Reason;
import dev.netproof.model.Enforcement.Row;
import dev.netproof.model.Enforcement.Status;
import dev.netproof.model.Enforcement.Verdict;
import dev.netproof.model.Exit;
import dev.netproof.model.Family;
import dev.netproof.model.Outcome;
import dev.netproof.model.Path;
import dev.netproof.model.Report;
import dev.netproof.model.Streak;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class EnforcementCheckTest {
    private final List<InMemoryCluster> clusters = new ArrayList<>();

    @AfterEach
    void nothing_is_left_behind() {
        assertThat(clusters).isNotEmpty().allMatch(InMemoryCluster::isClean);
    }

    @Test
    void an_engine_that_does_as_policies_say_is_enforcing() {
        InMemoryCluster cluster = InMemoryCluster.of("node1", "node2");
        Report report = basic(cluster);

        assertThat(report.exit()).isEqualTo(Exit.CONFORMS);
        Enforcement found = report.enforcement().orElseThrow();
        assertThat(found.verdict()).isEqualTo(Verdict.ENFORCED);
        assertThat(found.headline()).startsWith("enforced: memory").contains("ingress and egress", "node1 and node2");
        assertThat(found.rows())
                .hasSize(4)
                .allMatch(row -> row.status() == Status.ENFORCED && row.reason() == Reason.AS_SPECIFIED);
        assertThat(cluster.elapsed()).as("phases, not deadlines").isLessThan(Duration.ofSeconds(15));
    }

    @Test
    void both_kinds_of_pairs_are_tried_by_pod_and_by_service() {
        Enforcement found =
                basic(InMemoryCluster.of("node1", "node2")).enforcement().orElseThrow();

        for (Row row : found.rows()) {
            List<Path> denied = row.edges().stream()
                    .filter(edge -> edge.expected().orElseThrow().forbids())
                    .map(edge -> edge.observation().path())
                    .toList();
            for (Path.Kind kind : List.of(Path.Kind.POD, Path.Kind.VIP)) {
                assertThat(denied.stream()
                                .filter(path -> path.kind() == kind)
                                .map(path -> path.sourceNode().equals(path.targetNode())))
                        .as("%s %s by %s: on one node, and across", row.node(), row.direction(), kind)
                        .containsExactlyInAnyOrder(true, false, true, false);
            }
        }
    }

    @Test
    void both_families_of_addresses_are_tried_by_pod_and_by_service_in_the_same_time() {
        InMemoryCluster dual = InMemoryCluster.of("node1", "node2");
        InMemoryCluster single = InMemoryCluster.of("node1", "node2").having(Stack.IPV4);
        Enforcement found = basic(dual).enforcement().orElseThrow();
        Enforcement before = basic(single).enforcement().orElseThrow();

        assertThat(found.rows()).hasSameSizeAs(before.rows());
        assertThat(dual.elapsed()).isLessThan(single.elapsed().plusSeconds(1));
        for (Row row : found.rows()) {
            assertThat(row.seen()).endsWith(", over IPv4 and IPv6");
            for (Path.Kind kind : List.of(Path.Kind.POD, Path.Kind.VIP)) {
                assertThat(row.edges().stream()
                                .filter(edge -> edge.expected().orElseThrow().forbids())
                                .filter(edge -> edge.observation().path().kind() == kind)
                                .map(edge -> Family.of(edge.observation().path().address()) + " "
                                        + edge.meaning().replaceAll(".* ", "")))
                        .as("%s %s by %s", row.node(), row.direction(), kind)
                        .containsExactlyInAnyOrder("IPV4 IPv4", "IPV4 IPv4", "IPV6 IPv6", "IPV6 IPv6");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"IPV4", "IPV6"})
    void of_families_nothing_is_said_where_there_is_one(Stack stack) {
        for (boolean works : List.of(true, false)) {
            Report report =
                    basic(InMemoryCluster.of("node1", "node2").having(stack).engine((node, direction, since) -> works));

            Enforcement found = report.enforcement().orElseThrow();
            assertThat(found.verdict()).isEqualTo(works ? Verdict.ENFORCED : Verdict.NOT_ENFORCED);
            assertThat(found.toString()).doesNotContain("over IPv");
            assertThat(found.rows())
                    .allSatisfy(row -> assertThat(row.edges()).hasSize(row.direction() == INGRESS ? 6 : 4));
        }
    }

    @Test
    void a_service_with_an_address_of_one_family_is_tried_by_that() {
        Enforcement found = basic(InMemoryCluster.of("node1", "node2").servicesHaving(Stack.IPV4))
                .enforcement()
                .orElseThrow();

        assertThat(found.verdict()).isEqualTo(Verdict.ENFORCED);
        assertThat(found.rows())
                .allSatisfy(row -> assertThat(row.edges())
                        .filteredOn(edge -> edge.observation().path().kind() == Path.Kind.VIP)
                        .hasSize(2)
                        .allMatch(edge -> !edge.observation().path().address().contains(":")));
    }

    @ParameterizedTest
    @EnumSource
    void a_cluster_that_is_open_over_one_family_is_partial_and_the_family_is_named(Family enforced) {
        Report report = basic(InMemoryCluster.of("node1", "node2").enforcingOnly(enforced));

        String open = enforced == Family.IPV4 ? "IPv6" : "IPv4";
        String shut = enforced == Family.IPV4 ? "IPv4" : "IPv6";
        assertThat(report.exit()).isEqualTo(Exit.NOT_ENFORCING);
        Enforcement found = report.enforcement().orElseThrow();
        assertThat(found.verdict()).isEqualTo(Verdict.PARTIAL);
        assertThat(found.headline())
                .isEqualTo("PARTIAL: memory is not enforcing network policy over " + open
                        + " on node1 and node2 (ingress and egress), where over " + shut + " it does");
        assertThat(found.advice().orElseThrow()).contains("rules for " + open, "nft");
        assertThat(found.rows()).hasSize(4).allSatisfy(row -> {
            assertThat(row.status()).isEqualTo(Status.NOT_ENFORCED);
            assertThat(row.reason())
                    .isEqualTo(enforced == Family.IPV4 ? Reason.LETS_IPV6_THROUGH : Reason.LETS_IPV4_THROUGH);
            assertThat(row.seen())
                    .isEqualTo("20 s after the policy was stored and over " + open
                            + " alone, all 4 paths that it forbids still connect; over " + shut
                            + " what it forbids is denied");
        });
    }

    @ParameterizedTest
    @EnumSource
    void an_open_family_is_found_by_node_and_direction(Direction missing) {
        Enforcement found = basic(InMemoryCluster.of("node1", "node2")
                        .seeing((node, direction, family) ->
                                family == Family.IPV4 || node.equals("node1") || direction != missing))
                .enforcement()
                .orElseThrow();

        assertThat(found.verdict()).isEqualTo(Verdict.PARTIAL);
        assertThat(row(found, "node2", missing).reason()).isEqualTo(Reason.LETS_IPV6_THROUGH);
        assertThat(found.rows())
                .filteredOn(row -> row.status() == Status.ENFORCED)
                .hasSize(3);
        assertThat(found.headline())
                .startsWith("PARTIAL: memory is not enforcing network policy over IPv6 on node2 (" + missing.word()
                        + "), where over IPv4 it does; node1 (ingress and egress), node2 (")
                .endsWith(") do");
    }

    @Test
    void what_is_open_in_both_families_is_no_matter_of_families() {
        Enforcement found = basic(InMemoryCluster.of("node1", "node2").engine((node, direction, since) -> false))
                .enforcement()
                .orElseThrow();

        assertThat(found.rows())
                .extracting(Row::seen)
                .containsOnly("20 s after the policy was stored all 8 paths that it forbids still connect");
        assertThat(found.headline()).contains("nothing enforces them");
    }

    @Test
    void rules_of_one_family_that_arrive_before_the_last_look_leave_it_unproved() {
        InMemoryCluster cluster = InMemoryCluster.of("node1", "node2")
                .delay(Duration.ofSeconds(12))
                .seeing((node, direction, family) -> family == Family.IPV4 || node.equals("node1"));
        cluster.at(Duration.ofSeconds(30), () -> cluster.seeing((node, direction, family) -> true));

        Enforcement found = basic(cluster).enforcement().orElseThrow();
        assertThat(row(found, "node2", INGRESS).reason()).isEqualTo(Reason.UNSETTLED);
        assertThat(row(found, "node2", EGRESS).reason()).isEqualTo(Reason.UNSETTLED);
    }

    @Test
    void a_cluster_wide_policy_may_be_what_allows_one_family() {
        Report report = basic(InMemoryCluster.of("node1")
                .enforcingOnly(Family.IPV4)
                .clusterWide("ClusterNetworkPolicy", "let-all-through"));

        assertThat(report.exit()).isEqualTo(Exit.INCONCLUSIVE);
        assertThat(report.enforcement().orElseThrow().rows())
                .allMatch(row -> row.reason() == Reason.PERHAPS_OVERRIDDEN);
    }

    @ParameterizedTest
    @EnumSource
    void a_family_without_a_way_from_node_to_node_is_not_proved_and_the_other_one_is_looked_at(Family missing) {
        Report report = basic(InMemoryCluster.of("node1", "node2").notRouting(missing));

        assertThat(report.exit()).isEqualTo(Exit.INCONCLUSIVE);
        Enforcement found = report.enforcement().orElseThrow();
        assertThat(found.headline()).startsWith("INCONCLUSIVE: not everything was proved on memory");
        assertThat(found.rows()).hasSize(4).allSatisfy(row -> {
            assertThat(row.reason()).isEqualTo(Reason.NO_BASELINE);
            assertThat(row.seen())
                    .startsWith("denied on 4 paths while the targets were reached by others")
                    .contains(
                            missing == Family.IPV6
                                    ? ", over IPv4; over IPv6 nothing is proved"
                                    : ", over IPv6; over IPv4")
                    .contains("there is no connection even without a policy");
            assertThat(row.fix().orElseThrow()).contains(missing == Family.IPV6 ? "over IPv6" : "over IPv4");
        });
    }

    @Test
    void where_one_family_has_no_way_the_other_one_is_not_called_enforced() {
        Report report = basic(
                InMemoryCluster.of("node1", "node2").notRouting(Family.IPV6).engine((node, direction, since) -> false));

        assertThat(report.exit()).isEqualTo(Exit.NOT_ENFORCING);
        Enforcement found = report.enforcement().orElseThrow();
        assertThat(found.verdict()).isEqualTo(Verdict.NOT_ENFORCED);
        assertThat(found.rows())
                .allMatch(row ->
                        row.reason() == Reason.LETS_THROUGH && row.seen().contains("; over IPv6 nothing is proved"));
    }

    /** What gets there over IPv4 has other routes. */
    @Test
    void a_way_that_closes_in_one_family_is_no_denial_there() {
        InMemoryCluster cluster = InMemoryCluster.of("node1", "node2");
        cluster.at(Duration.ofSeconds(6), () -> cluster.notRouting(Family.IPV6));

        Enforcement found = basic(cluster).enforcement().orElseThrow();
        assertThat(found.rows()).filteredOn(row -> row.direction() == EGRESS).allSatisfy(row -> {
            assertThat(row.status()).isEqualTo(Status.INCONCLUSIVE);
            assertThat(row.reason()).isEqualTo(Reason.NO_CONTROL);
            assertThat(row.seen()).contains("over IPv6");
        });
    }

    @Test
    void every_denial_has_a_control_on_the_same_pod_and_port() {
        Enforcement found =
                basic(InMemoryCluster.of("node1", "node2")).enforcement().orElseThrow();

        assertThat(found.rows().stream()
                        .flatMap(row -> row.edges().stream())
                        .filter(edge -> edge.expected().orElseThrow().forbids())
                        .map(edge -> edge.observation().controlledBy().orElse("nobody")))
                .isNotEmpty()
                .allMatch(by -> by.contains(" reached ") && by.contains(":8081"));
    }

    @Test
    void an_engine_that_is_off_is_not_enforcing_after_the_deadline_and_not_before() {
        InMemoryCluster cluster = InMemoryCluster.of("node1", "node2").engine((node, direction, since) -> false);
        Report report = basic(cluster);

        assertThat(report.exit()).isEqualTo(Exit.NOT_ENFORCING);
        Enforcement found = report.enforcement().orElseThrow();
        assertThat(found.verdict()).isEqualTo(Verdict.NOT_ENFORCED);
        assertThat(found.headline()).startsWith("NOT ENFORCED: memory");
        assertThat(found.rows()).allMatch(row -> row.reason() == Reason.LETS_THROUGH);
        assertThat(cluster.elapsed()).isGreaterThan(Duration.ofSeconds(20));
    }

    /**
     * A probe's log lags from its beginning, and catches up after the policy was stored: the first line that is in time shows that what
     * seems to have opened under the policy opened before it.
     */
    @Test
    void connections_that_were_told_of_late_are_dated_by_the_probes_clock() {
        Duration lag = Duration.ofSeconds(25);
        Duration caughtUp = Duration.ofSeconds(45);
        InMemoryCluster cluster = InMemoryCluster.of("node1", "node2")
                .delivering((probe, said) -> probe.id().equals("s-two-0") && said.compareTo(caughtUp) < 0
                        ? earlier(said.plus(lag), caughtUp)
                        : said);

        Enforcement found = basic(cluster).enforcement().orElseThrow();

        assertThat(found.rows()).allSatisfy(row -> {
            assertThat(row.status()).as(row.seen()).isEqualTo(Status.ENFORCED);
            assertThat(row.denied().orElseThrow())
                    .as("time to deny; the engine takes 0.3 s")
                    .isBetween(Duration.ofMillis(300), Duration.ofSeconds(2));
            assertThat(row.edges().stream()
                            .filter(edge -> edge.expected().orElseThrow().forbids())
                            .flatMap(edge -> edge.observation().history().stream())
                            .filter(streak -> streak.outcome() == Outcome.CONNECTED)
                            .mapToInt(Streak::attempts))
                    .as("connections under the policy, before it was in effect")
                    .allMatch(attempts -> attempts <= 1);
        });
    }

    private static Duration earlier(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    @Test
    void what_a_cluster_wide_policy_may_allow_is_not_proved_to_be_unenforced() {
        Report report = basic(InMemoryCluster.of("node1", "node2")
                .engine((node, direction, since) -> false)
                .clusterWide("ClusterNetworkPolicy", "let-all-through"));

        assertThat(report.exit()).isEqualTo(Exit.INCONCLUSIVE);
        assertThat(report.enforcement().orElseThrow().rows()).allSatisfy(row -> {
            assertThat(row.reason()).isEqualTo(Reason.PERHAPS_OVERRIDDEN);
            assertThat(row.seen()).contains("ClusterNetworkPolicy let-all-through");
        });
    }

    @Test
    void a_cluster_wide_policy_does_not_explain_one_node_alone() {
        Report report = basic(InMemoryCluster.of("node1", "node2")
                .engine((node, direction, since) -> node.equals("node1"))
                .clusterWide("ClusterNetworkPolicy", "let-all-through"));

        assertThat(report.exit()).isEqualTo(Exit.NOT_ENFORCING);
        assertThat(report.enforcement().orElseThrow().verdict()).isEqualTo(Verdict.PARTIAL);
    }

    @ParameterizedTest
    @ValueSource(strings = {"BaselineAdminNetworkPolicy", "Tier"})
    void what_comes_behind_network_policies_explains_nothing(String kind) {
        Report report = basic(InMemoryCluster.of("node1")
                .engine((node, direction, since) -> false)
                .clusterWide(kind, "default"));

        assertThat(report.exit()).isEqualTo(Exit.NOT_ENFORCING);
    }

    /** The lab's engine judges both directions of all that passes its node. */
    @ParameterizedTest
    @EnumSource
    void an_engine_on_one_node_is_partial_and_the_other_node_is_named_as_source_and_as_target(Engine.Reach reach) {
        Report report = basic(InMemoryCluster.of("node1", "node2")
                .reaching(reach)
                .engine((node, direction, since) -> node.equals("node1")));

        assertThat(report.exit()).isEqualTo(Exit.NOT_ENFORCING);
        Enforcement found = report.enforcement().orElseThrow();
        assertThat(found.verdict()).isEqualTo(Verdict.PARTIAL);
        assertThat(found.headline())
                .isEqualTo("PARTIAL: memory is not enforcing network policy on node2 (ingress and egress); node1"
                        + " (ingress and egress) does");
        assertThat(status(found, "node1", INGRESS)).isEqualTo(Status.ENFORCED);
        assertThat(status(found, "node1", EGRESS)).isEqualTo(Status.ENFORCED);
        assertThat(status(found, "node2", INGRESS)).isEqualTo(Status.NOT_ENFORCED);
        assertThat(status(found, "node2", EGRESS)).isEqualTo(Status.NOT_ENFORCED);
    }

    @ParameterizedTest
    @EnumSource
    void an_engine_that_knows_one_direction_is_partial_and_the_other_one_is_named(Direction missing) {
        Enforcement found = basic(
                        InMemoryCluster.of("node1", "node2").engine((node, direction, since) -> direction != missing))
                .enforcement()
                .orElseThrow();

        assertThat(found.verdict()).isEqualTo(Verdict.PARTIAL);
        assertThat(found.headline()).contains("node1 and node2 (" + missing.word() + ")");
    }

    @ParameterizedTest
    @EnumSource(names = {"REFUSED", "UNREACHABLE"})
    void an_engine_that_answers_instead_of_being_silent_enforces_and_it_is_said_how_it_looks(Outcome manner) {
        Enforcement found = basic(InMemoryCluster.of("node1", "node2").manner(manner))
                .enforcement()
                .orElseThrow();

        assertThat(found.verdict()).isEqualTo(Verdict.ENFORCED);
        assertThat(found.denials()).isNotEmpty().extracting(Denial::outcome).containsOnly(manner);
    }

    @Test
    void a_target_that_dies_quietly_is_no_denial() {
        InMemoryCluster cluster = InMemoryCluster.of("node1", "node2").engine((node, direction, since) -> false);
        cluster.at(Duration.ofSeconds(8), () -> cluster.kill("t-a-0"));

        Enforcement found = basic(cluster).enforcement().orElseThrow();
        Row row = row(found, "node1", INGRESS);
        assertThat(row.status()).isEqualTo(Status.INCONCLUSIVE);
        assertThat(row.reason()).isEqualTo(Reason.NO_CONTROL);
    }

    @Test
    void a_target_that_was_dead_for_a_while_is_tried_once_more() {
        InMemoryCluster cluster = InMemoryCluster.of("node1", "node2");
        cluster.at(Duration.ofSeconds(8), () -> cluster.kill("t-a-0"));
        cluster.at(Duration.ofSeconds(40), () -> cluster.revive("t-a-0"));

        Report report = basic(cluster);
        assertThat(report.exit()).isEqualTo(Exit.CONFORMS);
        assertThat(row(report.enforcement().orElseThrow(), "node1", INGRESS).seen())
                .contains("at a second try; at the first one: denied, but nothing shows that the target was alive");
    }

    @Test
    void a_target_that_stays_dead_is_not_waited_for_forever() {
        InMemoryCluster cluster = InMemoryCluster.of("node1", "node2");
        cluster.at(Duration.ofSeconds(8), () -> cluster.kill("t-a-0"));

        Report report = basic(cluster);
        assertThat(report.exit()).isEqualTo(Exit.INCONCLUSIVE);
        assertThat(row(report.enforcement().orElseThrow(), "node1", INGRESS).reason())
                .isEqualTo(Reason.NO_CONTROL);
        assertThat(cluster.elapsed()).isLessThan(Duration.ofSeconds(120));
    }

    @Test
    void a_target_that_is_killed_in_the_middle_is_inconclusive() {
        InMemoryCluster cluster = InMemoryCluster.of("node1", "node2");
        cluster.at(Duration.ofSeconds(7), () -> cluster.killLoudly("t-a-1"));

        Report report = basic(cluster);
        assertThat(report.exit()).isEqualTo(Exit.INCONCLUSIVE);
        Enforcement found = report.enforcement().orElseThrow();
        assertThat(row(found, "node2", INGRESS).reason()).isEqualTo(Reason.ACTOR_LOST);
        assertThat(status(found, "node1", INGRESS)).isEqualTo(Status.ENFORCED);
    }

    @Test
    void without_a_connection_before_there_is_no_verdict_and_the_likely_cause_is_named() {
        Report report = basic(InMemoryCluster.of("node1", "node2").isolating("netproof-1/deny-all"));

        assertThat(report.exit()).isEqualTo(Exit.INCONCLUSIVE);
        Row row = row(report.enforcement().orElseThrow(), "node1", INGRESS);
        assertThat(row.reason()).isEqualTo(Reason.NO_BASELINE);
        assertThat(row.seen()).contains("netproof-1/deny-all");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void a_lossy_network_fools_nobody(long seed) {
        // What curl makes of 20 % lost packets: two tries in two seconds, both ways.
        double failing = 0.13;
        Enforcement on = basic(InMemoryCluster.of("node1", "node2").loss(failing, seed))
                .enforcement()
                .orElseThrow();
        Enforcement off = basic(InMemoryCluster.of("node1", "node2")
                        .loss(failing, seed)
                        .engine((node, direction, since) -> false))
                .enforcement()
                .orElseThrow();

        assertThat(on.verdict()).isEqualTo(Verdict.ENFORCED);
        assertThat(off.verdict()).isEqualTo(Verdict.NOT_ENFORCED);
    }

    @Test
    void rules_that_arrive_late_but_in_time_are_enforced_and_it_is_measured() {
        Enforcement found = basic(InMemoryCluster.of("node1", "node2").delay(Duration.ofSeconds(12)))
                .enforcement()
                .orElseThrow();

        assertThat(found.verdict()).isEqualTo(Verdict.ENFORCED);
        assertThat(found.measures().stream().filter(one -> one.metric() == Metric.TIME_TO_DENY))
                .hasSize(2)
                .allSatisfy(one -> assertThat(one.max()).isBetween(Duration.ofSeconds(12), Duration.ofSeconds(13)));
    }

    @Test
    void an_engine_that_stops_while_it_is_looked_at_leaves_nothing_proved() {
        Enforcement found = basic(InMemoryCluster.of("node1", "node2")
                        .delay(Duration.ofSeconds(1))
                        .engine((node, direction, since) ->
                                // Long enough to be seen on some paths, never on all of them for good.
                                since.compareTo(Duration.ofSeconds(6)) > 0
                                        && since.compareTo(Duration.ofMillis(8_900)) < 0))
                .enforcement()
                .orElseThrow();

        assertThat(found.rows()).noneMatch(row -> row.status() == Status.ENFORCED);
    }

    @Test
    void an_engine_that_starts_after_the_deadline_makes_what_was_concluded_before_doubtful() {
        // node1 answers at once and node2 only when its deadline has passed, while node1's other row is still open.
        Enforcement found = basic(InMemoryCluster.of("node1", "node2")
                        .engine((node, direction, since) -> node.equals("node1")
                                ? direction == INGRESS || since.compareTo(Duration.ofSeconds(40)) > 0
                                : since.compareTo(Duration.ofSeconds(90)) > 0))
                .enforcement()
                .orElseThrow();

        assertThat(found.rows())
                .filteredOn(row -> row.status() == Status.NOT_ENFORCED)
                .allMatch(row -> row.node().equals("node2") || row.direction() == EGRESS);
    }

    @Test
    void probes_that_get_no_cpu_prove_nothing() {
        Report report = basic(InMemoryCluster.of("node1", "node2").starving());

        assertThat(report.exit()).isEqualTo(Exit.INCONCLUSIVE);
        assertThat(report.enforcement().orElseThrow().rows())
                .as("no policy is suspected where nothing was seen")
                .allMatch(row -> row.status() == Status.INCONCLUSIVE && row.reason() == Reason.UNSETTLED)
                .allMatch(row -> row.seen().contains("the probe was starved"));
        assertThat(report.notes()).anyMatch(note -> note.contains("starved"));
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 5, 8, 9, 10, 12})
    void probes_that_get_no_cpu_for_longer_than_a_deadline_are_waited_for(int seconds) {
        InMemoryCluster cluster = InMemoryCluster.of("node1", "node2");
        cluster.at(Duration.ofSeconds(seconds), cluster::starving);
        cluster.at(Duration.ofSeconds(seconds + 25), cluster::fed);

        assertThat(basic(cluster).exit()).isEqualTo(Exit.CONFORMS);
    }

    @Test
    void a_sidecar_is_found_and_said() {
        Report report =
                basic(InMemoryCluster.of("node1", "node2").admitting("t-a-0", "container istio-proxy was added"));

        Row row = row(report.enforcement().orElseThrow(), "node1", INGRESS);
        assertThat(row.reason()).isEqualTo(Reason.CHANGED_BY_ADMISSION);
        assertThat(row.seen()).contains("istio-proxy");
    }

    /** The engine is slow, so that the pod is let through from beginning to end. */
    @ParameterizedTest
    @ValueSource(strings = {"t-a-0", "e-a-0"})
    void a_pod_that_is_taken_from_its_policy_while_it_runs_is_no_failure_of_the_engine(String pod) {
        InMemoryCluster cluster = InMemoryCluster.of("node1", "node2").delay(Duration.ofSeconds(10));
        cluster.at(Duration.ofSeconds(10), () -> cluster.strip(pod, "netproof.dev/part"));

        Enforcement found = basic(cluster).enforcement().orElseThrow();
        Row row = row(found, "node1", pod.startsWith("t") ? INGRESS : EGRESS);
        assertThat(row.status()).isEqualTo(Status.INCONCLUSIVE);
        assertThat(row.reason()).isEqualTo(Reason.CHANGED_BY_ADMISSION);
        assertThat(row.seen()).contains("pod " + pod);
        assertThat(found.rows()).noneMatch(one -> one.status() == Status.NOT_ENFORCED);
    }

    /** node1's rows are still looked at when node2's are concluded, and node2's engine is started a moment later. */
    private static InMemoryCluster startedAfterTheConclusion() {
        return InMemoryCluster.of("node1", "node2")
                .delay(Duration.ofSeconds(12))
                .engine((node, direction, since) ->
                        node.equals("node1") || since.compareTo(Duration.ofSeconds(30)) > 0);
    }

    @Test
    void an_engine_that_starts_before_the_last_look_leaves_what_was_let_through_unproved() {
        Enforcement found = basic(startedAfterTheConclusion()).enforcement().orElseThrow();

        assertThat(row(found, "node2", INGRESS).reason()).isEqualTo(Reason.UNSETTLED);
        assertThat(row(found, "node2", EGRESS).reason()).isEqualTo(Reason.UNSETTLED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"t-a-1", "e-a-1"})
    void a_pod_that_is_taken_from_its_policy_before_the_last_look_shows_nothing_then(String pod) {
        InMemoryCluster cluster = startedAfterTheConclusion();
        cluster.at(Duration.ofMillis(29_500), () -> cluster.strip(pod, "netproof.dev/part"));

        Enforcement found = basic(cluster).enforcement().orElseThrow();
        Row row = row(found, "node2", pod.startsWith("t") ? INGRESS : EGRESS);
        assertThat(row.status()).isEqualTo(Status.INCONCLUSIVE);
        assertThat(row.reason()).isEqualTo(Reason.CHANGED_BY_ADMISSION);
        assertThat(row.seen()).contains("pod " + pod);
    }

    @Test
    void a_policy_that_somebody_removes_before_the_last_look_shows_nothing_then() {
        InMemoryCluster cluster = startedAfterTheConclusion();
        cluster.at(Duration.ofMillis(29_500), () -> cluster.withdraw("ingress-1"));

        Row row = row(basic(cluster).enforcement().orElseThrow(), "node2", INGRESS);
        assertThat(row.status()).isEqualTo(Status.INCONCLUSIVE);
        assertThat(row.reason()).isEqualTo(Reason.CHANGED_BY_ADMISSION);
        assertThat(row.seen()).contains("is gone");
    }

    @Test
    void a_node_that_nothing_can_run_on_is_untestable_and_never_enforced() {
        Report report = basic(InMemoryCluster.of("node1").unusable("node2", "it is not ready"));

        Enforcement found = report.enforcement().orElseThrow();
        assertThat(found.verdict()).isEqualTo(Verdict.ENFORCED);
        assertThat(found.headline()).doesNotContain("node2");
        assertThat(status(found, "node2", INGRESS)).isEqualTo(Status.UNTESTABLE);
        assertThat(status(found, "node2", EGRESS)).isEqualTo(Status.UNTESTABLE);
        assertThat(found.unseen())
                .anyMatch(one -> one.what().equals("node node2") && one.why().contains("not ready"));
    }

    @Test
    void of_many_nodes_some_are_looked_at_and_the_others_are_named() {
        InMemoryCluster cluster = InMemoryCluster.of("a", "b", "c", "d", "e");
        Report report = check(cluster, terms(Profile.BASIC, new NodeChoice.Some(2), Optional.empty()))
                .run();

        Enforcement found = report.enforcement().orElseThrow();
        assertThat(found.rows()).extracting(Row::node).containsOnly("a", "b");
        assertThat(found.unseen())
                .anyMatch(one -> one.what().equals("3 of 5 nodes") && one.why().contains("c, d, e"));
    }

    @Test
    void a_missing_permission_is_named_and_nothing_is_created() {
        InMemoryCluster cluster =
                InMemoryCluster.of("node1").forbidding("create", "networking.k8s.io", "networkpolicies");
        Report report = basic(cluster);

        assertThat(report.exit()).isEqualTo(Exit.NOT_JUDGED);
        assertThat(report.breakage().orElseThrow().problem()).contains("create networkpolicies.networking.k8s.io");
        assertThat(cluster.wasTouched()).isFalse();
    }

    @Test
    void what_only_the_full_profile_does_is_asked_of_no_other() {
        InMemoryCluster cluster = InMemoryCluster.of("node1")
                .forbidding("patch", "", "pods")
                .forbidding("update", "networking.k8s.io", "networkpolicies");

        assertThat(basic(cluster).exit()).isEqualTo(Exit.CONFORMS);
        assertThat(check(cluster, terms(Profile.FULL, NodeChoice.usual(), Optional.empty()))
                        .run()
                        .breakage()
                        .orElseThrow()
                        .problem())
                .contains("patch pods")
                .contains("update networkpolicies.networking.k8s.io");
    }

    @Test
    void what_only_looks_like_a_leftover_is_named_and_stops_nothing() {
        Report report = basic(InMemoryCluster.of("node1").foreignNamespace("Namespace team-a is left alone"));

        assertThat(report.exit()).isEqualTo(Exit.CONFORMS);
        assertThat(report.notes()).contains("Namespace team-a is left alone");
    }

    @Test
    void where_leftovers_may_not_be_looked_for_the_report_says_so() {
        Report report = basic(InMemoryCluster.of("node1").unreadableNamespaces("list namespaces"));

        assertThat(report.exit()).isEqualTo(Exit.CONFORMS);
        assertThat(report.notes())
                .contains("not permitted to list namespaces: did not look for leftovers of a killed check there");
    }

    @Test
    void the_privileged_namespace_of_a_killed_check_in_a_named_one_is_removed_by_the_next() {
        InMemoryCluster cluster = InMemoryCluster.of("node1").unreadableNamespaces("list namespaces");
        Report report = check(
                        cluster, terms(Profile.FULL, NodeChoice.usual(), Optional.of("mine"), Besides.HOST_NETWORK))
                .run();

        assertThat(cluster.wasSwept()).isTrue();
        assertThat(report.notes())
                .contains("not permitted to list namespaces: did not look for leftovers of a killed check there");

        InMemoryCluster plain = InMemoryCluster.of("node1").unreadableNamespaces("list namespaces");
        check(plain, terms(Profile.BASIC, NodeChoice.usual(), Optional.of("mine")))
                .run();
        assertThat(plain.wasSwept()).isFalse();
    }

    @Test
    void where_no_namespace_may_be_created_one_can_be_named() {
        InMemoryCluster cluster = InMemoryCluster.of("node1").forbidding("create", "", "namespaces");

        assertThat(basic(cluster).breakage().orElseThrow().fix()).contains("--namespace");
        assertThat(check(cluster, terms(Profile.BASIC, NodeChoice.usual(), Optional.of("mine")))
                        .run()
                        .exit())
                .isEqualTo(Exit.CONFORMS);
    }

    @Test
    void an_interrupted_check_reports_what_it_knows_and_cleans_up() {
        InMemoryCluster cluster = InMemoryCluster.of("node1", "node2");
        EnforcementCheck check = check(cluster, terms(Profile.BASIC, NodeChoice.usual(), Optional.empty()));
        cluster.at(Duration.ofSeconds(6), () -> check.interrupt(Exit.INTERRUPTED));

        Report report = check.run();
        assertThat(report.exit()).isEqualTo(Exit.INTERRUPTED);
        assertThat(report.enforcement().orElseThrow().rows())
                .extracting(Row::reason)
                .containsOnly(Reason.OUT_OF_TIME);
    }

    /** The engine of each node goes on and off at random: whatever is said of it must have been so. */
    @Test
    void no_engine_that_comes_and_goes_is_misjudged() {
        Map<Status, Integer> seen = new HashMap<>();
        for (long seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            Map<String, List<Duration>> toggles = new HashMap<>();
            for (String node : List.of("node1", "node2")) {
                List<Duration> times = new ArrayList<>();
                Duration at = Duration.ZERO;
                for (int i = 0; i < 4; i++) {
                    at = at.plusMillis(500 + random.nextInt(15_000));
                    times.add(at);
                }
                toggles.put(node, times);
            }
            boolean first = random.nextBoolean();
            InMemoryCluster cluster = InMemoryCluster.of("node1", "node2")
                    .engine((node, direction, since) -> on(first, toggles.get(node), since));
            Enforcement found = basic(cluster).enforcement().orElseThrow();
            for (Row row : found.rows()) {
                seen.merge(row.status(), 1, Integer::sum);
                Duration end = cluster.elapsed();
                double share = share(first, toggles.get(row.node()), end);
                if (row.status() == Status.ENFORCED) {
                    assertThat(share).as("seed %s, %s", seed, row).isGreaterThan(0);
                } else if (row.status() == Status.NOT_ENFORCED) {
                    assertThat(share).as("seed %s, %s", seed, row).isLessThan(0.6);
                    assertThat(on(first, toggles.get(row.node()), end.minusSeconds(4)))
                            .as("seed %s: it was on when it was said to be off", seed)
                            .isFalse();
                }
            }
            clusters.clear();
            clusters.add(cluster);
        }
        assertThat(seen).containsKeys(Status.ENFORCED, Status.NOT_ENFORCED, Status.INCONCLUSIVE);
    }

    private static boolean on(boolean first, List<Duration> toggles, Duration since) {
        long passed = toggles.stream().filter(at -> at.compareTo(since) <= 0).count();
        return (passed % 2 == 0) == first;
    }

    private static double share(boolean first, List<Duration> toggles, Duration end) {
        int on = 0;
        int all = 0;
        for (long milli = 2_000; milli < end.toMillis(); milli += 100) {
            all++;
            on += on(first, toggles, Duration.ofMillis(milli)) ? 1 : 0;
        }
        return (double) on / all;
    }

    private Report basic(InMemoryCluster cluster) {
        return check(cluster, terms(Profile.BASIC, NodeChoice.usual(), Optional.empty()))
                .run();
    }

    private EnforcementCheck check(InMemoryCluster cluster, EnforcementTerms terms) {
        clusters.add(cluster);
        return new EnforcementCheck(cluster, terms, step -> {}, cluster.clock());
    }

    static EnforcementTerms terms(Profile profile, NodeChoice nodes, Optional<String> namespace) {
        return terms(profile, nodes, namespace, Besides.NOTHING);
    }

    private static EnforcementTerms terms(
            Profile profile, NodeChoice nodes, Optional<String> namespace, Besides besides) {
        return new EnforcementTerms(
                "test",
                profile,
                nodes,
                namespace,
                3,
                Duration.ofSeconds(20),
                Duration.ofMinutes(5),
                Duration.ofSeconds(2),
                Images.DEFAULT,
                besides);
    }

    private static Row row(Enforcement found, String node, Direction direction) {
        return found.rows().stream()
                .filter(row -> row.node().equals(node) && row.direction() == direction)
                .findFirst()
                .orElseThrow();
    }

    private static Status status(Enforcement found, String node, Direction direction) {
        return row(found, node, direction).status();
    }

    static List<Edge> edges(Row row) {
        return row.edges();
    }
}
