package dev.netproof.plan;

import dev.netproof.model.Protocol;
import dev.netproof.plan.ClusterFacts.ContainerPort;
import dev.netproof.plan.ClusterFacts.Network;
import dev.netproof.plan.ClusterFacts.Readiness;
import dev.netproof.plan.ClusterFacts.Service;
import dev.netproof.plan.ClusterFacts.ServicePort;
import dev.netproof.plan.ClusterFacts.Workload;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Writes the matrix that somebody starts from: a namespace's workloads against its Services, everything denied. What cannot be a
 * check is a comment with the reason: a reader must be able to take the file for complete. Pure.
 */
public final class StarterMatrix {
    private static final Pattern NAME = Pattern.compile("[a-z0-9]([-a-z0-9.]*[a-z0-9])?");

    /** What the network probe asks a name server by itself. */
    private static final int DNS_PORT = 53;

    private final ClusterFacts facts;
    private final String namespace;
    private final List<String> comments = new ArrayList<>();

    private StarterMatrix(ClusterFacts facts, String namespace) {
        this.facts = facts;
        this.namespace = namespace;
    }

    /**
     * The matrix of a namespace.
     *
     * @param text the file's text
     * @param comments what is in it as a comment only, and why
     */
    public record Written(String text, List<String> comments) {
        public Written {
            comments = List.copyOf(comments);
        }
    }

    /**
     * The matrix of this namespace, which must be among those surveyed.
     *
     * @throws IllegalArgumentException when no namespace can have this name
     */
    public static Written of(ClusterFacts facts, String namespace) {
        if (!isName(namespace)) {
            throw new IllegalArgumentException("no namespace can have this name: " + namespace);
        }
        return new StarterMatrix(facts, namespace).write();
    }

    /** Whether an API server accepts the name. Any other would write lines of its own into the matrix. */
    public static boolean isName(String name) {
        return NAME.matcher(name).matches();
    }

    /** Whether there is anything in this namespace that a matrix could be about. */
    public static boolean isAboutSomething(ClusterFacts facts, String namespace) {
        return facts.workloads().stream().anyMatch(w -> w.namespace().equals(namespace))
                || facts.services().stream().anyMatch(s -> s.namespace().equals(namespace));
    }

    /** One destination of the grid, and the pods behind it by label; no labels where no pods are known. */
    private record Column(String reference, Map<String, String> backends) {
        /** A workload that calls itself through its Service may be answered without a packet on the wire. */
        boolean isOwn(Map<String, String> labels) {
            return !backends.isEmpty() && Selector.of(backends).selects(labels);
        }
    }

    /** One source of the grid. */
    private record Row(String reference, Map<String, String> labels) {}

    private Written write() {
        List<Column> columns = columns();
        List<Row> rows = rows();
        unreadable();

        List<List<String>> table = new ArrayList<>();
        List<String> header = new ArrayList<>(List.of("from"));
        columns.forEach(column -> header.add(column.reference()));
        header.add("dns");
        table.add(header);
        for (Row row : rows) {
            table.add(cells(row, columns));
        }
        List<String> stranger = new ArrayList<>(List.of("stranger"));
        stranger.addAll(Collections.nCopies(columns.size(), "deny"));
        stranger.add("allow");
        table.add(stranger);

        StringBuilder text = new StringBuilder(HEAD.formatted(namespace, namespace));
        text.append(DESTINATIONS);
        if (!comments.isEmpty()) {
            text.append("# Not in the grid, and why:\n");
            comments.forEach(comment -> text.append("#   ").append(comment).append('\n'));
        }
        return new Written(text.append("grid: |\n").append(table(table)).toString(), comments);
    }

    private static List<String> cells(Row row, List<Column> columns) {
        List<String> cells = new ArrayList<>(List.of(row.reference()));
        columns.forEach(column -> cells.add(column.isOwn(row.labels()) ? "-" : "deny"));
        cells.add("allow");
        return cells;
    }

    private List<Workload> workloads() {
        return facts.workloads().stream()
                .filter(w -> w.namespace().equals(namespace) && isName(w.name()) && w.makesMore())
                .sorted(Comparator.comparing(Workload::name))
                .toList();
    }

    private List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        for (Workload workload : workloads()) {
            if (workload.network() == Network.NODE) {
                comments.add(
                        reference(workload) + " as a source: its pods use their node's network (hostNetwork), where no"
                                + " policy selects them and no probe can take their place");
            } else {
                rows.add(new Row(reference(workload), workload.templateLabels()));
            }
        }
        return rows;
    }

    private static String reference(Workload workload) {
        return workload.kind().prefix() + "/" + workload.name();
    }

    private List<Column> columns() {
        List<Column> columns = new ArrayList<>();
        facts.services().stream()
                .filter(s -> s.namespace().equals(namespace) && isName(s.name()))
                .sorted(Comparator.comparing(Service::name))
                .forEach(service -> columns.addAll(columns(service)));
        return columns;
    }

    private List<Column> columns(Service service) {
        if (service.externalName().isPresent()) {
            String host = service.externalName().get();
            comments.add("svc/" + service.name() + ": ExternalName"
                    + (isName(host)
                            ? " for " + host + "; to check that host, write " + host + ":PORT"
                            : ", without a host name"));
            return List.of();
        }
        if (service.ports().isEmpty()) {
            return portless(service);
        }
        if (service.selector().isEmpty() && service.endpoints().isEmpty()) {
            comments.add("svc/" + service.name() + ": it has no selector and no endpoints, so nothing answers there");
            return List.of();
        }
        List<Column> columns = new ArrayList<>();
        List<ServicePort> ports = service.ports().stream()
                .filter(port -> port.protocol() == Protocol.TCP)
                .toList();
        ports.forEach(port -> columns.add(
                new Column("svc/" + service.name() + (ports.size() > 1 ? ":" + port.port() : ""), service.selector())));
        for (ServicePort port : service.ports()) {
            String reference = "svc/" + service.name() + ":" + port.port() + "/"
                    + port.protocol().name().toLowerCase(java.util.Locale.ROOT);
            if (port.protocol() == Protocol.UDP && port.port() == DNS_PORT) {
                columns.add(new Column(reference, service.selector()));
            } else if (port.protocol() == Protocol.UDP) {
                comments.add(
                        reference + ": a UDP server shows that it is alive only by an answer; define a destination with"
                                + " \"send\" (docs/matrix.md, UDP and SCTP) and allow it for one source");
            } else if (port.protocol() != Protocol.TCP) {
                comments.add(
                        reference + ": SCTP needs the kernel's module on the nodes; write the reference into the grid"
                                + " where they have it");
            }
        }
        return columns;
    }

    /** A headless Service may have no ports: what its pods declare can be checked. */
    private List<Column> portless(Service service) {
        List<Column> columns = new ArrayList<>();
        if (!service.selector().isEmpty()) {
            for (Workload workload : workloads()) {
                if (Selector.of(service.selector()).selects(workload.templateLabels())) {
                    declared(workload)
                            .forEach(port ->
                                    columns.add(new Column(reference(workload) + ":" + port, service.selector())));
                }
            }
        }
        if (columns.isEmpty()) {
            comments.add(
                    "svc/" + service.name() + ": it has no ports"
                            + (service.selector().isEmpty()
                                    ? " and no selector"
                                    : ", and its pods declare none that is TCP; name the workload with a port, as in deploy/NAME:PORT"));
        }
        return columns;
    }

    private Set<Integer> declared(Workload workload) {
        Set<Integer> ports = new TreeSet<>();
        facts.pods().stream()
                .filter(pod -> pod.namespace().equals(namespace)
                        && pod.readiness() != Readiness.GONE
                        && workload.selector().selects(pod.labels()))
                .flatMap(pod -> pod.ports().stream())
                .filter(port -> port.protocol() == Protocol.TCP)
                .map(ContainerPort::number)
                .forEach(ports::add);
        return ports;
    }

    /** What may not be read may be missing from the grid. */
    private void unreadable() {
        String here = " in namespace " + namespace;
        Set<String> all = new TreeSet<>(facts.unreadable());
        all.stream()
                .filter(one -> one.endsWith(here) && MATTERS.contains(one.substring(0, one.length() - here.length())))
                .forEach(one -> comments.add("not permitted to " + one));
    }

    private static final Set<String> MATTERS = Set.of(
            "list services", "list deployments", "list statefulsets", "list daemonsets", "list cronjobs", "list pods");

    private static String table(List<List<String>> rows) {
        Map<Integer, Integer> widths = new HashMap<>();
        for (List<String> row : rows) {
            for (int i = 0; i < row.size(); i++) {
                widths.merge(i, row.get(i).length(), Math::max);
            }
        }
        StringBuilder text = new StringBuilder();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder("  ");
            for (int i = 0; i < row.size(); i++) {
                String cell = row.get(i);
                line.append(cell).append(" ".repeat(widths.getOrDefault(i, 0) - cell.length() + 2));
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }

    private static final String HEAD = """
            # Who may reach what in namespace %1$s. Everything is denied until you change it:
            # write "allow" in the cells of the connections that the applications need,
            # then let netproof show what the network really does.
            #
            #   netproof lint THIS_FILE       finds mistakes without a cluster
            #   netproof run  THIS_FILE       tries every cell on the cluster
            #
            # Cells: allow, deny (in any manner), drop (silently), reject (with an answer), - (no check).
            # Write a connection under checks to give it a reason:
            #
            # checks:
            #   - {from: deploy/web, to: svc/database, expect: deny, because: the front end never talks to the database}
            apiVersion: netproof.dev/v1
            kind: ConnectivityMatrix
            metadata: {name: %2$s}
            defaults: {namespace: %1$s}
            sources:
              stranger: {labels: {run: stranger}, synthetic: true}   # a pod that no rule is written for
            """;

    private static final String DESTINATIONS = """
            destinations:
              dns: {service: kube-dns, namespace: kube-system, port: 53, protocol: UDP}
            """;
}
