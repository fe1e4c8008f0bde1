package dev.netproof.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.netproof.live.Ran.Result;
import java.util.concurrent.TimeUnit;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/** One server lets one client in and another not; and what people get wrong when they write that down. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
@Execution(ExecutionMode.CONCURRENT)
final class EdgesIT {
    @RegisterExtension
    static final LiveCluster LIVE = LiveCluster.with("edges");

    @BeforeAll
    static void servers() {
        LIVE.apply(
                Manifests.server("web", 80, 8080),
                Manifests.server("db", 5432, 5432),
                Manifests.client("front"),
                Manifests.unreadyServer("asleep", 80, 8080),
                Manifests.clientOn("nowhere", "no-such-node"),
                Manifests.service("deaf", "db", 80, 9999),
                Manifests.service("empty", "nobody-has-this", 80, 8080),
                Manifests.admits("db", "web"));
        LIVE.awaitReady("web", "db", "front");
    }

    @Test
    void an_allowed_and_a_denied_edge_conform() throws Exception {
        Ran ran = LIVE.run("""
                checks:
                - {from: deploy/web, to: svc/db, expect: allow}
                - {from: deploy/front, to: svc/db, expect: deny}
                """).exits(0);
        ran.that("deploy/web → svc/db is allowed").is("PASS", "CONNECTED");
        Result denied = ran.that("deploy/front → svc/db is denied").is("PASS", "DENIED");
        assertThat(denied.outcomes()).hasSize(2).doesNotContain("CONNECTED");
        // The web reaches it; a port-forward can be first to prove it alive when the machine is busy.
        assertThat(denied.controls()).hasSize(2).isSubsetOf("REACHED", "LISTENING_LOOPBACK");
        if (Lab.here()) {
            assertThat(denied.outcomes()).containsOnly("TIMEOUT");
        }
        assertJUnit(ran, 2, 0, 0);
    }

    @Test
    void a_wrong_expectation_is_a_violation_and_named() throws Exception {
        Ran ran = LIVE.run("""
                checks:
                - {from: deploy/web, to: svc/db, expect: deny, because: the web must not read the data}
                - {from: deploy/front, to: svc/db, expect: allow}
                - {from: deploy/front, to: svc/web, expect: allow}
                """).exits(1);
        ran.that("deploy/web → svc/db is denied").is("FAIL", "OPEN");
        ran.that("deploy/front → svc/db is allowed").is("FAIL", "BLOCKED").advises("Egress", "Ingress");
        ran.that("deploy/front → svc/web is allowed").is("PASS", "CONNECTED");
        assertThat(ran.out()).contains("deploy/web", "the web must not read the data", ":6");
        assertJUnit(ran, 3, 2, 0);
    }

    private static void assertJUnit(Ran ran, int tests, int failures, int errors) throws Exception {
        Document document = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(ran.junit().toFile());
        Element root = document.getDocumentElement();
        assertThat(root.getTagName()).isEqualTo("testsuites");
        assertThat(root.getAttribute("tests")).isEqualTo(Integer.toString(tests));
        assertThat(root.getAttribute("failures")).isEqualTo(Integer.toString(failures));
        assertThat(root.getAttribute("errors")).isEqualTo(Integer.toString(errors));
        assertThat(document.getElementsByTagName("testcase").getLength()).isEqualTo(tests);
        assertThat(document.getElementsByTagName("failure").getLength()).isEqualTo(failures);
        assertThat(document.getElementsByTagName("error").getLength()).isEqualTo(errors);
    }

    @Test
    void what_is_dead_proves_nothing() throws Exception {
        Ran ran = LIVE.run("""
                checks:
                - {from: deploy/front, to: svc/asleep, expect: deny}
                - {from: deploy/front, to: svc/empty, expect: deny}
                - {from: deploy/front, to: svc/deaf, expect: deny}
                - {from: deploy/web, to: svc/deaf, expect: allow}
                - {from: deploy/nowhere, to: svc/web, expect: deny}
                """).exits(3);
        ran.that("deploy/nowhere → svc/web is denied").says("finds no node");
        ran.that("deploy/front → svc/asleep is denied")
                .is("INCONCLUSIVE", "NO_BACKEND")
                .says("1 not ready");
        ran.that("deploy/front → svc/empty is denied").is("INCONCLUSIVE", "NO_BACKEND");
        ran.that("deploy/front → svc/deaf is denied")
                .is("INCONCLUSIVE", "NO_CONTROL")
                .says("nothing shows that it is alive", "connection refused");
        ran.that("deploy/web → svc/deaf is allowed").is("INCONCLUSIVE", "NO_CONTROL");
        Fault.DEAD_TARGET.shown(LIVE, ran, "deploy/web → svc/deaf is allowed", "deploy/front → svc/deaf is denied");
        Fault.NOT_READY.shown(LIVE, ran, "deploy/front → svc/asleep is denied");
        Fault.NO_ENDPOINTS.shown(LIVE, ran, "deploy/front → svc/empty is denied");
        Fault.UNSCHEDULABLE.shown(LIVE, ran, "deploy/nowhere → svc/web is denied");
        assertJUnit(ran, 5, 0, 5);
    }

    @Test
    void what_is_mistyped_proves_nothing_and_is_guessed() {
        Ran ran = LIVE.run("""
                sources:
                  frontt: {labels: {app: frontt}}
                  made-up: {labels: {app: made-up}, synthetic: true}
                checks:
                - {from: deploy/front, to: svc/aslep, expect: deny}
                - {from: deploy/front, to: "svc/db:5433", expect: deny}
                - {from: deploy/frnt, to: svc/db, expect: deny}
                - {from: frontt, to: svc/db, expect: deny}
                - {from: made-up, to: svc/db, expect: deny}
                - {from: deploy/web, to: svc/db, expect: allow}
                """).exits(3);
        ran.that("deploy/front → svc/aslep is denied")
                .is("INCONCLUSIVE", "NO_DESTINATION")
                .says("there is no Service aslep", "did you mean asleep?");
        ran.that("deploy/front → svc/db:5433 is denied")
                .is("INCONCLUSIVE", "NO_DESTINATION")
                .says("5433", "only 5432/TCP");
        ran.that("deploy/frnt → svc/db is denied")
                .is("INCONCLUSIVE", "NO_SUCH_SOURCE")
                .says("did you mean front?");
        ran.that("frontt → svc/db is denied")
                .is("INCONCLUSIVE", "NO_SUCH_SOURCE")
                .says("did you mean app=front?");
        ran.that("made-up → svc/db is denied").is("PASS", "DENIED");
        Fault.MISTYPED_DESTINATION.shown(LIVE, ran, "deploy/front → svc/aslep is denied");
        Fault.WRONG_PORT.shown(LIVE, ran, "deploy/front → svc/db:5433 is denied");
        Fault.MISTYPED_SOURCE.shown(LIVE, ran, "deploy/frnt → svc/db is denied", "frontt → svc/db is denied");
    }

    @Test
    void a_missing_namespace_is_an_error() {
        Ran ran = LIVE.run("""
                checks:
                - {from: deploy/web, to: nowhere-at-all/svc/db, expect: deny}
                """).exits(2);
        assertThat(ran.problem()).contains("there is no namespace nowhere-at-all", ":6");
        assertThat(ran.out() + ran.err()).contains("there is no namespace nowhere-at-all");
        Fault.MISSING_NAMESPACE.shown(LIVE, ran);
    }

    @Test
    void nothing_checked_is_never_a_pass() {
        Ran ran = LIVE.run("""
                checks:
                - {from: deploy/web, to: svc/db, expect: allow}
                """, "--only", "nobody");
        assertThat(ran.err()).contains("no check has the source nobody");
        Fault.NOTHING_SELECTED.shown(LIVE, ran);
    }

    @Test
    void a_targets_own_labels_are_a_source_like_any_other() {
        Ran ran = LIVE.run("""
                checks:
                - {from: deploy/web, to: svc/web, expect: allow}
                - {from: deploy/web, to: svc/db, expect: allow}
                - {from: deploy/db, to: svc/db, expect: deny}
                """);
        Fault.HAIRPIN.shown(LIVE, ran, "deploy/web → svc/web is allowed", "deploy/db → svc/db is denied");
    }
}
