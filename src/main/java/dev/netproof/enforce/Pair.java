package dev.netproof.enforce;

/** One edge of a scenario between two actors. */
record Pair(Scenario.Edge edge, Actor probe, Actor server) {
    /** The place that it begins at. */
    int from() {
        return probe.place();
    }

    /** The place that it leads to. */
    int to() {
        return server.place();
    }
}
