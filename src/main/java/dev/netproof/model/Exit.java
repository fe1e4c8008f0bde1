package dev.netproof.model;

/** What the process says to its caller. */
public enum Exit {
    CONFORMS(0, "conforms"),
    VIOLATIONS(1, "violations"),
    BAD_INPUT(2, "bad matrix or usage"),
    INCONCLUSIVE(3, "inconclusive"),
    NOT_ENFORCING(4, "the CNI is not enforcing"),
    NOT_JUDGED(5, "nothing could be judged"),
    INTERRUPTED(130, "interrupted"),
    TERMINATED(143, "terminated");

    private final int code;
    private final String meaning;

    Exit(int code, String meaning) {
        this.code = code;
        this.meaning = meaning;
    }

    public int code() {
        return code;
    }

    public String meaning() {
        return meaning;
    }
}
