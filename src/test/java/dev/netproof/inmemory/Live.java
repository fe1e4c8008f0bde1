package dev.netproof.inmemory;

import dev.netproof.model.Family;
import dev.netproof.model.Protocol;
import dev.netproof.plan.ClusterFacts.ContainerPort;
import dev.netproof.plan.ClusterFacts.Network;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A pod of netproof's own as the network knows it. */
public final class Live {
    final String id;
    final String namespace;
    final String node;
    final List<String> ips;
    final List<ContainerPort> ports;

    /** As it was created with them. */
    private final Map<String, String> born;

    private Map<String, String> labels;
    private Map<String, String> asked;
    private Set<Family> listening = Set.of(Family.values());
    private Network network = Network.POD;
    private Instant running = Instant.MIN;
    private boolean dead;

    Live(
            String id,
            String namespace,
            String node,
            List<String> ips,
            Map<String, String> labels,
            List<ContainerPort> ports) {
        this.id = id;
        this.namespace = namespace;
        this.node = node;
        this.ips = List.copyOf(ips);
        this.ports = List.copyOf(ports);
        this.born = labels;
        this.labels = labels;
        this.asked = labels;
    }

    /** The labels that it has now. */
    public Map<String, String> labels() {
        return labels;
    }

    /** The labels that it was created with. */
    public Map<String, String> born() {
        return born;
    }

    /** The labels that it was last asked to have. */
    Map<String, String> asked() {
        return asked;
    }

    void ask(Map<String, String> other) {
        asked = other;
    }

    void label(Map<String, String> other) {
        labels = other;
    }

    /** It answers at addresses of these families alone. */
    void listenOver(Set<Family> families) {
        listening = Set.copyOf(families);
    }

    void run(Instant since, Network where) {
        running = since;
        network = where;
    }

    /** Since when its container runs; of servers that is not known. */
    Instant running() {
        return running;
    }

    boolean isInNodeNetwork() {
        return network == Network.NODE;
    }

    void die() {
        dead = true;
    }

    void revive() {
        dead = false;
    }

    boolean isDead() {
        return dead;
    }

    boolean listensAt(String ip, int port, Protocol protocol) {
        return listening.contains(Family.of(ip))
                && ports.stream().anyMatch(one -> one.number() == port && one.protocol() == protocol);
    }

    /** Its address of the same family as another one. */
    Optional<String> like(String other) {
        return ips.stream().filter(ip -> Family.of(ip) == Family.of(other)).findFirst();
    }
}
