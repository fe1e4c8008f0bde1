package dev.netproof.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.netproof.kube.Connection.Verification;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every kubeconfig that kubectl takes. */
final class KubeconfigTest {
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-21T12:00:00Z"), ZoneOffset.UTC);

    /** Self-signed, for CN=ann; its key is of no interest here. */
    private static final String CERTIFICATE = """
            -----BEGIN CERTIFICATE-----
            MIIBlzCCAT2gAwIBAgIUBxRLpM9QbFV1mtBVOqmvICUKudUwCgYIKoZIzj0EAwIw
            IDEQMA4GA1UECgwHcmVhZGVyczEMMAoGA1UEAwwDYW5uMCAXDTI2MTEyMTA1MDIx
            M1oYDzIxMjYxMDI4MDUwMjEzWjAgMRAwDgYDVQQKDAdyZWFkZXJzMQwwCgYDVQQD
            DANhbm4wWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAATdxUtAli7tfOR2Pdf6QBhe
            C8o+TviHZDv0p6Ad0P3s/gLc9TNFiuvjDAKuZq8UxhHa+JrR2UoJjI7xdbU9Aila
            o1MwUTAdBgNVHQ4EFgQUVdYQHOC5cXe94t0vFu8VkUu/5sYwHwYDVR0jBBgwFoAU
            VdYQHOC5cXe94t0vFu8VkUu/5sYwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQD
            AgNIADBFAiEAjyKo71rKkGbCxsIfFviK6iPTQ92bYzKYTiV/WyGrC+sCIDUbaZk3
            I7CXLfrgUO6hsKCcDqZJuuDLw87RT6pUcXGc
            -----END CERTIFICATE-----
            """;

    @TempDir
    private Path folder;

    private Path home;

    @BeforeEach
    void makeHome() throws IOException {
        home = Files.createDirectories(folder.resolve("home"));
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private static String config(String user) {
        return """
                apiVersion: v1
                kind: Config
                current-context: on
                clusters: [{name: c, cluster: {server: "https://api.example:6443"}}]
                users: [{name: u, user: %s}]
                contexts: [{name: on, context: {cluster: c, user: u, namespace: y}}]
                """.formatted(user);
    }

    private Connection find(Path kubeconfig) {
        return find(Optional.of(kubeconfig), Optional.empty(), Map.of());
    }

    private Connection find(Optional<Path> kubeconfig, Optional<String> context, Map<String, String> environment) {
        return ClusterAccess.find(kubeconfig, context, environment, home, folder.resolve("mount"), CLOCK);
    }

    private static String pem(String label, byte[] der) {
        return "-----BEGIN " + label + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der) + "\n-----END " + label + "-----\n";
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void words_that_yaml_might_take_for_booleans_are_names() throws IOException {
        Connection connection = find(write("config", config("{token: abc}")));
        assertThat(connection.context()).isEqualTo("on");
        assertThat(connection.namespace()).isEqualTo("y");
        assertThat(connection.server()).isEqualTo(URI.create("https://api.example:6443"));
        assertThat(connection.credentials().authorization()).contains("Bearer abc");
    }

    @ParameterizedTest
    @CsvSource({"RSA,PRIVATE KEY", "RSA,RSA PRIVATE KEY", "EC,PRIVATE KEY", "EC,EC PRIVATE KEY", "Ed25519,PRIVATE KEY"})
    void keys_of_every_algorithm_and_envelope(String algorithm, String label) throws Exception {
        KeyPair pair = pair(algorithm);
        byte[] pkcs8 = pair.getPrivate().getEncoded();
        String pem = label.equals("PRIVATE KEY") ? pem(label, pkcs8) : pem(label, unwrapped(pkcs8, algorithm));
        if (label.equals("EC PRIVATE KEY")) {
            // As openssl ecparam -genkey writes it.
            pem = pem("EC PARAMETERS", P256) + pem;
        }
        PrivateKey key = PemKey.parse(pem, "the key");
        assertThat(key.getEncoded()).isNotEmpty();
        assertThat(sameKey(key, pair.getPrivate())).isTrue();
    }

    private static final byte[] P256 = {0x06, 0x08, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 0x03, 0x01, 0x07};

    private static KeyPair pair(String algorithm) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
        if (algorithm.equals("EC")) {
            generator.initialize(new ECGenParameterSpec("secp256r1"));
        }
        return generator.generateKeyPair();
    }

    private static boolean sameKey(PrivateKey one, PrivateKey other) {
        if (one instanceof java.security.interfaces.RSAPrivateKey a
                && other instanceof java.security.interfaces.RSAPrivateKey b) {
            return a.getPrivateExponent().equals(b.getPrivateExponent());
        }
        if (one instanceof java.security.interfaces.ECPrivateKey a
                && other instanceof java.security.interfaces.ECPrivateKey b) {
            return a.getS().equals(b.getS());
        }
        return Arrays.equals(one.getEncoded(), other.getEncoded());
    }

    /** The key inside a PKCS#8 envelope: the last OCTET STRING at its top level. */
    private static byte[] unwrapped(byte[] pkcs8, String algorithm) {
        int[] outer = content(pkcs8, 0);
        int[] version = content(pkcs8, outer[0]);
        int[] identifier = content(pkcs8, version[1]);
        int[] inner = content(pkcs8, identifier[1]);
        assertThat(pkcs8[identifier[1]]).as(algorithm).isEqualTo((byte) 0x04);
        return Arrays.copyOfRange(pkcs8, inner[0], inner[1]);
    }

    private static int[] content(byte[] der, int at) {
        int length = der[at + 1] & 0xff;
        int begin = at + 2;
        if (length >= 0x80) {
            int bytes = length - 0x80;
            length = 0;
            for (int i = 0; i < bytes; i++) {
                length = (length << 8) | (der[begin++] & 0xff);
            }
        }
        return new int[] {begin, begin + length};
    }

    @Test
    void an_encrypted_key_is_said_to_be_one() {
        assertThatThrownBy(() -> PemKey.parse(pem("ENCRYPTED PRIVATE KEY", new byte[] {1}), "the key"))
                .isInstanceOfSatisfying(
                        ClusterTrouble.class, e -> assertThat(e.fix()).contains("openssl pkey"));
    }

    @Test
    void files_are_relative_to_the_kubeconfig() throws Exception {
        Files.createDirectories(folder.resolve("pki"));
        write("pki/ann.crt", CERTIFICATE);
        write("pki/ann.key", pem("PRIVATE KEY", pair("EC").getPrivate().getEncoded()));
        Connection connection =
                find(write("config", config("{client-certificate: pki/ann.crt, client-key: pki/ann.key}")));
        assertThat(connection.credentials().name()).contains("ann");
        assertThat(connection.credentials().authorization()).isEmpty();
    }

    @Test
    void inline_data_comes_before_files() throws Exception {
        String key = pem("PRIVATE KEY", pair("RSA").getPrivate().getEncoded());
        Connection connection = find(write(
                "config",
                config("{client-certificate-data: %s, client-key-data: %s, client-key: not-there}"
                        .formatted(base64(CERTIFICATE), base64(key)))));
        assertThat(connection.credentials().name()).contains("ann");
    }

    @Test
    void an_expired_certificate_is_said_before_anything_is_asked() throws Exception {
        String key = pem("PRIVATE KEY", pair("EC").getPrivate().getEncoded());
        Connection connection = find(write(
                "config",
                config("{client-certificate-data: %s, client-key-data: %s}"
                        .formatted(base64(CERTIFICATE), base64(key)))));
        Clock late = Clock.fixed(Instant.parse("2200-01-01T00:00:00Z"), ZoneOffset.UTC);
        try (ApiServer server = new ApiServer(connection, late)) {
            assertThatThrownBy(server::client)
                    .isInstanceOf(ClusterTrouble.class)
                    .hasMessageContaining("is valid from");
        }
    }

    @Test
    void a_token_file_is_read_again() throws IOException {
        write("token", "one\n");
        Connection connection = find(write("config", config("{tokenFile: token}")));
        assertThat(connection.credentials().authorization()).contains("Bearer one");
        write("token", "two\n");
        assertThat(connection.credentials().authorization()).contains("Bearer two");
    }

    @Test
    void a_password_is_sent_as_one() throws IOException {
        assertThat(find(write("config", config("{username: ann, password: s}")))
                        .credentials()
                        .authorization())
                .contains("Basic " + base64("ann:s"));
    }

    @Test
    void an_exec_plugin_is_run_once_while_its_token_holds() throws IOException {
        Path plugin = write("plugin", """
                #!/bin/sh
                echo x >> "$COUNT"
                case "$KUBERNETES_EXEC_INFO" in *'"server":"https://api.example:6443"'*) ;; *) exit 1 ;; esac
                echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential",
                       "status":{"token":"'"$1"'","expirationTimestamp":"2026-11-21T13:00:00Z"}}'
                """);
        assertThat(plugin.toFile().setExecutable(true)).isTrue();
        Connection connection = find(write("config", config("""
                {exec: {apiVersion: client.authentication.k8s.io/v1, command: ./plugin, args: [fresh],
                        provideClusterInfo: true, env: [{name: COUNT, value: %s}]}}""".formatted(folder.resolve("count")))));
        assertThat(connection.credentials().authorization()).contains("Bearer fresh");
        assertThat(connection.credentials().authorization()).contains("Bearer fresh");
        assertThat(Files.readString(folder.resolve("count"))).isEqualTo("x\n");
    }

    @Test
    void an_exec_plugin_that_is_not_there_comes_with_its_hint() throws IOException {
        Connection connection = find(write(
                "config",
                config("{exec: {apiVersion: v1, command: no-such-plugin-anywhere, installHint: get it, env: null}}")));
        assertThatThrownBy(() -> connection.credentials().authorization())
                .isInstanceOfSatisfying(ClusterTrouble.class, e -> {
                    assertThat(e).hasMessageContaining("no-such-plugin-anywhere");
                    assertThat(e.fix()).isEqualTo("get it");
                });
    }

    @Test
    void files_of_the_variable_are_merged_and_the_first_wins() throws IOException {
        Path one = write("one", config("{token: one}"));
        Path two = write("two", """
                current-context: other
                clusters: [{name: c, cluster: {server: "https://elsewhere"}}, {name: d, cluster: {server: "https://d"}}]
                users: [{name: u, user: {token: two}}]
                contexts: [{name: other, context: {cluster: d, user: u}}]
                """);
        Map<String, String> environment = Map.of("KUBECONFIG", folder.resolve("missing") + ":" + one + ":" + two);
        assertThat(find(Optional.empty(), Optional.empty(), environment).server())
                .isEqualTo(URI.create("https://api.example:6443"));
        Connection other = find(Optional.empty(), Optional.of("other"), environment);
        assertThat(other.server()).isEqualTo(URI.create("https://d"));
        assertThat(other.namespace()).isEqualTo("default");
        assertThat(other.credentials().authorization()).contains("Bearer one");
    }

    @Test
    void trust_is_what_the_cluster_says() throws IOException {
        write("ca.crt", CERTIFICATE);
        Connection connection = find(write("config", """
                current-context: x
                clusters: [{name: c, cluster: {server: "https://10.0.0.1", certificate-authority: ca.crt,
                            tls-server-name: api.inside, proxy-url: "http://proxy.example:3128"}}]
                contexts: [{name: x, context: {cluster: c}}]
                """));
        assertThat(connection.trust().authorities()).contains(CERTIFICATE);
        assertThat(connection.trust().serverName()).contains("api.inside");
        assertThat(connection.trust().verification()).isEqualTo(Verification.FULL);
        assertThat(connection.proxy()).contains(URI.create("http://proxy.example:3128"));

        Connection careless = find(write("careless", """
                current-context: x
                clusters: [{name: c, cluster: {server: "https://10.0.0.1", insecure-skip-tls-verify: true}}]
                contexts: [{name: x, context: {cluster: c}}]
                """));
        assertThat(careless.trust().verification()).isEqualTo(Verification.NONE);
    }

    @Test
    void a_context_that_is_not_there_comes_with_a_suggestion() throws IOException {
        Path config = write("config", config("{}"));
        assertThatThrownBy(() -> find(Optional.of(config), Optional.of("onn"), Map.of()))
                .isInstanceOfSatisfying(ClusterTrouble.class, e -> {
                    assertThat(e).hasMessageContaining("\"onn\"");
                    assertThat(e.fix()).contains("did you mean \"on\"?");
                });
    }

    @Test
    void without_any_way_nothing_is_guessed() {
        assertThatThrownBy(() -> find(Optional.empty(), Optional.empty(), Map.of()))
                .isInstanceOf(ClusterTrouble.class)
                .hasMessageContaining("$KUBECONFIG")
                .hasMessageContaining(home.toString());
        assertThatThrownBy(() -> find(Optional.of(folder.resolve("gone")), Optional.empty(), Map.of()))
                .isInstanceOf(ClusterTrouble.class)
                .hasMessageContaining("does not exist");
        assertThatThrownBy(() -> find(
                        Optional.empty(),
                        Optional.empty(),
                        Map.of("KUBECONFIG", folder.resolve("gone").toString())))
                .isInstanceOf(ClusterTrouble.class)
                .hasMessageContaining("gone");
    }

    @Test
    void inside_a_pod_the_service_account_is_used() throws IOException {
        Path mount = Files.createDirectories(folder.resolve("mount"));
        Files.writeString(mount.resolve("token"), "sa");
        Files.writeString(mount.resolve("namespace"), "jobs");
        Connection connection = find(
                Optional.empty(),
                Optional.empty(),
                Map.of("KUBERNETES_SERVICE_HOST", "fd00::1", "KUBERNETES_SERVICE_PORT", "443"));
        assertThat(connection.context()).isEqualTo("in-cluster");
        assertThat(connection.server()).isEqualTo(URI.create("https://[fd00::1]:443"));
        assertThat(connection.namespace()).isEqualTo("jobs");
        assertThat(connection.credentials().authorization()).contains("Bearer sa");
    }

    @ParameterizedTest
    @CsvSource({
        "https://api.example:6443, '', true",
        "https://api.example:6443, 'example', false",
        "https://api.example:6443, '.example', false",
        "https://api.example:6443, 'other', true",
        "https://10.1.2.3:6443, '10.0.0.0/8', false",
        "https://10.1.2.3:6443, '192.168.0.0/16', true",
        "https://127.0.0.1:6443, '', false",
        "https://localhost:6443, '', false",
        "https://[fd00::1]:6443, 'fd00::/8', false",
        "https://api.example:6443, '*', false",
    })
    void the_environments_proxy_is_gone_through_as_kubectl_does(String server, String except, boolean through) {
        Map<String, String> environment = Map.of("HTTPS_PROXY", "proxy.example:3128", "NO_PROXY", except);
        assertThat(Proxies.find(URI.create(server), Optional.empty(), environment)
                        .isPresent())
                .isEqualTo(through);
    }

    @Test
    void a_proxy_that_cannot_be_gone_through_is_refused() {
        assertThatThrownBy(() -> Proxies.find(URI.create("https://a"), Optional.of("socks5://p:1080"), Map.of()))
                .isInstanceOf(ClusterTrouble.class)
                .hasMessageContaining("only HTTP proxies");
    }

    @Test
    void a_server_that_does_not_answer_is_named() throws IOException {
        Connection connection =
                find(write("config", config("{token: abc}").replace("api.example:6443", "127.0.0.1:9")));
        try (Fabric8Cluster cluster = new Fabric8Cluster(
                new ApiServer(connection, Clock.systemUTC()),
                (probe, terms) -> {
                    throw new AssertionError(List.of());
                },
                CLOCK)) {
            assertThatThrownBy(cluster::identity)
                    .isInstanceOf(ClusterTrouble.class)
                    .hasMessageContaining("https://127.0.0.1:9 (context on) cannot be reached");
        }
    }
}
