package dev.netproof.run;

import dev.netproof.enforce.LentNamespace;
import dev.netproof.enforce.NodeChoice;
import dev.netproof.model.Exit;
import dev.netproof.model.Report;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** Looks, beside a run, whether nodes enforce any policy at all. */
interface Canary {
    /** Looks at nothing. */
    Canary NONE = (nodes, within, place) -> Optional.empty();

    /**
     * Begins to look and returns at once; empty where nothing is to be looked at.
     *
     * @param place where to work; a namespace of its own, where empty
     */
    Optional<Watch> begin(NodeChoice nodes, Duration within, Optional<LentNamespace> place);

    /** A look that has begun. */
    interface Watch {
        /**
         * How long rules took to arrive, by node, as soon as that is known; empty while it may still become known. Never waits.
         */
        default Optional<Map<String, Duration>> arrivals() {
            return Optional.of(Map.of());
        }

        /** Ends it early. */
        void interrupt(Exit reason);

        /** What it found, without anything left of it in the cluster; waits for that, but not for ever. Never throws. */
        Report found();
    }
}
