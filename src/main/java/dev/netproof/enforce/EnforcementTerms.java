package dev.netproof.enforce;

import dev.netproof.kube.SessionTerms.Images;
import dev.netproof.model.Enforcement.Profile;
import java.time.Duration;
import java.util.Optional;

/**
 * The terms of one enforcement check.
 *
 * @param tool netproof's version
 * @param namespace an existing one to work in; empty makes one that goes afterwards
 * @param stable rounds in a row that must agree; more where packets are seen to get lost
 * @param deadline how long after a policy is stored a connection that it forbids may still open
 * @param timeout of the whole check
 * @param connectTimeout of one attempt
 * @param besides what is looked at besides the profile
 * @param lent takes the place of a namespace that the check would make; permissions are asked for as if it made one
 */
public record EnforcementTerms(
        String tool,
        Profile profile,
        NodeChoice nodes,
        Optional<String> namespace,
        int stable,
        Duration deadline,
        Duration timeout,
        Duration connectTimeout,
        Images images,
        Besides besides,
        Optional<LentNamespace> lent) {
    /** Terms of a check to which nobody lends a namespace. */
    public EnforcementTerms(
            String tool,
            Profile profile,
            NodeChoice nodes,
            Optional<String> namespace,
            int stable,
            Duration deadline,
            Duration timeout,
            Duration connectTimeout,
            Images images,
            Besides besides) {
        this(
                tool,
                profile,
                nodes,
                namespace,
                stable,
                deadline,
                timeout,
                connectTimeout,
                images,
                besides,
                Optional.empty());
    }

    /** The namespace to work in, if it is not to be one that the check creates itself. */
    Optional<String> place() {
        return namespace.or(() -> lent.map(LentNamespace::name));
    }

    /** What is looked at only where somebody asks for it. */
    public enum Besides {
        NOTHING,
        /** Pods in their node's network, for which a second namespace admits more than a restricted one. */
        HOST_NETWORK
    }
}
