package dev.netproof.cli;

import dev.netproof.kube.ClusterAccess;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** kubectl's flags that choose a cluster. */
final class ContextOptions {
    @Option(
            names = "--kubeconfig",
            paramLabel = "FILE",
            description = "Kubeconfig file; default: $KUBECONFIG, ~/.kube/config, or the pod's service account.")
    @Nullable Path kubeconfig;

    @Option(names = "--context", paramLabel = "NAME", description = "Kubeconfig context; default: the current context.")
    @Nullable String context;

    ClusterAccess access() {
        return ClusterAccess.find(Optional.ofNullable(kubeconfig), Optional.ofNullable(context));
    }
}
