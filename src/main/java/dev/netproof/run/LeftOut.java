package dev.netproof.run;

import dev.netproof.model.Check;
import dev.netproof.model.CheckResult;
import dev.netproof.model.Matrix;
import dev.netproof.model.Report;
import dev.netproof.model.Verdict;
import dev.netproof.model.Verdict.Reason;
import dev.netproof.model.Verdict.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The checks that a run left out: its report names them, so that a part does not pass for the whole. */
public final class LeftOut {
    private LeftOut() {}

    /**
     * The report on what was asked for, with everything else in the same matrices as {@link Status#SKIPPED}. Its exit stays what it
     * is.
     *
     * @param asked the matrices with the checks that were run
     * @param all the same matrices, and others, whole
     */
    public static Report named(Report report, List<Matrix> asked, List<Matrix> all) {
        Set<Check> selected = new HashSet<>();
        asked.forEach(matrix -> selected.addAll(matrix.checks()));
        Map<Check, CheckResult> judged = new HashMap<>();
        report.results().forEach(result -> judged.put(result.check(), result));
        List<CheckResult> results = new ArrayList<>();
        for (Matrix matrix : all) {
            for (Check check : matrix.checks()) {
                CheckResult result = judged.remove(check);
                if (result != null) {
                    results.add(result);
                } else if (!selected.contains(check)) {
                    results.add(skipped(check));
                }
            }
        }
        // Other results are kept.
        report.results().stream()
                .filter(result -> judged.containsKey(result.check()))
                .forEach(results::add);
        return new Report(
                report.tool(),
                report.cluster(),
                report.started(),
                report.finished(),
                all,
                report.circumstances(),
                results,
                report.enforcement(),
                report.notes(),
                report.breakage(),
                report.costs(),
                report.exit());
    }

    private static CheckResult skipped(Check check) {
        return new CheckResult(
                check,
                new Verdict(Status.SKIPPED, Reason.NOT_SELECTED, "Not selected for this run.", Optional.empty()),
                List.of(),
                Duration.ZERO,
                Runner.repeat(check));
    }
}
