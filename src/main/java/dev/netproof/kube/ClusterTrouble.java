package dev.netproof.kube;

/** A cluster that cannot be reached, or does not permit or do what was asked. Says what, and how to fix it. */
public final class ClusterTrouble extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String fix;

    public ClusterTrouble(String problem, String fix) {
        super(problem);
        this.fix = fix;
    }

    public ClusterTrouble(String problem, String fix, Throwable cause) {
        super(problem, cause);
        this.fix = fix;
    }

    /** What the user can do about it. */
    public String fix() {
        return fix;
    }
}
