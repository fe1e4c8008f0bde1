package dev.netproof.plan;

import dev.netproof.model.Destination;
import dev.netproof.model.Family;
import dev.netproof.model.Protocol;
import dev.netproof.model.Target;
import java.util.Optional;

/** Makes the attempt that tries a destination at one address or by its name. */
final class Attempts {
    private static final int DNS_PORT = 53;

    /** A name that every cluster's DNS answers for, one way or the other. */
    private static final String DNS_QUERY = "kubernetes.default.svc.cluster.local.";

    private Attempts() {}

    /** @param host what an HTTP request names as its host */
    static Attempt at(Destination destination, String ip, int port, String host) {
        if (isQuery(destination, port)) {
            return new Attempt.DnsQuery(ip, port, destination.request().query().orElse(DNS_QUERY));
        }
        if (destination.protocol() == Protocol.HTTP || destination.protocol() == Protocol.HTTPS) {
            return new Attempt.Http(
                    destination.protocol() == Protocol.HTTP ? "http" : "https",
                    destination.target() instanceof Target.Ip ? ip : host,
                    ip,
                    port,
                    destination.request().path().orElse("/"),
                    destination.request().status());
        }
        return switch (destination.protocol()) {
            case UDP -> new Attempt.Udp(ip, port, send(destination));
            case SCTP -> new Attempt.Sctp(ip, port);
            default -> new Attempt.Connect(ip, port);
        };
    }

    static Attempt byName(Destination destination, String name, int port, Optional<Family> family) {
        if (isQuery(destination, port)) {
            return new Attempt.ByName(
                    name, port, Protocol.DNS, destination.request().query().orElse(DNS_QUERY), family);
        }
        return switch (destination.protocol()) {
            case UDP -> new Attempt.ByName(name, port, Protocol.UDP, send(destination), family);
            case SCTP -> new Attempt.ByName(name, port, Protocol.SCTP, "", family);
            default -> new Attempt.ByName(name, port, Protocol.TCP, "", family);
        };
    }

    private static String send(Destination destination) {
        return destination.request().send().orElse(Attempt.Udp.ECHO);
    }

    /** A name server is asked what it answers, unless the matrix says what to send. */
    static boolean isQuery(Destination destination, int port) {
        return destination.protocol() == Protocol.DNS
                || (destination.protocol() == Protocol.UDP
                        && port == DNS_PORT
                        && destination.request().send().isEmpty());
    }
}
