package dev.netproof.run;

import dev.netproof.enforce.LentNamespace;
import dev.netproof.enforce.NodeChoice;
import dev.netproof.model.Exit;
import dev.netproof.model.Report;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** Checks, beside a run, whether nodes enforce any policy at all. */
interface Canary {
    /** Checks nothing. */
    Canary NONE = (nodes, within, place) -> Optional.empty();

    /**
     * Begins, and returns at once; empty where there is nothing to check.
     *
     * @param place where to work; a namespace of its own, where empty
     */
    Optional<Watch> begin(NodeChoice nodes, Duration within, Optional<LentNamespace> place);

    /** A check that has begun. */
    interface Watch {
        /**
         * How long rules took to arrive, by node, as soon as that is known; empty while it may still become known. Never waits.
         */
        default Optional<Map<String, Duration>> arrivals() {
            return Optional.of(Map.of());
        }

        /** Ends it early. */
        void interrupt(Exit reason);

        /** What it found. Waits, but not for ever, until it has removed its objects. Never throws. */
        Report found();
    }
}
