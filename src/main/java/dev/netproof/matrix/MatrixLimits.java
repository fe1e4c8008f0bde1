package dev.netproof.matrix;

/**
 * Limits for matrices. They are set on the command line, because somebody else may have written the matrices.
 *
 * @param checks of all matrices together, at most
 * @param probes sources of all matrices together, at most: each takes a pod or more
 * @param namespaces where probes may run
 * @param destinations what may be connected to
 */
public record MatrixLimits(int checks, int probes, AllowedNamespaces namespaces, AllowedDestinations destinations) {
    /** Twice as many as were ever measured in one run. */
    public static final int MOST_CHECKS = 20_000;

    public static final int MOST_PROBES = 500;

    /** The defaults. */
    public static final MatrixLimits USUAL =
            new MatrixLimits(MOST_CHECKS, MOST_PROBES, AllowedNamespaces.USUAL, AllowedDestinations.ALL);
}
