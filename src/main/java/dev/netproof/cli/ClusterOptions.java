package dev.netproof.cli;

import dev.netproof.kube.Cluster;
import dev.netproof.kube.ClusterAccess;
import dev.netproof.probe.ProbeScript;
import java.time.Clock;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** kubectl's flags that choose a cluster and a namespace. */
final class ClusterOptions {
    @Mixin
    ContextOptions contexts = new ContextOptions();

    @Option(
            names = {"-n", "--namespace"},
            paramLabel = "NAMESPACE",
            description = "Namespace for references that name none; default: the context's namespace.")
    @Nullable String namespace;

    ClusterAccess access() {
        return contexts.access();
    }

    static Cluster connect(ClusterAccess access) {
        return access.connect(
                (probe, session) ->
                        ProbeScript.payload(probe, session.nonce(), session.connectTimeout(), session.pace()),
                Clock.systemUTC());
    }
}
