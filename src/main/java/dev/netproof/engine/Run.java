package dev.netproof.engine;

import dev.netproof.kube.ClusterTrouble;
import dev.netproof.model.Check;
import dev.netproof.model.CheckResult;
import dev.netproof.model.Matrix;
import dev.netproof.model.Report;
import dev.netproof.text.Visible;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.platform.engine.support.hierarchical.EngineExecutionContext;

/** One execution: the plan runs once, and verdicts are looked up in it. */
public final class Run implements EngineExecutionContext {
    private final Harness harness;
    private final Map<Check, CheckResult> results = new HashMap<>();
    private Optional<Report.Breakage> breakage = Optional.empty();

    Run(Harness harness) {
        this.harness = harness;
    }

    void execute(List<Matrix> matrices) {
        Report report;
        try {
            report = harness.run(matrices);
        } catch (ClusterTrouble trouble) {
            breakage = Optional.of(new Report.Breakage(String.valueOf(trouble.getMessage()), trouble.fix()));
            return;
        }
        report.results().forEach(result -> results.put(result.check(), result));
        breakage = report.breakage();
    }

    Optional<CheckResult> result(Check check) {
        return Optional.ofNullable(results.get(check));
    }

    String breakage() {
        return breakage.map(b -> Visible.of(b.problem() + "; " + b.fix())).orElse("the check has no result");
    }
}
