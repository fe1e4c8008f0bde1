package dev.netproof.kube;

import dev.netproof.evidence.ProbeEvent;
import dev.netproof.plan.ClusterFacts.Readiness;
import dev.netproof.plan.ServerPod;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodIP;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/** The servers of a testbed, from their creation to their end, and the watches that tell of them. */
final class LiveServers {
    private final ApiServer server;
    private final Clock clock;
    private final Fabric8Session session;
    private final Creations creations;
    private final ExecutorService workers;
    private final Map<String, PodWatch> watches = new ConcurrentHashMap<>();
    private final Map<String, LiveServer> servers = new ConcurrentHashMap<>();
    private volatile boolean closing;

    /** @param workers create the pods, each of which ends in an event of the session */
    LiveServers(ApiServer server, Clock clock, Fabric8Session session, Creations creations, ExecutorService workers) {
        this.server = server;
        this.clock = clock;
        this.session = session;
        this.creations = creations;
        this.workers = workers;
    }

    private record LiveServer(
            ServerPod plan,
            DesiredPod asked,
            AtomicBoolean serving,
            AtomicBoolean lost,
            AtomicReference<Readiness> readiness) {}

    /** @param late is given each pod that is created after {@link #close} */
    void serve(Collection<ServerPod> wanted, Consumer<Pod> late) {
        wanted.forEach(one -> watch(one.namespace()));
        PodShape shape = session.shape();
        wanted.forEach(one -> workers.execute(() -> create(one, shape.server(one), late)));
    }

    private PodWatch watch(String namespace) {
        return watches.computeIfAbsent(namespace, absent -> {
            PodWatch watch = new PodWatch(server, absent, this::seen);
            watch.start();
            return watch;
        });
    }

    private void create(ServerPod plan, Pod pod, Consumer<Pod> late) {
        if (closing) {
            return;
        }
        String key = PodWatch.key(pod);
        PodWatch watch = watch(plan.namespace());
        watch.expect(key);
        LiveServer live = new LiveServer(
                plan,
                new DesiredPod(pod),
                new AtomicBoolean(),
                new AtomicBoolean(),
                new AtomicReference<>(Readiness.NOT_READY));
        servers.put(key, live);
        try {
            creations.createOnceAccountIsThere(pod);
        } catch (RuntimeException e) {
            live.lost().set(true);
            if (!creations.mayExist(pod)) {
                servers.remove(key);
                watch.forget(key);
            }
            Rejection rejection = Rejection.ofServer(server, plan, e);
            session.tell(new ProbeEvent.Lost(clock.instant(), plan.id(), rejection.why(), rejection.fix()));
            return;
        }
        if (closing) {
            // Created while the testbed was being closed.
            late.accept(pod);
        }
    }

    private void seen(String key, PodState state, Pod pod) {
        LiveServer known = servers.get(key);
        if (known == null || closing || known.lost().get()) {
            return;
        }
        Pod asked = known.asked().now();
        boolean made = creations.made(asked, pod);
        if (!made && creations.uid(asked).isEmpty()) {
            return;
        }
        if (made) {
            known.asked().shown(pod);
        }
        if ((made ? state : PodState.DELETED) instanceof PodState.Over over) {
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

    /** A server's pod as it is asked to be. */
    Optional<DesiredPod> asked(String id) {
        return servers.values().stream()
                .filter(one -> one.plan().id().equals(id))
                .map(LiveServer::asked)
                .findFirst();
    }

    /** From now on no event tells of them. */
    void close() {
        closing = true;
    }

    /** As they were asked for last. */
    List<Pod> pods() {
        return servers.values().stream().map(one -> one.asked().now()).toList();
    }

    /** A pod that is not there. */
    void forget(HasMetadata pod) {
        Optional.ofNullable(watches.get(pod.getMetadata().getNamespace()))
                .ifPresent(watch -> watch.forget(PodWatch.key(pod)));
    }

    /** Whether every pod is gone. */
    boolean isEmpty() {
        return watches.values().stream().allMatch(PodWatch::isEmpty);
    }

    void stop() {
        watches.values().forEach(PodWatch::stop);
    }
}
