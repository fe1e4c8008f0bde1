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
 * @param certificate whether the server had to prove that it is the one meant
 */
public record ClusterIdentity(
        String context,
        String server,
        String user,
        String version,
        Optional<String> uid,
        List<Node> nodes,
        Cni cni,
        Certificate certificate) {
    /** Whether the API server's certificate was checked. */
    public enum Certificate {
        VERIFIED,
        /** The kubeconfig says insecure-skip-tls-verify, or its server is spoken to without TLS. */
        NOT_VERIFIED
    }

    public ClusterIdentity {
        nodes = List.copyOf(nodes);
    }

    /** A cluster whose server proved who it is. */
    public ClusterIdentity(
            String context,
            String server,
            String user,
            String version,
            Optional<String> uid,
            List<Node> nodes,
            Cni cni) {
        this(context, server, user, version, uid, nodes, cni, Certificate.VERIFIED);
    }

    /** What a reader of any report must know of it. */
    public Optional<String> caveat() {
        return certificate == Certificate.VERIFIED
                ? Optional.empty()
                : Optional.of("the API server's certificate was not verified ("
                        + (server.startsWith("http://") ? "there is no TLS" : "insecure-skip-tls-verify")
                        + "): who answered may be somebody else than " + server);
    }
}
