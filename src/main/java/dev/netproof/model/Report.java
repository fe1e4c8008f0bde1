package dev.netproof.model;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Everything a run found out. Every output format is a rendering of this.
 *
 * @param tool the version of netproof
 * @param cluster empty when none could be reached
 * @param circumstances the policies, probes and targets during the run
 * @param results in the order of the matrices
 * @param enforcement whether the cluster enforces policies at all, where that was looked at
 * @param notes what a reader must know beside the results: warnings, what was not looked at, weaker evidence
 * @param breakage why the run ended before its time, if it did
 * @param costs what the run cost the cluster
 */
public record Report(
        String tool,
        Optional<ClusterIdentity> cluster,
        Instant started,
        Instant finished,
        List<Matrix> matrices,
        Circumstances circumstances,
        List<CheckResult> results,
        Optional<Enforcement> enforcement,
        List<String> notes,
        Optional<Breakage> breakage,
        Costs costs,
        Exit exit) {
    public Report {
        matrices = List.copyOf(matrices);
        results = List.copyOf(results);
        notes = List.copyOf(notes);
    }

    /** A report on matrices alone. */
    public Report(
            String tool,
            Optional<ClusterIdentity> cluster,
            Instant started,
            Instant finished,
            List<Matrix> matrices,
            Circumstances circumstances,
            List<CheckResult> results,
            List<String> notes,
            Optional<Breakage> breakage,
            Costs costs,
            Exit exit) {
        this(
                tool,
                cluster,
                started,
                finished,
                matrices,
                circumstances,
                results,
                Optional.empty(),
                notes,
                breakage,
                costs,
                exit);
    }

    /**
     * Why a run ended early.
     *
     * @param problem where and what
     * @param fix how to fix it
     */
    public record Breakage(String problem, String fix) {}

    /**
     * @param probePods probe pods created
     * @param apiRequests requests sent to the API server
     */
    public record Costs(int probePods, int apiRequests) {
        public static final Costs NONE = new Costs(0, 0);
    }

    /** How many results have this verdict. */
    public long count(Verdict.Status status) {
        return results.stream().filter(r -> r.verdict().status() == status).count();
    }
}
