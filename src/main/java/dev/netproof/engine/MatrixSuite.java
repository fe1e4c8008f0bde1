package dev.netproof.engine;

import dev.netproof.model.Matrix;
import java.util.List;
import org.junit.platform.engine.UniqueId;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.engine.support.descriptor.EngineDescriptor;
import org.junit.platform.engine.support.hierarchical.Node;

/** The root: runs everything once. */
final class MatrixSuite extends EngineDescriptor implements Node<Run> {
    private final List<Matrix> matrices;

    MatrixSuite(UniqueId id, List<Matrix> matrices) {
        super(id, "netproof");
        this.matrices = matrices;
    }

    /** Build tools count the tests of an engine only when it says where it comes from. */
    @Override
    public java.util.Optional<org.junit.platform.engine.TestSource> getSource() {
        return java.util.Optional.of(ClassSource.from(NetproofEngine.class));
    }

    @Override
    public Run before(Run run) {
        if (!getChildren().isEmpty()) {
            run.execute(matrices);
        }
        return run;
    }
}
