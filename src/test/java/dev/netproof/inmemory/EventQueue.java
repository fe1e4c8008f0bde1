package dev.netproof.inmemory;

import dev.netproof.evidence.ProbeEvent;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.PriorityQueue;

/** What happens in a session, in the order of time: events for the one who waits, and actions that cause more. */
final class EventQueue {
    private final VirtualTime time;
    private final PriorityQueue<Due> due =
            new PriorityQueue<>(Comparator.comparing(Due::at).thenComparing(Due::order));
    private int order;

    EventQueue(VirtualTime time) {
        this.time = time;
    }

    private record Due(Instant at, int order, Optional<ProbeEvent> event, Runnable action) {}

    void tell(ProbeEvent event) {
        due.add(new Due(event.at(), order++, Optional.of(event), () -> {}));
    }

    void at(Instant moment, Runnable action) {
        due.add(new Due(moment, order++, Optional.empty(), action));
    }

    /**
     * The next event until then; time passes up to it.
     *
     * @param before runs before everything that happens
     */
    Optional<ProbeEvent> next(Instant until, Runnable before) {
        Due first;
        while ((first = due.peek()) != null && !first.at().isAfter(until)) {
            due.remove();
            time.pass(first.at());
            before.run();
            first.action().run();
            if (first.event().isPresent()) {
                return first.event();
            }
        }
        time.pass(until);
        return Optional.empty();
    }
}
