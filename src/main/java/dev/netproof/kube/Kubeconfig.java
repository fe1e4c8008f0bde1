package dev.netproof.kube;

import dev.netproof.kube.Connection.Trust;
import dev.netproof.kube.Connection.Verification;
import dev.netproof.model.Similar;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.schema.FailsafeSchema;

/**
 * kubectl's configuration files, merged as kubectl merges them: of entries with the same name the first file's wins, and paths
 * are relative to the file that they stand in. Every scalar is read as text, so that a context called {@code on} is one.
 */
final class Kubeconfig {
    /** One named cluster, user or context, and the folder of its file. */
    private record Entry(Map<String, Object> fields, Path folder) {
        Optional<String> text(String key) {
            return Optional.ofNullable(fields.get(key)).flatMap(Kubeconfig::text);
        }

        Optional<Path> path(String key) {
            return text(key).map(folder::resolve);
        }

        Map<String, Object> map(String key) {
            return Kubeconfig.map(fields.get(key));
        }

        /** What the file has inline as Base64, or else in a file of its own. */
        Optional<String> pem(String key, String what) {
            Optional<String> data = text(key + "-data");
            if (data.isPresent()) {
                try {
                    return Optional.of(new String(Base64.getMimeDecoder().decode(data.get()), StandardCharsets.UTF_8));
                } catch (IllegalArgumentException e) {
                    throw new ClusterTrouble(key + "-data of " + what + " is not Base64", "repair the kubeconfig", e);
                }
            }
            return path(key).map(file -> readFile(file, key + " of " + what));
        }
    }

    private final List<Path> files;
    private final Map<String, Entry> clusters = new LinkedHashMap<>();
    private final Map<String, Entry> users = new LinkedHashMap<>();
    private final Map<String, Entry> contexts = new LinkedHashMap<>();
    private Optional<String> currentContext = Optional.empty();

    private Kubeconfig(List<Path> files) {
        this.files = List.copyOf(files);
    }

    /** Reads files that exist, the most important first. */
    static Kubeconfig read(List<Path> files) {
        Kubeconfig all = new Kubeconfig(files);
        for (Path file : files) {
            all.add(file);
        }
        return all;
    }

    private void add(Path file) {
        Object read;
        try {
            LoadSettings settings = LoadSettings.builder()
                    .setLabel(file.toString())
                    .setSchema(new FailsafeSchema())
                    .setAllowDuplicateKeys(true)
                    .build();
            read = new Load(settings).loadFromString(readFile(file, "the kubeconfig"));
        } catch (YamlEngineException e) {
            throw new ClusterTrouble(
                    "the kubeconfig " + file + " is not YAML: "
                            + String.valueOf(e.getMessage()).lines().findFirst().orElse(""),
                    "repair it, or choose another with --kubeconfig",
                    e);
        }
        Map<String, Object> root = map(read);
        Path folder = Optional.ofNullable(file.toAbsolutePath().getParent()).orElse(file.toAbsolutePath());
        collect(root, "clusters", "cluster", folder, clusters);
        collect(root, "users", "user", folder, users);
        collect(root, "contexts", "context", folder, contexts);
        if (currentContext.isEmpty()) {
            currentContext = Optional.ofNullable(root.get("current-context")).flatMap(Kubeconfig::text);
        }
    }

    private static void collect(
            Map<String, Object> root, String list, String one, Path folder, Map<String, Entry> into) {
        for (Object item : list(root.get(list))) {
            Map<String, Object> named = map(item);
            Optional.ofNullable(named.get("name"))
                    .flatMap(Kubeconfig::text)
                    .ifPresent(name -> into.putIfAbsent(name, new Entry(map(named.get(one)), folder)));
        }
    }

    /** Whether there is anything in it at all. */
    boolean isEmpty() {
        return contexts.isEmpty() && currentContext.isEmpty();
    }

    /** Resolves this context, or else the current one. */
    Connection connection(Optional<String> wanted, Map<String, String> environment, Clock clock) {
        String name = wanted.or(() -> currentContext)
                .orElseThrow(() -> new ClusterTrouble(
                        "the kubeconfig " + named() + " has no current context",
                        "choose one with --context" + known(contexts)));
        Entry context = contexts.get(name);
        if (context == null) {
            throw new ClusterTrouble(
                    "there is no context \"" + name + "\" in the kubeconfig " + named(),
                    (wanted.isPresent() ? "" : "it is the current-context; ")
                            + Similar.among(contexts.keySet(), name)
                                    .map(meant -> "did you mean \"" + meant + "\"? ")
                                    .orElse("")
                            + "choose one with --context" + known(contexts));
        }
        String clusterName = context.text("cluster").orElse("");
        Entry cluster = clusters.get(clusterName);
        if (cluster == null) {
            throw new ClusterTrouble(
                    "context \"" + name + "\" names the cluster \"" + clusterName + "\", which the kubeconfig "
                            + named() + " does not have",
                    "repair the kubeconfig, or choose another context with --context" + known(contexts));
        }
        String userName = context.text("user").orElse("");
        Entry user = users.get(userName);
        if (user == null && !userName.isEmpty()) {
            throw new ClusterTrouble(
                    "context \"" + name + "\" names the user \"" + userName + "\", which the kubeconfig " + named()
                            + " does not have",
                    "repair the kubeconfig, or choose another context with --context" + known(contexts));
        }
        Entry who = user == null ? new Entry(Map.of(), Path.of("")) : user;
        URI server = server(cluster, clusterName);
        Trust trust = new Trust(
                cluster.pem("certificate-authority", "cluster " + clusterName),
                cluster.text("insecure-skip-tls-verify").orElse("false").equals("true")
                        ? Verification.NONE
                        : Verification.FULL,
                cluster.text("tls-server-name"));
        return new Connection(
                name,
                server,
                context.text("namespace").orElse("default"),
                userName,
                trust,
                Proxies.find(server, cluster.text("proxy-url"), environment),
                credentials(who, userName, cluster, server, clock),
                impersonation(who));
    }

    private static URI server(Entry cluster, String name) {
        String server = cluster.text("server")
                .orElseThrow(() -> new ClusterTrouble(
                        "the cluster \"" + name + "\" has no server in the kubeconfig", "add its URL as server:"));
        try {
            URI uri = new URI(server.contains("://") ? server : "https://" + server);
            if (uri.getHost() == null) {
                throw new URISyntaxException(server, "it has no host");
            }
            return uri;
        } catch (URISyntaxException e) {
            throw new ClusterTrouble(
                    "the server of cluster \"" + name + "\" is no URL: " + server,
                    "write it as https://host:port in the kubeconfig",
                    e);
        }
    }

    private static Credentials credentials(Entry user, String name, Entry cluster, URI server, Clock clock) {
        String what = "user " + name;
        Optional<ClientCertificate> certificate = user.pem("client-certificate", what)
                .map(pem -> ClientCertificate.of(
                        pem,
                        // One file may hold both.
                        user.pem("client-key", what).orElse(pem),
                        what));
        Optional<Path> tokenFile = user.path("tokenFile");
        if (tokenFile.isPresent()) {
            return FixedCredentials.tokenFile(tokenFile.get(), certificate);
        }
        Optional<String> token = user.text("token").or(() -> {
            Map<String, Object> provider = map(user.map("auth-provider").get("config"));
            return Optional.ofNullable(provider.getOrDefault("id-token", provider.get("access-token")))
                    .flatMap(Kubeconfig::text);
        });
        if (token.isPresent()) {
            return FixedCredentials.of(token.map(value -> "Bearer " + value), certificate);
        }
        if (user.text("username").isPresent()) {
            String pair =
                    user.text("username").get() + ":" + user.text("password").orElse("");
            return FixedCredentials.of(
                    Optional.of("Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8))),
                    certificate);
        }
        Map<String, Object> exec = user.map("exec");
        if (exec.isEmpty()) {
            return FixedCredentials.of(Optional.empty(), certificate);
        }
        return new ExecPlugin(exec(user, name, new Entry(exec, user.folder()), cluster, server), clock);
    }

    private static ExecPlugin.Settings exec(Entry user, String name, Entry exec, Entry cluster, URI server) {
        Map<String, String> environment = new HashMap<>();
        for (Object variable : list(exec.fields().get("env"))) {
            Entry pair = new Entry(map(variable), user.folder());
            pair.text("name")
                    .ifPresent(key -> environment.put(key, pair.text("value").orElse("")));
        }
        Optional<Map<String, Object>> told = Optional.empty();
        if (exec.text("provideClusterInfo").orElse("false").equals("true")) {
            Map<String, Object> info = new TreeMap<>();
            info.put("server", server.toString());
            cluster.pem("certificate-authority", "the cluster")
                    .ifPresent(pem -> info.put(
                            "certificate-authority-data",
                            Base64.getEncoder().encodeToString(pem.getBytes(StandardCharsets.UTF_8))));
            cluster.text("tls-server-name").ifPresent(value -> info.put("tls-server-name", value));
            cluster.text("proxy-url").ifPresent(value -> info.put("proxy-url", value));
            cluster.text("insecure-skip-tls-verify")
                    .ifPresent(value -> info.put("insecure-skip-tls-verify", value.equals("true")));
            told = Optional.of(info);
        }
        return new ExecPlugin.Settings(
                name,
                exec.text("apiVersion").orElse("client.authentication.k8s.io/v1"),
                exec.text("command")
                        .orElseThrow(() -> new ClusterTrouble(
                                "the exec section of user " + name + " has no command", "repair the kubeconfig")),
                list(exec.fields().get("args")).stream().map(String::valueOf).toList(),
                environment,
                exec.text("installHint"),
                user.folder(),
                told);
    }

    private static Map<String, List<String>> impersonation(Entry user) {
        Map<String, List<String>> headers = new HashMap<>();
        user.text("as").ifPresent(as -> headers.put("Impersonate-User", List.of(as)));
        user.text("as-uid").ifPresent(uid -> headers.put("Impersonate-Uid", List.of(uid)));
        List<String> groups = list(user.fields().get("as-groups")).stream()
                .map(String::valueOf)
                .toList();
        if (!groups.isEmpty()) {
            headers.put("Impersonate-Group", groups);
        }
        user.map("as-user-extra")
                .forEach((key, values) -> headers.put(
                        "Impersonate-Extra-" + key,
                        list(values).stream().map(String::valueOf).toList()));
        return headers;
    }

    private String named() {
        return String.join(", ", files.stream().map(Path::toString).toList());
    }

    private static String known(Map<String, Entry> contexts) {
        return contexts.isEmpty() ? "" : "; there is " + String.join(", ", contexts.keySet());
    }

    private static String readFile(Path file, String what) {
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            String why = Files.exists(file) ? "cannot be read" : "does not exist";
            throw new ClusterTrouble(
                    what + ", " + file + ", " + why, "check the path and that it may be read by this user", e);
        }
    }

    private static Map<String, Object> map(@org.jspecify.annotations.Nullable Object node) {
        Map<String, Object> result = new LinkedHashMap<>();
        if (node instanceof Map<?, ?> raw) {
            raw.forEach((key, value) -> {
                if (value != null) {
                    result.put(String.valueOf(key), value);
                }
            });
        }
        return result;
    }

    private static List<Object> list(@org.jspecify.annotations.Nullable Object node) {
        return node instanceof List<?> raw ? new ArrayList<>(raw) : List.of();
    }

    private static Optional<String> text(Object node) {
        return node instanceof String text && !text.isEmpty() && !text.equals("null") && !text.equals("~")
                ? Optional.of(text)
                : Optional.empty();
    }
}
