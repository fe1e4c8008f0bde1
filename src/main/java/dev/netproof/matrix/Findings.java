package dev.netproof.matrix;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Collects the diagnostics of one document. */
final class Findings {
    private final SourceFile file;
    private final List<Diagnostic> diagnostics = new ArrayList<>();

    Findings(SourceFile file) {
        this.file = file;
    }

    SourceFile file() {
        return file;
    }

    void add(Span span, Problem problem) {
        add(span, problem, Optional.empty());
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
        return diagnostics.stream().anyMatch(diagnostic -> diagnostic.severity() == Diagnostic.Severity.ERROR);
    }
}
