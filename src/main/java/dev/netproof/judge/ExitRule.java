package dev.netproof.judge;

import dev.netproof.model.CheckResult;
import dev.netproof.model.Enforcement;
import dev.netproof.model.Exit;
import dev.netproof.model.Verdict.Reason;
import dev.netproof.model.Verdict.Status;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The exit code for a run's verdicts: the first that applies of 5, 4, 1, 3, 0. */
public final class ExitRule {
    /** Reasons that say nothing about the network: there is no probe result, or none that can be trusted. */
    private static final Set<Reason> UNHEARD =
            Set.of(Reason.PROBE_FAILED, Reason.PROBE_UNRELIABLE, Reason.OUT_OF_TIME, Reason.NOT_SELECTED);

    private ExitRule() {}

    /** The exit of a run that reached its end and did not check the cluster's enforcement. */
    public static Exit of(List<CheckResult> results) {
        return of(results, Optional.empty());
    }

    /**
     * The exit of a run that reached its end.
     *
     * @param enforcement whether the cluster enforces policies, where that was checked. An inconclusive answer changes nothing: each
     *     denial that passed has its own proof.
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
        // Checks that were not selected do not count; at least one was selected, see above.
        return results.stream()
                        .filter(r -> r.verdict().reason() != Reason.NOT_SELECTED)
                        .allMatch(r -> r.verdict().status() == Status.PASS)
                ? Exit.CONFORMS
                : Exit.INCONCLUSIVE;
    }
}
