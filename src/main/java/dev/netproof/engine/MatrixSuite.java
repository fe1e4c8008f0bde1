package dev.netproof.engine;

import dev.netproof.model.Check;
import dev.netproof.model.Matrix;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.TestSource;
import org.junit.platform.engine.UniqueId;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.engine.support.descriptor.EngineDescriptor;
import org.junit.platform.engine.support.hierarchical.Node;

/** The root: runs everything once. */
final class MatrixSuite extends EngineDescriptor implements Node<Run> {
    MatrixSuite(UniqueId id) {
        super(id, "netproof");
    }

    /** Build tools count the tests of an engine only if it has a source, and then report an engine without tests too. */
    @Override
    public Optional<TestSource> getSource() {
        return getChildren().isEmpty() ? Optional.empty() : Optional.of(ClassSource.from(NetproofEngine.class));
    }

    @Override
    public Run before(Run run) {
        List<Matrix> left = left();
        if (!left.isEmpty()) {
            run.execute(left);
        }
        return run;
    }

    /** The matrices with the checks that no filter took out since they were discovered. */
    private List<Matrix> left() {
        List<Matrix> matrices = new ArrayList<>();
        // By identity: equals would compare all checks of a matrix, for each check.
        IdentityHashMap<Matrix, List<Check>> checks = new IdentityHashMap<>();
        for (TestDescriptor descriptor : getDescendants()) {
            if (descriptor instanceof CheckDescriptor check) {
                checks.computeIfAbsent(check.matrix(), matrix -> {
                            matrices.add(matrix);
                            return new ArrayList<>();
                        })
                        .add(check.check());
            }
        }
        return matrices.stream()
                .map(matrix -> of(matrix, checks.getOrDefault(matrix, List.of())))
                .toList();
    }

    private static Matrix of(Matrix matrix, List<Check> some) {
        return some.size() == matrix.checks().size()
                ? matrix
                : new Matrix(
                        matrix.name(), matrix.owner(), matrix.sha256(), some, matrix.warnings(), matrix.location());
    }
}
