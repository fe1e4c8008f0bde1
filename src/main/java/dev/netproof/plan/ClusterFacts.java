package dev.netproof.plan;

import dev.netproof.model.PortRef;
import dev.netproof.model.Protocol;
import dev.netproof.model.WorkloadKind;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the API server said about the parts of a cluster that a matrix speaks of, at one moment.
 *
 * @param namespaces those looked into, with whether they exist
 * @param pods netproof's own probes left out
 * @param selectors of everything that adopts or counts pods by label
 * @param nodes empty where they may not be listed
 * @param unreadable what the identity was not permitted to read, as "list pods in namespace x"
 * @param lookalikes pods that carry netproof's label and count all the same, and why: sentences
 * @param policies in reach of the namespaces
 */
public record ClusterFacts(
        Map<String, Existence> namespaces,
        List<Pod> pods,
        List<Service> services,
        List<Workload> workloads,
        List<PodSelecting> selectors,
        List<Node> nodes,
        Set<String> unreadable,
        Set<String> lookalikes,
        Policies policies) {
    public ClusterFacts {
        namespaces = Map.copyOf(namespaces);
        pods = List.copyOf(pods);
        services = List.copyOf(services);
        workloads = List.copyOf(workloads);
        selectors = List.copyOf(selectors);
        nodes = List.copyOf(nodes);
        unreadable = java.util.Collections.unmodifiableSet(new java.util.TreeSet<>(unreadable));
        lookalikes = java.util.Collections.unmodifiableSet(new java.util.TreeSet<>(lookalikes));
    }

    /** Where policies were not asked for. */
    public ClusterFacts(
            Map<String, Existence> namespaces,
            List<Pod> pods,
            List<Service> services,
            List<Workload> workloads,
            List<PodSelecting> selectors,
            List<Node> nodes,
            Set<String> unreadable,
            Set<String> lookalikes) {
        this(namespaces, pods, services, workloads, selectors, nodes, unreadable, lookalikes, Policies.UNKNOWN);
    }

    /** The same, and which policies are in reach. */
    public ClusterFacts with(Policies known) {
        return new ClusterFacts(namespaces, pods, services, workloads, selectors, nodes, unreadable, lookalikes, known);
    }

    /** Where nothing looks like netproof's own. */
    public ClusterFacts(
            Map<String, Existence> namespaces,
            List<Pod> pods,
            List<Service> services,
            List<Workload> workloads,
            List<PodSelecting> selectors,
            List<Node> nodes,
            Set<String> unreadable) {
        this(namespaces, pods, services, workloads, selectors, nodes, unreadable, Set.of());
    }

    /** The read that was not permitted, if this kind (in the API's plural) may not be listed there: its absence says nothing then. */
    Optional<String> hidden(String plural, String namespace) {
        return Optional.of("list " + plural + " in namespace " + namespace).filter(unreadable::contains);
    }

    /** Whether a thing is there. */
    public enum Existence {
        PRESENT,
        ABSENT,
        /** The identity may not ask. */
        UNKNOWN
    }

    /** Whether a pod can answer. */
    public enum Readiness {
        READY,
        NOT_READY,
        /** Succeeded, failed or being deleted. */
        GONE
    }

    /**
     * @param ips all of the pod's addresses, the primary one first
     * @param restarts of all its containers together
     * @param serviceAccount empty for the namespace's default one
     * @param owners the workload that made it, and the one that made that: a Job and its CronJob. A ReplicaSet counts as its Deployment.
     *     Empty for a pod that no known kind of workload made.
     */
    public record Pod(
            String namespace,
            String name,
            String uid,
            Map<String, String> labels,
            List<String> ips,
            Optional<String> node,
            Readiness readiness,
            int restarts,
            List<ContainerPort> ports,
            List<KubeletProbe> probes,
            Network network,
            Optional<String> serviceAccount,
            List<Owner> owners,
            Stage stage) {
        /** A pod of the default service account that no workload made. */
        public Pod(
                String namespace,
                String name,
                String uid,
                Map<String, String> labels,
                List<String> ips,
                Optional<String> node,
                Readiness readiness,
                int restarts,
                List<ContainerPort> ports,
                List<KubeletProbe> probes,
                Network network) {
            this(
                    namespace,
                    name,
                    uid,
                    labels,
                    ips,
                    node,
                    readiness,
                    restarts,
                    ports,
                    probes,
                    network,
                    Optional.empty(),
                    List.of(),
                    readiness == Readiness.GONE ? Stage.TERMINATING : Stage.LIVE);
        }

        /** Whether this workload made the pod. */
        public boolean isOf(WorkloadKind kind, String workload) {
            return owners.contains(new Owner(kind, workload));
        }
    }

    /** The workload that made a pod, in the pod's namespace. */
    public record Owner(WorkloadKind kind, String name) {}

    /** How far a pod's life is. */
    public enum Stage {
        /** It runs, or will: a pod that waits for a node connects as soon as it has one. */
        LIVE,
        /** It is being deleted, and may still connect for as long as its grace period lasts. */
        TERMINATING,
        /** Succeeded or failed: it has no network any more. */
        FINISHED
    }

    /** Whose address a pod has. */
    public enum Network {
        POD,
        /** Its node's (hostNetwork): engines tell its traffic from the node's own by nothing, and policies do not select it. */
        NODE
    }

    /** A port that a container declares. */
    public record ContainerPort(Optional<String> name, int number, Protocol protocol) {}

    /**
     * A readiness probe that the kubelet makes itself from the node to the pod IP: http or tcp, without a host of its own.
     *
     * @param staleAfter how long the pod may still be called ready after the port died
     */
    public record KubeletProbe(int port, Duration staleAfter) {}

    /**
     * @param clusterIps empty for a headless Service
     * @param publishing whether not-ready pods are published in DNS
     */
    public record Service(
            String namespace,
            String name,
            Map<String, String> selector,
            List<String> clusterIps,
            List<ServicePort> ports,
            Publishing publishing,
            List<Endpoint> endpoints) {}

    /** Which pods a Service publishes. */
    public enum Publishing {
        READY_ONLY,
        NOT_READY_TOO
    }

    /** One port of a Service. */
    public record ServicePort(Optional<String> name, int port, PortRef targetPort, Protocol protocol) {}

    /**
     * One address of an EndpointSlice and one of its ports.
     *
     * @param servicePort the name of the Service's port, as the slice has it
     */
    public record Endpoint(
            String ip,
            Optional<String> pod,
            Optional<String> node,
            Readiness readiness,
            Optional<String> servicePort,
            int port,
            Protocol protocol) {}

    /** A workload's pod template, as far as a probe takes after it. */
    public record Workload(
            WorkloadKind kind,
            String namespace,
            String name,
            Selector selector,
            Map<String, String> templateLabels,
            Optional<String> serviceAccount,
            Map<String, String> nodeSelector,
            List<Toleration> tolerations,
            NodeAffinity affinity,
            Network network) {
        /** "CronJob nightly". */
        String title() {
            return kind.kind() + " " + name;
        }

        /** Whether it can make a pod tomorrow: a Job runs once. */
        boolean makesMore() {
            return kind != WorkloadKind.JOB;
        }

        /** Every node is as good as the next. */
        public Workload(
                WorkloadKind kind,
                String namespace,
                String name,
                Selector selector,
                Map<String, String> templateLabels,
                Optional<String> serviceAccount,
                Map<String, String> nodeSelector,
                List<Toleration> tolerations,
                Network network) {
            this(
                    kind,
                    namespace,
                    name,
                    selector,
                    templateLabels,
                    serviceAccount,
                    nodeSelector,
                    tolerations,
                    NodeAffinity.NONE,
                    network);
        }
    }

    /** A toleration as the API has it. */
    public record Toleration(
            Optional<String> key,
            Optional<String> operator,
            Optional<String> value,
            Optional<String> effect,
            Optional<Long> seconds) {}

    /**
     * Something that selects pods by label and could adopt or count a probe.
     *
     * @param kind the API's kind: ReplicaSet, DaemonSet, PodDisruptionBudget, HorizontalPodAutoscaler …
     */
    public record PodSelecting(Effect effect, String kind, String namespace, String name, Selector selector) {}

    /** What selecting a pod does to it. */
    public enum Effect {
        /** Takes an ownerless pod for its own, and may delete it. */
        ADOPTS,
        /** Counts it: a disruption budget, an autoscaler. */
        COUNTS
    }

    /** A node that pods can be put on, or why not. */
    public record Node(String name, Optional<String> unusable, Map<String, String> labels) {}

    /**
     * The policies in reach of some namespaces.
     *
     * @param unreadable what could not be read, as "list networkpolicies in namespace x"
     */
    public record Policies(List<Policy> found, Set<String> unreadable) {
        public static final Policies NONE = new Policies(List.of(), Set.of());

        /** Nothing is known of them. */
        public static final Policies UNKNOWN = new Policies(List.of(), Set.of("list policies"));

        public Policies {
            found = List.copyOf(found);
            unreadable = java.util.Collections.unmodifiableSet(new java.util.TreeSet<>(unreadable));
        }
    }

    /** Which connections of the pods that it selects a policy restricts. */
    public enum Direction {
        INGRESS,
        EGRESS
    }

    /**
     * One version of a policy of any kind.
     *
     * @param namespace empty for a kind that is cluster-wide
     * @param sha256 of what it says, without metadata and status
     * @param podSelector of a NetworkPolicy; empty for other kinds
     * @param directions of a NetworkPolicy; empty for other kinds
     * @param reads the labels of pods that it reads beside those of podSelector: in the peers of a NetworkPolicy, anywhere in other kinds
     */
    public record Policy(
            String apiVersion,
            String kind,
            Optional<String> namespace,
            String name,
            String uid,
            String resourceVersion,
            String sha256,
            Optional<Selector> podSelector,
            Set<Direction> directions,
            LabelReads reads) {
        public Policy {
            directions = Set.copyOf(directions);
        }

        /** A policy without peers that are known by their labels. */
        public Policy(
                String apiVersion,
                String kind,
                Optional<String> namespace,
                String name,
                String uid,
                String resourceVersion,
                String sha256,
                Optional<Selector> podSelector,
                Set<Direction> directions) {
            this(
                    apiVersion,
                    kind,
                    namespace,
                    name,
                    uid,
                    resourceVersion,
                    sha256,
                    podSelector,
                    directions,
                    LabelReads.NONE);
        }

        /** Whether this is a NetworkPolicy that is about none of these pods. */
        public boolean selectsNone(List<Pod> pods) {
            return podSelector.isPresent()
                    && pods.stream()
                            .noneMatch(
                                    pod -> pod.readiness() != Readiness.GONE && selects(pod.namespace(), pod.labels()));
        }

        /** Whether this is a NetworkPolicy that is about a pod with these labels. */
        public boolean selects(String podNamespace, Map<String, String> labels) {
            return namespace.filter(podNamespace::equals).isPresent()
                    && podSelector.filter(selector -> selector.selects(labels)).isPresent();
        }
    }
}
