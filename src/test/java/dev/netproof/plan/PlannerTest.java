package dev.netproof.plan;

import static dev.netproof.plan.Shop.from;
import static dev.netproof.plan.Shop.port;
import static dev.netproof.plan.Shop.stranger;
import static dev.netproof.plan.Shop.to;
import static org.assertj.core.api.Assertions.assertThat;

import dev.netproof.model.Check;
import dev.netproof.model.Destination;
import dev.netproof.model.Exit;
import dev.netproof.model.Expectation;
import dev.netproof.model.Family;
import dev.netproof.model.Identity;
import dev.netproof.model.Location;
import dev.netproof.model.Path;
import dev.netproof.model.Placement;
import dev.netproof.model.PortRef;
import dev.netproof.model.Protocol;
import dev.netproof.model.Source;
import dev.netproof.model.Source.Liveness;
import dev.netproof.model.Target;
import dev.netproof.model.Verdict;
import dev.netproof.model.Verdict.Reason;
import dev.netproof.model.Verdict.Status;
import dev.netproof.model.WorkloadKind;
import dev.netproof.plan.ClusterFacts.Effect;
import dev.netproof.plan.ClusterFacts.Existence;
import dev.netproof.plan.ClusterFacts.KubeletProbe;
import dev.netproof.plan.ClusterFacts.Readiness;
import dev.netproof.plan.ClusterFacts.ServicePort;
import dev.netproof.plan.ClusterFacts.Toleration;
import dev.netproof.plan.ProbePod.Ownership;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlannerTest {
    private final Shop shop = Shop.withNodes("node-1", "node-2")
            .pod("storefront", "10.0.1.1", "node-1", 8080)
            .pod("catalog", "10.0.1.2", "node-1", 8080)
            .pod("catalog", "10.0.2.3", "node-2", 8080)
            .service("catalog", "10.96.0.2", 80, 8080);

    @Nested
    class Probes {
        @Test
        void sources_with_one_identity_share_a_probe_and_its_attempts() {
            Plan plan = shop.allow(from("storefront"), to("catalog"))
                    .allow(from("front", Map.of("app", "storefront"), Liveness.LIVE, Placement.ANY), to("catalog", 80))
                    .plan();

            assertThat(plan.probes()).hasSize(1);
            assertThat(plan.probes().get(0).attempts())
                    .containsExactly(
                            new Attempt.Lookup("catalog.shop", Family.IPV4),
                            new Attempt.Connect("10.96.0.2", 80),
                            new Attempt.Connect("10.0.1.2", 8080),
                            new Attempt.Connect("10.0.2.3", 8080));
            assertThat(plan.checks().get(0).paths())
                    .isEqualTo(plan.checks().get(1).paths());
        }

        @Test
        void sources_with_other_labels_have_probes_of_their_own() {
            Plan plan = shop.allow(from("storefront"), to("catalog"))
                    .deny(stranger(), to("catalog"))
                    .plan();

            assertThat(plan.probes()).extracting(ProbePod::source).containsExactly("storefront", "stranger");
            assertThat(plan.probes()).extracting(ProbePod::id).doesNotHaveDuplicates();
        }

        @Test
        void every_leg_points_at_the_attempt_that_makes_it() {
            Plan plan = shop.allow(from("storefront"), to("catalog")).plan();
            List<Attempt> attempts = plan.probes().get(0).attempts();

            for (PlannedPath planned : plan.checks().get(0).paths()) {
                Attempt attempt = attempts.get(planned.attempt());
                if (planned.path().kind() == Path.Kind.LOOKUP) {
                    assertThat(attempt).isInstanceOf(Attempt.Lookup.class);
                } else {
                    assertThat(attempt)
                            .isEqualTo(new Attempt.Connect(
                                    planned.path().address(), planned.path().port()));
                }
            }
        }

        @Test
        void a_workload_lends_its_template() {
            Toleration toleration = new Toleration(
                    Optional.of("gpu"), Optional.of("Exists"), Optional.empty(), Optional.empty(), Optional.empty());
            shop.workload(new ClusterFacts.Workload(
                    WorkloadKind.DEPLOYMENT,
                    "shop",
                    "storefront",
                    Selector.of(Map.of("app", "storefront")),
                    Map.of("app", "storefront", "tier", "web"),
                    Optional.of("front-sa"),
                    Map.of("disk", "ssd"),
                    List.of(toleration),
                    ClusterFacts.Network.POD));

            ProbePod probe = shop.allow(
                            from(
                                    "deploy/storefront",
                                    new Identity.Workload(WorkloadKind.DEPLOYMENT, "storefront"),
                                    Liveness.LIVE,
                                    Placement.ANY),
                            to("catalog"))
                    .plan()
                    .probes()
                    .get(0);

            assertThat(probe.labels()).containsOnly(Map.entry("app", "storefront"), Map.entry("tier", "web"));
            assertThat(probe.serviceAccount()).contains("front-sa");
            assertThat(probe.nodeSelector()).containsEntry("disk", "ssd");
            assertThat(probe.tolerations()).containsExactly(toleration);
        }

        @Test
        void a_workload_lends_the_nodes_that_it_is_bound_and_drawn_to() {
            NodeAffinity affinity = new NodeAffinity(
                    List.of(labelled("disk", "In", "ssd")),
                    List.of(new NodeAffinity.Preference(5, labelled("zone", "In", "a"))));
            shop.workload(bound(affinity));

            assertThat(plan(Placement.ANY).probes().get(0).affinity()).isEqualTo(affinity);
        }

        @ParameterizedTest
        @CsvSource(delimiter = '|', textBlock = """
                disk  | In           | ssd | node-1
                disk  | NotIn        | ssd | node-2
                disk  | Exists       |     | node-1
                disk  | DoesNotExist |     | node-2
                cores | Gt           | 3   | node-1
                cores | Lt           | 3   | node-2
                """)
        void where_a_workload_cannot_be_no_probe_of_it_is_put(String key, String operator, String value, String node) {
            shop.labelled("node-1", Map.of("disk", "ssd", "cores", "4"));
            shop.labelled("node-2", Map.of("cores", "2"));
            shop.workload(bound(new NodeAffinity(
                    List.of(labelled(
                            key, operator, Optional.ofNullable(value).stream().toArray(String[]::new))),
                    List.of())));

            Plan plan = plan(Placement.EACH);

            assertThat(plan.probes()).extracting(ProbePod::node).containsExactly(Optional.of(node));
            assertThat(plan.notes())
                    .containsExactly("node " + (node.equals("node-1") ? "node-2" : "node-1")
                            + " was not tested: the nodeSelector or node affinity of deploy/storefront excludes it");
        }

        @Test
        void no_number_is_neither_more_nor_less() {
            shop.labelled("node-1", Map.of("cores", "many"));
            shop.workload(bound(
                    new NodeAffinity(List.of(labelled("cores", "Gt", "3"), labelled("cores", "Lt", "3")), List.of())));

            assertThat(plan(Placement.EACH).probes()).isEmpty();
        }

        private Plan plan(Placement placement) {
            return shop.allow(
                            from(
                                    "deploy/storefront",
                                    new Identity.Workload(WorkloadKind.DEPLOYMENT, "storefront"),
                                    Liveness.LIVE,
                                    placement),
                            to("catalog"))
                    .plan();
        }

        private static NodeAffinity.Term labelled(String key, String operator, String... values) {
            return new NodeAffinity.Term(
                    List.of(new NodeAffinity.Requirement(key, operator, List.of(values))), List.of());
        }

        private static ClusterFacts.Workload bound(NodeAffinity affinity) {
            return new ClusterFacts.Workload(
                    WorkloadKind.DEPLOYMENT,
                    "shop",
                    "storefront",
                    Selector.of(Map.of("app", "storefront")),
                    Map.of("app", "storefront"),
                    Optional.empty(),
                    Map.of(),
                    List.of(),
                    affinity,
                    ClusterFacts.Network.POD);
        }

        @Test
        void a_selector_that_would_adopt_the_probe_makes_the_anchor_its_controller() {
            Plan plan = shop.selecting(Effect.ADOPTS, "ReplicaSet", "storefront-1", Map.of("app", "storefront"))
                    .allow(from("storefront"), to("catalog"))
                    .deny(stranger(), to("catalog"))
                    .plan();

            assertThat(plan.probes())
                    .extracting(ProbePod::ownership)
                    .containsExactly(Ownership.CONTROLLER, Ownership.PLAIN);
        }

        @Test
        void adopters_that_may_not_be_listed_are_feared() {
            Plan plan = shop.unreadable("list replicasets in namespace shop")
                    .allow(from("storefront"), to("catalog"))
                    .plan();

            assertThat(plan.probes()).extracting(ProbePod::ownership).containsExactly(Ownership.CONTROLLER);
        }

        @Test
        void what_else_may_not_be_listed_adopts_nothing_whatever_the_namespace_is_called() {
            Plan plan = shop.unreadable("list horizontalpodautoscalers in namespace assets")
                    .unreadable("list replicasets in namespace controllers")
                    .allow(from("storefront"), to("catalog"))
                    .plan();

            assertThat(plan.probes()).extracting(ProbePod::ownership).containsExactly(Ownership.PLAIN);
        }

        @ParameterizedTest
        @CsvSource({"PodDisruptionBudget", "HorizontalPodAutoscaler"})
        void whoever_counts_the_probe_is_named(String kind) {
            Plan plan = shop.selecting(Effect.COUNTS, kind, "front", Map.of("app", "storefront"))
                    .allow(from("storefront"), to("catalog"))
                    .plan();

            assertThat(plan.notes())
                    .anySatisfy(note -> assertThat(note)
                            .startsWith(kind + " front in namespace shop counts the probe of source storefront"));
            assertThat(plan.probes()).extracting(ProbePod::ownership).containsExactly(Ownership.PLAIN);
        }
    }

    @Nested
    class Ports {
        @Test
        void of_a_service_are_the_services_on_its_address_and_the_containers_on_its_pods() {
            PlannedCheck check = only(shop.deny(from("storefront"), to("catalog", 80)));

            assertThat(check.paths())
                    .extracting(l -> l.path().kind(), l -> l.path().endpoint())
                    .containsExactly(
                            Tuple.tuple(Path.Kind.VIP, "10.96.0.2:80"),
                            Tuple.tuple(Path.Kind.POD, "10.0.1.2:8080"),
                            Tuple.tuple(Path.Kind.POD, "10.0.2.3:8080"));
        }

        @Test
        void of_the_container_are_none_of_the_services() {
            Verdict verdict = foregone(shop.deny(from("storefront"), to("catalog", 8080)));

            says(verdict, Status.INCONCLUSIVE, Reason.NO_DESTINATION);
            assertThat(verdict.explanation())
                    .contains("has no port 8080/TCP, only")
                    .contains("80");
        }

        @Test
        void of_pods_are_named_by_their_containers() {
            shop.pod(
                    "orders",
                    "10.0.1.4",
                    "node-1",
                    Readiness.READY,
                    List.of(),
                    port("web", 8080, Protocol.TCP),
                    port("metrics", 9090, Protocol.TCP));

            PlannedCheck check = only(shop.deny(
                    from("storefront"), to(pods("orders"), Optional.of(new PortRef.Name("metrics")), Protocol.TCP)));

            assertThat(check.paths()).extracting(l -> l.path().endpoint()).containsExactly("10.0.1.4:9090");
        }

        @Test
        void that_are_several_must_be_chosen_from() {
            shop.pod(
                    "orders",
                    "10.0.1.4",
                    "node-1",
                    Readiness.READY,
                    List.of(),
                    port("web", 8080, Protocol.TCP),
                    port("metrics", 9090, Protocol.TCP));

            Verdict verdict =
                    foregone(shop.deny(from("storefront"), to(pods("orders"), Optional.empty(), Protocol.TCP)));

            says(verdict, Status.INCONCLUSIVE, Reason.NO_DESTINATION);
            assertThat(verdict.explanation()).contains("8080").contains("9090");
        }

        @Test
        void with_one_number_for_tcp_and_udp_are_told_apart() {
            ServicePort udp = new ServicePort(Optional.of("dns"), 53, new PortRef.Number(53), Protocol.UDP);
            ServicePort tcp = new ServicePort(Optional.of("dns-tcp"), 53, new PortRef.Number(53), Protocol.TCP);
            shop.pod("dns", "10.0.1.9", "node-1", 53).service("dns", List.of("10.96.0.10"), udp, tcp);
            Target dns = new Target.Service("shop", "dns");
            Optional<PortRef> port = Optional.of(new PortRef.Number(53));

            Plan plan = shop.allow(from("storefront"), to(dns, port, Protocol.UDP))
                    .allow(from("catalog"), to(dns, port, Protocol.TCP))
                    .plan();

            assertThat(plan.probes().get(0).attempts())
                    .allSatisfy(a -> assertThat(a).isInstanceOf(Attempt.DnsQuery.class))
                    .hasSize(2);
            assertThat(plan.probes().get(1).attempts())
                    .contains(new Attempt.Connect("10.96.0.10", 53), new Attempt.Connect("10.0.1.9", 53));
            assertThat(backends(plan.checks().get(0)))
                    .extracting(Backend::key)
                    .doesNotContainAnyElementsOf(backends(plan.checks().get(1)).stream()
                            .map(Backend::key)
                            .toList());
        }

        @Test
        void of_a_name_server_on_another_pod_port_are_asked_by_who_can() {
            ServicePort udp = new ServicePort(Optional.of("dns"), 53, new PortRef.Number(5353), Protocol.UDP);
            Shop shop = Shop.withNodes("node-1")
                    .pod("dns", "10.0.1.9", "node-1", 5353)
                    .pod("storefront", "10.0.1.1", "node-1", 8080)
                    .service("dns", List.of("10.96.0.10"), udp);

            ProbePod probe = shop.allow(
                            from("storefront"),
                            to(new Target.Service("shop", "dns"), Optional.of(new PortRef.Number(53)), Protocol.DNS))
                    .plan()
                    .probes()
                    .get(0);

            assertThat(probe.attempts())
                    .extracting(a -> ((Attempt.DnsQuery) a).ip() + ":" + ((Attempt.DnsQuery) a).port())
                    .containsExactly("10.96.0.10:53", "10.0.1.9:5353");
            assertThat(probe.tools()).isEqualTo(ProbePod.Tools.NETSHOOT);
        }

        @Test
        void over_udp_are_sent_what_the_matrix_says_and_else_an_echo() {
            Target catalog = pods("catalog");
            Optional<PortRef> syslog = Optional.of(new PortRef.Number(514));
            Destination told = new Destination(
                    "told",
                    catalog,
                    syslog,
                    Protocol.UDP,
                    new Destination.Request(
                            Optional.empty(), Optional.empty(), Optional.empty(), Optional.of("hello {nonce}")),
                    new Location("shop.yaml", 9, 5));

            ProbePod probe = shop.deny(from("storefront"), to(catalog, syslog, Protocol.UDP))
                    .deny(from("storefront"), told)
                    .plan()
                    .probes()
                    .get(0);

            assertThat(probe.attempts())
                    .contains(
                            new Attempt.Udp("10.0.1.2", 514, "echo {nonce}"),
                            new Attempt.Udp("10.0.1.2", 514, "hello {nonce}"));
            assertThat(probe.tools()).isEqualTo(ProbePod.Tools.NETSHOOT);
        }

        @Test
        void over_udp_of_a_service_are_looked_up_without_a_word_over_tcp() {
            ServicePort udp = new ServicePort(Optional.of("log"), 514, new PortRef.Number(5514), Protocol.UDP);
            Shop shop = Shop.withNodes("node-1")
                    .pod("log", "fd00::9", "node-1", 5514)
                    .pod("storefront", "fd00::1", "node-1", 8080)
                    .service("log", List.of("fd00:10:96::7"), udp);

            Plan plan = shop.allow(
                            from("storefront"), to(new Target.Service("shop", "log"), Optional.empty(), Protocol.UDP))
                    .plan();

            assertThat(plan.probes().get(0).attempts())
                    .containsExactly(
                            new Attempt.Lookup("log.shop", Family.IPV6),
                            new Attempt.Udp("fd00:10:96::7", 514),
                            new Attempt.Udp("fd00::9", 5514));
            assertThat(backends(plan.checks().get(0)))
                    .extracting(Backend::transport)
                    .containsOnly(Protocol.UDP);
        }

        @Test
        void over_sctp_are_associated_with() {
            ProbePod probe = shop.deny(
                            from("storefront"),
                            to(pods("catalog"), Optional.of(new PortRef.Number(3868)), Protocol.SCTP))
                    .plan()
                    .probes()
                    .get(0);

            assertThat(probe.attempts()).contains(new Attempt.Sctp("10.0.1.2", 3868));
            assertThat(probe.tools()).isEqualTo(ProbePod.Tools.NETSHOOT);
        }

        @Test
        void that_curl_can_try_are_tried_by_curl() {
            Destination https = to(pods("catalog"), Optional.of(new PortRef.Number(8080)), Protocol.HTTPS);

            assertThat(shop.deny(from("storefront"), https)
                            .allow(from("storefront"), to("catalog"))
                            .plan()
                            .probes())
                    .extracting(ProbePod::tools)
                    .containsOnly(ProbePod.Tools.CURL);
        }

        @Test
        void of_one_number_over_tcp_and_udp_have_no_readiness_probe_in_common() {
            shop.pod("redis", "10.0.1.6", "node-1", Readiness.READY, List.of(new KubeletProbe(6379)), port(6379));

            assertThat(backends(only(shop.deny(
                                    from("storefront"),
                                    to(pods("redis"), Optional.of(new PortRef.Number(6379)), Protocol.UDP))))
                            .get(0)
                            .pod()
                            .orElseThrow()
                            .kubeletProbed())
                    .isEmpty();
        }

        @Test
        void that_the_kubelet_probes_are_known_as_such() {
            shop.pod("redis", "10.0.1.6", "node-1", Readiness.READY, List.of(new KubeletProbe(6379)), port(6379))
                    .service("redis", "10.96.0.6", 6379, 6379);

            assertThat(backends(only(shop.deny(from("storefront"), to("redis"))))
                            .get(0)
                            .pod()
                            .orElseThrow()
                            .kubeletProbed())
                    .isPresent();
        }
    }

    @Nested
    class What_is_not_there {
        @Test
        void a_service_that_is_mistyped_is_no_denial() {
            Verdict verdict = foregone(shop.deny(from("storefront"), to("catalgo")));

            says(verdict, Status.INCONCLUSIVE, Reason.NO_DESTINATION);
            assertThat(verdict.explanation()).contains("did you mean catalog?");
        }

        @Test
        void a_service_without_a_ready_pod_is_no_denial() {
            shop.pod("redis", "10.0.1.6", "node-1", Readiness.NOT_READY, List.of(), port(6379))
                    .service("redis", "10.96.0.6", 6379, 6379);

            Verdict verdict = foregone(shop.deny(from("storefront"), to("redis")));

            says(verdict, Status.INCONCLUSIVE, Reason.NO_BACKEND);
            assertThat(verdict.explanation()).contains("1 not ready");
        }

        @Test
        void a_label_that_no_pod_has_is_no_denial() {
            says(
                    foregone(shop.deny(from("storefront"), to(pods("nobody"), Optional.empty(), Protocol.TCP))),
                    Status.INCONCLUSIVE,
                    Reason.NO_DESTINATION);
        }

        @Test
        void a_source_that_nobody_is_leaves_its_denials_in_doubt() {
            PlannedCheck check = only(
                    shop.deny(from("front", Map.of("app", "storefrnt"), Liveness.LIVE, Placement.ANY), to("catalog")));

            assertThat(check.foregone()).isEmpty();
            assertThat(check.doubt()).hasValueSatisfying(doubt -> {
                says(doubt, Status.INCONCLUSIVE, Reason.NO_SUCH_SOURCE);
                assertThat(doubt.explanation())
                        .endsWith("of source front, so its denials prove nothing; did you mean app=storefront?");
            });
        }

        @Test
        void a_source_whose_label_key_is_mistyped_is_put_right_as_well() {
            PlannedCheck check = only(
                    shop.deny(from("front", Map.of("ap", "storefront"), Liveness.LIVE, Placement.ANY), to("catalog")));

            assertThat(check.doubt())
                    .hasValueSatisfying(
                            doubt -> assertThat(doubt.explanation()).contains("did you mean the label app?"));
        }

        @Test
        void a_source_that_nobody_is_may_be_allowed_without_doubt() {
            assertThat(only(shop.allow(
                                    from("front", Map.of("app", "storefrnt"), Liveness.LIVE, Placement.ANY),
                                    to("catalog")))
                            .doubt())
                    .isEmpty();
        }

        @Test
        void a_synthetic_source_is_meant_to_be_nobody() {
            assertThat(only(shop.deny(stranger(), to("catalog"))).doubt()).isEmpty();
        }

        @Test
        void a_source_whose_only_pod_is_gone_is_nobody() {
            shop.pod("ghost", "10.0.1.8", "node-1", Readiness.GONE, List.of(), port(80));

            assertThat(only(shop.deny(from("ghost"), to("catalog"))).doubt()).isPresent();
        }

        @Test
        void nobody_stands_in_for_what_runs_in_its_nodes_network() {
            shop.hostPod("agent", "192.0.2.11", "node-1", 9100);

            Verdict verdict = foregone(shop.deny(from("agent"), to("catalog")));

            says(verdict, Status.UNTESTABLE, Reason.NOT_SUPPORTED);
            assertThat(verdict.explanation()).contains("source agent", "hostNetwork");
        }

        @Test
        void a_workload_in_its_nodes_network_cannot_be_stood_in_for() {
            shop.workload(new ClusterFacts.Workload(
                    WorkloadKind.DAEMON_SET,
                    "shop",
                    "agent",
                    Selector.of(Map.of("app", "agent")),
                    Map.of("app", "agent"),
                    Optional.empty(),
                    Map.of(),
                    List.of(),
                    ClusterFacts.Network.NODE));

            Verdict verdict = foregone(shop.deny(
                    from(
                            "ds/agent",
                            new Identity.Workload(WorkloadKind.DAEMON_SET, "agent"),
                            Liveness.LIVE,
                            Placement.ANY),
                    to("catalog")));

            says(verdict, Status.UNTESTABLE, Reason.NOT_SUPPORTED);
        }

        @Test
        void a_target_in_its_nodes_network_is_noted_and_told_from_its_neighbours() {
            shop.hostPod("agent", "192.0.2.11", "node-1", 9100)
                    .hostPod("proxy", "192.0.2.11", "node-1", 9200)
                    .service("agent", "10.96.0.9", 80, 9100);

            Plan plan = shop.deny(from("storefront"), to("agent")).plan();

            assertThat(plan.notes())
                    .anySatisfy(note -> assertThat(note).contains("agent-11", "hostNetwork", "policies"));
            assertThat(plan.checks().get(0).paths())
                    .flatExtracting(PlannedPath::backends)
                    .allSatisfy(backend -> assertThat(backend.pod())
                            .hasValueSatisfying(pod -> assertThat(pod.name()).isEqualTo("agent-11")));
        }

        @Test
        void a_workload_that_is_mistyped_is_no_source() {
            shop.workload(new ClusterFacts.Workload(
                    WorkloadKind.DEPLOYMENT,
                    "shop",
                    "storefront",
                    Selector.of(Map.of("app", "storefront")),
                    Map.of("app", "storefront"),
                    Optional.empty(),
                    Map.of(),
                    List.of(),
                    ClusterFacts.Network.POD));

            Verdict verdict = foregone(shop.deny(
                    from(
                            "deploy/storefrnt",
                            new Identity.Workload(WorkloadKind.DEPLOYMENT, "storefrnt"),
                            Liveness.LIVE,
                            Placement.ANY),
                    to("catalog")));

            says(verdict, Status.INCONCLUSIVE, Reason.NO_SUCH_SOURCE);
            assertThat(verdict.explanation()).contains("did you mean storefront?");
        }

        @Test
        void a_namespace_is_refused() {
            Plan plan = shop.namespace("shop", Existence.ABSENT)
                    .deny(from("storefront"), to("catalog"))
                    .plan();

            assertThat(plan.refusals()).extracting(Refusal::exit).isNotEmpty().containsOnly(Exit.BAD_INPUT);
            assertThat(plan.refusals().get(0).problem())
                    .startsWith("shop.yaml:10:5: there is no namespace shop (source storefront)");
        }

        @Test
        void a_namespace_that_may_not_be_read_is_not_refused() {
            assertThat(shop.namespace("shop", Existence.UNKNOWN)
                            .deny(from("storefront"), to("catalog"))
                            .plan()
                            .refusals())
                    .isEmpty();
        }

        @Test
        void nothing_of_it_starts_a_probe() {
            assertThat(shop.deny(from("storefront"), to("catalgo")).plan().probes())
                    .isEmpty();
        }
    }

    @Nested
    class Publishing {
        @Test
        void of_pods_that_are_not_ready_is_refused_before_anything_starts() {
            Plan plan = shop.publishingNotReady("peers", Map.of("app", "storefront"))
                    .allow(from("storefront"), to("catalog"))
                    .plan();

            assertThat(plan.refusals()).singleElement().satisfies(refusal -> {
                assertThat(refusal.exit()).isEqualTo(Exit.NOT_JUDGED);
                assertThat(refusal.problem()).contains("Service peers").contains("storefront");
                assertThat(refusal.fix()).contains("--allow-published");
            });
        }

        @Test
        void may_be_allowed_and_is_noted_then() {
            Plan plan = shop.publishingNotReady("peers", Map.of("app", "storefront"))
                    .allow(from("storefront"), to("catalog"))
                    .plan(new PlanTerms(
                            LocalDate.of(2026, 1, 1), 5, PlanTerms.Published.ALLOW, Optional.empty(), Map.of()));

            assertThat(plan.refusals()).isEmpty();
            assertThat(plan.notes()).anySatisfy(note -> assertThat(note).contains("Service peers"));
        }

        @Test
        void does_not_concern_other_labels() {
            assertThat(shop.publishingNotReady("peers", Map.of("app", "postgres"))
                            .allow(from("storefront"), to("catalog"))
                            .plan()
                            .refusals())
                    .isEmpty();
        }
    }

    @Nested
    class Endpoints {
        @Test
        void are_capped_but_cover_every_node() {
            Shop many = Shop.withNodes("node-1", "node-2").pod("storefront", "10.0.1.1", "node-1", 8080);
            for (int i = 10; i < 30; i++) {
                many.pod("catalog", "10.0.1." + i, "node-1", 8080);
            }
            many.pod("catalog", "10.0.9.99", "node-2", 8080).service("catalog", "10.96.0.2", 80, 8080);

            List<PlannedPath> pods = only(many.deny(from("storefront"), to("catalog"))).paths().stream()
                    .filter(l -> l.path().kind() == Path.Kind.POD)
                    .toList();

            assertThat(pods).hasSize(5);
            assertThat(pods).extracting(l -> l.path().targetNode().orElse("")).contains("node-1", "node-2");
        }

        @Test
        void cover_more_nodes_than_the_cap() {
            PlanTerms one =
                    new PlanTerms(LocalDate.of(2026, 1, 1), 1, PlanTerms.Published.REFUSE, Optional.empty(), Map.of());

            assertThat(shop.deny(from("storefront"), to("catalog"))
                            .plan(one)
                            .checks()
                            .get(0)
                            .paths())
                    .extracting(l -> l.path().address())
                    .containsExactly("10.96.0.2", "10.0.1.2", "10.0.2.3");
        }

        @Test
        void that_are_not_ready_are_left_out() {
            shop.pod("redis", "10.0.1.6", "node-1", 6379)
                    .pod("redis", "10.0.2.7", "node-2", Readiness.NOT_READY, List.of(), port(6379))
                    .service("redis", "10.96.0.6", 6379, 6379);

            assertThat(only(shop.deny(from("storefront"), to("redis"))).paths())
                    .extracting(l -> l.path().address())
                    .containsExactly("10.96.0.6", "10.0.1.6");
        }

        @Test
        void of_a_headless_service_have_no_address_in_front() {
            shop.pod("redis", "10.0.1.6", "node-1", 6379)
                    .service(
                            "redis",
                            List.of(),
                            new ServicePort(Optional.empty(), 6379, new PortRef.Number(6379), Protocol.TCP));

            assertThat(only(shop.deny(from("storefront"), to("redis"))).paths())
                    .extracting(l -> l.path().kind())
                    .containsExactly(Path.Kind.POD);
        }
    }

    @Nested
    class Placements {
        @Test
        void each_puts_a_probe_on_every_usable_node_and_names_the_others() {
            Plan plan = shop.unusableNode("node-3", "cordoned")
                    .deny(placed(Placement.EACH), to("catalog"))
                    .plan();

            assertThat(plan.probes()).extracting(p -> p.node().orElse("")).containsExactly("node-1", "node-2");
            assertThat(plan.notes()).contains("node node-3 was not tested: cordoned");
            assertThat(plan.checks().get(0).paths()).hasSize(6);
        }

        @Test
        void same_goes_where_a_backend_runs() {
            assertThat(shop.pod("redis", "10.0.2.6", "node-2", 6379)
                            .service("redis", "10.96.0.6", 6379, 6379)
                            .deny(placed(Placement.SAME), to("redis"))
                            .plan()
                            .probes())
                    .extracting(p -> p.node().orElse(""))
                    .containsExactly("node-2");
        }

        @Test
        void other_goes_where_none_runs() {
            assertThat(shop.pod("redis", "10.0.2.6", "node-2", 6379)
                            .service("redis", "10.96.0.6", 6379, 6379)
                            .deny(placed(Placement.OTHER), to("redis"))
                            .plan()
                            .probes())
                    .extracting(p -> p.node().orElse(""))
                    .containsExactly("node-1");
        }

        @Test
        void other_is_untestable_where_every_node_runs_one() {
            says(foregone(shop.deny(placed(Placement.OTHER), to("catalog"))), Status.UNTESTABLE, Reason.NOT_SUPPORTED);
        }

        private dev.netproof.model.Source placed(Placement placement) {
            return from("storefront", Map.of("app", "storefront"), Liveness.LIVE, placement);
        }
    }

    @Nested
    class Size {
        private Shop wide() {
            String[] nodes = java.util.stream.IntStream.range(0, 40)
                    .mapToObj(i -> "node-" + i)
                    .toArray(String[]::new);
            Shop wide = Shop.withNodes(nodes);
            for (int i = 0; i < nodes.length; i++) {
                wide.pod("storefront", "10.0.1." + i, nodes[i], 8080).pod("catalog", "10.0.2." + i, nodes[i], 8080);
            }
            return wide.service("catalog", "10.96.0.2", 80, 8080)
                    .deny(
                            from("storefront", Map.of("app", "storefront"), Source.Liveness.LIVE, Placement.EACH),
                            to("catalog"));
        }

        private PlanTerms most(int probes, int paths) {
            return new PlanTerms(
                    LocalDate.of(2026, 1, 1),
                    5,
                    PlanTerms.Published.REFUSE,
                    Optional.empty(),
                    Map.of(),
                    new PlanTerms.Most(probes, paths));
        }

        @Test
        void of_a_probe_on_every_node_is_within_bounds_or_refused_before_it_is_made() {
            assertThat(wide().plan(most(40, 10_000)).refusals()).isEmpty();
            Plan plan = wide().plan(most(39, 10_000));

            assertThat(plan.probes()).isEmpty();
            assertThat(plan.refusals()).singleElement().satisfies(refusal -> {
                assertThat(refusal.exit()).isEqualTo(Exit.BAD_INPUT);
                assertThat(refusal.problem())
                        .contains("shop.yaml:")
                        .contains("needs 40 probe pods, more than the limit of 39");
                assertThat(refusal.fix()).contains("--max-probes 40");
            });
        }

        @Test
        void of_all_paths_is_within_bounds_or_refused_before_they_are_made() {
            // 40 nodes try 40 pods, a Service's address and its name.
            assertThat(wide().plan(most(40, 1680)).refusals()).isEmpty();
            Plan plan = wide().plan(most(40, 1679));

            assertThat(plan.checks())
                    .allSatisfy(check -> assertThat(check.paths()).isEmpty());
            assertThat(plan.refusals()).singleElement().satisfies(refusal -> {
                assertThat(refusal.exit()).isEqualTo(Exit.BAD_INPUT);
                assertThat(refusal.problem())
                        .contains("shop.yaml:")
                        .contains("needs 1,680 paths, more than the limit of 1,679");
                assertThat(refusal.fix()).contains("--max-paths 1680");
            });
        }

        @Test
        void counts_a_probe_once_however_many_checks_it_makes() {
            Shop wide = wide();
            wide.allow(from("storefront"), to("catalog"));

            assertThat(wide.plan(most(41, 10_000)).refusals()).isEmpty();
        }
    }

    @Nested
    class Exceptions {
        @ParameterizedTest
        @CsvSource({"2025-12-31, true", "2026-01-01, false", "2026-01-02, false"})
        void fail_from_the_day_after_their_last(LocalDate last, boolean expired) {
            Check.Terms terms = new Check.Terms("cut-over", "orders-team", Optional.of("PAY-1"), last);

            PlannedCheck check = only(shop.check(
                    from("storefront"), Expectation.ALLOW, to("catalog"), Check.Origin.EXCEPTION, Optional.of(terms)));

            assertThat(check.foregone().map(Verdict::reason).equals(Optional.of(Reason.EXCEPTION_EXPIRED)))
                    .isEqualTo(expired);
        }
    }

    @Test
    void an_existing_pod_as_source_gets_a_twin_with_its_labels_on_its_node() {
        Shop shop = Shop.withNodes("node-1", "node-2")
                .pod("web", "10.0.2.7", "node-2", 8080)
                .pod("catalog", "10.0.1.1", "node-1", 8080)
                .service("catalog", "10.96.0.2", 80, 8080);
        dev.netproof.model.Source pod = new dev.netproof.model.Source(
                "pod/web-7",
                Shop.NAMESPACE,
                new Identity.ExistingPod("web-7"),
                Optional.empty(),
                Liveness.LIVE,
                Placement.ANY,
                new dev.netproof.model.Location("shop.yaml", 1, 1));

        Plan plan = shop.deny(pod, to(new Target.Service("shop", "catalog"), Optional.empty(), Protocol.TCP))
                .plan();

        assertThat(plan.probes()).singleElement().satisfies(probe -> {
            assertThat(probe.labels()).containsEntry("app", "web");
            assertThat(probe.node()).contains("node-2");
        });
    }

    @Nested
    class Addresses_of_two_families {
        private final Shop dual = Shop.withNodes("node-1", "node-2")
                .pod("storefront", "10.0.1.1", "node-1", 8080)
                .dualPod("api", "10.0.2.5", "fd00:2::5", "node-2", 8080);

        private List<String> endpoints(Shop shop) {
            return only(shop).paths().stream()
                    .map(one -> one.path().kind() + " " + one.path().endpoint())
                    .toList();
        }

        @Test
        void of_a_service_are_all_its_addresses_each_with_the_pods_of_its_family() {
            dual.dualService("api", "10.96.0.5", "fd00:96::5", 80, 8080);

            PlannedCheck check = only(dual.deny(from("storefront"), to("api")));

            assertThat(check.paths())
                    .extracting(
                            planned ->
                                    planned.path().kind() + " " + planned.path().endpoint(),
                            planned ->
                                    planned.backends().stream().map(Backend::ip).toList())
                    .containsExactly(
                            Tuple.tuple("VIP 10.96.0.5:80", List.of("10.0.2.5")),
                            Tuple.tuple("VIP [fd00:96::5]:80", List.of("fd00:2::5")),
                            Tuple.tuple("POD 10.0.2.5:8080", List.of("10.0.2.5")),
                            Tuple.tuple("POD [fd00:2::5]:8080", List.of("fd00:2::5")));
        }

        @Test
        void of_a_name_are_looked_up_once() {
            dual.dualService("api", "10.96.0.5", "fd00:96::5", 80, 8080);

            assertThat(dual.allow(from("storefront"), to("api")).plan().probes())
                    .singleElement()
                    .satisfies(probe -> assertThat(probe.attempts())
                            .hasSize(5)
                            .filteredOn(Attempt.Lookup.class::isInstance)
                            .hasSize(1));
        }

        @Test
        void of_a_service_of_one_family_are_those_of_that_family() {
            dual.service("api", "10.96.0.5", 80, 8080);

            assertThat(endpoints(dual.deny(from("storefront"), to("api"))))
                    .containsExactly("VIP 10.96.0.5:80", "POD 10.0.2.5:8080");
        }

        @Test
        void of_a_service_of_the_other_family_are_those_of_that_one() {
            dual.service("api", "fd00:96::5", 80, 8080);

            assertThat(endpoints(dual.deny(from("storefront"), to("api"))))
                    .containsExactly("VIP [fd00:96::5]:80", "POD [fd00:2::5]:8080");
        }

        @Test
        void of_a_headless_service_are_those_of_its_endpoint_slices() {
            dual.service(
                    "api", List.of(), new ServicePort(Optional.empty(), 80, new PortRef.Number(8080), Protocol.TCP));

            assertThat(endpoints(dual.deny(from("storefront"), to("api"))))
                    .containsExactly("POD 10.0.2.5:8080", "POD [fd00:2::5]:8080");
        }

        @Test
        void of_a_service_without_pods_in_one_of_them_are_tried_all_the_same() {
            Shop half = Shop.withNodes("node-1")
                    .pod("storefront", "10.0.1.1", "node-1", 8080)
                    .pod("api", "10.0.1.5", "node-1", 8080)
                    .dualService("api", "10.96.0.5", "fd00:96::5", 80, 8080);

            assertThat(endpoints(half.deny(from("storefront"), to("api"))))
                    .containsExactly("VIP 10.96.0.5:80", "VIP [fd00:96::5]:80", "POD 10.0.1.5:8080");
        }

        @Test
        void of_pods_are_all_of_them() {
            assertThat(endpoints(dual.deny(from("storefront"), to(pods("api"), Optional.empty(), Protocol.TCP))))
                    .containsExactly("POD 10.0.2.5:8080", "POD [fd00:2::5]:8080");
            assertThat(dual.plan().notes()).isEmpty();
        }

        @Test
        void of_a_pod_are_all_of_them() {
            assertThat(endpoints(dual.deny(
                            from("storefront"),
                            to(new Target.Pod("shop", "api-5"), Optional.of(new PortRef.Number(8080)), Protocol.TCP))))
                    .containsExactly("POD 10.0.2.5:8080", "POD [fd00:2::5]:8080");
        }

        @Test
        void can_be_pinned_to_one() {
            dual.dualService("api", "10.96.0.5", "fd00:96::5", 80, 8080);
            Destination service = over(Family.IPV6, to("api"));
            Destination pod = over(Family.IPV4, to(pods("api"), Optional.empty(), Protocol.TCP));

            assertThat(dual.allow(from("storefront"), service)
                            .deny(from("storefront"), pod)
                            .plan()
                            .checks())
                    .extracting(check -> check.paths().stream()
                            .map(planned -> planned.path().endpoint())
                            .toList())
                    .containsExactly(
                            List.of("api.shop", "[fd00:96::5]:80", "[fd00:2::5]:8080"), List.of("10.0.2.5:8080"));
            assertThat(dual.plan().probes().get(0).attempts()).contains(new Attempt.Lookup("api.shop", Family.IPV6));
        }

        @Test
        void that_are_pinned_and_not_there_are_no_destination() {
            dual.service("api", "10.96.0.5", 80, 8080);

            Verdict verdict = foregone(dual.deny(from("storefront"), over(Family.IPV6, to("api"))));

            says(verdict, Status.INCONCLUSIVE, Reason.NO_DESTINATION);
            assertThat(verdict.explanation()).isEqualTo("Service api has no IPv6 address, only IPv4");
            assertThat(verdict.fix())
                    .hasValueSatisfying(fix -> assertThat(fix).contains("family: IPv4 under destinations"));
        }

        @Test
        void that_no_pod_has_are_no_destination() {
            Verdict verdict = foregone(
                    dual.deny(from("api"), over(Family.IPV6, to(pods("storefront"), Optional.empty(), Protocol.TCP))));

            says(verdict, Status.INCONCLUSIVE, Reason.NO_DESTINATION);
            assertThat(verdict.explanation()).isEqualTo("pod storefront-1 has no IPv6 address, only IPv4");
        }

        @Test
        void that_some_pods_have_are_said_of_them_and_the_others_are_named() {
            dual.pod("api", "10.0.1.9", "node-1", 8080);

            Plan plan = dual.deny(
                            from("storefront"), over(Family.IPV6, to(pods("api"), Optional.empty(), Protocol.TCP)))
                    .plan();

            assertThat(backends(plan.checks().get(0))).extracting(Backend::ip).containsExactly("fd00:2::5");
            assertThat(plan.notes())
                    .singleElement(InstanceOfAssertFactories.STRING)
                    .startsWith("pod api-9 in namespace shop has no IPv6 address");
        }

        @Test
        void count_as_one_pod_where_pods_are_capped() {
            for (int i = 6; i < 12; i++) {
                dual.dualPod("api", "10.0.2." + i, "fd00:2::" + Integer.toHexString(i), "node-2", 8080);
            }
            dual.dualService("api", "10.96.0.5", "fd00:96::5", 80, 8080);

            List<Backend> chosen = backends(only(dual.deny(from("storefront"), to("api"))));

            assertThat(chosen).hasSize(10);
            assertThat(chosen.stream().map(b -> b.pod().orElseThrow().uid()).distinct())
                    .hasSize(5);
        }

        @Test
        void of_machines_outside_are_capped_in_each_family() {
            dual.handmade(
                    "legacy",
                    List.of("10.96.0.9", "fd00:96::9"),
                    80,
                    List.of(
                            "198.51.100.1",
                            "198.51.100.2",
                            "198.51.100.3",
                            "2001:db8::1",
                            "2001:db8::2",
                            "2001:db8::3"));

            assertThat(backends(only(dual.deny(from("storefront"), to("legacy")))))
                    .extracting(Backend::ip)
                    .contains("198.51.100.3", "2001:db8::3");
        }

        @Test
        void have_the_kubelets_probe_only_where_the_kubelet_connects() {
            Shop probed = Shop.withNodes("node-1")
                    .pod("storefront", "10.0.1.1", "node-1", 8080)
                    .probedDualPod("api", "10.0.2.5", "fd00:2::5", "node-1", 8080);

            assertThat(backends(only(probed.deny(from("storefront"), to(pods("api"), Optional.empty(), Protocol.TCP)))))
                    .extracting(
                            Backend::ip,
                            b -> b.pod().orElseThrow().kubeletProbed().isPresent())
                    .containsExactly(Tuple.tuple("10.0.2.5", true), Tuple.tuple("fd00:2::5", false));
        }

        @Test
        void of_nodes_are_not_those_that_no_pod_has() {
            Shop single = Shop.withNodes("node-1")
                    .pod("storefront", "10.0.1.1", "node-1", 8080)
                    .dualHostPod("exporter", "192.0.2.7", "2001:db8::7", "node-1", 9100);

            assertThat(endpoints(single.deny(from("storefront"), to(pods("exporter"), Optional.empty(), Protocol.TCP))))
                    .as("pods of one family cannot reach the node's other address, policy or not")
                    .containsExactly("POD 192.0.2.7:9100");
        }
    }

    @Nested
    class Outside {
        private final Target host = new Target.Host("example.com");
        private final Optional<PortRef> https = Optional.of(new PortRef.Number(443));

        @Test
        void a_host_is_tried_by_name_and_by_a_control() {
            Plan plan =
                    shop.deny(from("storefront"), to(host, https, Protocol.TCP)).plan();

            assertThat(plan.controls()).singleElement().satisfies(control -> {
                assertThat(control.namespace()).isEqualTo("netproof-RUN");
                assertThat(control.labels()).isEmpty();
                assertThat(control.attempts()).containsExactly(new Attempt.ByName("example.com", 443));
            });
            assertThat(plan.checks().get(0).paths())
                    .extracting(l -> l.path().kind())
                    .containsExactly(Path.Kind.LOOKUP);
        }

        @Test
        void a_host_is_resolved_in_each_family_that_pods_have_addresses_of() {
            shop.dualPod("dual", "10.0.1.7", "fd00:1::7", "node-1", 8080);

            Plan plan =
                    shop.deny(from("storefront"), to(host, https, Protocol.TCP)).plan();

            assertThat(plan.controls().get(0).attempts())
                    .containsExactly(
                            new Attempt.ByName("example.com", 443, Protocol.TCP, "", Optional.of(Family.IPV4)),
                            new Attempt.ByName("example.com", 443, Protocol.TCP, "", Optional.of(Family.IPV6)));
            assertThat(plan.probes().get(0).attempts())
                    .as("applications take whichever answers")
                    .containsExactly(new Attempt.ByName("example.com", 443));
        }

        @Test
        void a_host_that_is_pinned_to_a_family_is_resolved_in_that_one() {
            Plan plan = shop.deny(from("storefront"), over(Family.IPV6, to(host, https, Protocol.TCP)))
                    .plan(Shop.terms().resolved(Map.of("example.com", List.of("203.0.113.7", "2001:db8::7"))));

            Attempt byName = new Attempt.ByName("example.com", 443, Protocol.TCP, "", Optional.of(Family.IPV6));
            assertThat(plan.controls().get(0).attempts()).containsExactly(byName);
            assertThat(plan.probes().get(0).attempts())
                    .containsExactly(byName, new Attempt.Connect("2001:db8::7", 443));
        }

        @Test
        void a_host_is_tried_at_each_address_that_is_known() {
            assertThat(shop.deny(from("storefront"), to(host, https, Protocol.TCP))
                            .plan(Shop.terms().resolved(Map.of("example.com", List.of("203.0.113.7", "2001:db8::7"))))
                            .checks()
                            .get(0)
                            .paths())
                    .extracting(planned -> planned.path().endpoint())
                    .containsExactly("example.com", "203.0.113.7:443", "[2001:db8::7]:443");
        }

        @Test
        void a_host_whose_address_is_known_is_tried_by_address_too() {
            PlannedCheck check = shop.deny(from("storefront"), to(host, https, Protocol.TCP))
                    .plan(Shop.terms().resolved(Map.of("example.com", List.of("203.0.113.7"))))
                    .checks()
                    .get(0);

            assertThat(check.paths())
                    .extracting(l -> l.path().kind(), l -> l.path().endpoint())
                    .containsExactly(
                            Tuple.tuple(Path.Kind.LOOKUP, "example.com"),
                            Tuple.tuple(Path.Kind.ADDRESS, "203.0.113.7:443"));
            assertThat(check.paths().get(1).backends().get(0).pod()).isEmpty();
        }

        @Test
        void an_address_needs_a_control_too() {
            Plan plan = shop.deny(from("storefront"), to(new Target.Ip("203.0.113.7"), https, Protocol.TCP))
                    .plan();

            assertThat(plan.controls().get(0).attempts()).containsExactly(new Attempt.Connect("203.0.113.7", 443));
        }

        @Test
        void what_is_inside_needs_no_control_of_its_own() {
            assertThat(shop.deny(from("storefront"), to("catalog")).plan().controls())
                    .isEmpty();
        }
    }

    private static Destination over(Family family, Destination any) {
        return new Destination(
                any.name(),
                any.target(),
                any.port(),
                any.protocol(),
                Optional.of(family),
                any.request(),
                any.location());
    }

    private static Target pods(String app) {
        return new Target.Pods("shop", Map.of("app", app));
    }

    private static PlannedCheck only(Shop shop) {
        List<PlannedCheck> checks = shop.plan().checks();
        assertThat(checks).hasSize(1);
        return checks.get(0);
    }

    private static Verdict foregone(Shop shop) {
        PlannedCheck check = only(shop);
        assertThat(check.paths()).isEmpty();
        return check.foregone().orElseThrow();
    }

    private static List<Backend> backends(PlannedCheck check) {
        return check.paths().stream()
                .flatMap(l -> l.backends().stream())
                .distinct()
                .toList();
    }

    private static void says(Verdict verdict, Status status, Reason reason) {
        assertThat(verdict)
                .extracting(Verdict::status, Verdict::reason)
                .as(verdict.explanation())
                .containsExactly(status, reason);
    }
}
