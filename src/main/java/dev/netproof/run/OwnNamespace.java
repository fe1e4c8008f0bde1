package dev.netproof.run;

import dev.netproof.enforce.LentNamespace;
import dev.netproof.kube.ClusterTrouble;
import dev.netproof.kube.Testbed;
import dev.netproof.kube.Testbed.Standard;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one namespace of a run for everything that needs a place without policies: the canary, witnesses of the ways between nodes, the control of
 * outside hosts. Created when something first needs it, and removed by {@link #close} with all that is in it. Where --control-namespace names
 * one, it is that one, and it stays; the canary does not work there. Used by the run's thread and the canary's.
 */
final class OwnNamespace implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OwnNamespace.class);

    /** How long closing waits for the answer to a creation that the run did not wait for. */
    private static final Duration CREATION_PATIENCE = Duration.ofSeconds(3);

    private final Testbed testbed;
    private final DeadlineCall deadlineCall;
    private final Instant end;
    private final String name;
    private final Optional<String> named;
    private final CompletableFuture<Void> answered = new CompletableFuture<>();
    private final AtomicReference<Creation> creation = new AtomicReference<>(Creation.NONE);
    private Optional<ClusterTrouble> refusal = Optional.empty();
    private boolean created;

    /** Why it may still appear after closing. */
    private Optional<String> unanswered = Optional.empty();

    private enum Creation {
        NONE,
        BEGUN,
        /** It is too late to begin. */
        BARRED
    }

    /**
     * @param testbed of its own: nothing else is created by it
     * @param end of the run: nothing is waited for beyond it
     * @param name what to call it
     * @param named an existing one to use instead
     */
    OwnNamespace(Testbed testbed, DeadlineCall deadlineCall, Instant end, String name, Optional<String> named) {
        this.deadlineCall = deadlineCall;
        this.end = end;
        this.testbed = testbed;
        this.name = name;
        this.named = named;
    }

    /** Its name, whether or not it exists yet. */
    String name() {
        return named.orElse(name);
    }

    /** Where pods of netproof's own go; empty where the cluster does not let it have a namespace. */
    synchronized Optional<String> place() {
        if (named.isPresent()) {
            return named;
        }
        if (!created && refusal.isEmpty()) {
            try {
                created = deadlineCall.until(end, "creating a namespace for its own pods", this::create);
            } catch (ClusterTrouble trouble) {
                refusal = Optional.of(trouble);
            }
        }
        return created ? Optional.of(name) : Optional.empty();
    }

    private boolean create() {
        if (!creation.compareAndSet(Creation.NONE, Creation.BEGUN)) {
            throw new ClusterTrouble("the run is over", "run it again");
        }
        try {
            testbed.createNamespace(name, Standard.RESTRICTED);
            return true;
        } finally {
            answered.complete(null);
        }
    }

    /** For the canary; empty where the namespace is a named one, which may have policies, quotas and a Pod Security Standard. */
    Optional<LentNamespace> lent() {
        return named.isPresent() ? Optional.empty() : Optional.of(new Lent());
    }

    private final class Lent implements LentNamespace {
        @Override
        public String name() {
            return name;
        }

        @Override
        public void create() {
            if (place().isEmpty()) {
                throw trouble();
            }
        }
    }

    private synchronized ClusterTrouble trouble() {
        return refusal.orElseThrow();
    }

    /** Removes it with whatever is left in it; it is not created after that. Never throws. */
    @Override
    public void close() {
        if (!creation.compareAndSet(Creation.NONE, Creation.BARRED) && creation.get() == Creation.BEGUN) {
            awaitAnswer();
        }
        testbed.close();
    }

    /** A namespace that appears after it was removed would stay. */
    private void awaitAnswer() {
        try {
            answered.get(CREATION_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            mayRemain();
        } catch (ExecutionException | TimeoutException e) {
            mayRemain();
        }
    }

    private void mayRemain() {
        String note = "the API server did not answer whether namespace " + name
                + " was created; if it was, netproof clean removes it";
        LOG.warn("{}", note);
        unanswered = Optional.of(note);
    }

    /** What closing could not remove or does not know to be removed, and what happens to it. */
    List<String> remaining() {
        return Stream.concat(unanswered.stream(), testbed.remaining().stream()).toList();
    }

    /** Whether it is one that somebody named. */
    boolean isNamed() {
        return named.isPresent();
    }

    /** Why there is none, once one was needed. */
    synchronized Optional<String> refusal() {
        return refusal.map(trouble -> String.valueOf(trouble.getMessage()));
    }
}
