package dev.netproof.judge;

import dev.netproof.model.CheckResult;
import dev.netproof.model.Enforcement;
import dev.netproof.model.Exit;
import dev.netproof.model.Verdict.Reason;
import dev.netproof.model.Verdict.Status;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** From verdicts to the process's exit code: the first that applies of 5, 4, 1, 3, 0. */
public final class ExitRule {
    /** What says nothing about the network: no probe spoke, or not so that it could be believed. */
    private static final Set<Reason> UNHEARD =
            Set.of(Reason.PROBE_FAILED, Reason.PROBE_UNRELIABLE, Reason.OUT_OF_TIME, Reason.NOT_SELECTED);

    private ExitRule() {}

    /** The exit of a run that reached its end, without a look at the cluster's enforcement. */
    public static Exit of(List<CheckResult> results) {
        return of(results, Optional.empty());
    }

    /**
     * The exit of a run that reached its end.
     *
     * @param enforcement what was found out about the cluster beside it. An inconclusive one changes nothing: each denial that
     *     passed has a proof of its own.
     */
    public static Exit of(List<CheckResult> results, Optional<Enforcement.Verdict> enforcement) {
        boolean judged =
                results.stream().anyMatch(r -> !UNHEARD.contains(r.verdict().reason()));
        if (!judged) {
            return Exit.NOT_JUDGED;
        }
        if (enforcement
                .filter(verdict -> switch (verdict) {
                    case NOT_ENFORCED, PARTIAL -> true;
                    case ENFORCED, INCONCLUSIVE -> false;
                })
                .isPresent()) {
            return Exit.NOT_ENFORCING;
        }
        if (results.stream().anyMatch(r -> r.verdict().status() == Status.FAIL)) {
            return Exit.VIOLATIONS;
        }
        // What this run was not asked for is no business of its exit code; but it was asked for something, see above.
        return results.stream()
                        .filter(r -> r.verdict().reason() != Reason.NOT_SELECTED)
                        .allMatch(r -> r.verdict().status() == Status.PASS)
                ? Exit.CONFORMS
                : Exit.INCONCLUSIVE;
    }
}
