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
     */
    public record TargetPod(
            String namespace,
            String name,
            String uid,
            int restarts,
            Optional<String> node,
            Optional<ClusterFacts.KubeletProbe> kubeletProbed) {}

    /** Equal for the same listener, whoever describes it. */
    public String key() {
        return transport + " " + ip + " " + port;
    }
}
