package dev.netproof.model;

import java.util.Optional;

/**
 * An identity that connects.
 *
 * @param name what the matrix and the reports call it
 * @param serviceAccount the service account, where the matrix names one
 * @param liveness whether a live pod must have this identity
 */
public record Source(
        String name,
        String namespace,
        Identity identity,
        Optional<String> serviceAccount,
        Liveness liveness,
        Placement placement,
        Location location) {

    /** Whether somebody in the cluster is expected to have this identity. */
    public enum Liveness {
        /** A live pod has these labels; if none has, the name is probably mistyped and denies prove nothing. */
        LIVE,
        /** Made up on purpose: a pod that nobody wrote a rule for. */
        SYNTHETIC
    }
}
