package dev.netproof.judge;

import dev.netproof.model.Family;
import java.util.Optional;

/**
 * Why a path has no control.
 *
 * @param family of the path's address
 * @param fromNode where the probe runs
 * @param toNode where the target runs
 * @param answer what a port-forward found, where that is why
 */
record MissingControl(
        Why why, Family family, Optional<String> fromNode, Optional<String> toNode, Optional<String> answer) {

    /** The two halves of a control. */
    enum Half {
        /** Something must show that the target listens. */
        LISTENER,
        /** Something must get from the probe's node to the target's. */
        WITNESS
    }

    /** What is missing. */
    enum Why {
        /** The target listens, and nothing got from node to node. */
        NO_WAY(Half.WITNESS),
        /** The target listens at its address of the other family, and nothing got from node to node in this one. */
        NO_WAY_IN_THIS_FAMILY(Half.WITNESS),
        /** A UDP server need not answer: only an answer to another source shows that it listens. */
        NO_ANSWER(Half.LISTENER),
        /** A port-forward found no listener. */
        NO_LISTENER(Half.LISTENER),
        /** The target was alive, and not both before the attempts and after them. */
        NOT_AROUND_THE_ATTEMPTS(Half.LISTENER),
        NEVER_REACHED(Half.LISTENER);

        private final Half half;

        Why(Half half) {
            this.half = half;
        }
    }

    Half half() {
        return why.half;
    }
}
