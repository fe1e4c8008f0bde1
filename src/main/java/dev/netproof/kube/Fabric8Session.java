package dev.netproof.kube;

import dev.netproof.evidence.ProbeEvent;
import dev.netproof.kube.PodShape.Limits;
import dev.netproof.kube.Stamp.Marked;
import dev.netproof.plan.Backend;
import dev.netproof.plan.ProbePod;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.URI;
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
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
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
    /** For all of the end together: half of what Kubernetes gives a pod that is told to end, in case netproof is in one. */
    private static final Duration END_PATIENCE = Duration.ofSeconds(15);

    private static final Duration POLL = Duration.ofMillis(20);

    /** More than the largest matrix has in a round. */
    private static final int MOST_EVENTS = 20_000;

    private static final long FULL_MILLIS = 20;

    private final ApiServer server;
    private final PayloadSource payloads;
    private final Clock clock;
    private final SessionTerms terms;
    private final Supplier<PodShape.UserId> userId;
    private final Instant deadline;
    private final BlockingQueue<ProbeEvent> events = new LinkedBlockingQueue<>();
    private final ExecutorService workers = Threads.pool("pods", PARALLEL_REQUESTS);
    private final ExecutorService askers = Threads.pool("ask", PARALLEL_QUESTIONS);
    private final ScheduledThreadPoolExecutor timer = Threads.timer("timer");
    private final Map<String, NamespaceProbes> territories = new ConcurrentHashMap<>();
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
    private volatile boolean closing;
    private @Nullable PodShape shape;

    Fabric8Session(
            ApiServer server,
            PayloadSource payloads,
            Clock clock,
            SessionTerms terms,
            Supplier<PodShape.UserId> userId) {
        this.server = server;
        this.payloads = payloads;
        this.clock = clock;
        this.terms = terms;
        this.userId = userId;
        this.deadline = clock.instant().plus(terms.lifetime());
        this.listening = new Listening(server, clock);
        this.creations = new Creations(server);
    }

    @Override
    public void launch(Collection<ProbePod> launched) {
        if (closing) {
            return;
        }
        // Here and not in a worker: a cluster that cannot be reached is said once.
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
        if (closing) {
            return;
        }
        NamespaceProbes territory = territories.computeIfAbsent(probe.namespace(), NamespaceProbes::new);
        try {
            Pod anchor = territory.anchor();
            Marked marked = shape().mark(probe);
            Pod pod = shape().probe(probe, marked, anchor, payloads.payload(probe, terms), territory.limits());
            LiveProbe live = new LiveProbe(probe.id(), pod);
            probes.put(live.key(), live);
            put(territory, probe, live, marked);
        } catch (RuntimeException e) {
            Rejection rejection = Rejection.of(server, probe, e);
            emit(new ProbeEvent.Lost(clock.instant(), probe.id(), rejection.why(), rejection.fix()));
        }
    }

    private void put(NamespaceProbes territory, ProbePod probe, LiveProbe live, Marked marked) {
        if (closing) {
            return;
        }
        territory.expect(live.key());
        try {
            creations.create(live.asked.now());
        } catch (KubernetesClientException e) {
            if (Rejection.demandsLimits(e) && territory.limits() == Limits.NONE) {
                territory.limits(Limits.DEMANDED);
                Pod limited = shape().probe(
                                probe, marked, territory.anchor(), payloads.payload(probe, terms), Limits.DEMANDED);
                live.asked.instead(limited);
                creations.create(limited);
            } else {
                if (!creations.mayExist(live.asked.now())) {
                    territory.forget(live.key());
                }
                throw e;
            }
        }
        if (closing) {
            // Created while the session was being closed.
            delete(live.asked.now());
        }
    }

    /** The pod of a probe, as it was asked for. */
    Optional<DesiredPod> asked(String probe) {
        return probes.values().stream()
                .filter(live -> live.id.equals(probe))
                .map(live -> live.asked)
                .findFirst();
    }

    /** Something that became known beside the probes. */
    void tell(ProbeEvent event) {
        emit(event);
    }

    /** Of a flood no more is taken than is judged meanwhile. */
    private void whenThereIsRoom(Runnable more) {
        if (closing || events.size() < MOST_EVENTS) {
            more.run();
            return;
        }
        try {
            Future<?> unused = timer.schedule(() -> whenThereIsRoom(more), FULL_MILLIS, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("the session is closed", e);
        }
    }

    private void emit(ProbeEvent event) {
        if (!closing) {
            events.add(event);
        }
    }

    @Override
    public void ask(Backend backend) {
        if (!closing) {
            askers.execute(() -> emit(listening.ask(backend)));
        }
    }

    @Override
    public Optional<ProbeEvent> next(Instant until) {
        try {
            long millis = Math.max(0, Duration.between(clock.instant(), until).toMillis());
            return Optional.ofNullable(events.poll(millis, TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    @Override
    public Instant now() {
        return clock.instant();
    }

    @Override
    public void close() {
        synchronized (this) {
            if (closing) {
                awaitOther();
                return;
            }
            closing = true;
        }
        try {
            end();
        } catch (RuntimeException e) {
            LOG.warn("the session did not end cleanly; netproof clean removes what is left", e);
        } finally {
            territories.values().forEach(NamespaceProbes::stop);
            timer.shutdownNow();
            askers.shutdownNow();
            workers.shutdown();
            closed.complete(null);
        }
    }

    @Override
    public List<String> remaining() {
        return remaining.entrySet().stream()
                .map(left -> left.getKey() + ", so that " + left.getValue().size()
                        + " of netproof's own are left there: " + String.join(", ", new TreeSet<>(left.getValue()))
                        + "; they stop at " + deadline + ", and netproof clean removes them")
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
                .map(probe -> probe.asked.now())
                .filter(creations::mayExist)
                .forEach(pod -> deletions.add(CompletableFuture.runAsync(() -> delete(pod), workers)));
        await(CREATION_PATIENCE, "pods are still being created", () -> creating.get() == 0);
        territories
                .values()
                .forEach(territory -> territory
                        .askedAnchor()
                        .filter(creations::mayExist)
                        .ifPresent(pod -> deletions.add(CompletableFuture.runAsync(() -> delete(pod), workers))));
        quietly(left(begun), CompletableFuture.allOf(deletions.toArray(CompletableFuture<?>[]::new)));
        await(
                left(begun),
                "pods that were deleted are still there",
                () -> territories.values().stream().allMatch(NamespaceProbes::isEmpty));
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
                Optional.ofNullable(territories.get(namespace))
                        .ifPresent(territory -> territory.forget(PodWatch.key(pod)));
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

    /** A namespace that probes run in: its anchor and its watch. */
    private final class NamespaceProbes {
        private final String namespace;
        private Optional<Pod> askedAnchor = Optional.empty();
        private @Nullable Pod anchor;
        private @Nullable ClusterTrouble trouble;
        private @Nullable PodWatch watch;
        private volatile Limits limits = Limits.NONE;

        NamespaceProbes(String namespace) {
            this.namespace = namespace;
        }

        Limits limits() {
            return limits;
        }

        void limits(Limits demanded) {
            limits = demanded;
        }

        synchronized Optional<Pod> askedAnchor() {
            return askedAnchor;
        }

        /** The anchor, created by the first that asks; with it the namespace's watch begins. */
        synchronized Pod anchor() {
            ClusterTrouble known = trouble;
            if (known != null) {
                throw known;
            }
            Pod there = anchor;
            if (there == null) {
                // scripts/bench-startup listens for this.
                LOG.debug(
                        "first pod in {} after {} of CPU",
                        namespace,
                        ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO));
                try {
                    there = createAnchor(shape().markAnchor(namespace));
                    PodWatch started = new PodWatch(server, namespace, Fabric8Session.this::seen);
                    started.expect(PodWatch.key(there));
                    watch = started;
                    started.start();
                } catch (KubernetesClientException e) {
                    Rejection rejection = Rejection.ofAnchor(server, namespace, e);
                    known = new ClusterTrouble(rejection.why(), rejection.fix(), e);
                    trouble = known;
                    throw known;
                } catch (ClusterTrouble e) {
                    trouble = e;
                    throw e;
                }
                anchor = there;
            }
            return there;
        }

        private Pod createAnchor(Marked marked) {
            try {
                return createAnchor(shape().anchor(namespace, marked, limits));
            } catch (KubernetesClientException e) {
                if (!Rejection.demandsLimits(e)) {
                    throw e;
                }
                limits = Limits.DEMANDED;
                return createAnchor(shape().anchor(namespace, marked, limits));
            }
        }

        private Pod createAnchor(Pod asked) {
            askedAnchor = Optional.of(asked);
            return creations.createOnceAccountIsThere(asked);
        }

        synchronized void expect(String key) {
            if (watch != null) {
                watch.expect(key);
            }
        }

        synchronized void forget(String key) {
            if (watch != null) {
                watch.forget(key);
            }
        }

        synchronized boolean isEmpty() {
            return watch == null || watch.isEmpty();
        }

        synchronized void stop() {
            if (watch != null) {
                watch.stop();
            }
        }
    }

    private void seen(String key, PodState state, Pod pod) {
        LiveProbe probe = probes.get(key);
        if (probe == null || closing) {
            return;
        }
        Pod asked = probe.asked.now();
        if (creations.made(asked, pod)) {
            probe.seen(state, pod);
        } else if (creations.uid(asked).isPresent()) {
            probe.replaced();
        }
    }

    /** One probe from its creation to its end. */
    private final class LiveProbe {
        private static final long UNSCHEDULABLE_SECONDS = 10;
        private static final long LAST_WORDS_SECONDS = 2;

        private final String id;
        private final String namespace;
        private final String name;
        private final DesiredPod asked;
        private boolean started;
        private boolean changed;
        private boolean lost;
        private boolean unschedulable;
        private String node = "";
        private Instant opened = Instant.EPOCH;
        private final Reopening reopening = new Reopening();
        private PodState.@Nullable Over over;
        private @Nullable LogFollow log;

        LiveProbe(String id, Pod pod) {
            this.id = id;
            this.asked = new DesiredPod(pod);
            this.namespace = pod.getMetadata().getNamespace();
            this.name = pod.getMetadata().getName();
        }

        String key() {
            return PodWatch.key(asked.now());
        }

        /** Another pod has its name. */
        synchronized void replaced() {
            lose(PodState.DELETED.why(), PodState.DELETED.fix());
        }

        synchronized void seen(PodState state, Pod pod) {
            if (lost) {
                return;
            }
            asked.shown(pod);
            boolean bound = pod.getSpec().getNodeName() != null;
            if (bound) {
                unschedulable = false;
            }
            if (started && !changed && state instanceof PodState.Running) {
                Optional<String> change = asked.strangeness(pod);
                if (change.isPresent()) {
                    lose(
                            "the probe pod was changed while it ran: " + change.get(),
                            "find out who changes pods with the label " + NetproofLabels.ROLE);
                    return;
                }
            }
            if (state instanceof PodState.Running) {
                start(pod);
            } else if (state instanceof PodState.Unschedulable none && !unschedulable) {
                unschedulable = true;
                later(() -> stillUnschedulable(none.message()), UNSCHEDULABLE_SECONDS * 1_000);
            } else if (state instanceof PodState.Over end) {
                if (end.spoke() == PodState.Log.NONE) {
                    lose(end.why(), end.fix());
                } else if (over == null) {
                    start(pod);
                    over = end;
                    // The log's end tells it earlier, after the last line.
                    later(() -> lose(end.why(), end.fix()), LAST_WORDS_SECONDS * 1_000);
                }
            }
        }

        private void start(Pod pod) {
            if (started) {
                return;
            }
            started = true;
            Optional<String> change = Readback.changes(asked.now(), pod);
            changed = change.isPresent();
            node = Optional.ofNullable(pod.getSpec().getNodeName()).orElse("");
            emit(new ProbeEvent.Started(
                    clock.instant(),
                    id,
                    name,
                    Optional.ofNullable(pod.getSpec().getNodeName()),
                    change,
                    Facts.instance(pod)));
            LogFollow follow = new LogFollow(
                    server.streams(),
                    URI.create(server.client().getMasterUrl().toString().replaceAll("/$", "")
                            + "/api/v1/namespaces/" + namespace + "/pods/" + name + "/log?container="
                            + PodShape.CONTAINER + "&follow=true"),
                    terms.nonce(),
                    Fabric8Session.this::whenThereIsRoom,
                    text -> emit(new ProbeEvent.Line(clock.instant(), id, text)),
                    this::logEnded);
            log = follow;
            opened = clock.instant();
            follow.open();
        }

        private synchronized void stillUnschedulable(String message) {
            if (unschedulable) {
                lose(
                        "the scheduler finds no node for the probe pod: " + message,
                        "make room, or let the source run elsewhere (nodes, tolerations)");
            }
        }

        private synchronized void logEnded(LogFollow.End end) {
            if (lost || closing) {
                return;
            }
            if (end.status() == ApiServer.FORBIDDEN) {
                lose(
                        "not permitted: get pods/log in namespace " + namespace,
                        "have the permission granted to \""
                                + server.connection().user() + "\"");
                return;
            }
            PodState.Over known = over;
            if (known != null) {
                lose(known.why(), known.fix());
                return;
            }
            Duration pause = reopening.after(end, Duration.between(opened, clock.instant()));
            if (reopening.isHopeless(end)) {
                lose(
                        "the probe's log cannot be followed: " + end.detail().strip(),
                        "see kubectl logs " + name + " -n " + namespace + "; the node may be lost");
                return;
            }
            if (reopening.isPolling() && unfollowed.add(node)) {
                LOG.warn(
                        "node {} does not follow logs (out of inotify instances? see its sysctl"
                                + " fs.inotify.max_user_instances): they are asked for each second, which takes more"
                                + " requests and a little longer",
                        node);
            }
            LOG.debug("log of {} ended ({} {}), opening it again", name, end.status(), end.detail());
            later(this::reopen, pause.toMillis());
        }

        private synchronized void reopen() {
            if (!lost && log != null) {
                opened = clock.instant();
                log.open();
            }
        }

        private void later(Runnable what, long millis) {
            try {
                Future<?> unused = timer.schedule(what, millis, TimeUnit.MILLISECONDS);
            } catch (RejectedExecutionException e) {
                LOG.debug("the session is closed", e);
            }
        }

        private synchronized void lose(String why, String fix) {
            if (lost) {
                return;
            }
            lost = true;
            if (log != null) {
                log.close();
            }
            emit(new ProbeEvent.Lost(clock.instant(), id, why, fix));
        }

        synchronized void silence() {
            lost = true;
            if (log != null) {
                log.close();
            }
        }
    }
}
