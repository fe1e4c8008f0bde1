package dev.netproof.enforce;

import dev.netproof.evidence.ProbeEvent;
import dev.netproof.kube.Cluster;
import dev.netproof.kube.ClusterTrouble;
import dev.netproof.kube.Permission;
import dev.netproof.kube.ProbeSession;
import dev.netproof.kube.SessionTerms;
import dev.netproof.kube.Testbed;
import dev.netproof.kube.Testbed.Standard;
import dev.netproof.model.ClusterIdentity;
import dev.netproof.model.Cni;
import dev.netproof.model.Enforcement.Direction;
import dev.netproof.model.Family;
import dev.netproof.model.Outcome;
import dev.netproof.model.Protocol;
import dev.netproof.plan.Attempt;
import dev.netproof.plan.Backend;
import dev.netproof.plan.ClusterFacts;
import dev.netproof.plan.ClusterFacts.Network;
import dev.netproof.plan.ClusterFacts.Node;
import dev.netproof.plan.ClusterFacts.Readiness;
import dev.netproof.plan.PolicyManifest;
import dev.netproof.plan.ProbePod;
import dev.netproof.plan.ServerPod;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A made-up cluster whose policy engine does what a test says. Time passes only while somebody waits. Each node's engine knows the
 * specification and applies it to what enters and leaves that node's pods; what it does otherwise is a test's own wish.
 */
final class ToyCluster implements Cluster {
    static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
    private static final Duration STARTING = Duration.ofSeconds(1);
    private static final Duration PACE = Duration.ofSeconds(1);

    /** Whether a node's engine looks at packets, in one direction, at a moment. */
    interface Engine {
        boolean works(String node, Direction direction, Duration since);
    }

    /** Which packets a node's engine judges by which policies. */
    enum Reach {
        /** Ingress where the target is, egress where the source is. */
        OWN_PODS,
        /** Both directions of whatever passes: a connection between nodes is judged twice. */
        EVERYTHING_THAT_PASSES
    }

    /** Whether a node's engine looks at packets of a family of addresses. */
    interface Sight {
        boolean sees(String node, Direction direction, Family family);
    }

    /** Which addresses pods and Services have, the primary one first. */
    enum Stack {
        IPV4(Family.IPV4),
        IPV6(Family.IPV6),
        DUAL(Family.IPV4, Family.IPV6);

        private final List<Family> families;

        Stack(Family... families) {
            this.families = List.of(families);
        }
    }

    private Stack stack = Stack.DUAL;
    private Stack services = Stack.DUAL;
    private Sight sight = (node, direction, family) -> true;
    /** Between whose nodes nothing of a family gets through, policy or not. */
    private final Set<Family> unrouted = java.util.EnumSet.noneOf(Family.class);

    private Reach reach = Reach.OWN_PODS;
    private final List<Node> nodes = new ArrayList<>();
    private Engine engine = (node, direction, since) -> true;
    private Specification specification = Specification.AS_WRITTEN;
    private Duration delay = Duration.ofMillis(300);
    private Duration blind = Duration.ZERO;
    private Outcome manner = Outcome.TIMEOUT;
    private double loss;
    private Random random = new Random(1);
    private final List<Permission> forbidden = new ArrayList<>();
    private final Set<String> unreadable = new TreeSet<>();
    private final Set<String> lookalikes = new TreeSet<>();
    private boolean swept;
    private final List<String> foreign = new ArrayList<>();
    private final List<ClusterFacts.Policy> clusterWide = new ArrayList<>();
    private boolean isolatedFromTheStart;
    private boolean starving;
    private final Set<Freedom> freedoms = java.util.EnumSet.noneOf(Freedom.class);
    private boolean hairpins = true;
    private Optional<Standard> refused = Optional.empty();
    private final TreeMap<Duration, Runnable> happenings = new TreeMap<>();
    private final Map<String, String> changedByAdmission = new HashMap<>();
    private final Map<String, String> stripped = new HashMap<>();
    private final Set<String> revoked = new TreeSet<>();
    private final Set<String> starved = new TreeSet<>();

    private Delivery delivery = (probe, said) -> said;

    /** When a line that a probe said so long after the beginning arrives. */
    interface Delivery {
        Duration arrival(ProbePod probe, Duration said);
    }

    private Instant now = NOON;
    private Optional<ToyTestbed> testbed = Optional.empty();

    static ToyCluster of(String... names) {
        ToyCluster cluster = new ToyCluster();
        for (String name : names) {
            cluster.nodes.add(new Node(name, Optional.empty(), Map.of()));
        }
        return cluster;
    }

    ToyCluster unusable(String name, String why) {
        nodes.add(new Node(name, Optional.of(why), Map.of()));
        return this;
    }

    ToyCluster engine(Engine other) {
        engine = other;
        return this;
    }

    ToyCluster delivering(Delivery other) {
        delivery = other;
        return this;
    }

    /** Of which families pods and Services have addresses. */
    ToyCluster having(Stack other) {
        stack = other;
        services = other;
        return this;
    }

    /** Of which families Services have addresses, whatever the pods have. */
    ToyCluster servicesHaving(Stack other) {
        services = other;
        return this;
    }

    ToyCluster seeing(Sight other) {
        sight = other;
        return this;
    }

    /** The engine's rules for the other family were never loaded. */
    ToyCluster enforcingOnly(Family family) {
        return seeing((node, direction, one) -> one == family);
    }

    /** Nothing of this family gets from node to node. */
    ToyCluster notRouting(Family family) {
        unrouted.add(family);
        return this;
    }

    ToyCluster reaching(Reach other) {
        reach = other;
        return this;
    }

    /** What the engine takes policies to mean. */
    ToyCluster meaning(Specification other) {
        specification = other;
        return this;
    }

    /** From a policy's creation or removal until it is in effect. */
    ToyCluster delay(Duration other) {
        delay = other;
        return this;
    }

    /** So long a pod runs before the engine knows of it. */
    ToyCluster blindFor(Duration time) {
        blind = time;
        return this;
    }

    ToyCluster manner(Outcome other) {
        manner = other;
        return this;
    }

    /** Attempts that get lost, by chance. */
    ToyCluster loss(double share, long seed) {
        loss = share;
        random = new Random(seed);
        return this;
    }

    /** A policy for the whole cluster, of which netproof knows no more than that it is there. */
    ToyCluster clusterWide(String kind, String name) {
        clusterWide.add(new ClusterFacts.Policy(
                "policy.networking.k8s.io/v1alpha2",
                kind,
                Optional.empty(),
                name,
                "uid-" + name,
                "1",
                "0".repeat(64),
                Optional.empty(),
                Set.of()));
        return this;
    }

    @Override
    public ClusterFacts.Policies policies(Set<String> namespaces) {
        return new ClusterFacts.Policies(clusterWide, Set.of());
    }

    ToyCluster forbidding(String verb, String group, String resource) {
        forbidden.add(new Permission(verb, group, resource, Optional.empty()));
        return this;
    }

    /** Something installs a policy into every new namespace that lets nobody in. */
    ToyCluster isolating(String policy) {
        foreign.add(policy);
        isolatedFromTheStart = true;
        return this;
    }

    ToyCluster starving() {
        starving = true;
        return this;
    }

    /** They get CPU again. */
    void fed() {
        starving = false;
    }

    ToyCluster starving(String probe) {
        starved.add(probe);
        return this;
    }

    /** What the specification leaves open, and this engine takes for forbidden unless it is told otherwise. */
    enum Freedom {
        HAIRPIN,
        HOST_NETWORK,
        /** Of which this engine takes the opposite for granted, as nearly all do. */
        NO_KUBELET,
        /** Likewise. */
        NO_ESTABLISHED
    }

    ToyCluster with(Freedom freedom) {
        freedoms.add(freedom);
        return this;
    }

    /** Pods cannot reach themselves by a Service, policy or not. */
    ToyCluster withoutHairpins() {
        hairpins = false;
        return this;
    }

    ToyCluster refusing(Standard standard) {
        refused = Optional.of(standard);
        return this;
    }

    ToyCluster admitting(String pod, String change) {
        changedByAdmission.put(pod, change);
        return this;
    }

    /** Admission takes a label from this pod. */
    ToyCluster strippingAtAdmission(String pod, String label) {
        stripped.put(pod, label);
        return admitting(pod, "label " + label + " was removed");
    }

    /** Somebody takes this label from a pod whenever one is given it. */
    ToyCluster revoking(String label) {
        revoked.add(label);
        return this;
    }

    /** Somebody takes a label from a pod that runs. */
    void strip(String pod, String label) {
        Live live = java.util.Objects.requireNonNull(testbed.orElseThrow().pods.get(pod));
        live.labels = without(live.labels, Set.of(label));
    }

    /** Somebody removes the policies whose names end so; they are without effect at once. */
    void withdraw(String end) {
        ToyTestbed live = testbed.orElseThrow();
        live.policies.keySet().removeIf(name -> name.endsWith(end));
        live.history.removeIf(one -> one.manifest().name().endsWith(end));
    }

    private static Map<String, String> without(Map<String, String> labels, Collection<String> keys) {
        Map<String, String> left = new TreeMap<>(labels);
        left.keySet().removeAll(keys);
        return left;
    }

    ToyCluster at(Duration since, Runnable happening) {
        happenings.put(since, happening);
        return this;
    }

    /** A server stops answering; whether anybody is told is another matter. */
    void kill(String server) {
        Live live = testbed.orElseThrow().pods.get(server);
        live.dead = true;
    }

    void revive(String server) {
        Live live = testbed.orElseThrow().pods.get(server);
        live.dead = false;
    }

    void killLoudly(String server) {
        kill(server);
        testbed.orElseThrow()
                .tell(new ProbeEvent.Lost(now, server, "the target pod was deleted by somebody else", "run again"));
    }

    Clock clock() {
        return new Clock() {
            @Override
            public ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
                return this;
            }

            @Override
            public Instant instant() {
                return now;
            }
        };
    }

    Duration elapsed() {
        return Duration.between(NOON, now);
    }

    boolean isClean() {
        return testbed.map(one -> one.closed && one.policies.isEmpty()).orElse(true);
    }

    boolean wasTouched() {
        return testbed.isPresent();
    }

    List<String> applied() {
        return testbed.map(one -> one.applied).orElse(List.of());
    }

    /** Namespaces that the check created itself. */
    Set<String> created() {
        return testbed.map(one -> one.standards.keySet()).orElse(Set.of());
    }

    /** Namespaces that pods and policies were in. */
    Set<String> used() {
        Set<String> used = new TreeSet<>();
        testbed.ifPresent(one -> one.pods.values().forEach(pod -> used.add(pod.namespace)));
        everStored().forEach(policy -> used.add(policy.namespace()));
        return used;
    }

    /** Policies, removed or not. */
    List<PolicyManifest> everStored() {
        return testbed.map(one -> one.history.stream().map(Stored::manifest).toList())
                .orElse(List.of());
    }

    @Override
    public ClusterIdentity identity() {
        return new ClusterIdentity(
                "toy", "https://192.0.2.1:6443", "tester", "v1.36.0", Optional.empty(), List.of(), Cni.UNKNOWN);
    }

    @Override
    public ClusterFacts survey(Set<String> namespaces) {
        return new ClusterFacts(Map.of(), List.of(), List.of(), List.of(), List.of(), nodes, Set.of());
    }

    @Override
    public ProbeSession open(SessionTerms terms) {
        throw new UnsupportedOperationException("an enforcement check takes a proving ground");
    }

    @Override
    public Testbed testbed(SessionTerms terms) {
        ToyTestbed made = new ToyTestbed(terms);
        testbed = Optional.of(made);
        return made;
    }

    @Override
    public List<Permission> missing(List<Permission> wanted) {
        return wanted.stream()
                .filter(one -> forbidden.stream()
                        .anyMatch(no -> no.verb().equals(one.verb())
                                && no.group().equals(one.group())
                                && no.resource().equals(one.resource())))
                .toList();
    }

    /** Where leftovers may not be looked for. */
    ToyCluster unreadable(String what) {
        unreadable.add(what);
        return this;
    }

    /** Something that only looks as if a killed check had left it. */
    ToyCluster lookalike(String what) {
        lookalikes.add(what);
        return this;
    }

    /** Whether somebody looked for namespaces that a killed check left. */
    boolean wasSwept() {
        return swept;
    }

    @Override
    public Cleaning clean(Set<String> namespaces, CleanScope scope) {
        return new Cleaning(0, 0, Set.of());
    }

    @Override
    public Cleaning cleanGrounds(CleanScope scope) {
        swept = true;
        return new Cleaning(0, 0, unreadable, Set.of(), lookalikes);
    }

    @Override
    public int requests() {
        return 1;
    }

    @Override
    public void close() {
        // Holds nothing.
    }

    /** A pod as the network knows it. */
    static final class Live {
        final String id;
        final String namespace;
        final String node;
        final List<String> ips;
        Map<String, String> labels;
        /** As it is asked to have them. */
        Map<String, String> asked;

        Instant running = Instant.MIN;
        final List<ClusterFacts.ContainerPort> ports;
        private Set<Family> listening = Set.of(Family.values());
        private boolean dead;
        private Network network = Network.POD;

        Live(
                String id,
                String namespace,
                String node,
                List<String> ips,
                Map<String, String> labels,
                List<ClusterFacts.ContainerPort> ports) {
            this.id = id;
            this.namespace = namespace;
            this.node = node;
            this.ips = ips;
            this.labels = labels;
            this.asked = labels;
            this.ports = ports;
        }

        /** Its address of the same family as another one. */
        Optional<String> like(String other) {
            return ips.stream().filter(ip -> Family.of(ip) == Family.of(other)).findFirst();
        }
    }

    /** A policy with the time in which it is in effect. */
    private record Stored(PolicyManifest manifest, Instant from, Instant until) {}

    /** What a Service's address and port lead to. */
    private record Behind(String namespace, Map<String, String> selector, int port) {}

    private record Due(Instant at, int order, Optional<ProbeEvent> event, Runnable action) {}

    private final class ToyTestbed implements Testbed {
        private final SessionTerms terms;
        private final PriorityQueue<Due> due =
                new PriorityQueue<>(Comparator.comparing(Due::at).thenComparing(Due::order));
        private int order;
        private final Map<String, Live> pods = new LinkedHashMap<>();
        private final Map<String, Standard> standards = new HashMap<>();
        private final Map<String, Behind> virtual = new HashMap<>();
        private final Set<String> held = new java.util.HashSet<>();
        private final Set<String> ended = new java.util.HashSet<>();
        private final Map<String, PolicyManifest> policies = new LinkedHashMap<>();
        private final List<Stored> history = new ArrayList<>();
        private final List<String> applied = new ArrayList<>();
        private boolean closed;

        private ToyTestbed(SessionTerms terms) {
            this.terms = terms;
            happenings.forEach((since, happening) -> at(NOON.plus(since), happening));
        }

        @Override
        public String namespaceName(String stem) {
            return stem;
        }

        @Override
        public void createNamespace(String name, Standard standard) {
            if (refused.equals(Optional.of(standard))) {
                throw trouble("a webhook refuses the namespace");
            }
            standards.put(name, standard);
        }

        private Live pod(
                String id,
                String namespace,
                String node,
                Map<String, String> labels,
                List<ClusterFacts.ContainerPort> ports) {
            int number = pods.size() + 1;
            int host = nodes.stream().map(Node::name).toList().indexOf(node) + 1;
            Live live = new Live(
                    id,
                    namespace,
                    node,
                    stack.families.stream()
                            .map(family -> family == Family.IPV4
                                    ? "10.0." + host + "." + number
                                    : "fd00::" + host + ":" + number)
                            .toList(),
                    labels,
                    ports);
            pods.put(id, live);
            return live;
        }

        @Override
        public void serve(Collection<ServerPod> servers) {
            for (ServerPod server : servers) {
                Live live = pod(server.id(), server.namespace(), server.node(), server.labels(), server.ports());
                if (server.server() != ServerPod.Server.ECHO) {
                    live.listening = Set.of(Family.IPV4);
                }
                tell(new ProbeEvent.Serving(
                        now.plus(STARTING),
                        server.id(),
                        "nps-" + server.id(),
                        "uid-" + server.id(),
                        live.ips,
                        Optional.of(server.node()),
                        Optional.ofNullable(changedByAdmission.get(server.id()))));
                if (server.watched() == ServerPod.Watched.BY_KUBELET) {
                    at(now.plus(STARTING), () -> look(live, Readiness.NOT_READY));
                }
            }
        }

        /** The kubelet's probe, every second. */
        private void look(Live pod, Readiness before) {
            Live kubelet = new Live("kubelet", "", pod.node, List.of("192.0.2.1", "fd01::1"), Map.of(), List.of());
            int port = pod.ports.get(0).number();
            boolean stopped = freedoms.contains(Freedom.NO_KUBELET)
                    && stops(Direction.INGRESS, pod, kubelet, pod, pod.ips.get(0), port, Protocol.TCP);
            Readiness after = stopped || pod.dead ? Readiness.NOT_READY : Readiness.READY;
            if (after != before) {
                tell(new ProbeEvent.Watched(now, pod.id, after));
            }
            at(now.plusSeconds(1), () -> look(pod, after));
        }

        @Override
        public List<String> expose(
                String namespace, String name, Map<String, String> selector, Map<Integer, Integer> ports) {
            int number = virtual.size() + 1;
            List<String> ips = services.families.stream()
                    .map(family -> family == Family.IPV4 ? "10.96.0." + number : "fd10::" + number)
                    .toList();
            ips.forEach(ip -> ports.forEach(
                    (port, target) -> virtual.put(ip + ":" + port, new Behind(namespace, selector, target))));
            return ips;
        }

        @Override
        public void apply(PolicyManifest policy) {
            applied.add(policy.name());
            end(policy);
            policies.put(policy.name(), policy);
            history.add(new Stored(policy, now.plus(delay), Instant.MAX));
        }

        private void end(PolicyManifest policy) {
            for (int i = 0; i < history.size(); i++) {
                Stored one = history.get(i);
                if (one.manifest().name().equals(policy.name()) && one.until().equals(Instant.MAX)) {
                    history.set(i, new Stored(one.manifest(), one.from(), now.plus(delay)));
                }
            }
        }

        @Override
        public void remove(PolicyManifest policy) {
            end(policy);
            policies.remove(policy.name());
        }

        @Override
        public Optional<String> deviation(PolicyManifest policy) {
            return policy.equals(policies.get(policy.name()))
                    ? Optional.empty()
                    : Optional.of("policy " + policy.name() + " is gone");
        }

        @Override
        public void label(String server, Map<String, String> labels) {
            Live live = java.util.Objects.requireNonNull(pods.get(server));
            live.asked = labels;
            at(now.plus(delay), () -> live.labels = without(labels, revoked));
        }

        @Override
        public Optional<String> drift(String pod) {
            return Optional.ofNullable(pods.get(pod))
                    .filter(live -> !live.labels.equals(live.asked))
                    .map(live -> "pod " + pod + " has the labels " + live.labels + " instead of " + live.asked);
        }

        @Override
        public List<String> addresses(String namespace, String pod) {
            return java.util.Objects.requireNonNull(pods.get(pod.substring(pod.indexOf('-') + 1)), "no pod " + pod).ips;
        }

        @Override
        public List<String> foreignPolicies(Collection<String> namespaces) {
            return foreign;
        }

        @Override
        public void launch(Collection<ProbePod> probes) {
            for (ProbePod probe : probes) {
                Instant starts = now.plus(STARTING).plusMillis(37L * pods.size());
                if (probe.network() == Network.NODE && standards.get(probe.namespace()) != Standard.PRIVILEGED) {
                    tell(new ProbeEvent.Lost(now, probe.id(), "violates PodSecurity", "admit it"));
                    continue;
                }
                Live live = pod(
                        probe.id(), probe.namespace(), probe.node().orElseThrow(), probe.labels(), listening(probe));
                live.labels = without(
                        live.labels,
                        Optional.ofNullable(stripped.get(probe.id())).stream().toList());
                live.network = probe.network();
                live.running = starts;
                tell(new ProbeEvent.Started(
                        starts,
                        probe.id(),
                        "np-" + probe.id(),
                        probe.node(),
                        Optional.ofNullable(changedByAdmission.get(probe.id())),
                        new ProbeEvent.Instance(
                                Optional.of(live.ips.get(0)), probe.labels(), "default", "curl", Optional.empty())));
                line(starts, probe, 0, "B " + (probe.attempts().size() + 1) + " " + uptime(starts));
                at(starts, () -> round(probe, live, 1));
            }
        }

        /** By a clock that all nodes share. */
        private String uptime(Instant at) {
            return String.format(
                    Locale.ROOT, "%.3f", 1_000 + Duration.between(NOON, at).toMillis() / 1000.0);
        }

        private static List<ClusterFacts.ContainerPort> listening(ProbePod probe) {
            return probe.attempts().stream()
                    .filter(Attempt.Itself.class::isInstance)
                    .map(Attempt.Itself.class::cast)
                    .map(one -> new ClusterFacts.ContainerPort(Optional.empty(), one.own(), Protocol.TCP))
                    .toList();
        }

        /** One connection that is opened once. */
        private Outcome held(String id, Live from, Attempt.Held attempt) {
            Outcome fresh = outcome(from, attempt.ip(), attempt.port(), Protocol.TCP);
            if (held.contains(id)) {
                if (freedoms.contains(Freedom.NO_ESTABLISHED) && fresh != Outcome.CONNECTED) {
                    ended.add(id);
                }
                return ended.contains(id) ? Outcome.TIMEOUT : Outcome.CONNECTED;
            }
            if (fresh == Outcome.CONNECTED) {
                held.add(id);
            }
            return fresh;
        }

        private void round(ProbePod probe, Live from, int number) {
            Instant began = now;
            Duration longest = Duration.ofMillis(1);
            line(
                    began,
                    probe,
                    number,
                    figures("L", 7, 0, starving || starved.contains(probe.id()) ? 0.9 : 0.0004, 0, "refused"));
            for (int i = 0; i < probe.attempts().size(); i++) {
                if (!(probe.attempts().get(i) instanceof Attempt.Http http)) {
                    Duration taken = datagram(probe, from, i, began, number);
                    longest = taken.compareTo(longest) > 0 ? taken : longest;
                    continue;
                }
                Outcome outcome = outcome(from, http.ip(), http.port(), Protocol.TCP);
                Duration taken = outcome == Outcome.TIMEOUT ? terms.connectTimeout() : Duration.ofMillis(3);
                longest = taken.compareTo(longest) > 0 ? taken : longest;
                String id = Integer.toString(i);
                double total = taken.toMillis() / 1000.0;
                Instant at = began.plus(taken);
                switch (outcome) {
                    case CONNECTED -> line(at, probe, number, figures(id, 0, 0.001, total, 200, ""));
                    case TIMEOUT -> line(at, probe, number, figures(id, 28, 0, total, 0, "Connection timed out"));
                    default -> {
                        String error = outcome == Outcome.REFUSED ? "Connection refused" : "No route to host";
                        line(at, probe, number, "V " + http.ip() + " port " + http.port() + " failed: " + error);
                        line(at, probe, number, figures(id, 7, 0, total, 0, "Failed to connect: " + error));
                    }
                }
            }
            Instant ended = began.plus(longest).plusMillis(1);
            line(
                    ended,
                    probe,
                    number,
                    "E " + (probe.attempts().size() + 1) + " " + uptime(began) + " " + uptime(ended));
            at(began.plus(PACE), () -> round(probe, from, number + 1));
        }

        private Duration datagram(ProbePod probe, Live from, int index, Instant began, int round) {
            Attempt attempt = probe.attempts().get(index);
            if (attempt instanceof Attempt.Sctp) {
                line(began, probe, round, "R " + index + " unsupported 1.000 1.001 - - -");
                return Duration.ofMillis(1);
            }
            Outcome outcome;
            if (attempt instanceof Attempt.Udp udp) {
                outcome = outcome(from, udp.ip(), udp.port(), Protocol.UDP);
            } else if (attempt instanceof Attempt.Held keeping) {
                outcome = held(probe.id() + " " + index, from, keeping);
            } else if (attempt instanceof Attempt.Itself itself) {
                outcome = outcome(from, itself.ip(), itself.port(), Protocol.TCP);
            } else {
                Attempt.Connect connect = (Attempt.Connect) attempt;
                outcome = outcome(from, connect.ip(), connect.port(), Protocol.TCP);
            }
            boolean answered = outcome == Outcome.CONNECTED;
            Duration taken = answered ? Duration.ofMillis(3) : terms.connectTimeout();
            line(
                    began.plus(taken),
                    probe,
                    round,
                    answered ? "R " + index + " reply 1.000 1.003 - - -" : "R " + index + " silent 1.000 3.000 - - -");
            return taken;
        }

        private Outcome outcome(Live from, String ip0, int port0, Protocol protocol) {
            Optional<Behind> service = Optional.ofNullable(virtual.get(ip0 + ":" + port0));
            int port = service.map(Behind::port).orElse(port0);
            Optional<Live> found = pods.values().stream()
                    .filter(pod -> service.isEmpty()
                            ? pod.ips.contains(ip0)
                            : pod.namespace.equals(service.get().namespace())
                                    && pod.labels
                                            .entrySet()
                                            .containsAll(
                                                    service.get().selector().entrySet()))
                    .findFirst();
            if (found.isEmpty()) {
                return Outcome.REFUSED;
            }
            Live to = found.get();
            if (from == to && !hairpins) {
                return Outcome.TIMEOUT;
            }
            boolean free = from == to && freedoms.contains(Freedom.HAIRPIN)
                    || from.network == Network.NODE && freedoms.contains(Freedom.HOST_NETWORK);
            if (random.nextDouble() < loss) {
                return Outcome.TIMEOUT;
            }
            if (unrouted.contains(Family.of(ip0)) && !from.node.equals(to.node)) {
                return Outcome.UNREACHABLE;
            }
            if (isolatedFromTheStart && to.id.startsWith("t-")) {
                return manner;
            }
            Optional<String> own = to.like(ip0);
            if (own.isEmpty() || from.like(ip0).isEmpty()) {
                return Outcome.UNREACHABLE;
            }
            String ip = own.get();
            if (!free
                    && (stops(Direction.EGRESS, from, from, to, ip, port, protocol)
                            || stops(Direction.INGRESS, to, from, to, ip, port, protocol))) {
                return manner;
            }
            boolean listens = to.listening.contains(Family.of(ip))
                    && to.ports.stream().anyMatch(one -> one.number() == port && one.protocol() == protocol);
            return to.dead ? Outcome.TIMEOUT : listens ? Outcome.CONNECTED : Outcome.REFUSED;
        }

        private boolean stops(
                Direction direction, Live subject, Live from, Live to, String ip, int port, Protocol protocol) {
            boolean looked = reach == Reach.EVERYTHING_THAT_PASSES
                    ? looks(from.node, direction, ip) || looks(to.node, direction, ip)
                    : looks(subject.node, direction, ip);
            if (!looked) {
                return false;
            }
            if (!subject.running.equals(Instant.MIN) && now.isBefore(subject.running.plus(blind))) {
                return false;
            }
            List<PolicyManifest> inEffect = history.stream()
                    .filter(one -> !now.isBefore(one.from()) && now.isBefore(one.until()))
                    .map(Stored::manifest)
                    .toList();
            return !specification.lets(inEffect, direction, from, to, ip, port, protocol);
        }

        private boolean looks(String node, Direction direction, String ip) {
            return engine.works(node, direction, elapsed()) && sight.sees(node, direction, Family.of(ip));
        }

        private static String figures(String id, int exit, double connect, double total, int status, String message) {
            return String.format(
                    Locale.ROOT,
                    "A %s %d %.6f %.6f %.6f %d %03d %s %s",
                    id,
                    exit,
                    0.0,
                    connect,
                    total,
                    connect > 0 ? 1 : 0,
                    status,
                    "10.0.0.1",
                    message);
        }

        private void line(Instant at, ProbePod probe, int round, String text) {
            Instant arrival = NOON.plus(delivery.arrival(probe, Duration.between(NOON, at)));
            tell(new ProbeEvent.Line(arrival, probe.id(), terms.nonce() + " " + round + " " + text));
        }

        private void tell(ProbeEvent event) {
            due.add(new Due(event.at(), order++, Optional.of(event), () -> {}));
        }

        private void at(Instant moment, Runnable action) {
            due.add(new Due(moment, order++, Optional.empty(), action));
        }

        @Override
        public void ask(Backend backend) {
            throw new UnsupportedOperationException("an enforcement check has controls of its own");
        }

        @Override
        public Optional<ProbeEvent> next(Instant until) {
            if (closed) {
                throw new IllegalStateException("the testbed is closed");
            }
            Due first;
            while ((first = due.peek()) != null && !first.at().isAfter(until)) {
                due.remove();
                now = first.at().isAfter(now) ? first.at() : now;
                first.action().run();
                if (first.event().isPresent()) {
                    return first.event();
                }
            }
            now = until.isAfter(now) ? until : now;
            return Optional.empty();
        }

        @Override
        public Instant now() {
            return now;
        }

        @Override
        public void close() {
            closed = true;
            policies.clear();
        }
    }

    /** What a test makes of a broken cluster. */
    static ClusterTrouble trouble(String what) {
        return new ClusterTrouble(what, "mend it");
    }
}
