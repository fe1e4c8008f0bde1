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
    void white_space_around_a_token_is_no_part_of_it(String written) throws IOException {
        Connection connection =
                find(config("https://api.example", "{token: " + written.replace("TOKEN", SECRET) + "}"));
        assertThat(connection.credentials().authorization()).contains("Bearer " + SECRET);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a b", "a\\nb", "a\\tb", "\\u00e4b", "a\\u0000b", "\\n"})
    void a_token_that_no_header_can_carry_is_named_by_its_file_and_user(String inside) throws IOException {
        Path config = config("https://api.example", "{token: \"" + SECRET + inside + SECRET + "\"}");
        ClusterTrouble trouble = trouble(() -> find(config).credentials().authorization());
        assertThat(trouble).hasMessageContaining("user ann").hasMessageContaining(config.toString());
        assertThat(everything(trouble)).doesNotContain(SECRET);
    }

    @Test
    void a_token_file_with_two_lines_is_named_and_not_quoted() throws IOException {
        Path token = write("token", SECRET + "\nmore-" + SECRET + "\n");
        Connection connection = find(config("https://api.example", "{tokenFile: token}"));
        ClusterTrouble trouble = trouble(() -> connection.credentials().authorization());
        assertThat(trouble).hasMessageContaining("user ann").hasMessageContaining(token.toString());
        assertThat(everything(trouble)).doesNotContain(SECRET);
    }

    @Test
    void an_empty_token_file_is_said_to_be_empty() throws IOException {
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
    void a_plugins_token_is_trimmed_or_refused_and_never_quoted() throws IOException {
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
    void a_plugin_that_fails_is_named_without_its_arguments_and_without_what_it_wrote(String script)
            throws IOException {
        Connection connection = plugin(
                script,
                ", args: [get-token, --oidc-client-secret=sWordfish-0815, --password, sWordfish-0815],"
                        + " env: [{name: LOGIN_SECRET, value: sWordfish-0815}]");
        ClusterTrouble trouble = trouble(() -> connection.credentials().authorization());
        assertThat(trouble).hasMessageContaining("./plugin");
        assertThat(everything(trouble)).doesNotContain(SECRET);
    }

    @Test
    void a_plugins_hint_may_not_repeat_its_secret() throws IOException {
        Connection connection = plugin(
                "exit 3",
                ", args: [--client-secret=sWordfish-0815], installHint: \"run plugin --client-secret=sWordfish-0815\"");
        assertThat(everything(trouble(() -> connection.credentials().authorization())))
                .contains("run plugin")
                .doesNotContain(SECRET);
    }

    @Test
    void who_signs_in_by_the_servers_url_does_so_as_with_kubectl_and_the_url_is_shown_without() throws IOException {
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
    void a_server_that_is_no_url_is_not_quoted(String server) throws IOException {
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
    void a_proxy_that_cannot_be_used_is_not_quoted(String proxy) throws IOException {
        Path config = config("https://api.example", "{}");
        Path other = config("{server: \"https://api.example\", proxy-url: \"" + proxy + "\"}", "{}", Map.of());
        for (ClusterTrouble trouble :
                List.of(trouble(() -> find(config, Map.of("HTTPS_PROXY", proxy))), trouble(() -> find(other)))) {
            assertThat(everything(trouble)).doesNotContain(SECRET);
        }
    }

    @Test
    void a_dead_proxy_is_named_without_who_signs_in_there() throws IOException {
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
    void a_proxy_that_refuses_is_named() throws IOException {
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
    void a_kubeconfig_that_is_no_yaml_is_not_quoted(String text) throws IOException {
        Path config = write("config", text);
        ClusterTrouble trouble = trouble(() -> find(config));
        assertThat(everything(trouble)).doesNotContain(SECRET);
    }

    @Test
    void the_line_of_a_kubeconfig_that_is_no_yaml_is_said() throws IOException {
        Path config = write("config", "apiVersion: v1\nkind: Config\nusers: {a: b: c}\n");
        assertThat(trouble(() -> find(config))).hasMessageContaining("line 3");
    }

    @Test
    void keys_and_certificates_are_not_quoted() throws IOException {
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
    void a_variable_that_holds_the_kubeconfig_itself_is_not_quoted(String text) {
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
    void who_is_impersonated_must_fit_into_a_header() throws IOException {
        Path config = config("https://api.example", "{token: x123456789, as: \"ann\\nX-Secret: sWordfish-0815\"}");
        ClusterTrouble trouble = trouble(() -> find(config));
        assertThat(trouble).hasMessageContaining("as of user ann");
        assertThat(everything(trouble)).doesNotContain(SECRET);
    }

    @Test
    void names_of_extra_headers_are_escaped_as_kubectl_does() throws IOException {
        Connection connection = find(config(
                "https://api.example", "{token: x123456789, as: ann, as-user-extra: {\"example.com/a%b\": [x]}}"));
        assertThat(connection.impersonation()).containsKey("Impersonate-Extra-example.com%2fa%25b");
    }

    @Test
    void an_unverified_server_beside_an_authority_is_refused_as_kubectl_does() throws IOException {
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
    void what_is_kept_of_credentials_does_not_print_them() throws Exception {
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
    void a_server_that_need_not_prove_who_it_is_is_said_in_the_evidence(boolean insecure) throws Exception {
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
