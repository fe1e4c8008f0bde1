package dev.netproof.judge;

import dev.netproof.evidence.EvidenceStore.PodLife;
import dev.netproof.model.ControlGrade;
import dev.netproof.model.Outcome;
import dev.netproof.model.Path;
import dev.netproof.model.Sample;
import dev.netproof.plan.PlannedPath;
import java.util.List;
import java.util.Optional;

/**
 * What is known of one path at one moment. Most of it is computed when it is asked for: a check is asked about in every round, and is
 * reported once.
 *
 * @param life of its probe
 * @param samples everything that was seen
 * @param result what the path came to
 * @param origin who refuses, where the path is refused
 * @param targetChange how the target changed meanwhile
 * @param names whether any probe was served by the name servers while this one was not; of no meaning but for a look-up
 * @param fromElsewhere where the path's address leads from other nodes; of no meaning but for one that leads to nobody from here
 * @param missing why there is no control, where there is none
 * @param surroundings what else the run saw of the probe and its nodes
 */
record Finding(
        PlannedPath planned,
        PodLife life,
        List<Sample> samples,
        Lazy<Result> result,
        Lazy<Optional<RefusalOrigin>> origin,
        Lazy<Optional<String>> targetChange,
        Lazy<Names> names,
        Lazy<FromElsewhere> fromElsewhere,
        Lazy<MissingControl> missing,
        Lazy<Surroundings> surroundings) {

    /**
     * What a path came to.
     *
     * @param outcome what it settled on, or the latest seen when it did not settle
     * @param proof the best control around it
     */
    record Result(Optional<Outcome> outcome, Steadiness steadiness, Lazy<Optional<Proof>> proof) {}

    /** Whether the outcome held still for as long as was asked. */
    enum Steadiness {
        STEADY,
        UNSTEADY
    }

    /** Whether the name servers served anybody meanwhile: the control of a name that does not resolve. */
    enum Names {
        SERVED,
        SERVED_NOBODY
    }

    /** Whether the path's address leads to somebody from another node on which the same source is tried. */
    enum FromElsewhere {
        LEADS_TO_SOMEBODY,
        LEADS_TO_NOBODY
    }

    /**
     * What else the run saw; it decides nothing, and helps to find the cause.
     *
     * @param starved rounds that did not count because the probe did not get to run
     */
    record Surroundings(Nodes nodes, Elsewhere elsewhere, int starved) {}

    /** How probes on the nodes that a path's packets pass got along. */
    enum Nodes {
        SOUND,
        /** At least one probe was starved of CPU at times. */
        STARVED
    }

    /** What the same probe reached beside this path, name servers left out: it hints at which end stops the traffic. */
    enum Elsewhere {
        REACHED_SOMETHING,
        REACHED_NOTHING
    }

    Path path() {
        return planned.path();
    }

    boolean isLookup() {
        return path().kind() == Path.Kind.LOOKUP;
    }

    Optional<Outcome> outcome() {
        return result.get().outcome();
    }

    boolean isUnsteady() {
        return result.get().steadiness() == Steadiness.UNSTEADY;
    }

    boolean connected() {
        return outcome().equals(Optional.of(Outcome.CONNECTED));
    }

    /** Whether the outcome shows that packets reached a listener. */
    boolean wasReached() {
        return outcome().filter(Outcome::reachedListener).isPresent();
    }

    Optional<Proof> proof() {
        return result.get().proof().get();
    }

    ControlGrade grade() {
        return proof().map(Proof::grade).orElse(ControlGrade.NONE);
    }

    Judge.Refuser refuser() {
        return RefusalExplainer.refuser(origin.get());
    }

    /** Whether it was stopped at first and at last, and let through in between: neither slow rules nor a missing policy explain that. */
    boolean isGap() {
        // A name may lead to another address from one round to the next.
        return !isLookup()
                && samples.get(0).outcome().looksDenied()
                && samples.get(samples.size() - 1).outcome().looksDenied();
    }
}
