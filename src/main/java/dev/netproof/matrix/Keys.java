package dev.netproof.matrix;

import java.util.List;

/** The keys of the format. The JSON Schema has the same; a test holds the two equal. */
final class Keys {
    static final List<String> MATRIX = List.of(
            "apiVersion", "kind", "metadata", "defaults", "checks", "sources", "destinations", "exceptions", "grid");
    static final List<String> METADATA = List.of("name", "owner");
    static final List<String> DEFAULTS = List.of("namespace", "tags");
    static final List<String> CHECK = List.of("from", "to", "expect", "because", "tags");
    static final List<String> EXCEPTION =
            List.of("from", "to", "expect", "because", "owner", "ticket", "expires", "tags");
    static final List<String> SOURCE =
            List.of("labels", "workload", "namespace", "serviceAccount", "synthetic", "nodes");
    static final List<String> DESTINATION = List.of(
            "service",
            "pods",
            "workload",
            "host",
            "ip",
            "url",
            "namespace",
            "port",
            "protocol",
            "family",
            "path",
            "status",
            "query",
            "send");
    static final List<String> TARGETS = List.of("service", "pods", "workload", "host", "ip", "url");

    private Keys() {}
}
