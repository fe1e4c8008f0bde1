package dev.netproof.kube;

import dev.netproof.evidence.ProbeEvent;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What became known in a session and was not taken yet, and what is to happen later in it. Used by several threads. */
final class SessionEvents {
    private static final Logger LOG = LoggerFactory.getLogger(SessionEvents.class);

    /** More than the largest matrix has in a round. */
    private static final int MOST = 20_000;

    private static final long FULL_MILLIS = 20;

    private final Clock clock;
    private final BlockingQueue<ProbeEvent> events = new LinkedBlockingQueue<>();
    private final ScheduledThreadPoolExecutor timer = Threads.timer("timer");
    private volatile boolean closed;

    SessionEvents(Clock clock) {
        this.clock = clock;
    }

    /** The session's clock. */
    Instant now() {
        return clock.instant();
    }

    void emit(ProbeEvent event) {
        if (!closed) {
            events.add(event);
        }
    }

    Optional<ProbeEvent> next(Instant until) {
        try {
            long millis = Math.max(0, Duration.between(clock.instant(), until).toMillis());
            return Optional.ofNullable(events.poll(millis, TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    /** Of a flood no more is taken than is judged meanwhile. */
    void whenThereIsRoom(Runnable more) {
        if (closed || events.size() < MOST) {
            more.run();
        } else {
            later(() -> whenThereIsRoom(more), FULL_MILLIS);
        }
    }

    void later(Runnable what, long millis) {
        try {
            Future<?> unused = timer.schedule(what, millis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("the session is closed", e);
        }
    }

    /** Whether events are lost from now on. */
    boolean isClosed() {
        return closed;
    }

    /** From now on events are lost. */
    void close() {
        closed = true;
    }

    /** From now on nothing happens later. */
    void stop() {
        timer.shutdownNow();
    }
}
