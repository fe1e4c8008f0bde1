package dev.netproof.kube;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.netproof.evidence.ProbeEvent;
import dev.netproof.model.Protocol;
import dev.netproof.plan.Backend;
import dev.netproof.plan.ClusterFacts.Readiness;
import dev.netproof.plan.PolicyManifest;
import dev.netproof.plan.ProbePod;
import dev.netproof.plan.ServerPod;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodIP;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.ServicePortBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.client.KubernetesClientException;
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
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.awaitility.pollinterval.FixedPollInterval;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A proving ground on a live cluster: a session of probes, and beside it what they are tried on. */
final class FabricGround implements ProvingGround {
    private static final Logger LOG = LoggerFactory.getLogger(FabricGround.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int PARALLEL_REQUESTS = 8;
    private static final Duration ACCOUNT_PATIENCE = Duration.ofSeconds(10);
    private static final Duration END_PATIENCE = Duration.ofSeconds(15);
    private static final Duration POLL = Duration.ofMillis(50);

    private final ApiServer server;
    private final Clock clock;
    private final SessionTerms terms;
    private final FabricSession session;
    private final Instant deadline;
    private final ExecutorService workers = Threads.pool("ground", PARALLEL_REQUESTS);
    private final List<String> namespaces = new ArrayList<>();
    private final Map<String, NetworkPolicy> policies = new ConcurrentHashMap<>();
    private final List<HasMetadata> services = new ArrayList<>();
    private final Map<String, PodWatch> watches = new ConcurrentHashMap<>();
    private final Map<String, LiveServer> servers = new ConcurrentHashMap<>();
    private final AtomicBoolean closing = new AtomicBoolean();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();

    FabricGround(ApiServer server, Clock clock, SessionTerms terms, FabricSession session) {
        this.server = server;
        this.clock = clock;
        this.terms = terms;
        this.session = session;
        this.deadline = clock.instant().plus(terms.lifetime());
    }

    private record LiveServer(
            ServerPod plan,
            Asked asked,
            AtomicBoolean serving,
            AtomicBoolean lost,
            AtomicReference<Readiness> readiness) {}

    private Map<String, String> annotations() {
        return new TreeMap<>(Map.of(Marks.RUN, terms.run(), Marks.DEADLINE, deadline.toString()));
    }

    @Override
    public void createNamespace(String name, Standard standard) {
        String level = standard.name().toLowerCase(Locale.ROOT);
        synchronized (namespaces) {
            namespaces.add(name);
        }
        server.ask(
                "create namespace " + name,
                () -> server.client()
                        .resource(new NamespaceBuilder()
                                .withNewMetadata()
                                .withName(name)
                                .withLabels(new TreeMap<>(Map.of(
                                        Marks.ROLE,
                                        Marks.GROUND,
                                        "pod-security.kubernetes.io/enforce",
                                        level,
                                        "pod-security.kubernetes.io/warn",
                                        level)))
                                .withAnnotations(annotations())
                                .endMetadata()
                                .build())
                        .create());
    }

    @Override
    public void serve(Collection<ServerPod> wanted) {
        for (ServerPod one : wanted) {
            watches.computeIfAbsent(one.namespace(), namespace -> {
                PodWatch watch = new PodWatch(server, namespace, terms.run(), this::seen);
                watch.start();
                return watch;
            });
        }
        PodShape shape = session.shape();
        wanted.forEach(one -> workers.execute(() -> create(one, shape.server(one))));
    }

    private void create(ServerPod plan, Pod pod) {
        if (closing.get()) {
            return;
        }
        String key = PodWatch.key(plan.namespace(), pod.getMetadata().getName());
        servers.put(
                key,
                new LiveServer(
                        plan,
                        new Asked(pod),
                        new AtomicBoolean(),
                        new AtomicBoolean(),
                        new AtomicReference<>(Readiness.NOT_READY)));
        try {
            createOnceAccountIsThere(pod);
        } catch (RuntimeException e) {
            servers.remove(key);
            Rejection rejection = Rejection.ofServer(server, plan, e);
            session.tell(new ProbeEvent.Lost(clock.instant(), plan.id(), rejection.why(), rejection.fix()));
            return;
        }
        if (closing.get()) {
            delete(pod);
        }
    }

    /** A namespace is there a moment before its default service account, and no pod is accepted without. */
    private void createOnceAccountIsThere(Pod pod) {
        KubernetesClientException[] last = new KubernetesClientException[1];
        try {
            Awaitility.await()
                    .pollInSameThread()
                    .pollDelay(Duration.ZERO)
                    .pollInterval(FixedPollInterval.fixed(POLL))
                    .atMost(ACCOUNT_PATIENCE)
                    .until(() -> {
                        try {
                            server.client().resource(pod).create();
                            return true;
                        } catch (KubernetesClientException e) {
                            last[0] = e;
                            if (e.getCode() == ApiServer.CONFLICT) {
                                return true;
                            }
                            if (e.getCode() == ApiServer.FORBIDDEN
                                    && ApiServer.message(e).contains("serviceaccount \"default\" not found")) {
                                return false;
                            }
                            throw e;
                        }
                    });
        } catch (ConditionTimeoutException e) {
            throw last[0] == null ? e : last[0];
        }
    }

    private void seen(String key, PodState state, Pod pod) {
        LiveServer known = servers.get(key);
        if (known == null || closing.get() || known.lost().get()) {
            return;
        }
        known.asked().shown(pod);
        if (state instanceof PodState.Over over) {
            if (known.lost().compareAndSet(false, true)) {
                session.tell(new ProbeEvent.Lost(
                        clock.instant(),
                        known.plan().id(),
                        over.why().replace("the probe pod", "the target pod"),
                        over.fix()));
            }
            return;
        }
        List<String> ips = pod.getStatus() == null
                ? List.of()
                : pod.getStatus().getPodIPs().stream().map(PodIP::getIp).toList();
        if (state instanceof PodState.Running
                && !ips.isEmpty()
                && known.serving().compareAndSet(false, true)) {
            session.tell(new ProbeEvent.Serving(
                    clock.instant(),
                    known.plan().id(),
                    pod.getMetadata().getName(),
                    pod.getMetadata().getUid(),
                    ips,
                    Optional.ofNullable(pod.getSpec().getNodeName()),
                    Readback.changes(known.asked().now(), pod)));
        }
        if (known.plan().watched() == ServerPod.Watched.BY_KUBELET) {
            Readiness readiness = readiness(pod);
            if (known.readiness().getAndSet(readiness) != readiness) {
                session.tell(
                        new ProbeEvent.Watched(clock.instant(), known.plan().id(), readiness));
            }
        }
    }

    private static Readiness readiness(Pod pod) {
        boolean ready = pod.getStatus() != null
                && pod.getStatus().getConditions().stream()
                        .anyMatch(one ->
                                one.getType().equals("Ready") && one.getStatus().equals("True"));
        return ready ? Readiness.READY : Readiness.NOT_READY;
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
        Service service = new ServiceBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(namespace)
                .withLabels(Map.of(Marks.ROLE, Marks.GROUND))
                .withAnnotations(annotations())
                .endMetadata()
                .withNewSpec()
                .withSelector(new TreeMap<>(selector))
                .withPublishNotReadyAddresses(true)
                .withIpFamilyPolicy("PreferDualStack")
                .withPorts(wanted)
                .endSpec()
                .build();
        synchronized (services) {
            services.add(service);
        }
        Service created = server.ask(
                "create services in namespace " + namespace,
                () -> server.client().resource(service).create());
        return List.copyOf(created.getSpec().getClusterIPs());
    }

    @Override
    public void apply(PolicyManifest policy) {
        NetworkPolicy wanted = PolicyShape.of(policy, annotations());
        if (policies.put(key(policy), wanted) == null) {
            server.ask(
                    "create networkpolicies in namespace " + policy.namespace(),
                    () -> server.client().resource(wanted).create());
        } else {
            server.ask(
                    "update networkpolicies in namespace " + policy.namespace(),
                    () -> server.client().resource(wanted).update());
        }
    }

    private static String key(PolicyManifest policy) {
        return PodWatch.key(policy.namespace(), policy.name());
    }

    @Override
    public void remove(PolicyManifest policy) {
        NetworkPolicy gone = PolicyShape.of(policy, Map.of());
        server.ask(
                "delete networkpolicies in namespace " + policy.namespace(),
                () -> server.client().resource(gone).delete());
        policies.remove(key(policy));
    }

    @Override
    public Optional<String> deviation(PolicyManifest policy) {
        NetworkPolicy wanted = PolicyShape.of(policy, Map.of());
        NetworkPolicy stored = server.ask(
                "get networkpolicies in namespace " + policy.namespace(),
                () -> server.client().resource(wanted).get());
        if (stored == null) {
            return Optional.of("policy " + policy.name() + " is gone");
        }
        return stored.getSpec().equals(wanted.getSpec())
                ? Optional.empty()
                : Optional.of("policy " + policy.name() + " was changed after it was created");
    }

    @Override
    public void label(String id, Map<String, String> labels) {
        Asked wish = asked(id).orElseThrow(() -> new IllegalArgumentException("no pod " + id));
        Pod asked = wish.now();
        String namespace = asked.getMetadata().getNamespace();
        String name = asked.getMetadata().getName();
        Map<String, String> wanted = new TreeMap<>(labels);
        // The watch sees pods by this one.
        wanted.put(Marks.ROLE, asked.getMetadata().getLabels().get(Marks.ROLE));
        // Before the request: the watch may tell of it before the answer is here.
        wish.relabel(wanted);
        server.ask("patch pods in namespace " + namespace, () -> {
            PodResource pod = server.client().pods().inNamespace(namespace).withName(name);
            ObjectNode changes = JSON.createObjectNode();
            ObjectNode merged = changes.putObject("metadata").putObject("labels");
            // What a merge patch does not name stays; without a resource version the kubelet's own writes are no
            // conflict.
            Optional.ofNullable(pod.get())
                    .ifPresent(there -> there.getMetadata().getLabels().keySet().forEach(merged::putNull));
            wanted.forEach(merged::put);
            return pod.patch(PatchContext.of(PatchType.JSON_MERGE), changes.toString());
        });
    }

    @Override
    public Optional<String> drift(String id) {
        return asked(id).flatMap(Asked::drift).map(how -> "pod " + id + ": " + how);
    }

    private Optional<Asked> asked(String id) {
        return servers.values().stream()
                .filter(one -> one.plan().id().equals(id))
                .map(LiveServer::asked)
                .findFirst()
                .or(() -> session.asked(id));
    }

    @Override
    public List<String> foreignPolicies(Collection<String> where) {
        List<String> found = new ArrayList<>();
        for (String namespace : where) {
            server
                    .ask(
                            "list networkpolicies in namespace " + namespace,
                            () -> server.client()
                                    .network()
                                    .v1()
                                    .networkPolicies()
                                    .inNamespace(namespace)
                                    .list()
                                    .getItems())
                    .stream()
                    .filter(policy -> !Marks.own(policy))
                    .forEach(policy ->
                            found.add(namespace + "/" + policy.getMetadata().getName()));
        }
        return found;
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
        // Namespaces take along what is in them, in their own time. Pods run, and so are seen to their end.
        Set<String> going = going();
        // Policies first: nothing that goes on living may stay isolated.
        List<HasMetadata> left = new ArrayList<>(policies.values());
        left.addAll(services());
        left.removeIf(one -> going.contains(one.getMetadata().getNamespace()));
        servers.values().forEach(one -> left.add(one.asked().now()));
        List<CompletableFuture<Void>> deletions = new ArrayList<>();
        left.forEach(one -> deletions.add(CompletableFuture.runAsync(() -> delete(one), workers)));
        session.close();
        deletions.forEach(FabricGround::quietly);
        awaitEnd();
        watches.values().forEach(PodWatch::stop);
        workers.shutdown();
        closed.complete(null);
    }

    private List<HasMetadata> services() {
        synchronized (services) {
            return List.copyOf(services);
        }
    }

    /** Deletes the namespaces of its own, and says which are on their way out. */
    private Set<String> going() {
        List<String> own;
        synchronized (namespaces) {
            own = List.copyOf(namespaces);
        }
        Set<String> going = ConcurrentHashMap.newKeySet();
        own.stream()
                .map(name -> CompletableFuture.runAsync(
                        () -> {
                            if (delete(new NamespaceBuilder()
                                    .withNewMetadata()
                                    .withName(name)
                                    .endMetadata()
                                    .build())) {
                                going.add(name);
                            }
                        },
                        workers))
                .toList()
                .forEach(FabricGround::quietly);
        return going;
    }

    private void awaitEnd() {
        try {
            Awaitility.await()
                    .pollInSameThread()
                    .pollDelay(Duration.ZERO)
                    .pollInterval(FixedPollInterval.fixed(POLL))
                    .atMost(END_PATIENCE)
                    .until(() -> watches.values().stream().allMatch(PodWatch::isEmpty));
        } catch (ConditionTimeoutException e) {
            LOG.warn("target pods that were deleted are still there after {} s", END_PATIENCE.toSeconds());
        }
    }

    /** Whether it was told to go. */
    private boolean delete(HasMetadata object) {
        try {
            server.client().resource(object).delete();
            return true;
        } catch (RuntimeException e) {
            LOG.warn(
                    "{} {} could not be deleted ({}); netproof clean removes it after {}",
                    object.getKind(),
                    object.getMetadata().getName(),
                    ApiServer.message(e),
                    deadline);
            return false;
        }
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
