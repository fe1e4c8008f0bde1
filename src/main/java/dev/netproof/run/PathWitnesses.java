package dev.netproof.run;

import dev.netproof.evidence.EvidenceCollector;
import dev.netproof.evidence.EvidenceStore;
import dev.netproof.evidence.ProbeEvent;
import dev.netproof.evidence.Route;
import dev.netproof.kube.ClusterTrouble;
import dev.netproof.kube.Testbed;
import dev.netproof.model.Family;
import dev.netproof.model.Protocol;
import dev.netproof.plan.Attempt;
import dev.netproof.plan.Backend;
import dev.netproof.plan.ClusterFacts.ContainerPort;
import dev.netproof.plan.ClusterFacts.Toleration;
import dev.netproof.plan.NodeAffinity;
import dev.netproof.plan.ProbePod;
import dev.netproof.plan.ProbePod.Ownership;
import dev.netproof.plan.ServerPod;
import dev.netproof.plan.ServerPod.Server;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * netproof's own traffic between nodes, in a namespace without policies: it shows that packets get from one node to another, so that silence
 * between two pods on these nodes is not a broken network. One server on each node that is asked for, one client on each node that asks.
 */
final class PathWitnesses {
    private static final int PORT = 8081;
    private static final Map<String, String> LABELS = Map.of("netproof.dev/part", "witness");

    /** Witnesses run on every node that a probe runs on, so they tolerate every taint. */
    private static final List<Toleration> EVERYTHING = List.of(new Toleration(
            Optional.empty(), Optional.of("Exists"), Optional.empty(), Optional.empty(), Optional.empty()));

    private final Testbed testbed;
    private final OwnNamespace namespace;
    private final EvidenceStore evidence;
    private final EvidenceCollector collector;

    /** Servers by their nodes, from when they are asked for. */
    private final Map<String, String> servers = new LinkedHashMap<>();

    private final Map<String, ProbeEvent.Serving> serving = new LinkedHashMap<>();
    private final Set<String> lost = new HashSet<>();
    private final Set<Route> wanted = new LinkedHashSet<>();
    private final Set<Route> tried = new HashSet<>();
    private final Map<Route, String> clientOf = new HashMap<>();
    private final Set<String> notes = new LinkedHashSet<>();
    private int clients;

    PathWitnesses(Testbed testbed, OwnNamespace namespace, EvidenceStore evidence, EvidenceCollector collector) {
        this.testbed = testbed;
        this.namespace = namespace;
        this.evidence = evidence;
        this.collector = collector;
    }

    /** Starts servers on these nodes before a way to them is wanted. */
    void prepare(Collection<String> nodes) {
        List<String> missing = nodes.stream()
                .filter(node -> !servers.containsKey(node))
                .distinct()
                .toList();
        if (missing.isEmpty()) {
            return;
        }
        Optional<String> place = namespace.place();
        if (place.isEmpty()) {
            namespace
                    .refusal()
                    .ifPresent(why -> notes.add("netproof could not show that packets get from node to node: " + why
                            + "; permit it to create namespaces, or name one with --control-namespace"));
            return;
        }
        List<ServerPod> starting = new ArrayList<>();
        for (String node : missing) {
            String id = "w" + servers.size();
            servers.put(node, id);
            starting.add(new ServerPod(
                    id,
                    place.get(),
                    LABELS,
                    node,
                    EVERYTHING,
                    Server.ECHO,
                    List.of(
                            new ContainerPort(Optional.of("web"), PORT, Protocol.TCP),
                            new ContainerPort(Optional.of("other"), PORT, Protocol.UDP))));
        }
        try {
            testbed.serve(starting);
        } catch (ClusterTrouble trouble) {
            starting.forEach(server -> lost.add(server.id()));
            notes.add("could not start a witness between nodes: " + trouble.getMessage());
        }
    }

    /** Whether a server was asked for on this node. */
    boolean isPrepared(String node) {
        return servers.containsKey(node);
    }

    /** These ways are to be shown. */
    void want(Collection<Route> routes) {
        if (wanted.addAll(routes)) {
            prepare(routes.stream().map(Route::to).toList());
            start();
        }
    }

    /** Whether a witness of this route was started and has not failed, so that it shows something soon if packets get through. */
    boolean isOnItsWay(Route route) {
        if (!wanted.contains(route)) {
            return false;
        }
        if (tried.contains(route)) {
            return Optional.ofNullable(clientOf.get(route))
                    .filter(client -> evidence.life(client).loss().isEmpty())
                    .isPresent();
        }
        return Optional.ofNullable(servers.get(route.to()))
                .filter(server -> !lost.contains(server))
                .isPresent();
    }

    /** Notices servers that answer, and servers that are lost. */
    void notice(ProbeEvent event) {
        if (event instanceof ProbeEvent.Serving server && servers.containsValue(server.server())) {
            serving.put(server.server(), server);
            start();
        } else if (event instanceof ProbeEvent.Lost gone && servers.containsValue(gone.probe())) {
            lost.add(gone.probe());
            notes.add("a witness between nodes was lost: " + gone.why());
            start();
        }
    }

    /** Starts clients whose servers all answer, or are lost. */
    private void start() {
        Map<String, List<Route>> bySource = new TreeMap<>();
        for (Route route : wanted) {
            if (!tried.contains(route)) {
                bySource.computeIfAbsent(route.from(), node -> new ArrayList<>())
                        .add(route);
            }
        }
        bySource.forEach((node, routes) -> {
            if (routes.stream().noneMatch(this::isPending)) {
                tried.addAll(routes);
                connect(node, routes);
            }
        });
    }

    private boolean isPending(Route route) {
        return Optional.ofNullable(servers.get(route.to()))
                .filter(id -> !serving.containsKey(id) && !lost.contains(id))
                .isPresent();
    }

    private void connect(String node, List<Route> routes) {
        String id = "v" + clients;
        Map<Attempt, Backend> aims = new LinkedHashMap<>();
        for (Route route : routes) {
            Optional.ofNullable(servers.get(route.to()))
                    .map(serving::get)
                    .ifPresent(server -> server.ips().stream()
                            .filter(ip -> Family.of(ip) == route.family())
                            .findFirst()
                            .ifPresent(ip -> {
                                aims.put(new Attempt.Connect(ip, PORT), backend(server, ip));
                                clientOf.put(route, id);
                            }));
        }
        Optional<String> place = namespace.place();
        if (aims.isEmpty() || place.isEmpty()) {
            return;
        }
        clients++;
        List<Attempt> attempts = List.copyOf(aims.keySet());
        ProbePod client = new ProbePod(
                id,
                "netproof's witness on " + node,
                place.get(),
                LABELS,
                Optional.empty(),
                Optional.of(node),
                Map.of(),
                EVERYTHING,
                NodeAffinity.NONE,
                Ownership.PLAIN,
                ProbePod.Tools.needed(attempts),
                attempts);
        collector.listen(client);
        evidence.expectWitness(client);
        for (int i = 0; i < attempts.size(); i++) {
            evidence.aim(client.id(), i, java.util.Objects.requireNonNull(aims.get(attempts.get(i))));
        }
        try {
            testbed.launch(List.of(client));
        } catch (ClusterTrouble trouble) {
            evidence.lost(client.id(), String.valueOf(trouble.getMessage()), trouble.fix());
        }
    }

    private static Backend backend(ProbeEvent.Serving server, String ip) {
        return new Backend(
                ip,
                PORT,
                Protocol.TCP,
                Optional.of(new Backend.TargetPod("", server.pod(), server.uid(), 0, server.node(), Optional.empty())));
    }

    /** Pods that were asked for. */
    int pods() {
        return servers.size() + clients;
    }

    /** What prevented a witness. */
    Set<String> notes() {
        return notes;
    }
}
