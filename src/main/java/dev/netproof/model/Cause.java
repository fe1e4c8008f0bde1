package dev.netproof.model;

/** What ended an attempt that failed, as the probe's kernel tells it: raw evidence, before anybody judges it. */
public sealed interface Cause {
    /**
     * An ICMP message, of ICMPv6 if the sender's address is an IPv6 one.
     *
     * @param sender the address that it came from, after whatever address translation was on its way
     */
    record Icmp(int type, int code, String sender) implements Cause {}

    /** A TCP reset, and no ICMP message. It bears the target's address, whoever sent it. */
    record Reset() implements Cause {}

    /** The probe's own kernel, without a message from the network: no route, or a rule on the way out of the pod. */
    record OwnKernel() implements Cause {}

    /** The probe's kernel has not got the protocol. */
    record NoProtocol() implements Cause {}
}
