package dev.netproof.kube;

import dev.netproof.evidence.ProbeEvent;
import dev.netproof.plan.PolicyManifest;
import dev.netproof.plan.ServerPod;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Probes together with what they are tried on: namespaces, servers, Services and policies of netproof's own, all of which go when it
 * is closed. Servers and probes share one space of ids. Used by one thread; every method throws {@link ClusterTrouble} when the
 * cluster does not do as asked.
 */
public interface Testbed extends ProbeSession {
    /**
     * A name for a namespace of this session, which nobody can foresee.
     *
     * @param stem what it begins with, before its last dash
     */
    String namespaceName(String stem);

    /**
     * Creates a namespace, held to a Pod Security Standard.
     *
     * @param name one of {@link #namespaceName}
     */
    void createNamespace(String name, Standard standard);

    /**
     * What pods a namespace admits.
     *
     * @see <a href="https://kubernetes.io/docs/concepts/security/pod-security-standards/">Pod Security Standards</a>
     */
    enum Standard {
        RESTRICTED,
        /** The only one that admits pods in their node's network. */
        PRIVILEGED
    }

    /** Starts these servers, in parallel. Each ends in a {@link ProbeEvent.Serving} or a {@link ProbeEvent.Lost}. */
    void serve(Collection<ServerPod> servers);

    /**
     * Creates a Service in front of servers, ready or not.
     *
     * @param ports Service port to the servers' own
     * @return its virtual addresses, the primary one first
     */
    List<String> expose(String namespace, String name, Map<String, String> selector, Map<Integer, Integer> ports);

    /** Creates a policy, or puts it in place of the one of that name. Returns when it is stored. */
    void apply(PolicyManifest policy);

    /** Removes a policy. Returns when it is no longer stored. */
    void remove(PolicyManifest policy);

    /** How the stored policy differs from this one, in words; empty when it is as it was applied. */
    Optional<String> deviation(PolicyManifest policy);

    /** Gives a server or a probe other labels than those that it was created with. */
    void label(String pod, Map<String, String> labels);

    /**
     * How a server or a probe differs, as it was last seen, from what it was last asked to be, in words; empty when it is just so, or
     * nothing is known of it. Asks the cluster nothing.
     */
    Optional<String> drift(String pod);

    /** The addresses of a pod of this session, the primary one first. */
    List<String> addresses(String namespace, String pod);

    /** Names of policies in these namespaces that are not of this session, as namespace/name. */
    List<String> foreignPolicies(Collection<String> namespaces);
}
