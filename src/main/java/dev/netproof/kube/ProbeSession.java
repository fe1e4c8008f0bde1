package dev.netproof.kube;

import dev.netproof.evidence.ProbeEvent;
import dev.netproof.plan.Backend;
import dev.netproof.plan.ProbePod;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Probe pods that run together and are removed together. Used by one thread. What happens comes out of {@link #next}, in the
 * order in which it became known here; the session's clock is the only one that the events are dated by.
 */
public interface ProbeSession extends AutoCloseable {
    /** Starts these probes, in parallel. Their fates arrive as events. */
    void launch(Collection<ProbePod> probes);

    /** Asks whether a pod's port answers through the API server's port-forward. The answer arrives as an event. */
    void ask(Backend backend);

    /** The next event, waiting for it until this moment at the latest; empty when the moment has come. */
    Optional<ProbeEvent> next(Instant until);

    /** The session's clock. */
    Instant now();

    /** Removes every object that the session created, and waits until they are gone or cannot be removed. Never throws. */
    @Override
    void close();

    /** What closing could not remove, and what happens to it; empty before closing. */
    default List<String> remaining() {
        return List.of();
    }
}
