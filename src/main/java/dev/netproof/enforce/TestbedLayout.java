package dev.netproof.enforce;

import dev.netproof.enforce.Scenario.Way;
import dev.netproof.model.Enforcement.Direction;
import dev.netproof.plan.ServerPod;
import dev.netproof.plan.ServerPod.Server;
import dev.netproof.plan.ServerPod.Watched;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Which pods the scenarios are played with, and where. Pure. On every node: a target for each track of ingress scenarios, a source
 * for each track of egress ones, and the two that most policies tell apart. Pairs are those on one node, and each node with the next.
 */
final class TestbedLayout {
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

    List<String> nodes() {
        return nodes;
    }

    /** The node of an actor's place. */
    String node(int place) {
        return nodes.get(place);
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

    String namespace(Role role) {
        return switch (role.space()) {
            case HOME -> home;
            case AWAY -> away;
            case HOST -> host;
        };
    }

    /** The servers to start, with what each needs. */
    Map<Actor, ServerPod> servers() {
        Map<Actor, ServerPod> servers = new LinkedHashMap<>();
        Set<Track> watched = new LinkedHashSet<>();
        scenarios.stream()
                .filter(one -> one.tried().stream().anyMatch(edge -> edge.way() == Way.KUBELET))
                .forEach(one -> watched.add(one.track()));
        for (int place = 0; place < nodes.size(); place++) {
            for (Track track : targets()) {
                Actor target = new Actor.Target(track, place);
                Watched by = watched.contains(track) ? Watched.BY_KUBELET : Watched.NEVER;
                servers.put(target, server(target, home, track.server(), by));
            }
        }
        // Pod two is always there, to show that packets get from node to node.
        Set<Role> roles = new LinkedHashSet<>(List.of(Role.TWO));
        roles.addAll(roles(Direction.EGRESS));
        for (Role role : roles) {
            for (int place : places(role)) {
                Actor destination = new Actor.Destination(role, place);
                servers.put(destination, server(destination, namespace(role), role.server(), Watched.NEVER));
            }
        }
        return servers;
    }

    private ServerPod server(Actor actor, String namespace, Server kind, Watched watched) {
        return new ServerPod(
                actor.id(),
                namespace,
                actor.labels(),
                node(actor.place()),
                List.of(),
                kind,
                ServerPorts.declared(kind, actor.place()),
                watched);
    }

    /** Tracks that need a target on every node. */
    private Set<Track> targets() {
        Set<Track> tracks = new LinkedHashSet<>();
        of(Direction.INGRESS).stream()
                .filter(one -> one.subject() != Scenario.Subject.BOTH_ENDS)
                .forEach(one -> tracks.add(one.track()));
        of(Direction.EGRESS).stream()
                .filter(one -> one.tried().stream().anyMatch(edge -> edge.way() == Way.POD_INWARD))
                .forEach(one -> tracks.add(one.track()));
        return tracks;
    }

    /** The Services in front of servers. */
    List<Front> fronts() {
        Set<Actor> wanted = new LinkedHashSet<>();
        for (Play play : plays()) {
            play.pairs().filter(pair -> pair.edge().way() == Way.SERVICE).forEach(pair -> wanted.add(pair.server()));
        }
        List<Front> fronts = new ArrayList<>();
        servers().forEach((actor, server) -> {
            if (wanted.contains(actor)) {
                fronts.add(front(actor, server.namespace()));
            }
        });
        return fronts;
    }

    /** The Services in front of probes that listen too, which are known by their Services alone when they are started. */
    List<Front> ownFronts() {
        Set<Actor> listening = new LinkedHashSet<>();
        for (Play play : plays()) {
            if (play.scenario().subject() == Scenario.Subject.BOTH_ENDS) {
                listening.add(play.subject());
            }
        }
        return listening.stream().map(one -> front(one, home)).toList();
    }

    private static Front front(Actor server, String namespace) {
        return new Front(server, namespace, server.labels(), Map.of(ServerPorts.SERVICE_PORT, ServerPorts.PORT));
    }

    /** Every scenario at every place. */
    List<Play> plays() {
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

    private List<Pair> pairs(Scenario scenario, Scenario.Edge edge, int place) {
        boolean inward = scenario.direction() == Direction.INGRESS || edge.way() == Way.POD_INWARD;
        Actor target = new Actor.Target(scenario.track(), place);
        return partners(edge.role(), place).stream()
                .map(partner -> inward
                        ? new Pair(edge, client(scenario, edge.role(), partner), target)
                        : new Pair(
                                edge,
                                new Actor.Source(scenario.track(), place),
                                new Actor.Destination(edge.role(), partner)))
                .toList();
    }

    private static Actor client(Scenario scenario, Role role, int place) {
        return switch (role) {
            case NODE -> new Actor.Kubelet(place);
            case ITSELF -> new Actor.Target(scenario.track(), place);
            default -> new Actor.Client(role, place);
        };
    }

    /** Where pods of this role are: the two that everything is compared by are everywhere, the others once. */
    private List<Integer> places(Role role) {
        return switch (role) {
            case ONE, TWO, HOST, ITSELF, NODE ->
                IntStream.range(0, nodes.size()).boxed().toList();
            case AWAY_ONE -> List.of(nodes.size() - 1);
            case AWAY_TWO -> List.of(0);
        };
    }

    /** Where those of a role are that are paired with a subject at this place. */
    private List<Integer> partners(Role role, int place) {
        if (role == Role.ITSELF || role == Role.NODE) {
            return List.of(place);
        }
        int next = (place + 1) % nodes.size();
        return places(role).stream()
                .filter(one -> places(role).size() == 1 || one == place || one == next)
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

    /** The actors of a role whose addresses policies of a direction speak of. */
    List<Actor> actors(Role role, Direction direction) {
        return places(role).stream()
                .<Actor>map(place -> direction == Direction.INGRESS
                        ? new Actor.Client(role, place)
                        : new Actor.Destination(role, place))
                .toList();
    }

    boolean uses(Role.Space space) {
        return !needing(space).isEmpty();
    }

    List<Scenario> needing(Role.Space space) {
        return scenarios.stream().filter(one -> one.needs(space)).toList();
    }

    /** The same without the scenarios that need pods there. */
    TestbedLayout without(Role.Space space) {
        List<Scenario> left = new ArrayList<>(scenarios);
        left.removeAll(needing(space));
        return new TestbedLayout(left, nodes, home, away, host);
    }
}
