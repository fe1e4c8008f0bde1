package dev.netproof.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.netproof.live.LiveCluster.Started;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whoever ends a run early still gets a report and a clean cluster. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
final class SignalsIT {
    @RegisterExtension
    static final LiveCluster LIVE = LiveCluster.with("signals");

    @BeforeAll
    static void servers() {
        LIVE.apply(
                Manifests.server("db", 5432, 5432),
                Manifests.client("web"),
                Manifests.client("front"),
                Manifests.admits("db", "web"));
        LIVE.awaitReady();
    }

    @ParameterizedTest
    @CsvSource({"INT, 130", "TERM, 143"})
    void ends_with_a_report_and_nothing_left(String signal, int code) throws Exception {
        // A settle time that the test would never see the end of.
        Started started = LIVE.start("""
                checks:
                - {from: deploy/web, to: svc/db, expect: allow}
                - {from: deploy/front, to: svc/db, expect: deny}
                """, "--settle=3m", "--deadline=4m");
        LIVE.awaitProbe(started);
        started.signal(signal);
        Ran ran = started.ends(Duration.ofSeconds(60));
        assertThat(ran.exit()).as(ran.err()).isEqualTo(code);
        assertThat(ran.report().at("/exit/code").asInt()).isEqualTo(code);
        assertThat(ran.problem()).contains("the run was");
        ran.that("deploy/web → svc/db is allowed").is("INCONCLUSIVE", "OUT_OF_TIME");
        ran.that("deploy/front → svc/db is denied").is("INCONCLUSIVE", "OUT_OF_TIME");
        assertThat(DocumentBuilderFactory.newInstance()
                        .newDocumentBuilder()
                        .parse(ran.junit().toFile())
                        .getElementsByTagName("testcase")
                        .getLength())
                .as("two checks, and the run itself")
                .isEqualTo(3);
        (signal.equals("INT") ? Fault.INTERRUPTED : Fault.TERMINATED)
                .shown(LIVE, ran, "deploy/web → svc/db is allowed", "deploy/front → svc/db is denied");
    }

    @Test
    void a_run_that_is_out_of_time_reports_and_leaves_nothing() {
        Ran ran = LIVE.run("""
                checks:
                - {from: deploy/web, to: svc/db, expect: allow}
                - {from: deploy/front, to: svc/db, expect: deny}
                """, "--settle=3m", "--deadline=4m", "--timeout=12s");
        assertThat(ran.problem()).contains("time", "12 s");
        ran.that("deploy/front → svc/db is denied").says("12 s");
        Fault.OUT_OF_TIME.shown(LIVE, ran, "deploy/web → svc/db is allowed", "deploy/front → svc/db is denied");
    }
}
