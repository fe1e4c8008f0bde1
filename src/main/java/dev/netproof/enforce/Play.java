package dev.netproof.enforce;

import java.util.List;
import java.util.stream.Stream;

/** One scenario at one place: its edges between actors, step by step. */
record Play(Scenario scenario, int place, List<List<Pair>> steps) {
    /** The pod that its policies select. */
    Actor subject() {
        return Actor.subject(scenario.direction(), scenario.track(), place);
    }

    Stream<Pair> pairs() {
        return steps.stream().flatMap(List::stream);
    }
}
