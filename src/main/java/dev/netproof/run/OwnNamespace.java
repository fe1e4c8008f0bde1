package dev.netproof.run;

import dev.netproof.kube.ClusterTrouble;
import dev.netproof.kube.Testbed;
import dev.netproof.kube.Testbed.Standard;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The namespace of netproof's own for what needs a place without policies: witnesses of the ways between nodes, and the control of outside
 * addresses. Made when something first needs it; to close it removes it. Where a namespace is named instead, it is that one, and it stays.
 */
final class OwnNamespace implements AutoCloseable {
    private final Testbed testbed;
    private final DeadlineCall deadlineCall;
    private final Instant end;
    private final String name;
    private final Optional<String> named;
    private Optional<ClusterTrouble> refusal = Optional.empty();
    private boolean created;

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

    /** What it is called, whether or not it has been made. */
    String name() {
        return named.orElse(name);
    }

    /** Where pods of netproof's own go; empty where the cluster does not let it have a namespace. */
    Optional<String> place() {
        if (named.isPresent()) {
            return named;
        }
        if (!created && refusal.isEmpty()) {
            try {
                created = deadlineCall.until(end, "creating a namespace for its own pods", () -> {
                    testbed.createNamespace(name, Standard.RESTRICTED);
                    return true;
                });
            } catch (ClusterTrouble trouble) {
                refusal = Optional.of(trouble);
            }
        }
        return created ? Optional.of(name) : Optional.empty();
    }

    /** Removes it with whatever is left in it. Never throws. */
    @Override
    public void close() {
        testbed.close();
    }

    /** What closing could not remove, and what becomes of it. */
    List<String> remaining() {
        return testbed.remaining();
    }

    /** Whether it is one that somebody named. */
    boolean isNamed() {
        return named.isPresent();
    }

    /** Why there is none, once one was needed. */
    Optional<String> refusal() {
        return refusal.map(trouble -> String.valueOf(trouble.getMessage()));
    }
}
