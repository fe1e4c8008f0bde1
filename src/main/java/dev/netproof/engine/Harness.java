package dev.netproof.engine;

import dev.netproof.model.Matrix;
import dev.netproof.model.Report;
import java.util.List;

/** What the engine needs of whoever started it. */
public interface Harness {
    /** Runs these matrices once. Called at most once per execution, and only when there is something to run. */
    Report run(List<Matrix> matrices);
}
