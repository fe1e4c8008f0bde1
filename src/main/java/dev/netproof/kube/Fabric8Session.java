package dev.netproof.kube;

import dev.netproof.evidence.ProbeEvent;
import dev.netproof.kube.PodShape.Limits;
import dev.netproof.kube.Stamp.Marked;
import dev.netproof.plan.Backend;
import dev.netproof.plan.ProbePod;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.awaitility.pollinterval.FixedPollInterval;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Probes on a live cluster. One watch a namespace tells of all its pods; logs are followed without threads; what is learnt goes
 * into one queue.
 */
final class Fabric8Session implements ProbeSession {
    private static final Logger LOG = LoggerFactory.getLogger(Fabric8Session.class);
    private static final int PARALLEL_REQUESTS = 16;
    private static final int PARALLEL_QUESTIONS = 8;
    private static final Duration CREATION_PATIENCE = Duration.ofSeconds(5);
    /** For closing as a whole: half of the grace period that Kubernetes gives a pod, in case netproof runs in one. */
    private static final Duration END_PATIENCE = Duration.ofSeconds(15);

    private static final Duration POLL = Duration.ofMillis(20);

    private final ApiServer server;
    private final PayloadSource payloads;
    private final SessionTerms terms;
    private final Supplier<PodShape.UserId> userId;
    private final Instant deadline;
    private final SessionEvents events;
    private final ExecutorService workers = Threads.pool("pods", PARALLEL_REQUESTS);
    private final ExecutorService askers = Threads.pool("ask", PARALLEL_QUESTIONS);
    private final Map<String, ProbeNamespace> namespaces = new ConcurrentHashMap<>();
    private final Map<String, LiveProbe> probes = new ConcurrentHashMap<>();
    /** Creations that are queued or in flight: closing waits for them. */
    private final AtomicInteger creating = new AtomicInteger();

    /** Names of pods that could not be deleted, by the reason. */
    private final Map<String, Set<String>> remaining = new ConcurrentHashMap<>();

    /** Nodes that end every stream at once. */
    private final Set<String> unfollowed = ConcurrentHashMap.newKeySet();

    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private final Listening listening;
    private final Creations creations;
    private @Nullable PodShape shape;

    Fabric8Session(
            ApiServer server,
            PayloadSource payloads,
            Clock clock,
            SessionTerms terms,
            Supplier<PodShape.UserId> userId) {
        this.server = server;
        this.payloads = payloads;
        this.events = new SessionEvents(clock);
        this.terms = terms;
        this.userId = userId;
        this.deadline = clock.instant().plus(terms.lifetime());
        this.listening = new Listening(server, clock);
        this.creations = new Creations(server);
    }

    @Override
    public void launch(Collection<ProbePod> launched) {
        if (events.isClosed()) {
            return;
        }
        // Not in a worker, so that a cluster that cannot be reached is reported once.
        server.client();
        for (ProbePod probe : launched) {
            creating.incrementAndGet();
            workers.execute(() -> {
                try {
                    create(probe);
                } finally {
                    creating.decrementAndGet();
                }
            });
        }
    }

    synchronized PodShape shape() {
        PodShape known = shape;
        if (known == null) {
            known = new PodShape(terms, userId.get(), deadline);
            shape = known;
        }
        return known;
    }

    private void create(ProbePod probe) {
        if (events.isClosed()) {
            return;
        }
        ProbeNamespace namespace = namespaces.computeIfAbsent(
                probe.namespace(), name -> new ProbeNamespace(name, server, creations, this::shape, this::seen));
        try {
            Pod anchor = namespace.anchor();
            Marked marked = shape().mark(probe);
            Pod pod = shape().probe(probe, marked, anchor, payloads.payload(probe, terms), namespace.limits());
            LiveProbe live = new LiveProbe(probe.id(), pod, server, events, terms.nonce(), unfollowed);
            probes.put(live.key(), live);
            put(namespace, probe, live, marked);
        } catch (RuntimeException e) {
            Rejection rejection = Rejection.of(server, probe, e);
            events.emit(new ProbeEvent.Lost(events.now(), probe.id(), rejection.why(), rejection.fix()));
        }
    }

    private void put(ProbeNamespace namespace, ProbePod probe, LiveProbe live, Marked marked) {
        if (events.isClosed()) {
            return;
        }
        namespace.expect(live.key());
        try {
            creations.create(live.asked().now());
        } catch (KubernetesClientException e) {
            if (Rejection.demandsLimits(e) && namespace.limits() == Limits.NONE) {
                namespace.limits(Limits.DEMANDED);
                Pod limited = shape().probe(
                                probe, marked, namespace.anchor(), payloads.payload(probe, terms), Limits.DEMANDED);
                live.asked().instead(limited);
                creations.create(limited);
            } else {
                if (!creations.mayExist(live.asked().now())) {
                    namespace.forget(live.key());
                }
                throw e;
            }
        }
        if (events.isClosed()) {
            // Created while the session was being closed.
            delete(live.asked().now());
        }
    }

    /** The pod of a probe, as it was asked for. */
    Optional<DesiredPod> asked(String probe) {
        return probes.values().stream()
                .filter(live -> live.id().equals(probe))
                .map(LiveProbe::asked)
                .findFirst();
    }

    /** Adds an event that is not of a probe. */
    void tell(ProbeEvent event) {
        events.emit(event);
    }

    @Override
    public void ask(Backend backend) {
        if (!events.isClosed()) {
            askers.execute(() -> events.emit(listening.ask(backend)));
        }
    }

    @Override
    public Optional<ProbeEvent> next(Instant until) {
        return events.next(until);
    }

    @Override
    public Instant now() {
        return events.now();
    }

    @Override
    public void close() {
        synchronized (this) {
            if (events.isClosed()) {
                awaitOther();
                return;
            }
            events.close();
        }
        try {
            end();
        } catch (RuntimeException e) {
            LOG.warn("the session did not end cleanly; netproof clean removes what is left", e);
        } finally {
            namespaces.values().forEach(ProbeNamespace::stop);
            events.stop();
            askers.shutdownNow();
            workers.shutdown();
            closed.complete(null);
        }
    }

    @Override
    public List<String> remaining() {
        return remaining.entrySet().stream()
                .map(left -> left.getKey() + ": " + left.getValue().size() + " of netproof's pods are left there: "
                        + String.join(", ", new TreeSet<>(left.getValue())) + "; they stop at " + deadline
                        + ", and netproof clean removes them")
                .toList();
    }

    /** Another thread closes the session already: Ctrl-C in the last second of a run. */
    private void awaitOther() {
        try {
            closed.get(END_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
            LOG.warn("the session is still being closed", e);
        }
    }

    private void end() {
        long begun = System.nanoTime();
        probes.values().forEach(LiveProbe::silence);
        List<CompletableFuture<Void>> deletions = new ArrayList<>();
        probes.values().stream()
                .map(probe -> probe.asked().now())
                .filter(creations::mayExist)
                .forEach(pod -> deletions.add(CompletableFuture.runAsync(() -> delete(pod), workers)));
        await(CREATION_PATIENCE, "pods are still being created", () -> creating.get() == 0);
        namespaces
                .values()
                .forEach(namespace -> namespace
                        .askedAnchor()
                        .filter(creations::mayExist)
                        .ifPresent(pod -> deletions.add(CompletableFuture.runAsync(() -> delete(pod), workers))));
        quietly(left(begun), CompletableFuture.allOf(deletions.toArray(CompletableFuture<?>[]::new)));
        await(
                left(begun),
                "pods that were deleted are still there",
                () -> namespaces.values().stream().allMatch(ProbeNamespace::isEmpty));
    }

    private static Duration left(long begun) {
        Duration left = END_PATIENCE.minusNanos(System.nanoTime() - begun);
        return left.compareTo(POLL) > 0 ? left : POLL.multipliedBy(2);
    }

    private static void quietly(Duration patience, CompletableFuture<?> future) {
        try {
            future.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
            LOG.debug("not all ended well", e);
        }
    }

    private void delete(Pod pod) {
        String namespace = pod.getMetadata().getNamespace();
        String name = pod.getMetadata().getName();
        try {
            if (!creations.delete(pod)) {
                Optional.ofNullable(namespaces.get(namespace)).ifPresent(probed -> probed.forget(PodWatch.key(pod)));
            }
        } catch (KubernetesClientException e) {
            String why = e.getCode() == ApiServer.FORBIDDEN
                    ? "not permitted to delete pods in namespace " + namespace
                    : "pods in namespace " + namespace + " could not be deleted: " + ApiServer.message(e);
            remaining.computeIfAbsent(why, w -> ConcurrentHashMap.newKeySet()).add(name);
            LOG.warn("pod {} stays: {}", name, why);
        }
    }

    private static void await(Duration patience, String otherwise, Callable<Boolean> condition) {
        try {
            Awaitility.await()
                    .pollInSameThread()
                    .pollDelay(Duration.ZERO)
                    .pollInterval(FixedPollInterval.fixed(POLL))
                    .atMost(patience)
                    .until(condition);
        } catch (ConditionTimeoutException e) {
            LOG.warn("{} after {} s", otherwise, patience.toSeconds());
        }
    }

    private void seen(String key, PodState state, Pod pod) {
        LiveProbe probe = probes.get(key);
        if (probe == null || events.isClosed()) {
            return;
        }
        Pod asked = probe.asked().now();
        if (creations.made(asked, pod)) {
            probe.seen(state, pod);
        } else if (creations.uid(asked).isPresent()) {
            probe.replaced();
        }
    }
}
