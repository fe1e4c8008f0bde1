package dev.netproof.plan;

import dev.netproof.model.Protocol;
import dev.netproof.plan.ClusterFacts.Network;
import dev.netproof.plan.ClusterFacts.Toleration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One probe pod to start: the identity it takes on, where it goes, and what it tries in every round.
 *
 * @param id unique in the plan, stable between runs of the same matrix; letters, digits and dashes
 * @param source what reports call it
 * @param labels exactly the labels of the identity; the adapter adds netproof's own constant one
 * @param node the node it must run on, one that selector and affinity admit; empty leaves it to the scheduler
 * @param attempts at least one; an attempt is known by its index in this list
 * @param network the node's own only where a namespace admits it
 * @param represents names of the live pods whose identity it takes on; empty where the identity is not taken from pods
 */
public record ProbePod(
        String id,
        String source,
        String namespace,
        Map<String, String> labels,
        Optional<String> serviceAccount,
        Optional<String> node,
        Map<String, String> nodeSelector,
        List<Toleration> tolerations,
        NodeAffinity affinity,
        Ownership ownership,
        Tools tools,
        List<Attempt> attempts,
        Network network,
        List<String> represents) {
    public ProbePod {
        represents = List.copyOf(represents);
        labels = java.util.Collections.unmodifiableMap(new java.util.TreeMap<>(labels));
        nodeSelector = Map.copyOf(nodeSelector);
        tolerations = List.copyOf(tolerations);
        attempts = List.copyOf(attempts);
    }

    /** A pod whose identity is not taken from others. */
    public ProbePod(
            String id,
            String source,
            String namespace,
            Map<String, String> labels,
            Optional<String> serviceAccount,
            Optional<String> node,
            Map<String, String> nodeSelector,
            List<Toleration> tolerations,
            NodeAffinity affinity,
            Ownership ownership,
            Tools tools,
            List<Attempt> attempts,
            Network network) {
        this(
                id,
                source,
                namespace,
                labels,
                serviceAccount,
                node,
                nodeSelector,
                tolerations,
                affinity,
                ownership,
                tools,
                attempts,
                network,
                List.of());
    }

    /** A pod with a network of its own. */
    public ProbePod(
            String id,
            String source,
            String namespace,
            Map<String, String> labels,
            Optional<String> serviceAccount,
            Optional<String> node,
            Map<String, String> nodeSelector,
            List<Toleration> tolerations,
            NodeAffinity affinity,
            Ownership ownership,
            Tools tools,
            List<Attempt> attempts) {
        this(
                id,
                source,
                namespace,
                labels,
                serviceAccount,
                node,
                nodeSelector,
                tolerations,
                affinity,
                ownership,
                tools,
                attempts,
                Network.POD);
    }

    /** Every node is as good as the next. */
    public ProbePod(
            String id,
            String source,
            String namespace,
            Map<String, String> labels,
            Optional<String> serviceAccount,
            Optional<String> node,
            Map<String, String> nodeSelector,
            List<Toleration> tolerations,
            Ownership ownership,
            Tools tools,
            List<Attempt> attempts) {
        this(
                id,
                source,
                namespace,
                labels,
                serviceAccount,
                node,
                nodeSelector,
                tolerations,
                NodeAffinity.NONE,
                ownership,
                tools,
                attempts);
    }

    /** A probe of the same identity that makes some of the same attempts with more tools, and so sees who refuses them. */
    public ProbePod explainer(Optional<String> on, List<Attempt> some) {
        return new ProbePod(
                id + "t",
                source,
                namespace,
                labels,
                serviceAccount,
                on,
                nodeSelector,
                tolerations,
                affinity,
                ownership,
                Tools.NETSHOOT,
                some,
                network,
                represents);
    }

    /** How a probe pod refers to its run's anchor. */
    public enum Ownership {
        /** A plain owner reference: the anchor's end is the probe's end. */
        PLAIN,
        /** A controller reference, because a selector would adopt the pod otherwise. */
        CONTROLLER
    }

    /** Which image has what the attempts need. */
    public enum Tools {
        /** A shell and curl. */
        CURL,
        /** Python as well. */
        NETSHOOT;

        private static final int DNS_PORT = 53;

        /** The least that can make these attempts. */
        public static Tools needed(List<Attempt> attempts) {
            return attempts.stream().allMatch(Tools::curlCan) ? CURL : NETSHOOT;
        }

        private static boolean curlCan(Attempt attempt) {
            if (attempt instanceof Attempt.DnsQuery query) {
                // nslookup asks nobody who listens elsewhere.
                return query.port() == DNS_PORT;
            }
            if (attempt instanceof Attempt.ByName name) {
                return name.protocol() == Protocol.TCP;
            }
            return attempt instanceof Attempt.Connect
                    || attempt instanceof Attempt.Http
                    || attempt instanceof Attempt.Lookup;
        }
    }
}
