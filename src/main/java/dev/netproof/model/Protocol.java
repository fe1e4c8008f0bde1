package dev.netproof.model;

/** What a probe speaks to a destination. */
public enum Protocol {
    TCP,
    UDP,
    SCTP,
    HTTP,
    HTTPS,
    /** A DNS query over UDP. */
    DNS;

    /** The protocol that a NetworkPolicy or a Service port names for this one: TCP, UDP or SCTP. */
    public Protocol transport() {
        return switch (this) {
            case TCP, HTTP, HTTPS -> TCP;
            case UDP, DNS -> UDP;
            case SCTP -> SCTP;
        };
    }
}
