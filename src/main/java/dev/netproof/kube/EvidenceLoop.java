package dev.netproof.kube;

import dev.netproof.evidence.EvidenceCollector;
import dev.netproof.evidence.ProbeEvent;
import dev.netproof.probe.ProbeFact;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * The one loop that feeds the evidence, of a run, of the canary beside it and of the enforcement check: it takes the next event of a session,
 * gives it to the collector, and hands on what came of it. Used by the session's thread.
 */
public final class EvidenceLoop {
    private final ProbeSession session;
    private final EvidenceCollector collector;
    private final Duration tick;
    private final Instant end;
    private final BooleanSupplier interrupted;

    /** Waits for what the events show. */
    public interface Listener {
        /** Whether there is nothing more to wait for. */
        boolean isDone();

        /**
         * An event is in the evidence.
         *
         * @param facts what the collector read from it
         */
        void heard(ProbeEvent event, List<ProbeFact> facts);

        /** After every event, and after a tick without one. */
        default void look(Instant now) {}
    }

    /**
     * @param tick how long to wait for an event before the listener looks at the time
     * @param end when the loop ends, whatever it waits for
     * @param interrupted whether somebody asked it to end before
     */
    public EvidenceLoop(
            ProbeSession session,
            EvidenceCollector collector,
            Duration tick,
            Instant end,
            BooleanSupplier interrupted) {
        this.session = session;
        this.collector = collector;
        this.tick = tick;
        this.end = end;
        this.interrupted = interrupted;
    }

    /** Runs until the listener is done, the end has come, or somebody interrupts. */
    public void run(Listener listener) {
        run(end, listener);
    }

    /** The same, but not beyond this moment. */
    public void run(Instant deadline, Listener listener) {
        Instant last = earlier(deadline, end);
        while (!listener.isDone()
                && !interrupted.getAsBoolean()
                && session.now().isBefore(last)) {
            Optional<ProbeEvent> event = session.next(earlier(session.now().plus(tick), last));
            event.ifPresent(one -> listener.heard(one, collector.accept(one)));
            listener.look(session.now());
        }
    }

    private static Instant earlier(Instant a, Instant b) {
        return a.isBefore(b) ? a : b;
    }
}
