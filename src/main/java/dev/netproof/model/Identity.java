package dev.netproof.model;

import java.util.Map;

/** What makes a source the one that policies know. */
public sealed interface Identity {
    /** The pod labels, written out in the matrix. */
    record Labels(Map<String, String> labels) implements Identity {
        public Labels {
            labels = java.util.Collections.unmodifiableMap(new java.util.LinkedHashMap<>(labels));
        }
    }

    /** Whatever the live workload's pod template says: labels, service account, tolerations, placement. */
    record Workload(WorkloadKind kind, String name) implements Identity {}

    /** An existing pod, probed from inside. */
    record ExistingPod(String name) implements Identity {}
}
