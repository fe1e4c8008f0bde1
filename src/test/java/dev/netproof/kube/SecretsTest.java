package dev.netproof.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpServer;
import dev.netproof.model.ClusterIdentity;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever goes wrong with a kubeconfig, nothing that netproof says holds a secret of it. */
@Timeout(60)
final class SecretsTest {
    private static final String SECRET = "sWordfish-0815";

    @TempDir
    private Path folder;

    private Path write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private Path config(String server, String user) throws IOException {
        return config("{server: \"" + server + "\"}", user, Map.of());
    }

    private Path config(String cluster, String user, Map<String, String> more) throws IOException {
        return write("config", """
                apiVersion: v1
                kind: Config
                current-context: dev
                clusters: [{name: c, cluster: %s}]
                users: [{name: ann, user: %s}]
                contexts: [{name: dev, context: {cluster: c, user: ann}}]
                %s""".formatted(cluster, user, more.isEmpty() ? "" : more.toString()));
    }

    private Connection find(Path kubeconfig, Map<String, String> environment) {
        return ClusterAccess.find(
                Optional.of(kubeconfig),
                Optional.empty(),
                environment,
                folder.resolve("home"),
                folder.resolve("mount"),
                Clock.systemUTC());
    }

    private Connection find(Path kubeconfig) {
        return find(kubeconfig, Map.of());
    }

    /** All that a person or a log could get to see of a failure. */
    private static String everything(Throwable failure) {
        StringWriter text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        return text + (failure instanceof ClusterTrouble trouble ? trouble.fix() : "");
    }

    private static ClusterTrouble trouble(org.assertj.core.api.ThrowableAssert.ThrowingCallable doing) {
        ClusterTrouble trouble = catchThrowableOfType(ClusterTrouble.class, doing);
        assertThat(trouble).isNotNull();
        return trouble;
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"TOKEN\\n\"", "\" TOKEN \"", "\"TOKEN\\r\\n\""})
    void whiteSpaceAroundATokenIsNoPartOfIt(String written) throws IOException {
        Connection connection =
                find(config("https://api.example", "{token: " + written.replace("TOKEN", SECRET) + "}"));
        assertThat(connection.credentials().authorization()).contains("Bearer " + SECRET);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a b", "a\\nb", "a\\tb", "\\u00e4b", "a\\u0000b", "\\n"})
    void aTokenThatNoHeaderCanCarryIsNamedByItsFileAndUser(String inside) throws IOException {
        Path config = config("https://api.example", "{token: \"" + SECRET + inside + SECRET + "\"}");
        ClusterTrouble trouble = trouble(() -> find(config).credentials().authorization());
        assertThat(trouble).hasMessageContaining("user ann").hasMessageContaining(config.toString());
        assertThat(everything(trouble)).doesNotContain(SECRET);
    }

    @Test
    void aTokenFileWithTwoLinesIsNamedAndNotQuoted() throws IOException {
        Path token = write("token", SECRET + "\nmore-" + SECRET + "\n");
        Connection connection = find(config("https://api.example", "{tokenFile: token}"));
        ClusterTrouble trouble = trouble(() -> connection.credentials().authorization());
        assertThat(trouble).hasMessageContaining("user ann").hasMessageContaining(token.toString());
        assertThat(everything(trouble)).doesNotContain(SECRET);
    }

    @Test
    void anEmptyTokenFileIsSaidToBeEmpty() throws IOException {
        write("token", "\n");
        Connection connection = find(config("https://api.example", "{tokenFile: token}"));
        assertThat(trouble(() -> connection.credentials().authorization())).hasMessageContaining("is empty");
    }

    private Connection plugin(String script, String more) throws IOException {
        assertThat(write("plugin", "#!/bin/sh\n" + script).toFile().setExecutable(true))
                .isTrue();
        return find(config("https://api.example", "{exec: {apiVersion: v1, command: ./plugin" + more + "}}"));
    }

    @Test
    void aPluginsTokenIsTrimmedOrRefusedAndNeverQuoted() throws IOException {
        assertThat(plugin("printf %s '{\"status\": {\"token\": \"" + SECRET + "\\n\"}}'", "")
                        .credentials()
                        .authorization())
                .contains("Bearer " + SECRET);
        Connection broken = plugin("printf %s '{\"status\": {\"token\": \"a\\n" + SECRET + "\"}}'", "");
        ClusterTrouble trouble = trouble(() -> broken.credentials().authorization());
        assertThat(trouble).hasMessageContaining("./plugin").hasMessageContaining("user ann");
        assertThat(everything(trouble)).doesNotContain(SECRET);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "exit 3",
                "echo sWordfish-0815",
                "echo '{\"status\": {}}'",
                "echo '{\"status\": {\"token\": \"x\", \"expirationTimestamp\": \"sWordfish-0815\"}}'",
                "echo '{\"status\": {\"clientCertificateData\": \"-----BEGIN sWordfish-0815-----\", \"clientKeyData\": \"x\"}}'"
            })
    void aPluginThatFailsIsNamedWithoutItsArgumentsAndWithoutWhatItWrote(String script) throws IOException {
        Connection connection = plugin(
                script,
                ", args: [get-token, --oidc-client-secret=sWordfish-0815, --password, sWordfish-0815],"
                        + " env: [{name: LOGIN_SECRET, value: sWordfish-0815}]");
        ClusterTrouble trouble = trouble(() -> connection.credentials().authorization());
        assertThat(trouble).hasMessageContaining("./plugin");
        assertThat(everything(trouble)).doesNotContain(SECRET);
    }

    @Test
    void aPluginsHintMayNotRepeatItsSecret() throws IOException {
        Connection connection = plugin(
                "exit 3",
                ", args: [--client-secret=sWordfish-0815], installHint: \"run plugin --client-secret=sWordfish-0815\"");
        assertThat(everything(trouble(() -> connection.credentials().authorization())))
                .contains("run plugin")
                .doesNotContain(SECRET);
    }

    @Test
    void whoSignsInByTheServersUrlDoesSoAsWithKubectlAndTheUrlIsShownWithout() throws IOException {
        Connection connection =
                find(config("https://ann:sWordfish-0815@api.example:6443/base?key=sWordfish-0815", "{}"));
        assertThat(connection.server()).isEqualTo(URI.create("https://api.example:6443/base"));
        assertThat(connection).asString().doesNotContain(SECRET);
        assertThat(connection.credentials().authorization())
                .contains("Basic "
                        + Base64.getEncoder().encodeToString(("ann:" + SECRET).getBytes(StandardCharsets.UTF_8)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"https://ann:sWordfish-0815@api example", "https://ann:sWord/fish@0815@", "sWordfish-0815 x"})
    void aServerThatIsNoUrlIsNotQuoted(String server) throws IOException {
        Path config = config(server, "{}");
        ClusterTrouble trouble = trouble(() -> find(config));
        assertThat(trouble).hasMessageContaining("server of cluster \"c\"");
        assertThat(everything(trouble)).doesNotContain("fish").doesNotContain("0815");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://ann:sWordfish-0815@proxy example",
                "socks5://ann:sWordfish-0815@proxy.example:1080",
                "https://ann:sWordfish-0815@proxy.example",
                "http://ann:sWordfish-0815@"
            })
    void aProxyThatCannotBeUsedIsNotQuoted(String proxy) throws IOException {
        Path config = config("https://api.example", "{}");
        Path other = config("{server: \"https://api.example\", proxy-url: \"" + proxy + "\"}", "{}", Map.of());
        for (ClusterTrouble trouble :
                List.of(trouble(() -> find(config, Map.of("HTTPS_PROXY", proxy))), trouble(() -> find(other)))) {
            assertThat(everything(trouble)).doesNotContain(SECRET);
        }
    }

    @Test
    void aDeadProxyIsNamedWithoutWhoSignsInThere() throws IOException {
        Connection connection = find(config(
                "{server: \"https://api.example\", proxy-url: \"http://ann:sWordfish-0815@127.0.0.1:9\"}",
                "{}",
                Map.of()));
        try (ApiServer server = new ApiServer(connection, Clock.systemUTC())) {
            Throwable failure = org.assertj.core.api.Assertions.catchThrowable(
                    () -> server.client().raw("/version"));
            ClusterTrouble trouble = server.trouble("read its version", failure);
            assertThat(trouble).hasMessageContaining("proxy http://127.0.0.1:9");
            assertThat(everything(trouble)).doesNotContain(SECRET);
        }
    }

    @Test
    void aProxyThatRefusesIsNamed() throws IOException {
        HttpServer proxy = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        proxy.createContext("/", exchange -> {
            exchange.sendResponseHeaders(502, -1);
            exchange.close();
        });
        proxy.start();
        String url = "127.0.0.1:" + proxy.getAddress().getPort();
        Connection connection = find(config(
                "{server: \"https://api.example\", proxy-url: \"http://ann:sWordfish-0815@" + url + "\"}",
                "{}",
                Map.of()));
        try (ApiServer server = new ApiServer(connection, Clock.systemUTC())) {
            Throwable failure = org.assertj.core.api.Assertions.catchThrowable(
                    () -> server.client().raw("/version"));
            ClusterTrouble trouble = server.trouble("read its version", failure);
            assertThat(trouble).hasMessageContaining("proxy http://" + url);
            assertThat(everything(trouble)).doesNotContain(SECRET);
        } finally {
            proxy.stop(0);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "users: [{name: ann, user: {token: sWordfish-0815",
                "token: sWordfish-0815: x",
                "token: \"sWordfish-0815\\q\"",
                "token: *sWordfish-0815",
                "token: !sWordfish-0815! x",
                "\tsWordfish-0815",
                "@sWordfish-0815",
                "a: |sWordfish-0815\n"
            })
    void aKubeconfigThatIsNoYamlIsNotQuoted(String text) throws IOException {
        Path config = write("config", text);
        ClusterTrouble trouble = trouble(() -> find(config));
        assertThat(everything(trouble)).doesNotContain(SECRET);
    }

    @Test
    void theLineOfAKubeconfigThatIsNoYamlIsSaid() throws IOException {
        Path config = write("config", "apiVersion: v1\nkind: Config\nusers: {a: b: c}\n");
        assertThat(trouble(() -> find(config))).hasMessageContaining("line 3");
    }

    @Test
    void keysAndCertificatesAreNotQuoted() throws IOException {
        String certificate = "-----BEGIN CERTIFICATE-----\nsWordfish-0815\n-----END CERTIFICATE-----\n";
        String key = "-----BEGIN PRIVATE KEY-----\nsWordfishx0815AA\n-----END PRIVATE KEY-----\n";
        write("ann.crt", certificate);
        write("ann.key", key);
        Path config = config("https://api.example", "{client-certificate: ann.crt, client-key: ann.key}");
        assertThat(everything(trouble(() -> find(config)))).doesNotContain("sWordfish");
        for (String broken : List.of(key, "-----BEGIN PRIVATE KEY-----\nsWordfish=0815\n-----END PRIVATE KEY-----\n")) {
            assertThat(everything(trouble(() -> PemKey.parse(broken, "the key"))))
                    .doesNotContain("sWordfish");
        }
        Path pasted = config(
                "https://api.example", "{client-key: \"" + key.replace("\n", "\\n") + "\", client-certificate: x}");
        assertThat(everything(trouble(() -> find(pasted)))).doesNotContain("sWordfish");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "apiVersion: v1\nusers: [{name: a, user: {token: sWordfish-0815}}]\n",
                "{\"users\": [{\"name\": \"a\", \"user\": {\"token\": \"sWordfish-0815\"}}]}"
            })
    void aVariableThatHoldsTheKubeconfigItselfIsNotQuoted(String text) {
        ClusterTrouble trouble = trouble(() -> ClusterAccess.find(
                Optional.empty(),
                Optional.empty(),
                Map.of("KUBECONFIG", text),
                folder.resolve("home"),
                folder.resolve("mount"),
                Clock.systemUTC()));
        assertThat(trouble).hasMessageContaining("KUBECONFIG");
        assertThat(everything(trouble)).doesNotContain(SECRET);
        assertThatThrownBy(() -> find(Path.of(text)))
                .satisfies(e -> assertThat(everything(e)).doesNotContain(SECRET));
    }

    @Test
    void whoIsImpersonatedMustFitIntoAHeader() throws IOException {
        Path config = config("https://api.example", "{token: x123456789, as: \"ann\\nX-Secret: sWordfish-0815\"}");
        ClusterTrouble trouble = trouble(() -> find(config));
        assertThat(trouble).hasMessageContaining("as of user ann");
        assertThat(everything(trouble)).doesNotContain(SECRET);
    }

    @Test
    void namesOfExtraHeadersAreEscapedAsKubectlDoes() throws IOException {
        Connection connection = find(config(
                "https://api.example", "{token: x123456789, as: ann, as-user-extra: {\"example.com/a%b\": [x]}}"));
        assertThat(connection.impersonation()).containsKey("Impersonate-Extra-example.com%2fa%25b");
    }

    @Test
    void anUnverifiedServerBesideAnAuthorityIsRefusedAsKubectlDoes() throws IOException {
        write("ca.crt", "x");
        for (String authority : List.of("certificate-authority: ca.crt", "certificate-authority-data: eA==")) {
            Path config = config(
                    "{server: \"https://api.example\", insecure-skip-tls-verify: true, " + authority + "}",
                    "{}",
                    Map.of());
            assertThat(trouble(() -> find(config)))
                    .hasMessageContaining("insecure-skip-tls-verify")
                    .hasMessageContaining("certificate-authority");
        }
    }

    @Test
    void whatIsKeptOfCredentialsDoesNotPrintThem() throws Exception {
        Connection connection =
                plugin("echo '{\"status\": {\"token\": \"" + SECRET + "\"}}'", ", args: [" + SECRET + "]");
        assertThat(connection.credentials().authorization()).isPresent();
        assertThat(connection.credentials()).asString().doesNotContain(SECRET);
        java.security.PrivateKey key = java.security.KeyPairGenerator.getInstance("RSA")
                .generateKeyPair()
                .getPrivate();
        assertThat(new ClientCertificate(List.of(), key)).asString().doesNotContain(key.toString());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aServerThatNeedNotProveWhoItIsIsSaidInTheEvidence(boolean insecure) throws Exception {
        HttpServer plain = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        plain.createContext("/", exchange -> {
            byte[] answer = "{}".getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        plain.start();
        String url = "http://127.0.0.1:" + plain.getAddress().getPort();
        Connection connection = find(config(
                "{server: \"" + url + "\"" + (insecure ? ", insecure-skip-tls-verify: true" : "") + "}",
                "{}",
                Map.of()));
        try (Fabric8Cluster cluster = new Fabric8Cluster(
                new ApiServer(connection, Clock.systemUTC()),
                (probe, terms) -> {
                    throw new AssertionError(List.of());
                },
                Clock.systemUTC())) {
            assertThat(cluster.identity().certificate()).isEqualTo(ClusterIdentity.Certificate.NOT_VERIFIED);
            assertThat(cluster.identity().caveat())
                    .hasValueSatisfying(caveat ->
                            assertThat(caveat).contains("was not verified").contains(url));
        } finally {
            plain.stop(0);
        }
    }
}
