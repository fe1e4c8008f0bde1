package dev.netproof.enforce;

import dev.netproof.enforce.Scenario.Way;
import dev.netproof.evidence.ProbeEvent.Serving;
import dev.netproof.model.Enforcement.Direction;
import dev.netproof.model.Enforcement.Kind;
import dev.netproof.model.Family;
import dev.netproof.model.Path;
import dev.netproof.model.Protocol;
import dev.netproof.plan.Attempt;
import dev.netproof.plan.Backend;
import dev.netproof.plan.ClusterFacts.ContainerPort;
import dev.netproof.plan.ClusterFacts.Network;
import dev.netproof.plan.NodeAffinity;
import dev.netproof.plan.ProbePod;
import dev.netproof.plan.ProbePod.Ownership;
import dev.netproof.plan.ProbePod.Tools;
import dev.netproof.plan.ServerPod;
import dev.netproof.plan.ServerPod.Server;
import dev.netproof.plan.ServerPod.Watched;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which pods the scenarios are played with, and where. Pure. On every node: a target for each track of ingress scenarios, a source
 * for each track of egress ones, and the two whom most policies tell apart. Pairs are those on one node, and each node with the next.
 */
final class TestbedLayout {
    private static final String TRACK = "netproof.dev/track";
    private static final String PLACE = "netproof.dev/place";
    private static final String PART = "netproof.dev/part";
    private static final int SERVICE_PORT = 80;

    private final List<Scenario> scenarios;
    private final List<String> nodes;
    private final String home;
    private final String away;
    private final String host;

    /** @param host the namespace of pods in their node's network */
    TestbedLayout(List<Scenario> scenarios, List<String> nodes, String home, String away, String host) {
        this.scenarios = List.copyOf(scenarios);
        this.nodes = List.copyOf(nodes);
        this.home = home;
        this.away = away;
        this.host = host;
    }

    /** A Service in front of one server. */
    record Front(
            String server, String namespace, String name, Map<String, String> selector, Map<Integer, Integer> ports) {}

    /** Where a server answers. */
    record Address(Serving serving, List<String> virtual) {
        private List<String> ips(Way way) {
            return switch (way) {
                case POD, POD_UDP, POD_SCTP, POD_INWARD, HELD, KUBELET -> serving.ips();
                case POD_IPV6 ->
                    serving.ips().stream()
                            .filter(ip -> Family.of(ip) == Family.IPV6)
                            .toList();
                case SERVICE -> virtual;
            };
        }

        /** The families that it has addresses of, the primary one first. */
        List<Family> families(Way way) {
            return ips(way).stream().map(Family::of).distinct().toList();
        }

        Optional<String> ip(Way way, Family family) {
            return ips(way).stream().filter(ip -> Family.of(ip) == family).findFirst();
        }
    }

    List<String> nodes() {
        return nodes;
    }

    String namespace(Role role) {
        return switch (role.space()) {
            case HOME -> home;
            case AWAY -> away;
            case HOST -> host;
        };
    }

    /** Where pods of this role are: the two that everything is compared by are everywhere, the others once. */
    private List<Integer> places(Role role) {
        return switch (role) {
            case ONE, TWO, HOST, ITSELF, NODE ->
                java.util.stream.IntStream.range(0, nodes.size()).boxed().toList();
            case AWAY_ONE -> List.of(nodes.size() - 1);
            case AWAY_TWO -> List.of(0);
        };
    }

    private int next(int place) {
        return (place + 1) % nodes.size();
    }

    /** Where those of a role are that are paired with a subject at this place. */
    private List<Integer> partners(Role role, int place) {
        if (role == Role.ITSELF || role == Role.NODE) {
            return List.of(place);
        }
        return places(role).stream()
                .filter(one -> places(role).size() == 1 || one == place || one == next(place))
                .toList();
    }

    private List<Scenario> of(Direction direction) {
        return scenarios.stream().filter(one -> one.direction() == direction).toList();
    }

    private Set<Role> roles(Direction direction) {
        Set<Role> roles = new LinkedHashSet<>();
        of(direction).stream().flatMap(one -> one.tried().stream()).forEach(edge -> roles.add(edge.role()));
        return roles;
    }

    /** Labels that select target and source of a track at a place. */
    static Map<String, String> surroundings(String track, int place) {
        return Map.of(TRACK, track, PLACE, "n" + place);
    }

    /** Labels that select the subject of a track at a place, and nobody else. */
    static Map<String, String> subject(Direction direction, String track, int place) {
        return Map.of(PART, direction == Direction.INGRESS ? "target" : "source", TRACK, track, PLACE, "n" + place);
    }

    private static String targetId(String track, int place) {
        return "t-" + track + "-" + place;
    }

    private static String sourceId(String track, int place) {
        return "e-" + track + "-" + place;
    }

    /** Nobody starts it, and it is on every node. */
    private static String kubelet(int place) {
        return "kubelet-" + place;
    }

    private static String roleServer(Role role, int place) {
        return "d-" + role.word() + "-" + place;
    }

    private static String roleProbe(Role role, int place) {
        return "s-" + role.word() + "-" + place;
    }

    /** The number that stands for it on the servers of a place. */
    private static int number(int port, int place) {
        boolean first = place % 2 == 0;
        return switch (port) {
            case ServerPorts.NAMED_WEB -> first ? ServerPorts.PORT : ServerPorts.PORT + 1;
            case ServerPorts.NOT_NAMED_WEB -> first ? ServerPorts.PORT + 1 : ServerPorts.PORT;
            default -> port;
        };
    }

    private static List<ContainerPort> ports(Server server, int place) {
        if (server != Server.MANY_PORTS) {
            return List.of(
                    new ContainerPort(Optional.of(ServerPorts.WEB), ServerPorts.PORT, Protocol.TCP),
                    new ContainerPort(
                            Optional.of("other"),
                            ServerPorts.PORT,
                            server == Server.SCTP ? Protocol.SCTP : Protocol.UDP));
        }
        List<ContainerPort> ports = new ArrayList<>();
        for (int number = ServerPorts.PORT; number <= ServerPorts.LAST_PORT; number++) {
            boolean web = number == number(ServerPorts.NAMED_WEB, place);
            ports.add(new ContainerPort(web ? Optional.of(ServerPorts.WEB) : Optional.empty(), number, Protocol.TCP));
        }
        ports.add(
                new ContainerPort(Optional.of(ServerPorts.WRONG_PROTOCOL), ServerPorts.WRONG_PROTOCOL_PORT, Protocol.UDP));
        return ports;
    }

    List<ServerPod> servers() {
        List<ServerPod> servers = new ArrayList<>();
        Set<String> watched = new LinkedHashSet<>();
        scenarios.stream()
                .filter(one -> one.tried().stream().anyMatch(edge -> edge.way() == Way.KUBELET))
                .forEach(one -> watched.add(one.track().word()));
        for (int place = 0; place < nodes.size(); place++) {
            for (String track : targets()) {
                servers.add(server(
                        targetId(track, place),
                        home,
                        subject(Direction.INGRESS, track, place),
                        place,
                        kind(targetId(track, place)),
                        watched.contains(track) ? Watched.BY_KUBELET : Watched.NEVER));
            }
        }
        // Nobody's policies select these: they show that there is a way from node to node, and are what sources are
        // kept
        // from.
        Set<Role> roles = new LinkedHashSet<>(List.of(Role.TWO));
        roles.addAll(roles(Direction.EGRESS));
        for (Role role : roles) {
            for (int place : places(role)) {
                Map<String, String> labels = new TreeMap<>(role.labels());
                labels.put(PART, "destination");
                labels.put(PLACE, "n" + place);
                servers.add(server(
                        roleServer(role, place),
                        namespace(role),
                        labels,
                        place,
                        kind(roleServer(role, place)),
                        Watched.NEVER));
            }
        }
        return servers;
    }

    /** Which server it is. */
    private static Server kind(String server) {
        String group = server.substring(0, server.lastIndexOf('-'));
        return switch (group) {
            case "t-p", "d-one" -> Server.MANY_PORTS;
            case "t-s" -> Server.SCTP;
            default -> Server.ECHO;
        };
    }

    private ServerPod server(
            String id, String namespace, Map<String, String> labels, int place, Server kind, Watched watched) {
        return new ServerPod(id, namespace, labels, nodes.get(place), List.of(), kind, ports(kind, place), watched);
    }

    /** Tracks that need a target on every node. */
    private Set<String> targets() {
        Set<String> tracks = new LinkedHashSet<>();
        of(Direction.INGRESS).stream()
                .filter(one -> one.subject() != Scenario.Subject.BOTH_ENDS)
                .forEach(one -> tracks.add(one.track().word()));
        of(Direction.EGRESS).stream()
                .filter(one -> one.tried().stream().anyMatch(edge -> edge.way() == Way.POD_INWARD))
                .forEach(one -> tracks.add(one.track().word()));
        return tracks;
    }

    List<Front> fronts() {
        Set<String> wanted = new LinkedHashSet<>();
        for (Play play : plays()) {
            play.steps().stream()
                    .flatMap(List::stream)
                    .filter(pair -> pair.edge().way() == Way.SERVICE)
                    .forEach(pair -> wanted.add(pair.server()));
        }
        List<Front> fronts = new ArrayList<>();
        for (ServerPod server : servers()) {
            if (wanted.contains(server.id())) {
                fronts.add(front(server.id(), server.namespace(), server.labels()));
            }
        }
        return fronts;
    }

    /** Those of probes that listen too: known by their Services alone when they are started. */
    Map<String, Front> ownFronts() {
        Map<String, Front> fronts = new LinkedHashMap<>();
        for (Play play : plays()) {
            if (play.scenario().subject() == Scenario.Subject.BOTH_ENDS) {
                String id = targetId(play.scenario().track().word(), play.place());
                Map<String, String> labels =
                        subject(Direction.INGRESS, play.scenario().track().word(), play.place());
                fronts.put(nodes.get(play.place()), front(id, home, labels));
            }
        }
        return fronts;
    }

    private static Front front(String id, String namespace, Map<String, String> labels) {
        return new Front(id, namespace, id, labels, Map.of(SERVICE_PORT, ServerPorts.PORT));
    }

    /** One edge between two pods. */
    private record Pair(Scenario.Edge edge, String probe, String server, int from, int to) {}

    /** One scenario at one place. */
    private record Play(Scenario scenario, int place, List<List<Pair>> steps) {}

    private List<Play> plays() {
        List<Play> plays = new ArrayList<>();
        for (Scenario scenario : scenarios) {
            for (int place = 0; place < nodes.size(); place++) {
                List<List<Pair>> steps = new ArrayList<>();
                for (Scenario.Step step : scenario.steps()) {
                    List<Pair> pairs = new ArrayList<>();
                    for (Scenario.Edge edge : step.edges()) {
                        pairs.addAll(pairs(scenario, edge, place));
                    }
                    steps.add(pairs);
                }
                plays.add(new Play(scenario, place, steps));
            }
        }
        return plays;
    }

    private static boolean inward(Scenario scenario, Scenario.Edge edge) {
        return scenario.direction() == Direction.INGRESS || edge.way() == Way.POD_INWARD;
    }

    private List<Pair> pairs(Scenario scenario, Scenario.Edge edge, int place) {
        List<Pair> pairs = new ArrayList<>();
        for (int partner : partners(edge.role(), place)) {
            pairs.add(
                    inward(scenario, edge)
                            ? new Pair(
                                    edge,
                                    connector(scenario, edge.role(), partner),
                                    targetId(scenario.track().word(), place),
                                    partner,
                                    place)
                            : new Pair(
                                    edge,
                                    sourceId(scenario.track().word(), place),
                                    roleServer(edge.role(), partner),
                                    place,
                                    partner));
        }
        return pairs;
    }

    private static String connector(Scenario scenario, Role role, int place) {
        return switch (role) {
            case NODE -> kubelet(place);
            case ITSELF -> targetId(scenario.track().word(), place);
            default -> roleProbe(role, place);
        };
    }

    /** A scenario at a place, ready to be tried. */
    record Ready(
            Scenario scenario,
            String node,
            int place,
            List<List<Bound>> steps,
            List<String> missing,
            Optional<String> untestable,
            Optional<String> subject,
            Optional<ProbePod> fresh) {
        /** With a probe that is to be started when its policies are there. */
        Ready with(@Nullable ProbePod probe) {
            return new Ready(scenario, node, place, steps, missing, untestable, subject, Optional.ofNullable(probe));
        }

        /** Whether everybody is there whom the scenario needs. */
        boolean whole() {
            return missing.isEmpty();
        }
    }

    /**
     * Everything that can be tried now that it is known where the servers answer.
     *
     * @param probes those to start at once
     */
    record Cast(List<ProbePod> probes, List<Ready> ready, Map<String, Map<Attempt, Backend>> aims) {}

    Cast cast(Map<String, Address> addresses) {
        Map<String, Map<Attempt, Backend>> aims = new LinkedHashMap<>();
        List<Ready> ready = new ArrayList<>();
        for (Play play : plays()) {
            List<List<Bound>> steps = new ArrayList<>();
            Set<String> missing = new LinkedHashSet<>();
            for (List<Pair> pairs : play.steps()) {
                List<Bound> bound = new ArrayList<>();
                for (Pair pair : pairs) {
                    List<Bound> ways = bind(play.scenario(), pair, addresses);
                    bound.addAll(ways);
                    if (ways.isEmpty()) {
                        missing.add(pair.server());
                    }
                }
                steps.add(bound);
            }
            ready.add(new Ready(
                    play.scenario(),
                    nodes.get(play.place()),
                    play.place(),
                    steps,
                    List.copyOf(missing),
                    untestable(play, addresses),
                    Optional.of(
                            play.scenario().direction() == Direction.INGRESS
                                    ? targetId(play.scenario().track().word(), play.place())
                                    : sourceId(play.scenario().track().word(), play.place())),
                    Optional.empty()));
            steps.stream()
                    .flatMap(List::stream)
                    .filter(edge -> edge.edge().way() != Way.KUBELET)
                    .forEach(edge -> {
                        aim(aims, edge.probe(), edge.attempt(), edge.backend());
                        witness(aims, edge, addresses);
                    });
        }
        Map<String, ProbePod> probes = new LinkedHashMap<>();
        aims.forEach((id, attempts) -> probes.put(id, probe(id, List.copyOf(attempts.keySet()))));
        List<Ready> complete = new ArrayList<>();
        for (Ready one : ready) {
            boolean late = one.scenario().subject() == Scenario.Subject.FRESH;
            complete.add(late ? one.with(probes.remove(sourceId(one.scenario().track().word(), one.place()))) : one);
        }
        return new Cast(List.copyOf(probes.values()), complete, aims);
    }

    private static Optional<String> untestable(Play play, Map<String, Address> addresses) {
        for (Pair pair : play.steps().stream().flatMap(List::stream).toList()) {
            Address address = addresses.get(pair.server());
            Way way = pair.edge().way();
            if (address == null || !families(play.scenario(), pair, address).isEmpty()) {
                continue;
            }
            if (way == Way.POD_IPV6) {
                return Optional.of("pods have no IPv6 addresses here");
            }
            if (!address.families(way).isEmpty()) {
                return Optional.of(
                        "pods have IPv6 addresses alone here, and the server that this needs listens over IPv4");
            }
        }
        return Optional.empty();
    }

    /**
     * In which families of addresses an edge is tried: in all that the target has and listens in, because each has rules of its own in
     * an engine. What the specification leaves open is observed in one of them, the primary one where it can be.
     */
    private static List<Family> families(Scenario scenario, Pair pair, Address address) {
        List<Family> usable = address.families(pair.edge().way()).stream()
                .filter(family -> kind(pair.server()).listensOver(family))
                .toList();
        return scenario.capability().kind() == Kind.MUST
                ? usable
                : usable.stream().limit(1).toList();
    }

    private static void aim(Map<String, Map<Attempt, Backend>> aims, String probe, Attempt attempt, Backend backend) {
        aims.computeIfAbsent(probe, p -> new LinkedHashMap<>()).put(attempt, backend);
    }

    /** Somebody whom no policy selects goes the same way: to the same listener, and from node to node. */
    private void witness(Map<String, Map<Attempt, Backend>> aims, Bound edge, Map<String, Address> addresses) {
        int from = nodes.indexOf(edge.fromNode());
        int to = nodes.indexOf(edge.toNode());
        String witness = roleProbe(Role.ONE, from);
        if (edge.server().startsWith("d-")) {
            aim(
                    aims,
                    witness,
                    attempt(
                            edge.backend().transport(),
                            edge.backend().ip(),
                            edge.backend().port()),
                    edge.backend());
        }
        Address road = addresses.get(roleServer(Role.TWO, to));
        if (road != null) {
            road.ip(Way.POD, Family.of(edge.backend().ip())).ifPresent(ip -> {
                Backend backend = backend(road, Protocol.TCP, ip, ServerPorts.PORT);
                aim(aims, witness, attempt(Protocol.TCP, ip, ServerPorts.PORT), backend);
            });
        }
    }

    private static Attempt attempt(Protocol transport, String ip, int port) {
        return switch (transport) {
            case UDP -> new Attempt.Udp(ip, port);
            case SCTP -> new Attempt.Sctp(ip, port);
            default -> new Attempt.Http("http", ip, ip, port, "/", Optional.empty());
        };
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

    private static Protocol transport(Way way) {
        return switch (way) {
            case POD_UDP -> Protocol.UDP;
            case POD_SCTP -> Protocol.SCTP;
            default -> Protocol.TCP;
        };
    }

    private static Backend backend(Address address, Protocol transport, String ip, int port) {
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

    /** The edge in each family of addresses that it is tried in; none where it cannot be tried. */
    private List<Bound> bind(Scenario scenario, Pair pair, Map<String, Address> addresses) {
        Address address = addresses.get(pair.server());
        if (address == null) {
            return List.of();
        }
        List<Family> families = families(scenario, pair, address);
        return families.stream()
                .flatMap(family ->
                        bind(pair, address, family, families.size() > 1 ? Families.over(family) : "").stream())
                .toList();
    }

    private Optional<Bound> bind(Pair pair, Address address, Family family, String over) {
        Way way = pair.edge().way();
        Optional<String> ip = address.ip(way, family);
        // A Service leads to the pod: who is alive behind it is asked by the pod's own address, where that is known.
        boolean known = !address.serving().pod().isEmpty();
        Optional<String> pod = address.ip(way == Way.SERVICE && known ? Way.POD : way, family);
        if (ip.isEmpty() || pod.isEmpty()) {
            return Optional.empty();
        }
        int own = number(pair.edge().port(), pair.to());
        int port = way == Way.SERVICE ? SERVICE_PORT : own;
        Attempt attempt = attempt(pair, ip.get(), port, known);
        String from = nodes.get(pair.from());
        String to = nodes.get(pair.to());
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
                meaning(pair, own, from, to) + (over.isEmpty() ? "" : ", " + over),
                pair.probe(),
                pair.server(),
                attempt,
                backend(address, transport(way), pod.get(), known ? own : port),
                path,
                from,
                to));
    }

    private static String meaning(Pair pair, int port, String from, String to) {
        String how = switch (pair.edge().way()) {
            case POD, POD_INWARD -> pair.edge().port() == ServerPorts.PORT ? "" : ", port " + port;
            case POD_UDP -> ", over UDP";
            case POD_SCTP -> ", over SCTP";
            case SERVICE -> ", by its Service";
            case POD_IPV6 -> ", over IPv6";
            case HELD -> ", over a connection from before the policy";
            case KUBELET -> "";
        };
        if (pair.edge().role() == Role.ITSELF) {
            return "the pod on " + from + " → itself" + how;
        }
        if (pair.edge().role() == Role.NODE) {
            return "the kubelet of " + from + " → its own pod";
        }
        if (pair.edge().role() == Role.HOST) {
            return "a pod in the network of " + from + " → the target on " + to + how;
        }
        String role = pair.edge().role().title();
        return pair.server().startsWith("t-")
                ? role + " on " + from + " → the target on " + to + how
                : "the source on " + from + " → " + role + " on " + to + how;
    }

    private ProbePod probe(String id, List<Attempt> attempts) {
        int place = Integer.parseInt(id.substring(id.lastIndexOf('-') + 1));
        Map<String, String> labels = new TreeMap<>();
        String namespace = home;
        Network network = Network.POD;
        String name;
        if (id.startsWith("e-")) {
            String track = id.substring(2, id.lastIndexOf('-'));
            labels.putAll(subject(Direction.EGRESS, track, place));
            name = "source " + track + " on " + nodes.get(place);
        } else if (id.startsWith("t-")) {
            labels.putAll(subject(Direction.INGRESS, id.substring(2, id.lastIndexOf('-')), place));
            name = "the pod that reaches itself on " + nodes.get(place);
        } else {
            Role role = role(id.substring(2, id.lastIndexOf('-')));
            labels.putAll(role.labels());
            namespace = namespace(role);
            network = role == Role.HOST ? Network.NODE : Network.POD;
            name = role.title() + " on " + nodes.get(place);
        }
        return new ProbePod(
                id,
                name,
                namespace,
                labels,
                Optional.empty(),
                Optional.of(nodes.get(place)),
                Map.of(),
                List.of(),
                NodeAffinity.NONE,
                Ownership.PLAIN,
                Tools.needed(attempts),
                attempts,
                network);
    }

    private static Role role(String word) {
        for (Role role : Role.values()) {
            if (role.word().equals(word)) {
                return role;
            }
        }
        throw new IllegalArgumentException("no role " + word);
    }

    /** The servers and probes whose addresses policies speak of. */
    List<String> pods(Role role, Direction direction) {
        return places(role).stream()
                .map(place -> direction == Direction.INGRESS ? roleProbe(role, place) : roleServer(role, place))
                .toList();
    }

    boolean uses(Role.Space space) {
        return !needing(space).isEmpty();
    }

    List<Scenario> needing(Role.Space space) {
        return scenarios.stream()
                .filter(one -> one.tried().stream().anyMatch(edge -> edge.role().space() == space))
                .toList();
    }

    /** The same without whatever needs pods there. */
    TestbedLayout without(Role.Space space) {
        List<Scenario> left = new ArrayList<>(scenarios);
        left.removeAll(needing(space));
        return new TestbedLayout(left, nodes, home, away, host);
    }

    String home() {
        return home;
    }

    String away() {
        return away;
    }

    String host() {
        return host;
    }
}
