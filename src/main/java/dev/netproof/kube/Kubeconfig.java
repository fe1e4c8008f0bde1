package dev.netproof.kube;

import dev.netproof.kube.Connection.Trust;
import dev.netproof.kube.Connection.Verification;
import dev.netproof.model.Similar;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.schema.FailsafeSchema;

/**
 * kubectl's configuration files, merged as kubectl merges them: of entries with the same name the first file's wins, and paths
 * are relative to the file that they stand in. Every scalar is read as text, so that a context called {@code on} is one.
 */
final class Kubeconfig {
    /** One named cluster, user or context, and its file. */
    private record Entry(Map<String, Object> fields, Path file) {
        /** What its paths are relative to. */
        Path folder() {
            return Optional.ofNullable(file.toAbsolutePath().getParent()).orElse(file.toAbsolutePath());
        }

        String in() {
            return " in the kubeconfig " + Redaction.path(file.toString());
        }

        Optional<String> text(String key) {
            return Optional.ofNullable(fields.get(key)).flatMap(Kubeconfig::text);
        }

        Optional<Path> path(String key) {
            return text(key).map(path -> {
                try {
                    return folder().resolve(path);
                } catch (InvalidPathException e) {
                    throw ClusterTrouble.withoutCause(key + in() + " is not a path", "repair the kubeconfig");
                }
            });
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
                    throw ClusterTrouble.withoutCause(
                            key + "-data of " + what + in() + " is not Base64", "repair the kubeconfig");
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
            // Where, and no more: the parser's words quote the line, which may hold a token.
            throw ClusterTrouble.withoutCause(
                    "the kubeconfig " + Redaction.path(file.toString()) + " is not YAML" + place(e),
                    "repair it, or choose another with --kubeconfig");
        }
        Map<String, Object> root = map(read);
        collect(root, "clusters", "cluster", file, clusters);
        collect(root, "users", "user", file, users);
        collect(root, "contexts", "context", file, contexts);
        if (currentContext.isEmpty()) {
            currentContext = Optional.ofNullable(root.get("current-context")).flatMap(Kubeconfig::text);
        }
    }

    private static String place(YamlEngineException notYaml) {
        return Optional.of(notYaml)
                .filter(MarkedYamlEngineException.class::isInstance)
                .flatMap(marked -> ((MarkedYamlEngineException) marked).getProblemMark())
                .map(mark -> " (line " + (mark.getLine() + 1) + ", column " + (mark.getColumn() + 1) + ")")
                .orElse("");
    }

    private static void collect(Map<String, Object> root, String list, String one, Path file, Map<String, Entry> into) {
        for (Object item : list(root.get(list))) {
            Map<String, Object> named = map(item);
            Optional.ofNullable(named.get("name"))
                    .flatMap(Kubeconfig::text)
                    .ifPresent(name -> into.putIfAbsent(name, new Entry(map(named.get(one)), file)));
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
        Entry who = user == null ? new Entry(Map.of(), cluster.file()) : user;
        URI url = url(cluster, clusterName);
        URI server = bare(url);
        Trust trust = new Trust(
                cluster.pem("certificate-authority", "cluster " + clusterName),
                cluster.text("insecure-skip-tls-verify").orElse("false").equals("true")
                        ? Verification.NONE
                        : Verification.FULL,
                cluster.text("tls-server-name"));
        if (trust.verification() == Verification.NONE && trust.authorities().isPresent()) {
            throw new ClusterTrouble(
                    "cluster \"" + clusterName + "\"" + cluster.in()
                            + " has both insecure-skip-tls-verify and a certificate-authority",
                    "remove insecure-skip-tls-verify, so that the server is checked by its authority");
        }
        return new Connection(
                name,
                server,
                context.text("namespace").orElse("default"),
                userName,
                trust,
                Proxies.find(server, cluster.text("proxy-url"), environment),
                credentials(who, userName, cluster, url, clock),
                impersonation(who, userName));
    }

    /** Without who signs in there, which is nobody's business, and without what kubectl does not send either. */
    private static URI bare(URI url) {
        try {
            return new URI(url.getScheme(), null, url.getHost(), url.getPort(), url.getPath(), null, null);
        } catch (URISyntaxException e) {
            throw new IllegalStateException("a URL without some of its parts is one", e);
        }
    }

    private static URI url(Entry cluster, String name) {
        String server = cluster.text("server")
                .orElseThrow(() -> new ClusterTrouble(
                        "the cluster \"" + name + "\" has no server in the kubeconfig", "add its URL as server:"));
        try {
            URI uri = new URI(server.contains("://") ? server : "https://" + server);
            if (uri.getHost() == null) {
                throw new URISyntaxException("", "it has no host");
            }
            return uri;
        } catch (URISyntaxException e) {
            // Neither the text nor the parser's words for it: there may be a password in it.
            throw ClusterTrouble.withoutCause(
                    "the server of cluster \"" + name + "\"" + cluster.in() + " is not a URL",
                    "write it as https://host:port");
        }
    }

    /** @param url the server's, with who signs in there, if that is written in it */
    private static Credentials credentials(Entry user, String name, Entry cluster, URI url, Clock clock) {
        String what = "user " + name;
        Optional<ClientCertificate> certificate = user.pem("client-certificate", what)
                .map(pem -> ClientCertificate.of(
                        pem,
                        // One file may hold both.
                        user.pem("client-key", what).orElse(pem),
                        what));
        Optional<Path> tokenFile = user.path("tokenFile");
        if (tokenFile.isPresent()) {
            return FixedCredentials.tokenFile(tokenFile.get(), what, certificate);
        }
        Optional<String> token = user.text("token").or(() -> {
            Map<String, Object> provider = map(user.map("auth-provider").get("config"));
            return Optional.ofNullable(provider.getOrDefault("id-token", provider.get("access-token")))
                    .flatMap(Kubeconfig::text);
        });
        if (token.isPresent()) {
            String where = "the token of " + what + user.in();
            return FixedCredentials.of(token.map(value -> Tokens.header(value, where)), certificate);
        }
        if (user.text("username").isPresent()) {
            return FixedCredentials.basic(
                    user.text("username").get() + ":" + user.text("password").orElse(""), certificate);
        }
        Map<String, Object> exec = user.map("exec");
        if (!exec.isEmpty()) {
            return new ExecPlugin(exec(user, name, new Entry(exec, user.file()), cluster, bare(url)), clock);
        }
        return url.getUserInfo() == null
                ? FixedCredentials.of(Optional.empty(), certificate)
                : FixedCredentials.basic(url.getUserInfo(), certificate);
    }

    private static ExecPlugin.Settings exec(Entry user, String name, Entry exec, Entry cluster, URI server) {
        Map<String, String> environment = new HashMap<>();
        for (Object variable : list(exec.fields().get("env"))) {
            Entry pair = new Entry(map(variable), user.file());
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

    private static Map<String, List<String>> impersonation(Entry user, String name) {
        Map<String, List<String>> headers = new HashMap<>();
        user.text("as").ifPresent(as -> headers.put("Impersonate-User", List.of(header(as, "as", user, name))));
        user.text("as-uid")
                .ifPresent(uid -> headers.put("Impersonate-Uid", List.of(header(uid, "as-uid", user, name))));
        List<String> groups = list(user.fields().get("as-groups")).stream()
                .map(group -> header(String.valueOf(group), "as-groups", user, name))
                .toList();
        if (!groups.isEmpty()) {
            headers.put("Impersonate-Group", groups);
        }
        user.map("as-user-extra")
                .forEach((key, values) -> headers.put(
                        "Impersonate-Extra-" + escaped(key),
                        list(values).stream()
                                .map(value -> header(String.valueOf(value), "as-user-extra", user, name))
                                .peek(Redaction::conceal)
                                .toList()));
        return headers;
    }

    /** What a header can carry: the HTTP client would say the value in its own error. */
    private static String header(String value, String key, Entry user, String name) {
        if (value.chars().anyMatch(character -> character < ' ' || character > '~')) {
            throw new ClusterTrouble(
                    key + " of user " + name + user.in() + " has a character in it that no HTTP header can carry",
                    "write it in ASCII, on one line");
        }
        return value;
    }

    /** As kubectl does: of a header's name only what HTTP allows there stays as it is. */
    private static String escaped(String key) {
        StringBuilder escaped = new StringBuilder();
        for (byte one : key.getBytes(StandardCharsets.UTF_8)) {
            char character = (char) Byte.toUnsignedInt(one);
            boolean stays = character < 0x80
                    && (Character.isLetterOrDigit(character) || "!#$&'*+-.^_`|~".indexOf(character) >= 0);
            escaped.append(stays ? character : String.format(Locale.ROOT, "%%%02x", (int) character));
        }
        return escaped.toString();
    }

    private String named() {
        return String.join(
                ", ",
                files.stream().map(file -> Redaction.path(file.toString())).toList());
    }

    private static String known(Map<String, Entry> contexts) {
        return contexts.isEmpty() ? "" : "; there is " + String.join(", ", contexts.keySet());
    }

    private static String readFile(Path file, String what) {
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            String why = Files.exists(file) ? "cannot be read" : "does not exist";
            throw ClusterTrouble.withoutCause(
                    what + ", " + Redaction.path(file.toString()) + ", " + why,
                    "check the path and that it may be read by this user");
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
