package dev.netproof.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.netproof.judge.ExitRule;
import dev.netproof.matrix.MatrixReader;
import dev.netproof.model.CheckResult;
import dev.netproof.model.Circumstances;
import dev.netproof.model.Exit;
import dev.netproof.model.Matrix;
import dev.netproof.model.Report;
import dev.netproof.model.Verdict;
import dev.netproof.model.Verdict.Reason;
import dev.netproof.model.Verdict.Status;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LeftOutTest {
    private final Matrix whole = MatrixReader.of(LocalDate.of(2026, 11, 21), "shop")
            .readText("m.yaml", """
                    apiVersion: netproof.dev/v1
                    kind: ConnectivityMatrix
                    metadata: {name: shop}
                    checks:
                      - {from: deploy/web, to: svc/db, expect: deny}
                      - {from: deploy/cart, to: svc/db, expect: allow}
                      - {from: deploy/web, to: svc/cart, expect: allow}
                    """.getBytes(StandardCharsets.UTF_8))
            .matrices()
            .get(0);

    @Test
    void what_was_not_asked_for_stands_in_the_report_where_it_stands_in_the_matrix() {
        Report report = LeftOut.named(report(List.of(passed(1))), List.of(only(1)), List.of(whole));

        assertThat(report.results())
                .extracting(result -> result.verdict().reason())
                .containsExactly(Reason.NOT_SELECTED, Reason.CONNECTED, Reason.NOT_SELECTED);
        assertThat(report.results()).extracting(CheckResult::check).containsExactlyElementsOf(whole.checks());
        assertThat(report.matrices()).containsExactly(whole);
        assertThat(report.exit()).isEqualTo(Exit.CONFORMS);
    }

    @Test
    void what_was_asked_for_and_never_judged_is_not_called_unasked() {
        Report report = LeftOut.named(report(List.of()), List.of(only(1)), List.of(whole));

        assertThat(report.results())
                .extracting(CheckResult::check)
                .containsExactly(whole.checks().get(0), whole.checks().get(2));
    }

    @Test
    void the_exit_goes_by_what_was_asked_for_and_nothing_asked_is_no_success() {
        List<CheckResult> some = LeftOut.named(report(List.of(passed(1))), List.of(only(1)), List.of(whole))
                .results();

        assertThat(ExitRule.of(some)).isEqualTo(Exit.CONFORMS);
        assertThat(ExitRule.of(List.of(some.get(0), some.get(2)))).isEqualTo(Exit.NOT_JUDGED);
    }

    private Matrix only(int check) {
        return new Matrix(
                whole.name(),
                whole.owner(),
                whole.sha256(),
                List.of(whole.checks().get(check)),
                whole.warnings(),
                whole.location());
    }

    private CheckResult passed(int check) {
        return new CheckResult(
                whole.checks().get(check),
                new Verdict(Status.PASS, Reason.CONNECTED, "Connected.", Optional.empty()),
                List.of(),
                Duration.ofSeconds(1),
                "");
    }

    private Report report(List<CheckResult> results) {
        return new Report(
                "test",
                Optional.empty(),
                Instant.EPOCH,
                Instant.EPOCH,
                List.of(only(1)),
                Circumstances.NONE,
                results,
                List.of(),
                Optional.empty(),
                Report.Costs.NONE,
                Exit.CONFORMS);
    }
}
