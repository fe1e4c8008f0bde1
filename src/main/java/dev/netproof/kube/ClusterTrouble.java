package dev.netproof.kube;

/** A cluster that cannot be reached, or does not permit or do what was asked. Says what, how to fix it, and no secret. */
public final class ClusterTrouble extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String fix;

    public ClusterTrouble(String problem, String fix) {
        super(Redaction.of(problem));
        this.fix = Redaction.of(fix);
    }

    public ClusterTrouble(String problem, String fix, Throwable cause) {
        super(Redaction.of(problem), cause);
        this.fix = Redaction.of(fix);
    }

    /** Of a failure whose own words may quote a secret: they are left behind. */
    static ClusterTrouble withoutCause(String problem, String fix) {
        return new ClusterTrouble(problem, fix);
    }

    /** What the user can do about it. */
    public String fix() {
        return fix;
    }
}
