package dev.netproof.kube;

import dev.netproof.kube.Cluster.CleanScope;
import dev.netproof.kube.Cluster.Cleaning;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Removes what runs left behind that could not clean up after themselves. */
final class Sweep {
    private static final Logger LOG = LoggerFactory.getLogger(Sweep.class);
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private final ApiServer server;
    private final ExecutorService pool;
    private final Clock clock;
    private final Set<String> unreadable = new TreeSet<>();
    private final Set<String> remaining = new TreeSet<>();

    Sweep(ApiServer server, ExecutorService pool, Clock clock) {
        this.server = server;
        this.pool = pool;
        this.clock = clock;
    }

    Cleaning of(Set<String> namespaces, CleanScope scope) {
        List<Pod> left = new ArrayList<>();
        if (namespaces.isEmpty()) {
            left.addAll(server.ask(
                    "list pods in all namespaces",
                    () -> server.client()
                            .pods()
                            .inAnyNamespace()
                            .withLabel(Marks.ROLE)
                            .list()
                            .getItems()));
        }
        for (String namespace : new TreeSet<>(namespaces)) {
            left.addAll(own(namespace));
        }
        Instant now = clock.instant();
        List<Pod> doomed = left.stream()
                .filter(pod -> scope == CleanScope.ALL
                        || Marks.deadline(pod).filter(now::isAfter).isPresent())
                .toList();
        List<CompletableFuture<Void>> deletions = doomed.stream()
                .map(pod -> CompletableFuture.runAsync(() -> delete(pod), pool))
                .toList();
        try {
            deletions.forEach(CompletableFuture::join);
        } catch (CompletionException e) {
            throw server.trouble("delete netproof's own pods", e);
        }
        Set<String> uids = new TreeSet<>(
                doomed.stream().map(pod -> pod.getMetadata().getUid()).toList());
        Set<String> where = new TreeSet<>(
                doomed.stream().map(pod -> pod.getMetadata().getNamespace()).toList());
        awaitEnd(uids, where);
        Cleaning rest = namespaces.isEmpty()
                ? swept(everywhere(), scope)
                : swept(
                        namespaces.stream()
                                .flatMap(namespace -> belongings(namespace).stream())
                                .toList(),
                        scope);
        return new Cleaning(
                doomed.size() + rest.removed(),
                left.size() - doomed.size() + rest.alive(),
                unreadable,
                rest.remaining());
    }

    /** Namespaces of enforcement checks, with all that is in them. */
    Cleaning ofGrounds(CleanScope scope) {
        return swept(grounds(), scope);
    }

    private Cleaning swept(List<? extends HasMetadata> found, CleanScope scope) {
        Instant now = clock.instant();
        List<? extends HasMetadata> left = found.stream()
                .filter(one -> one.getMetadata().getDeletionTimestamp() == null)
                .toList();
        List<? extends HasMetadata> doomed = left.stream()
                .filter(one -> scope == CleanScope.ALL
                        || Marks.deadline(one).filter(now::isAfter).isPresent())
                .toList();
        int removed = 0;
        for (HasMetadata one : doomed) {
            if (isDeleted(one)) {
                removed++;
            }
        }
        return new Cleaning(removed, left.size() - doomed.size(), unreadable, remaining);
    }

    /** What another's check left may be seen by many who may not remove it: that it stays is said, and stops nobody. */
    private boolean isDeleted(HasMetadata one) {
        String doing = "delete " + one.getPlural() + " "
                + one.getMetadata().getName()
                + Optional.ofNullable(one.getMetadata().getNamespace())
                        .map(namespace -> " in namespace " + namespace)
                        .orElse("");
        try {
            server.client().resource(one).delete();
            return true;
        } catch (KubernetesClientException e) {
            ClusterTrouble trouble = server.trouble(doing, e);
            if (!ApiServer.isRefusal(e)) {
                throw trouble;
            }
            remaining.add(String.valueOf(trouble.getMessage()));
            return false;
        }
    }

    private List<? extends HasMetadata> grounds() {
        return readable(
                "list namespaces",
                () -> server.client()
                        .namespaces()
                        .withLabel(Marks.ROLE, Marks.GROUND)
                        .list()
                        .getItems());
    }

    /** Namespaces of enforcement checks, and what these make beside pods in others: with its namespace goes all that is in it. */
    private List<? extends HasMetadata> everywhere() {
        List<HasMetadata> found = new ArrayList<>(grounds());
        Set<String> own = found.stream().map(one -> one.getMetadata().getName()).collect(Collectors.toSet());
        List<HasMetadata> others = new ArrayList<>(readable(
                "list networkpolicies in all namespaces",
                () -> server.client()
                        .network()
                        .v1()
                        .networkPolicies()
                        .inAnyNamespace()
                        .withLabel(Marks.ROLE, Marks.GROUND)
                        .list()
                        .getItems()));
        others.addAll(readable(
                "list services in all namespaces",
                () -> server.client()
                        .services()
                        .inAnyNamespace()
                        .withLabel(Marks.ROLE, Marks.GROUND)
                        .list()
                        .getItems()));
        others.stream()
                .filter(one -> !own.contains(one.getMetadata().getNamespace()))
                .forEach(found::add);
        return found;
    }

    /** What an enforcement check makes beside pods, in a namespace that is not its own. */
    private List<? extends HasMetadata> belongings(String namespace) {
        String where = " in namespace " + namespace;
        List<HasMetadata> found = new ArrayList<>(readable(
                "list networkpolicies" + where,
                () -> server.client()
                        .network()
                        .v1()
                        .networkPolicies()
                        .inNamespace(namespace)
                        .withLabel(Marks.ROLE, Marks.GROUND)
                        .list()
                        .getItems()));
        found.addAll(readable(
                "list services" + where,
                () -> server.client()
                        .services()
                        .inNamespace(namespace)
                        .withLabel(Marks.ROLE, Marks.GROUND)
                        .list()
                        .getItems()));
        return found;
    }

    /** Only enforcement checks leave these, and most who clean up have no permission to read them: that is said, and no failure. */
    private <T> List<T> readable(String doing, Supplier<List<T>> read) {
        try {
            return read.get();
        } catch (KubernetesClientException e) {
            if (e.getCode() != ApiServer.FORBIDDEN && e.getCode() != ApiServer.NOT_FOUND) {
                throw server.trouble(doing, e);
            }
            LOG.debug("not everything can be looked through for leftovers", e);
            unreadable.add(doing);
            return List.of();
        }
    }

    private List<Pod> own(String namespace) {
        return server.ask(
                "list pods in namespace " + namespace,
                () -> server.client()
                        .pods()
                        .inNamespace(namespace)
                        .withLabel(Marks.ROLE)
                        .list()
                        .getItems());
    }

    private void delete(Pod pod) {
        String namespace = pod.getMetadata().getNamespace();
        server.ask(
                "delete pods in namespace " + namespace,
                () -> server.client()
                        .pods()
                        .inNamespace(namespace)
                        .withName(pod.getMetadata().getName())
                        .delete());
    }

    private void awaitEnd(Set<String> uids, Set<String> namespaces) {
        if (uids.isEmpty()) {
            return;
        }
        try {
            Awaitility.await()
                    .atMost(PATIENCE)
                    .pollDelay(Duration.ofMillis(100))
                    .pollInterval(Duration.ofMillis(500))
                    .until(() -> namespaces.stream()
                            .flatMap(namespace -> own(namespace).stream())
                            .noneMatch(pod -> uids.contains(pod.getMetadata().getUid())));
        } catch (ConditionTimeoutException | KubernetesClientException e) {
            LOG.warn("pods that were deleted are still there after {} s", PATIENCE.toSeconds());
        }
    }
}
