package dev.netproof.cli;

import dev.netproof.kube.Cluster;
import dev.netproof.kube.ClusterAccess;
import dev.netproof.probe.ProbeScript;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** kubectl's own flags for which cluster is meant. */
final class ClusterOptions {
    @Option(
            names = "--kubeconfig",
            paramLabel = "FILE",
            description = "Kubeconfig to use; default: $KUBECONFIG, ~/.kube/config, or the pod's own service account.")
    @Nullable Path kubeconfig;

    @Option(
            names = "--context",
            paramLabel = "NAME",
            description = "Context of the kubeconfig to use; default: its current one.")
    @Nullable String context;

    @Option(
            names = {"-n", "--namespace"},
            paramLabel = "NAMESPACE",
            description = "Namespace where a matrix names none; default: the context's.")
    @Nullable String namespace;

    ClusterAccess access() {
        return ClusterAccess.find(Optional.ofNullable(kubeconfig), Optional.ofNullable(context));
    }

    static Cluster connect(ClusterAccess access) {
        return access.connect(
                (probe, session) ->
                        ProbeScript.payload(probe, session.nonce(), session.connectTimeout(), session.pace()),
                Clock.systemUTC());
    }
}
