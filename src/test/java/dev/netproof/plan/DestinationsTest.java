package dev.netproof.plan;

import static dev.netproof.plan.Shop.from;
import static dev.netproof.plan.Shop.port;
import static dev.netproof.plan.Shop.to;
import static org.assertj.core.api.Assertions.assertThat;

import dev.netproof.model.Destination;
import dev.netproof.model.Identity;
import dev.netproof.model.Path;
import dev.netproof.model.Placement;
import dev.netproof.model.PortRef;
import dev.netproof.model.Protocol;
import dev.netproof.model.Source.Liveness;
import dev.netproof.model.Target;
import dev.netproof.model.Verdict;
import dev.netproof.model.Verdict.Reason;
import dev.netproof.model.WorkloadKind;
import dev.netproof.plan.ClusterFacts.Direction;
import dev.netproof.plan.ClusterFacts.Network;
import dev.netproof.plan.ClusterFacts.Policies;
import dev.netproof.plan.ClusterFacts.Policy;
import dev.netproof.plan.ClusterFacts.Readiness;
import dev.netproof.plan.ClusterFacts.ServicePort;
import dev.netproof.plan.ClusterFacts.Serving;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a destination is in a cluster as it really is. */
class DestinationsTest {
    private static final Optional<PortRef> HTTP = Optional.of(new PortRef.Number(8080));

    private final Shop shop = Shop.withNodes("node-1", "node-2").pod("front", "10.0.1.1", "node-1", 8080);

    @Nested
    class Groups_of_labels {
        private final Map<String, String> canary = Map.of("app", "api", "canary", "true");

        private Shop twenty() {
            IntStream.range(10, 30).forEach(i -> shop.pod("api", "10.0.2." + i, "node-2", 8080));
            return shop.made("api-29", "api", canary).service("api", "10.96.0.5", 80, 8080);
        }

        @Test
        void one_pod_of_twenty_that_a_policy_tells_apart_is_probed() {
            Plan plan = plan(twenty().deny(from("front"), to("api")), reading("canary"));

            assertThat(pods(plan.checks().get(0)))
                    .containsExactlyInAnyOrder("api-10", "api-11", "api-12", "api-13", "api-29");
            assertThat(plan.notes())
                    .contains("policies tell the pods of Service api in namespace shop apart: without canary (19 pods,"
                            + " probed: api-10, api-11, api-12, api-13); canary=true (1 pod, probed: api-29)");
        }

        @Test
        void a_label_that_no_policy_reads_makes_no_group() {
            Plan plan = plan(twenty().deny(from("front"), to("api")), reading("tier"));

            assertThat(pods(plan.checks().get(0))).doesNotContain("api-29").hasSize(5);
            assertThat(plan.notes()).noneMatch(note -> note.contains("apart"));
        }

        @Test
        void where_policies_may_not_be_read_every_label_counts() {
            Plan plan = plan(twenty().deny(from("front"), to("api")), Policies.UNKNOWN);

            assertThat(pods(plan.checks().get(0))).contains("api-29");
            assertThat(plan.notes()).anyMatch(note -> note.startsWith("policies may tell the pods of Service api"));
        }

        @Test
        void all_groups_are_probed_however_few_pods_are_asked_for() {
            PlanTerms one =
                    new PlanTerms(Shop.terms().today(), 1, PlanTerms.Published.REFUSE, Optional.empty(), Map.of());
            Shop labelled =
                    twenty().deny(from("front"), to(new Target.Pods("shop", Map.of("app", "api")), HTTP, Protocol.TCP));

            Plan plan = Planner.plan(labelled.matrices(), labelled.facts().with(reading("canary")), one);

            assertThat(pods(plan.checks().get(0))).containsExactlyInAnyOrder("api-10", "api-29");
        }

        private Policies reading(String label) {
            return new Policies(
                    List.of(new Policy(
                            "networking.k8s.io/v1",
                            "NetworkPolicy",
                            Optional.of("shop"),
                            "kept",
                            "uid",
                            "1",
                            "00",
                            Optional.of(Selector.of(Map.of(label, "true"))),
                            Set.of(Direction.INGRESS))),
                    Set.of());
        }

        private Plan plan(Shop planned, Policies policies) {
            return Planner.plan(planned.matrices(), planned.facts().with(policies), Shop.terms());
        }
    }

    @Nested
    class Workloads {
        private final Map<String, String> web = Map.of("app", "web");

        private Shop overlapping() {
            return shop.pod("web", "10.0.1.5", "node-1", 8080)
                    .pod("web", "10.0.2.6", "node-2", 8080)
                    .made("web-5", "web", web)
                    .made("web-6", "web-canary", web);
        }

        @Test
        void are_the_pods_that_they_own_and_not_all_that_their_selector_matches() {
            Plan plan = overlapping()
                    .workload(deployment("web"))
                    .deny(from("front"), deploy("web"))
                    .plan();

            assertThat(pods(plan.checks().get(0))).containsExactly("web-5");
            assertThat(plan.notes())
                    .contains(
                            "the selector of Deployment web in namespace shop also matches web-6, which it does not own:"
                                    + " they are left out");
        }

        @Test
        void that_own_no_pod_are_no_denial() {
            Verdict verdict =
                    foregone(overlapping().workload(deployment("web-blue")).deny(from("front"), deploy("web-blue")));

            assertThat(verdict.reason()).isEqualTo(Reason.NO_BACKEND);
            assertThat(verdict.explanation()).isEqualTo("Deployment web-blue in namespace shop has no ready pod");
            assertThat(verdict.fix())
                    .hasValueSatisfying(
                            fix -> assertThat(fix).startsWith("without a ready pod nothing can be reached"));
        }

        @Test
        void whose_pods_are_not_ready_may_be_reachable_all_the_same() {
            shop.pod("web", "10.0.1.5", "node-1", Readiness.NOT_READY, List.of(), port(8080))
                    .made("web-5", "web", web)
                    .workload(deployment("web"));

            Verdict verdict = foregone(shop.deny(from("front"), deploy("web")));

            assertThat(verdict.explanation()).endsWith("has no ready pod (1 not ready)");
            assertThat(verdict.fix())
                    .hasValueSatisfying(fix -> assertThat(fix)
                            .contains("may still answer at its own address")
                            .doesNotContain("nobody can be reached"));
        }

        private ClusterFacts.Workload deployment(String name) {
            return new ClusterFacts.Workload(
                    WorkloadKind.DEPLOYMENT,
                    "shop",
                    name,
                    Selector.of(web),
                    web,
                    Optional.empty(),
                    Map.of(),
                    List.of(),
                    Network.POD);
        }

        private Destination deploy(String name) {
            return to(new Target.Workload("shop", WorkloadKind.DEPLOYMENT, name), HTTP, Protocol.TCP);
        }
    }

    @Nested
    class Services {
        private Shop cache() {
            return shop.pod("cache", "10.0.1.5", "node-1", 8080)
                    .pod("cache", "10.0.1.6", "node-1", 8080)
                    .pod("cache", "10.0.2.7", "node-2", 8080)
                    .service("cache", "10.96.0.5", 80, 8080);
        }

        @Test
        void lead_to_what_terminates_and_still_serves_only_while_nothing_is_ready() {
            cache().endpoint("cache", "10.0.1.5", Serving.WHILE_TERMINATING).endpoint("cache", "10.0.1.6", Serving.NOT);
            assertThat(endpoints(shop.deny(from("front"), to("cache"))))
                    .containsExactly("VIP 10.96.0.5:80", "POD 10.0.2.7:8080");

            shop.endpoint("cache", "10.0.2.7", Serving.NOT);
            assertThat(endpoints(shop)).containsExactly("VIP 10.96.0.5:80", "POD 10.0.1.5:8080");
            assertThat(shop.plan().notes())
                    .contains(
                            "Service cache in namespace shop sends traffic to 1 terminating endpoint that still serves, because no other endpoint is ready");
        }

        @Test
        void without_an_endpoint_that_serves_lead_nowhere_though_their_pods_may_answer() {
            cache();
            List.of("10.0.1.5", "10.0.1.6", "10.0.2.7").forEach(ip -> shop.endpoint("cache", ip, Serving.NOT));

            Verdict verdict = foregone(shop.deny(from("front"), to("cache")));

            assertThat(verdict.reason()).isEqualTo(Reason.NO_BACKEND);
            assertThat(verdict.explanation()).isEqualTo("Service cache has no ready pod (3 not ready)");
            assertThat(verdict.fix())
                    .hasValueSatisfying(fix -> assertThat(fix)
                            .startsWith("the Service leads nowhere, with or without a policy")
                            .endsWith("its pods may answer at their own addresses meanwhile"));
        }

        @Test
        void with_local_traffic_lead_to_the_pods_of_the_senders_node() {
            PlannedPath vip =
                    cache()
                            .localTraffic("cache")
                            .allow(from("front"), to("cache"))
                            .plan()
                            .checks()
                            .get(0)
                            .paths()
                            .stream()
                            .filter(path -> path.path().kind() == Path.Kind.VIP)
                            .findFirst()
                            .orElseThrow();

            assertThat(ips(vip)).containsExactlyInAnyOrder("10.0.1.5", "10.0.1.6", "10.0.2.7");
            assertThat(ips(vip.from("node-1"))).containsExactly("10.0.1.5", "10.0.1.6");
            assertThat(ips(vip.from("node-2"))).containsExactly("10.0.2.7");
            assertThat(vip.from("node-2").leadsNowhere()).isFalse();
            assertThat(vip.from("node-3").leadsNowhere()).isTrue();
        }

        @Test
        void with_local_traffic_fall_back_to_what_terminates_on_each_node_by_itself() {
            cache().localTraffic("cache").endpoint("cache", "10.0.2.7", Serving.WHILE_TERMINATING);

            assertThat(endpoints(shop.allow(from("front"), to("cache"))))
                    .as("node-1 has ready ones, node-2 has none")
                    .contains("POD 10.0.2.7:8080");
        }

        @Test
        void with_local_traffic_are_denied_from_a_node_that_they_lead_anywhere_from() {
            Shop local = Shop.withNodes("node-1", "node-2")
                    .pod("front", "10.0.1.1", "node-1", 8080)
                    .pod("cache", "10.0.2.7", "node-2", 8080)
                    .service("cache", "10.96.0.5", 80, 8080)
                    .localTraffic("cache");

            Plan plan = local.deny(from("front"), to("cache"))
                    .allow(from("front"), to("cache"))
                    .deny(from("others", Map.of("app", "front"), Liveness.LIVE, Placement.OTHER), to("cache"))
                    .plan();

            assertThat(plan.probes())
                    .extracting(ProbePod::node)
                    .containsExactly(Optional.of("node-2"), Optional.empty(), Optional.of("node-1"));
        }

        @Test
        void with_local_traffic_are_denied_to_a_pod_that_is_a_source_from_its_own_node() {
            Shop local = Shop.withNodes("node-1", "node-2")
                    .pod("front", "10.0.1.1", "node-1", 8080)
                    .pod("cache", "10.0.2.7", "node-2", 8080)
                    .service("cache", "10.96.0.5", 80, 8080)
                    .localTraffic("cache");

            Plan plan = local.deny(
                            from("pod/front-1", new Identity.ExistingPod("front-1"), Liveness.LIVE, Placement.ANY),
                            to("cache"))
                    .plan();

            assertThat(plan.probes()).extracting(ProbePod::node).containsExactly(Optional.of("node-1"));
        }

        @Test
        void lead_to_the_port_that_each_slice_says() {
            ServicePort http = new ServicePort(Optional.of("http"), 80, new PortRef.Name("web"), Protocol.TCP);
            shop.pod("web", "10.0.1.5", "node-1", Readiness.READY, List.of(), port("web", 8080, Protocol.TCP))
                    .pod("web", "10.0.2.6", "node-2", Readiness.READY, List.of(), port("web", 9090, Protocol.TCP))
                    .service("web", List.of("10.96.0.6"), http);

            assertThat(endpoints(shop.deny(from("front"), to("web"))))
                    .containsExactly("VIP 10.96.0.6:80", "POD 10.0.1.5:8080", "POD 10.0.2.6:9090");
        }

        @Test
        void in_the_middle_of_a_rollout_are_probed_at_each_port_that_their_pods_listen_on() {
            ServicePort http = new ServicePort(Optional.of("http"), 80, new PortRef.Name("web"), Protocol.TCP);
            IntStream.range(10, 30)
                    .forEach(i -> shop.pod(
                            "web",
                            "10.0.2." + i,
                            "node-2",
                            Readiness.READY,
                            List.of(),
                            port("web", i < 28 ? 8080 : 9090, Protocol.TCP)));
            shop.service("web", List.of("10.96.0.6"), http);

            assertThat(endpoints(shop.deny(from("front"), to("web"))))
                    .contains("POD 10.0.2.10:8080", "POD 10.0.2.28:9090")
                    .hasSize(6);
        }

        @Test
        void whose_endpoints_are_no_pods_have_a_control_of_their_own() {
            Plan plan = shop.handmade("legacy", List.of("10.96.0.9"), 80, List.of("198.51.100.10"))
                    .deny(from("front"), to("legacy"))
                    .plan();

            assertThat(endpoints(shop)).containsExactly("VIP 10.96.0.9:80", "ADDRESS 198.51.100.10:80");
            assertThat(plan.controls())
                    .singleElement()
                    .satisfies(control ->
                            assertThat(control.attempts()).containsExactly(new Attempt.Connect("198.51.100.10", 80)));
        }

        @Test
        void without_selector_and_slices_say_so() {
            Verdict verdict = foregone(
                    shop.handmade("legacy", List.of("10.96.0.9"), 80, List.of()).deny(from("front"), to("legacy")));

            assertThat(verdict.reason()).isEqualTo(Reason.NO_BACKEND);
            assertThat(verdict.explanation())
                    .isEqualTo("Service legacy has no selector, and no EndpointSlice has an endpoint for it");
            assertThat(verdict.fix())
                    .hasValueSatisfying(fix -> assertThat(fix).endsWith("kubernetes.io/service-name: legacy"));
        }
    }

    @Nested
    class ExternalNames {
        private final ServicePort https =
                new ServicePort(Optional.of("https"), 443, new PortRef.Number(443), Protocol.TCP);

        @Test
        void are_hosts_with_a_control() {
            shop.external("pay", "pay.example.com", https).deny(from("front"), to("pay"));

            Plan plan = shop.plan(Shop.terms().resolved(Map.of("pay.example.com", List.of("203.0.113.7"))));

            assertThat(plan.controls().get(0).attempts()).containsExactly(new Attempt.ByName("pay.example.com", 443));
            assertThat(plan.checks().get(0).paths())
                    .extracting(p -> p.path().kind(), p -> p.path().endpoint())
                    .containsExactly(
                            Tuple.tuple(Path.Kind.LOOKUP, "pay.example.com"),
                            Tuple.tuple(Path.Kind.ADDRESS, "203.0.113.7:443"));
            assertThat(plan.notes())
                    .contains("Service pay in namespace shop is of type ExternalName: the result is about the host"
                            + " pay.example.com");
        }

        @Test
        void have_the_port_that_the_matrix_says_or_the_only_one_that_they_list() {
            shop.external("pay", "pay.example.com", https);

            assertThat(tried(to("pay", 8443))).isEqualTo(8443);
            assertThat(tried(to("pay"))).isEqualTo(443);
            assertThat(tried(to(
                            new Target.Service("shop", "pay"), Optional.of(new PortRef.Name("https")), Protocol.TCP)))
                    .isEqualTo(443);
        }

        @Test
        void without_a_port_that_is_known_are_no_destination() {
            shop.external("pay", "pay.example.com");

            assertThat(foregone(shop.deny(from("front"), to("pay"))).explanation())
                    .isEqualTo(
                            "Service pay in namespace shop is of type ExternalName (pay.example.com) and needs a port number");
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "db.data.svc",
                    "db.data.svc.cluster.local",
                    "DB.data.SVC.Cluster.Local.",
                    "db-0.db.data.svc.cluster.local"
                })
        void that_are_names_of_the_cluster_hide_pods_that_must_be_probed(String name) {
            Verdict verdict = foregone(shop.external("pay", name, https).deny(from("front"), to("pay")));

            assertThat(verdict.status()).isEqualTo(Verdict.Status.INCONCLUSIVE);
            assertThat(verdict.reason()).isEqualTo(Reason.NO_DESTINATION);
            assertThat(verdict.explanation())
                    .isEqualTo("Service pay in namespace shop is of type ExternalName and leads to " + name
                            + ", which is a name of the cluster");
            assertThat(verdict.fix())
                    .contains("write data/svc/db instead: behind a name of the cluster there are pods, and each is"
                            + " probed");
        }

        private int tried(Destination destination) {
            return Planner.plan(
                            Shop.withNodes().allow(from("front"), destination).matrices(), shop.facts(), Shop.terms())
                    .checks()
                    .get(0)
                    .paths()
                    .get(0)
                    .path()
                    .port();
        }
    }

    @Nested
    class Hosts {
        @Test
        void that_are_names_of_the_cluster_hide_pods_that_must_be_probed() {
            Verdict verdict = foregone(shop.deny(from("front"), host("db.data.svc.cluster.local")));

            assertThat(verdict.status()).isEqualTo(Verdict.Status.INCONCLUSIVE);
            assertThat(verdict.reason()).isEqualTo(Reason.NO_DESTINATION);
            assertThat(verdict.explanation()).isEqualTo("db.data.svc.cluster.local is a name of the cluster");
            assertThat(verdict.fix())
                    .contains("write data/svc/db instead: behind a name of the cluster there are pods, and each is"
                            + " probed");
        }

        @Test
        void that_look_like_names_of_a_cluster_with_another_domain_may_be_outside_it() {
            assertThat(foregone(shop.deny(from("front"), host("db.data.svc.example.com")))
                            .fix())
                    .contains(
                            "write data/svc/db instead: behind a name of the cluster there are pods, and each is"
                                    + " probed; if it is a host outside the cluster, write its address, as in ip/192.0.2.1:443");
        }

        @Test
        void that_are_short_names_of_a_service_that_is_there_hide_pods_too() {
            shop.service("cache", "10.96.0.5", 80, 8080);

            assertThat(foregone(shop.deny(from("front"), host("cache.shop"))).fix())
                    .contains("write shop/svc/cache instead: behind a name of the cluster there are pods, and each is"
                            + " probed");
        }

        @ParameterizedTest
        @ValueSource(strings = {"example.com", "svc.example.com", "api.svc.example.com", "pay.shop"})
        void that_are_no_names_of_the_cluster_are_tried(String name) {
            assertThat(shop.deny(from("front"), host(name))
                            .plan()
                            .checks()
                            .get(0)
                            .foregone())
                    .isEmpty();
        }

        private Destination host(String name) {
            return to(new Target.Host(name), HTTP, Protocol.TCP);
        }
    }

    @Nested
    class ContainerPorts {
        @Test
        void of_one_name_are_the_first_that_a_container_declares() {
            shop.pod(
                    "api",
                    "10.0.1.5",
                    "node-1",
                    Readiness.READY,
                    List.of(),
                    port("http", 8080, Protocol.TCP),
                    port("http", 9090, Protocol.TCP));
            shop.deny(from("front"), api(Optional.of(new PortRef.Name("http"))));

            assertThat(endpoints(shop)).containsExactly("POD 10.0.1.5:8080");
            assertThat(shop.plan().notes())
                    .contains(
                            "pod api-5 in namespace shop has several ports named http: netproof tries the first, 8080, as a Service does, not 9090");
        }

        @Test
        void that_two_containers_declare_alike_are_one() {
            shop.pod("api", "10.0.1.5", "node-1", Readiness.READY, List.of(), port(8080), port(8080));

            assertThat(endpoints(shop.deny(from("front"), api(Optional.empty()))))
                    .containsExactly("POD 10.0.1.5:8080");
            assertThat(shop.plan().notes()).noneMatch(note -> note.contains("several ports"));
        }

        private Destination api(Optional<PortRef> port) {
            return to(new Target.Pods("shop", Map.of("app", "api")), port, Protocol.TCP);
        }
    }

    private static List<String> endpoints(Shop shop) {
        return shop.plan().checks().get(0).paths().stream()
                .filter(path -> path.path().kind() != Path.Kind.LOOKUP)
                .map(path -> path.path().kind() + " " + path.path().endpoint())
                .toList();
    }

    private static List<String> ips(PlannedPath path) {
        return path.backends().stream().map(Backend::ip).toList();
    }

    private static List<String> pods(PlannedCheck check) {
        return check.paths().stream()
                .flatMap(path -> path.path().targetPod().stream())
                .toList();
    }

    private static Verdict foregone(Shop shop) {
        return shop.plan().checks().get(0).foregone().orElseThrow();
    }
}
