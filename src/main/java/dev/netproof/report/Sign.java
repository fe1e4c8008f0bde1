package dev.netproof.report;

import dev.netproof.model.Verdict;

/** The symbol and word for the state of a check, the same in every format. Worst first. */
enum Sign {
    VIOLATION("✗", "violation", "violations", Tone.BAD),
    INCONCLUSIVE("?", "inconclusive", "inconclusive", Tone.DOUBT),
    /** The run ended before it came to this check. */
    NOT_JUDGED("!", "not judged", "not judged", Tone.DOUBT),
    UNTESTABLE("○", "untestable", "untestable", Tone.MUTED),
    SKIPPED("–", "skipped", "skipped", Tone.MUTED),
    AS_EXPECTED("✓", "as expected", "as expected", Tone.GOOD),
    /** There is no check for this pair. */
    NOT_ASKED("·", "no check", "no check", Tone.MUTED);

    /** What a sign asks of its reader; formats turn this into colour. */
    enum Tone {
        GOOD,
        BAD,
        DOUBT,
        MUTED
    }

    private final String symbol;
    private final String one;
    private final String many;
    private final Tone tone;

    Sign(String symbol, String one, String many, Tone tone) {
        this.symbol = symbol;
        this.one = one;
        this.many = many;
        this.tone = tone;
    }

    static Sign of(Verdict.Status status) {
        return switch (status) {
            case PASS -> AS_EXPECTED;
            case FAIL -> VIOLATION;
            case INCONCLUSIVE -> INCONCLUSIVE;
            case UNTESTABLE -> UNTESTABLE;
            case SKIPPED -> SKIPPED;
        };
    }

    String symbol() {
        return symbol;
    }

    String word() {
        return one;
    }

    Tone tone() {
        return tone;
    }

    /** "2 violations". */
    String counted(long number) {
        return Figures.count(number, one, many);
    }
}
