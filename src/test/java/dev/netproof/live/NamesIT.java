package dev.netproof.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** A name and a connection are two facts. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
@Execution(ExecutionMode.CONCURRENT)
final class NamesIT {
    @RegisterExtension
    static final LiveCluster LIVE = LiveCluster.with("names");

    @BeforeAll
    static void servers() {
        LIVE.apply(Manifests.server("web", 80, 8080), Manifests.client("home"), Manifests.keepsAtHome("home"));
        LIVE.awaitReady();
    }

    @Test
    void without_names_an_allowed_edge_fails_and_the_report_says_that_the_address_works() {
        Ran ran = LIVE.run("""
                checks:
                - {from: deploy/home, to: svc/web, expect: allow}
                - {from: deploy/web, to: svc/web, expect: allow}
                """).exits(1);
        Ran.Result result = ran.that("deploy/home → svc/web is allowed").is("FAIL", "NAME_NOT_RESOLVED");
        result.says("does not resolve (egress to kube-dns is blocked?)", "by address the connection works")
                .advises("kube-dns", "53");
        assertThat(result.outcomes()).isNotEmpty().containsOnly("CONNECTED");
        Fault.DNS_BLOCKED.shown(LIVE, ran, "deploy/home → svc/web is allowed", "deploy/web → svc/web is allowed");
    }

    @Test
    void names_over_udp_are_allowed_and_denied() {
        Ran ran = LIVE.run("""
                destinations:
                  dns: {service: kube-dns, namespace: kube-system, port: 53, protocol: UDP}
                checks:
                - {from: deploy/web, to: dns, expect: allow}
                - {from: deploy/home, to: dns, expect: deny}
                """).exits(0);
        ran.that("deploy/web → dns:53 is allowed").is("PASS", "CONNECTED");
        Ran.Result denied = ran.that("deploy/home → dns:53 is denied").is("PASS", "DENIED");
        assertThat(denied.controls()).isNotEmpty().containsOnly("REACHED");
        Fault.UDP.shown(LIVE, ran, "deploy/web → dns:53 is allowed", "deploy/home → dns:53 is denied");
    }

    @Test
    void a_name_server_that_is_dead_is_no_denial() {
        LIVE.apply(Manifests.service("deaf-dns", "web", 53, 53).replace("port: 53,", "port: 53, protocol: UDP,"));
        Ran ran = LIVE.run("""
                destinations:
                  dns: {service: deaf-dns, port: 53, protocol: UDP}
                checks:
                - {from: deploy/web, to: dns, expect: deny}
                """);
        Fault.UDP_DEAD.shown(LIVE, ran, "deploy/web → dns:53 is denied");
    }
}
