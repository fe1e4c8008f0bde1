package dev.netproof.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Probes wear an application's labels, in a namespace that enforces the restricted standard, and disturb nothing. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
final class RestrictedIT {
    @RegisterExtension
    static final LiveCluster LIVE = LiveCluster.restricted("restricted");

    private static int agents;

    @BeforeAll
    static void workloads() {
        LIVE.apply(
                Manifests.server("db", 5432, 5432),
                Manifests.everywhere("agent", 80, 8080),
                // Selectors that a probe with the same labels matches: a Deployment's own would ask for its hash, too.
                Manifests.server("web", 80, 8080).replace("kind: Deployment", "kind: ReplicaSet"),
                """
                ---
                apiVersion: policy/v1
                kind: PodDisruptionBudget
                metadata: {name: web-budget}
                spec: {maxUnavailable: 1, selector: {matchLabels: {app: web}}}
                ---
                apiVersion: autoscaling/v2
                kind: HorizontalPodAutoscaler
                metadata: {name: web-scaler}
                spec:
                  scaleTargetRef: {apiVersion: apps/v1, kind: ReplicaSet, name: web}
                  minReplicas: 1
                  maxReplicas: 1
                ---
                apiVersion: v1
                kind: Service
                metadata: {name: published}
                spec:
                  clusterIP: None
                  publishNotReadyAddresses: true
                  selector: {app: published}
                  ports: [{port: 80}]
                """,
                Manifests.admits("db", "web"));
        LIVE.awaitReady();
        org.awaitility.Awaitility.await("the ReplicaSet's pod")
                .atMost(1, TimeUnit.MINUTES)
                .until(() -> replicaSet().getStatus().getReadyReplicas() != null);
        agents = LIVE.client()
                .apps()
                .daemonSets()
                .inNamespace(LIVE.namespace())
                .withName("agent")
                .get()
                .getStatus()
                .getDesiredNumberScheduled();
    }

    private static ReplicaSet replicaSet() {
        return LIVE.client()
                .apps()
                .replicaSets()
                .inNamespace(LIVE.namespace())
                .withName("web")
                .get();
    }

    @Test
    void probes_are_no_endpoints_and_nobodys_children() {
        Queue<String> wrong = new ConcurrentLinkedQueue<>();
        Set<String> probes = java.util.Collections.synchronizedSet(new TreeSet<>());
        Set<String> listed = java.util.Collections.synchronizedSet(new TreeSet<>());
        List<SharedIndexInformer<?>> watches = new ArrayList<>();
        var client = LIVE.client();
        String namespace = LIVE.namespace();
        watches.add(client.pods()
                .inNamespace(namespace)
                .withLabel(LiveCluster.ROLE, "probe")
                .inform(hearing((Pod pod) -> {
                    probes.add(pod.getMetadata().getName());
                    pod.getMetadata().getOwnerReferences().stream()
                            .filter(owner -> !owner.getKind().equals("Pod"))
                            .forEach(owner -> wrong.add(pod.getMetadata().getName() + " belongs to " + owner));
                })));
        watches.add(client.discovery()
                .v1()
                .endpointSlices()
                .inNamespace(namespace)
                .inform(hearing((EndpointSlice slice) -> {
                    if (slice.getEndpoints() == null) {
                        return;
                    }
                    slice.getEndpoints().stream()
                            .filter(endpoint -> endpoint.getTargetRef() != null
                                    && endpoint.getTargetRef().getName().matches("np[0-9a-f]+-.*"))
                            .forEach(endpoint -> {
                                listed.add(endpoint.getTargetRef().getName());
                                if (Boolean.TRUE.equals(endpoint.getConditions().getReady())
                                        || Boolean.TRUE.equals(
                                                endpoint.getConditions().getServing())) {
                                    wrong.add("ready in " + slice.getMetadata().getName() + ": " + endpoint);
                                }
                            });
                })));
        watches.add(client.apps()
                .replicaSets()
                .inNamespace(namespace)
                .withName("web")
                .inform(hearing((ReplicaSet one) -> {
                    if (one.getStatus().getReplicas() != 1) {
                        wrong.add("the ReplicaSet counts " + one.getStatus().getReplicas());
                    }
                })));
        watches.add(client.apps()
                .daemonSets()
                .inNamespace(namespace)
                .withName("agent")
                .inform(hearing((DaemonSet one) -> {
                    if (one.getStatus().getCurrentNumberScheduled()
                                    + one.getStatus().getNumberMisscheduled()
                            != agents) {
                        wrong.add("the DaemonSet counts " + one.getStatus());
                    }
                })));
        Ran ran;
        try {
            ran = LIVE.run("""
                    sources:
                      web: {labels: {app: web}}
                    checks:
                    - {from: web, to: svc/db, expect: allow}
                    - {from: ds/agent, to: svc/db, expect: deny}
                    """);
        } finally {
            watches.forEach(SharedIndexInformer::close);
        }
        ran.exits(0);
        ran.that("web → svc/db is allowed").is("PASS", "CONNECTED");
        ran.that("ds/agent → svc/db is denied").is("PASS", "DENIED");
        assertThat(probes).as("probes seen").hasSize(2);
        assertThat(listed).as("probes that a Service selects").hasSize(2).isEqualTo(probes);
        assertThat(wrong).isEmpty();
        Fault.PROBE_SELECTED.shown(LIVE, ran, "web → svc/db is allowed", "ds/agent → svc/db is denied");
        assertThat(ran.notes())
                .anySatisfy(note -> assertThat(note).contains("PodDisruptionBudget web-budget", "source web"))
                .anySatisfy(note -> assertThat(note).contains("HorizontalPodAutoscaler web-scaler", "source web"));
    }

    @Test
    void a_service_that_publishes_the_unready_is_refused_before_anything_starts() {
        Queue<String> started = new ConcurrentLinkedQueue<>();
        Ran ran;
        try (SharedIndexInformer<Pod> watch = LIVE.client()
                .pods()
                .inNamespace(LIVE.namespace())
                .withLabel(LiveCluster.ROLE)
                .inform(hearing((Pod pod) -> started.add(pod.getMetadata().getName())))) {
            ran = LIVE.run("""
                    sources:
                      published: {labels: {app: published}, synthetic: true}
                    checks:
                    - {from: published, to: svc/db, expect: deny}
                    """);
            assertThat(watch.hasSynced()).isTrue();
        }
        ran.exits(5);
        assertThat(ran.problem()).contains("Service published", "source published");
        assertThat(ran.out() + ran.err()).contains("--allow-published");
        assertThat(started).isEmpty();
        Fault.PUBLISHED.shown(LIVE, ran);
    }

    private static <T extends HasMetadata> ResourceEventHandler<T> hearing(Consumer<T> ear) {
        return new ResourceEventHandler<>() {
            @Override
            public void onAdd(T object) {
                ear.accept(object);
            }

            @Override
            public void onUpdate(T before, T after) {
                ear.accept(after);
            }

            @Override
            public void onDelete(T object, boolean unknown) {
                // What goes may look as it likes.
            }
        };
    }
}
