package dev.netproof.judge;

import dev.netproof.evidence.EvidenceStore.AliveWindow;
import dev.netproof.evidence.EvidenceStore.Span;
import dev.netproof.model.ControlGrade;
import dev.netproof.model.Family;
import dev.netproof.model.Path;
import dev.netproof.model.Sample;
import dev.netproof.plan.Backend;
import java.util.Optional;

/**
 * A control: what shows that the far end of a path was alive while attempts at it failed.
 *
 * @param alive when the far end was seen alive
 * @param way when packets were seen to get from the path's node to the far end's; empty where that is not asked for
 * @param by who or what showed it
 */
record Proof(ControlGrade grade, Span alive, Optional<Span> way, By by) {
    Proof(ControlGrade grade, Span alive, By by) {
        this(grade, alive, Optional.empty(), by);
    }

    /** The same, as long as packets were seen to get along the way. */
    Proof along(Span open) {
        return new Proof(grade, alive, Optional.of(open), by);
    }

    /** Whether the attempt failed while the far end was alive and the way was open. */
    boolean covers(Sample sample) {
        return alive.covers(sample.began(), sample.at())
                && way.map(span -> span.covers(sample.began(), sample.began())).orElse(true);
    }

    /** Who or what showed the far end alive. */
    sealed interface By {
        /** Other sources reached the backend. */
        record Sources(AliveWindow window, Backend backend) implements By {}

        /** The source itself reached a pod behind the Service. */
        record SameSource(Path pod) implements By {}

        /** A port-forward reached the port, and the kubelet's readiness probe connects to it. */
        record Kubelet() implements By {}

        /** A port-forward alone reached the port. */
        record PortForward() implements By {}

        /**
         * The pod was alive at its address of the other family.
         *
         * @param family the one that is judged
         * @param other the address of the other family
         */
        record OtherFamily(Family family, Backend other, AliveWindow window) implements By {}
    }
}
