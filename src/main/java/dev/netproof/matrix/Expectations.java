package dev.netproof.matrix;

import dev.netproof.model.Expectation;
import dev.netproof.model.Similar;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The words for expectations, and those that people try instead. */
final class Expectations {
    static final List<String> WORDS =
            Arrays.stream(Expectation.values()).map(Expectation::word).toList();

    private static final Map<String, String> SYNONYMS = Map.ofEntries(
            Map.entry("allowed", "allow"),
            Map.entry("denied", "deny"),
            Map.entry("dropped", "drop"),
            Map.entry("rejected", "reject"),
            Map.entry("yes", "allow"),
            Map.entry("y", "allow"),
            Map.entry("on", "allow"),
            Map.entry("true", "allow"),
            Map.entry("ok", "allow"),
            Map.entry("pass", "allow"),
            Map.entry("open", "allow"),
            Map.entry("accept", "allow"),
            Map.entry("permit", "allow"),
            Map.entry("no", "deny"),
            Map.entry("n", "deny"),
            Map.entry("off", "deny"),
            Map.entry("false", "deny"),
            Map.entry("fail", "deny"),
            Map.entry("block", "deny"),
            Map.entry("blocked", "deny"),
            Map.entry("closed", "deny"),
            Map.entry("forbid", "deny"),
            Map.entry("timeout", "drop"),
            Map.entry("refuse", "reject"),
            Map.entry("refused", "reject"),
            Map.entry("reset", "reject"));

    private Expectations() {}

    static Optional<Expectation> of(String word) {
        return Arrays.stream(Expectation.values())
                .filter(expectation -> expectation.word().equals(word))
                .findFirst();
    }

    static Optional<String> meant(String word) {
        return Optional.ofNullable(SYNONYMS.get(word.toLowerCase(Locale.ROOT))).or(() -> Similar.among(WORDS, word));
    }
}
