package dev.netproof.model;

import java.util.Map;

/** What a destination is, before its port. */
public sealed interface Target {
    record Service(String namespace, String name) implements Target {}

    /** Pods by label. */
    record Pods(String namespace, Map<String, String> labels) implements Target {
        public Pods {
            labels = java.util.Collections.unmodifiableMap(new java.util.LinkedHashMap<>(labels));
        }
    }

    /** The pods of a workload. */
    record Workload(String namespace, WorkloadKind kind, String name) implements Target {}

    record Pod(String namespace, String name) implements Target {}

    /** A DNS name outside the matrix's Services. */
    record Host(String host) implements Target {}

    /** @param ip an IPv4 or IPv6 address in its text form, without brackets */
    record Ip(String ip) implements Target {}
}
