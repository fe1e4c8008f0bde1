package dev.netproof.kube;

import java.time.Instant;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Manifests of what runs make, as a run that was killed leaves them. */
public final class Leftover {
    private static final String RUN = "00c0ffee";
    private static final Pattern NAME = Pattern.compile("metadata: \\{name: ([a-z0-9-]+)");

    private Leftover() {}

    public static String probe(String namespace, Instant deadline) {
        return pod(namespace, deadline, "np12345678", NetproofLabels.PROBE);
    }

    public static String anchor(String namespace, Instant deadline) {
        return pod(namespace, deadline, "npanchor", NetproofLabels.ANCHOR);
    }

    private static String pod(String namespace, Instant deadline, String stem, String role) {
        return of("v1", "Pod", namespace, stem, role, deadline) + """
                spec:
                  schedulingGates: [{name: netproof.dev/anchor}]
                  containers: [{name: probe, image: registry.k8s.io/e2e-test-images/agnhost:2.56}]
                """;
    }

    public static String namespace(Instant deadline) {
        return of("v1", "Namespace", "", "netproof-" + RUN, NetproofLabels.GROUND, deadline);
    }

    public static String service(String namespace, Instant deadline) {
        return of("v1", "Service", namespace, "np-target", NetproofLabels.GROUND, deadline)
                + "spec: {ports: [{port: 80}]}\n";
    }

    public static String policy(String namespace, Instant deadline) {
        return of("networking.k8s.io/v1", "NetworkPolicy", namespace, "np-deny", NetproofLabels.GROUND, deadline)
                + "spec: {podSelector: {matchLabels: {app: nobody}}}\n";
    }

    /** The name that a manifest of these gives. */
    public static String name(String manifest) {
        Matcher name = NAME.matcher(manifest);
        if (!name.find()) {
            throw new IllegalArgumentException(manifest);
        }
        return name.group(1);
    }

    private static String of(
            String version, String kind, String namespace, String stem, String role, Instant deadline) {
        Stamp.Marked marked = new Stamp(RUN, deadline).mark(kind, namespace, stem, role);
        StringBuilder annotations = new StringBuilder();
        marked.annotations()
                .forEach((key, value) ->
                        annotations.append(key).append(": \"").append(value).append("\", "));
        return """
                ---
                apiVersion: %s
                kind: %s
                metadata: {name: %s, %slabels: {netproof.dev/role: %s}, annotations: {%s}}
                """.formatted(
                        version,
                        kind,
                        marked.name(),
                        namespace.isEmpty() ? "" : "namespace: " + namespace + ", ",
                        role,
                        annotations.substring(0, annotations.length() - 2));
    }
}
