package dev.netproof.engine;

import dev.netproof.model.Check;
import dev.netproof.model.CheckResult;
import dev.netproof.model.Matrix;
import dev.netproof.model.Verdict;
import dev.netproof.text.Visible;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.platform.engine.TestSource;
import org.junit.platform.engine.TestTag;
import org.junit.platform.engine.UniqueId;
import org.junit.platform.engine.support.descriptor.AbstractTestDescriptor;
import org.junit.platform.engine.support.hierarchical.Node;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;

/** A check as a test: all checks are judged together, and this looks its verdict up. */
final class CheckDescriptor extends AbstractTestDescriptor implements Node<Run> {
    private final Check check;
    private final Matrix matrix;

    CheckDescriptor(UniqueId id, Check check, Matrix matrix, TestSource source) {
        super(id, Visible.of(check.sentence()), source);
        this.check = check;
        this.matrix = matrix;
    }

    Check check() {
        return check;
    }

    Matrix matrix() {
        return matrix;
    }

    @Override
    public Type getType() {
        return Type.TEST;
    }

    @Override
    public Set<TestTag> getTags() {
        return check.tags().stream()
                .filter(TestTag::isValid)
                .map(TestTag::create)
                .collect(Collectors.toSet());
    }

    @Override
    public Run execute(Run run, DynamicTestExecutor dynamicTestExecutor) {
        CheckResult result = run.result(check).orElseThrow(() -> located(new Inconclusive(run.breakage())));
        Verdict verdict = result.verdict();
        String message = Visible.of(check.sentence() + ": " + verdict.explanation()
                + check.because().map(because -> ", because " + because).orElse(""));
        switch (verdict.status()) {
            case PASS -> {}
            case FAIL ->
                throw located(new AssertionFailedError(
                        message, check.expectation().participle(), Visible.of(verdict.explanation())));
            case INCONCLUSIVE -> throw located(new Inconclusive(message));
            case UNTESTABLE, SKIPPED -> throw new TestAbortedException(message);
        }
        return run;
    }

    /** A click on the first frame of the stack trace leads to the line of the matrix. */
    private <T extends Throwable> T located(T error) {
        error.setStackTrace(new StackTraceElement[] {
            new StackTraceElement(
                    "matrix " + Visible.of(check.matrix()),
                    Visible.of(check.source().name()),
                    Visible.of(check.location().file()),
                    check.location().line())
        });
        return error;
    }

    /** Nothing was proved: an error, not a failure, and reporters tell the two apart by type. */
    static final class Inconclusive extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Inconclusive(String message) {
            super(message);
        }
    }
}
