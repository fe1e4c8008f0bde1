package dev.netproof.run;

import static dev.netproof.model.Outcome.CONNECTED;
import static dev.netproof.model.Outcome.REFUSED;
import static dev.netproof.model.Outcome.TIMEOUT;
import static dev.netproof.plan.Shop.from;
import static dev.netproof.plan.Shop.port;
import static dev.netproof.plan.Shop.to;
import static org.assertj.core.api.Assertions.assertThat;

import dev.netproof.inmemory.InMemoryCluster;
import dev.netproof.inmemory.InMemoryCluster.Network;
import dev.netproof.inmemory.Try;
import dev.netproof.judge.ConvergenceTerms;
import dev.netproof.kube.SessionTerms.Images;
import dev.netproof.model.CheckResult;
import dev.netproof.model.ControlGrade;
import dev.netproof.model.Destination;
import dev.netproof.model.Exit;
import dev.netproof.model.Outcome;
import dev.netproof.model.Path;
import dev.netproof.model.PathObservation;
import dev.netproof.model.Placement;
import dev.netproof.model.PortRef;
import dev.netproof.model.Protocol;
import dev.netproof.model.Report;
import dev.netproof.model.Source;
import dev.netproof.model.Source.Liveness;
import dev.netproof.model.Target;
import dev.netproof.plan.ClusterFacts.Readiness;
import dev.netproof.plan.ClusterFacts.ServicePort;
import dev.netproof.plan.ClusterFacts.Serving;
import dev.netproof.plan.Shop;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whole runs against Services and pods that are not the plain case: what is reported, and what is advised. */
class DestinationsAsTheyAreTest {
    private static final String VIP = "10.96.0.5";

    @Nested
    class Local_traffic {
        private final Shop shop = Shop.withNodes("node-1", "node-2")
                .pod("client", "10.0.1.1", "node-1", 8080)
                .pod("friend", "10.0.1.2", "node-1", 8080)
                .pod("cache", "10.0.1.5", "node-1", 8080)
                .service("cache", VIP, 80, 8080)
                .localTraffic("cache");

        private final Destination pods = to(
                new Target.Pods("shop", Map.of("app", "cache")), Optional.of(new PortRef.Number(8080)), Protocol.TCP);

        /** As kube-proxy has it, where no policy stops anything. */
        private Outcome proxied(Try attempt, Outcome silence) {
            boolean nowhere = attempt.ip().equals(VIP) && attempt.probe().node().equals(Optional.of("node-2"));
            return nowhere ? silence : CONNECTED;
        }

        @ParameterizedTest
        @EnumSource(
                value = Outcome.class,
                names = {"TIMEOUT", "REFUSED"})
        void that_finds_no_endpoint_on_the_node_is_a_violation_that_no_policy_is_blamed_for(Outcome silence) {
            Report report = run(shop.allow(client(Placement.EACH), to("cache")), t -> proxied(t, silence));

            says(report, Exit.VIOLATIONS, "FAIL NO_BACKEND");
            CheckResult check = report.results().get(0);
            assertThat(check.verdict().explanation())
                    .startsWith("the Service address 10.96.0.5:80")
                    .endsWith(
                            "from node-2: with internalTrafficPolicy: Local it leads to endpoints on the same node, and"
                                    + " there is no endpoint on node-2");
            assertThat(check.verdict().fix())
                    .hasValueSatisfying(fix -> assertThat(fix)
                            .contains("run a pod of the Service on node-2", "internalTrafficPolicy: Cluster")
                            .doesNotContain("Egress", "Ingress", "rule"));
            assertThat(grade(check, "node-2")).isEqualTo(ControlGrade.NONE);
        }

        @Test
        void from_a_node_with_an_endpoint_is_like_any_other() {
            says(
                    run(shop.allow(client(Placement.SAME), to("cache")), t -> proxied(t, TIMEOUT)),
                    Exit.CONFORMS,
                    "PASS CONNECTED");
        }

        @Test
        void that_leads_nowhere_is_no_denial_beside_an_open_pod() {
            Report report = run(shop.deny(client(Placement.EACH), to("cache")), t -> proxied(t, TIMEOUT));

            says(report, Exit.VIOLATIONS, "FAIL OPEN");
            assertThat(grade(report.results().get(0), "node-2")).isEqualTo(ControlGrade.NONE);
        }

        @Test
        void that_leads_nowhere_from_one_node_is_denied_where_it_leads_to_somebody() {
            says(
                    run(
                            shop.allow(from("friend"), pods).deny(client(Placement.EACH), to("cache")),
                            t -> t.from("client") ? TIMEOUT : CONNECTED),
                    Exit.CONFORMS,
                    "PASS CONNECTED",
                    "PASS DENIED");
        }

        @Test
        void that_leads_nowhere_at_all_is_not_known_to_be_denied() {
            Report report = run(
                    shop.allow(from("friend"), pods).deny(client(Placement.OTHER), to("cache")),
                    t -> t.from("client") ? TIMEOUT : CONNECTED);

            says(report, Exit.INCONCLUSIVE, "PASS CONNECTED", "INCONCLUSIVE NO_BACKEND");
            assertThat(report.results().get(1).verdict().explanation()).contains("from node-2, which is no denial");
        }

        @Test
        void that_an_engine_stops_beside_it_is_said_to_be_stopped() {
            Report report = run(
                    shop.allow(from("friend"), pods).allow(client(Placement.EACH), to("cache")),
                    t -> t.from("client") ? TIMEOUT : CONNECTED);

            says(report, Exit.VIOLATIONS, "PASS CONNECTED", "FAIL BLOCKED");
        }

        private Source client(Placement placement) {
            return from("client", Map.of("app", "client"), Liveness.LIVE, placement);
        }

        private ControlGrade grade(CheckResult check, String node) {
            return check.paths().stream()
                    .filter(seen -> seen.path().kind() == Path.Kind.VIP
                            && seen.path().sourceNode().equals(Optional.of(node)))
                    .map(PathObservation::control)
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Test
    void a_pod_that_terminates_and_still_serves_is_judged_like_any_other() {
        Shop shop = Shop.withNodes("node-1", "node-2")
                .pod("friend", "10.0.1.1", "node-1", 8080)
                .pod("client", "10.0.1.2", "node-1", 8080)
                .pod("api", "10.0.2.5", "node-2", Readiness.GONE, List.of(), port(8080))
                .service("api", VIP, 80, 8080)
                .endpoint("api", "10.0.2.5", Serving.WHILE_TERMINATING);

        Report report = run(
                shop.allow(from("friend"), to("api")).deny(from("client"), to("api")),
                t -> t.from("client") ? TIMEOUT : CONNECTED);

        says(report, Exit.CONFORMS, "PASS CONNECTED", "PASS DENIED");
        assertThat(report.notes()).anyMatch(note -> note.contains("terminating endpoint that still serves"));
    }

    @Test
    void an_external_name_is_denied_while_the_control_reaches_its_host() {
        ServicePort https = new ServicePort(Optional.of("https"), 443, new PortRef.Number(443), Protocol.TCP);
        Shop shop = Shop.withNodes("node-1")
                .pod("client", "10.0.1.2", "node-1", 8080)
                .external("pay", "pay.example.com", https);

        Report report = run(shop.deny(from("client"), to("pay")), t -> t.from("client") ? TIMEOUT : CONNECTED);

        says(report, Exit.CONFORMS, "PASS DENIED");
        assertThat(report.results().get(0).paths())
                .anySatisfy(path -> assertThat(path.path().endpoint()).isEqualTo("203.0.113.7:443"));
    }

    @Nested
    class Advice {
        @Test
        void names_the_port_of_the_service_and_the_one_that_policies_count() {
            Shop shop = Shop.withNodes("node-1", "node-2")
                    .pod("client", "10.0.1.1", "node-1", 8080)
                    .pod("friend", "10.0.1.2", "node-1", 8080)
                    .pod("web", "10.0.2.5", "node-2", 8080)
                    .service("web", VIP, 80, 8080);

            Report report = run(
                    shop.allow(from("friend"), to("web")).allow(from("client"), to("web")),
                    t -> t.from("client") ? TIMEOUT : CONNECTED);

            says(report, Exit.VIOLATIONS, "PASS CONNECTED", "FAIL BLOCKED");
            assertThat(fix(report, 1))
                    .endsWith("; port 80 of the Service is port 8080 on its endpoints: policies count 8080, not 80");
        }

        /** A fresh pod may get through once, before its rules arrive. */
        @Test
        void points_at_the_egress_of_a_source_that_reached_nothing_but_this_destination_before_it_was_stopped() {
            Shop shop = Shop.withNodes("node-1", "node-2")
                    .pod("client", "10.0.1.1", "node-1", 8080)
                    .pod("friend", "10.0.1.2", "node-1", 8080)
                    .pod("web", "10.0.2.5", "node-2", 8080)
                    .service("web", VIP, 80, 8080);

            Report report = run(
                    shop.allow(from("friend"), to("web")).allow(from("client"), to("web")),
                    t -> t.from("client") && t.round() > 1 ? TIMEOUT : CONNECTED);

            says(report, Exit.VIOLATIONS, "PASS CONNECTED", "FAIL BLOCKED");
            assertThat(fix(report, 1))
                    .startsWith(
                            "client reached nothing else in this run except name servers: look first at the Egress of"
                                    + " client");
        }

        @Test
        void says_nothing_of_ports_where_there_is_one_number() {
            Shop shop = Shop.withNodes("node-1", "node-2")
                    .pod("client", "10.0.1.1", "node-1", 8080)
                    .pod("friend", "10.0.1.2", "node-1", 8080)
                    .pod("web", "10.0.2.5", "node-2", 8080)
                    .service("web", VIP, 8080, 8080);

            Report report = run(
                    shop.allow(from("friend"), to("web")).allow(from("client"), to("web")),
                    t -> t.from("client") ? TIMEOUT : CONNECTED);

            assertThat(fix(report, 1)).doesNotContain("policies count");
        }

        @Test
        void is_an_ip_block_where_the_target_is_in_its_nodes_network() {
            Shop shop = Shop.withNodes("node-1", "node-2")
                    .pod("prom", "10.0.1.1", "node-1", 8080)
                    .pod("free", "10.0.1.2", "node-1", 8080)
                    .hostPod("exporter", "192.0.2.11", "node-1", 9100)
                    .hostPod("exporter", "192.0.2.12", "node-2", 9100);
            Destination exporter = to(
                    new Target.Pods("shop", Map.of("app", "exporter")),
                    Optional.of(new PortRef.Number(9100)),
                    Protocol.TCP);

            Report report = run(
                    shop.allow(from("free"), exporter).allow(from("prom"), exporter),
                    t -> t.from("prom") && t.ip().equals("192.0.2.12") ? TIMEOUT : CONNECTED);

            says(report, Exit.VIOLATIONS, "PASS CONNECTED", "FAIL BLOCKED");
            assertThat(fix(report, 1))
                    .isEqualTo("look at the Egress of prom: pod exporter-12 runs in its node's network, so that no"
                            + " podSelector matches it: the rule must name the node's address, as in ipBlock: {cidr:"
                            + " 192.0.2.12/32}, with port 9100");
        }

        @Test
        void names_the_other_nodes_too() {
            Shop shop = Shop.withNodes("node-1", "node-2")
                    .pod("prom", "10.0.1.1", "node-1", 8080)
                    .pod("free", "10.0.1.2", "node-1", 8080)
                    .hostPod("exporter", "192.0.2.11", "node-1", 9100)
                    .hostPod("exporter", "192.0.2.12", "node-2", 9100);
            Destination exporter = to(
                    new Target.Pods("shop", Map.of("app", "exporter")),
                    Optional.of(new PortRef.Number(9100)),
                    Protocol.TCP);

            Report report = run(
                    shop.allow(from("free"), exporter).allow(from("prom"), exporter),
                    t -> t.from("prom") ? TIMEOUT : CONNECTED);

            assertThat(fix(report, 1)).endsWith("{cidr: 192.0.2.11/32}, with port 9100; the same for 192.0.2.12");
        }

        @Test
        void is_an_ip_block_where_the_endpoint_is_no_pod() {
            Shop shop = Shop.withNodes("node-1")
                    .pod("client", "10.0.1.1", "node-1", 8080)
                    .handmade("legacy", List.of(VIP), 80, List.of("198.51.100.10"));

            Report report = run(shop.allow(from("client"), to("legacy")), t -> t.from("client") ? TIMEOUT : CONNECTED);

            says(report, Exit.VIOLATIONS, "FAIL BLOCKED");
            assertThat(fix(report, 0))
                    .isEqualTo("look at the Egress of client: 198.51.100.10:80 is no pod, so that no podSelector or"
                            + " namespaceSelector matches it: the rule must name the address, as in ipBlock: {cidr:"
                            + " 198.51.100.10/32}, with port 80");
        }

        @Test
        void is_not_needed_for_a_denial_that_only_the_control_of_the_run_proves() {
            Shop shop = Shop.withNodes("node-1")
                    .pod("client", "10.0.1.1", "node-1", 8080)
                    .handmade("legacy", List.of(VIP), 80, List.of("198.51.100.10"));

            says(
                    run(shop.deny(from("client"), to("legacy")), t -> t.from("client") ? REFUSED : CONNECTED),
                    Exit.CONFORMS,
                    "PASS DENIED");
        }
    }

    private static Report run(Shop shop, Network network) {
        InMemoryCluster cluster = new InMemoryCluster(shop, network);
        Report report = new Runner(
                        cluster,
                        new RunTerms(
                                "test",
                                Shop.terms(),
                                ConvergenceTerms.DEFAULT,
                                Duration.ofMinutes(5),
                                Duration.ofSeconds(3),
                                Images.DEFAULT),
                        Progress.NONE,
                        cluster.clock(),
                        Canary.NONE)
                .run(shop.matrices());
        assertThat(cluster.isClean()).isTrue();
        return report;
    }

    private static String fix(Report report, int check) {
        return report.results().get(check).verdict().fix().orElseThrow();
    }

    private static void says(Report report, Exit exit, String... verdicts) {
        assertThat(report.results().stream()
                        .map(result -> result.verdict().status() + " "
                                + result.verdict().reason()))
                .as(report.results().toString())
                .containsExactly(verdicts);
        assertThat(report.exit()).isEqualTo(exit);
    }
}
