package dev.netproof.plan;

import dev.netproof.model.Check;
import dev.netproof.model.Exit;
import dev.netproof.plan.ProbeBook.SourceIdentity;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** How much a plan is asked to hold, counted before any of it is made. */
final class Size {
    private final PlanTerms.Most most;

    /** How many nodes each identity is wanted on. */
    private final Map<SourceIdentity, Integer> nodes = new HashMap<>();

    private long probes;
    private long paths;
    private Optional<Check> tooManyProbes = Optional.empty();
    private Optional<Check> tooManyPaths = Optional.empty();

    Size(PlanTerms.Most most) {
        this.most = most;
    }

    /** Whether a check's paths may be added; if not, they are counted all the same. */
    boolean admits(Check check, SourceIdentity identity, int onNodes, int ways) {
        int before = nodes.getOrDefault(identity, 0);
        if (onNodes > before) {
            nodes.put(identity, onNodes);
            probes += onNodes - before;
        }
        paths += (long) onNodes * ways;
        if (probes > most.probes() && tooManyProbes.isEmpty()) {
            tooManyProbes = Optional.of(check);
        }
        if (paths > most.paths() && tooManyPaths.isEmpty()) {
            tooManyPaths = Optional.of(check);
        }
        return tooManyProbes.isEmpty() && tooManyPaths.isEmpty();
    }

    /** Why the plan is not to be carried out, if it was asked to hold too much. */
    List<Refusal> refusals() {
        List<Refusal> refusals = new ArrayList<>();
        tooManyProbes.ifPresent(check -> refusals.add(new Refusal(
                Exit.BAD_INPUT,
                check.location() + ": the matrix needs " + number(probes) + " probe pods, more than the limit of "
                        + number(most.probes()) + ", which source "
                        + check.source().name() + " exceeds",
                "use fewer sources or nodes, or add --max-probes " + probes)));
        tooManyPaths.ifPresent(check -> refusals.add(new Refusal(
                Exit.BAD_INPUT,
                check.location() + ": the matrix needs " + number(paths) + " paths, more than the limit of "
                        + number(most.paths()) + "; the first check beyond it: " + check.sentence(),
                "use fewer nodes or checks, or fewer pods of each destination (--endpoints), or add --max-paths "
                        + paths)));
        return refusals;
    }

    private static String number(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }
}
