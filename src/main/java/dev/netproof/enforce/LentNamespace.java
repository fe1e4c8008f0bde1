package dev.netproof.enforce;

/**
 * A namespace without policies that a check works in, and that its owner removes once the check is over. The check removes what it put there
 * itself, because the owner may keep the namespace for longer.
 */
public interface LentNamespace {
    /** Its name, whether or not it exists yet. */
    String name();

    /**
     * Creates it, unless it exists already. From any thread.
     *
     * @throws dev.netproof.kube.ClusterTrouble where the cluster refuses it, or its owner is about to end
     */
    void create();
}
