package dev.netproof.matrix;

import java.util.List;
import java.util.regex.Pattern;

/**
 * The namespaces in which probes may run.
 *
 * <p>Without a pattern: all but those of the cluster itself. With patterns: those that one of them matches. A namespace of the cluster
 * itself needs its exact name: a pod there can take the identity of the components that run the cluster.
 */
public final class AllowedNamespaces {
    /** The default: all except those of the cluster itself. */
    public static final AllowedNamespaces USUAL = new AllowedNamespaces(List.of());

    private static final Pattern LEGAL = Pattern.compile("[a-z0-9*?]([-a-z0-9*?]*[a-z0-9*?])?");

    /** Of Kubernetes, of distributions, and of network plug-ins. The documentation lists the same. */
    private static final List<Glob> SYSTEM = List.of(
                    "kube-*",
                    "openshift",
                    "openshift-*",
                    "calico-*",
                    "tigera-*",
                    "cilium-*",
                    "gke-*",
                    "gmp-*",
                    "cattle-*")
            .stream()
            .map(Glob::new)
            .toList();

    private final List<Glob> patterns;

    private AllowedNamespaces(List<Glob> patterns) {
        this.patterns = patterns;
    }

    /**
     * Those that one of the patterns matches.
     *
     * @param patterns names, in which {@code *} stands for any characters and {@code ?} for one
     * @throws IllegalArgumentException if one of them can match no namespace; the message says which
     */
    public static AllowedNamespaces of(List<String> patterns) {
        for (String pattern : patterns) {
            if (pattern.length() > KubernetesNames.LONGEST_LABEL
                    || !LEGAL.matcher(pattern).matches()) {
                throw new IllegalArgumentException(Problems.quote(pattern)
                        + " matches no namespace: a name has lower-case letters, digits and \"-\"; * stands for any of them, ? for"
                        + " one");
            }
        }
        return new AllowedNamespaces(patterns.stream().map(Glob::new).toList());
    }

    /** Whether probes may run there. */
    public boolean admits(String namespace) {
        return isOfTheCluster(namespace)
                ? patterns.stream().anyMatch(pattern -> pattern.text().equals(namespace))
                : patterns.isEmpty() || patterns.stream().anyMatch(pattern -> pattern.matches(namespace));
    }

    /** Why probes may not run in a namespace that is not admitted, as the end of a sentence. */
    public String why(String namespace) {
        return isOfTheCluster(namespace)
                ? "namespace " + namespace + ", which belongs to the cluster itself"
                : "namespace " + namespace + ", which no --allow-namespace matches";
    }

    /** What allows it. */
    public String fix(String namespace) {
        if (isOfTheCluster(namespace)) {
            return "--allow-namespace " + namespace + " allows it, by this name alone"
                    + (patterns.isEmpty() ? "; other namespaces then need one too: --allow-namespace '*'." : ".");
        }
        return "--allow-namespace " + namespace + " allows it.";
    }

    private static boolean isOfTheCluster(String namespace) {
        return SYSTEM.stream().anyMatch(system -> system.matches(namespace));
    }
}
