package dev.netproof.enforce;

import dev.netproof.model.Protocol;
import dev.netproof.plan.ClusterFacts.ContainerPort;
import dev.netproof.plan.ServerPod.Server;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The ports that the testbed's servers listen on and declare. Pure. */
final class ServerPorts {
    /** What every server listens on. */
    static final int PORT = 8081;

    /** Those with many ports listen on all from the first to this one. */
    static final int LAST_PORT = 8084;

    /** In an edge, the port that a server calls {@link #WEB}: it is another number on every second node. */
    static final int NAMED_WEB = -1;

    /** In an edge, the other one of the two numbers that {@link #NAMED_WEB} has. */
    static final int NOT_NAMED_WEB = -2;

    static final String WEB = "web";

    /** Declared for UDP alone, though the server listens on its number over TCP. */
    static final String WRONG_PROTOCOL = "wrong-protocol";

    static final int WRONG_PROTOCOL_PORT = 8083;

    /** What every Service listens on. */
    static final int SERVICE_PORT = 80;

    private ServerPorts() {}

    /** The number of an edge's port on the servers of a place. */
    static int number(int port, int place) {
        boolean first = place % 2 == 0;
        return switch (port) {
            case NAMED_WEB -> first ? PORT : PORT + 1;
            case NOT_NAMED_WEB -> first ? PORT + 1 : PORT;
            default -> port;
        };
    }

    /** What a server declares at a place. */
    static List<ContainerPort> declared(Server server, int place) {
        if (server != Server.MANY_PORTS) {
            return List.of(
                    new ContainerPort(Optional.of(WEB), PORT, Protocol.TCP),
                    new ContainerPort(
                            Optional.of("other"), PORT, server == Server.SCTP ? Protocol.SCTP : Protocol.UDP));
        }
        List<ContainerPort> ports = new ArrayList<>();
        for (int number = PORT; number <= LAST_PORT; number++) {
            boolean web = number == number(NAMED_WEB, place);
            ports.add(new ContainerPort(web ? Optional.of(WEB) : Optional.empty(), number, Protocol.TCP));
        }
        ports.add(new ContainerPort(Optional.of(WRONG_PROTOCOL), WRONG_PROTOCOL_PORT, Protocol.UDP));
        return ports;
    }
}
