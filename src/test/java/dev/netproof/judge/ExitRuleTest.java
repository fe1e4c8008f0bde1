package dev.netproof.judge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.netproof.model.CheckResult;
import dev.netproof.model.Enforcement;
import dev.netproof.model.Exit;
import dev.netproof.model.Expectation;
import dev.netproof.model.Verdict;
import dev.netproof.model.Verdict.Reason;
import dev.netproof.model.Verdict.Status;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The first that applies of 5, 4, 1, 3, 0. */
class ExitRuleTest {
    private static final Verdict PASSED = verdict(Status.PASS, Reason.DENIED);
    private static final Verdict FAILED = verdict(Status.FAIL, Reason.OPEN);
    private static final Verdict OPEN_QUESTION = verdict(Status.INCONCLUSIVE, Reason.NO_CONTROL);

    private static Verdict verdict(Status status, Reason reason) {
        return new Verdict(status, reason, "", Optional.empty());
    }

    private static List<CheckResult> results(Verdict... verdicts) {
        return Arrays.stream(verdicts)
                .map(verdict -> new CheckResult(
                        Watch.of(Expectation.DENY)
                                .path(Watch.pod("10.0.1.1", "node-1"))
                                .planned()
                                .check(),
                        verdict,
                        List.of(),
                        Duration.ZERO,
                        ""))
                .toList();
    }

    private static Exit exit(Enforcement.Verdict enforcement, Verdict... verdicts) {
        return ExitRule.of(results(verdicts), Optional.of(enforcement));
    }

    @Test
    void what_all_passed_conforms() {
        assertThat(ExitRule.of(results(PASSED, PASSED))).isEqualTo(Exit.CONFORMS);
    }

    @Test
    void one_violation_outweighs_what_passed_and_what_is_open() {
        assertThat(ExitRule.of(results(PASSED, OPEN_QUESTION, FAILED))).isEqualTo(Exit.VIOLATIONS);
    }

    @Test
    void one_open_question_is_not_conforming() {
        assertThat(ExitRule.of(results(PASSED, OPEN_QUESTION))).isEqualTo(Exit.INCONCLUSIVE);
    }

    @Test
    void nothing_checked_is_nothing_judged() {
        assertThat(ExitRule.of(List.of())).isEqualTo(Exit.NOT_JUDGED);
    }

    @ParameterizedTest
    @EnumSource(
            value = Reason.class,
            names = {"PROBE_FAILED", "PROBE_UNRELIABLE", "OUT_OF_TIME"})
    void where_no_probe_was_heard_nothing_is_judged(Reason unheard) {
        Verdict nothing = verdict(Status.INCONCLUSIVE, unheard);

        assertThat(ExitRule.of(results(nothing, nothing))).isEqualTo(Exit.NOT_JUDGED);
        assertThat(exit(Enforcement.Verdict.NOT_ENFORCED, nothing)).isEqualTo(Exit.NOT_JUDGED);
        assertThat(ExitRule.of(results(nothing, PASSED))).isEqualTo(Exit.INCONCLUSIVE);
    }

    @ParameterizedTest
    @EnumSource(
            value = Enforcement.Verdict.class,
            names = {"NOT_ENFORCED", "PARTIAL"})
    void a_cluster_that_does_not_enforce_comes_before_violations(Enforcement.Verdict found) {
        assertThat(exit(found, PASSED)).isEqualTo(Exit.NOT_ENFORCING);
        assertThat(exit(found, FAILED)).isEqualTo(Exit.NOT_ENFORCING);
    }

    @ParameterizedTest
    @EnumSource(
            value = Enforcement.Verdict.class,
            names = {"ENFORCED", "INCONCLUSIVE"})
    void a_canary_that_found_nothing_amiss_changes_nothing(Enforcement.Verdict found) {
        assertThat(exit(found, PASSED)).isEqualTo(Exit.CONFORMS);
        assertThat(exit(found, FAILED)).isEqualTo(Exit.VIOLATIONS);
        assertThat(exit(found, OPEN_QUESTION)).isEqualTo(Exit.INCONCLUSIVE);
    }
}
