package dev.netproof.plan;

import dev.netproof.model.Family;
import dev.netproof.model.Protocol;
import java.util.Optional;

/**
 * One thing that a probe tries once in every round. The same thing is tried once, however many checks ask for it.
 */
public sealed interface Attempt {
    /** What the far end is asked, wherever it is: two attempts that ask the same can stand for each other. */
    String question();

    /** Opens a TCP connection and says nothing. */
    record Connect(String ip, int port) implements Attempt {
        @Override
        public String question() {
            return "TCP";
        }
    }

    /**
     * Opens a fresh connection and makes one GET request.
     *
     * @param scheme http or https
     * @param host the Host header and TLS server name
     * @param path begins with a slash
     * @param status the status that counts as let through; empty for any but 403
     */
    record Http(String scheme, String host, String ip, int port, String path, Optional<Integer> status)
            implements Attempt {
        @Override
        public String question() {
            return "GET " + scheme + "://" + host + path
                    + status.map(s -> " " + s).orElse("");
        }
    }

    /** Sends a DNS query over UDP to one server; any answer, NXDOMAIN too, shows that packets went both ways. */
    record DnsQuery(String ip, int port, String name) implements Attempt {
        @Override
        public String question() {
            return "DNS " + name;
        }
    }

    /**
     * Resolves a Service's name with the pod's own resolver, and connects to nothing.
     *
     * @param name as applications write it, so that the pod's search path completes it
     * @param family of the addresses asked for
     */
    record Lookup(String name, Family family) implements Attempt {
        @Override
        public String question() {
            return "";
        }
    }

    /**
     * Sends a datagram from a fresh socket; any datagram that comes back from that address and port shows that packets went both
     * ways.
     *
     * @param send what the datagram holds, as {@link dev.netproof.model.Destination.Request#send} has it
     */
    record Udp(String ip, int port, String send) implements Attempt {
        /** What agnhost's netexec answers. */
        public static final String ECHO = "echo {nonce}";

        public Udp(String ip, int port) {
            this(ip, port, ECHO);
        }

        @Override
        public String question() {
            return "UDP " + send;
        }
    }

    /** Opens an SCTP association and says nothing. */
    record Sctp(String ip, int port) implements Attempt {
        @Override
        public String question() {
            return "SCTP";
        }
    }

    /**
     * Opens a TCP connection once, and in every round asks an HTTP server over it again. It is never opened a second time: whether it
     * goes on is the question.
     */
    record Held(String ip, int port) implements Attempt {
        @Override
        public String question() {
            return "HELD";
        }
    }

    /**
     * Listens on a port of its own pod, and opens a fresh TCP connection to an address that should lead back there; an answer from another pod
     * does not count.
     *
     * @param own what it listens on
     */
    record Itself(String ip, int port, int own) implements Attempt {
        @Override
        public String question() {
            return "ITSELF";
        }
    }

    /**
     * Resolves a name with the pod's own resolver and tries what came out.
     *
     * @param protocol TCP, UDP, SCTP or DNS
     * @param say what is sent over UDP, or asked of a name server; empty otherwise
     * @param family of the addresses asked for; empty takes whichever answers, as applications do
     */
    record ByName(String name, int port, Protocol protocol, String say, Optional<Family> family) implements Attempt {
        /** Tries whichever address answers. */
        public ByName(String name, int port, Protocol protocol, String say) {
            this(name, port, protocol, say, Optional.empty());
        }

        /** Opens a TCP connection. */
        public ByName(String name, int port) {
            this(name, port, Protocol.TCP, "");
        }

        @Override
        public String question() {
            return say.isEmpty() ? protocol.name() : protocol + " " + say;
        }
    }
}
