package dev.netproof.run;

import dev.netproof.evidence.EvidenceStore;
import dev.netproof.judge.Convergence;
import dev.netproof.plan.PlannedCheck;
import dev.netproof.plan.PlannedPath;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which of the undecided checks are to be looked at, and when: a probe's own when it has ended a round, all of which there is news in a
 * sweep, and each at its deadline. Of most there is nothing new most of the time (docs/adr/0016).
 */
final class PendingChecks {
    /** How often deadlines are looked at when nothing happens. */
    static final Duration TICK = Duration.ofMillis(250);

    private static final int CHECKS_A_TICK = 1_000;

    private final Convergence watching;
    private final EvidenceStore evidence;
    private final Instant launched;
    private final Map<String, Set<PlannedCheck>> byProbe = new HashMap<>();
    private final Set<PlannedCheck> open = each();
    private final IdentityHashMap<PlannedCheck, Long> looked = new IdentityHashMap<>();

    /** Probes that ended a round since the last sweep. */
    private final Set<String> spoke = new HashSet<>();

    private Set<PlannedCheck> due = each();
    private Instant sweep;
    private Instant soonest;
    private Instant latest;
    private long told;
    private long swept;
    private boolean sweeping;
    private boolean everything;

    /** @param deadline of a check whose probe starts at once */
    PendingChecks(Convergence watching, EvidenceStore evidence, Instant launched, Instant deadline) {
        this.watching = watching;
        this.evidence = evidence;
        this.launched = launched;
        this.sweep = launched;
        this.soonest = launched;
        this.latest = deadline;
        this.swept = evidence.latest();
    }

    void add(PlannedCheck check) {
        open.add(check);
        for (PlannedPath planned : check.paths()) {
            byProbe.computeIfAbsent(planned.probe(), p -> each()).add(check);
        }
    }

    boolean isEmpty() {
        return open.isEmpty();
    }

    /** A probe has ended a round. */
    void spoke(String probe) {
        spoke.add(probe);
        due.addAll(of(probe));
    }

    /** A probe is lost. */
    void lost(String probe) {
        due.addAll(of(probe));
    }

    private Set<PlannedCheck> of(String probe) {
        return byProbe.getOrDefault(probe, Set.of());
    }

    boolean isSweepDue(Instant now) {
        return !now.isBefore(sweep);
    }

    /** Marks every check of which there is news, and those past their deadline. */
    void sweep(Instant now) {
        sweeping = true;
        everything = evidence.isNewsForAll(swept);
        if (everything || evidence.latest() > swept || !now.isBefore(soonest)) {
            soonest = Instant.MAX;
            latest = launched;
            for (PlannedCheck check : open) {
                Instant deadline = watching.deadline(check, launched);
                soonest = deadline.isBefore(soonest) ? deadline : soonest;
                latest = deadline.isAfter(latest) ? deadline : latest;
                if (everything || !now.isBefore(deadline) || evidence.isNews(check, looked.getOrDefault(check, -1L))) {
                    due.add(check);
                }
            }
        }
        // Looking at thousands of checks takes a while, and their probes' rounds are paced to match.
        sweep = now.plus(TICK.multipliedBy(1 + open.size() / CHECKS_A_TICK));
    }

    /** Whether there is anything to do. */
    boolean isDue() {
        return sweeping || !due.isEmpty();
    }

    /** The undecided checks to look at now. */
    List<PlannedCheck> look() {
        told = evidence.latest();
        due.retainAll(open);
        due.forEach(check -> looked.put(check, told));
        return List.copyOf(due);
    }

    void decided(PlannedCheck check) {
        open.remove(check);
        due.remove(check);
    }

    /** Those looked at that stay undecided. */
    Collection<PlannedCheck> undecided() {
        return due;
    }

    /**
     * Checks whose probes may have been refused for the first time since the last sweep; none but in a sweep. All of a probe's at once: it
     * is given one explainer, for whatever it is refused.
     */
    Collection<PlannedCheck> refusable() {
        Set<PlannedCheck> refusable = each();
        if (sweeping) {
            (everything ? byProbe.keySet() : spoke).forEach(probe -> refusable.addAll(of(probe)));
            refusable.retainAll(open);
        }
        return refusable;
    }

    /** The explainer of a probe concerns the checks of that probe. */
    void explainer(String probe, String explainer) {
        byProbe.put(explainer, of(probe));
    }

    /** Everything that was due has been looked at. */
    void done() {
        if (sweeping) {
            spoke.clear();
            swept = told;
        }
        sweeping = false;
        everything = false;
        due = each();
    }

    /** The latest deadline of an undecided check. */
    Instant latest() {
        return latest;
    }

    /** For checks of one plan, of which there is one each: to compare thousands of them by what they say takes its time. */
    private static Set<PlannedCheck> each() {
        return Collections.newSetFromMap(new IdentityHashMap<>());
    }
}
