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
import dev.netproof.plan.ClusterFacts.Publishing;
import dev.netproof.plan.ClusterFacts.Service;
import dev.netproof.plan.ClusterFacts.ServicePort;
import dev.netproof.plan.ClusterFacts.Workload;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
    void isReadWithoutADiagnostic() {
        MatrixReading reading = MatrixReader.of(LocalDate.of(2026, 11, 21), "default")
                .readText("shop.yaml", StarterMatrix.of(FACTS, "shop").getBytes(StandardCharsets.UTF_8));

        assertThat(reading.diagnostics()).isEmpty();
        assertThat(reading.matrices().get(0).name()).isEqualTo("shop");
    }

    /** No API server has such names; one that says so all the same writes nothing into the matrix. */
    @Test
    void aNameThatIsNoneIsLeftOut() {
        List<Service> services = new ArrayList<>(FACTS.services());
        List<Workload> workloads = new ArrayList<>(FACTS.workloads());
        for (String attack : Hostile.TEXTS) {
            services.add(service(attack, 80));
            workloads.add(workload(WorkloadKind.DEPLOYMENT, attack));
        }
        ClusterFacts hostile =
                new ClusterFacts(FACTS.namespaces(), List.of(), services, workloads, List.of(), List.of(), Set.of());

        assertThat(StarterMatrix.of(hostile, "shop")).isEqualTo(StarterMatrix.of(FACTS, "shop"));
        assertThatThrownBy(() -> StarterMatrix.of(hostile, "shop\nkind: Other"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void asksForEveryPairExceptAWorkloadsOwnService() {
        MatrixReading reading = MatrixReader.of(LocalDate.of(2026, 11, 21), "default")
                .readText("shop.yaml", StarterMatrix.of(FACTS, "shop").getBytes(StandardCharsets.UTF_8));

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
}
