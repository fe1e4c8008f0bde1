package dev.netproof.run;

import static dev.netproof.model.Outcome.CONNECTED;
import static dev.netproof.model.Outcome.PROBE_ERROR;
import static dev.netproof.model.Outcome.REFUSED;
import static dev.netproof.model.Outcome.TIMEOUT;
import static dev.netproof.model.Outcome.UNREACHABLE;
import static dev.netproof.plan.Shop.from;
import static dev.netproof.plan.Shop.port;
import static dev.netproof.plan.Shop.stranger;
import static dev.netproof.plan.Shop.to;
import static org.assertj.core.api.Assertions.assertThat;

import dev.netproof.enforce.LentNamespace;
import dev.netproof.enforce.NodeChoice;
import dev.netproof.inmemory.InMemoryCluster;
import dev.netproof.inmemory.InMemoryCluster.Network;
import dev.netproof.inmemory.InMemoryCluster.Operation;
import dev.netproof.inmemory.Try;
import dev.netproof.judge.ConvergenceTerms;
import dev.netproof.kube.SessionTerms.Images;
import dev.netproof.model.CheckResult;
import dev.netproof.model.Circumstances;
import dev.netproof.model.Circumstances.TargetPod;
import dev.netproof.model.ControlGrade;
import dev.netproof.model.Enforcement;
import dev.netproof.model.Exit;
import dev.netproof.model.Outcome;
import dev.netproof.model.PathObservation;
import dev.netproof.model.Placement;
import dev.netproof.model.PortRef;
import dev.netproof.model.Protocol;
import dev.netproof.model.Report;
import dev.netproof.model.Source.Liveness;
import dev.netproof.model.Target;
import dev.netproof.model.Verdict;
import dev.netproof.model.Verdict.Reason;
import dev.netproof.model.Verdict.Status;
import dev.netproof.model.WorkloadKind;
import dev.netproof.plan.ClusterFacts.Direction;
import dev.netproof.plan.ClusterFacts.Existence;
import dev.netproof.plan.ClusterFacts.KubeletProbe;
import dev.netproof.plan.ClusterFacts.Policies;
import dev.netproof.plan.ClusterFacts.Policy;
import dev.netproof.plan.ClusterFacts.Readiness;
import dev.netproof.plan.ClusterFacts.ServicePort;
import dev.netproof.plan.PlanTerms;
import dev.netproof.plan.Selector;
import dev.netproof.plan.Shop;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class RunnerTest {
    private static final String POSTGRES = "10.0.2.5";

    /** The catalog may reach postgres, nobody else may; everybody may reach everything else. */
    private static final Network ENFORCED = stopping(TIMEOUT);

    private final Shop shop = bookshop();
    private Shop current = shop;
    private final List<InMemoryCluster> clusters = new ArrayList<>();

    private static Shop bookshop() {
        return Shop.withNodes("node-1", "node-2")
                .pod("storefront", "10.0.1.1", "node-1", 8080)
                .pod("catalog", "10.0.1.2", "node-1", 8080)
                .pod("postgres", POSTGRES, "node-2", 5432)
                .service("catalog", "10.96.0.2", 80, 8080)
                .service("postgres", "10.96.0.5", 5432, 5432);
    }

    private static Network stopping(Outcome manner) {
        return t -> t.port() == 5432 && !t.from("catalog") ? manner : CONNECTED;
    }

    @AfterEach
    void every_session_is_closed() {
        assertThat(clusters).isNotEmpty().allMatch(InMemoryCluster::isClean);
    }

    /** Pods and a Service with addresses in both families: friends may reach the API, nobody else may. */
    private static Shop dualStack() {
        return Shop.withNodes("node-1", "node-2")
                .pod("friend", "10.0.1.1", "node-1", 8080)
                .pod("client", "10.0.1.2", "node-1", 8080)
                .dualPod("api", "10.0.2.5", "fd00:2::5", "node-2", 8080)
                .dualService("api", "10.96.0.5", "fd00:96::5", 80, 8080);
    }

    private static boolean isSix(Try attempt) {
        return attempt.ip().contains(":");
    }

    @Test
    void a_hole_in_one_family_of_addresses_alone_is_open_and_the_advice_says_which() {
        Shop dual = dualStack();
        Report report = run(cluster(
                dual.allow(from("friend"), to("api"))
                        .deny(from("client"), to("api"))
                        .deny(stranger(), to("api")),
                t -> t.from("friend") || isSix(t) ? CONNECTED : TIMEOUT));

        says(report, Exit.VIOLATIONS, "PASS CONNECTED", "FAIL OPEN", "FAIL OPEN");
        CheckResult client = report.results().get(1);
        assertThat(client.verdict().explanation()).contains("[fd00:").endsWith(", over IPv6 alone");
        assertThat(client.verdict().fix())
                .hasValueSatisfying(fix -> assertThat(fix)
                        .startsWith("over IPv4 it is stopped")
                        .contains("::/0", "does not enforce policies over IPv6"));
        assertThat(client.paths())
                .extracting(
                        path -> path.path().endpoint(), path -> path.outcome().orElseThrow())
                .contains(
                        Tuple.tuple("10.96.0.5:80", TIMEOUT),
                        Tuple.tuple("[fd00:96::5]:80", CONNECTED),
                        Tuple.tuple("10.0.2.5:8080", TIMEOUT),
                        Tuple.tuple("[fd00:2::5]:8080", CONNECTED));
    }

    @Test
    void a_hole_in_the_primary_family_alone_is_told_as_such() {
        Report report = run(cluster(
                dualStack().allow(from("friend"), to("api")).deny(from("client"), to("api")),
                t -> t.from("friend") || !isSix(t) ? CONNECTED : TIMEOUT));

        says(report, Exit.VIOLATIONS, "PASS CONNECTED", "FAIL OPEN");
        assertThat(report.results().get(1).verdict().explanation()).endsWith(", over IPv4 alone");
        assertThat(report.results().get(1).verdict().fix())
                .hasValueSatisfying(fix ->
                        assertThat(fix).startsWith("over IPv6 it is stopped").contains("0.0.0.0/0"));
    }

    @Test
    void what_is_open_in_both_families_is_told_of_neither_alone() {
        Report report = run(
                cluster(dualStack().allow(from("friend"), to("api")).deny(from("client"), to("api")), t -> CONNECTED));

        says(report, Exit.VIOLATIONS, "PASS CONNECTED", "FAIL OPEN");
        assertThat(report.results().get(1).verdict().explanation()).doesNotContain("alone");
    }

    @Test
    void a_denial_of_every_address_is_proved_on_every_address() {
        InMemoryCluster cluster = cluster(
                dualStack().allow(from("friend"), to("api")).deny(from("client"), to("api")),
                t -> t.from("friend") ? CONNECTED : TIMEOUT);

        Report report = run(cluster);

        says(report, Exit.CONFORMS, "PASS CONNECTED", "PASS DENIED");
        assertThat(report.results().get(1).paths())
                .hasSize(4)
                .extracting(PathObservation::control)
                .containsOnly(ControlGrade.REACHED);
        assertThat(cluster.elapsed()).as("no slower than with one family").isLessThan(Duration.ofSeconds(16));
    }

    @Test
    void pods_by_label_are_all_their_addresses() {
        Target pods = new Target.Pods("shop", Map.of("app", "api"));
        Report report = run(cluster(
                dualStack()
                        .allow(from("friend"), to(pods, Optional.empty(), Protocol.TCP))
                        .deny(from("client"), to(pods, Optional.empty(), Protocol.TCP)),
                t -> t.from("friend") || isSix(t) ? CONNECTED : TIMEOUT));

        says(report, Exit.VIOLATIONS, "PASS CONNECTED", "FAIL OPEN");
        assertThat(report.results().get(1).verdict().explanation())
                .startsWith("pod api-5 ([fd00:2::5]:8080) connected")
                .endsWith(", over IPv6 alone");
    }

    private static final String V4 = "203.0.113.7";
    private static final String V6 = "2001:db8::7";

    private Shop calling(Shop dual) {
        Target host = new Target.Host("example.com");
        Optional<PortRef> https = Optional.of(new PortRef.Number(443));
        return dual.deny(from("client"), to(host, https, Protocol.TCP))
                .allow(from("friend"), to(host, https, Protocol.TCP));
    }

    @Test
    void a_host_is_tried_at_its_address_in_each_family() {
        Report report =
                run(cluster(calling(dualStack()), t -> t.from("client") && !t.ip().equals(V6) ? TIMEOUT : CONNECTED)
                        .resolving((probe, name, round) -> Optional.of(V4))
                        .resolving6((probe, name, round) -> Optional.of(V6)));

        says(report, Exit.VIOLATIONS, "FAIL OPEN", "PASS CONNECTED");
        assertThat(report.results().get(0).verdict().explanation())
                .startsWith("[" + V6 + "]:443 connected")
                .endsWith(", over IPv6 alone");
    }

    @Test
    void a_host_without_an_address_in_one_family_is_what_it_is_in_the_other() {
        InMemoryCluster cluster = cluster(calling(dualStack()), t -> t.from("client") ? TIMEOUT : CONNECTED);
        Report report = run(cluster);

        says(report, Exit.CONFORMS, "PASS DENIED", "PASS CONNECTED");
        assertThat(report.notes()).noneMatch(note -> note.contains("IPv6"));
        assertThat(report.results().get(0).paths())
                .extracting(path -> path.path().address())
                .containsExactly("example.com", V4);
    }

    @Test
    void a_host_that_not_even_the_control_reaches_in_one_family_is_not_said_to_be_denied_there() {
        Report report =
                run(cluster(calling(dualStack()), t -> t.from("client") || t.ip().equals(V6) ? TIMEOUT : CONNECTED)
                        .resolving6((probe, name, round) -> Optional.of(V6)));

        says(report, Exit.CONFORMS, "PASS DENIED", "PASS CONNECTED");
        assertThat(report.notes())
                .contains("example.com was not reached over IPv6 by netproof's control either: over IPv6 nothing is"
                        + " proved of it, and what is said of it is said of IPv4");
        assertThat(report.results().get(0).paths())
                .extracting(path -> path.path().address())
                .containsExactly("example.com", V4);
    }

    @Test
    void what_is_blocked_in_one_family_alone_is_told_as_such() {
        Report report = run(cluster(
                dualStack().allow(from("friend"), to("api")).allow(from("client"), to("api")),
                t -> t.from("client") && isSix(t) ? TIMEOUT : CONNECTED));

        says(report, Exit.VIOLATIONS, "PASS CONNECTED", "FAIL BLOCKED");
        assertThat(report.results().get(1).verdict().explanation()).endsWith(", over IPv6 alone");
        assertThat(report.results().get(1).verdict().fix())
                .hasValueSatisfying(fix ->
                        assertThat(fix).startsWith("over IPv4 it connects").contains("0.0.0.0/0 matches no IPv6"));
    }

    @Test
    void a_server_that_listens_on_one_family_alone_is_not_allowed_on_the_other_and_not_blocked_either() {
        Report report = run(cluster(
                dualStack().allow(from("friend"), to("api")).allow(from("client"), to("api")),
                t -> isSix(t) ? REFUSED : CONNECTED));

        says(report, Exit.INCONCLUSIVE, "INCONCLUSIVE NO_CONTROL", "INCONCLUSIVE NO_CONTROL");
        assertThat(explanation(report)).contains("nothing shows that anything listens there over IPv6");
        assertThat(report.results().get(0).verdict().fix())
                .hasValueSatisfying(fix -> assertThat(fix)
                        .startsWith("over IPv4 it connects: let the server listen on IPv6 as well")
                        .contains("family: IPv4"));
    }

    @Test
    void a_closed_port_in_one_family_is_no_open_door_where_the_other_is_proved_denied() {
        Report report = run(cluster(
                dualStack().allow(from("friend"), to("api")).deny(from("client"), to("api")),
                t -> isSix(t) ? REFUSED : t.from("friend") ? CONNECTED : TIMEOUT));

        says(report, Exit.INCONCLUSIVE, "INCONCLUSIVE NO_CONTROL", "PASS DENIED");
        assertThat(report.results().get(1).verdict().explanation())
                .startsWith("refused (")
                .contains("no source reached it over IPv6", "over IPv4 friend reached 10.0.2.5:8080");
    }

    @Test
    void silence_in_one_family_needs_a_sign_that_packets_of_that_family_get_there() {
        Shop quiet = dualStack();
        quiet.dualPod("other", "10.0.2.6", "fd00:2::6", "node-2", 8080);
        Network onlyFour =
                t -> t.ip().endsWith("6") ? CONNECTED : t.from("friend") ? (isSix(t) ? REFUSED : CONNECTED) : TIMEOUT;
        Target others = new Target.Pods("shop", Map.of("app", "other"));

        says(
                run(cluster(quiet.allow(from("friend"), to("api")).deny(from("client"), to("api")), onlyFour)),
                Exit.INCONCLUSIVE,
                "INCONCLUSIVE NO_CONTROL",
                "INCONCLUSIVE NO_CONTROL");
        assertThat(run(cluster(quiet, onlyFour)).results().get(1).verdict().explanation())
                .contains("no packet got from node node-1 to node node-2 over IPv6");
        says(
                run(cluster(quiet.allow(from("friend"), to(others, Optional.empty(), Protocol.TCP)), onlyFour)),
                Exit.INCONCLUSIVE,
                "INCONCLUSIVE NO_CONTROL",
                "PASS DENIED",
                "PASS CONNECTED");
    }

    @Test
    void a_mistyped_label_is_said_before_the_missing_control_and_both_are_said() {
        Report report = run(cluster(shop.deny(from("storefornt"), to("postgres")), t -> TIMEOUT)
                .forbidding(Operation.CREATE_NAMESPACE));

        says(report, Exit.INCONCLUSIVE, "INCONCLUSIVE NO_SUCH_SOURCE");
        Verdict verdict = report.results().get(0).verdict();
        assertThat(verdict.explanation()).contains("did you mean app=storefront?");
        assertThat(verdict.also()).extracting(Verdict.Also::reason).containsExactly(Reason.NO_CONTROL);
    }

    @Test
    void a_mistyped_label_beside_a_missing_destination_is_said_first() {
        Report report = run(cluster(shop.deny(from("storefornt"), to("postgers")), ENFORCED));

        says(report, Exit.INCONCLUSIVE, "INCONCLUSIVE NO_SUCH_SOURCE");
        Verdict verdict = report.results().get(0).verdict();
        assertThat(verdict.also()).extracting(Verdict.Also::reason).containsExactly(Reason.NO_DESTINATION);
        assertThat(verdict.also().get(0).explanation()).contains("did you mean postgres?");
    }

    @Test
    void what_is_open_is_a_violation_whoever_has_the_identity() {
        Report report = run(cluster(shop.deny(from("storefornt"), to("catalog")), ENFORCED));

        says(report, Exit.VIOLATIONS, "FAIL OPEN");
        assertThat(report.results().get(0).verdict().also())
                .extracting(Verdict.Also::reason)
                .containsExactly(Reason.NO_SUCH_SOURCE);
    }

    @Test
    void a_single_denied_check_is_proved_by_netproofs_own_witness() {
        InMemoryCluster cluster =
                cluster(shop.deny(from("storefront"), to("postgres")), ENFORCED).listening(POSTGRES, 5432);

        Report report = run(cluster);

        says(report, Exit.CONFORMS, "PASS DENIED");
        assertThat(report.results().get(0).paths().get(1).control()).isEqualTo(ControlGrade.LISTENING_LOOPBACK);
        assertThat(cluster.elapsed()).isLessThan(Duration.ofSeconds(14));
    }

    @Test
    void a_verdict_waits_past_the_deadline_for_a_witness_that_is_still_starting() {
        InMemoryCluster cluster = cluster(shop.deny(from("storefront"), to("postgres")), ENFORCED)
                .listening(POSTGRES, 5432)
                .servingAfter(Duration.ofSeconds(18));

        says(run(cluster), Exit.CONFORMS, "PASS DENIED");
        assertThat(cluster.elapsed()).isLessThan(Duration.ofSeconds(30));
    }

    @Test
    void a_verdict_waits_for_the_rounds_after_a_late_witness_of_a_blocked_path_too() {
        InMemoryCluster cluster = cluster(shop.allow(from("storefront"), to("postgres")), ENFORCED)
                .listening(POSTGRES, 5432)
                .servingAfter(Duration.ofSeconds(17));

        says(run(cluster), Exit.VIOLATIONS, "FAIL BLOCKED");
    }

    @Test
    void a_witness_that_never_starts_is_not_waited_for_without_end() {
        InMemoryCluster cluster = cluster(shop.deny(from("storefront"), to("postgres")), ENFORCED)
                .listening(POSTGRES, 5432)
                .servingAfter(Duration.ofMinutes(4));

        says(run(cluster), Exit.INCONCLUSIVE, "INCONCLUSIVE NO_CONTROL");
        assertThat(cluster.elapsed()).isBetween(Duration.ofSeconds(30), Duration.ofSeconds(45));
    }

    @Test
    void a_single_allowed_check_that_is_blocked_violates() {
        InMemoryCluster cluster = cluster(shop.allow(from("storefront"), to("postgres")), ENFORCED)
                .listening(POSTGRES, 5432);

        says(run(cluster), Exit.VIOLATIONS, "FAIL BLOCKED");
        assertThat(cluster.elapsed()).isLessThan(Duration.ofSeconds(26));
    }

    /** Two sources and three Services, wherever the scheduler puts the sources' probes. */
    @ParameterizedTest
    @CsvSource({"node-1,node-1", "node-1,node-2", "node-2,node-1", "node-2,node-2"})
    void a_verdict_does_not_depend_on_where_probes_land(String storefront, String stranger) {
        shop.pod("orders", "10.0.2.3", "node-2", 8080).service("orders", "10.96.0.3", 80, 8080);
        InMemoryCluster cluster = cluster(
                        shop.allow(from("storefront"), to("catalog"))
                                .allow(from("storefront"), to("orders"))
                                .deny(from("storefront"), to("postgres"))
                                .deny(stranger(), to("catalog"))
                                .deny(stranger(), to("orders"))
                                .deny(stranger(), to("postgres")),
                        t -> t.port() == 5432 || t.ip().equals("10.96.0.5") || !t.from("storefront")
                                ? TIMEOUT
                                : CONNECTED)
                .placing("storefront", storefront)
                .placing("stranger", stranger)
                .listening(POSTGRES, 5432)
                .listening("10.0.1.2", 8080)
                .listening("10.0.2.3", 8080);

        says(
                run(cluster),
                Exit.CONFORMS,
                "PASS CONNECTED",
                "PASS CONNECTED",
                "PASS DENIED",
                "PASS DENIED",
                "PASS DENIED",
                "PASS DENIED");
    }

    @Test
    void silence_between_nodes_that_no_packet_gets_between_is_no_denial() {
        Report report = run(cluster(shop.deny(from("storefront"), to("postgres")), ENFORCED)
                .listening(POSTGRES, 5432)
                .withoutWay("node-1", "node-2"));

        says(report, Exit.INCONCLUSIVE, "INCONCLUSIVE NO_CONTROL");
        assertThat(explanation(report)).contains("node node-1").contains("node node-2");
        assertThat(report.results().get(0).verdict().fix().orElseThrow())
                .contains("check the network between these nodes")
                .doesNotContain("readiness probe");
    }

    @Test
    void without_a_namespace_of_its_own_it_says_what_to_permit() {
        Report report = run(cluster(shop.deny(from("storefront"), to("postgres")), ENFORCED)
                .listening(POSTGRES, 5432)
                .forbidding(Operation.CREATE_NAMESPACE));

        says(report, Exit.INCONCLUSIVE, "INCONCLUSIVE NO_CONTROL");
        assertThat(report.notes()).anyMatch(note -> note.contains("permit it to create namespaces"));
    }

    @Test
    void no_witness_is_started_where_the_matrix_shows_the_ways_itself() {
        InMemoryCluster cluster =
                cluster(shop.deny(from("storefront"), to("postgres")).allow(from("catalog"), to("postgres")), ENFORCED);

        says(run(cluster), Exit.CONFORMS, "PASS DENIED", "PASS CONNECTED");
        assertThat(cluster.witnesses()).isZero();
    }

    @Test
    void progress_counts_down_while_nothing_happens_and_ends_with_every_check() {
        InMemoryCluster cluster =
                cluster(shop.allow(from("catalog"), to("postgres")).deny(from("storefront"), to("postgres")), ENFORCED);
        List<Integer> decided = new ArrayList<>();
        Set<Duration> left = new LinkedHashSet<>();
        Progress heard = new Progress() {
            @Override
            public void step(String what) {}

            @Override
            public void decided(int some, int total, Duration atMost) {
                assertThat(total).isEqualTo(2);
                decided.add(some);
                left.add(atMost);
            }
        };

        runner(cluster, Duration.ofMinutes(5), Canary.NONE, heard).run(shop.matrices());

        assertThat(decided).isSorted().endsWith(2);
        assertThat(left).as("more than once a round").hasSizeGreaterThan(30);
    }

    /** Sixty names in every cell of a large matrix would be read by nobody. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            zoe                | zoe reached
            eva zoe            | eva, zoe reached
            zoe eva ida        | eva, ida, zoe reached
            zoe eva ida abe    | abe, eva, ida and others reached
            abe eva ida zoe    | abe, eva, ida and others reached
            """)
    void a_control_names_three_of_those_that_reached_the_target_whoever_was_first(String names, String words) {
        List<String> sources = List.of(names.split(" "));
        for (String source : sources) {
            shop.pod(source, "10.0.3." + (1 + sources.indexOf(source)), "node-1", 8080);
            shop.allow(from(source), to("postgres"));
        }
        Report report = run(cluster(
                shop.deny(from("storefront"), to("postgres")), t -> t.from("storefront") ? TIMEOUT : CONNECTED));

        assertThat(report.exit()).isEqualTo(Exit.CONFORMS);
        assertThat(report.results().get(sources.size()).paths())
                .allSatisfy(path -> assertThat(path.controlledBy())
                        .hasValueSatisfying(by -> assertThat(by).startsWith(words + " " + POSTGRES + ":5432")));
    }

    @Test
    void what_the_matrix_says_conforms_when_the_network_does_it() {
        InMemoryCluster cluster = cluster(
                shop.allow(from("catalog"), to("postgres"))
                        .allow(from("storefront"), to("catalog"))
                        .deny(from("storefront"), to("postgres"))
                        .deny(stranger(), to("postgres")),
                ENFORCED);

        Report report = run(cluster);

        says(report, Exit.CONFORMS, "PASS CONNECTED", "PASS CONNECTED", "PASS DENIED", "PASS DENIED");
        assertThat(report.breakage()).isEmpty();
        assertThat(report.costs().probePods()).isEqualTo(3);
        assertThat(report.results().get(2).paths())
                .extracting(PathObservation::control)
                .containsOnly(ControlGrade.REACHED);
        assertThat(cluster.elapsed())
                .as("one start, the settle time and one time-out, however many checks")
                .isLessThan(Duration.ofSeconds(16));
    }

    @Test
    void an_engine_that_enforces_nothing_violates_every_denial() {
        Report report = run(cluster(
                shop.allow(from("catalog"), to("postgres")).deny(from("storefront"), to("postgres")), t -> CONNECTED));

        says(report, Exit.VIOLATIONS, "PASS CONNECTED", "FAIL OPEN");
    }

    @Test
    void an_allowed_connection_that_is_stopped_while_others_get_through_is_a_violation() {
        Report report = run(cluster(
                shop.allow(from("catalog"), to("postgres")).allow(from("storefront"), to("postgres")), ENFORCED));

        says(report, Exit.VIOLATIONS, "PASS CONNECTED", "FAIL BLOCKED");
    }

    @Test
    void f1_a_dead_target_is_no_denial_and_no_violation() {
        Report report = run(cluster(
                shop.deny(from("storefront"), to("postgres")).allow(from("catalog"), to("postgres")),
                t -> t.port() == 5432 ? REFUSED : CONNECTED));

        says(report, Exit.INCONCLUSIVE, "INCONCLUSIVE NO_CONTROL", "INCONCLUSIVE NO_CONTROL");
    }

    @Test
    void f1_a_wrong_port_is_no_denial() {
        Target pods = new Target.Pods("shop", Map.of("app", "postgres"));
        Report report = run(cluster(
                shop.deny(from("storefront"), to(pods, Optional.of(new PortRef.Number(5433)), Protocol.TCP))
                        .allow(from("catalog"), to("postgres")),
                t -> t.port() == 5433 ? REFUSED : CONNECTED));

        says(report, Exit.INCONCLUSIVE, "INCONCLUSIVE NO_CONTROL", "PASS CONNECTED");
    }

    @Test
    void f1_a_mistyped_destination_is_no_denial_and_starts_nothing() {
        InMemoryCluster cluster = cluster(shop.deny(from("storefront"), to("postgras")), ENFORCED);

        Report report = run(cluster);

        says(report, Exit.INCONCLUSIVE, "INCONCLUSIVE NO_DESTINATION");
        assertThat(explanation(report)).contains("did you mean postgres?");
        assertThat(cluster.wasProbed()).isFalse();
    }

    @Test
    void f2_a_name_server_that_serves_nobody_is_no_violation() {
        Report report = run(
                cluster(shop.allow(from("catalog"), to("postgres")).deny(from("storefront"), to("postgres")), ENFORCED)
                        .resolving((probe, name, round) -> Optional.empty()));

        says(report, Exit.INCONCLUSIVE, "INCONCLUSIVE NAME_NOT_RESOLVED", "PASS DENIED");
    }

    @Test
    void f2_a_blocked_name_server_is_told_from_a_blocked_connection() {
        Report report = run(cluster(
                        shop.allow(from("catalog"), to("postgres"))
                                .deny(from("storefront"), to("postgres"))
                                .allow(from("storefront"), to("catalog")),
                        ENFORCED)
                .resolving((probe, name, round) ->
                        probe.labels().containsValue("catalog") ? Optional.empty() : Optional.of("10.96.0.1")));

        says(report, Exit.VIOLATIONS, "FAIL NAME_NOT_RESOLVED", "PASS DENIED", "PASS CONNECTED");
        assertThat(explanation(report))
                .isEqualTo("the name postgres.shop does not resolve (egress to kube-dns is blocked?); by address the"
                        + " connection works");
    }

    @ParameterizedTest
    @EnumSource(
            value = Operation.class,
            names = {"IDENTITY", "SURVEY", "LAUNCH"})
    void f3_what_the_api_server_forbids_is_a_breakage_and_no_denial(Operation operation) {
        Report report = run(
                cluster(shop.deny(from("storefront"), to("postgres")), ENFORCED).forbidding(operation));

        assertThat(report.exit()).isEqualTo(Exit.NOT_JUDGED);
        assertThat(report.results())
                .allSatisfy(result -> assertThat(result.verdict().explanation())
                        .startsWith("the run ended before this check could be judged: forbidden: "));
        assertThat(report.breakage()).hasValueSatisfying(b -> {
            assertThat(b.problem()).startsWith("forbidden: ");
            assertThat(b.fix()).isEqualTo("ask for the permission");
        });
    }

    @Test
    void f3_an_api_server_that_breaks_down_before_anything_was_decided_is_a_breakage() {
        InMemoryCluster cluster = cluster(
                        shop.deny(from("storefront"), to("postgres")).allow(from("catalog"), to("postgres")), ENFORCED)
                .breakingAfter(Duration.ofSeconds(4));

        Report report = run(cluster);

        says(report, Exit.NOT_JUDGED, "INCONCLUSIVE OUT_OF_TIME", "INCONCLUSIVE OUT_OF_TIME");
        assertThat(report.breakage()).isPresent();
        assertThat(explanation(report)).contains("the API server does not answer any more");
        assertThat(report.results().get(0).paths())
                .as("what was seen until then")
                .isNotEmpty();
        assertThat(cluster.wasProbed()).isTrue();
    }

    @Test
    void f3_what_was_decided_before_the_api_server_broke_down_stands() {
        Report report = run(cluster(
                        shop.allow(from("catalog"), to("catalog"))
                                .deny(from("storefront"), to("postgres"))
                                .deny(from("storefront"), to("postgras")),
                        t -> t.port() == 5432 ? REFUSED : CONNECTED)
                .breakingAfter(Duration.ofSeconds(12)));

        says(report, Exit.INCONCLUSIVE, "PASS CONNECTED", "INCONCLUSIVE OUT_OF_TIME", "INCONCLUSIVE NO_DESTINATION");
        assertThat(report.breakage()).isPresent();
    }

    @Test
    void a_fault_of_netproof_itself_still_ends_in_a_report() {
        InMemoryCluster cluster = cluster(shop.deny(from("storefront"), to("postgres")), t -> {
            throw new IllegalStateException("out of the blue");
        });

        Report report = run(cluster);

        says(report, Exit.NOT_JUDGED, "INCONCLUSIVE OUT_OF_TIME");
        assertThat(report.breakage())
                .hasValueSatisfying(b -> assertThat(b.problem()).contains("netproof failed", "out of the blue"));
    }

    @Test
    void a_run_that_is_out_of_memory_judges_nothing_and_still_ends_in_a_report() {
        Report report = run(cluster(shop.deny(from("storefront"), to("postgres")), t -> {
            throw new OutOfMemoryError("Java heap space");
        }));

        says(report, Exit.NOT_JUDGED, "INCONCLUSIVE OUT_OF_TIME");
        assertThat(report.breakage()).hasValueSatisfying(b -> {
            assertThat(b.problem()).isEqualTo("netproof ran out of memory");
            assertThat(b.fix()).contains("NETPROOF_JAVA_OPTS");
        });
    }

    @Test
    void a_run_that_is_out_of_time_says_so() {
        Report report = run(
                cluster(shop.deny(from("storefront"), to("postgres")).allow(from("catalog"), to("catalog")), ENFORCED),
                Duration.ofSeconds(12));

        says(report, Exit.INCONCLUSIVE, "INCONCLUSIVE OUT_OF_TIME", "PASS CONNECTED");
        assertThat(explanation(report)).contains("the run exceeded --timeout (12 s)");
        assertThat(report.breakage())
                .hasValueSatisfying(b -> assertThat(b.fix()).isEqualTo("raise --timeout"));
    }

    @Test
    void an_api_server_that_never_answers_costs_no_more_than_the_runs_time() {
        InMemoryCluster cluster =
                cluster(shop.deny(from("storefront"), to("postgres")), ENFORCED).hanging(Operation.SURVEY);

        Report report = run(cluster, Duration.ofMillis(200));

        assertThat(report.exit()).isEqualTo(Exit.NOT_JUDGED);
        assertThat(report.breakage())
                .hasValueSatisfying(
                        b -> assertThat(b.problem()).isEqualTo("the run exceeded --timeout while reading the cluster"));
    }

    @Test
    void an_api_server_that_never_answers_does_not_hold_up_an_interruption() {
        InMemoryCluster cluster =
                cluster(shop.deny(from("storefront"), to("postgres")), ENFORCED).hanging(Operation.IDENTITY);
        Runner runner = runner(cluster, Duration.ofMinutes(5));
        runner.interrupt(Exit.TERMINATED);

        Report report = runner.run(shop.matrices());

        assertThat(report.exit()).isEqualTo(Exit.TERMINATED);
        assertThat(report.breakage())
                .hasValueSatisfying(
                        b -> assertThat(b.problem()).isEqualTo("the run was ended while identifying the user"));
    }

    @Test
    void f3_targets_that_cannot_be_looked_at_again_are_noted() {
        Report report = run(
                cluster(shop.deny(from("storefront"), to("postgres")).allow(from("catalog"), to("postgres")), ENFORCED)
                        .forbidding(Operation.SECOND_SURVEY));

        assertThat(report.notes()).anySatisfy(note -> assertThat(note).contains("could not read the targets again"));
    }

    private static final Duration OPENING = Duration.ofSeconds(12);

    /** The denial is believed early; a slow check keeps the run going, and meanwhile the door opens. */
    private InMemoryCluster opensLater() {
        return opensLater(() -> {});
    }

    /** @param once what happens as soon as the door is open */
    private InMemoryCluster opensLater(Runnable once) {
        return cluster(
                shop.deny(from("storefront"), to("postgres"))
                        .allow(from("catalog"), to("postgres"))
                        .allow(from("catalog"), to("catalog")),
                t -> {
                    if (isDeniedAtFirst(t) || isSlow(t)) {
                        return TIMEOUT;
                    }
                    if (t.from("storefront") && t.since().compareTo(OPENING.plusSeconds(4)) > 0) {
                        once.run();
                    }
                    return CONNECTED;
                });
    }

    private static boolean isDeniedAtFirst(Try attempt) {
        return attempt.from("storefront") && attempt.since().compareTo(OPENING) < 0;
    }

    private static boolean isSlow(Try attempt) {
        return attempt.port() != 5432;
    }

    @Test
    void a_denial_that_opens_after_it_was_believed_is_open() {
        says(run(opensLater()), Exit.VIOLATIONS, "FAIL OPEN", "PASS CONNECTED", "INCONCLUSIVE NO_CONTROL");
    }

    @Test
    void a_denial_that_opens_after_it_was_believed_is_open_where_targets_cannot_be_looked_at_again() {
        says(
                run(opensLater().forbidding(Operation.SECOND_SURVEY)),
                Exit.VIOLATIONS,
                "FAIL OPEN",
                "PASS CONNECTED",
                "INCONCLUSIVE NO_CONTROL");
    }

    @Test
    void a_denial_that_opens_after_it_was_believed_is_open_where_the_api_server_broke_down() {
        says(
                run(opensLater().breakingAfter(Duration.ofSeconds(19))),
                Exit.VIOLATIONS,
                "FAIL OPEN",
                "PASS CONNECTED",
                "INCONCLUSIVE OUT_OF_TIME");
    }

    @Test
    void a_denial_that_opens_after_it_was_believed_is_open_where_the_run_is_interrupted() {
        List<Runner> runners = new ArrayList<>();
        runners.add(runner(
                opensLater(() -> runners.forEach(runner -> runner.interrupt(Exit.INTERRUPTED))),
                Duration.ofMinutes(5)));

        says(
                runners.get(0).run(shop.matrices()),
                Exit.INTERRUPTED,
                "FAIL OPEN",
                "PASS CONNECTED",
                "INCONCLUSIVE OUT_OF_TIME");
    }

    @Test
    void f4_a_probe_without_results_is_no_denial() {
        Report report = run(cluster(
                shop.deny(from("storefront"), to("postgres")).allow(from("catalog"), to("postgres")),
                stopping(PROBE_ERROR)));

        says(report, Exit.INCONCLUSIVE, "INCONCLUSIVE PROBE_UNRELIABLE", "PASS CONNECTED");
    }

    @Test
    void f4_what_arrives_late_is_not_taken_for_what_happens_now() {
        // Dead for everybody for ten seconds, and then open for everybody.
        InMemoryCluster cluster = cluster(
                        shop.deny(from("storefront"), to("postgres")).allow(from("catalog"), to("postgres")),
                        t -> t.port() == 5432 && t.since().toSeconds() < 10 ? TIMEOUT : CONNECTED)
                .delivering((probe, said) -> {
                    if (!probe.labels().containsValue("storefront") || said.toSeconds() < 4) {
                        return said;
                    }
                    return Duration.ofMillis(said.toSeconds() < 11 ? 19_500 : 60_000);
                });

        Report report = run(cluster);

        assertThat(reasons(report)).doesNotContain("PASS DENIED").contains("PASS CONNECTED");
    }

    @Test
    void f4_a_log_that_is_opened_late_is_dated_by_the_probes_own_clock() {
        // Let through for two seconds, long before the rules are expected; its log is read ten seconds later.
        InMemoryCluster cluster = cluster(
                        shop.deny(from("storefront"), to("postgres")).allow(from("catalog"), to("postgres")),
                        t -> t.port() == 5432
                                        && t.from("storefront")
                                        && t.since().toSeconds() >= 2
                                ? TIMEOUT
                                : CONNECTED)
                .delivering((probe, said) -> probe.labels().containsValue("storefront") && said.toSeconds() < 11
                        ? Duration.ofSeconds(11)
                        : said);

        says(run(cluster), Exit.CONFORMS, "PASS DENIED", "PASS CONNECTED");
    }

    @Test
    void f4_rounds_of_a_starved_probe_do_not_count() {
        Report report = run(
                cluster(shop.deny(from("storefront"), to("postgres")).allow(from("catalog"), to("postgres")), ENFORCED)
                        .starvedFor(Duration.ofSeconds(100)));

        says(report, Exit.NOT_JUDGED, "INCONCLUSIVE PROBE_UNRELIABLE", "INCONCLUSIVE PROBE_UNRELIABLE");
        assertThat(explanation(report)).contains("starved of CPU");
        assertThat(report.notes()).anySatisfy(note -> assertThat(note).contains("starved of CPU"));
    }

    @Test
    void f4_what_an_engine_lets_through_while_it_starves_is_no_violation() {
        Report report = run(cluster(
                        shop.deny(from("storefront"), to("postgres"))
                                .allow(from("catalog"), to("postgres"))
                                .deny(stranger(), to("postgres")),
                        t -> starving(t.since()) ? CONNECTED : ENFORCED.outcome(t))
                .starving((probe, since) -> !probe.source().equals("storefront") && starving(since)));

        says(report, Exit.INCONCLUSIVE, "INCONCLUSIVE UNSETTLED", "PASS CONNECTED", "PASS DENIED");
        assertThat(explanation(report)).contains("on a node without spare CPU");
    }

    @Test
    void f4_what_an_engine_drops_while_it_starves_is_no_violation() {
        Report report = run(cluster(
                        shop.allow(from("storefront"), to("postgres"))
                                .allow(from("catalog"), to("postgres"))
                                .deny(stranger(), to("postgres")),
                        t -> t.from("storefront") || (starving(t.since()) && !t.from("catalog"))
                                ? TIMEOUT
                                : ENFORCED.outcome(t))
                .starving((probe, since) ->
                        !probe.source().equals("storefront") && since.toSeconds() >= 4 && since.toSeconds() % 4 != 0));

        assertThat(report.results().get(0).verdict().status()).isEqualTo(Status.INCONCLUSIVE);
    }

    private static boolean starving(Duration since) {
        return since.toSeconds() >= 5 && since.toSeconds() <= 8;
    }

    @Test
    void f5_a_service_without_endpoints_is_no_denial() {
        shop.pod("redis", "10.0.1.6", "node-1", Readiness.NOT_READY, List.of(), port(6379))
                .service("redis", "10.96.0.6", 6379, 6379);

        says(
                run(cluster(shop.deny(from("storefront"), to("redis")), t -> REFUSED)),
                Exit.INCONCLUSIVE,
                "INCONCLUSIVE NO_BACKEND");
    }

    @ParameterizedTest
    @EnumSource(
            value = Outcome.class,
            names = {"REFUSED", "UNREACHABLE"})
    void f6_an_engine_that_rejects_denies(Outcome manner) {
        Report report = run(cluster(
                shop.deny(from("storefront"), to("postgres")).allow(from("catalog"), to("postgres")),
                stopping(manner)));

        says(report, Exit.CONFORMS, "PASS DENIED", "PASS CONNECTED");
    }

    @Test
    void f7_a_fresh_pod_that_is_let_through_before_its_rules_land_conforms() {
        Report report = run(cluster(
                shop.deny(from("storefront"), to("postgres")).allow(from("catalog"), to("postgres")),
                t -> t.since().compareTo(Duration.ofSeconds(3)) < 0 ? CONNECTED : ENFORCED.outcome(t)));

        says(report, Exit.CONFORMS, "PASS DENIED", "PASS CONNECTED");
        assertThat(explanation(report)).contains("let through for 2.0 s after start");
    }

    @Test
    void f7_a_pod_that_is_let_through_for_longer_than_settling_violates() {
        Report report = run(cluster(
                shop.deny(from("storefront"), to("postgres")).allow(from("catalog"), to("postgres")),
                t -> t.since().compareTo(Duration.ofSeconds(8)) < 0 ? CONNECTED : ENFORCED.outcome(t)));

        says(report, Exit.VIOLATIONS, "FAIL OPEN", "PASS CONNECTED");
    }

    @Test
    void f7_a_target_that_everybody_reaches_only_before_rules_land_needs_a_port_forward() {
        Network nobodyAfterAWhile =
                t -> t.port() == 5432 && t.since().compareTo(Duration.ofSeconds(2)) >= 0 ? TIMEOUT : CONNECTED;

        says(
                run(cluster(
                                shop.deny(from("storefront"), to("postgres")).deny(stranger(), to("postgres")),
                                nobodyAfterAWhile)
                        .listening(POSTGRES, 5432)),
                Exit.CONFORMS,
                "PASS DENIED",
                "PASS DENIED");
    }

    @Test
    void f8_a_fresh_pod_that_is_denied_before_its_allow_lands_conforms() {
        Report report = run(cluster(
                shop.allow(from("catalog"), to("postgres")),
                t -> t.since().compareTo(Duration.ofSeconds(9)) < 0 ? TIMEOUT : CONNECTED));

        says(report, Exit.CONFORMS, "PASS CONNECTED");
        assertThat(explanation(report)).contains("not yet at 8.0 s after start");
    }

    @Test
    void f9_silence_over_udp_is_neither_open_nor_denied_without_a_control() {
        says(
                run(cluster(dns().deny(from("storefront"), dnsService()), t -> TIMEOUT)),
                Exit.INCONCLUSIVE,
                "INCONCLUSIVE NO_CONTROL");
    }

    @Test
    void f9_silence_over_udp_is_a_denial_while_others_are_answered() {
        Report report = run(cluster(
                dns().deny(from("storefront"), dnsService()).allow(from("catalog"), dnsService()),
                t -> t.from("catalog") ? CONNECTED : TIMEOUT));

        says(report, Exit.CONFORMS, "PASS DENIED", "PASS CONNECTED");
    }

    @Test
    void f11_a_service_that_would_publish_the_probe_is_found_before_anything_starts() {
        InMemoryCluster cluster = cluster(
                shop.publishingNotReady("peers", Map.of("app", "storefront")).deny(from("storefront"), to("postgres")),
                ENFORCED);

        Report report = run(cluster);

        assertThat(report.exit()).isEqualTo(Exit.NOT_JUDGED);
        assertThat(cluster.wasProbed()).isFalse();
    }

    @Test
    void f13_nothing_checked_is_never_green() {
        assertThat(run(cluster(shop, ENFORCED)).exit()).isEqualTo(Exit.NOT_JUDGED);
    }

    @Test
    void f14_a_probe_that_never_starts_is_a_breakage() {
        Report report = run(cluster(shop.deny(from("storefront"), to("postgres")), ENFORCED)
                .neverStarting("storefront", "the image cannot be pulled"));

        says(report, Exit.NOT_JUDGED, "INCONCLUSIVE PROBE_FAILED");
        assertThat(explanation(report)).isEqualTo("the image cannot be pulled");
    }

    @Test
    void f14_a_probe_that_never_starts_leaves_the_others_judged() {
        Report report = run(
                cluster(shop.deny(from("storefront"), to("postgres")).allow(from("catalog"), to("postgres")), ENFORCED)
                        .neverStarting("storefront", "the image cannot be pulled"));

        says(report, Exit.INCONCLUSIVE, "INCONCLUSIVE PROBE_FAILED", "PASS CONNECTED");
    }

    @Test
    void f15_a_gap_on_one_node_is_found() {
        Shop two = Shop.withNodes("node-1", "node-2")
                .pod("storefront", "10.0.1.1", "node-1", 8080)
                .pod("catalog", "10.0.1.2", "node-1", 8080)
                .pod("postgres", "10.0.1.5", "node-1", 5432)
                .pod("postgres", POSTGRES, "node-2", 5432)
                .service("postgres", "10.96.0.5", 5432, 5432)
                .deny(from("storefront"), to("postgres"))
                .allow(from("catalog"), to("postgres"));

        Report report = run(cluster(two, t -> t.ip().equals(POSTGRES) ? CONNECTED : ENFORCED.outcome(t)));

        says(report, Exit.VIOLATIONS, "FAIL OPEN", "PASS CONNECTED");
        assertThat(explanation(report)).contains(POSTGRES);
    }

    @Test
    void f15_a_source_is_tried_from_every_node_asked_for() {
        Report report = run(cluster(
                shop.deny(
                                from("storefront", Map.of("app", "storefront"), Liveness.LIVE, Placement.EACH),
                                to("postgres"))
                        .allow(from("catalog"), to("postgres")),
                t -> t.probe().node().equals(Optional.of("node-2")) ? CONNECTED : ENFORCED.outcome(t)));

        says(report, Exit.VIOLATIONS, "FAIL OPEN", "PASS CONNECTED");
    }

    @Test
    void f16_a_mistyped_source_proves_nothing_with_its_denials() {
        Report report = run(cluster(
                shop.deny(from("front", Map.of("app", "storefrnt"), Liveness.LIVE, Placement.ANY), to("postgres"))
                        .allow(from("catalog"), to("postgres")),
                ENFORCED));

        says(report, Exit.INCONCLUSIVE, "INCONCLUSIVE NO_SUCH_SOURCE", "PASS CONNECTED");
        assertThat(explanation(report)).contains("did you mean app=storefront?");
    }

    @Test
    void f17_a_server_on_its_own_loopback_alone_is_no_denial() {
        Report report = run(cluster(
                        shop.deny(from("storefront"), to("postgres")).allow(from("storefront"), to("catalog")),
                        t -> t.port() == 5432 ? REFUSED : CONNECTED)
                .listening(POSTGRES, 5432));

        assertThat(report.exit()).isEqualTo(Exit.INCONCLUSIVE);
        assertThat(reasons(report)).startsWith("INCONCLUSIVE NO_CONTROL");
    }

    @Test
    void a_target_that_nobody_may_reach_is_denied_when_a_port_forward_and_the_way_prove_it() {
        shop.pod("redis", "10.0.2.6", "node-2", 6379).service("redis", "10.96.0.6", 6379, 6379);

        Report report = run(cluster(
                        shop.deny(from("storefront"), to("redis")).allow(from("catalog"), to("postgres")),
                        t -> t.port() == 6379 || t.ip().equals("10.96.0.6") ? TIMEOUT : CONNECTED)
                .listening("10.0.2.6", 6379));

        says(report, Exit.CONFORMS, "PASS DENIED", "PASS CONNECTED");
        assertThat(report.results().get(0).paths())
                .extracting(PathObservation::control)
                .containsOnly(ControlGrade.LISTENING_LOOPBACK);
    }

    @Test
    void a_rejected_target_is_denied_when_the_kubelet_finds_it_listening() {
        shop.pod("redis", "10.0.2.6", "node-2", Readiness.READY, List.of(new KubeletProbe(6379)), port(6379))
                .service("redis", "10.96.0.6", 6379, 6379);

        Report report = run(cluster(
                        shop.deny(from("storefront"), to("redis")).allow(from("catalog"), to("postgres")),
                        t -> t.port() == 6379 ? REFUSED : CONNECTED)
                .listening("10.0.2.6", 6379));

        says(report, Exit.CONFORMS, "PASS DENIED", "PASS CONNECTED");
    }

    @Test
    void a_target_that_restarted_meanwhile_proves_nothing() {
        Shop after = Shop.withNodes("node-1", "node-2").pod("catalog", "10.0.1.2", "node-1", 8080);

        Report report = run(
                cluster(shop.deny(from("storefront"), to("postgres")).allow(from("catalog"), to("postgres")), ENFORCED)
                        .afterwards(after));

        says(report, Exit.INCONCLUSIVE, "INCONCLUSIVE TARGET_CHANGED", "PASS CONNECTED");
        assertThat(explanation(report)).contains("pod postgres-5 is gone");
    }

    @Test
    void a_leftover_that_may_not_be_removed_is_a_note_and_stops_nothing() {
        String why = "not permitted to delete networkpolicies deny in namespace shop: no";
        Report report = run(
                cluster(shop.deny(from("storefront"), to("postgres")).allow(from("catalog"), to("postgres")), ENFORCED)
                        .remaining(why));

        assertThat(report.exit()).isEqualTo(Exit.CONFORMS);
        assertThat(report.notes()).contains("could not remove leftovers of an earlier check: " + why);
    }

    @Test
    void what_only_looks_like_netproofs_is_named_and_stops_nothing() {
        Report report = run(
                cluster(shop.deny(from("storefront"), to("postgres")).allow(from("catalog"), to("postgres")), ENFORCED)
                        .foreign("NetworkPolicy deny is left alone")
                        .lookalike("Pod postgres-2 counts like any other"));

        assertThat(report.exit()).isEqualTo(Exit.CONFORMS);
        assertThat(report.notes()).contains("NetworkPolicy deny is left alone", "Pod postgres-2 counts like any other");
    }

    @Test
    void a_server_that_did_not_prove_who_it_is_is_said_once() {
        Report report = run(
                cluster(shop.deny(from("storefront"), to("postgres")).allow(from("catalog"), to("postgres")), ENFORCED)
                        .unverified());

        assertThat(report.exit()).isEqualTo(Exit.CONFORMS);
        assertThat(report.notes())
                .containsExactly(
                        "the API server's certificate was not verified (insecure-skip-tls-verify): who answered may be"
                                + " somebody else than https://192.0.2.1:6443");
    }

    @Test
    void a_report_says_which_policies_stood_around_and_whom_they_are_about() {
        Policies policies = new Policies(
                List.of(
                        policy("db", "1", Map.of("app", "postgres"), Direction.INGRESS),
                        policy("front", "1", Map.of("app", "storefront"), Direction.EGRESS)),
                Set.of("list adminnetworkpolicies"));
        Report report = run(
                cluster(shop.deny(from("storefront"), to("postgres")).allow(from("catalog"), to("postgres")), ENFORCED)
                        .policies(policies, policies));

        assertThat(report.circumstances().policies())
                .extracting(policy -> policy.title() + " "
                        + policy.about()
                                .map(about -> about.sources() + " " + about.targets())
                                .orElse(""))
                .containsExactly("NetworkPolicy shop/db [] [postgres-5]", "NetworkPolicy shop/front [storefront] []");
        assertThat(report.circumstances().unreadable()).containsExactly("list adminnetworkpolicies");
        assertThat(report.circumstances().targets()).extracting(TargetPod::name).containsExactly("postgres-5");
        assertThat(report.circumstances().probes()).hasSize(2).allSatisfy(probe -> {
            assertThat(probe.pod()).startsWith("netproof-");
            assertThat(probe.digest()).contains("curl@sha256:c0ffee");
            assertThat(probe.ip()).isPresent();
        });
        assertThat(report.notes()).isEmpty();
    }

    private static final String EXEMPT = "network-policy-exempt";

    /** A Deployment with two pods, of which somebody labelled one; its pods get through to postgres by that label. */
    private Shop labelledByHand() {
        Map<String, String> client = Map.of("app", "client");
        return shop.workload(WorkloadKind.DEPLOYMENT, "client", client)
                .madeBy(WorkloadKind.DEPLOYMENT, "client", "client-1", client)
                .madeBy(WorkloadKind.DEPLOYMENT, "client", "client-2", Map.of("app", "client", EXEMPT, ""))
                .admitting(Selector.of(Map.of(EXEMPT, "")));
    }

    private static final Network ADMITTING_EXEMPT =
            t -> t.port() != 5432 || t.from("catalog") || t.probe().labels().containsKey(EXEMPT) ? CONNECTED : TIMEOUT;

    @Test
    void a_label_that_somebody_put_on_a_running_pod_is_an_open_door_that_is_found() {
        Report report = run(cluster(
                labelledByHand()
                        .deny(from(WorkloadKind.DEPLOYMENT, "client"), to("postgres"))
                        .allow(from("catalog"), to("postgres")),
                ADMITTING_EXEMPT));

        says(report, Exit.VIOLATIONS, "FAIL OPEN", "PASS CONNECTED");
        assertThat(report.results().get(0).verdict().explanation()).endsWith("; tried as client-2 (" + EXEMPT + "=)");
        assertThat(report.notes())
                .containsExactly(
                        "the pods of source deploy/client differ in labels that policies read, so that 2 probes take"
                                + " their place: client-1 (without " + EXEMPT + "); client-2 (" + EXEMPT + "=)");
        assertThat(report.circumstances().probes())
                .extracting(Circumstances.Probe::represents)
                .containsExactly(List.of("client-1"), List.of("client-2"), List.of());
    }

    @Test
    void an_allowance_holds_only_if_it_holds_for_every_pod_of_the_source() {
        Report report = run(cluster(
                labelledByHand()
                        .allow(from(WorkloadKind.DEPLOYMENT, "client"), to("postgres"))
                        .allow(from("catalog"), to("postgres")),
                ADMITTING_EXEMPT));

        says(report, Exit.VIOLATIONS, "FAIL BLOCKED", "PASS CONNECTED");
        Verdict blocked = report.results().get(0).verdict();
        assertThat(blocked.explanation()).endsWith("; tried as client-1 (without " + EXEMPT + ")");
        assertThat(blocked.fix())
                .contains(
                        "some pods of deploy/client get there and some do not: compare their labels with what the policies"
                                + " select");
    }

    @Test
    void without_the_policies_a_run_goes_on_and_tells_the_pods_of_a_source_apart_by_every_label() {
        Report report = run(cluster(
                        shop.workload(WorkloadKind.DEPLOYMENT, "client", Map.of("app", "client"))
                                .madeBy(WorkloadKind.DEPLOYMENT, "client", "client-1", Map.of("app", "client"))
                                .madeBy(
                                        WorkloadKind.DEPLOYMENT,
                                        "client",
                                        "client-2",
                                        Map.of("app", "client", "a", "b"))
                                .deny(from(WorkloadKind.DEPLOYMENT, "client"), to("postgres"))
                                .allow(from("catalog"), to("postgres")),
                        ENFORCED)
                .forbidding(Operation.POLICIES));

        says(report, Exit.CONFORMS, "PASS DENIED", "PASS CONNECTED");
        assertThat(report.circumstances().probes()).hasSize(3);
        assertThat(report.circumstances().unreadable()).containsExactly("list policies");
        assertThat(report.notes())
                .contains(
                        "could not read which policies apply: forbidden: policies",
                        "the pods of source deploy/client differ in labels that policies may read, so that 2 probes take"
                                + " their place: client-1 (without a); client-2 (a=b)");
    }

    @Test
    void a_policy_that_changes_during_the_run_is_told() {
        Policies before = new Policies(
                List.of(
                        policy("changed", "1", Map.of(), Direction.INGRESS),
                        policy("deleted", "1", Map.of(), Direction.INGRESS)),
                Set.of());
        Policies after = new Policies(
                List.of(
                        policy("changed", "2", Map.of(), Direction.INGRESS),
                        policy("created", "1", Map.of(), Direction.INGRESS)),
                Set.of());
        Report report = run(
                cluster(shop.allow(from("catalog"), to("postgres")), ENFORCED).policies(before, after));

        assertThat(report.notes())
                .containsExactly(
                        "NetworkPolicy shop/changed was changed while the probes ran",
                        "NetworkPolicy shop/created was created while the probes ran",
                        "NetworkPolicy shop/deleted was deleted while the probes ran");
    }

    private static Policy policy(String name, String says, Map<String, String> labels, Direction direction) {
        return new Policy(
                "networking.k8s.io/v1",
                "NetworkPolicy",
                Optional.of(Shop.NAMESPACE),
                name,
                "uid-of-" + name,
                says,
                says,
                Optional.of(Selector.of(labels)),
                Set.of(direction));
    }

    @Test
    void one_lost_packet_in_five_does_not_fail_an_allowed_connection() {
        Report report = run(
                cluster(shop.allow(from("catalog"), to("postgres")), t -> t.round() % 5 == 0 ? TIMEOUT : CONNECTED));

        says(report, Exit.CONFORMS, "PASS CONNECTED");
    }

    @Test
    void a_denial_that_leaks_one_connection_in_three_is_open() {
        Report report = run(cluster(
                shop.deny(from("storefront"), to("postgres")).allow(from("catalog"), to("postgres")),
                t -> t.round() % 3 == 0 ? CONNECTED : ENFORCED.outcome(t)));

        says(report, Exit.VIOLATIONS, "FAIL OPEN", "PASS CONNECTED");
    }

    @Test
    void a_run_out_of_time_judges_nothing() {
        Report report = run(cluster(shop.deny(from("storefront"), to("postgres")), ENFORCED), Duration.ofSeconds(3));

        says(report, Exit.NOT_JUDGED, "INCONCLUSIVE OUT_OF_TIME");
    }

    @Test
    void an_interrupted_run_reports_and_ends_as_interrupted() {
        InMemoryCluster cluster = cluster(shop.allow(from("catalog"), to("postgres")), ENFORCED);
        Runner runner = runner(cluster, Duration.ofMinutes(5));
        cluster.meanwhile(() -> runner.interrupt(Exit.INTERRUPTED));

        Report report = runner.run(shop.matrices());

        says(report, Exit.INTERRUPTED, "INCONCLUSIVE OUT_OF_TIME");
        assertThat(report.breakage())
                .hasValueSatisfying(b -> assertThat(b.problem()).contains("interrupted"));
    }

    @Test
    void a_missing_namespace_is_bad_input_and_starts_nothing() {
        InMemoryCluster cluster =
                cluster(shop.namespace("shop", Existence.ABSENT).deny(from("storefront"), to("postgres")), ENFORCED);

        assertThat(run(cluster).exit()).isEqualTo(Exit.BAD_INPUT);
        assertThat(cluster.wasProbed()).isFalse();
    }

    @Test
    void a_plan_alone_starts_nothing() {
        InMemoryCluster cluster = cluster(shop.deny(from("storefront"), to("postgres")), ENFORCED);

        assertThat(runner(cluster, Duration.ofMinutes(5)).plan(shop.matrices()).probes())
                .hasSize(1);
        assertThat(cluster.wasProbed()).isFalse();
    }

    @Test
    void an_outside_host_is_denied_while_the_control_reaches_it() {
        Report report = run(cluster(
                shop.deny(from("storefront"), outside()),
                t -> t.probe().namespace().startsWith("netproof-") ? CONNECTED : TIMEOUT));

        says(report, Exit.CONFORMS, "PASS DENIED");
        assertThat(explanation(report)).contains("control reached 203.0.113.7:443");
    }

    @Test
    void an_outside_host_without_a_control_is_neither_denied_nor_allowed() {
        Report report =
                run(cluster(shop.deny(from("storefront"), outside()).allow(from("catalog"), outside()), t -> TIMEOUT)
                        .neverStarting("control", "no quota"));

        says(report, Exit.INCONCLUSIVE, "INCONCLUSIVE NO_CONTROL", "INCONCLUSIVE NO_CONTROL");
        assertThat(report.notes()).contains("no control for outside addresses: no quota");
    }

    @Test
    void an_outside_name_that_leads_elsewhere_later_is_no_control_for_its_first_address() {
        Report report = run(cluster(
                        shop.deny(from("storefront"), outside()),
                        t -> t.probe().namespace().startsWith("netproof-") ? CONNECTED : TIMEOUT)
                .resolving((probe, name, round) -> Optional.of(round == 1 ? "203.0.113.7" : "203.0.113.8")));

        says(report, Exit.INCONCLUSIVE, "INCONCLUSIVE NO_CONTROL");
    }

    @Test
    void a_control_that_cannot_resolve_before_its_own_rules_land_tries_again() {
        Report report = run(cluster(
                        shop.deny(from("storefront"), outside()),
                        t -> t.probe().namespace().startsWith("netproof-") ? CONNECTED : TIMEOUT)
                .resolving((probe, name, round) -> round == 1 ? Optional.empty() : Optional.of("203.0.113.7")));

        says(report, Exit.CONFORMS, "PASS DENIED");
    }

    @ParameterizedTest
    @EnumSource(
            value = Protocol.class,
            names = {"TCP", "UDP", "SCTP", "HTTP", "HTTPS", "DNS"})
    void an_outside_address_has_a_control_whatever_is_spoken(Protocol protocol) {
        Report report = run(cluster(
                shop.deny(
                        from("storefront"),
                        to(new Target.Ip("203.0.113.7"), Optional.of(new PortRef.Number(53)), protocol)),
                t -> t.probe().namespace().startsWith("netproof-") ? CONNECTED : UNREACHABLE));

        assertThat(report.results().get(0).paths())
                .extracting(PathObservation::control)
                .containsOnly(ControlGrade.REACHED);
        says(report, Exit.CONFORMS, "PASS DENIED");
    }

    @ParameterizedTest
    @EnumSource(
            value = Protocol.class,
            names = {"TCP", "UDP", "SCTP", "DNS"})
    void an_outside_name_has_a_control_whatever_is_spoken(Protocol protocol) {
        Report report = run(cluster(
                shop.deny(
                        from("storefront"),
                        to(new Target.Host("example.com"), Optional.of(new PortRef.Number(5000)), protocol)),
                t -> t.probe().namespace().startsWith("netproof-") ? CONNECTED : TIMEOUT));

        says(report, Exit.CONFORMS, "PASS DENIED");
    }

    @Test
    void a_datagram_is_denied_where_another_source_gets_an_answer() {
        shop.pod("syslog", "10.0.2.8", "node-2", Readiness.READY, List.of(), port("log", 514, Protocol.UDP));
        Report report = run(cluster(
                shop.allow(from("catalog"), syslog()).deny(from("storefront"), syslog()),
                t -> t.from("catalog") ? CONNECTED : TIMEOUT));

        says(report, Exit.CONFORMS, "PASS CONNECTED", "PASS DENIED");
        assertThat(report.results().get(1).verdict().explanation()).contains("catalog reached 10.0.2.8:514");
    }

    @Test
    void f9_a_datagram_that_nobody_gets_an_answer_to_is_neither_allowed_nor_denied() {
        shop.pod("syslog", "10.0.2.8", "node-2", Readiness.READY, List.of(), port("log", 514, Protocol.UDP));
        InMemoryCluster cluster =
                cluster(shop.allow(from("catalog"), syslog()).deny(from("storefront"), syslog()), t -> TIMEOUT);
        // TCP on the same number is another listener.
        Report report = run(cluster.listening("10.0.2.8", 514));

        says(report, Exit.INCONCLUSIVE, "INCONCLUSIVE NO_CONTROL", "INCONCLUSIVE NO_CONTROL");
        assertThat(report.results().get(1).verdict().explanation()).contains("a UDP server need not answer");
        assertThat(report.results().get(1).verdict().fix().orElseThrow()).contains("send");
    }

    @Test
    void a_port_where_nothing_listens_for_datagrams_is_no_denial() {
        shop.pod("syslog", "10.0.2.8", "node-2", Readiness.READY, List.of(), port("log", 514, Protocol.UDP));
        Report report = run(cluster(shop.deny(from("storefront"), syslog()), t -> REFUSED));

        says(report, Exit.INCONCLUSIVE, "INCONCLUSIVE NO_CONTROL");
    }

    @Test
    void sctp_on_nodes_without_it_is_untestable_at_once() {
        InMemoryCluster cluster = cluster(
                shop.deny(
                        from("storefront"),
                        to(
                                new Target.Pods("shop", Map.of("app", "postgres")),
                                Optional.of(new PortRef.Number(3868)),
                                Protocol.SCTP)),
                t -> PROBE_ERROR);

        Report report = run(cluster);

        assertThat(reasons(report)).containsExactly("UNTESTABLE NOT_SUPPORTED");
        assertThat(explanation(report)).contains("node-1").contains("SCTP");
        assertThat(cluster.elapsed()).isLessThan(Duration.ofSeconds(8));
    }

    @Test
    void who_refuses_is_told_by_one_more_probe_for_a_source_that_is_refused() {
        Report report = run(cluster(
                shop.allow(from("catalog"), to("postgres"))
                        .deny(from("storefront"), to("postgres"))
                        .deny(stranger(), to("postgres")),
                t -> t.port() == 5432 && !t.from("catalog") ? UNREACHABLE : CONNECTED));

        says(report, Exit.CONFORMS, "PASS CONNECTED", "PASS DENIED", "PASS DENIED");
        assertThat(report.costs().probePods())
                .as("three sources, of which two are refused")
                .isEqualTo(5);
        assertThat(report.results().get(1).verdict().explanation())
                .contains("an ICMP admin-prohibited from 10.0.0.254: a filter, for sure");
    }

    @Test
    void that_nobody_can_tell_who_refuses_stops_nothing() {
        InMemoryCluster cluster = cluster(
                shop.allow(from("catalog"), to("postgres")).deny(from("storefront"), to("postgres")),
                t -> t.port() == 5432 && !t.from("catalog") ? UNREACHABLE : CONNECTED);

        Report report = run(cluster.withoutTwins("the image cannot be pulled"));

        says(report, Exit.CONFORMS, "PASS CONNECTED", "PASS DENIED");
        assertThat(report.notes()).anyMatch(note -> note.contains("storefront") && note.contains("cannot be pulled"));
    }

    @Test
    void an_allowed_connection_that_a_filter_refuses_is_a_violation_even_if_nobody_is_there() {
        Report report = run(cluster(shop.allow(from("storefront"), to("postgres")), stopping(UNREACHABLE)));

        says(report, Exit.VIOLATIONS, "FAIL BLOCKED");
        assertThat(explanation(report)).contains("a filter, for sure");
    }

    private static dev.netproof.model.Destination syslog() {
        return to(new Target.Pods("shop", Map.of("app", "syslog")), Optional.of(new PortRef.Number(514)), Protocol.UDP);
    }

    /** Addresses of outside names move every later attempt of a source to another place. */
    @Test
    void what_a_source_reached_is_no_control_for_what_it_was_to_try_before_names_resolved() {
        Report report = run(cluster(
                        shop.pod("orders", "10.0.2.9", "node-2", 8080)
                                .service("orders", "10.96.0.9", 80, 8080)
                                .allow(from("storefront"), outside("one.example.com"))
                                .allow(from("storefront"), outside("second.example.com"))
                                .allow(from("storefront"), outside("third.example.com"))
                                .allow(from("storefront"), to("orders"))
                                .deny(from("storefront"), to("postgres"))
                                .deny(from("catalog"), to("postgres")),
                        t -> t.port() == 5432 ? TIMEOUT : CONNECTED)
                .resolving((probe, name, round) -> Optional.of("203.0.113." + name.length())));

        says(
                report,
                Exit.INCONCLUSIVE,
                "PASS CONNECTED",
                "PASS CONNECTED",
                "PASS CONNECTED",
                "PASS CONNECTED",
                "INCONCLUSIVE NO_CONTROL",
                "INCONCLUSIVE NO_CONTROL");
        assertThat(report.results().subList(4, 6))
                .flatExtracting(CheckResult::paths)
                .extracting(PathObservation::control)
                .doesNotContain(ControlGrade.REACHED);
    }

    @Test
    void addresses_of_outside_names_that_are_too_many_paths_leave_these_names_without_a_proof() {
        InMemoryCluster cluster = cluster(
                shop.deny(from("storefront"), outside("one.example.com"))
                        .deny(from("storefront"), outside("two.example.com"))
                        .allow(from("catalog"), to("catalog")),
                t -> t.from("storefront") ? TIMEOUT : CONNECTED);

        Report report = runner(
                        cluster,
                        shop.plan().checks().stream()
                                .mapToInt(check -> check.paths().size())
                                .sum())
                .run(shop.matrices());

        says(report, Exit.INCONCLUSIVE, "INCONCLUSIVE NO_CONTROL", "INCONCLUSIVE NO_CONTROL", "PASS CONNECTED");
        assertThat(report.notes())
                .anyMatch(note -> note.startsWith("outside hosts are tried by name alone, not at the addresses that"
                                + " their names resolved to: ")
                        && note.contains("more than the limit of")
                        && note.contains("--max-paths"));
    }

    private static dev.netproof.model.Destination outside(String host) {
        return to(new Target.Host(host), Optional.of(new PortRef.Number(443)), Protocol.TCP);
    }

    private static dev.netproof.model.Destination outside() {
        return to(new Target.Host("example.com"), Optional.of(new PortRef.Number(443)), Protocol.TCP);
    }

    private Shop dns() {
        return shop.pod("dns", "10.0.1.9", "node-1", Readiness.READY, List.of(), port("dns", 53, Protocol.UDP))
                .service(
                        "dns",
                        List.of("10.96.0.10"),
                        new ServicePort(Optional.of("dns"), 53, new PortRef.Number(53), Protocol.UDP));
    }

    private static dev.netproof.model.Destination dnsService() {
        return to(new Target.Service("shop", "dns"), Optional.of(new PortRef.Number(53)), Protocol.UDP);
    }

    private InMemoryCluster cluster(Shop shop, Network network) {
        InMemoryCluster cluster = new InMemoryCluster(shop, network);
        clusters.add(cluster);
        current = shop;
        return cluster;
    }

    private Report run(InMemoryCluster cluster) {
        return run(cluster, Duration.ofMinutes(5));
    }

    private Report run(InMemoryCluster cluster, Duration timeout) {
        return runner(cluster, timeout).run(current.matrices());
    }

    @Test
    void the_canary_looks_at_the_nodes_that_the_run_uses() {
        FakeCanary canary = new FakeCanary(found(Enforcement.Verdict.ENFORCED));
        Report report = withCanary(canary);
        assertThat(report.exit()).isEqualTo(Exit.CONFORMS);
        assertThat(canary.asked()).isEqualTo(new NodeChoice.Named(List.of("node-1", "node-2")));
        assertThat(report.enforcement().orElseThrow().verdict()).isEqualTo(Enforcement.Verdict.ENFORCED);
        assertThat(report.costs().probePods()).isGreaterThan(4);
    }

    @ParameterizedTest
    @EnumSource(names = {"NOT_ENFORCED", "PARTIAL"})
    void a_cluster_that_does_not_enforce_is_what_the_run_comes_to_whatever_the_checks_say(Enforcement.Verdict verdict) {
        Report report = withCanary(new FakeCanary(found(verdict)));
        says(report, Exit.NOT_ENFORCING, "PASS CONNECTED", "PASS DENIED");
    }

    @Test
    void a_canary_that_proved_nothing_takes_nothing_from_checks_that_are_proved() {
        says(
                withCanary(new FakeCanary(found(Enforcement.Verdict.INCONCLUSIVE))),
                Exit.CONFORMS,
                "PASS CONNECTED",
                "PASS DENIED");
    }

    @Test
    void a_canary_without_permission_is_a_note() {
        Report report = withCanary(new FakeCanary(
                Optional.empty(),
                Optional.of(new Report.Breakage("not permitted to create namespaces", "ask for it"))));
        says(report, Exit.CONFORMS, "PASS CONNECTED", "PASS DENIED");
        assertThat(report.notes())
                .anySatisfy(note -> assertThat(note)
                        .contains("did not check whether the nodes enforce policies")
                        .contains("not permitted to create namespaces")
                        .contains("--no-canary"));
    }

    @Test
    void rules_that_arrive_later_than_pods_are_given_to_settle_are_a_note() {
        Enforcement slow = found(
                Enforcement.Verdict.ENFORCED,
                new Enforcement.Measure(
                        Enforcement.Metric.TIME_TO_DENY, "node-2", Duration.ofSeconds(2), Duration.ofMillis(7300), 4));
        assertThat(withCanary(new FakeCanary(slow)).notes())
                .anySatisfy(note ->
                        assertThat(note).contains("7.3 s").contains("node-2").contains("--settle 8s"));
    }

    @Test
    void pods_are_given_as_long_to_settle_as_the_canary_saw_rules_take_and_it_is_said() {
        FakeCanary canary = new FakeCanary(found(Enforcement.Verdict.ENFORCED));
        InMemoryCluster cluster = late();
        canary.arriving(() -> cluster.elapsed().compareTo(Duration.ofSeconds(12)) < 0
                ? Optional.empty()
                : Optional.of(Map.of("node-2", Duration.ofMillis(8_300))));

        Report report = runner(cluster, Duration.ofMinutes(5), canary).run(current.matrices());

        assertThat(report.exit()).isEqualTo(Exit.CONFORMS);
        assertThat(report.notes())
                .contains("rules took 8.3 s to arrive on node-2: pods were given 12.3 s to settle instead of 5.0 s");
        assertThat(report.results())
                .filteredOn(result -> result.check().expectation().forbids())
                .allSatisfy(result -> assertThat(result.verdict().explanation()).contains("let through for"));
    }

    /** Rules that take seven seconds to arrive at a fresh pod. */
    private InMemoryCluster late() {
        return cluster(pair(), t -> t.since().compareTo(Duration.ofSeconds(7)) < 0 ? CONNECTED : ENFORCED.outcome(t));
    }

    @Test
    void without_a_canary_late_rules_are_a_violation() {
        Report report = runner(late(), Duration.ofMinutes(5)).run(current.matrices());

        assertThat(report.exit()).isEqualTo(Exit.VIOLATIONS);
    }

    @Test
    void a_canary_that_says_nothing_holds_nobody_up_beyond_the_deadline() {
        FakeCanary canary = new FakeCanary(found(Enforcement.Verdict.INCONCLUSIVE));
        canary.arriving(Optional::empty);
        InMemoryCluster cluster = cluster(pair(), ENFORCED);

        Report report = runner(cluster, Duration.ofMinutes(5), canary).run(current.matrices());

        assertThat(report.exit()).isEqualTo(Exit.CONFORMS);
        assertThat(Duration.between(report.started(), report.finished()))
                .isBetween(
                        ConvergenceTerms.DEFAULT.deadline(),
                        ConvergenceTerms.DEFAULT.deadline().plusSeconds(5));
    }

    @Test
    void whatever_the_canary_saw_an_open_connection_stays_a_violation() {
        FakeCanary canary = new FakeCanary(found(Enforcement.Verdict.ENFORCED));
        canary.arriving(() -> Optional.of(Map.of("node-1", Duration.ofSeconds(25))));
        Report report = runner(cluster(pair(), t -> CONNECTED), Duration.ofMinutes(5), canary)
                .run(current.matrices());

        assertThat(report.exit()).isEqualTo(Exit.VIOLATIONS);
        assertThat(report.notes()).anySatisfy(note -> assertThat(note).contains("given 29.0 s to settle"));
    }

    /** The canary's policies wait as long as any; what it saw may be later than the time that checks are given. */
    @Test
    void rules_that_arrive_after_the_deadline_are_waited_for_as_long_as_the_canary_saw_them_take() {
        FakeCanary canary = new FakeCanary(found(
                Enforcement.Verdict.ENFORCED,
                new Enforcement.Measure(
                        Enforcement.Metric.TIME_TO_DENY, "node-1", Duration.ofSeconds(24), Duration.ofSeconds(24), 4)));
        canary.arriving(() -> Optional.of(Map.of("node-1", Duration.ofSeconds(24))));
        InMemoryCluster cluster =
                cluster(pair(), t -> t.since().compareTo(Duration.ofSeconds(25)) < 0 ? CONNECTED : ENFORCED.outcome(t));
        Report report = runner(cluster, Duration.ofMinutes(5), canary).run(current.matrices());

        assertThat(report.exit()).isEqualTo(Exit.CONFORMS);
        assertThat(report.notes()).noneSatisfy(note -> assertThat(note).contains("run again with --settle"));
    }

    /** Where the canary's pods took twelve seconds, others' may take a little longer. */
    @Test
    void rules_that_arrive_a_little_later_than_the_canary_saw_are_no_violation() {
        FakeCanary canary = new FakeCanary(found(Enforcement.Verdict.ENFORCED));
        canary.arriving(() -> Optional.of(Map.of("node-1", Duration.ofSeconds(12))));
        InMemoryCluster cluster = cluster(
                pair(), t -> t.since().compareTo(Duration.ofMillis(12_500)) < 0 ? CONNECTED : ENFORCED.outcome(t));

        assertThat(runner(cluster, Duration.ofMinutes(5), canary)
                        .run(current.matrices())
                        .exit())
                .isEqualTo(Exit.CONFORMS);
    }

    @Test
    void whoever_interrupts_a_run_interrupts_its_canary() {
        FakeCanary canary = new FakeCanary(found(Enforcement.Verdict.ENFORCED));
        Runner runner = runner(cluster(pair(), ENFORCED), Duration.ofMinutes(5), canary);
        canary.whenBegun(() -> runner.interrupt(Exit.TERMINATED));
        assertThat(runner.run(current.matrices()).exit()).isEqualTo(Exit.TERMINATED);
        assertThat(canary.interrupted()).contains(Exit.TERMINATED);
    }

    private Report withCanary(FakeCanary canary) {
        return runner(cluster(pair(), ENFORCED), Duration.ofMinutes(5), canary).run(current.matrices());
    }

    private Shop pair() {
        return shop.allow(from("catalog"), to("postgres")).deny(from("storefront"), to("postgres"));
    }

    private static Enforcement found(Enforcement.Verdict verdict, Enforcement.Measure... measures) {
        return new Enforcement(
                verdict,
                "what was found",
                Optional.empty(),
                Enforcement.Profile.CANARY,
                List.of(),
                List.of(),
                List.of(measures),
                List.of(),
                List.of());
    }

    /** Finds what it is told to. */
    private static final class FakeCanary implements Canary, Canary.Watch {
        private final Optional<Enforcement> enforcement;
        private final Optional<Report.Breakage> breakage;
        private Optional<NodeChoice> asked = Optional.empty();
        private Optional<LentNamespace> lent = Optional.empty();
        private Optional<Exit> interrupted = Optional.empty();
        private Runnable begun = () -> {};
        private Supplier<Optional<Map<String, Duration>>> arrivals = () -> Optional.of(Map.of());

        FakeCanary(Enforcement enforcement) {
            this(Optional.of(enforcement), Optional.empty());
        }

        FakeCanary(Optional<Enforcement> enforcement, Optional<Report.Breakage> breakage) {
            this.enforcement = enforcement;
            this.breakage = breakage;
        }

        @Override
        public Optional<Canary.Watch> begin(NodeChoice nodes, Duration within, Optional<LentNamespace> place) {
            lent = place;
            asked = Optional.of(nodes);
            begun.run();
            return Optional.of(this);
        }

        @Override
        public void interrupt(Exit reason) {
            interrupted = Optional.of(reason);
        }

        @Override
        public Optional<Map<String, Duration>> arrivals() {
            return arrivals.get();
        }

        void arriving(Supplier<Optional<Map<String, Duration>>> when) {
            arrivals = when;
        }

        @Override
        public Report found() {
            return new Report(
                    "test",
                    Optional.empty(),
                    Instant.EPOCH,
                    Instant.EPOCH,
                    List.of(),
                    Circumstances.NONE,
                    List.of(),
                    enforcement,
                    List.of(),
                    breakage,
                    new Report.Costs(4, 0),
                    Exit.CONFORMS);
        }

        void whenBegun(Runnable action) {
            begun = action;
        }

        /** Where it may work, once it has begun. */
        Optional<LentNamespace> lent() {
            return lent;
        }

        NodeChoice asked() {
            return asked.orElseThrow();
        }

        Optional<Exit> interrupted() {
            return interrupted;
        }
    }

    /** A run of so many paths at most. */
    private static Runner runner(InMemoryCluster cluster, int paths) {
        PlanTerms usual = Shop.terms();
        return new Runner(
                cluster,
                new RunTerms(
                        "test",
                        new PlanTerms(
                                usual.today(),
                                usual.endpoints(),
                                usual.published(),
                                usual.controlNamespace(),
                                usual.addresses(),
                                new PlanTerms.Most(500, paths)),
                        ConvergenceTerms.DEFAULT,
                        Duration.ofMinutes(5),
                        Duration.ofSeconds(3),
                        Images.DEFAULT),
                Progress.NONE,
                cluster.clock(),
                Canary.NONE);
    }

    private static Runner runner(InMemoryCluster cluster, Duration timeout) {
        return runner(cluster, timeout, Canary.NONE);
    }

    private static Runner runner(InMemoryCluster cluster, Duration timeout, Canary canary) {
        return runner(cluster, timeout, canary, Progress.NONE);
    }

    private static Runner runner(InMemoryCluster cluster, Duration timeout, Canary canary, Progress progress) {
        return new Runner(
                cluster,
                new RunTerms(
                        "test", Shop.terms(), ConvergenceTerms.DEFAULT, timeout, Duration.ofSeconds(3), Images.DEFAULT),
                progress,
                cluster.clock(),
                canary);
    }

    private static void says(Report report, Exit exit, String... verdicts) {
        assertThat(reasons(report))
                .as(report.results().stream()
                        .map(CheckResult::verdict)
                        .map(v -> v.explanation())
                        .toList()
                        .toString())
                .containsExactly(verdicts);
        assertThat(report.exit()).isEqualTo(exit);
    }

    private static List<String> reasons(Report report) {
        return report.results().stream()
                .map(r -> r.verdict().status() + " " + r.verdict().reason())
                .toList();
    }

    private static String explanation(Report report) {
        return report.results().get(0).verdict().explanation();
    }
}
