package dev.netproof.report;

import dev.netproof.model.CheckResult;
import dev.netproof.model.Outcome;
import dev.netproof.model.Path;
import dev.netproof.model.PathObservation;
import dev.netproof.model.Streak;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What an edge of the network was seen to be, whatever anybody expected of it. */
enum Observed {
    /** Every path settled on a connection. */
    OPEN("open"),
    /** Some paths settled on a connection, and some on none. */
    PARTLY("open in part"),
    /** No path settled on a connection. */
    STOPPED("stopped"),
    /** Nothing was tried, or nothing settled. */
    UNKNOWN("not known");

    private static final int FLAPPING = 2;

    private final String word;

    Observed(String word) {
        this.word = word;
    }

    String word() {
        return word;
    }

    static Observed of(CheckResult result) {
        Set<Boolean> ends = result.paths().stream()
                .filter(path -> path.path().kind() != Path.Kind.LOOKUP)
                .flatMap(path -> path.outcome().stream())
                .flatMap(outcome -> reached(outcome).stream())
                .collect(Collectors.toSet());
        if (ends.isEmpty()) {
            return UNKNOWN;
        }
        return ends.size() > 1 ? PARTLY : ends.contains(true) ? OPEN : STOPPED;
    }

    /** Whether one of the paths changed its mind and changed it back, which is more than rules that arrive late. */
    static boolean isFlapping(CheckResult result) {
        return result.paths().stream().anyMatch(path -> changes(path) >= FLAPPING);
    }

    private static int changes(PathObservation path) {
        List<Boolean> ends = path.history().stream()
                .map(Streak::outcome)
                .flatMap(outcome -> reached(outcome).stream())
                .toList();
        int changes = 0;
        for (int i = 1; i < ends.size(); i++) {
            if (!ends.get(i).equals(ends.get(i - 1))) {
                changes++;
            }
        }
        return changes;
    }

    private static Optional<Boolean> reached(Outcome outcome) {
        return switch (outcome) {
            case CONNECTED, RESET, L7_DENIED -> Optional.of(true);
            case TIMEOUT, REFUSED, UNREACHABLE, DNS_FAILURE -> Optional.of(false);
            case PROBE_ERROR -> Optional.empty();
        };
    }
}
