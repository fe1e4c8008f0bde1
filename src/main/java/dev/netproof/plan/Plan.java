package dev.netproof.plan;

import java.util.List;

/**
 * Everything that a run will do to the cluster, as data.
 *
 * @param controls probes of netproof's own, in a namespace without egress policy, for what no pod answers for
 * @param refusals reasons not to start at all
 * @param notes what a reader must know
 */
public record Plan(
        List<ProbePod> probes,
        List<ProbePod> controls,
        List<PlannedCheck> checks,
        List<Refusal> refusals,
        List<String> notes) {
    public Plan {
        probes = List.copyOf(probes);
        controls = List.copyOf(controls);
        checks = List.copyOf(checks);
        refusals = List.copyOf(refusals);
        notes = List.copyOf(notes);
    }
}
