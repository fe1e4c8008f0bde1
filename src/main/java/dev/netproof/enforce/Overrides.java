package dev.netproof.enforce;

import dev.netproof.model.Enforcement.Direction;
import dev.netproof.model.Enforcement.Reason;
import dev.netproof.model.Enforcement.Row;
import dev.netproof.model.Enforcement.Status;
import dev.netproof.plan.ClusterFacts.Policy;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Policies for the whole cluster that come before NetworkPolicies. One that lets something through looks like an engine that enforces
 * nothing; whether one does can only be known by who understands them all, so that their being there is a doubt.
 */
final class Overrides {
    /** Comes behind NetworkPolicies, or holds no rules. */
    private static final Set<String> HARMLESS = Set.of("BaselineAdminNetworkPolicy", "Tier");

    private final List<Policy> policies;

    Overrides(Collection<Policy> found) {
        policies = found.stream()
                .filter(policy -> policy.namespace().isEmpty())
                .filter(policy -> !HARMLESS.contains(policy.kind()))
                .toList();
    }

    /** Whether there is something that a cluster-wide policy might explain. */
    static boolean mightExplain(List<Row> rows) {
        return rows.stream().anyMatch(Overrides::letsThrough);
    }

    /**
     * The rows, with the doubt where it is reasonable. A direction that is enforced on some node is not overridden: netproof's pods
     * have the same labels and namespace on all of them.
     */
    List<Row> doubted(List<Row> rows) {
        Set<Direction> enforced = EnumSet.noneOf(Direction.class);
        rows.stream()
                .filter(row -> row.status() == Status.ENFORCED)
                .filter(row -> Catalogue.isFoundation(row.capability()))
                .forEach(row -> enforced.add(row.direction()));
        if (policies.isEmpty()) {
            return rows;
        }
        return rows.stream()
                .map(row -> letsThrough(row) && !enforced.contains(row.direction()) ? doubted(row) : row)
                .toList();
    }

    private static boolean letsThrough(Row row) {
        return row.status() == Status.NOT_ENFORCED
                && (row.reason() == Reason.LETS_THROUGH
                        || Families.open(row.reason()).isPresent());
    }

    private Row doubted(Row row) {
        Policy first = policies.get(0);
        String named = first.kind() + " " + first.name()
                + (policies.size() == 1 ? "" : " (or one of " + (policies.size() - 1) + " more)");
        return new Row(
                row.capability(),
                row.node(),
                row.direction(),
                Status.INCONCLUSIVE,
                Reason.PERHAPS_OVERRIDDEN,
                row.seen() + "; the cluster-wide " + named + " takes precedence over network policies and may allow it",
                Optional.of("check whether it selects the namespaces netproof-*; if so, exempt them and run again"),
                row.edges(),
                row.denied(),
                row.allowed());
    }
}
