package dev.netproof.live;

/** What the tests put into a cluster: servers, clients and policies, all fit for the restricted standard. */
final class Manifests {
    private static final String AGNHOST = "registry.k8s.io/e2e-test-images/agnhost:2.56";
    private static final String NETSHOOT = "docker.io/nicolaka/netshoot:v0.14";

    private Manifests() {}

    /** A server (Deployment and Service of the same name, label app) that listens on a port of its pod. */
    static String server(String name, int servicePort, int podPort) {
        return deployment(name, "[netexec, --http-port=" + podPort + ", --udp-port=-1]", podPort, "")
                + service(name, servicePort, podPort);
    }

    /** A server whose kubelet looks after it: a readiness probe on the port itself. */
    static String watchedServer(String name, int servicePort, int podPort) {
        return deployment(
                        name,
                        "[netexec, --http-port=" + podPort + ", --udp-port=-1]",
                        podPort,
                        "readinessProbe: {tcpSocket: {port: " + podPort + "}, periodSeconds: 1}")
                + service(name, servicePort, podPort);
    }

    /** A server that is never ready. */
    static String unreadyServer(String name, int servicePort, int podPort) {
        return deployment(
                        name,
                        "[netexec, --http-port=" + podPort + ", --udp-port=-1]",
                        podPort,
                        "readinessProbe: {tcpSocket: {port: 1}, periodSeconds: 1}")
                + service(name, servicePort, podPort);
    }

    /** A pod that does nothing, on one node. */
    static String clientOn(String name, String node) {
        return client(name)
                .replace(
                        "terminationGracePeriodSeconds: 1",
                        "terminationGracePeriodSeconds: 1\n      nodeSelector: {kubernetes.io/hostname: " + node + "}");
    }

    /** A client that keeps one connection to a Service for as long as it lives, and says so. */
    static String keeper(String name, String to, int port) {
        String script = "import socket,time; s=socket.create_connection((\\\"" + to + "\\\"," + port + ")); "
                + "print(\\\"connected\\\", flush=True); time.sleep(3600)";
        return deployment(name, "[python3, -c, \"" + script + "\"]", 0, "")
                .replace(AGNHOST, NETSHOOT)
                .replace("args:", "command:");
    }

    /** A pod that does nothing, so that somebody has the labels. */
    static String client(String name) {
        return deployment(name, "[pause]", 0, "");
    }

    private static String deployment(String name, String args, int port, String readiness) {
        String ports = port == 0 ? "" : "ports: [{name: main, containerPort: " + port + "}]";
        return """
                ---
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: %1$s}
                spec:
                  selector: {matchLabels: {app: %1$s}}
                  template:
                    metadata: {labels: {app: %1$s}}
                    spec:
                      terminationGracePeriodSeconds: 1
                      automountServiceAccountToken: false
                      securityContext: {runAsNonRoot: true, runAsUser: 65532, seccompProfile: {type: RuntimeDefault}}
                      containers:
                        - name: %1$s
                          image: %2$s
                          args: %3$s
                          %4$s
                          %5$s
                          securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
                """.formatted(name, AGNHOST, args, ports, readiness);
    }

    static String service(String name, int servicePort, int podPort) {
        return service(name, name, servicePort, podPort);
    }

    static String service(String name, String app, int servicePort, int podPort) {
        return """
                ---
                apiVersion: v1
                kind: Service
                metadata: {name: %s}
                spec:
                  selector: {app: %s}
                  ports: [{name: main, port: %d, targetPort: %d}]
                """.formatted(name, app, servicePort, podPort);
    }

    /** A server that listens on IPv4 alone, as many do. */
    static String ipv4Server(String name, int servicePort, int podPort) {
        return loopbackServer(name, servicePort, podPort).replace("--bind, 127.0.0.1", "--bind, 0.0.0.0");
    }

    /** The same with a Service that has an address in each family. */
    static String dualStack(String server) {
        return server.replace(
                "\nspec:\n  selector: {app:", "\nspec:\n  ipFamilyPolicy: RequireDualStack\n  selector: {app:");
    }

    /** One more Service over an application, with an address of one family. */
    static String serviceOver(String family, String name, String app, int servicePort, int podPort) {
        return service(name, app, servicePort, podPort)
                .replace("\nspec:\n", "\nspec:\n  ipFamilyPolicy: SingleStack\n  ipFamilies: [" + family + "]\n");
    }

    /** Lets one application in, and whatever has an address of a range. */
    static String admitsAndARange(String to, String from, String range) {
        return admits(to, from)
                .replace("{app: " + from + "}}}]", "{app: " + from + "}}}, {ipBlock: {cidr: \"" + range + "\"}}]");
    }

    /** Lets only one application in. */
    static String admits(String to, String from) {
        return """
                ---
                apiVersion: networking.k8s.io/v1
                kind: NetworkPolicy
                metadata: {name: %1$s-admits}
                spec:
                  podSelector: {matchLabels: {app: %1$s}}
                  policyTypes: [Ingress]
                  ingress: [{from: [{podSelector: {matchLabels: {app: %2$s}}}]}]
                """.formatted(to, from);
    }

    /** Lets nobody in. */
    static String admitsNobody(String to) {
        return """
                ---
                apiVersion: networking.k8s.io/v1
                kind: NetworkPolicy
                metadata: {name: %1$s-admits-nobody}
                spec:
                  podSelector: {matchLabels: {app: %1$s}}
                  policyTypes: [Ingress]
                """.formatted(to);
    }

    /** Lets postgres be reached from namespaces with a label that Kubernetes does not set. */
    static String admitsNamespace(String name) {
        return """
                ---
                apiVersion: networking.k8s.io/v1
                kind: NetworkPolicy
                metadata: {name: admits-%1$s}
                spec:
                  podSelector: {matchLabels: {app: postgres}}
                  policyTypes: [Ingress]
                  ingress: [{from: [{namespaceSelector: {matchLabels: {name: %1$s}}}]}]
                """.formatted(name);
    }

    /** Lets an application out to the pods of this namespace alone: not to the DNS, not to the world. */
    static String keepsAtHome(String from) {
        return """
                ---
                apiVersion: networking.k8s.io/v1
                kind: NetworkPolicy
                metadata: {name: %1$s-stays}
                spec:
                  podSelector: {matchLabels: {app: %1$s}}
                  policyTypes: [Egress]
                  egress: [{to: [{podSelector: {}}]}]
                """.formatted(from);
    }

    /** A server on every node, so that it shows that packets get from any node to any other. */
    static String everywhere(String name, int servicePort, int podPort) {
        return deployment(name, "[netexec, --http-port=" + podPort + ", --udp-port=-1]", podPort, "")
                        .replace("kind: Deployment", "kind: DaemonSet")
                + service(name, servicePort, podPort);
    }

    /** A server that nobody but its own pod can reach. */
    static String loopbackServer(String name, int servicePort, int podPort) {
        return deployment(
                                name,
                                "[python3, -m, http.server, \"" + podPort + "\", --bind, 127.0.0.1, --directory, /tmp]",
                                podPort,
                                "")
                        .replace(AGNHOST, NETSHOOT)
                        .replace("args:", "command:")
                + service(name, servicePort, podPort);
    }

    /** Lets an application ask for names, and nothing else. */
    static String mayOnlyResolve(String from) {
        return """
                ---
                apiVersion: networking.k8s.io/v1
                kind: NetworkPolicy
                metadata: {name: %1$s-resolves}
                spec:
                  podSelector: {matchLabels: {app: %1$s}}
                  policyTypes: [Egress]
                  egress: [{ports: [{port: 53, protocol: UDP}, {port: 53, protocol: TCP}]}]
                """.formatted(from);
    }

    /** A server that answers {@code echo TEXT} over UDP and requests over HTTP, both by a Service of its own number. */
    static String datagrams(String name, int udpPort, int httpPort) {
        return deployment(name, "[netexec, --http-port=" + httpPort + ", --udp-port=" + udpPort + "]", httpPort, "")
                + """
                ---
                apiVersion: v1
                kind: Service
                metadata: {name: %s}
                spec:
                  selector: {app: %s}
                  ports:
                    - {name: log, port: 514, targetPort: %d, protocol: UDP}
                    - {name: web, port: 80, targetPort: %d, protocol: TCP}
                """.formatted(name, name, udpPort, httpPort);
    }

    /** A server that takes datagrams and never answers one. */
    static String silentDatagrams(String name, int port) {
        String code = "import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind((str(), " + port
                + ")); [s.recv(9) for _ in iter(int, 1)]";
        return deployment(name, "[python3, -c, \"" + code + "\"]", port, "")
                .replace(AGNHOST, NETSHOOT)
                .replace("args:", "command:");
    }
}
