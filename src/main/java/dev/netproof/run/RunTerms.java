package dev.netproof.run;

import dev.netproof.judge.ConvergenceTerms;
import dev.netproof.kube.SessionTerms.Images;
import dev.netproof.plan.PlanTerms;
import java.time.Duration;

/**
 * The terms of one run.
 *
 * @param tool netproof's version
 * @param timeout of the whole run
 * @param connectTimeout of one attempt
 * @param beside what goes on beside the matrices
 */
public record RunTerms(
        String tool,
        PlanTerms plan,
        ConvergenceTerms convergence,
        Duration timeout,
        Duration connectTimeout,
        Images images,
        Beside beside) {
    /** Terms with nothing beside the matrices. */
    public RunTerms(
            String tool,
            PlanTerms plan,
            ConvergenceTerms convergence,
            Duration timeout,
            Duration connectTimeout,
            Images images) {
        this(tool, plan, convergence, timeout, connectTimeout, images, Beside.NOTHING);
    }

    /** The same terms with another plan's. */
    RunTerms planning(PlanTerms other) {
        return new RunTerms(tool, other, convergence, timeout, connectTimeout, images, beside);
    }

    /** What goes on beside the matrices. */
    public enum Beside {
        NOTHING,
        /** Whether the nodes that the run uses enforce any policy at all. */
        CANARY
    }
}
