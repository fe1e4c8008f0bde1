package dev.netproof.run;

import dev.netproof.evidence.ProbeEvent;
import dev.netproof.evidence.ProbeEvent.Answer;
import dev.netproof.kube.Cluster;
import dev.netproof.kube.ClusterTrouble;
import dev.netproof.kube.ProbeSession;
import dev.netproof.kube.SessionTerms;
import dev.netproof.kube.Testbed;
import dev.netproof.model.ClusterIdentity;
import dev.netproof.model.Cni;
import dev.netproof.model.Family;
import dev.netproof.model.Node;
import dev.netproof.model.Outcome;
import dev.netproof.plan.Attempt;
import dev.netproof.plan.Backend;
import dev.netproof.plan.ClusterFacts;
import dev.netproof.plan.PolicyManifest;
import dev.netproof.plan.ProbePod;
import dev.netproof.plan.ServerPod;
import dev.netproof.plan.Shop;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A cluster that is made up, with a network that is a function and a time that passes only while somebody waits. Its probes write
 * the lines that the real script writes.
 */
class InMemoryCluster implements Cluster {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
    private static final Duration STARTING = Duration.ofSeconds(1);

    private ClusterIdentity.Certificate certificate = ClusterIdentity.Certificate.VERIFIED;

    /** What the network does with one attempt. */
    interface Network {
        Outcome outcome(Try attempt);
    }

    /** Whether a probe gets no CPU at this time after its start. */
    interface Starving {
        boolean starves(ProbePod probe, Duration since);
    }

    /** What a pod's resolver makes of a name; empty does not resolve. */
    interface Resolver {
        Optional<String> address(ProbePod probe, String name, int round);
    }

    /** When a line that a probe said so long after the beginning arrives. */
    interface Delivery {
        Duration arrival(ProbePod probe, Duration said);
    }

    /**
     * One attempt.
     *
     * @param since how long the probe has been running
     */
    record Try(ProbePod probe, String ip, int port, Duration since, int round) {
        boolean from(String app) {
            return probe.labels().containsValue(app);
        }
    }

    /** What the cluster can be made to forbid. */
    enum Operation {
        IDENTITY,
        SURVEY,
        SECOND_SURVEY,
        LAUNCH,
        CREATE_NAMESPACE
    }

    private final Shop shop;
    private final Network network;
    private Resolver resolver = (probe, name, round) -> Optional.of("203.0.113.7");
    private Resolver resolver6 = (probe, name, round) -> Optional.empty();
    private final Set<String> listening = new HashSet<>();
    private final Map<String, String> neverStarting = new HashMap<>();
    private final Set<Operation> forbidden = new HashSet<>();
    private final Set<Operation> hanging = new HashSet<>();
    private Optional<Shop> afterwards = Optional.empty();
    private Optional<Duration> breaking = Optional.empty();
    private Optional<String> twinless = Optional.empty();
    private Starving starving = (probe, since) -> false;
    private Runnable meanwhile = () -> {};
    private Delivery delivery = (probe, said) -> said;
    private ClusterFacts.Policies policies = ClusterFacts.Policies.NONE;
    private Optional<ClusterFacts.Policies> laterPolicies = Optional.empty();
    private Set<String> remaining = Set.of();
    private Set<String> foreign = Set.of();
    private Set<String> lookalikes = Set.of();
    private int surveys;

    private final Set<String> brokenWays = new HashSet<>();
    private final Map<String, String> placements = new HashMap<>();
    /** Servers of netproof's own: their nodes by their addresses. */
    private final Map<String, String> witnesses = new HashMap<>();

    private final Set<String> namespaces = ConcurrentHashMap.newKeySet();
    private final List<String> everCreated = new CopyOnWriteArrayList<>();
    private Runnable beforeCreating = () -> {};

    private Instant now = NOON;
    private final List<Session> sessions = new CopyOnWriteArrayList<>();

    InMemoryCluster(Shop shop, Network network) {
        this.shop = shop;
        this.network = network;
    }

    InMemoryCluster resolving(Resolver other) {
        resolver = other;
        return this;
    }

    /** What a pod's resolver makes of a name where it is asked for IPv6 addresses. */
    InMemoryCluster resolving6(Resolver other) {
        resolver6 = other;
        return this;
    }

    InMemoryCluster delivering(Delivery other) {
        delivery = other;
        return this;
    }

    /** Something that an earlier check left cannot be removed. */
    /** Its kubeconfig says insecure-skip-tls-verify. */
    InMemoryCluster unverified() {
        certificate = ClusterIdentity.Certificate.NOT_VERIFIED;
        return this;
    }

    InMemoryCluster remaining(String why) {
        remaining = Set.of(why);
        return this;
    }

    /** Something that only looks as if an earlier check had left it. */
    InMemoryCluster foreign(String what) {
        foreign = Set.of(what);
        return this;
    }

    /** A pod that only looks like a probe. */
    InMemoryCluster lookalike(String what) {
        lookalikes = Set.of(what);
        return this;
    }

    /** A port-forward finds a listener there. */
    InMemoryCluster listening(String ip, int port) {
        listening.add(ip + " " + port);
        return this;
    }

    InMemoryCluster neverStarting(String source, String why) {
        neverStarting.put(source, why);
        return this;
    }

    /** Probes that explain refusals never start. */
    InMemoryCluster withoutTwins(String why) {
        twinless = Optional.of(why);
        return this;
    }

    InMemoryCluster forbidding(Operation operation) {
        forbidden.add(operation);
        return this;
    }

    /** The API server never answers. */
    InMemoryCluster hanging(Operation operation) {
        hanging.add(operation);
        return this;
    }

    /** What the API server says once the probes have run. */
    InMemoryCluster afterwards(Shop other) {
        afterwards = Optional.of(other);
        return this;
    }

    /** The policies before and after probing. */
    InMemoryCluster policies(ClusterFacts.Policies before, ClusterFacts.Policies after) {
        policies = before;
        laterPolicies = Optional.of(after);
        return this;
    }

    /** The API server stops answering. */
    InMemoryCluster breakingAfter(Duration time) {
        breaking = Optional.of(time);
        return this;
    }

    /** Even a probe's own loop-back is slow until then. */
    InMemoryCluster starvedFor(Duration time) {
        return starving((probe, since) -> since.compareTo(time) < 0);
    }

    /** A starved probe's own loop-back is slow. */
    InMemoryCluster starving(Starving probes) {
        starving = probes;
        return this;
    }

    /** Something that happens once the first probe runs. */
    InMemoryCluster meanwhile(Runnable happening) {
        meanwhile = happening;
        return this;
    }

    /** Something that happens while the API server creates a namespace. */
    InMemoryCluster whileCreatingNamespaces(Runnable happening) {
        beforeCreating = happening;
        return this;
    }

    /** Namespaces that were created, gone or not. */
    List<String> everCreated() {
        return everCreated;
    }

    boolean has(String namespace) {
        return namespaces.contains(namespace);
    }

    boolean isAnySessionClosed() {
        return sessions.stream().anyMatch(session -> session.closed);
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

    boolean wasProbed() {
        return launched() > 0;
    }

    boolean isClean() {
        return sessions.stream().allMatch(session -> session.closed || session.unused) && namespaces.isEmpty();
    }

    /** Probes of the matrix, netproof's own left out. */
    int launched() {
        return sessions.stream().mapToInt(session -> session.launched).sum();
    }

    @Override
    public ClusterIdentity identity() {
        permit(Operation.IDENTITY);
        return new ClusterIdentity(
                "memory",
                "https://192.0.2.1:6443",
                "tester",
                "v1.36.0",
                Optional.empty(),
                List.of(node("node-1"), node("node-2")),
                Cni.UNKNOWN,
                certificate);
    }

    private static Node node(String name) {
        return new Node(name, "v1.36.0", "made up", "6.0", "memory://1");
    }

    @Override
    public ClusterFacts survey(Set<String> namespaces) {
        permit(surveys++ == 0 ? Operation.SURVEY : Operation.SECOND_SURVEY);
        ClusterFacts facts = (surveys == 1 ? shop : afterwards.orElse(shop)).facts();
        return new ClusterFacts(
                facts.namespaces(),
                facts.pods(),
                facts.services(),
                facts.workloads(),
                facts.selectors(),
                facts.nodes(),
                facts.unreadable(),
                lookalikes);
    }

    @Override
    public ClusterFacts.Policies policies(Set<String> namespaces) {
        return wasProbed() ? laterPolicies.orElse(policies) : policies;
    }

    @Override
    public ProbeSession open(SessionTerms terms) {
        return testbed(terms);
    }

    @Override
    public Testbed testbed(SessionTerms terms) {
        Session session = new Session(terms);
        sessions.add(session);
        return session;
    }

    /** Packets of netproof's own do not get from the one node to the other. */
    InMemoryCluster withoutWay(String from, String to) {
        brokenWays.add(from + " " + to);
        return this;
    }

    /** Where the scheduler puts the probes of a source that has no node. */
    InMemoryCluster placing(String source, String node) {
        placements.put(source, node);
        return this;
    }

    /** How many servers of netproof's own were started. */
    int witnesses() {
        return witnesses.size();
    }

    @Override
    public Cleaning clean(Set<String> namespaces, CleanScope scope) {
        return new Cleaning(0, 0, Set.of(), remaining, foreign);
    }

    @Override
    public int requests() {
        return 1;
    }

    @Override
    public void close() {
        // Holds nothing.
    }

    private void permit(Operation operation) {
        if (hanging.contains(operation)) {
            new java.util.concurrent.CompletableFuture<>().join();
        }
        if (forbidden.contains(operation)) {
            throw new ClusterTrouble(
                    "forbidden: " + operation.name().toLowerCase(Locale.ROOT), "ask for the permission");
        }
    }

    /** What happens at a moment: an event for the runner, or something that brings more about. */
    private record Due(Instant at, int order, Optional<ProbeEvent> event, Runnable action) {}

    private final class Session implements Testbed {
        private final SessionTerms terms;
        private final PriorityQueue<Due> due =
                new PriorityQueue<>(Comparator.comparing(Due::at).thenComparing(Due::order));
        private int order;
        private int launched;
        private volatile boolean closed;
        private boolean unused = true;
        private final List<String> created = new CopyOnWriteArrayList<>();

        private Session(SessionTerms terms) {
            this.terms = terms;
        }

        @Override
        public void launch(Collection<ProbePod> probes) {
            unused = false;
            permit(Operation.LAUNCH);
            for (ProbePod probe : probes) {
                if (!probe.namespace().startsWith("netproof-")) {
                    launched++;
                }
                Instant starts = now.plus(STARTING);
                String why = probe.id().endsWith("t") && twinless.isPresent()
                        ? twinless.get()
                        : neverStarting.get(probe.source());
                if (why != null) {
                    tell(new ProbeEvent.Lost(starts, probe.id(), why, "look at the pod's events"));
                    continue;
                }
                tell(new ProbeEvent.Started(
                        starts,
                        probe.id(),
                        "netproof-" + probe.id(),
                        Optional.of(node(probe)),
                        Optional.empty(),
                        new ProbeEvent.Instance(
                                Optional.of("10.0.9." + launched),
                                probe.labels(),
                                probe.serviceAccount().orElse("default"),
                                terms.images().curl(),
                                Optional.of("curl@sha256:c0ffee"))));
                line(starts, probe, 0, "B " + (probe.attempts().size() + 1) + " " + uptime(starts));
                at(starts, meanwhile);
                at(starts, () -> round(probe, starts, 1));
            }
        }

        private String node(ProbePod probe) {
            return probe.node().orElse(placements.getOrDefault(probe.source(), "node-1"));
        }

        @Override
        public String namespaceName(String stem) {
            return stem + "-5ea1";
        }

        @Override
        public void createNamespace(String name, Standard standard) {
            permit(Operation.CREATE_NAMESPACE);
            unused = false;
            beforeCreating.run();
            namespaces.add(name);
            everCreated.add(name);
            created.add(name);
        }

        @Override
        public void serve(Collection<ServerPod> servers) {
            for (ServerPod server : servers) {
                String ip = "10.9.0." + (witnesses.size() + 1);
                witnesses.put(ip, server.node());
                tell(new ProbeEvent.Serving(
                        now.plus(STARTING),
                        server.id(),
                        "netproof-" + server.id(),
                        "uid-" + server.id(),
                        List.of(ip),
                        Optional.of(server.node()),
                        Optional.empty()));
            }
        }

        @Override
        public List<String> expose(
                String namespace, String name, Map<String, String> selector, Map<Integer, Integer> ports) {
            throw new UnsupportedOperationException("a run has no Services of its own");
        }

        @Override
        public void apply(PolicyManifest policy) {
            throw new UnsupportedOperationException("a run has no policies of its own");
        }

        @Override
        public void remove(PolicyManifest policy) {
            throw new UnsupportedOperationException("a run has no policies of its own");
        }

        @Override
        public Optional<String> deviation(PolicyManifest policy) {
            return Optional.empty();
        }

        @Override
        public void label(String pod, Map<String, String> labels) {
            throw new UnsupportedOperationException("a run changes no labels");
        }

        @Override
        public Optional<String> drift(String pod) {
            return Optional.empty();
        }

        @Override
        public List<String> addresses(String namespace, String pod) {
            return List.of();
        }

        @Override
        public List<String> foreignPolicies(Collection<String> namespaces) {
            return List.of();
        }

        /** What the network does; between netproof's own pods it is a matter of their nodes alone. */
        private Outcome outcome(Try attempt) {
            String to = witnesses.get(attempt.ip());
            return to == null
                    ? network.outcome(attempt)
                    : brokenWays.contains(node(attempt.probe()) + " " + to) ? Outcome.TIMEOUT : Outcome.CONNECTED;
        }

        private void round(ProbePod probe, Instant started, int number) {
            Instant began = now;
            Duration since = Duration.between(started, began);
            double loopback = starving.starves(probe, since) ? 0.9 : 0.0004;
            Duration longest = seconds(loopback);
            boolean python = probe.tools() == ProbePod.Tools.NETSHOOT;
            line(
                    began.plus(seconds(loopback)),
                    probe,
                    number,
                    python
                            ? result("L", "ECONNREFUSED", loopback, "127.0.0.1", "none", "Connection refused")
                            : figures("L", 7, 0, 0, loopback, 0, "127.0.0.1", "refused"));
            for (int i = 0; i < probe.attempts().size(); i++) {
                Duration taken = python
                        ? pythonAttempt(probe, i, began, since, number)
                        : attempt(probe, i, began, since, number);
                longest = taken.compareTo(longest) > 0 ? taken : longest;
            }
            Instant ended = began.plus(longest).plusMillis(1);
            line(
                    ended,
                    probe,
                    number,
                    "E " + (probe.attempts().size() + 1) + " " + uptime(began) + " " + uptime(ended));
            at(began.plus(terms.pace().round()), () -> round(probe, started, number + 1));
        }

        private Duration attempt(ProbePod probe, int index, Instant began, Duration since, int round) {
            Attempt attempt = probe.attempts().get(index);
            String id = Integer.toString(index);
            if (attempt instanceof Attempt.ByName name) {
                Optional<String> ip = address(probe, name, round);
                if (ip.isEmpty()) {
                    line(
                            began,
                            probe,
                            round,
                            figures(id, 6, 0, 0, 0.01, 0, "", "Could not resolve host: " + name.name()));
                    return Duration.ofMillis(10);
                }
                Outcome outcome = outcome(new Try(probe, ip.get(), name.port(), since, round));
                return connection(probe, id, ip.get(), name.port(), outcome, 0.002, began, round, 0);
            }
            if (attempt instanceof Attempt.Lookup lookup) {
                boolean resolves = resolver.address(probe, lookup.name(), round).isPresent();
                String message = resolves ? "Couldn't connect to server" : "Could not resolve host: " + lookup.name();
                line(
                        began.plusMillis(10),
                        probe,
                        round,
                        figures(id, resolves ? 7 : 6, resolves ? 0.009 : 0, 0, 0.01, 0, "", message));
                return Duration.ofMillis(10);
            }
            if (attempt instanceof Attempt.Connect connect) {
                Outcome outcome = outcome(new Try(probe, connect.ip(), connect.port(), since, round));
                return connection(probe, id, connect.ip(), connect.port(), outcome, 0, began, round, 0);
            }
            if (attempt instanceof Attempt.Http http) {
                Outcome outcome = outcome(new Try(probe, http.ip(), http.port(), since, round));
                int status = outcome == Outcome.CONNECTED ? 200 : outcome == Outcome.L7_DENIED ? 403 : 0;
                return connection(probe, id, http.ip(), http.port(), outcome, 0, began, round, status);
            }
            Attempt.DnsQuery query = (Attempt.DnsQuery) attempt;
            Outcome outcome = outcome(new Try(probe, query.ip(), query.port(), since, round));
            Duration taken = outcome == Outcome.TIMEOUT ? terms.connectTimeout() : Duration.ofMillis(2);
            String answer = switch (outcome) {
                case CONNECTED -> "0 100.00 100.01 Name: " + query.name() + "|Address: 10.96.0.1|";
                case REFUSED -> "1 100.00 100.01 nslookup: read: Connection refused|";
                default -> "1 100.00 103.00 ;; connection timed out; no servers could be reached|";
            };
            line(began.plus(taken), probe, round, "D " + id + " " + answer);
            return taken;
        }

        /** What {@code probe.py} writes. */
        private Duration pythonAttempt(ProbePod probe, int index, Instant began, Duration since, int round) {
            Attempt attempt = probe.attempts().get(index);
            String id = Integer.toString(index);
            Optional<String> ip = address(probe, attempt, round);
            if (ip.isEmpty()) {
                line(began, probe, round, result(id, "unresolved", 0.01, "-", "-", "Could not resolve host"));
                return Duration.ofMillis(10);
            }
            if (attempt instanceof Attempt.Lookup) {
                line(began.plusMillis(10), probe, round, result(id, "resolved", 0.01, ip.get(), "-", ""));
                return Duration.ofMillis(10);
            }
            Outcome outcome = outcome(new Try(probe, ip.get(), port(attempt), since, round));
            Duration taken = outcome == Outcome.TIMEOUT ? terms.connectTimeout() : Duration.ofMillis(2);
            double seconds = taken.toMillis() / 1000.0;
            String text = switch (outcome) {
                case CONNECTED ->
                    attempt instanceof Attempt.Http
                            ? result(id, "status", seconds, ip.get(), "-", "200")
                            : result(id, "open", seconds, ip.get(), "-", "");
                case TIMEOUT -> result(id, "silent", seconds, ip.get(), "-", "");
                case REFUSED ->
                    // The target's own kernel: a reset over TCP, a message over UDP.
                    result(
                            id,
                            "ECONNREFUSED",
                            seconds,
                            ip.get(),
                            attempt instanceof Attempt.Udp ? "3.3@" + ip.get() : "none",
                            "Connection refused");
                case UNREACHABLE ->
                    result(id, "EHOSTUNREACH", seconds, ip.get(), "3.13@10.0.0.254", "No route to host");
                case RESET -> result(id, "closed", seconds, ip.get(), "-", "no response in time");
                case L7_DENIED -> result(id, "status", seconds, ip.get(), "-", "403");
                case DNS_FAILURE -> result(id, "unresolved", seconds, "-", "-", "Could not resolve host");
                case PROBE_ERROR -> result(id, "unsupported", seconds, ip.get(), "-", "Protocol not supported");
            };
            line(began.plus(taken), probe, round, text);
            return taken;
        }

        private Optional<String> address(ProbePod probe, Attempt attempt, int round) {
            if (attempt instanceof Attempt.Lookup lookup) {
                return resolver.address(probe, lookup.name(), round);
            }
            if (attempt instanceof Attempt.ByName name) {
                return (name.family().equals(Optional.of(Family.IPV6)) ? resolver6 : resolver)
                        .address(probe, name.name(), round);
            }
            return Optional.of(
                    attempt instanceof Attempt.Connect connect
                            ? connect.ip()
                            : attempt instanceof Attempt.Http http
                                    ? http.ip()
                                    : attempt instanceof Attempt.DnsQuery query
                                            ? query.ip()
                                            : attempt instanceof Attempt.Udp udp
                                                    ? udp.ip()
                                                    : ((Attempt.Sctp) attempt).ip());
        }

        private static int port(Attempt attempt) {
            return attempt instanceof Attempt.ByName name
                    ? name.port()
                    : attempt instanceof Attempt.Connect connect
                            ? connect.port()
                            : attempt instanceof Attempt.Http http
                                    ? http.port()
                                    : attempt instanceof Attempt.DnsQuery query
                                            ? query.port()
                                            : attempt instanceof Attempt.Udp udp
                                                    ? udp.port()
                                                    : ((Attempt.Sctp) attempt).port();
        }

        private static String result(String id, String state, double seconds, String ip, String why, String detail) {
            return String.format(
                    Locale.ROOT, "R %s %s 100.000000 %.6f %s %s %s", id, state, 100 + seconds, ip, why, detail);
        }

        private Duration connection(
                ProbePod probe,
                String id,
                String ip,
                int port,
                Outcome outcome,
                double lookup,
                Instant began,
                int round,
                int status) {
            double timeout = terms.connectTimeout().toMillis() / 1000.0;
            // A server that is not spoken to waits until curl gives up.
            boolean waits = outcome == Outcome.TIMEOUT || (outcome == Outcome.CONNECTED && status == 0);
            Duration taken = waits ? terms.connectTimeout() : Duration.ofMillis(3);
            double total = waits ? timeout : 0.003;
            Instant at = began.plus(taken);
            switch (outcome) {
                case CONNECTED, RESET, L7_DENIED ->
                    line(at, probe, round, figures(id, waits ? 28 : 0, lookup, 0.001, total, status, ip, ""));
                case TIMEOUT ->
                    line(at, probe, round, figures(id, 28, lookup, 0, total, 0, "", "Connection timed out"));
                case REFUSED, UNREACHABLE -> {
                    String error = outcome == Outcome.REFUSED ? "Connection refused" : "No route to host";
                    line(at, probe, round, "V " + ip + " port " + port + " from 10.0.9.9 port 40000 failed: " + error);
                    line(at, probe, round, figures(id, 7, lookup, 0, total, 0, "", "Failed to connect: " + error));
                }
                case DNS_FAILURE, PROBE_ERROR -> {
                    // No line at all, as from a probe that was cut short.
                }
            }
            return taken;
        }

        private static Duration seconds(double seconds) {
            return Duration.ofNanos(Math.round(seconds * 1e9));
        }

        private static String figures(
                String id,
                int exit,
                double lookup,
                double connect,
                double total,
                int status,
                String ip,
                String message) {
            return "A " + id + " " + exit + " " + micros(lookup) + " " + micros(connect) + " " + micros(total) + " "
                    + (connect > 0 ? 1 : 0) + " "
                    + Integer.toString(1_000 + status).substring(1) + " " + ip + " "
                    + message;
        }

        /** Six digits behind the point, for thousands of lines that are no part of what is timed. */
        private static String micros(double seconds) {
            long micros = Math.round(seconds * 1e6);
            return micros / 1_000_000 + "."
                    + Long.toString(1_000_000 + micros % 1_000_000).substring(1);
        }

        private static String uptime(Instant at) {
            return String.format(
                    Locale.ROOT, "%.2f", 1_000 + Duration.between(NOON, at).toMillis() / 1_000.0);
        }

        private void line(Instant said, ProbePod probe, int round, String text) {
            Instant at = NOON.plus(delivery.arrival(probe, Duration.between(NOON, said)));
            tell(new ProbeEvent.Line(at, probe.id(), terms.nonce() + " " + round + " " + text));
        }

        private void tell(ProbeEvent event) {
            due.add(new Due(event.at(), order++, Optional.of(event), () -> {}));
        }

        private void at(Instant moment, Runnable action) {
            due.add(new Due(moment, order++, Optional.empty(), action));
        }

        @Override
        public void ask(Backend backend) {
            boolean alive = listening.contains(backend.ip() + " " + backend.port());
            tell(new ProbeEvent.Answered(
                    now.plusMillis(100),
                    backend,
                    alive ? Answer.LISTENING : Answer.SILENT,
                    alive ? "accepted" : "connection refused"));
        }

        @Override
        public Optional<ProbeEvent> next(Instant until) {
            if (closed) {
                throw new IllegalStateException("the session is closed");
            }
            Due first;
            while ((first = due.peek()) != null && !first.at().isAfter(until)) {
                due.remove();
                now = first.at().isAfter(now) ? first.at() : now;
                if (breaking.filter(time -> elapsed().compareTo(time) >= 0).isPresent()) {
                    throw new ClusterTrouble("the API server does not answer any more", "look at its log");
                }
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
            created.forEach(namespaces::remove);
        }
    }
}
