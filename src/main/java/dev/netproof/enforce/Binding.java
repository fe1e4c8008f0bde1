package dev.netproof.enforce;

import dev.netproof.enforce.Scenario.Way;
import dev.netproof.model.Enforcement.Kind;
import dev.netproof.model.Family;
import dev.netproof.model.Path;
import dev.netproof.model.Protocol;
import dev.netproof.plan.Attempt;
import dev.netproof.plan.Backend;
import dev.netproof.plan.ServerPod;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** From pairs of actors to attempts at addresses, once it is known where the servers answer. Pure. */
final class Binding {
    private final TestbedLayout layout;
    private final Map<Actor, ServerAddress> addresses;

    Binding(TestbedLayout layout, Map<Actor, ServerAddress> addresses) {
        this.layout = layout;
        this.addresses = Map.copyOf(addresses);
    }

    /** The edge in each family of addresses that it is tried in; none where it cannot be tried. */
    List<Bound> bind(Scenario scenario, Pair pair) {
        ServerAddress address = addresses.get(pair.server());
        if (address == null) {
            return List.of();
        }
        List<Family> families = families(scenario, pair, address);
        return families.stream()
                .flatMap(family -> bind(pair, address, family, families.size()).stream())
                .toList();
    }

    /** Why a scenario cannot be tried with the addresses that servers have here, if it cannot. */
    Optional<String> untestable(Play play) {
        for (Pair pair : play.pairs().toList()) {
            ServerAddress address = addresses.get(pair.server());
            Way way = pair.edge().way();
            if (address == null || !families(play.scenario(), pair, address).isEmpty()) {
                continue;
            }
            if (way.family().equals(Optional.of(Family.IPV6))) {
                return Optional.of("pods have no IPv6 addresses here");
            }
            if (!address.families(way).isEmpty()) {
                return Optional.of(
                        "pods have IPv6 addresses alone here, and the server that this needs listens over IPv4");
            }
        }
        return Optional.empty();
    }

    /** What a client tries that no policy selects, to show that packets of this family get to a place. */
    Optional<Witnessed> road(int place, Family family) {
        return Optional.ofNullable(addresses.get(new Actor.Destination(Role.TWO, place)))
                .flatMap(road -> road.ip(Way.POD, family)
                        .map(ip -> new Witnessed(
                                attempt(Protocol.TCP, ip, ServerPorts.PORT),
                                backend(road, Protocol.TCP, ip, ServerPorts.PORT))));
    }

    /** What a client tries that no policy selects, to show that the listener of an edge is alive. */
    static Witnessed same(Bound edge) {
        Backend backend = edge.backend();
        return new Witnessed(attempt(backend.transport(), backend.ip(), backend.port()), backend);
    }

    /** An attempt and the listener that it aims at. */
    record Witnessed(Attempt attempt, Backend backend) {}

    /**
     * In which families of addresses an edge is tried: in all that the target has and listens in, because each has rules of its own in
     * an engine. What the specification leaves open is observed in one of them, the primary one where it can be.
     */
    private static List<Family> families(Scenario scenario, Pair pair, ServerAddress address) {
        List<Family> usable = address.families(pair.edge().way()).stream()
                .filter(family -> server(pair.server()).listensOver(family))
                .toList();
        return scenario.capability().kind() == Kind.MUST
                ? usable
                : usable.stream().limit(1).toList();
    }

    /** What listens there. */
    private static ServerPod.Server server(Actor actor) {
        if (actor instanceof Actor.Target target) {
            return target.track().server();
        }
        return actor instanceof Actor.Destination destination
                ? destination.role().server()
                : ServerPod.Server.ECHO;
    }

    private Optional<Bound> bind(Pair pair, ServerAddress address, Family family, int families) {
        Way way = pair.edge().way();
        Optional<String> ip = address.ip(way, family);
        // A Service leads to the pod: who is alive behind it is asked by the pod's own address, where that is known.
        boolean known = !address.serving().pod().isEmpty();
        Optional<String> pod = address.ip(way == Way.SERVICE && known ? Way.POD : way, family);
        if (ip.isEmpty() || pod.isEmpty()) {
            return Optional.empty();
        }
        int own = ServerPorts.number(pair.edge().port(), pair.to());
        int port = way == Way.SERVICE ? ServerPorts.SERVICE_PORT : own;
        String from = layout.node(pair.from());
        String to = layout.node(pair.to());
        Path path = new Path(
                way == Way.SERVICE ? Path.Kind.VIP : Path.Kind.POD,
                Optional.empty(),
                Optional.of(from),
                ip.get(),
                port,
                Optional.of(address.serving().pod()).filter(name -> known),
                Optional.of(to));
        return Optional.of(new Bound(
                pair.edge(),
                families > 1 ? PairWords.meaning(pair, own, from, to, family) : PairWords.meaning(pair, own, from, to),
                pair.probe(),
                pair.server(),
                attempt(pair, ip.get(), port, known),
                backend(address, transport(way), pod.get(), known ? own : port),
                path,
                from,
                to));
    }

    private static Attempt attempt(Pair pair, String ip, int port, boolean known) {
        if (pair.edge().role() == Role.ITSELF) {
            return new Attempt.Itself(ip, port, ServerPorts.PORT);
        }
        return switch (pair.edge().way()) {
            case HELD -> new Attempt.Held(ip, port);
            // A probe that listens says one word and no HTTP.
            case SERVICE -> known ? attempt(Protocol.TCP, ip, port) : new Attempt.Connect(ip, port);
            case KUBELET -> new Attempt.Connect(ip, port);
            default -> attempt(transport(pair.edge().way()), ip, port);
        };
    }

    private static Attempt attempt(Protocol transport, String ip, int port) {
        return switch (transport) {
            case UDP -> new Attempt.Udp(ip, port);
            case SCTP -> new Attempt.Sctp(ip, port);
            default -> new Attempt.Http("http", ip, ip, port, "/", Optional.empty());
        };
    }

    private static Protocol transport(Way way) {
        return switch (way) {
            case POD_UDP -> Protocol.UDP;
            case POD_SCTP -> Protocol.SCTP;
            default -> Protocol.TCP;
        };
    }

    private static Backend backend(ServerAddress address, Protocol transport, String ip, int port) {
        return new Backend(
                ip,
                port,
                transport,
                Optional.of(new Backend.TargetPod(
                        "",
                        address.serving().pod(),
                        address.serving().uid(),
                        0,
                        address.serving().node(),
                        Optional.empty())));
    }
}
