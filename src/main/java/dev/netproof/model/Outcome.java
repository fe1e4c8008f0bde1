package dev.netproof.model;

/** What one attempt saw. Carried unreduced from the probe to the report; only the judge collapses it. */
public enum Outcome {
    /** The transport connection opened, or a datagram was answered. */
    CONNECTED,
    /** No answer of any kind within the connect time-out. */
    TIMEOUT,
    /** An RST or an ICMP port-unreachable came back. */
    REFUSED,
    /** The connection opened and was torn down before a response. */
    RESET,
    /** An ICMP error other than port-unreachable came back: no route, prohibited. */
    UNREACHABLE,
    /** The name did not resolve. */
    DNS_FAILURE,
    /** The connection opened and the response was a refusal of the application layer. */
    L7_DENIED,
    /** The attempt could not be made or its result could not be read: says nothing about the network. */
    PROBE_ERROR;

    /** Whether packets demonstrably reached a listener. */
    public boolean reachedListener() {
        return this == CONNECTED || this == RESET || this == L7_DENIED;
    }

    /** Whether this is how a denial can look on the wire. Proof that it is one needs a control. */
    public boolean looksDenied() {
        return this == TIMEOUT || this == REFUSED || this == UNREACHABLE;
    }
}
