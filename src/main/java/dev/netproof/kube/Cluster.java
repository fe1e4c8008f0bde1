package dev.netproof.kube;

import dev.netproof.model.ClusterIdentity;
import dev.netproof.plan.ClusterFacts;
import dev.netproof.plan.NetworkPolicies;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A Kubernetes cluster, as far as netproof needs one. Every method throws {@link ClusterTrouble}, and nothing else, when the
 * cluster does not do as asked.
 */
public interface Cluster extends AutoCloseable {
    /** Which cluster this is and as whom it is asked. The first call that contacts it. */
    ClusterIdentity identity();

    /**
     * Reads what a plan needs. The number of API calls grows with the namespaces, not with what is in them. Reads that are not
     * permitted are named in {@link ClusterFacts#unreadable()} instead of failing, except pods.
     */
    ClusterFacts survey(Set<String> namespaces);

    /** The pods of these namespaces as they are now, netproof's own left out: whether targets are still what they were. */
    default List<ClusterFacts.Pod> pods(Set<String> namespaces) {
        return survey(namespaces).pods();
    }

    /**
     * The policies in reach of these namespaces, in their present versions: NetworkPolicies, those of administrators, and those of
     * the network plug-ins that bring kinds of their own. What may not be read is named instead of failing.
     */
    default ClusterFacts.Policies policies(Set<String> namespaces) {
        return ClusterFacts.Policies.NONE;
    }

    /** The NetworkPolicies of these namespaces with their rules. What may not be read is named instead of failing. */
    default NetworkPolicies networkPolicies(Set<String> namespaces) {
        return NetworkPolicies.NONE;
    }

    /** The labels of every namespace by its name; empty if they may not be listed. */
    default Optional<Map<String, Map<String, String>>> namespaces() {
        return Optional.empty();
    }

    /** Every pod of the cluster, netproof's own left out; empty if they may not be listed. */
    default Optional<List<ClusterFacts.Pod>> allPods() {
        return Optional.empty();
    }

    /** Begins a session of probes. Nothing is created before the first launch. */
    ProbeSession open(SessionTerms terms);

    /** Begins a session of probes with servers and policies of its own. Nothing is created before it is asked for. */
    default Testbed testbed(SessionTerms terms) {
        throw new UnsupportedOperationException("this cluster has no room for an enforcement check");
    }

    /** Those of these permissions that the identity does not have, as far as the API server tells. */
    default List<Permission> missing(List<Permission> wanted) {
        return List.of();
    }

    /** Removes what netproof left behind in these namespaces (all that may be listed, when empty), and says what it did. */
    Cleaning clean(Set<String> namespaces, CleanScope scope);

    /** Removes the namespaces that enforcement checks left behind, where they may be listed. */
    default Cleaning cleanGrounds(CleanScope scope) {
        return new Cleaning(0, 0, Set.of());
    }

    /** Requests sent to the API server so far. */
    int requests();

    /** Never throws. */
    @Override
    void close();

    /** Which leftovers to remove. */
    enum CleanScope {
        /** Only those whose deadline has passed. */
        EXPIRED,
        /** Those of runs that may still be alive, too. */
        ALL
    }

    /**
     * @param removed objects deleted
     * @param alive objects of runs that may still be alive, left alone
     * @param unreadable where nothing could be looked for: "list services in namespace shop"
     * @param remaining what could not be removed, and why: "not permitted to delete services db in namespace shop: …"
     * @param foreign what carries netproof's label and is not proved to be netproof's, and why not; all of it was left alone
     */
    record Cleaning(int removed, int alive, Set<String> unreadable, Set<String> remaining, Set<String> foreign) {
        public Cleaning {
            unreadable = Collections.unmodifiableSortedSet(new TreeSet<>(unreadable));
            remaining = Collections.unmodifiableSortedSet(new TreeSet<>(remaining));
            foreign = Collections.unmodifiableSortedSet(new TreeSet<>(foreign));
        }

        /** Nothing stood in the way of removing, and nothing looked like netproof's without being it. */
        public Cleaning(int removed, int alive, Set<String> unreadable) {
            this(removed, alive, unreadable, Set.of(), Set.of());
        }
    }
}
