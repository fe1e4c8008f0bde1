package dev.netproof.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.netproof.Hostile;
import dev.netproof.matrix.MatrixReader;
import dev.netproof.matrix.MatrixReading;
import dev.netproof.model.Check;
import dev.netproof.model.PortRef;
import dev.netproof.model.Protocol;
import dev.netproof.model.WorkloadKind;
import dev.netproof.plan.ClusterFacts.ContainerPort;
import dev.netproof.plan.ClusterFacts.Endpoint;
import dev.netproof.plan.ClusterFacts.Network;
import dev.netproof.plan.ClusterFacts.Pod;
import dev.netproof.plan.ClusterFacts.Publishing;
import dev.netproof.plan.ClusterFacts.Readiness;
import dev.netproof.plan.ClusterFacts.Service;
import dev.netproof.plan.ClusterFacts.ServicePort;
import dev.netproof.plan.ClusterFacts.Serving;
import dev.netproof.plan.ClusterFacts.Workload;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What init writes can be run at once, and asks about every workload and every Service. */
final class StarterMatrixTest {
    private static final ClusterFacts FACTS = new ClusterFacts(
            Map.of("shop", ClusterFacts.Existence.PRESENT),
            List.of(),
            List.of(service("web", 80), service("database", 5432, 9187), headless()),
            List.of(workload(WorkloadKind.DEPLOYMENT, "web"), workload(WorkloadKind.STATEFUL_SET, "database")),
            List.of(),
            List.of(),
            Set.of());

    @Test
    void is_read_without_a_diagnostic() {
        MatrixReading reading = MatrixReader.of(LocalDate.of(2026, 11, 21), "default")
                .readText("shop.yaml", text(FACTS).getBytes(StandardCharsets.UTF_8));

        assertThat(reading.diagnostics()).isEmpty();
        assertThat(reading.matrices().get(0).name()).isEqualTo("shop");
    }

    /** No API server has such names; one that says so all the same writes nothing into the matrix. */
    @Test
    void a_name_that_is_none_is_left_out() {
        List<Service> services = new ArrayList<>(FACTS.services());
        List<Workload> workloads = new ArrayList<>(FACTS.workloads());
        for (String attack : Hostile.TEXTS) {
            services.add(service(attack, 80));
            workloads.add(workload(WorkloadKind.DEPLOYMENT, attack));
            workloads.add(workload(WorkloadKind.CRON_JOB, attack));
        }
        for (String attack : Hostile.TEXTS) {
            services.add(external(attack, "example.com"));
            services.add(external("x", attack));
        }
        ClusterFacts hostile =
                new ClusterFacts(FACTS.namespaces(), List.of(), services, workloads, List.of(), List.of(), Set.of());

        assertThat(grid(hostile)).isEqualTo(grid(FACTS));
        assertThat(StarterMatrix.of(hostile, "shop").comments())
                .allMatch(comment -> comment.equals("svc/x: ExternalName, without a host name")
                        || comment.equals("svc/elsewhere: it has no ports and no selector"));
        assertThatThrownBy(() -> StarterMatrix.of(hostile, "shop\nkind: Other"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void asks_for_every_pair_except_a_workloads_own_service() {
        MatrixReading reading = MatrixReader.of(LocalDate.of(2026, 11, 21), "default")
                .readText("shop.yaml", text(FACTS).getBytes(StandardCharsets.UTF_8));

        assertThat(reading.matrices().get(0).checks())
                .extracting(Check::sentence)
                .containsExactlyInAnyOrder(
                        "sts/database → svc/web is denied",
                        "sts/database → dns:53 is allowed",
                        "deploy/web → svc/database:5432 is denied",
                        "deploy/web → svc/database:9187 is denied",
                        "deploy/web → dns:53 is allowed",
                        "stranger → svc/database:5432 is denied",
                        "stranger → svc/database:9187 is denied",
                        "stranger → svc/web is denied",
                        "stranger → dns:53 is allowed");
    }

    private static Workload workload(WorkloadKind kind, String name) {
        return new Workload(
                kind,
                "shop",
                name,
                Selector.of(Map.of("app", name)),
                Map.of("app", name),
                Optional.empty(),
                Map.of(),
                List.of(),
                ClusterFacts.Network.POD);
    }

    private static Service service(String name, int... ports) {
        List<ServicePort> all = java.util.Arrays.stream(ports)
                .mapToObj(
                        port -> new ServicePort(Optional.of("p" + port), port, new PortRef.Number(port), Protocol.TCP))
                .toList();
        return new Service(
                "shop", name, Map.of("app", name), List.of("10.96.0.1"), all, Publishing.READY_ONLY, List.of());
    }

    /** A Service without a selector has no pods of its own to ask about. */
    private static Service headless() {
        return new Service("shop", "elsewhere", Map.of(), List.of(), List.of(), Publishing.READY_ONLY, List.of());
    }

    private static Service external(String name, String host) {
        return new Service(
                "shop",
                name,
                Map.of(),
                List.of(),
                List.of(),
                Publishing.READY_ONLY,
                List.of(),
                ClusterFacts.InternalTraffic.CLUSTER,
                Optional.of(host));
    }

    private static String text(ClusterFacts facts) {
        return StarterMatrix.of(facts, "shop").text();
    }

    private static String grid(ClusterFacts facts) {
        String text = text(facts);
        return text.substring(text.indexOf("grid:"));
    }

    /** A namespace with everything that Kubernetes accepts and other generators stumble over. */
    @Nested
    class OfAnOddNamespace {
        private final ClusterFacts facts = new ClusterFacts(
                FACTS.namespaces(),
                List.of(pod("db", port("sql", 5432, Protocol.TCP))),
                List.of(
                        service("db"),
                        service("bare"),
                        service(
                                "web",
                                new ServicePort(Optional.of("http"), 80, new PortRef.Name("http"), Protocol.TCP),
                                new ServicePort(Optional.of("dns-tcp"), 53, new PortRef.Number(8080), Protocol.TCP),
                                new ServicePort(Optional.of("dns-udp"), 53, new PortRef.Number(8081), Protocol.UDP)),
                        service("syslog", numbered(514, Protocol.UDP)),
                        service("diameter", numbered(3868, Protocol.SCTP)),
                        selectorless("legacy", List.of()),
                        selectorless(
                                "mainframe",
                                List.of(new Endpoint(
                                        "198.51.100.7",
                                        Optional.empty(),
                                        Optional.empty(),
                                        Serving.READY,
                                        Optional.empty(),
                                        80,
                                        Protocol.TCP))),
                        external("partner", "outside.example.com"),
                        service("agent", numbered(9101, Protocol.TCP))),
                List.of(
                        workload(WorkloadKind.STATEFUL_SET, "db"),
                        workload(WorkloadKind.DEPLOYMENT, "bare"),
                        workload(WorkloadKind.DEPLOYMENT, "web"),
                        workload(WorkloadKind.CRON_JOB, "nightly.import"),
                        workload(WorkloadKind.JOB, "migrate"),
                        hostNetwork(WorkloadKind.DAEMON_SET, "agent")),
                List.of(),
                List.of(),
                Set.of(
                        "list deployments in namespace shop",
                        "list cronjobs in namespace shop",
                        "list horizontalpodautoscalers in namespace shop"));
        private final StarterMatrix.Written written = StarterMatrix.of(facts, "shop");

        @Test
        void is_read_without_a_diagnostic() {
            assertThat(read().diagnostics()).isEmpty();
        }

        /** Its Service has no ports, its pods declare one. */
        @Test
        void the_database_behind_a_service_without_ports_is_a_check() {
            assertThat(sentences()).contains("deploy/web → sts/db:5432 is denied", "stranger → sts/db:5432 is denied");
            assertThat(sentences()).noneMatch(sentence -> sentence.startsWith("sts/db → sts/db:5432"));
        }

        @Test
        void one_port_number_for_two_protocols_is_two_checks() {
            assertThat(sentences())
                    .contains(
                            "stranger → svc/web:80 is denied",
                            "stranger → svc/web:53 is denied",
                            "stranger → svc/web:53/udp is denied");
        }

        @Test
        void a_service_that_leads_out_of_the_cluster_is_a_check() {
            assertThat(sentences()).contains("deploy/web → svc/mainframe is denied");
        }

        /** A CronJob makes pods again, a Job does not. */
        @Test
        void a_cron_job_is_a_source() {
            assertThat(sentences()).contains("cronjob/nightly.import → svc/web:80 is denied");
            assertThat(sentences()).noneMatch(sentence -> sentence.startsWith("job/"));
        }

        @Test
        void what_cannot_be_a_check_is_a_comment_with_the_reason() {
            assertThat(written.comments())
                    .satisfiesExactlyInAnyOrder(
                            one -> assertThat(one).startsWith("svc/partner: ExternalName for outside.example.com"),
                            one -> assertThat(one).startsWith("svc/bare: it has no ports, and its pods declare none"),
                            one -> assertThat(one).startsWith("svc/syslog:514/udp: a UDP server"),
                            one -> assertThat(one).startsWith("svc/diameter:3868/sctp: SCTP needs"),
                            one -> assertThat(one).startsWith("svc/legacy: it has no selector and no endpoints"),
                            one -> assertThat(one)
                                    .startsWith("ds/agent as a source: its pods use their node's network"),
                            one -> assertThat(one).isEqualTo("not permitted to list cronjobs in namespace shop"),
                            one -> assertThat(one).isEqualTo("not permitted to list deployments in namespace shop"));
            assertThat(written.comments()).allMatch(comment -> written.text().contains("#   " + comment + "\n"));
        }

        /** It is a destination like others. */
        @Test
        void a_service_of_pods_in_their_nodes_network_is_a_check() {
            assertThat(sentences()).contains("deploy/web → svc/agent is denied");
            assertThat(sentences()).noneMatch(sentence -> sentence.startsWith("ds/agent"));
        }

        private MatrixReading read() {
            return MatrixReader.of(LocalDate.of(2026, 11, 21), "default")
                    .readText("shop.yaml", written.text().getBytes(StandardCharsets.UTF_8));
        }

        private List<String> sentences() {
            return read().matrices().get(0).checks().stream()
                    .map(Check::sentence)
                    .toList();
        }

        private static Service service(String name, ServicePort... ports) {
            return new Service(
                    "shop",
                    name,
                    Map.of("app", name),
                    List.of("10.96.0.1"),
                    List.of(ports),
                    Publishing.READY_ONLY,
                    List.of());
        }

        private static Service selectorless(String name, List<Endpoint> endpoints) {
            return new Service(
                    "shop",
                    name,
                    Map.of(),
                    List.of("10.96.0.1"),
                    List.of(numbered(80, Protocol.TCP)),
                    Publishing.READY_ONLY,
                    endpoints);
        }

        private static ServicePort numbered(int port, Protocol protocol) {
            return new ServicePort(Optional.empty(), port, new PortRef.Number(port), protocol);
        }

        private static ContainerPort port(String name, int number, Protocol protocol) {
            return new ContainerPort(Optional.of(name), number, protocol);
        }

        private static Pod pod(String app, ContainerPort... ports) {
            return new Pod(
                    "shop",
                    app + "-0",
                    "uid-" + app,
                    Map.of("app", app),
                    List.of("10.0.0.7"),
                    Optional.of("node-1"),
                    Readiness.READY,
                    0,
                    List.of(ports),
                    List.of(),
                    Network.POD);
        }

        private static Workload hostNetwork(WorkloadKind kind, String name) {
            return new Workload(
                    kind,
                    "shop",
                    name,
                    Selector.of(Map.of("app", name)),
                    Map.of("app", name),
                    Optional.empty(),
                    Map.of(),
                    List.of(),
                    Network.NODE);
        }
    }
}
