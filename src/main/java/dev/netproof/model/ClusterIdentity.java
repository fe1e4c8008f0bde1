package dev.netproof.model;

import java.util.List;
import java.util.Optional;

/**
 * Which cluster was asked, and as whom.
 *
 * @param context the kubeconfig context, or "in-cluster"
 * @param server the API server's URL
 * @param user the identity that the API server sees or the kubeconfig names
 * @param version the API server's version, such as v1.36.3
 * @param uid of the namespace kube-system, where it may be read
 * @param nodes where they may be listed, by name
 * @param cni what can be told about the network plug-in
 */
public record ClusterIdentity(
        String context, String server, String user, String version, Optional<String> uid, List<Node> nodes, Cni cni) {
    public ClusterIdentity {
        nodes = List.copyOf(nodes);
    }
}
