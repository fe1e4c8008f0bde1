package dev.netproof.enforce;

import dev.netproof.judge.ProbedPath;
import dev.netproof.model.Expectation;
import dev.netproof.model.Family;
import dev.netproof.model.Path;
import dev.netproof.plan.Attempt;
import dev.netproof.plan.Backend;

/**
 * An edge of a scenario between two pods that are there.
 *
 * @param meaning who connects to what, in words
 * @param server the listening pod
 * @param backend the one listener behind the address
 * @param fromNode where the probe was to run
 * @param toNode where the listener was to run
 */
record Bound(
        Scenario.Edge edge,
        String meaning,
        Actor probe,
        Actor server,
        Attempt attempt,
        Backend backend,
        Path path,
        String fromNode,
        String toNode) {
    boolean forbids() {
        return edge.expected().filter(Expectation::forbids).isPresent();
    }

    boolean allows() {
        return edge.expected().filter(Expectation.ALLOW::equals).isPresent();
    }

    /** Whether the specification leaves open what becomes of it. */
    boolean isLeftOpen() {
        return edge.expected().isEmpty();
    }

    /** Whether it is one connection from before the policies, which opens once. */
    boolean isKept() {
        return edge.way() == Scenario.Way.HELD;
    }

    /** The same for the judge. */
    ProbedPath probed() {
        return new ProbedPath(
                edge.way() == Scenario.Way.KUBELET ? ProbedPath.By.KUBELET : ProbedPath.By.PROBE,
                probe.id(),
                attempt,
                server.id(),
                backend,
                fromNode,
                toNode);
    }

    /** In which family of addresses it is tried. */
    Family family() {
        return Family.of(path.address());
    }
}
