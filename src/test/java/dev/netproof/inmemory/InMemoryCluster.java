package dev.netproof.inmemory;

import dev.netproof.evidence.ProbeEvent;
import dev.netproof.inmemory.Engine.Fault;
import dev.netproof.inmemory.Engine.Freedom;
import dev.netproof.kube.Cluster;
import dev.netproof.kube.ClusterTrouble;
import dev.netproof.kube.Permission;
import dev.netproof.kube.ProbeSession;
import dev.netproof.kube.SessionTerms;
import dev.netproof.kube.Testbed;
import dev.netproof.kube.Testbed.Standard;
import dev.netproof.model.ClusterIdentity;
import dev.netproof.model.Cni;
import dev.netproof.model.Family;
import dev.netproof.model.Node;
import dev.netproof.model.Outcome;
import dev.netproof.model.Protocol;
import dev.netproof.plan.Attempt;
import dev.netproof.plan.Backend;
import dev.netproof.plan.ClusterFacts;
import dev.netproof.plan.ClusterFacts.ContainerPort;
import dev.netproof.plan.PolicyManifest;
import dev.netproof.plan.ProbePod;
import dev.netproof.plan.Shop;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A cluster that is made up: its API, and what a test wishes of it. Its probes write the lines that the real scripts write, and time passes
 * only while somebody waits. Between netproof's own pods the {@link Engine} enforces policies; what becomes of any other connection is
 * a function of the test's. Above 400 lines: a line or two for each wish, in one place for tests to find.
 */
public class InMemoryCluster implements Cluster {
    private ClusterIdentity.Certificate certificate = ClusterIdentity.Certificate.VERIFIED;

    /** What the network does with one attempt at an address that is not netproof's own. */
    public interface Network {
        Outcome outcome(Try attempt);
    }

    /** Whether a probe gets no CPU at this time after its start. */
    public interface Starving {
        boolean starves(ProbePod probe, Duration since);
    }

    /** What a pod's resolver makes of a name; empty does not resolve. */
    public interface Resolver {
        Optional<String> address(ProbePod probe, String name, int round);
    }

    /** When a line that a probe said so long after the beginning arrives. */
    public interface Delivery {
        Duration arrival(ProbePod probe, Duration said);
    }

    /** What the cluster can be made to forbid. */
    public enum Operation {
        IDENTITY,
        SURVEY,
        SECOND_SURVEY,
        POLICIES,
        LAUNCH,
        CREATE_NAMESPACE
    }

    private final VirtualTime time = new VirtualTime();
    private final Pods pods = new Pods();
    private final Engine engine = new Engine(time);
    private final OwnNetwork own = new OwnNetwork(pods, engine);
    private final List<InMemorySession> sessions = new CopyOnWriteArrayList<>();
    private final Map<Duration, Runnable> happenings = new TreeMap<>();

    private final Shop shop;
    private final Network network;
    private Stack stack = Stack.IPV4;
    private Stack services = Stack.IPV4;
    private Duration stagger = Duration.ZERO;
    private Resolver resolver = (probe, name, round) -> Optional.of("203.0.113.7");
    private Resolver resolver6 = (probe, name, round) -> Optional.empty();
    private Starving starving = (probe, since) -> false;
    private Delivery delivery = (probe, said) -> said;
    private Optional<Runnable> meanwhile = Optional.empty();
    private Optional<Duration> breaking = Optional.empty();

    private final Set<String> listening = new HashSet<>();
    private final Map<String, String> neverStarting = new HashMap<>();
    private Optional<String> twinless = Optional.empty();
    private final Map<String, String> placements = new HashMap<>();
    private final Map<String, String> changedByAdmission = new HashMap<>();
    private final Map<String, String> changedSources = new HashMap<>();
    private final Map<String, String> stripped = new HashMap<>();
    private Optional<Duration> servingAfter = Optional.empty();
    private Runnable beforeCreating = () -> {};
    private final List<String> everCreated = new CopyOnWriteArrayList<>();
    private final Set<String> revoked = new HashSet<>();

    private final Set<Operation> forbidden = new HashSet<>();
    private final Set<Operation> hanging = new HashSet<>();
    private final List<Permission> missing = new ArrayList<>();
    private Optional<Standard> refused = Optional.empty();

    private int surveys;
    private Optional<Shop> afterwards = Optional.empty();
    private Set<String> lookalikes = Set.of();
    private Optional<ClusterFacts.Policies> policies = Optional.empty();
    private Optional<ClusterFacts.Policies> laterPolicies = Optional.empty();
    private final List<String> foreignPolicies = new ArrayList<>();
    private Cleaning cleaning = new Cleaning(0, 0, Set.of());
    private Cleaning groundsCleaning = new Cleaning(0, 0, Set.of());
    private boolean swept;

    /** A cluster with these pods and Services, and with addresses of one family for netproof's own. */
    public InMemoryCluster(Shop shop, Network network) {
        this.shop = shop;
        this.network = network;
    }

    /** A cluster with nodes and nothing on them, and with addresses of both families. */
    public static InMemoryCluster of(String... nodes) {
        InMemoryCluster cluster = new InMemoryCluster(Shop.withNodes(nodes), attempt -> Outcome.REFUSED);
        cluster.stagger = Duration.ofMillis(37);
        return cluster.having(Stack.DUAL);
    }

    public InMemoryCluster unusable(String name, String why) {
        shop.unusableNode(name, why);
        return this;
    }

    // What the engine does.

    public InMemoryCluster engine(Engine.Works works) {
        engine.works(works);
        return this;
    }

    public InMemoryCluster seeing(Engine.Sight sight) {
        engine.sees(sight);
        return this;
    }

    /** The engine's rules for the other family were never loaded. */
    public InMemoryCluster enforcingOnly(Family family) {
        return seeing((node, direction, one) -> one == family);
    }

    public InMemoryCluster reaching(Engine.Reach reach) {
        engine.reaches(reach);
        return this;
    }

    /** What the engine takes policies to mean. */
    public InMemoryCluster meaning(Specification meaning) {
        engine.takesPoliciesToMean(meaning);
        return this;
    }

    /** From a policy's creation or removal until it is in effect. */
    public InMemoryCluster delay(Duration delay) {
        engine.delay(delay);
        return this;
    }

    /** So long a pod runs before the engine knows of it. */
    public InMemoryCluster blindFor(Duration time) {
        engine.isBlindFor(time);
        return this;
    }

    public InMemoryCluster with(Fault fault) {
        engine.has(fault);
        return this;
    }

    public InMemoryCluster with(Freedom freedom) {
        engine.takes(freedom);
        return this;
    }

    /** How a connection looks that the engine denies. */
    public InMemoryCluster manner(Outcome manner) {
        own.denies(manner);
        return this;
    }

    // What the network does.

    /** Of which families netproof's pods and Services have addresses. */
    public InMemoryCluster having(Stack other) {
        stack = other;
        services = other;
        return this;
    }

    /** Of which families Services have addresses, whatever the pods have. */
    public InMemoryCluster servicesHaving(Stack other) {
        services = other;
        return this;
    }

    /** Nothing of this family gets from node to node. */
    public InMemoryCluster notRouting(Family family) {
        own.withoutRoutes(family);
        return this;
    }

    /** Packets of netproof's own do not get from the one node to the other. */
    public InMemoryCluster withoutWay(String from, String to) {
        own.withoutWay(from, to);
        return this;
    }

    /** Attempts that get lost, by chance. */
    public InMemoryCluster loss(double share, long seed) {
        own.loses(share, seed);
        return this;
    }

    /** Pods cannot reach themselves by a Service, policy or not. */
    public InMemoryCluster withoutHairpins() {
        own.withoutHairpins();
        return this;
    }

    /** The nodes' kernels know SCTP. */
    public InMemoryCluster speakingSctp() {
        own.speaksSctp();
        return this;
    }

    /** Something installs a policy into every new namespace that lets nobody in. */
    public InMemoryCluster isolating(String policy) {
        foreignPolicies.add(policy);
        own.shutTargets();
        return this;
    }

    public InMemoryCluster resolving(Resolver other) {
        resolver = other;
        return this;
    }

    /** What a pod's resolver makes of a name where it is asked for IPv6 addresses. */
    public InMemoryCluster resolving6(Resolver other) {
        resolver6 = other;
        return this;
    }

    /** A port-forward finds a listener there. */
    public InMemoryCluster listening(String ip, int port) {
        listening.add(ip + " " + port);
        return this;
    }

    // What becomes of pods.

    public InMemoryCluster neverStarting(String source, String why) {
        neverStarting.put(source, why);
        return this;
    }

    /** Admission changes the probes of this source. */
    public InMemoryCluster changing(String source, String how) {
        changedSources.put(source, how);
        return this;
    }

    /** Servers that netproof starts answer so long after they are asked for. */
    public InMemoryCluster servingAfter(Duration time) {
        servingAfter = Optional.of(time);
        return this;
    }

    /** Something that happens while the API server creates a namespace. */
    public InMemoryCluster whileCreatingNamespaces(Runnable happening) {
        beforeCreating = happening;
        return this;
    }

    /** Probes that explain refusals never start. */
    public InMemoryCluster withoutTwins(String why) {
        twinless = Optional.of(why);
        return this;
    }

    /** Where the scheduler puts the probes of a source that has no node. */
    public InMemoryCluster placing(String source, String node) {
        placements.put(source, node);
        return this;
    }

    /** A starved probe's own loop-back is slow. */
    public InMemoryCluster starving(Starving probes) {
        starving = probes;
        return this;
    }

    /** Even a probe's own loop-back is slow until then. */
    public InMemoryCluster starvedFor(Duration time) {
        return starving((probe, since) -> since.compareTo(time) < 0);
    }

    public InMemoryCluster starving() {
        return starving((probe, since) -> true);
    }

    public InMemoryCluster starving(String id) {
        return starving((probe, since) -> probe.id().equals(id));
    }

    /** All probes get CPU again. */
    public void fed() {
        starving((probe, since) -> false);
    }

    /** Admission makes something else of this pod. */
    public InMemoryCluster admitting(String pod, String change) {
        changedByAdmission.put(pod, change);
        return this;
    }

    /** Admission takes a label from this pod. */
    public InMemoryCluster strippingAtAdmission(String pod, String label) {
        stripped.put(pod, label);
        return admitting(pod, "label " + label + " was removed");
    }

    /** Somebody takes this label from a pod whenever one is given it. */
    public InMemoryCluster revoking(String label) {
        revoked.add(label);
        return this;
    }

    public InMemoryCluster delivering(Delivery other) {
        delivery = other;
        return this;
    }

    // What happens at a moment.

    public InMemoryCluster at(Duration since, Runnable happening) {
        happenings.put(since, happening);
        return this;
    }

    /** Something that happens once a probe runs. */
    public InMemoryCluster meanwhile(Runnable happening) {
        meanwhile = Optional.of(happening);
        return this;
    }

    /** The API server stops answering. */
    public InMemoryCluster breakingAfter(Duration time) {
        breaking = Optional.of(time);
        return this;
    }

    /** A server stops answering, and no event says so. */
    public void kill(String server) {
        pods.get(server).die();
    }

    public void revive(String server) {
        pods.get(server).revive();
    }

    public void killLoudly(String server) {
        kill(server);
        sessions.get(0)
                .tell(new ProbeEvent.Lost(
                        time.now(), server, "the target pod was deleted by somebody else", "run again"));
    }

    /** Somebody takes a label from a pod that runs. */
    public void strip(String pod, String label) {
        Live live = pods.get(pod);
        live.label(without(live.labels(), Set.of(label)));
    }

    /** Somebody removes the policies whose names end so; they are without effect at once. */
    public void withdraw(String end) {
        engine.withdraw(end);
    }

    // What the API server says.

    public InMemoryCluster forbidding(Operation operation) {
        forbidden.add(operation);
        return this;
    }

    /** The API server never answers. */
    public InMemoryCluster hanging(Operation operation) {
        hanging.add(operation);
        return this;
    }

    /** The identity does not have this permission. */
    public InMemoryCluster forbidding(String verb, String group, String resource) {
        missing.add(new Permission(verb, group, resource, Optional.empty()));
        return this;
    }

    /** A webhook refuses namespaces of this standard. */
    public InMemoryCluster refusing(Standard standard) {
        refused = Optional.of(standard);
        return this;
    }

    /** Its kubeconfig says insecure-skip-tls-verify. */
    public InMemoryCluster unverified() {
        certificate = ClusterIdentity.Certificate.NOT_VERIFIED;
        return this;
    }

    /** What the API server says once the probes have run. */
    public InMemoryCluster afterwards(Shop other) {
        afterwards = Optional.of(other);
        return this;
    }

    /** The policies before and after probing. */
    public InMemoryCluster policies(ClusterFacts.Policies before, ClusterFacts.Policies after) {
        policies = Optional.of(before);
        laterPolicies = Optional.of(after);
        return this;
    }

    /** A policy for the whole cluster, of which netproof knows no more than that it is there. */
    public InMemoryCluster clusterWide(String kind, String name) {
        List<ClusterFacts.Policy> found = new ArrayList<>(inForce().found());
        found.add(new ClusterFacts.Policy(
                "policy.networking.k8s.io/v1alpha2",
                kind,
                Optional.empty(),
                name,
                "uid-" + name,
                "1",
                "0".repeat(64),
                Optional.empty(),
                Set.of()));
        policies = Optional.of(new ClusterFacts.Policies(found, Set.of()));
        return this;
    }

    /** Something that an earlier run left cannot be removed. */
    public InMemoryCluster remaining(String why) {
        cleaning = new Cleaning(0, 0, Set.of(), Set.of(why), cleaning.foreign());
        return this;
    }

    /** Something that only looks as if an earlier run had left it. */
    public InMemoryCluster foreign(String what) {
        cleaning = new Cleaning(0, 0, Set.of(), cleaning.remaining(), Set.of(what));
        return this;
    }

    /** A namespace that only looks as if a killed enforcement check had left it. */
    public InMemoryCluster foreignNamespace(String what) {
        groundsCleaning = new Cleaning(0, 0, groundsCleaning.unreadable(), Set.of(), Set.of(what));
        return this;
    }

    /** Namespaces that a killed enforcement check left may not be looked for. */
    public InMemoryCluster unreadableNamespaces(String what) {
        groundsCleaning = new Cleaning(0, 0, Set.of(what), Set.of(), groundsCleaning.foreign());
        return this;
    }

    /** A pod that only looks like a probe. */
    public InMemoryCluster lookalike(String what) {
        lookalikes = Set.of(what);
        return this;
    }

    // What a test asks afterwards.

    public Clock clock() {
        return time.clock();
    }

    public Duration elapsed() {
        return time.elapsed();
    }

    public boolean wasProbed() {
        return launched() > 0;
    }

    /** Whether any session began. */
    public boolean wasTouched() {
        return !sessions.isEmpty();
    }

    /** Whether somebody looked for namespaces that a killed check left. */
    public boolean wasSwept() {
        return swept;
    }

    public boolean isClean() {
        return sessions.stream().allMatch(InMemorySession::isClean) && engine.storesNothing();
    }

    /** Probes of the matrix, netproof's own left out. */
    public int launched() {
        return sessions.stream().mapToInt(InMemorySession::launched).sum();
    }

    /** How many servers of netproof's own were started. */
    public int witnesses() {
        return sessions.stream().mapToInt(InMemorySession::servers).sum();
    }

    /** Namespaces that were created, gone or not. */
    public List<String> everCreated() {
        return everCreated;
    }

    /** Whether a namespace that a session created is there. */
    public boolean has(String namespace) {
        return sessions.stream().anyMatch(session -> session.has(namespace));
    }

    public boolean isAnySessionClosed() {
        return sessions.stream().anyMatch(InMemorySession::isClosed);
    }

    /** Namespaces that netproof's own pods and policies were in. */
    public Set<String> used() {
        Set<String> used = new TreeSet<>(pods.namespaces());
        everStored().forEach(policy -> used.add(policy.namespace()));
        return used;
    }

    /** All policies that were ever stored, removed or not. */
    public List<PolicyManifest> everStored() {
        return engine.everStored();
    }

    /** The names of all policies that were ever stored, in order. */
    public List<String> applied() {
        return engine.applied();
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
        permit(Operation.POLICIES);
        return wasProbed() ? laterPolicies.orElseGet(this::inForce) : inForce();
    }

    private ClusterFacts.Policies inForce() {
        return policies.orElseGet(() -> shop.facts().policies());
    }

    @Override
    public ProbeSession open(SessionTerms terms) {
        return testbed(terms);
    }

    @Override
    public Testbed testbed(SessionTerms terms) {
        InMemorySession session = new InMemorySession(this, time, pods, engine, terms);
        if (sessions.isEmpty()) {
            happenings.forEach((since, happening) -> session.at(VirtualTime.NOON.plus(since), happening));
        }
        sessions.add(session);
        return session;
    }

    @Override
    public List<Permission> missing(List<Permission> wanted) {
        return wanted.stream()
                .filter(one -> missing.stream()
                        .anyMatch(no -> no.verb().equals(one.verb())
                                && no.group().equals(one.group())
                                && no.resource().equals(one.resource())))
                .toList();
    }

    @Override
    public Cleaning clean(Set<String> namespaces, CleanScope scope) {
        return cleaning;
    }

    @Override
    public Cleaning cleanGrounds(CleanScope scope) {
        swept = true;
        return groundsCleaning;
    }

    @Override
    public int requests() {
        return 1;
    }

    @Override
    public void close() {
        // Holds nothing.
    }

    // What sessions ask.

    void permit(Operation operation) {
        if (hanging.contains(operation)) {
            new CompletableFuture<>().join();
        }
        if (forbidden.contains(operation)) {
            throw new ClusterTrouble(
                    "forbidden: " + operation.name().toLowerCase(Locale.ROOT), "ask for the permission");
        }
    }

    void admit(Standard standard) {
        if (refused.equals(Optional.of(standard))) {
            throw new ClusterTrouble("a webhook refuses the namespace", "mend it");
        }
    }

    /** Throws once the API server does not answer any more. */
    void answer() {
        if (breaking.filter(after -> elapsed().compareTo(after) >= 0).isPresent()) {
            throw new ClusterTrouble("the API server does not answer any more", "look at its log");
        }
    }

    Duration stagger() {
        return stagger;
    }

    /** What happens once a probe runs. */
    Optional<Runnable> onStart() {
        return meanwhile;
    }

    OwnNetwork ownNetwork() {
        return own;
    }

    boolean keepsEstablished() {
        return own.keepsEstablished();
    }

    Live create(String id, String namespace, String node, Map<String, String> labels, List<ContainerPort> ports) {
        int number = shop.facts().nodes().stream()
                        .map(ClusterFacts.Node::name)
                        .toList()
                        .indexOf(node)
                + 1;
        return pods.create(id, namespace, node, number, stack, labels, ports);
    }

    List<String> expose(String namespace, Map<String, String> selector, Map<Integer, Integer> ports) {
        return pods.expose(services, namespace, selector, ports);
    }

    String node(ProbePod probe) {
        return probe.node().orElse(placements.getOrDefault(probe.source(), "node-1"));
    }

    Optional<String> neverStarts(ProbePod probe) {
        return twinless.filter(why -> probe.id().endsWith("t"))
                .or(() -> Optional.ofNullable(neverStarting.get(probe.source())));
    }

    Optional<String> changedByAdmission(String pod) {
        return Optional.ofNullable(changedByAdmission.get(pod));
    }

    Optional<String> changedByAdmission(ProbePod probe) {
        return changedByAdmission(probe.id()).or(() -> Optional.ofNullable(changedSources.get(probe.source())));
    }

    Duration serving(Duration usually) {
        return servingAfter.orElse(usually);
    }

    void creating(String namespace) {
        beforeCreating.run();
        everCreated.add(namespace);
    }

    Map<String, String> admittedLabels(ProbePod probe) {
        String label = stripped.get(probe.id());
        return label == null ? probe.labels() : without(probe.labels(), Set.of(label));
    }

    Map<String, String> lastingLabels(Map<String, String> labels) {
        return without(labels, revoked);
    }

    private static Map<String, String> without(Map<String, String> labels, Collection<String> keys) {
        Map<String, String> left = new TreeMap<>(labels);
        left.keySet().removeAll(keys);
        return left;
    }

    List<String> foreignPolicies() {
        return foreignPolicies;
    }

    boolean isListening(Backend backend) {
        return listening.contains(backend.ip() + " " + backend.port());
    }

    boolean starves(ProbePod probe, Duration since) {
        return starving.starves(probe, since);
    }

    Optional<String> resolve(ProbePod probe, Attempt.ByName name, int round) {
        return (name.family().equals(Optional.of(Family.IPV6)) ? resolver6 : resolver)
                .address(probe, name.name(), round);
    }

    Optional<String> resolve(ProbePod probe, Attempt.Lookup lookup, int round) {
        return resolver.address(probe, lookup.name(), round);
    }

    /** When a line arrives that a probe said at that time. */
    Instant arrival(ProbePod probe, Instant said) {
        return VirtualTime.NOON.plus(delivery.arrival(probe, Duration.between(VirtualTime.NOON, said)));
    }

    /** What becomes of an attempt. */
    Outcome outcome(Try attempt, Protocol protocol) {
        return pods.have(attempt.ip(), attempt.port())
                ? own.outcome(pods.get(attempt.probe().id()), attempt.ip(), attempt.port(), protocol)
                : network.outcome(attempt);
    }
}
