package dev.netproof.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.PodIP;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** UDP, where only an answer says that somebody is there; and what else curl cannot try. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
@Execution(ExecutionMode.CONCURRENT)
final class DatagramsIT {
    @RegisterExtension
    static final LiveCluster LIVE = LiveCluster.restricted("datagrams");

    private static final String SOURCES = """
            sources:
              stranger: {labels: {app: stranger}, synthetic: true}
            """;

    @BeforeAll
    static void servers() {
        LIVE.apply(
                Manifests.datagrams("log", 5514, 8080),
                Manifests.silentDatagrams("mute", 5514),
                Manifests.client("friend"),
                Manifests.admits("log", "friend"));
        LIVE.awaitReady();
    }

    @Test
    void are_allowed_for_one_and_denied_for_the_other_by_service_and_by_pod() {
        Ran ran = LIVE.run(SOURCES + """
                checks:
                - {from: deploy/friend, to: svc/log:514/udp, expect: allow}
                - {from: stranger, to: svc/log:514/udp, expect: deny}
                """).exits(0);
        Ran.Result allowed =
                ran.that("deploy/friend → svc/log:514/udp is allowed").is("PASS", "CONNECTED");
        assertThat(allowed.outcomes()).hasSize(2).containsOnly("CONNECTED");
        assertThat(allowed.node().toString()).contains("the nonce among them");
        Ran.Result denied = ran.that("stranger → svc/log:514/udp is denied").is("PASS", "DENIED");
        assertThat(denied.outcomes()).hasSize(2).containsOnly("TIMEOUT");
        assertThat(denied.controls()).hasSize(2).containsOnly("REACHED");
    }

    @Test
    void are_a_violation_where_the_matrix_says_otherwise() {
        Ran ran = LIVE.run(SOURCES + """
                checks:
                - {from: deploy/friend, to: svc/log:514/udp, expect: deny}
                - {from: stranger, to: svc/log:514/udp, expect: allow}
                """).exits(1);
        ran.that("deploy/friend → svc/log:514/udp is denied").is("FAIL", "OPEN");
        ran.that("stranger → svc/log:514/udp is allowed").is("FAIL", "BLOCKED");
    }

    @Test
    void to_a_port_where_nobody_listens_are_refused_and_no_denial() {
        Ran ran = LIVE.run("""
                checks:
                - {from: deploy/friend, to: "deploy/log:5515/udp", expect: deny}
                """).exits(3);
        Ran.Result wrong =
                ran.that("deploy/friend → deploy/log:5515/udp is denied").is("INCONCLUSIVE", "NO_CONTROL");
        assertThat(wrong.outcomes()).containsOnly("REFUSED");
    }

    @Test
    void to_a_server_that_never_answers_prove_nothing() {
        Ran ran = LIVE.run(SOURCES + """
                checks:
                - {from: deploy/friend, to: "deploy/mute:5514/udp", expect: allow}
                - {from: stranger, to: "deploy/mute:5514/udp", expect: deny}
                """).exits(3);
        ran.that("deploy/friend → deploy/mute:5514/udp is allowed").is("INCONCLUSIVE", "NO_CONTROL");
        ran.that("stranger → deploy/mute:5514/udp is denied")
                .is("INCONCLUSIVE", "NO_CONTROL")
                .says("a UDP server need not answer")
                .advises("send");
    }

    @Test
    void say_something_that_the_server_answers_and_only_that_is_a_control() {
        Ran ran = LIVE.run(SOURCES + """
                destinations:
                  known: {service: log, port: 514, protocol: UDP, send: hostname}
                  unknown: {service: log, port: 514, protocol: UDP, send: '\\x00\\xff'}
                checks:
                - {from: deploy/friend, to: known, expect: allow}
                - {from: stranger, to: [known, unknown], expect: deny}
                """).exits(3);
        ran.that("deploy/friend → known:514 is allowed").is("PASS", "CONNECTED");
        ran.that("stranger → known:514 is denied").is("PASS", "DENIED");
        ran.that("stranger → unknown:514 is denied").is("INCONCLUSIVE", "NO_CONTROL");
    }

    @Test
    void go_over_ipv6_where_the_pods_have_it() {
        Optional<String> ip = LIVE.podOf("log").getStatus().getPodIPs().stream()
                .map(PodIP::getIp)
                .filter(one -> one.contains(":"))
                .findFirst();
        if (ip.isEmpty() && !Lab.here()) {
            return;
        }
        String log = "\"ip/[" + ip.orElseThrow() + "]:5514/udp\"";
        Ran ran = LIVE.run(SOURCES + """
                checks:
                - {from: deploy/friend, to: %s, expect: allow}
                - {from: stranger, to: %s, expect: deny}
                """.formatted(log, log)).exits(0);
        assertThat(ran.report().path("results")).hasSize(2);
    }

    @Test
    void bring_python_along_which_says_the_same_of_tcp_and_http_as_curl() {
        Ran ran = LIVE.runFed("""
                sources:
                  curl: {labels: {app: friend, with: curl}, synthetic: true}
                  python: {labels: {app: friend, with: python}, synthetic: true}
                  curl-stranger: {labels: {with: curl}, synthetic: true}
                  python-stranger: {labels: {with: python}, synthetic: true}
                destinations:
                  request: {service: log, port: 80, protocol: HTTP, path: /hostname, status: 200}
                  wrong-status: {service: log, port: 80, protocol: HTTP, path: /hostname, status: 204}
                  names: {service: kube-dns, namespace: kube-system, port: 53, protocol: UDP}
                checks:
                - {from: [curl, python], to: [request, "svc/log:80", names], expect: allow}
                - {from: [curl, python], to: [wrong-status, "deploy/log:8081"], expect: allow}
                - {from: [curl-stranger, python-stranger], to: [request, "svc/log:80"], expect: deny}
                - {from: [curl-stranger, python-stranger], to: names, expect: allow}
                - {from: [python, python-stranger], to: "deploy/mute:5514/udp", expect: allow}
                """);
        for (String rest : new String[] {
            " → request:80 is allowed",
            " → svc/log:80 is allowed",
            " → names:53 is allowed",
            " → wrong-status:80 is allowed",
            " → deploy/log:8081 is allowed"
        }) {
            assertSame(ran, "curl" + rest, "python" + rest);
        }
        for (String rest :
                new String[] {" → request:80 is denied", " → svc/log:80 is denied", " → names:53 is allowed"}) {
            assertSame(ran, "curl-stranger" + rest, "python-stranger" + rest);
        }
        ran.that("python → svc/log:80 is allowed").is("PASS", "CONNECTED");
        ran.that("python-stranger → svc/log:80 is denied").is("PASS", "DENIED");
        ran.that("python → wrong-status:80 is allowed").is("FAIL", "WRONG_RESPONSE");
        assertThat(ran.that("python → deploy/log:8081 is allowed").outcomes()).containsOnly("REFUSED");
    }

    private static void assertSame(Ran ran, String curl, String python) {
        Ran.Result one = ran.that(curl);
        Ran.Result other = ran.that(python);
        String both = one.node().toPrettyString() + "\n" + other.node().toPrettyString();
        assertThat(other.outcomes()).as(both).isEqualTo(one.outcomes());
        String reason = one.node().at("/verdict/reason").asText();
        assertThat(other.node().at("/verdict/reason").asText()).as(both).isEqualTo(reason);
        // Which control was in time is chance; that there was one is not.
        if (reason.equals("DENIED")) {
            assertThat(one.controls()).as(both).doesNotContain("NONE");
            assertThat(other.controls()).as(both).doesNotContain("NONE");
        }
    }

    @Test
    void are_not_taken_for_sctp_which_the_labs_kernel_has_not() {
        Lab.needed("a kernel without SCTP");
        Ran ran = LIVE.run("""
                checks:
                - {from: deploy/friend, to: "deploy/log:3868/sctp", expect: deny}
                """);
        ran.that("deploy/friend → deploy/log:3868/sctp is denied")
                .is("UNTESTABLE", "NOT_SUPPORTED")
                .says("does not support SCTP", "node");
    }
}
