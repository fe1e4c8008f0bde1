package dev.netproof.model;

import java.util.Optional;

/**
 * What is connected to.
 *
 * @param name what the matrix and the reports call it
 * @param port a Service port for a Service, a container port or its name for pods; empty where the Service has just one
 * @param family the one family of addresses that it is about; empty is about every address that it has
 * @param request what is asked over HTTP or DNS, where the protocol has a request
 */
public record Destination(
        String name,
        Target target,
        Optional<PortRef> port,
        Protocol protocol,
        Optional<Family> family,
        Request request,
        Location location) {
    /** About every address that it has. */
    public Destination(
            String name, Target target, Optional<PortRef> port, Protocol protocol, Request request, Location location) {
        this(name, target, port, protocol, Optional.empty(), request, location);
    }

    /**
     * What is said once connected.
     *
     * @param path the HTTP path and query, beginning with a slash
     * @param status the HTTP status that an allowed request gets; empty means any but 401, 403 and 5xx-by-proxy refusals
     * @param query the name that a DNS check asks for
     * @param send what a UDP check sends: text in which {@code {nonce}} stands for a number of the attempt's own, {@code \\xNN}
     *     for a byte and {@code \\\\} for a backslash
     */
    public record Request(
            Optional<String> path, Optional<Integer> status, Optional<String> query, Optional<String> send) {
        public static final Request NONE =
                new Request(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

        public Request(Optional<String> path, Optional<Integer> status, Optional<String> query) {
            this(path, status, query, Optional.empty());
        }
    }
}
