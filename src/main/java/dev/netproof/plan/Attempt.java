package dev.netproof.plan;

import java.util.Optional;

/**
 * One thing that a probe tries once in every round. The same thing is tried once, however many checks ask for it.
 */
public sealed interface Attempt {
    /** Opens a TCP connection and says nothing. */
    record Connect(String ip, int port) implements Attempt {}

    /**
     * Opens a fresh connection and makes one GET request.
     *
     * @param scheme http or https
     * @param host the Host header and TLS server name
     * @param path begins with a slash
     * @param status the status that counts as let through; empty for any but 403
     */
    record Http(String scheme, String host, String ip, int port, String path, Optional<Integer> status)
            implements Attempt {}

    /** Sends a DNS query over UDP to one server; any answer, NXDOMAIN too, shows that packets went both ways. */
    record DnsQuery(String ip, int port, String name) implements Attempt {}

    /**
     * Resolves a Service's name with the pod's own resolver, and connects to nothing.
     *
     * @param name as applications write it, so that the pod's search path completes it
     * @param family of the addresses asked for
     */
    record Lookup(String name, Family family) implements Attempt {}

    /** An internet protocol. */
    enum Family {
        IPV4,
        IPV6;

        /** The family of an address. */
        public static Family of(String ip) {
            return ip.contains(":") ? IPV6 : IPV4;
        }
    }

    /** Resolves a name with the pod's own resolver and opens a TCP connection to what came out. */
    record ByName(String name, int port) implements Attempt {}
}
