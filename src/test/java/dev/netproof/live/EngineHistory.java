package dev.netproof.live;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** What state the policy engine of each node was in, and when: what a verdict has to be true of. */
final class EngineHistory {
    static final List<String> NODES = List.of("node1", "node2");

    /** How far a probe's clock, or a packet under way, may be off. */
    private static final Duration MARGIN = Duration.ofSeconds(1);

    enum Engine {
        ENFORCES,
        ENFORCES_NOTHING;

        static Engine of(String state) {
            return state.equals("on") || state.equals("reject") ? ENFORCES : ENFORCES_NOTHING;
        }
    }

    /** Between its beginning and its end the state is neither the one nor the other. */
    private record Switch(String node, Engine engine, Instant begun, Instant ended) {}

    private final List<Switch> switches = new ArrayList<>();
    private final StringBuilder told = new StringBuilder();

    /** Switches the engine of these nodes and notes it. */
    void turn(String state, List<String> nodes) {
        for (String node : nodes) {
            Instant begun = Instant.now();
            Lab.engine(state, node);
            turned(node, state, begun, Instant.now());
        }
    }

    synchronized void turned(String node, String state, Instant begun, Instant ended) {
        told.append(' ').append(node).append('=').append(state).append('@').append(ended);
        switches.add(new Switch(node, Engine.of(state), begun, ended));
    }

    /** Whether there was a moment in that time at which the node's engine certainly was in this state. */
    synchronized boolean was(Engine engine, String node, Instant from, Instant to) {
        List<Switch> own =
                switches.stream().filter(one -> one.node().equals(node)).toList();
        for (int i = 0; i < own.size(); i++) {
            Instant certain = own.get(i).ended().plus(MARGIN);
            Instant until = i + 1 < own.size() ? own.get(i + 1).begun().minus(MARGIN) : Instant.MAX;
            if (own.get(i).engine() == engine
                    && certain.isBefore(until)
                    && !certain.isAfter(to)
                    && !until.isBefore(from)) {
                return true;
            }
        }
        return false;
    }

    /** Whether no engine was switched in that time, nor about to be. */
    synchronized boolean stoodStill(Instant from, Instant to) {
        return switches.stream()
                .noneMatch(one -> !one.ended().isBefore(from) && !one.begun().isAfter(to));
    }

    @Override
    public synchronized String toString() {
        return told.toString();
    }
}
