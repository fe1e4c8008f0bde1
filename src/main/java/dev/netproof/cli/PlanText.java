package dev.netproof.cli;

import dev.netproof.plan.Plan;
import dev.netproof.plan.PlannedCheck;
import dev.netproof.plan.ProbePod;
import dev.netproof.text.Visible;
import java.io.PrintWriter;

/** Prints a plan. */
final class PlanText {
    private PlanText() {}

    static void print(Plan plan, PrintWriter out) {
        for (ProbePod probe : plan.controls()) {
            print("control", probe, out);
        }
        for (ProbePod probe : plan.probes()) {
            print("probe", probe, out);
        }
        out.println();
        for (PlannedCheck check : plan.checks()) {
            out.println(Visible.of(check.check().location() + ": "
                    + check.check().sentence() + "  "
                    + check.foregone()
                            .or(check::doubt)
                            .map(v -> v.status() + ": " + v.explanation())
                            .orElse(check.paths().size() + (check.paths().size() == 1 ? " path" : " paths"))));
        }
        plan.refusals()
                .forEach(refusal -> out.println(
                        "error: " + Visible.of(refusal.problem()) + "\n  fix: " + Visible.of(refusal.fix())));
        plan.notes().forEach(note -> out.println("note: " + Visible.of(note)));
        out.println();
        out.println(plan.probes().size() + plan.controls().size() + " pods, "
                + plan.checks().size() + " checks; nothing was started");
    }

    private static void print(String what, ProbePod probe, PrintWriter out) {
        out.println(Visible.of(what + " " + probe.source() + " in namespace " + probe.namespace()
                + (probe.represents().isEmpty() ? "" : ", as " + String.join(", ", probe.represents())) + ": "
                + probe.attempts().size() + " attempts a round"
                + probe.node().map(n -> ", on node " + n).orElse("")));
    }
}
