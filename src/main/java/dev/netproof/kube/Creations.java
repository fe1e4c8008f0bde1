package dev.netproof.kube;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.awaitility.pollinterval.FixedPollInterval;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a session created, by the UIDs that the API server gave: that and nothing else is deleted for it, whatever has its name. Used by
 * several threads.
 */
final class Creations {
    private static final Logger LOG = LoggerFactory.getLogger(Creations.class);

    private final ApiServer server;

    private static final Duration ACCOUNT_PATIENCE = Duration.ofSeconds(10);
    private static final Duration POLL = Duration.ofMillis(50);

    /** UIDs by kind, namespace and name; without one as long as no answer has told it. */
    private final Map<String, Optional<String>> uids = new ConcurrentHashMap<>();

    Creations(ApiServer server) {
        this.server = server;
    }

    /**
     * Creates an object; that it is there already is the answer to a request that was repeated after its first answer was lost.
     *
     * @throws KubernetesClientException also when somebody else's has that name
     */
    <T extends HasMetadata> T create(T wanted) {
        uids.putIfAbsent(key(wanted), Optional.empty());
        try {
            return known(server.client().resource(wanted).create());
        } catch (KubernetesClientException e) {
            if (e.getCode() == ApiServer.CONFLICT) {
                Optional<T> there = repeated(wanted, e);
                if (there.isPresent()) {
                    return known(there.get());
                }
            }
            if (wasNotCreated(e)) {
                uids.remove(key(wanted));
            }
            throw e;
        }
    }

    /**
     * Creates a pod that may be the first of its namespace: the namespace is there a moment before its default service account, and no pod is
     * accepted without.
     */
    Pod createOnceAccountIsThere(Pod wanted) {
        AtomicReference<@Nullable Pod> created = new AtomicReference<>();
        AtomicReference<@Nullable KubernetesClientException> last = new AtomicReference<>();
        try {
            Awaitility.await()
                    .pollInSameThread()
                    .pollDelay(Duration.ZERO)
                    .pollInterval(FixedPollInterval.fixed(POLL))
                    .atMost(ACCOUNT_PATIENCE)
                    .until(() -> {
                        try {
                            created.set(create(wanted));
                            return true;
                        } catch (KubernetesClientException e) {
                            last.set(e);
                            if (e.getCode() == ApiServer.FORBIDDEN
                                    && ApiServer.message(e).contains("serviceaccount \"default\" not found")) {
                                return false;
                            }
                            throw e;
                        }
                    });
        } catch (ConditionTimeoutException e) {
            throw Optional.<RuntimeException>ofNullable(last.get()).orElse(e);
        }
        return Objects.requireNonNull(created.get());
    }

    private <T extends HasMetadata> T known(T created) {
        uids.put(key(created), Optional.of(created.getMetadata().getUid()));
        return created;
    }

    private <T extends HasMetadata> Optional<T> repeated(T wanted, KubernetesClientException conflict) {
        try {
            return find(wanted);
        } catch (KubernetesClientException e) {
            LOG.debug("whose {} it is may not be read", wanted.getMetadata().getName(), e);
            throw conflict;
        }
    }

    /** After anything but a plain no the object may exist all the same. */
    private static boolean wasNotCreated(KubernetesClientException failure) {
        return failure.getCode() >= 400 && failure.getCode() < 500;
    }

    /** The object that was asked for, if it is there. Listed, because a get would be one more permission. */
    @SuppressWarnings("unchecked")
    private <T extends HasMetadata> Optional<T> find(T wanted) {
        var kind = server.client().resources((Class<T>) wanted.getClass());
        String namespace = wanted.getMetadata().getNamespace();
        var where = namespace == null ? kind : kind.inNamespace(namespace);
        return where.withField("metadata.name", wanted.getMetadata().getName()).list().getItems().stream()
                .filter(one ->
                        one.getMetadata().getName().equals(wanted.getMetadata().getName()))
                .filter(one -> NetproofLabels.same(wanted, one))
                .findFirst();
    }

    /** Whether it was asked for, and not refused. */
    boolean mayExist(HasMetadata wanted) {
        return uids.containsKey(key(wanted));
    }

    /** The UID of what was created. */
    Optional<String> uid(HasMetadata wanted) {
        return uids.getOrDefault(key(wanted), Optional.empty());
    }

    /** Whether this is what was created, or may be as far as is known. */
    boolean made(HasMetadata wanted, HasMetadata there) {
        return uid(wanted)
                .map(uid -> uid.equals(there.getMetadata().getUid()))
                .orElseGet(() -> NetproofLabels.same(wanted, there));
    }

    /**
     * Deletes what was created.
     *
     * @return false when there is nothing of this session's to be deleted
     * @throws KubernetesClientException when it stays, or it is not known whether it does
     */
    boolean delete(HasMetadata wanted) {
        if (!mayExist(wanted)) {
            return false;
        }
        Optional<String> uid = uid(wanted)
                .or(() -> find(wanted).map(there -> there.getMetadata().getUid()));
        return uid.isPresent() && Deletion.ofUid(server, wanted, uid.get()) == Deletion.End.DELETED;
    }

    private static String key(HasMetadata object) {
        return object.getKind() + " " + object.getMetadata().getNamespace() + "/"
                + object.getMetadata().getName();
    }
}
