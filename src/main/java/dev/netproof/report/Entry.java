package dev.netproof.report;

import dev.netproof.model.Check;
import dev.netproof.model.CheckResult;
import dev.netproof.model.Verdict;
import java.util.Locale;
import java.util.Optional;

/**
 * A check and what came of it.
 *
 * @param result empty when the run ended before this check
 */
record Entry(Check check, Optional<CheckResult> result) {

    Sign sign() {
        return result.map(r -> Sign.of(r.verdict().status())).orElse(Sign.NOT_JUDGED);
    }

    /** What to say beside the sign: what was expected, or in capitals what was found instead. */
    String word() {
        return result.map(CheckResult::verdict)
                .filter(verdict -> verdict.status() == Verdict.Status.FAIL)
                .map(verdict -> found(verdict.reason()).toUpperCase(Locale.ROOT))
                .orElse(check.expectation().word());
    }

    /** The reason in a word or two, for a check that was to be judged and does not conform. */
    Optional<String> reason() {
        return result.map(CheckResult::verdict)
                .filter(verdict ->
                        verdict.status() != Verdict.Status.PASS && verdict.status() != Verdict.Status.SKIPPED)
                .map(verdict -> found(verdict.reason()));
    }

    /** What to say after the check's sentence: OPEN, no control. */
    String remark() {
        return sign() == Sign.VIOLATION ? word() : reason().orElse(sign().word());
    }

    private String found(Verdict.Reason reason) {
        return switch (reason) {
            case CONNECTED, OPEN -> "open";
            case DENIED, BLOCKED -> "blocked";
            case NAME_NOT_RESOLVED -> "no name";
            case WRONG_MANNER ->
                switch (check.expectation()) {
                    case DROP -> "rejected";
                    case REJECT -> "dropped";
                    case ALLOW, DENY -> "wrong manner";
                };
            case WRONG_RESPONSE -> "response";
            case EXCEPTION_EXPIRED -> "expired";
            case NO_CONTROL -> "no control";
            case UNSETTLED -> "unsettled";
            case TARGET_CHANGED -> "target changed";
            case NO_DESTINATION -> "no destination";
            case NO_BACKEND -> "no backend";
            case NO_SUCH_SOURCE -> "no such source";
            case PROBE_FAILED -> "probe failed";
            case PROBE_CHANGED -> "probe changed";
            case PROBE_UNRELIABLE -> "probe unreliable";
            case NOT_SELECTED -> "not selected";
            case NOT_SUPPORTED -> "not supported";
            case OUT_OF_TIME -> "out of time";
        };
    }
}
