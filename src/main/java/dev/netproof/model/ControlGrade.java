package dev.netproof.model;

/** How well it is proved that a backend was alive and listening while it was out of a source's reach. Weakest first. */
public enum ControlGrade {
    /** Nothing shows that anything listened. */
    NONE,
    /**
     * The API server's port-forward reached the port through the pod's own loop-back. A server bound to loop-back alone looks
     * alive this way, so a refusal may be the target's own.
     */
    LISTENING_LOOPBACK,
    /**
     * The same port of the same pod was alive at its address of the other family, and nobody at all reached it at this one. A pod that
     * is alive refuses where nobody listens, so that silence is a filter's, as long as packets of this family get there; and a
     * refusal is at least no open door.
     */
    OTHER_FAMILY,
    /**
     * The kubelet's http or tcp readiness probe of that port, which no policy can stop, and the API server's port-forward found the port
     * listening.
     */
    LISTENING,
    /** Another source reached the same pod IP and port, before and after. */
    REACHED
}
