package dev.netproof.engine;

import dev.netproof.model.Matrix;
import dev.netproof.model.Report;
import java.util.List;

/** Runs matrices for the engine. */
public interface Harness {
    /** Runs these matrices once. Called at most once per execution, and only when there is something to run. */
    Report run(List<Matrix> matrices);
}
