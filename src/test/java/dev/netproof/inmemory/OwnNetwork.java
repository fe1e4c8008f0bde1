package dev.netproof.inmemory;

import dev.netproof.inmemory.Engine.Fault;
import dev.netproof.inmemory.Engine.Freedom;
import dev.netproof.model.Enforcement.Direction;
import dev.netproof.model.Family;
import dev.netproof.model.Outcome;
import dev.netproof.model.Protocol;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/** The network between netproof's own pods: what becomes of one connection, by routes, losses and the engine. */
final class OwnNetwork {
    private final Pods pods;
    private final Engine engine;
    /** Families of which nothing gets from node to node, policy or not. */
    private final Set<Family> unrouted = EnumSet.noneOf(Family.class);

    private final Set<String> brokenWays = new HashSet<>();
    private Outcome manner = Outcome.TIMEOUT;
    private double loss;
    private Random random = new Random(1);
    private boolean hairpins = true;
    private boolean targetsShut;
    private boolean sctp;

    OwnNetwork(Pods pods, Engine engine) {
        this.pods = pods;
        this.engine = engine;
    }

    void withoutRoutes(Family family) {
        unrouted.add(family);
    }

    void withoutWay(String from, String to) {
        brokenWays.add(from + " " + to);
    }

    void denies(Outcome how) {
        manner = how;
    }

    void loses(double share, long seed) {
        loss = share;
        random = new Random(seed);
    }

    void withoutHairpins() {
        hairpins = false;
    }

    /** Something denies every connection to a target, whatever netproof's policies say. */
    void shutTargets() {
        targetsShut = true;
    }

    void speaksSctp() {
        sctp = true;
    }

    Outcome outcome(Live from, String ip, int port, Protocol protocol) {
        if (protocol == Protocol.SCTP && !sctp) {
            return Outcome.PROBE_ERROR;
        }
        Optional<Pods.Far> found = pods.at(ip, port);
        if (found.isEmpty()) {
            return Outcome.REFUSED;
        }
        Live to = found.get().pod();
        if (from == to && !hairpins) {
            return Outcome.TIMEOUT;
        }
        if (random.nextDouble() < loss || brokenWays.contains(from.node + " " + to.node)) {
            return Outcome.TIMEOUT;
        }
        if (unrouted.contains(Family.of(ip)) && !from.node.equals(to.node)) {
            return Outcome.UNREACHABLE;
        }
        if (targetsShut && to.id.startsWith("t-")) {
            return manner;
        }
        Optional<String> own = to.like(ip);
        if (own.isEmpty() || from.like(ip).isEmpty()) {
            return Outcome.UNREACHABLE;
        }
        if (!isFree(from, to) && isStopped(from, found.get(), own.get(), ip, port, protocol)) {
            return manner;
        }
        if (to.isDead()) {
            return Outcome.TIMEOUT;
        }
        return to.listensAt(own.get(), found.get().port(), protocol) ? Outcome.CONNECTED : Outcome.REFUSED;
    }

    /** Whether the engine lets a connection through that the specification leaves to it. */
    private boolean isFree(Live from, Live to) {
        return from == to && engine.takesAlready(Freedom.HAIRPIN)
                || from.isInNodeNetwork() && engine.takesAlready(Freedom.HOST_NETWORK);
    }

    /**
     * @param own the pod's own address
     * @param ip the address that was connected to, which may be a Service's
     */
    private boolean isStopped(Live from, Pods.Far far, String own, String ip, int port, Protocol protocol) {
        return stopsLeaving(from, far, own, ip, port, protocol)
                || engine.stops(Direction.INGRESS, from, far.pod(), own, far.port(), protocol);
    }

    private boolean stopsLeaving(Live from, Pods.Far far, String own, String ip, int port, Protocol protocol) {
        boolean stopped = engine.stops(Direction.EGRESS, from, far.pod(), own, far.port(), protocol);
        if (far.service().isEmpty()) {
            return stopped;
        }
        Live service = new Live("service", "", far.pod().node, List.of(ip), Map.of(), List.of());
        if (engine.is(Fault.SERVICES_BEFORE_TRANSLATION)) {
            return engine.stops(Direction.EGRESS, from, service, ip, port, protocol);
        }
        boolean opened = engine.takesAlready(Freedom.SERVICE_ADDRESS)
                && !engine.stops(Direction.EGRESS, from, service, ip, port, protocol);
        return stopped && !opened;
    }

    /** Whether the kubelet of its node gets through to a pod. */
    boolean letsKubeletTo(Live pod) {
        Live kubelet = new Live("kubelet", "", pod.node, List.of("192.0.2.1", "fd01::1"), Map.of(), List.of());
        int port = pod.ports.get(0).number();
        boolean stopped = engine.takesAlready(Freedom.NO_KUBELET)
                && engine.stops(Direction.INGRESS, kubelet, pod, pod.ips.get(0), port, Protocol.TCP);
        return !stopped && !pod.isDead();
    }

    /** Whether a connection goes on that was there before a policy denied it. */
    boolean keepsEstablished() {
        return !engine.takesAlready(Freedom.NO_ESTABLISHED);
    }
}
