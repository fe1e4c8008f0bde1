package dev.netproof.kube;

import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/** Names and marks the objects of one session. */
final class Stamp {
    private final String run;
    private final Instant deadline;

    Stamp(String run, Instant deadline) {
        this.run = run;
        this.deadline = deadline;
    }

    /**
     * An object's name and the annotations that belong to it.
     *
     * @param role what its label says
     */
    record Marked(String name, String role, Map<String, String> annotations) {
        Marked {
            annotations = Collections.unmodifiableMap(new TreeMap<>(annotations));
        }
    }

    /**
     * A new name, and what ties it to its object.
     *
     * @param namespace empty for what is in none
     * @param stem the name before its last dash
     */
    Marked mark(String kind, String namespace, String stem, String role) {
        String salt = Seal.salt();
        String until = deadline.toString();
        return new Marked(
                stem + "-" + Seal.of(kind, namespace, stem, role, run, until, salt),
                role,
                Map.of(NetproofLabels.RUN, run, NetproofLabels.DEADLINE, until, NetproofLabels.SEAL, salt));
    }
}
