package dev.netproof.run;

import dev.netproof.judge.Convergence;
import dev.netproof.judge.ConvergenceTerms;
import dev.netproof.kube.SessionTerms;
import dev.netproof.run.Probing.Measuring;
import java.time.Duration;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/** How long pods are given to settle: as long as the terms say, or as rules are seen to take beside the run. */
final class SettlingTime {
    private final Measuring measuring;
    private final ConvergenceTerms terms;
    private final Duration round;
    private final Duration connectTimeout;
    private final Consumer<String> notes;
    private Duration time;
    private boolean known;

    SettlingTime(Measuring measuring, ConvergenceTerms terms, SessionTerms session, Consumer<String> notes) {
        this.measuring = measuring;
        this.terms = terms;
        this.round = session.pace().round();
        this.connectTimeout = session.connectTimeout();
        this.notes = notes;
        this.time = terms.settle();
    }

    Duration time() {
        return time;
    }

    /** Whether it does not change any more. */
    boolean isKnown() {
        return known;
    }

    /** Asks how long rules take to arrive, until that is known, and passes it on. */
    void ask(Convergence watching) {
        if (known) {
            return;
        }
        Optional<Map<String, Duration>> arrivals = measuring.arrivals();
        arrivals.ifPresent(byNode -> adopt(byNode, watching));
    }

    private void adopt(Map<String, Duration> byNode, Convergence watching) {
        known = true;
        // That nothing was measured is news too: what is seen of a fresh pod is believed once that is known.
        ConvergenceTerms after = byNode.values().stream()
                .max(Comparator.naturalOrder())
                .map(longest -> terms.arriving(longest, round, connectTimeout))
                .orElseGet(() -> terms.at(round, connectTimeout));
        time = after.settle();
        watching.arrived(byNode, after);
        new TreeMap<>(byNode).forEach((node, arrival) -> {
            if (arrival.plus(round).compareTo(terms.settle()) > 0) {
                notes.accept("rules took " + seconds(arrival) + " to arrive on " + node + ": pods were given "
                        + seconds(time) + " to settle instead of " + seconds(terms.settle()));
            }
        });
    }

    private static String seconds(Duration time) {
        return String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1000.0);
    }
}
