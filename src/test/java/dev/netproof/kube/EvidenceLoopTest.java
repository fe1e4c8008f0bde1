package dev.netproof.kube;

import static org.assertj.core.api.Assertions.assertThat;

import dev.netproof.evidence.EvidenceCollector;
import dev.netproof.evidence.EvidenceStore;
import dev.netproof.evidence.ProbeEvent;
import dev.netproof.plan.Backend;
import dev.netproof.plan.ProbePod;
import dev.netproof.probe.ProbeFact;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

class EvidenceLoopTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
    private static final Duration TICK = Duration.ofMillis(200);
    private static final Instant END = NOON.plusSeconds(10);

    private final Quiet session = new Quiet();
    private final EvidenceStore evidence = new EvidenceStore();
    private final List<String> heard = new ArrayList<>();
    private final List<Duration> looks = new ArrayList<>();

    @Test
    void an_event_is_in_the_evidence_before_the_listener_hears_of_it() {
        session.events.add(new ProbeEvent.Lost(NOON, "p1", "it was deleted", "run again"));

        loop(() -> false).run(listening(1));

        assertThat(heard).containsExactly("p1 is lost: it was deleted");
    }

    @Test
    void the_listener_looks_after_every_event_and_after_every_tick_without_one() {
        session.events.add(new ProbeEvent.Lost(NOON, "p1", "it was deleted", "run again"));

        loop(() -> false).run(NOON.plus(TICK.multipliedBy(2)), listening(Integer.MAX_VALUE));

        assertThat(looks).containsExactly(Duration.ZERO, TICK, TICK.multipliedBy(2));
    }

    @Test
    void nothing_is_waited_for_where_the_listener_is_done() {
        loop(() -> false).run(listening(0));

        assertThat(looks).isEmpty();
    }

    @Test
    void it_ends_at_the_end_and_waits_no_longer() {
        session.now = END.minusMillis(50);

        loop(() -> false).run(END.plusSeconds(60), listening(Integer.MAX_VALUE));

        assertThat(session.now()).isEqualTo(END);
    }

    @Test
    void it_ends_when_somebody_interrupts() {
        loop(() -> looks.size() == 3).run(listening(Integer.MAX_VALUE));

        assertThat(looks).hasSize(3);
    }

    private EvidenceLoop loop(BooleanSupplier interrupted) {
        EvidenceCollector collector = new EvidenceCollector(evidence, "0123456789abcdef", Duration.ofSeconds(2));
        return new EvidenceLoop(session, collector, TICK, END, interrupted);
    }

    /** Is done after so many events. */
    private EvidenceLoop.Listener listening(int events) {
        return new EvidenceLoop.Listener() {
            @Override
            public boolean isDone() {
                return heard.size() >= events;
            }

            @Override
            public void heard(ProbeEvent event, List<ProbeFact> facts) {
                ProbeEvent.Lost lost = (ProbeEvent.Lost) event;
                heard.add(lost.probe() + " is lost: "
                        + evidence.life(lost.probe()).loss().orElseThrow().why());
            }

            @Override
            public void look(Instant now) {
                looks.add(Duration.between(NOON, now));
            }
        };
    }

    /** A session whose time passes only while somebody waits for an event. */
    private static final class Quiet implements ProbeSession {
        private final Queue<ProbeEvent> events = new ArrayDeque<>();
        private Instant now = NOON;

        @Override
        public void launch(Collection<ProbePod> probes) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void ask(Backend backend) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Optional<ProbeEvent> next(Instant until) {
            Optional<ProbeEvent> next = Optional.ofNullable(events.poll());
            if (next.isEmpty()) {
                now = until;
            }
            return next;
        }

        @Override
        public Instant now() {
            return now;
        }

        @Override
        public void close() {
            // Holds nothing.
        }
    }
}
