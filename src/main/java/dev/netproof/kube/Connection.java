package dev.netproof.kube;

import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Everything that is needed to speak to one API server as one identity, resolved and explicit: the client library guesses nothing.
 *
 * @param context the kubeconfig's context, or "in-cluster"
 * @param namespace what the context defaults to
 * @param user the kubeconfig's name for the identity
 * @param proxy an HTTP proxy to go through
 * @param impersonation headers that ask to act as somebody else
 */
record Connection(
        String context,
        URI server,
        String namespace,
        String user,
        Trust trust,
        Optional<URI> proxy,
        Credentials credentials,
        Map<String, List<String>> impersonation) {

    /** What context a run inside a pod is said to have. */
    static final String IN_CLUSTER = "in-cluster";

    Connection {
        impersonation = Map.copyOf(impersonation);
    }

    /**
     * How the server's certificate is judged.
     *
     * @param authorities PEM certificates to trust, and no others; empty trusts those that the JVM trusts
     * @param serverName the name that the certificate must have instead of the URL's
     */
    record Trust(Optional<String> authorities, Verification verification, Optional<String> serverName) {}

    /** Whether the server's certificate is looked at. */
    enum Verification {
        FULL,
        NONE
    }

    @Override
    public String toString() {
        return server + " (context " + context + ")";
    }
}
