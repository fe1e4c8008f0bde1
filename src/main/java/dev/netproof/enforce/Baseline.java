package dev.netproof.enforce;

import dev.netproof.judge.PathPhase;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** The connections before any policy: every edge must open, or a denial later proves nothing. */
final class Baseline {
    private final Scenario scenario;
    private final TriedEdges edges;
    private final EdgeWatch watch;
    private final EnforcementTerms terms;

    Baseline(Scenario scenario, TriedEdges edges, EdgeWatch watch, EnforcementTerms terms) {
        this.scenario = scenario;
        this.edges = edges;
        this.watch = watch;
        this.terms = terms;
    }

    enum State {
        WAITING,
        REACHED,
        /** Its time is over, and connections are missing. */
        MISSING
    }

    /** How far it is, by the connections that began since then. */
    State state(Instant since, Instant now) {
        List<Bound> all = edges.all();
        if (all.stream().allMatch(edge -> watch.isReached(edge, since))) {
            return State.REACHED;
        }
        return watch.started(all)
                        .filter(started -> watch.isOver(all, started.isAfter(since) ? started : since, now))
                        .isPresent()
                ? State.MISSING
                : State.WAITING;
    }

    /** The one family of addresses in which connections are missing, where there are all of them in the other. */
    Optional<LeftFamily> shut(Instant since) {
        List<Bound> missing = edges.all().stream()
                .filter(edge -> !watch.isReached(edge, since))
                .toList();
        boolean heard = watch.since(missing, since).stream()
                .allMatch(phase -> phase.samples().size() >= terms.stable() && !phase.neverFailed());
        return Families.alone(missing, edges.all())
                .filter(family -> heard && edges.tellsWithout(family))
                .map(family -> new LeftFamily(
                        family,
                        LeftFamily.Why.NO_CONNECTION,
                        Conclusions.nothingProvedOver(
                                family,
                                missing.get(0),
                                watch.since(missing.get(0), since).samples())));
    }

    /** What follows where nothing connects because the cluster lacks what the scenario needs. */
    Optional<Conclusion> lacking(Instant since) {
        return watch.since(edges.all(), since).stream().allMatch(PathPhase::neverOpened)
                ? scenario.prerequisite().lackingWithoutPolicy()
                : Optional.empty();
    }

    /**
     * What follows where connections are missing.
     *
     * @param foreign asks for the policies in the namespaces that are not netproof's
     */
    Conclusion missing(Instant since, Supplier<List<String>> foreign) {
        Bound shut = edges.all().stream()
                .filter(edge -> !watch.since(edge, since).isOpenAgain())
                // An edge that something is expected of comes first.
                .min(Comparator.comparing(Bound::isLeftOpen))
                .orElse(edges.all().get(0));
        PathPhase results = watch.since(shut, since);
        // A kubelet that never found the pod ready has told nothing.
        if (!EdgeWatch.isLookedAtByKubelet(shut) && results.neverFailed()) {
            return Conclusions.unheard("whether there is a connection without a policy", shut, results.samples());
        }
        return shut.isLeftOpen()
                ? Conclusions.nothingToObserve(shut)
                : Conclusions.noBaseline(shut, results.samples(), foreign.get());
    }
}
