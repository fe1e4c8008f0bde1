package dev.netproof.inmemory;

import dev.netproof.evidence.ProbeEvent;
import dev.netproof.evidence.ProbeEvent.Answer;
import dev.netproof.inmemory.InMemoryCluster.Operation;
import dev.netproof.kube.SessionTerms;
import dev.netproof.kube.Testbed;
import dev.netproof.model.Family;
import dev.netproof.model.Protocol;
import dev.netproof.plan.Attempt;
import dev.netproof.plan.Backend;
import dev.netproof.plan.ClusterFacts.ContainerPort;
import dev.netproof.plan.ClusterFacts.Network;
import dev.netproof.plan.ClusterFacts.Readiness;
import dev.netproof.plan.PolicyManifest;
import dev.netproof.plan.ProbePod;
import dev.netproof.plan.ServerPod;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** One session: what netproof asks of the API server, and what it hears. */
final class InMemorySession implements Testbed {
    private static final Duration STARTING = Duration.ofSeconds(1);

    private final InMemoryCluster cluster;
    private final VirtualTime time;
    private final EventQueue queue;
    private final SessionTerms terms;
    private final Pods pods;
    private final Engine engine;
    private final ProbeRounds rounds;
    private final Map<String, Standard> namespaces = new ConcurrentHashMap<>();
    private int launched;
    private int servers;
    private volatile boolean closed;
    private boolean unused = true;

    InMemorySession(InMemoryCluster cluster, VirtualTime time, Pods pods, Engine engine, SessionTerms terms) {
        this.cluster = cluster;
        this.time = time;
        this.pods = pods;
        this.engine = engine;
        this.terms = terms;
        this.queue = new EventQueue(time);
        this.rounds = new ProbeRounds(cluster, time, queue, terms);
    }

    /** Something that happens at a moment, whatever netproof does. */
    void at(Instant moment, Runnable happening) {
        queue.at(moment, happening);
    }

    void tell(ProbeEvent event) {
        queue.tell(event);
    }

    /** Probes of the matrix, netproof's own left out. */
    int launched() {
        return launched;
    }

    int servers() {
        return servers;
    }

    boolean has(String namespace) {
        return namespaces.containsKey(namespace);
    }

    boolean isClosed() {
        return closed;
    }

    /** Whether nothing of it is left. */
    boolean isClean() {
        return (closed || unused) && namespaces.isEmpty();
    }

    @Override
    public void launch(Collection<ProbePod> probes) {
        unused = false;
        cluster.permit(Operation.LAUNCH);
        for (ProbePod probe : probes) {
            if (!probe.namespace().startsWith("netproof-")) {
                launched++;
            }
            Instant starts = time.now().plus(STARTING).plus(cluster.stagger().multipliedBy(pods.size()));
            Optional<String> never = cluster.neverStarts(probe);
            if (never.isPresent()) {
                queue.tell(new ProbeEvent.Lost(starts, probe.id(), never.get(), "look at the pod's events"));
            } else if (probe.network() == Network.NODE && namespaces.get(probe.namespace()) == Standard.RESTRICTED) {
                queue.tell(new ProbeEvent.Lost(time.now(), probe.id(), "violates PodSecurity", "admit it"));
            } else {
                start(probe, starts);
            }
        }
    }

    private void start(ProbePod probe, Instant starts) {
        String node = cluster.node(probe);
        Live live = cluster.create(probe.id(), probe.namespace(), node, probe.labels(), listening(probe));
        live.label(cluster.admittedLabels(probe));
        live.run(starts, probe.network());
        queue.tell(new ProbeEvent.Started(
                starts,
                probe.id(),
                name(probe.id()),
                Optional.of(node),
                cluster.changedByAdmission(probe),
                new ProbeEvent.Instance(
                        Optional.of(live.ips.get(0)),
                        probe.labels(),
                        probe.serviceAccount().orElse("default"),
                        terms.images().curl(),
                        Optional.of("curl@sha256:c0ffee"))));
        cluster.onStart().ifPresent(happening -> queue.at(starts, happening));
        rounds.begin(probe, starts);
    }

    /** The ports of a probe that connects to itself. */
    private static List<ContainerPort> listening(ProbePod probe) {
        return probe.attempts().stream()
                .filter(Attempt.Itself.class::isInstance)
                .map(Attempt.Itself.class::cast)
                .map(one -> new ContainerPort(Optional.empty(), one.own(), Protocol.TCP))
                .toList();
    }

    private static String name(String id) {
        return "netproof-" + id;
    }

    @Override
    public String namespaceName(String stem) {
        return stem + "-5ea1";
    }

    @Override
    public void createNamespace(String name, Standard standard) {
        cluster.permit(Operation.CREATE_NAMESPACE);
        cluster.admit(standard);
        unused = false;
        cluster.creating(name);
        namespaces.put(name, standard);
    }

    @Override
    public void serve(Collection<ServerPod> started) {
        unused = false;
        for (ServerPod server : started) {
            servers++;
            Live live = cluster.create(server.id(), server.namespace(), server.node(), server.labels(), server.ports());
            if (server.server() != ServerPod.Server.ECHO) {
                live.listenOver(Set.of(Family.IPV4));
            }
            queue.tell(new ProbeEvent.Serving(
                    time.now().plus(cluster.serving(STARTING)),
                    server.id(),
                    name(server.id()),
                    "uid-" + server.id(),
                    live.ips,
                    Optional.of(server.node()),
                    cluster.changedByAdmission(server.id())));
            if (server.watched() == ServerPod.Watched.BY_KUBELET) {
                queue.at(time.now().plus(STARTING), () -> look(live, Readiness.NOT_READY));
            }
        }
    }

    /** The kubelet's probe, every second. */
    private void look(Live pod, Readiness before) {
        Readiness after = cluster.ownNetwork().letsKubeletTo(pod) ? Readiness.READY : Readiness.NOT_READY;
        if (after != before) {
            queue.tell(new ProbeEvent.Watched(time.now(), pod.id, after));
        }
        queue.at(time.now().plusSeconds(1), () -> look(pod, after));
    }

    @Override
    public List<String> expose(
            String namespace, String name, Map<String, String> selector, Map<Integer, Integer> ports) {
        return cluster.expose(namespace, selector, ports);
    }

    @Override
    public void apply(PolicyManifest policy) {
        engine.apply(policy);
    }

    @Override
    public void remove(PolicyManifest policy) {
        engine.remove(policy);
    }

    @Override
    public Optional<String> deviation(PolicyManifest policy) {
        return engine.stores(policy) ? Optional.empty() : Optional.of("policy " + policy.name() + " is gone");
    }

    @Override
    public void label(String pod, Map<String, String> labels) {
        Live live = pods.get(pod);
        live.ask(labels);
        queue.at(time.now().plus(engine.delay()), () -> live.label(cluster.lastingLabels(labels)));
    }

    @Override
    public Optional<String> drift(String pod) {
        return pods.find(pod)
                .filter(live -> !live.labels().equals(live.asked()))
                .map(live -> "pod " + pod + " has the labels " + live.labels() + " instead of " + live.asked());
    }

    @Override
    public List<String> addresses(String namespace, String pod) {
        return pods.get(pod.substring(name("").length())).ips;
    }

    @Override
    public List<String> foreignPolicies(Collection<String> those) {
        return cluster.foreignPolicies();
    }

    @Override
    public void ask(Backend backend) {
        boolean alive = cluster.isListening(backend);
        queue.tell(new ProbeEvent.Answered(
                time.now().plusMillis(100),
                backend,
                alive ? Answer.LISTENING : Answer.SILENT,
                alive ? "accepted" : "connection refused"));
    }

    @Override
    public Optional<ProbeEvent> next(Instant until) {
        if (closed) {
            throw new IllegalStateException("the session is closed");
        }
        return queue.next(until, cluster::answer);
    }

    @Override
    public Instant now() {
        return time.now();
    }

    @Override
    public void close() {
        closed = true;
        namespaces.clear();
        engine.clear();
    }
}
