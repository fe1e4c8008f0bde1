package dev.netproof.plan;

import dev.netproof.plan.ProbePod.Tools;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Collects attempts under the probes that make them: one probe per identity and node, each attempt once. */
final class ProbeBook {
    private final String prefix;
    private final Map<SourceIdentity, Entry> entries = new LinkedHashMap<>();

    ProbeBook(String prefix) {
        this.prefix = prefix;
    }

    /**
     * The probe for this identity on this node.
     *
     * @param pods names of the live pods that have the identity
     */
    Entry entry(String source, SourceIdentity identity, List<String> pods) {
        Entry entry = entries.computeIfAbsent(identity, i -> new Entry(prefix + entries.size(), source));
        entry.pods.addAll(pods);
        return entry;
    }

    List<ProbePod> probes(OwnershipRule rule) {
        List<ProbePod> probes = new ArrayList<>();
        entries.forEach((identity, entry) -> {
            if (!entry.attempts.isEmpty()) {
                probes.add(new ProbePod(
                        entry.id,
                        entry.source,
                        identity.namespace(),
                        identity.labels(),
                        identity.serviceAccount(),
                        identity.node(),
                        identity.nodeSelector(),
                        identity.tolerations(),
                        identity.affinity(),
                        rule.of(identity),
                        Tools.needed(entry.attempts),
                        entry.attempts,
                        ClusterFacts.Network.POD,
                        List.copyOf(entry.pods)));
            }
        });
        return probes;
    }

    /** What policies and the scheduler see of a probe. */
    record SourceIdentity(
            String namespace,
            Map<String, String> labels,
            Optional<String> serviceAccount,
            Optional<String> node,
            Map<String, String> nodeSelector,
            List<ClusterFacts.Toleration> tolerations,
            NodeAffinity affinity) {
        /** Known by its labels alone: it can be on every node. */
        static SourceIdentity of(String namespace, Map<String, String> labels, Optional<String> serviceAccount) {
            return new SourceIdentity(
                    namespace, labels, serviceAccount, Optional.empty(), Map.of(), List.of(), NodeAffinity.NONE);
        }

        SourceIdentity on(Optional<String> other) {
            return new SourceIdentity(namespace, labels, serviceAccount, other, nodeSelector, tolerations, affinity);
        }

        /** Whether pods of this identity can be on the node at all. */
        boolean admits(ClusterFacts.Node node) {
            return node.labels().entrySet().containsAll(nodeSelector.entrySet()) && affinity.admits(node);
        }
    }

    /** How a probe of this identity is owned. */
    interface OwnershipRule {
        ProbePod.Ownership of(SourceIdentity identity);
    }

    /** One probe in the making. */
    static final class Entry {
        private final String id;
        private final String source;
        private final Set<String> pods = new TreeSet<>();
        private final List<Attempt> attempts = new ArrayList<>();
        private final Map<Attempt, Integer> indexes = new LinkedHashMap<>();

        private Entry(String id, String source) {
            this.id = id;
            this.source = source;
        }

        String id() {
            return id;
        }

        /** The attempt's index in this probe, adding it if it is new. */
        int index(Attempt attempt) {
            return indexes.computeIfAbsent(attempt, a -> {
                attempts.add(a);
                return attempts.size() - 1;
            });
        }
    }
}
