package dev.netproof.judge;

import static dev.netproof.property.Generator.anyOf;
import static dev.netproof.property.Generator.lists;
import static org.assertj.core.api.Assertions.assertThat;

import dev.netproof.model.Cause;
import dev.netproof.model.Expectation;
import dev.netproof.model.Outcome;
import dev.netproof.model.Verdict.Status;
import dev.netproof.plan.Backend;
import dev.netproof.plan.ProbePod;
import dev.netproof.property.Generator;
import dev.netproof.property.Property;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A check stops early exactly when its verdict at that moment is a PASS, whatever was seen before. */
class StopAndVerdictTest {
    private static final Backend ONE = Watch.pod("10.0.1.1", "node-1");
    private static final Backend TWO = Watch.readinessProbed("10.0.2.2", "node-2");
    private static final Backend FOUR = Watch.pod("10.0.2.5", "node-2");
    private static final Backend SIX = Watch.also(FOUR, "fd00:2::5");
    private static final Cause FILTER = new Cause.Icmp(3, 13, "10.0.0.254");

    /** The paths that a check has. */
    private enum Shape {
        ONE_POD(1),
        A_SERVICE_OF_TWO_PODS(3),
        A_POD_OF_TWO_FAMILIES(2),
        A_SERVICE_OF_TWO_FAMILIES(4),
        A_NAME_AND_A_SERVICE(3),
        AN_OUTSIDE_ADDRESS(1),
        A_NAME_AND_AN_OUTSIDE_ADDRESS(2),
        A_NAME_ALONE(1),
        A_DATAGRAM(1),
        A_REQUEST(1);

        private final int paths;

        Shape(int paths) {
            this.paths = paths;
        }

        Watch watch(Expectation expected) {
            Watch watch = Watch.of(expected);
            return switch (this) {
                case ONE_POD -> watch.path(ONE);
                case A_SERVICE_OF_TWO_PODS -> watch.vip(ONE, TWO).path(ONE).path(TWO);
                case A_POD_OF_TWO_FAMILIES -> watch.path(FOUR).path(SIX);
                case A_SERVICE_OF_TWO_FAMILIES ->
                    watch.vip(FOUR).vip6(SIX).path(FOUR).path(SIX);
                case A_NAME_AND_A_SERVICE -> watch.lookup("postgres").vip(TWO).path(TWO);
                case AN_OUTSIDE_ADDRESS -> watch.path(Watch.outside("203.0.113.7"));
                case A_NAME_AND_AN_OUTSIDE_ADDRESS ->
                    watch.lookup("example.com").path(Watch.outside("203.0.113.7"));
                case A_NAME_ALONE -> watch.lookup("example.com");
                case A_DATAGRAM -> watch.datagram(ONE, "ping", "ping");
                case A_REQUEST -> watch.request(TWO, "/admin");
            };
        }
    }

    private enum What {
        /** Three rounds on every path. */
        ROUNDS,
        /** The same, and the other source gets through before and after. */
        ROUNDS_WITH_CONTROL,
        /** One round on one path. */
        ROUND,
        /** The other source, on every path. */
        OTHERS,
        OTHER,
        LISTENS,
        WITNESSED,
        EXPLAINED,
        STARVED,
        TARGET_CHANGED,
        OTHER_CHANGED,
        PROBE_CHANGED,
        LOST
    }

    /** One thing that happens, so long after the thing before. */
    private record Event(What what, int path, Outcome outcome, double later) {}

    private record History(Expectation expected, Shape shape, List<Event> events) {}

    private static final Generator<Event> EVENTS = choices -> new Event(
            anyOf(
                            What.ROUNDS_WITH_CONTROL,
                            What.ROUNDS_WITH_CONTROL,
                            What.ROUNDS_WITH_CONTROL,
                            What.ROUNDS,
                            What.ROUNDS,
                            What.ROUND,
                            What.OTHERS,
                            What.OTHERS,
                            What.OTHER,
                            What.LISTENS,
                            What.WITNESSED,
                            What.EXPLAINED,
                            What.values()[choices.below(What.values().length)])
                    .from(choices),
            choices.below(4),
            anyOf(
                            Outcome.CONNECTED,
                            Outcome.TIMEOUT,
                            Outcome.TIMEOUT,
                            Outcome.REFUSED,
                            Outcome.values()[choices.below(Outcome.values().length)])
                    .from(choices),
            choices.below(4));

    private static final Generator<History> HISTORIES = choices -> new History(
            anyOf(Expectation.values()).from(choices),
            anyOf(Shape.values()).from(choices),
            lists(EVENTS, 1, 12).from(choices));

    @Test
    void a_check_stops_exactly_when_its_verdict_is_a_pass() {
        Map<Expectation, Integer> stopped = new EnumMap<>(Expectation.class);
        int[] tried = {0};

        Property.forAll(HISTORIES, history -> {
            Watch watch = history.shape().watch(history.expected()).started(0);
            double now = 0;
            boolean everStopped = false;
            for (Event event : history.events()) {
                now = happens(watch, history.shape(), event, now + event.later());
                boolean passes = watch.verdict().status() == Status.PASS;
                assertThat(watch.matches()).as("stops after %s", event).isEqualTo(passes);
                everStopped |= passes;
            }
            tried[0]++;
            if (everStopped) {
                stopped.merge(history.expected(), 1, Integer::sum);
            }
        });

        if (tried[0] >= 300) {
            assertThat(stopped).as("histories that end in a match").containsKeys(Expectation.values());
        }
    }

    /** @return when it is over */
    private static double happens(Watch watch, Shape shape, Event event, double now) {
        int path = event.path() % shape.paths;
        boolean hasBackend = !watch.planned().paths().get(path).backends().isEmpty();
        switch (event.what()) {
            case ROUNDS -> {
                rounds(watch, shape, event.outcome(), now);
                return now + 2;
            }
            case ROUNDS_WITH_CONTROL -> {
                others(watch, shape, now);
                rounds(watch, shape, event.outcome(), now + 1);
                others(watch, shape, now + 4);
                return now + 4;
            }
            case ROUND -> watch.front(path, event.outcome(), now);
            case OTHERS -> {
                others(watch, shape, now);
                return now + 0.1;
            }
            case OTHER -> watch.other(path, event.outcome(), now);
            case LISTENS -> {
                if (hasBackend) {
                    watch.listens(path, now, now + 0.1);
                }
            }
            case WITNESSED -> {
                if (hasBackend) {
                    watch.witnessed(path, now);
                }
            }
            case EXPLAINED -> {
                explained(watch, event.outcome(), now);
                return now + 2;
            }
            case STARVED -> watch.starved(Math.max(0, now - 1), now);
            case TARGET_CHANGED -> {
                if (hasBackend) {
                    watch.targetChanged(path, "pod postgres-1 restarted");
                }
            }
            case OTHER_CHANGED -> watch.otherChanged("the label app is gone");
            case PROBE_CHANGED -> watch.changed("the label app is gone");
            case LOST -> watch.lost(now, "the pod was evicted");
        }
        return now;
    }

    private static void rounds(Watch watch, Shape shape, Outcome outcome, double now) {
        for (int i = 0; i < shape.paths; i++) {
            watch.front(i, outcome, now, now + 1, now + 2);
        }
    }

    private static void others(Watch watch, Shape shape, double now) {
        for (int i = 0; i < shape.paths; i++) {
            watch.other(i, Outcome.CONNECTED, now, now + 0.1);
        }
    }

    private static void explained(Watch watch, Outcome outcome, double now) {
        Optional<ProbePod> twin = watch.twin(Math.max(0, now - 10));
        twin.ifPresent(pod -> watch.explained(pod, outcome, FILTER, now, now + 1, now + 2));
    }
}
