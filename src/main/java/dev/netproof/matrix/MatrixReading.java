package dev.netproof.matrix;

import dev.netproof.model.Matrix;
import java.util.List;

/**
 * What came out of the files.
 *
 * @param matrices those without an error: nothing half-read is ever run
 * @param diagnostics of all files, ordered by file and line
 */
public record MatrixReading(List<Matrix> matrices, List<Diagnostic> diagnostics) {
    public MatrixReading {
        matrices = List.copyOf(matrices);
        diagnostics = List.copyOf(diagnostics);
    }

    /** Whether there are errors, so that the matrices cannot be run. */
    public boolean hasErrors() {
        return diagnostics.stream().anyMatch(diagnostic -> diagnostic.severity() == Diagnostic.Severity.ERROR);
    }
}
