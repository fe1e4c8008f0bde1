package dev.netproof.kube;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.netproof.evidence.ProbeEvent;
import dev.netproof.kube.Stamp.Marked;
import dev.netproof.model.Protocol;
import dev.netproof.plan.Backend;
import dev.netproof.plan.PolicyManifest;
import dev.netproof.plan.ProbePod;
import dev.netproof.plan.ServerPod;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodIP;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.ServicePortBuilder;
import io.fabric8.kubernetes.client.dsl.PodResource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.awaitility.pollinterval.FixedPollInterval;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A testbed on a live cluster: a session of probes, and beside it what they are tried on. */
final class Fabric8Testbed implements Testbed {
    private static final Logger LOG = LoggerFactory.getLogger(Fabric8Testbed.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int PARALLEL_REQUESTS = 8;
    private static final Duration END_PATIENCE = Duration.ofSeconds(15);
    private static final Duration POLL = Duration.ofMillis(50);
    /** What names of policies and Services begin with. */
    static final String STEM = "np-";

    private final ApiServer server;
    private final Fabric8Session session;
    private final Instant deadline;
    private final ExecutorService workers = Threads.pool("ground", PARALLEL_REQUESTS);
    private final Stamp stamp;
    private final Creations creations;
    private final Map<String, Marked> namespaceNames = new ConcurrentHashMap<>();
    private final List<Namespace> namespaces = new CopyOnWriteArrayList<>();
    private final TestbedPolicies policies;
    private final List<Service> services = new CopyOnWriteArrayList<>();
    private final LiveServers servers;
    private final AtomicBoolean closing = new AtomicBoolean();
    /** What could not be deleted, and why. */
    private final Set<String> remaining = ConcurrentHashMap.newKeySet();

    private final CompletableFuture<Void> closed = new CompletableFuture<>();

    Fabric8Testbed(ApiServer server, Clock clock, SessionTerms terms, Fabric8Session session) {
        this.server = server;
        this.session = session;
        this.deadline = clock.instant().plus(terms.lifetime());
        this.stamp = new Stamp(terms.run(), deadline);
        this.creations = new Creations(server);
        this.policies = new TestbedPolicies(server, stamp, creations);
        this.servers = new LiveServers(server, clock, session, creations, workers);
    }

    @Override
    public String namespaceName(String stem) {
        Marked marked = stamp.mark("Namespace", "", stem, NetproofLabels.GROUND);
        namespaceNames.put(marked.name(), marked);
        return marked.name();
    }

    @Override
    public void createNamespace(String name, Standard standard) {
        Marked marked = namespaceNames.get(name);
        if (marked == null) {
            throw new IllegalArgumentException(name + " is not a name of this session");
        }
        String level = standard.name().toLowerCase(Locale.ROOT);
        Namespace wanted = new NamespaceBuilder()
                .withNewMetadata()
                .withName(name)
                .withLabels(new TreeMap<>(Map.of(
                        NetproofLabels.ROLE,
                        marked.role(),
                        "pod-security.kubernetes.io/enforce",
                        level,
                        "pod-security.kubernetes.io/warn",
                        level)))
                .withAnnotations(marked.annotations())
                .endMetadata()
                .build();
        namespaces.add(wanted);
        server.ask("create namespace " + name, () -> creations.create(wanted));
    }

    @Override
    public void serve(Collection<ServerPod> wanted) {
        servers.serve(wanted, this::delete);
    }

    @Override
    public void apply(PolicyManifest policy) {
        policies.apply(policy);
    }

    @Override
    public void remove(PolicyManifest policy) {
        policies.remove(policy);
    }

    @Override
    public Optional<String> deviation(PolicyManifest policy) {
        return policies.deviation(policy);
    }

    @Override
    public List<String> foreignPolicies(Collection<String> namespaces) {
        return policies.foreignPolicies(namespaces);
    }

    @Override
    public List<String> expose(
            String namespace, String name, Map<String, String> selector, Map<Integer, Integer> ports) {
        List<ServicePort> wanted = new ArrayList<>();
        new TreeMap<>(ports)
                .forEach((port, target) -> wanted.add(new ServicePortBuilder()
                        .withName("p" + port)
                        .withPort(port)
                        .withProtocol(Protocol.TCP.name())
                        .withNewTargetPort(target)
                        .build()));
        Marked marked = stamp.mark("Service", namespace, STEM + name, NetproofLabels.GROUND);
        Service service = new ServiceBuilder()
                .withNewMetadata()
                .withName(marked.name())
                .withNamespace(namespace)
                .withLabels(Map.of(NetproofLabels.ROLE, marked.role()))
                .withAnnotations(marked.annotations())
                .endMetadata()
                .withNewSpec()
                .withSelector(new TreeMap<>(selector))
                .withPublishNotReadyAddresses(true)
                .withIpFamilyPolicy("PreferDualStack")
                .withPorts(wanted)
                .endSpec()
                .build();
        services.add(service);
        Service created = server.ask("create services in namespace " + namespace, () -> creations.create(service));
        return List.copyOf(created.getSpec().getClusterIPs());
    }

    @Override
    public void label(String id, Map<String, String> labels) {
        DesiredPod wish = asked(id).orElseThrow(() -> new IllegalArgumentException("no pod " + id));
        Pod asked = wish.now();
        String namespace = asked.getMetadata().getNamespace();
        String name = asked.getMetadata().getName();
        Map<String, String> wanted = new TreeMap<>(labels);
        // The watch selects pods by this label.
        wanted.put(NetproofLabels.ROLE, asked.getMetadata().getLabels().get(NetproofLabels.ROLE));
        // Before the request: the watch may show the change before the answer arrives.
        wish.relabel(wanted);
        server.ask("patch pods in namespace " + namespace, () -> {
            PodResource pod = server.client().pods().inNamespace(namespace).withName(name);
            ObjectNode changes = JSON.createObjectNode();
            ObjectNode merged = changes.putObject("metadata").putObject("labels");
            // A merge patch keeps what it does not name. Without a resource version the kubelet's own writes are no
            // conflict.
            Pod there = pod.get();
            if (there == null || !NetproofLabels.same(asked, there)) {
                throw new ClusterTrouble("pod " + name + " in namespace " + namespace + " is gone", "run it again");
            }
            // The API server rejects the change for another pod of that name.
            ((ObjectNode) changes.get("metadata"))
                    .put("uid", there.getMetadata().getUid());
            there.getMetadata().getLabels().keySet().forEach(merged::putNull);
            wanted.forEach(merged::put);
            return pod.patch(PatchContext.of(PatchType.JSON_MERGE), changes.toString());
        });
    }

    @Override
    public Optional<String> drift(String id) {
        return asked(id).flatMap(DesiredPod::drift).map(how -> "pod " + id + ": " + how);
    }

    private Optional<DesiredPod> asked(String id) {
        return servers.asked(id).or(() -> session.asked(id));
    }

    @Override
    public List<String> addresses(String namespace, String pod) {
        Pod found = server.ask(
                "get pods in namespace " + namespace,
                () -> server.client()
                        .pods()
                        .inNamespace(namespace)
                        .withName(pod)
                        .get());
        return found == null || found.getStatus() == null
                ? List.of()
                : found.getStatus().getPodIPs().stream().map(PodIP::getIp).toList();
    }

    @Override
    public void launch(Collection<ProbePod> probes) {
        session.launch(probes);
    }

    @Override
    public void ask(Backend backend) {
        session.ask(backend);
    }

    @Override
    public Optional<ProbeEvent> next(Instant until) {
        return session.next(until);
    }

    @Override
    public Instant now() {
        return session.now();
    }

    @Override
    public void close() {
        if (!closing.compareAndSet(false, true)) {
            quietly(closed);
            return;
        }
        servers.close();
        // Deleting a namespace deletes what is in it, later. Pods still run, so closing waits for their end.
        Set<String> going = going();
        // Policies first: pods that are not netproof's must not stay isolated.
        List<HasMetadata> left = new ArrayList<>(policies.all());
        left.addAll(services);
        left.removeIf(one -> going.contains(one.getMetadata().getNamespace()));
        left.addAll(servers.pods());
        List<CompletableFuture<Void>> deletions = new ArrayList<>();
        left.forEach(one -> deletions.add(CompletableFuture.runAsync(() -> delete(one), workers)));
        session.close();
        deletions.forEach(Fabric8Testbed::quietly);
        awaitEnd();
        servers.stop();
        workers.shutdown();
        closed.complete(null);
    }

    /** Deletes the session's namespaces, and returns those whose deletion was accepted. */
    private Set<String> going() {
        Set<String> going = ConcurrentHashMap.newKeySet();
        namespaces.stream()
                .map(own -> CompletableFuture.runAsync(
                        () -> {
                            if (delete(own)) {
                                going.add(own.getMetadata().getName());
                            }
                        },
                        workers))
                .toList()
                .forEach(Fabric8Testbed::quietly);
        return going;
    }

    private void awaitEnd() {
        try {
            Awaitility.await()
                    .pollInSameThread()
                    .pollDelay(Duration.ZERO)
                    .pollInterval(FixedPollInterval.fixed(POLL))
                    .atMost(END_PATIENCE)
                    .until(servers::isEmpty);
        } catch (ConditionTimeoutException e) {
            LOG.warn("target pods that were deleted are still there after {} s", END_PATIENCE.toSeconds());
        }
    }

    /** Whether the API server accepted the deletion. */
    private boolean delete(HasMetadata object) {
        try {
            boolean going = creations.delete(object);
            if (!going && object instanceof Pod) {
                servers.forget(object);
            }
            return going;
        } catch (RuntimeException e) {
            remaining.add(object.getKind() + " " + object.getMetadata().getName() + " could not be deleted ("
                    + ApiServer.message(e) + "); netproof clean removes it after " + deadline);
            LOG.warn(
                    "{} {} could not be deleted ({}); netproof clean removes it after {}",
                    object.getKind(),
                    object.getMetadata().getName(),
                    ApiServer.message(e),
                    deadline);
            return false;
        }
    }

    @Override
    public List<String> remaining() {
        List<String> all = new ArrayList<>(session.remaining());
        all.addAll(remaining);
        return all;
    }

    private static void quietly(CompletableFuture<?> future) {
        try {
            future.get(END_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
            LOG.debug("not all ended well", e);
        }
    }
}
