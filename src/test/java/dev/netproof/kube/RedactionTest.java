package dev.netproof.kube;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What must not be said, whoever says it. */
final class RedactionTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "invalid header value: \"Bearer k3yk3y.k3y\"",
                "Authorization: Bearer k3yk3y",
                "    authorization: Basic YW5uOmszeWszeQ==k3yk3y",
                "Proxy-Authorization: Basic k3yk3y",
                "{\"Authorization\": \"Bearer k3yk3y\"}",
                "Impersonate-User: k3yk3y",
                "Impersonate-Extra-scopes: [k3yk3y]",
                "GET https://ann:k3yk3y@api.example/pods",
                "proxy http://k3yk3y@proxy:3128",
                "http://ann:p@k3yk3y@proxy:3128/",
                "-----BEGIN EC PRIVATE KEY-----\nk3yk3y\n-----END EC PRIVATE KEY-----",
                "-----BEGIN PRIVATE KEY-----\nk3yk3y\n",
                "token eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.k3yk3y is not known"
            })
    void what_looks_like_a_credential_is_not_said(String text) {
        assertThat(Redaction.of(text)).doesNotContain("k3yk3y");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "users \"ann\" cannot impersonate resource \"users\"",
                "bearer authentication failed",
                "https://api.example:6443/version (context dev@prod) cannot be reached",
                "pods is forbidden: User \"ann@example.com\" cannot list resource",
                "the basic profile",
                "admission webhook \"authorization.example\": denied"
            })
    void other_words_are_left_alone(String text) {
        assertThat(Redaction.of(text)).isEqualTo(text);
    }

    @Test
    void what_was_read_as_a_credential_is_not_said() {
        Redaction.conceal("a-credential-that-was-read\n");
        assertThat(Redaction.of("I know:a-credential-that-was-read!")).isEqualTo("I know:[redacted]!");
    }

    @Test
    void a_short_one_is_not_said_by_itself() {
        Redaction.conceal("qx7z");
        assertThat(Redaction.of("qx7z, (qx7z) and aqx7zb")).isEqualTo("[redacted], ([redacted]) and aqx7zb");
    }

    @Test
    void no_line_of_a_key_is_said() {
        Redaction.conceal(
                "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49\nAgEGCCqGSM49AwEHBG0w\n-----END PRIVATE KEY-----\n");
        assertThat(Redaction.of("at AgEGCCqGSM49AwEHBG0w there is -----END PRIVATE KEY-----"))
                .isEqualTo("at [redacted] there is -----END PRIVATE KEY-----");
    }

    @Test
    void the_error_that_nobody_thought_of_is_redacted_as_well() {
        Redaction.conceal("a-secret-of-this-test");
        ClusterTrouble trouble = new ClusterTrouble("no a-secret-of-this-test", "say a-secret-of-this-test");
        assertThat(trouble).hasMessage("no [redacted]");
        assertThat(trouble.fix()).isEqualTo("say [redacted]");
        assertThat(ApiServer.message(new IllegalArgumentException("bad a-secret-of-this-test")))
                .isEqualTo("bad [redacted]");
    }
}
