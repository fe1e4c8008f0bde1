package dev.netproof.model;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The policies (each in its version), probes and targets during the run.
 * Verdicts apply to these only.
 *
 * @param policies in reach of the matrices' namespaces, as they were before the first probe; by kind, namespace and name
 * @param probes those that started, in the order of the plan
 * @param targets the pods that stood behind the destinations, by namespace and name
 * @param unreadable what could not be read of all this, as "list networkpolicies in namespace x"
 */
public record Circumstances(
        List<Policy> policies, List<Probe> probes, List<TargetPod> targets, SortedSet<String> unreadable) {
    /** Nothing was looked at. */
    public static final Circumstances NONE =
            new Circumstances(List.of(), List.of(), List.of(), Collections.emptySortedSet());

    public Circumstances {
        policies = List.copyOf(policies);
        probes = List.copyOf(probes);
        targets = List.copyOf(targets);
        unreadable = Collections.unmodifiableSortedSet(new TreeSet<>(unreadable));
    }

    /**
     * One version of one policy object of any kind.
     *
     * @param namespace empty for a kind that is cluster-wide
     * @param sha256 of what it says: its JSON with sorted keys, without metadata and status, in hex
     * @param about whom it selects; empty for kinds whose selectors are not computed here, which may be about anybody
     */
    public record Policy(
            String apiVersion,
            String kind,
            Optional<String> namespace,
            String name,
            String uid,
            String resourceVersion,
            String sha256,
            Optional<About> about) {
        /** "NetworkPolicy bookstore/egress-dns". */
        public String title() {
            return kind + " " + namespace.map(n -> n + "/").orElse("") + name;
        }
    }

    /**
     * Whom a policy is about.
     *
     * @param sources names of the matrices' sources whose egress it restricts
     * @param targets names of the target pods whose ingress it restricts
     */
    public record About(SortedSet<String> sources, SortedSet<String> targets) {
        public About {
            sources = Collections.unmodifiableSortedSet(new TreeSet<>(sources));
            targets = Collections.unmodifiableSortedSet(new TreeSet<>(targets));
        }
    }

    /**
     * A probe pod as it ran.
     *
     * @param source the source it represents
     * @param image as it was asked for
     * @param digest the image that really ran, as the container runtime names it
     * @param represents names of the live pods whose identity it took on; empty where it was not taken from pods
     */
    public record Probe(
            String source,
            String namespace,
            String pod,
            Optional<String> ip,
            Optional<String> node,
            Map<String, String> labels,
            String serviceAccount,
            String image,
            Optional<String> digest,
            List<String> represents) {
        public Probe {
            labels = Collections.unmodifiableMap(new LinkedHashMap<>(labels));
            represents = List.copyOf(represents);
        }

        /** A probe whose identity was not taken from pods. */
        public Probe(
                String source,
                String namespace,
                String pod,
                Optional<String> ip,
                Optional<String> node,
                Map<String, String> labels,
                String serviceAccount,
                String image,
                Optional<String> digest) {
            this(source, namespace, pod, ip, node, labels, serviceAccount, image, digest, List.of());
        }
    }

    /** A pod behind a destination. */
    public record TargetPod(
            String namespace,
            String name,
            String uid,
            List<String> ips,
            Optional<String> node,
            Map<String, String> labels) {
        public TargetPod {
            ips = List.copyOf(ips);
            labels = Collections.unmodifiableMap(new LinkedHashMap<>(labels));
        }
    }
}
