package dev.netproof.judge;

import dev.netproof.plan.Attempt;
import dev.netproof.plan.Backend;

/**
 * One path of an enforcement scenario, and how it is probed.
 *
 * @param probe the id of the probe that makes the attempt
 * @param server the id of the listening pod
 * @param backend the only listener behind the attempt's address
 * @param fromNode where the probe was to run
 * @param toNode where the listener was to run
 */
public record ProbedPath(
        By by, String probe, Attempt attempt, String server, Backend backend, String fromNode, String toNode) {
    /** Who connects. */
    public enum By {
        PROBE,
        /** The kubelet of the server's node; its results come as the server's readiness. */
        KUBELET
    }
}
