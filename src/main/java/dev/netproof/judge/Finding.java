package dev.netproof.judge;

import dev.netproof.evidence.EvidenceStore.Loss;
import dev.netproof.model.ControlGrade;
import dev.netproof.model.Outcome;
import dev.netproof.model.Sample;
import dev.netproof.plan.PlannedPath;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What is known of one path when its check is concluded.
 *
 * @param samples everything that was seen
 * @param nodes how the nodes that its packets pass were
 * @param outcome what it settled on, or the latest seen when it did not settle
 * @param controlledBy who proved the far end alive, or why nobody did
 * @param missing which half of a control was missing, where there was none
 * @param node where its probe runs
 * @param started when its probe began
 * @param changed how admission changed the probe
 * @param starved rounds that did not count because the probe did not get to run
 * @param targetChanged how the target changed meanwhile
 * @param origin who refuses, where the path is refused
 * @param names whether any probe was served by the name servers while this one was not; of no meaning but for a look-up
 * @param elsewhere what the same probe reached otherwise
 */
record Finding(
        PlannedPath planned,
        List<Sample> samples,
        Nodes nodes,
        Optional<Outcome> outcome,
        Steadiness steadiness,
        ControlGrade grade,
        String controlledBy,
        Missing missing,
        Optional<String> node,
        Optional<Instant> started,
        Optional<Loss> loss,
        Optional<String> changed,
        int starved,
        Optional<String> targetChanged,
        Optional<RefusalOrigin> origin,
        Names names,
        Elsewhere elsewhere) {

    /** What a control lacked. */
    enum Missing {
        /** Nothing showed that anybody listens there. */
        LISTENER,
        /** Somebody listens, and nothing got from the probe's node to the target's. */
        WITNESS
    }

    /** Whether the name servers served anybody meanwhile: the control of a name that does not resolve. */
    enum Names {
        SERVED,
        SERVED_NOBODY
    }

    /** What the same probe reached beside this path, name servers left out: it hints at which end stops the traffic. */
    enum Elsewhere {
        REACHED_SOMETHING,
        REACHED_NOTHING
    }

    /** How probes on the nodes that a path's packets pass got along. */
    enum Nodes {
        SOUND,
        /** At least one probe was starved of CPU at times. */
        STARVED
    }

    /** Whether the outcome held still for as long as was asked. */
    enum Steadiness {
        STEADY,
        UNSTEADY
    }
}
