package dev.netproof.kube;

import dev.netproof.kube.PodShape.Limits;
import dev.netproof.kube.Stamp.Marked;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A namespace that probes of a session run in: its anchor and its watch. */
final class ProbeNamespace {
    private static final Logger LOG = LoggerFactory.getLogger(ProbeNamespace.class);

    private final ApiServer server;
    private final Creations creations;
    private final Supplier<PodShape> shape;
    private final PodWatch.Watcher watcher;
    private final String namespace;
    private Optional<Pod> askedAnchor = Optional.empty();
    private @Nullable Pod anchor;
    private @Nullable ClusterTrouble trouble;
    private @Nullable PodWatch watch;
    private volatile Limits limits = Limits.NONE;

    ProbeNamespace(
            String namespace,
            ApiServer server,
            Creations creations,
            Supplier<PodShape> shape,
            PodWatch.Watcher watcher) {
        this.namespace = namespace;
        this.server = server;
        this.creations = creations;
        this.shape = shape;
        this.watcher = watcher;
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
                there = createAnchor(shape.get().markAnchor(namespace));
                PodWatch started = new PodWatch(server, namespace, watcher);
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
            return createAnchor(shape.get().anchor(namespace, marked, limits));
        } catch (KubernetesClientException e) {
            if (!Rejection.demandsLimits(e)) {
                throw e;
            }
            limits = Limits.DEMANDED;
            return createAnchor(shape.get().anchor(namespace, marked, limits));
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
