package dev.netproof.kube;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The way to a cluster, found as kubectl finds it: the file that {@code --kubeconfig} names, else those in {@code $KUBECONFIG},
 * else {@code ~/.kube/config}, else the service account of the pod that this runs in. Nothing is guessed beyond that.
 */
public final class ClusterAccess {
    private static final Path SERVICE_ACCOUNT = Path.of("/var/run/secrets/kubernetes.io/serviceaccount");

    private final Connection connection;

    private ClusterAccess(Connection connection) {
        this.connection = connection;
    }

    /**
     * @param kubeconfig kubectl's {@code --kubeconfig}
     * @param context kubectl's {@code --context}
     * @throws ClusterTrouble when there is no way, or not the one asked for; says what was looked for
     */
    public static ClusterAccess find(Optional<Path> kubeconfig, Optional<String> context) {
        return new ClusterAccess(find(
                kubeconfig,
                context,
                System.getenv(),
                Path.of(System.getProperty("user.home")),
                SERVICE_ACCOUNT,
                Clock.systemUTC()));
    }

    static Connection find(
            Optional<Path> kubeconfig,
            Optional<String> context,
            Map<String, String> environment,
            Path home,
            Path serviceAccount,
            Clock clock) {
        List<Path> wanted = new ArrayList<>();
        Optional<String> variable =
                Optional.ofNullable(environment.get("KUBECONFIG")).filter(value -> !value.isBlank());
        Path usual = home.resolve(".kube").resolve("config");
        if (kubeconfig.isPresent()) {
            wanted.add(kubeconfig.get());
        } else if (variable.isPresent()) {
            Arrays.stream(variable.get().split(java.util.regex.Pattern.quote(java.io.File.pathSeparator)))
                    .filter(path -> !path.isBlank())
                    .distinct()
                    .map(Path::of)
                    .forEach(wanted::add);
        } else {
            wanted.add(usual);
        }
        // kubectl passes over files that are missing, but not over the one that a flag names.
        List<Path> present = kubeconfig.isPresent()
                ? wanted
                : wanted.stream().filter(Files::exists).toList();
        if (!present.isEmpty()) {
            Kubeconfig config = Kubeconfig.read(present);
            if (!config.isEmpty() || kubeconfig.isPresent() || context.isPresent()) {
                return config.connection(context, environment, clock);
            }
        }
        Optional<Connection> inside = kubeconfig.isPresent() || context.isPresent() || variable.isPresent()
                ? Optional.empty()
                : inCluster(environment, serviceAccount);
        return inside.orElseThrow(() -> new ClusterTrouble(
                "no cluster found: "
                        + variable.map(value ->
                                        "$KUBECONFIG is " + Redaction.path(value) + ", and no file there has a context")
                                .orElse("there is no --kubeconfig, no $KUBECONFIG, no context in " + usual
                                        + ", and this is not a pod with a service account"),
                "set --kubeconfig or KUBECONFIG to the path of a kubeconfig file (not to its content)"));
    }

    private static Optional<Connection> inCluster(Map<String, String> environment, Path mount) {
        String host = environment.getOrDefault("KUBERNETES_SERVICE_HOST", "");
        String port = environment.getOrDefault("KUBERNETES_SERVICE_PORT", "443");
        Path token = mount.resolve("token");
        if (host.isEmpty() || !Files.exists(token)) {
            return Optional.empty();
        }
        String literal = host.contains(":") ? "[" + host + "]" : host;
        return Optional.of(new Connection(
                Connection.IN_CLUSTER,
                URI.create("https://" + literal + ":" + port),
                read(mount.resolve("namespace")).map(String::strip).orElse("default"),
                "the pod's service account",
                new Connection.Trust(read(mount.resolve("ca.crt")), Connection.Verification.FULL, Optional.empty()),
                Optional.empty(),
                FixedCredentials.tokenFile(token, "the pod's service account", Optional.empty()),
                Map.of()));
    }

    private static Optional<String> read(Path file) {
        try {
            return Files.exists(file) ? Optional.of(Files.readString(file)) : Optional.empty();
        } catch (IOException e) {
            throw new ClusterTrouble(
                    file + " cannot be read", "mount the service account so that this user may read it", e);
        }
    }

    /** The kubeconfig's context, or "in-cluster". */
    public String context() {
        return connection.context();
    }

    /** The API server's URL. */
    public String server() {
        return connection.server().toString();
    }

    /** The namespace that the context defaults to. */
    public String namespace() {
        return connection.namespace();
    }

    /** A cluster that is not contacted before it is asked something. */
    public Cluster connect(PayloadSource payloads, Clock clock) {
        return new Fabric8Cluster(new ApiServer(connection, clock), payloads, clock);
    }
}
