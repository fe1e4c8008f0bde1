package dev.netproof.plan;

import dev.netproof.model.Family;
import dev.netproof.plan.ClusterFacts.ContainerPort;
import dev.netproof.plan.ClusterFacts.Toleration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A pod of netproof's own that listens, so that there is somebody to be reached.
 *
 * @param id unique among the pods of a session; letters, digits and dashes
 * @param labels exactly those; the adapter adds netproof's own constant one
 * @param node the node it must run on
 * @param ports what it listens on and declares: a number may be declared under several names
 */
public record ServerPod(
        String id,
        String namespace,
        Map<String, String> labels,
        String node,
        List<Toleration> tolerations,
        Server server,
        List<ContainerPort> ports,
        Watched watched) {
    public ServerPod {
        labels = java.util.Collections.unmodifiableMap(new TreeMap<>(labels));
        tolerations = List.copyOf(tolerations);
        ports = List.copyOf(ports);
    }

    /** A server that no kubelet connects to. */
    public ServerPod(
            String id,
            String namespace,
            Map<String, String> labels,
            String node,
            List<Toleration> tolerations,
            Server server,
            List<ContainerPort> ports) {
        this(id, namespace, labels, node, tolerations, server, ports, Watched.NEVER);
    }

    /** Who looks whether it listens. */
    public enum Watched {
        NEVER,
        /** The kubelet of its node connects to its first TCP port every second, and the pod's readiness says how that went last. */
        BY_KUBELET
    }

    /** Which server it runs. */
    public enum Server {
        /** HTTP on its one TCP port and an echo of datagrams on its one UDP port, in every family of addresses. */
        ECHO,
        /** HTTP on any number of TCP ports, over IPv4 alone. */
        MANY_PORTS,
        /** HTTP on its TCP port and associations on its SCTP port, over IPv4 alone; ends at once where the kernel has no SCTP. */
        SCTP;

        /** Whether it answers at addresses of this family. */
        public boolean listensOver(Family family) {
            return this == ECHO || family == Family.IPV4;
        }
    }
}
