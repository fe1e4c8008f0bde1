package dev.netproof.plan;

import dev.netproof.model.Protocol;
import java.util.Optional;

/**
 * A listener that attempts aim at: where a control must show that somebody is alive.
 *
 * @param transport TCP, UDP or SCTP
 * @param pod the pod behind the address; empty outside the cluster
 */
public record Backend(String ip, int port, Protocol transport, Optional<TargetPod> pod) {
    /**
     * @param kubeletProbed whether the kubelet's own readiness probe connects to this very port
     * @param network whose address it has
     * @param readiness when the run began
     */
    public record TargetPod(
            String namespace,
            String name,
            String uid,
            int restarts,
            Optional<String> node,
            Optional<ClusterFacts.KubeletProbe> kubeletProbed,
            ClusterFacts.Network network,
            ClusterFacts.Readiness readiness) {
        /** A ready pod in the pod network. */
        public TargetPod(
                String namespace,
                String name,
                String uid,
                int restarts,
                Optional<String> node,
                Optional<ClusterFacts.KubeletProbe> kubeletProbed) {
            this(
                    namespace,
                    name,
                    uid,
                    restarts,
                    node,
                    kubeletProbed,
                    ClusterFacts.Network.POD,
                    ClusterFacts.Readiness.READY);
        }
    }

    /** What an attempt at an address aims at, where nothing more is known of it; empty for one by name. */
    public static Optional<Backend> at(Attempt attempt) {
        if (attempt instanceof Attempt.Connect connect) {
            return Optional.of(new Backend(connect.ip(), connect.port(), Protocol.TCP, Optional.empty()));
        }
        if (attempt instanceof Attempt.Http http) {
            return Optional.of(new Backend(http.ip(), http.port(), Protocol.TCP, Optional.empty()));
        }
        if (attempt instanceof Attempt.DnsQuery query) {
            return Optional.of(new Backend(query.ip(), query.port(), Protocol.UDP, Optional.empty()));
        }
        if (attempt instanceof Attempt.Udp udp) {
            return Optional.of(new Backend(udp.ip(), udp.port(), Protocol.UDP, Optional.empty()));
        }
        if (attempt instanceof Attempt.Sctp sctp) {
            return Optional.of(new Backend(sctp.ip(), sctp.port(), Protocol.SCTP, Optional.empty()));
        }
        return Optional.empty();
    }

    /** As a person writes it: {@code 10.244.1.7:8080}, {@code [fd00::7]:8080}. */
    public String endpoint() {
        return (ip.contains(":") ? "[" + ip + "]" : ip) + ":" + port;
    }

    /** Equal for the same listener, whichever Service or pod it was found by. */
    public String key() {
        return transport + " " + ip + " " + port;
    }
}
