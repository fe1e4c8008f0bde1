package dev.netproof.inmemory;

import dev.netproof.model.Enforcement.Direction;
import dev.netproof.model.Family;
import dev.netproof.model.Protocol;
import dev.netproof.plan.PolicyManifest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The policy engine of every node. It knows the specification and applies it to what enters and leaves its node's pods; what it does
 * otherwise is a test's own wish.
 */
public final class Engine {
    private final VirtualTime time;
    private Works works = (node, direction, since) -> true;
    private Sight sight = (node, direction, family) -> true;
    private Reach reach = Reach.OWN_PODS;
    private Specification specification = Specification.AS_WRITTEN;
    private Duration delay = Duration.ofMillis(300);
    private Duration blind = Duration.ZERO;
    private final Set<Fault> faults = EnumSet.noneOf(Fault.class);
    private final Set<Freedom> freedoms = EnumSet.noneOf(Freedom.class);
    private final Map<String, PolicyManifest> policies = new LinkedHashMap<>();
    private final List<Stored> history = new ArrayList<>();
    private final List<PolicyManifest> everStored = new ArrayList<>();

    Engine(VirtualTime time) {
        this.time = time;
    }

    /** Whether a node's engine looks at packets, in one direction, at a moment. */
    public interface Works {
        boolean works(String node, Direction direction, Duration since);
    }

    /** Whether a node's engine looks at packets of a family of addresses. */
    public interface Sight {
        boolean sees(String node, Direction direction, Family family);
    }

    /** Which packets a node's engine judges by which policies. */
    public enum Reach {
        /** Ingress where the target is, egress where the source is. */
        OWN_PODS,
        /** Both directions of whatever passes: a connection between nodes is judged twice. */
        EVERYTHING_THAT_PASSES
    }

    /** What an engine gets wrong that is no matter of what a policy means. */
    public enum Fault {
        /** It judges a connection to a Service by the Service's address, and knows no pod behind it. */
        SERVICES_BEFORE_TRANSLATION,
        /** It goes on with a policy as it was first stored. */
        UPDATES_OVERLOOKED
    }

    /** What the specification leaves open, and this engine does only where a test wishes it. */
    public enum Freedom {
        /** A rule that names the address of a Service opens it. */
        SERVICE_ADDRESS,
        /** A pod may reach itself. */
        HAIRPIN,
        /** Pods in their node's network may reach all. */
        HOST_NETWORK,
        /** The kubelet may not reach its pods. */
        NO_KUBELET,
        /** A connection from before a policy ends with it. */
        NO_ESTABLISHED
    }

    /** A policy with the time in which it is in effect. */
    private record Stored(PolicyManifest manifest, Instant from, Instant until) {}

    void works(Works other) {
        works = other;
    }

    void sees(Sight other) {
        sight = other;
    }

    void reaches(Reach other) {
        reach = other;
    }

    void takesPoliciesToMean(Specification other) {
        specification = other;
    }

    void delay(Duration other) {
        delay = other;
    }

    Duration delay() {
        return delay;
    }

    void isBlindFor(Duration other) {
        blind = other;
    }

    void has(Fault fault) {
        faults.add(fault);
    }

    boolean is(Fault fault) {
        return faults.contains(fault);
    }

    void takes(Freedom freedom) {
        freedoms.add(freedom);
    }

    boolean takesAlready(Freedom freedom) {
        return freedoms.contains(freedom);
    }

    /** The names of all policies that were ever stored, in order. */
    List<String> applied() {
        return everStored.stream().map(PolicyManifest::name).toList();
    }

    /** All policies that were ever stored, in order. */
    List<PolicyManifest> everStored() {
        return everStored;
    }

    void apply(PolicyManifest policy) {
        everStored.add(policy);
        boolean known = policies.put(policy.name(), policy) != null;
        if (known && faults.contains(Fault.UPDATES_OVERLOOKED)) {
            return;
        }
        end(policy);
        history.add(new Stored(policy, time.now().plus(delay), Instant.MAX));
    }

    void remove(PolicyManifest policy) {
        end(policy);
        policies.remove(policy.name());
    }

    private void end(PolicyManifest policy) {
        history.replaceAll(one ->
                one.manifest().name().equals(policy.name()) && one.until().equals(Instant.MAX)
                        ? new Stored(one.manifest(), one.from(), time.now().plus(delay))
                        : one);
    }

    /** Removes the policies whose names end so; they are without effect at once. */
    void withdraw(String end) {
        policies.keySet().removeIf(name -> name.endsWith(end));
        history.removeIf(one -> one.manifest().name().endsWith(end));
    }

    boolean stores(PolicyManifest policy) {
        return policy.equals(policies.get(policy.name()));
    }

    void clear() {
        policies.clear();
    }

    boolean storesNothing() {
        return policies.isEmpty();
    }

    /** Whether the engine of a pod's node stops what enters or leaves that pod. */
    boolean stops(Direction direction, Live from, Live to, String ip, int port, Protocol protocol) {
        Live subject = direction == Direction.INGRESS ? to : from;
        boolean looked = reach == Reach.EVERYTHING_THAT_PASSES
                ? looks(from.node, direction, ip) || looks(to.node, direction, ip)
                : looks(subject.node, direction, ip);
        if (!looked) {
            return false;
        }
        Instant now = time.now();
        if (!subject.running().equals(Instant.MIN)
                && now.isBefore(subject.running().plus(blind))) {
            return false;
        }
        List<PolicyManifest> inEffect = history.stream()
                .filter(one -> !now.isBefore(one.from()) && now.isBefore(one.until()))
                .map(Stored::manifest)
                .toList();
        return !specification.lets(inEffect, direction, from, to, ip, port, protocol);
    }

    private boolean looks(String node, Direction direction, String ip) {
        return works.works(node, direction, time.elapsed()) && sight.sees(node, direction, Family.of(ip));
    }
}
