package dev.netproof.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.netproof.live.Permissions.Permission;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Isolated;

/** What a run says of the cluster beside its matrix. */
@Isolated("the engine is everybody's")
@Timeout(value = 4, unit = TimeUnit.MINUTES)
final class CanaryIT {
    @RegisterExtension
    static final LiveCluster LIVE = LiveCluster.with("canary");

    private static final Accounts ACCOUNTS = new Accounts(LIVE);

    private static final String MATRIX = """
            checks:
              - {from: deploy/front, to: svc/web, expect: allow}
              - {from: stranger, to: svc/web, expect: deny}
            sources:
              stranger: {labels: {app: stranger}, synthetic: true}
            """;

    private static final String SHORT = "--deadline=8s";

    private static final String SENTENCE = "stranger → svc/web is denied";

    @BeforeAll
    static void aShop() {
        LIVE.apply(Manifests.server("web", 80, 8080), Manifests.client("front"), Manifests.admits("web", "front"));
        LIVE.awaitReady("web", "front");
    }

    @AfterEach
    void engineOn() {
        if (Lab.here()) {
            Lab.engine("on");
        }
        Checked.nothingStays(LIVE);
    }

    @AfterAll
    static void nothingIsLeft() {
        ACCOUNTS.remove();
        Checked.nothingIsLeft(LIVE);
    }

    private static Ran run(String... options) {
        return LIVE.run(MATRIX, options);
    }

    /** Who may run, and ask for what the enforcement check asks for, needs no more. */
    @Test
    void a_green_run_is_backed_by_proof_that_the_nodes_enforce() {
        List<Permission> may = Stream.of("run", "run-optional", "run-cluster", "enforcement")
                .flatMap(file -> Permissions.of(file).stream())
                .distinct()
                .toList();
        Ran ran = LIVE.run(
                        ACCOUNTS.everywhere("runs-with-canary", may),
                        LIVE.matrix(MATRIX),
                        LiveCluster.CANARY,
                        LiveCluster.OWN_NAMESPACE)
                .exits(0);
        ran.that(SENTENCE).is("PASS", "DENIED");
        assertThat(ran.report().at("/enforcement/verdict").asText()).isEqualTo("ENFORCED");
        assertThat(ran.report().at("/enforcement/profile").asText()).isEqualTo("CANARY");
    }

    @Test
    void the_canary_witnesses_and_the_control_of_an_outside_host_share_one_namespace() {
        Lab.needed("a host outside that may be contacted");
        Set<String> before = own();
        Set<String> created = ConcurrentHashMap.newKeySet();
        try (SharedIndexInformer<Namespace> watch =
                LIVE.client().namespaces().withLabel(LiveCluster.ROLE).inform(adding(created))) {
            Ran ran = LIVE.run("""
                    destinations:
                      outside: {ip: %s, port: 80}
                    checks:
                      - {from: stranger, to: svc/web, expect: deny}
                      - {from: deploy/front, to: outside, expect: allow}
                    sources:
                      stranger: {labels: {app: stranger}, synthetic: true}
                    """.formatted(Lab.OUTSIDE_IP), LiveCluster.CANARY, LiveCluster.OWN_NAMESPACE)
                    .exits(0);
            assertThat(ran.report().at("/enforcement/verdict").asText()).isEqualTo("ENFORCED");
            assertThat(watch.isWatching()).isTrue();
            created.removeAll(before);
            assertThat(created).hasSize(1);
            assertThat(ran.notes())
                    .contains("the control for outside addresses ran in namespace "
                            + created.iterator().next() + ", which the run made for it");
        }
        assertThat(LIVE.leftovers()).isEmpty();
    }

    private static ResourceEventHandler<Namespace> adding(Set<String> names) {
        return new ResourceEventHandler<>() {
            @Override
            public void onAdd(Namespace namespace) {
                names.add(namespace.getMetadata().getName());
            }

            @Override
            public void onUpdate(Namespace before, Namespace after) {
                // Known already.
            }

            @Override
            public void onDelete(Namespace namespace, boolean unknown) {
                // It was created all the same.
            }
        };
    }

    private static Set<String> own() {
        return LIVE.client().namespaces().withLabel(LiveCluster.ROLE).list().getItems().stream()
                .map(one -> one.getMetadata().getName())
                .collect(Collectors.toSet());
    }

    @Test
    void a_run_on_a_cluster_that_enforces_nothing_begins_with_that() {
        Lab.needed("an engine that can be switched off");
        Lab.engine("off");
        Ran ran = run(LiveCluster.CANARY, SHORT).exits(4);
        ran.that(SENTENCE).is("FAIL", "OPEN");
        assertThat(ran.out().lines().findFirst().orElse("")).startsWith("✗ NOT ENFORCED:");
    }

    @Test
    void a_run_on_a_cluster_of_which_one_node_enforces_nothing_names_that_node() {
        Lab.needed("an engine that can be switched off");
        Lab.engine("off", "node2");
        Ran ran = run(LiveCluster.CANARY, SHORT).exits(4);
        assertThat(ran.out().lines().findFirst().orElse(""))
                .startsWith("✗ PARTIAL:")
                .contains("not enforcing network policy on node2 (ingress and egress)");
    }

    @Test
    void a_run_on_a_cluster_that_enforces_ipv4_alone_begins_with_that() {
        Lab.needed("an engine with a rule for each family");
        Lab.during(
                () -> Lab.during(
                        () -> {
                            Ran ran = run(LiveCluster.CANARY, SHORT).exits(4);
                            assertThat(ran.out().lines().findFirst().orElse(""))
                                    .startsWith("✗ PARTIAL:")
                                    .contains("not enforcing network policy over IPv6 on node1 and node2");
                        },
                        "ipv6-open",
                        "on",
                        "node2"),
                "ipv6-open",
                "on",
                "node1");
    }

    /**
     * A policy that comes first lets everything through for a while, as an engine does whose rules take long to arrive: in the matrix's
     * namespace for the first rounds of its probes, in the canary's for six seconds after its policies.
     */
    @Test
    void rules_that_arrive_late_are_waited_for_as_long_as_the_canary_saw_them_take() {
        Lab.needed("an engine that knows policies for the whole cluster");
        String matrixs = letsThrough("late-matrix", "kubernetes.io/metadata.name: " + LIVE.namespace());
        String canarys = letsThrough("late-canary", LiveCluster.ROLE + ": ground");
        ScheduledExecutorService engine = Executors.newSingleThreadScheduledExecutor();
        try {
            Future<?> arriving = engine.submit(() -> {
                Checked.awaitPolicy(LIVE);
                Future<?> unused = engine.schedule(() -> remove(canarys), 6, TimeUnit.SECONDS);
            });
            Ran ran = LIVE.runWhile(
                            MATRIX,
                            3,
                            List.of("stranger"),
                            () -> remove(matrixs),
                            LiveCluster.CANARY,
                            "--settle=2s",
                            "--deadline=40s")
                    .exits(0);
            assertThat(arriving).isDone();
            Ran.Result denied = ran.that(SENTENCE).is("PASS", "DENIED");
            denied.says("let through for", "after start");
            ran.that("deploy/front → svc/web is allowed").is("PASS", "CONNECTED");
            assertThat(ran.report().at("/enforcement/verdict").asText()).isEqualTo("ENFORCED");
            assertThat(ran.notes())
                    .anySatisfy(note -> assertThat(note)
                            .matches(
                                    "rules took [6-9]\\.\\d s to arrive on node[12]: pods were given (9|1\\d)\\.\\d s to"
                                            + " settle instead of 2\\.0 s"));
        } finally {
            engine.shutdownNow();
            remove(matrixs);
            remove(canarys);
        }
    }

    private static String letsThrough(String name, String namespaces) {
        LIVE.client()
                .resource(Serialization.unmarshal("""
                        apiVersion: policy.networking.k8s.io/v1alpha2
                        kind: ClusterNetworkPolicy
                        metadata: {name: %s}
                        spec:
                          tier: Admin
                          priority: 20
                          subject: {namespaces: {matchLabels: {%s}}}
                          ingress: [{action: Accept, from: [{namespaces: {}}]}]
                          egress: [{action: Accept, to: [{namespaces: {}}]}]
                        """.formatted(name, namespaces), GenericKubernetesResource.class))
                .create();
        return name;
    }

    private static void remove(String policy) {
        LIVE.client()
                .genericKubernetesResources("policy.networking.k8s.io/v1alpha2", "ClusterNetworkPolicy")
                .withName(policy)
                .delete();
    }

    @Test
    void without_the_canary_nothing_is_said_of_the_cluster() {
        Ran ran = run().exits(0);
        assertThat(ran.report().has("enforcement")).isFalse();
    }
}
