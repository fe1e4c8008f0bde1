package dev.netproof.engine;

import dev.netproof.model.Check;
import dev.netproof.model.Matrix;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

    /** Build tools count the tests of an engine only when it says where it comes from, and report one that has none, too. */
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
        Map<Matrix, List<Check>> checks = new LinkedHashMap<>();
        for (TestDescriptor descriptor : getDescendants()) {
            if (descriptor instanceof CheckDescriptor check) {
                checks.computeIfAbsent(check.matrix(), m -> new ArrayList<>()).add(check.check());
            }
        }
        List<Matrix> left = new ArrayList<>();
        checks.forEach((matrix, some) -> left.add(
                some.size() == matrix.checks().size()
                        ? matrix
                        : new Matrix(
                                matrix.name(),
                                matrix.owner(),
                                matrix.sha256(),
                                some,
                                matrix.warnings(),
                                matrix.location())));
        return left;
    }
}
