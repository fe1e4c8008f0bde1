package dev.netproof.enforce;

import dev.netproof.enforce.EnforcementTerms.Besides;
import dev.netproof.kube.Cluster;
import dev.netproof.kube.ClusterTrouble;
import dev.netproof.kube.Permission;
import dev.netproof.model.Enforcement.Row;
import dev.netproof.model.Enforcement.Unseen;
import dev.netproof.model.Report.Breakage;
import dev.netproof.plan.ClusterFacts;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** What the cluster is asked beside the testbed: permissions, leftovers of earlier checks, policies for the whole cluster. */
final class Preflight {
    private final Cluster cluster;
    private final EnforcementTerms terms;
    private final Consumer<String> notes;

    /** @param notes hears what the report's notes say of it */
    Preflight(Cluster cluster, EnforcementTerms terms, Consumer<String> notes) {
        this.cluster = cluster;
        this.terms = terms;
        this.notes = notes;
    }

    /**
     * Why the check may not begin, if a permission is missing.
     *
     * @param stem the name that namespaces of its own begin with
     */
    Optional<Breakage> forbidden(String stem) {
        List<Permission> missing = cluster.missing(Permissions.needed(
                terms.profile(), terms.namespace(), terms.place().orElse(stem)));
        return missing.isEmpty()
                ? Optional.empty()
                : Optional.of(new Breakage(
                        Permissions.missing(missing),
                        Permissions.fix(missing, terms.namespace().isEmpty())));
    }

    /** Why the check cannot begin where there is no node to run on. */
    static Breakage withoutNodes(List<Unseen> unseen) {
        return new Breakage(
                "no node can run netproof's pods"
                        + unseen.stream()
                                .map(one -> "; " + one.what() + ": " + one.why())
                                .reduce("", String::concat),
                "name ready, schedulable nodes with --nodes");
    }

    /** Removes what killed checks left. */
    void sweep() {
        terms.namespace().ifPresent(given -> sweep(cluster.clean(Set.of(given), Cluster.CleanScope.EXPIRED)));
        // Pods in their node's network have a namespace of netproof's own, whichever the others are in.
        if (terms.namespace().isEmpty() || terms.besides() == Besides.HOST_NETWORK) {
            sweep(cluster.cleanGrounds(Cluster.CleanScope.EXPIRED));
        }
    }

    private void sweep(Cluster.Cleaning cleaning) {
        cleaning.unreadable()
                .forEach(what -> notes.accept(
                        "not permitted to " + what + ": did not look for leftovers of a killed check there"));
        cleaning.remaining().forEach(why -> notes.accept("could not remove leftovers of an earlier check: " + why));
        cleaning.foreign().forEach(notes);
    }

    /** The rows, where what was let through is doubted if a cluster-wide policy may allow it. */
    List<Row> doubted(List<Row> rows) {
        if (!Overrides.mightExplain(rows)) {
            return rows;
        }
        try {
            ClusterFacts.Policies policies = cluster.policies(Set.of());
            policies.unreadable()
                    .forEach(what -> notes.accept("not permitted to " + what
                            + ": unknown whether one takes precedence over network policies"));
            return new Overrides(policies.found()).doubted(rows);
        } catch (ClusterTrouble trouble) {
            notes.accept("could not read cluster-wide policies: " + trouble.getMessage());
            return rows;
        }
    }
}
