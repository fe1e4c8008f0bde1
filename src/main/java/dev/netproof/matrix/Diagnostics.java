package dev.netproof.matrix;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Collects the diagnostics of one document. */
final class Diagnostics {
    /** More than are ever shown. A file of mistakes alone would take minutes to look up what each of them may have meant. */
    private static final int MOST = 200;

    private final SourceFile file;
    private final List<Diagnostic> diagnostics = new ArrayList<>();
    private boolean errors;
    private int beyond;

    Diagnostics(SourceFile file) {
        this.file = file;
    }

    SourceFile file() {
        return file;
    }

    void add(Span span, Problem problem) {
        add(span, problem, Optional.empty());
    }

    /** For problems that take time to put into words. */
    void add(Span span, Supplier<Problem> problem) {
        if (isFull()) {
            beyond++;
        } else {
            add(span, problem.get());
        }
    }

    /** Whether there are so many problems that the rest is left out. */
    boolean isFull() {
        return errors && diagnostics.size() >= MOST;
    }

    /** How many were found once it was full. */
    int beyond() {
        return beyond;
    }

    /** @param note what stands at the other place */
    void add(Span span, Problem problem, Span other, String note) {
        add(
                span,
                problem,
                Optional.of(
                        new Diagnostic.Related(file.location(other), other.width(), file.line(other.line()), note)));
    }

    void add(Span span, Problem problem, Optional<Diagnostic.Related> related) {
        if (isFull()) {
            beyond++;
            return;
        }
        errors |= problem.severity() == Diagnostic.Severity.ERROR;
        diagnostics.add(new Diagnostic(
                problem.severity(),
                problem.code(),
                file.location(span),
                span.width(),
                file.line(span.line()),
                problem.problem(),
                problem.fix(),
                related));
    }

    /** Says where it is without showing the line. */
    void addUnshown(Span span, Problem problem) {
        diagnostics.add(new Diagnostic(
                problem.severity(),
                problem.code(),
                file.location(span),
                0,
                "",
                problem.problem(),
                problem.fix(),
                Optional.empty()));
    }

    List<Diagnostic> diagnostics() {
        return diagnostics;
    }

    boolean hasErrors() {
        return errors;
    }
}
