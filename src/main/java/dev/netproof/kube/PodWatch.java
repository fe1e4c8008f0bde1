package dev.netproof.kube;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One watch over all pods of a namespace that carry netproof's label, of this session or not. */
final class PodWatch {
    private static final Logger LOG = LoggerFactory.getLogger(PodWatch.class);
    private static final int START_SECONDS = 20;
    private static final String REVIEW = """
            {"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview",
             "spec": {"resourceAttributes": {"namespace": "%s", "verb": "watch", "resource": "pods"}}}
            """;

    /** Receives each change, one after the other. */
    @FunctionalInterface
    interface Watcher {
        void seen(String key, PodState state, Pod pod);
    }

    private final ApiServer server;
    private final String namespace;
    private final Set<String> present = ConcurrentHashMap.newKeySet();
    private final SharedIndexInformer<Pod> informer;

    PodWatch(ApiServer server, String namespace, Watcher watcher) {
        this.server = server;
        this.namespace = namespace;
        this.informer = server.client()
                .pods()
                .inNamespace(namespace)
                .withLabel(NetproofLabels.ROLE)
                .runnableInformer(0);
        informer.addEventHandler(new ResourceEventHandler<>() {
            @Override
            public void onAdd(Pod pod) {
                watcher.seen(key(pod), PodState.of(pod), pod);
            }

            @Override
            public void onUpdate(Pod before, Pod pod) {
                onAdd(pod);
            }

            @Override
            public void onDelete(Pod pod, boolean unknown) {
                present.remove(key(pod));
                watcher.seen(key(pod), PodState.DELETED, pod);
            }
        });
        // A watch that breaks later is opened again.
        informer.exceptionHandler((watching, failure) -> {
            LOG.debug("watch of namespace {} broke", namespace, failure);
            return watching;
        });
    }

    static String key(HasMetadata object) {
        return object.getMetadata().getNamespace() + "/" + object.getMetadata().getName();
    }

    /** Returns once the watch is established. */
    void start() {
        String doing = "watch pods in namespace " + namespace;
        if (isRefused()) {
            throw new ClusterTrouble(
                    "not permitted to " + doing,
                    "have it granted, docs/permissions.md has the Roles; see "
                            + server.kubectl("auth can-i watch pods -n " + namespace));
        }
        try {
            informer.start().toCompletableFuture().get(START_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw server.trouble(doing, e);
        } catch (ExecutionException | CompletionException e) {
            throw server.trouble(doing, e.getCause() == null ? e : e.getCause());
        } catch (TimeoutException e) {
            throw server.trouble(doing, e);
        }
    }

    /** Asked beforehand, because the client takes a refusal to watch for a watch that broke, and asks again for ever. */
    private boolean isRefused() {
        try {
            String answer = server.client()
                    .raw("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", "POST", REVIEW.formatted(namespace));
            return answer != null && answer.replaceAll("\\s", "").contains("\"allowed\":false");
        } catch (KubernetesClientException e) {
            LOG.debug("no SelfSubjectAccessReview", e);
            return false;
        }
    }

    /** Counts a pod as there until the watch tells of its end. */
    void expect(String key) {
        present.add(key);
    }

    void forget(String key) {
        present.remove(key);
    }

    /** Whether every pod that was expected is gone. */
    boolean isEmpty() {
        return present.isEmpty();
    }

    void stop() {
        informer.stop();
    }
}
