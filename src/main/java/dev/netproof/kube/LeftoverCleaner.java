package dev.netproof.kube;

import dev.netproof.kube.Cluster.CleanScope;
import dev.netproof.kube.Cluster.Cleaning;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
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
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.ExecutorService;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes what runs left behind that could not clean up after themselves. It finds things by netproof's label, and removes those whose
 * {@link Provenance} is proved.
 */
final class LeftoverCleaner {
    private static final Logger LOG = LoggerFactory.getLogger(LeftoverCleaner.class);
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    /** How often an object that keeps changing is read again. */
    private static final int TRIES = 5;

    private final ApiServer server;
    private final ExecutorService pool;
    private final Clock clock;
    private final Set<String> unreadable = new TreeSet<>();
    private final Set<String> remaining = new ConcurrentSkipListSet<>();
    private final Set<String> foreign = new ConcurrentSkipListSet<>();

    LeftoverCleaner(ApiServer server, ExecutorService pool, Clock clock) {
        this.server = server;
        this.pool = pool;
        this.clock = clock;
    }

    /**
     * What was found of one kind or place.
     *
     * @param doomed netproof's, and to be removed
     * @param alive how many are netproof's and may belong to a live run
     */
    private record Sorted<T>(List<T> doomed, int alive) {}

    Cleaning of(Set<String> namespaces, CleanScope scope) {
        List<Pod> left = new ArrayList<>();
        if (namespaces.isEmpty()) {
            left.addAll(server.ask(
                    "list pods in all namespaces",
                    () -> server.client()
                            .pods()
                            .inAnyNamespace()
                            .withLabel(NetproofLabels.ROLE)
                            .list()
                            .getItems()));
        }
        for (String namespace : new TreeSet<>(namespaces)) {
            left.addAll(marked(namespace));
        }
        Sorted<Pod> pods = sorted(left, scope);
        List<CompletableFuture<Boolean>> deletions = pods.doomed().stream()
                .map(pod -> CompletableFuture.supplyAsync(() -> isDeleted(pod), pool))
                .toList();
        int removed;
        try {
            removed = (int) deletions.stream().filter(CompletableFuture::join).count();
        } catch (CompletionException e) {
            throw server.trouble("delete netproof's own pods", e);
        }
        awaitEnd(pods.doomed());
        Cleaning rest = namespaces.isEmpty()
                ? swept(everywhere(), scope)
                : swept(
                        namespaces.stream()
                                .flatMap(namespace -> belongings(namespace).stream())
                                .toList(),
                        scope);
        return new Cleaning(
                removed + rest.removed(), pods.alive() + rest.alive(), unreadable, rest.remaining(), rest.foreign());
    }

    /** Namespaces of enforcement checks, with all that is in them. */
    Cleaning ofGrounds(CleanScope scope) {
        return swept(grounds(), scope);
    }

    /** Objects with the label that are not netproof's are named, whatever else is written on them. */
    private <T extends HasMetadata> Sorted<T> sorted(List<T> found, CleanScope scope) {
        Instant now = clock.instant();
        List<T> doomed = new ArrayList<>();
        int alive = 0;
        for (T one : found) {
            if (isForeign(one)) {
                continue;
            }
            if (scope == CleanScope.ALL
                    || NetproofLabels.deadline(one).filter(now::isAfter).isPresent()) {
                doomed.add(one);
            } else {
                alive++;
            }
        }
        return new Sorted<>(doomed, alive);
    }

    private boolean isForeign(HasMetadata one) {
        Optional<Provenance.Doubt> doubt = Provenance.doubt(one);
        doubt.ifPresent(why -> foreign.add(Provenance.notOurs(one, why.because())));
        return doubt.isPresent();
    }

    private Cleaning swept(List<? extends HasMetadata> found, CleanScope scope) {
        List<? extends HasMetadata> left = found.stream()
                .filter(one -> one.getMetadata().getDeletionTimestamp() == null)
                .toList();
        Sorted<? extends HasMetadata> sorted = sorted(left, scope);
        Contents contents = new Contents(server);
        int removed = 0;
        for (HasMetadata one : sorted.doomed()) {
            Optional<String> obstacle = one instanceof Namespace
                    ? contents.obstacle(one.getMetadata().getName())
                    : Optional.empty();
            if (obstacle.isPresent()) {
                foreign.add(one.getKind() + " " + one.getMetadata().getName() + " was created by netproof but is kept: "
                        + obstacle.get());
            } else if (isDeletedIfPermitted(one)) {
                removed++;
            }
        }
        return new Cleaning(removed, sorted.alive(), unreadable, remaining, foreign);
    }

    /** Many may see the leftovers of another's check and not remove them: that is noted, and ends no run. */
    private boolean isDeletedIfPermitted(HasMetadata one) {
        String doing = "delete " + one.getPlural() + " "
                + one.getMetadata().getName()
                + Optional.ofNullable(one.getMetadata().getNamespace())
                        .map(namespace -> " in namespace " + namespace)
                        .orElse("");
        try {
            return isGone(one);
        } catch (KubernetesClientException e) {
            ClusterTrouble trouble = server.trouble(doing, e);
            if (!ApiServer.isRefusal(e)) {
                throw trouble;
            }
            remaining.add(String.valueOf(trouble.getMessage()));
            return false;
        }
    }

    /** Deletes what was read, and reads it again where it has changed since: what was proved of it must hold when it goes. */
    private boolean isGone(HasMetadata read) {
        HasMetadata one = read;
        for (int left = TRIES; left > 0; left--) {
            if (Deletion.unchanged(server, one) != Deletion.End.CHANGED) {
                return true;
            }
            Optional<? extends HasMetadata> now = again(one);
            if (now.isEmpty()) {
                return true;
            }
            if (isForeign(now.get())) {
                return false;
            }
            one = now.get();
        }
        remaining.add(
                one.getPlural() + " " + one.getMetadata().getName() + " keeps changing: run netproof clean again");
        return false;
    }

    /** The same object, as it is now. Listed, because a get would be one more permission. */
    private Optional<? extends HasMetadata> again(HasMetadata one) {
        var kind = server.client().resources(one.getClass());
        String namespace = one.getMetadata().getNamespace();
        return (namespace == null ? kind : kind.inNamespace(namespace))
                .withField("metadata.name", one.getMetadata().getName()).list().getItems().stream()
                        .filter(now -> one.getMetadata()
                                .getUid()
                                .equals(now.getMetadata().getUid()))
                        .findFirst();
    }

    private List<? extends HasMetadata> grounds() {
        return readable(
                "list namespaces",
                () -> server.client()
                        .namespaces()
                        .withLabel(NetproofLabels.ROLE, NetproofLabels.GROUND)
                        .list()
                        .getItems());
    }

    /** Namespaces of enforcement checks, and what these make beside pods in others: with its namespace goes all that is in it. */
    private List<? extends HasMetadata> everywhere() {
        List<HasMetadata> found = new ArrayList<>(grounds());
        Set<String> own = found.stream()
                .filter(one -> Provenance.doubt(one).isEmpty())
                .map(one -> one.getMetadata().getName())
                .collect(Collectors.toSet());
        List<HasMetadata> others = new ArrayList<>(readable(
                "list networkpolicies in all namespaces",
                () -> server.client()
                        .network()
                        .v1()
                        .networkPolicies()
                        .inAnyNamespace()
                        .withLabel(NetproofLabels.ROLE, NetproofLabels.GROUND)
                        .list()
                        .getItems()));
        others.addAll(readable(
                "list services in all namespaces",
                () -> server.client()
                        .services()
                        .inAnyNamespace()
                        .withLabel(NetproofLabels.ROLE, NetproofLabels.GROUND)
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
                        .withLabel(NetproofLabels.ROLE, NetproofLabels.GROUND)
                        .list()
                        .getItems()));
        found.addAll(readable(
                "list services" + where,
                () -> server.client()
                        .services()
                        .inNamespace(namespace)
                        .withLabel(NetproofLabels.ROLE, NetproofLabels.GROUND)
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

    private List<Pod> marked(String namespace) {
        return server.ask(
                "list pods in namespace " + namespace,
                () -> server.client()
                        .pods()
                        .inNamespace(namespace)
                        .withLabel(NetproofLabels.ROLE)
                        .list()
                        .getItems());
    }

    private boolean isDeleted(Pod pod) {
        return server.ask("delete pods in namespace " + pod.getMetadata().getNamespace(), () -> isGone(pod));
    }

    private void awaitEnd(List<Pod> doomed) {
        if (doomed.isEmpty()) {
            return;
        }
        Set<String> uids =
                doomed.stream().map(pod -> pod.getMetadata().getUid()).collect(Collectors.toSet());
        Set<String> namespaces =
                doomed.stream().map(pod -> pod.getMetadata().getNamespace()).collect(Collectors.toSet());
        try {
            Awaitility.await()
                    .atMost(PATIENCE)
                    .pollDelay(Duration.ofMillis(100))
                    .pollInterval(Duration.ofMillis(500))
                    .until(() -> namespaces.stream()
                            .flatMap(namespace -> marked(namespace).stream())
                            .noneMatch(pod -> uids.contains(pod.getMetadata().getUid())));
        } catch (ConditionTimeoutException | KubernetesClientException e) {
            LOG.warn("pods that were deleted are still there after {} s", PATIENCE.toSeconds());
        }
    }
}
