package dev.netproof.kube;

import dev.netproof.plan.ClusterFacts;
import dev.netproof.plan.ClusterFacts.Effect;
import dev.netproof.plan.ClusterFacts.Existence;
import dev.netproof.plan.ClusterFacts.PodSelecting;
import dev.netproof.plan.Selector;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.api.model.ListOptions;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.ReplicationController;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.autoscaling.v2.CrossVersionObjectReference;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.batch.v1.CronJob;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.MixedOperation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.ExecutorService;
import java.util.stream.Collectors;

/** Reads the facts that a plan needs: one call for each kind in each namespace, all at once. */
final class Survey {
    /** From the API server's memory: as fresh as its watches, and without a quorum read. */
    private static final ListOptions CHEAP =
            new ListOptionsBuilder().withResourceVersion("0").build();

    private final ApiServer server;
    private final ExecutorService pool;
    private final Set<String> unreadable = new ConcurrentSkipListSet<>();
    private final Set<String> lookalikes = new TreeSet<>();

    /** What a read found; nothing where it is not permitted. */
    record Readable<T>(List<T> found) {}

    /** One namespace, in flight. */
    private record Namespaced(
            String namespace,
            CompletableFuture<Existence> existence,
            CompletableFuture<List<io.fabric8.kubernetes.api.model.Pod>> pods,
            CompletableFuture<List<io.fabric8.kubernetes.api.model.Service>> services,
            CompletableFuture<List<EndpointSlice>> slices,
            CompletableFuture<List<Deployment>> deployments,
            CompletableFuture<List<StatefulSet>> statefulSets,
            CompletableFuture<List<DaemonSet>> daemonSets,
            CompletableFuture<List<ReplicaSet>> replicaSets,
            CompletableFuture<List<ReplicationController>> controllers,
            CompletableFuture<List<Job>> jobs,
            CompletableFuture<List<CronJob>> cronJobs,
            CompletableFuture<List<PodDisruptionBudget>> budgets,
            CompletableFuture<List<HorizontalPodAutoscaler>> autoscalers) {}

    Survey(ApiServer server, ExecutorService pool) {
        this.server = server;
        this.pool = pool;
    }

    ClusterFacts of(Set<String> namespaces) {
        // Building the client in one thread spares the others from waiting for it.
        server.client();
        CompletableFuture<Readable<ClusterFacts.Node>> nodes = CompletableFuture.supplyAsync(this::nodes, pool);
        List<Namespaced> flights =
                new TreeSet<>(namespaces).stream().map(this::begin).toList();
        try {
            Map<String, Existence> existences = new TreeMap<>();
            List<ClusterFacts.Pod> pods = new ArrayList<>();
            List<ClusterFacts.Service> services = new ArrayList<>();
            List<ClusterFacts.Workload> workloads = new ArrayList<>();
            List<PodSelecting> selectors = new ArrayList<>();
            for (Namespaced flight : flights) {
                existences.put(flight.namespace(), flight.existence().join());
                List<io.fabric8.kubernetes.api.model.Pod> live = flight.pods().join();
                Set<String> own = live.stream()
                        .filter(Survey::isProbe)
                        .map(pod -> pod.getMetadata().getName())
                        .collect(Collectors.toSet());
                Owners owners =
                        Owners.of(flight.replicaSets().join(), flight.jobs().join());
                live.stream().filter(pod -> !isProbe(pod)).forEach(pod -> {
                    pods.add(Facts.pod(pod, owners));
                    Optional.of(pod)
                            .filter(NetproofLabels::marked)
                            .flatMap(Provenance::doubtProbe)
                            .ifPresent(doubt -> lookalikes.add(Provenance.notOurs(pod, doubt.because())));
                });
                Map<String, List<EndpointSlice>> slices = flight.slices().join().stream()
                        .collect(Collectors.groupingBy(
                                slice -> Optional.ofNullable(slice.getMetadata().getLabels())
                                        .map(labels -> labels.get("kubernetes.io/service-name"))
                                        .orElse("")));
                flight.services().join().stream()
                        .map(service -> Facts.service(
                                service,
                                slices.getOrDefault(service.getMetadata().getName(), List.of()),
                                own))
                        .forEach(services::add);
                flight.deployments().join().stream().map(Facts::workload).forEach(workloads::add);
                flight.statefulSets().join().stream().map(Facts::workload).forEach(workloads::add);
                flight.daemonSets().join().stream().map(Facts::workload).forEach(workloads::add);
                flight.jobs().join().stream().map(Facts::workload).forEach(workloads::add);
                flight.cronJobs().join().stream().map(Facts::workload).forEach(workloads::add);
                selectors.addAll(selectors(flight));
            }
            return new ClusterFacts(
                    existences,
                    pods,
                    services,
                    workloads,
                    selectors,
                    nodes.join().found(),
                    unreadable,
                    lookalikes);
        } catch (CompletionException e) {
            throw server.trouble("survey the namespaces " + String.join(", ", new TreeSet<>(namespaces)), e);
        }
    }

    /** Read from storage, not from memory: this is asked to find out what has just changed. */
    List<ClusterFacts.Pod> pods(Set<String> namespaces) {
        KubernetesClient client = server.client();
        List<CompletableFuture<List<io.fabric8.kubernetes.api.model.Pod>>> reads = namespaces.stream()
                .map(namespace -> CompletableFuture.supplyAsync(
                        () -> server.ask(
                                "list pods in namespace " + namespace,
                                () -> client.pods()
                                        .inNamespace(namespace)
                                        .list()
                                        .getItems()),
                        pool))
                .toList();
        try {
            return reads.stream()
                    .flatMap(read -> read.join().stream())
                    .filter(pod -> !isProbe(pod))
                    .map(pod -> Facts.pod(pod, Owners.NONE))
                    .toList();
        } catch (CompletionException e) {
            throw server.trouble("list pods", e);
        }
    }

    /** A label alone leaves nothing out: others can write it. */
    private static boolean isProbe(io.fabric8.kubernetes.api.model.Pod pod) {
        return NetproofLabels.marked(pod) && Provenance.doubtProbe(pod).isEmpty();
    }

    Readable<ClusterFacts.Node> nodes() {
        return new Readable<>(permitted(
                        "list nodes", () -> server.client().nodes().list(CHEAP).getItems())
                .stream()
                .map(Facts::node)
                .toList());
    }

    private Namespaced begin(String namespace) {
        KubernetesClient client = server.client();
        return new Namespaced(
                namespace,
                CompletableFuture.supplyAsync(() -> existence(namespace), pool),
                CompletableFuture.supplyAsync(
                        () -> server.ask(
                                "list pods in namespace " + namespace,
                                () -> client.pods()
                                        .inNamespace(namespace)
                                        .list(CHEAP)
                                        .getItems()),
                        pool),
                list(namespace, "services", client.services()),
                list(namespace, "endpointslices", client.discovery().v1().endpointSlices()),
                list(namespace, "deployments", client.apps().deployments()),
                list(namespace, "statefulsets", client.apps().statefulSets()),
                list(namespace, "daemonsets", client.apps().daemonSets()),
                list(namespace, "replicasets", client.apps().replicaSets()),
                list(namespace, "replicationcontrollers", client.replicationControllers()),
                list(namespace, "jobs", client.batch().v1().jobs()),
                list(namespace, "cronjobs", client.batch().v1().cronjobs()),
                list(namespace, "poddisruptionbudgets", client.policy().v1().podDisruptionBudget()),
                list(
                        namespace,
                        "horizontalpodautoscalers",
                        client.autoscaling().v2().horizontalPodAutoscalers()));
    }

    private Existence existence(String namespace) {
        try {
            return server.client().namespaces().withName(namespace).get() == null
                    ? Existence.ABSENT
                    : Existence.PRESENT;
        } catch (KubernetesClientException e) {
            if (e.getCode() != ApiServer.FORBIDDEN) {
                throw e;
            }
            unreadable.add("get namespace " + namespace);
            return Existence.UNKNOWN;
        }
    }

    private <T extends HasMetadata, L extends KubernetesResourceList<T>> CompletableFuture<List<T>> list(
            String namespace, String kind, MixedOperation<T, L, ?> operation) {
        return CompletableFuture.supplyAsync(
                () -> permitted(
                        "list " + kind + " in namespace " + namespace,
                        () -> operation.inNamespace(namespace).list(CHEAP).getItems()),
                pool);
    }

    private <T> List<T> permitted(String doing, java.util.function.Supplier<List<T>> read) {
        try {
            return read.get();
        } catch (KubernetesClientException e) {
            // A kind that this cluster does not have is not there to be read either.
            if (e.getCode() == ApiServer.NOT_FOUND) {
                return List.of();
            }
            if (e.getCode() != ApiServer.FORBIDDEN) {
                throw server.trouble(doing, e);
            }
            unreadable.add(doing);
            return List.of();
        }
    }

    private static List<PodSelecting> selectors(Namespaced flight) {
        List<PodSelecting> adopting = new ArrayList<>();
        flight.replicaSets()
                .join()
                .forEach(set -> adopting.add(selecting(
                        Effect.ADOPTS, set, Facts.selector(set.getSpec().getSelector()))));
        flight.controllers().join().stream()
                .filter(controller -> controller.getSpec().getSelector() != null)
                .forEach(controller -> adopting.add(selecting(
                        Effect.ADOPTS,
                        controller,
                        Selector.of(controller.getSpec().getSelector()))));
        flight.daemonSets()
                .join()
                .forEach(set -> adopting.add(selecting(
                        Effect.ADOPTS, set, Facts.selector(set.getSpec().getSelector()))));
        flight.statefulSets()
                .join()
                .forEach(set -> adopting.add(selecting(
                        Effect.ADOPTS, set, Facts.selector(set.getSpec().getSelector()))));
        flight.jobs().join().stream()
                .filter(job -> job.getSpec().getSelector() != null)
                .forEach(job -> adopting.add(selecting(
                        Effect.ADOPTS, job, Facts.selector(job.getSpec().getSelector()))));

        Map<String, Selector> scalable = new HashMap<>();
        adopting.forEach(one -> scalable.put(one.kind() + "/" + one.name(), one.selector()));
        flight.deployments()
                .join()
                .forEach(deployment -> scalable.put(
                        "Deployment/" + deployment.getMetadata().getName(),
                        Facts.selector(deployment.getSpec().getSelector())));

        List<PodSelecting> all = new ArrayList<>(adopting);
        flight.budgets().join().stream()
                .filter(budget -> budget.getSpec().getSelector() != null)
                .forEach(budget -> all.add(selecting(
                        Effect.COUNTS, budget, Facts.selector(budget.getSpec().getSelector()))));
        flight.autoscalers().join().forEach(autoscaler -> {
            CrossVersionObjectReference target = autoscaler.getSpec().getScaleTargetRef();
            Optional.ofNullable(scalable.get(target.getKind() + "/" + target.getName()))
                    .ifPresent(selector -> all.add(selecting(Effect.COUNTS, autoscaler, selector)));
        });
        return all;
    }

    private static PodSelecting selecting(Effect effect, HasMetadata object, Selector selector) {
        return new PodSelecting(
                effect,
                object.getKind(),
                object.getMetadata().getNamespace(),
                object.getMetadata().getName(),
                selector);
    }
}
