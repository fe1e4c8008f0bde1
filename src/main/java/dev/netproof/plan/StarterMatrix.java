package dev.netproof.plan;

import dev.netproof.model.Protocol;
import dev.netproof.plan.ClusterFacts.Service;
import dev.netproof.plan.ClusterFacts.ServicePort;
import dev.netproof.plan.ClusterFacts.Workload;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Writes the matrix that somebody starts from: a namespace's workloads against its Services, everything denied. Pure. */
public final class StarterMatrix {
    private static final Pattern NAME = Pattern.compile("[a-z0-9]([-a-z0-9.]*[a-z0-9])?");

    private final ClusterFacts facts;
    private final String namespace;

    private StarterMatrix(ClusterFacts facts, String namespace) {
        this.facts = facts;
        this.namespace = namespace;
    }

    /**
     * The text of a matrix for this namespace, which must be among those surveyed.
     *
     * @throws IllegalArgumentException when no namespace can have this name
     */
    public static String of(ClusterFacts facts, String namespace) {
        if (!isName(namespace)) {
            throw new IllegalArgumentException("no namespace can have this name: " + namespace);
        }
        return new StarterMatrix(facts, namespace).text();
    }

    /** Whether an API server takes it for a name. What it says all the same would write lines of its own into the matrix. */
    public static boolean isName(String name) {
        return NAME.matcher(name).matches();
    }

    /** One destination of the grid. */
    private record Column(String reference, Map<String, String> backends) {}

    private String text() {
        List<Workload> workloads = facts.workloads().stream()
                .filter(w -> w.namespace().equals(namespace) && isName(w.name()) && w.makesMore())
                .sorted(Comparator.comparing(Workload::name))
                .toList();
        List<Column> columns = columns();
        List<List<String>> rows = new ArrayList<>();
        List<String> header = new ArrayList<>(List.of("from"));
        columns.forEach(column -> header.add(column.reference()));
        header.add("dns");
        rows.add(header);
        for (Workload workload : workloads) {
            List<String> row = new ArrayList<>(List.of(workload.kind().prefix() + "/" + workload.name()));
            // A workload that calls itself through its Service may be answered without a packet on the wire.
            columns.forEach(column ->
                    row.add(Selector.of(column.backends()).selects(workload.templateLabels()) ? "-" : "deny"));
            row.add("allow");
            rows.add(row);
        }
        List<String> stranger = new ArrayList<>(List.of("stranger"));
        stranger.addAll(Collections.nCopies(columns.size(), "deny"));
        stranger.add("allow");
        rows.add(stranger);
        return HEAD.formatted(namespace, namespace) + table(rows);
    }

    private List<Column> columns() {
        List<Column> columns = new ArrayList<>();
        facts.services().stream()
                .filter(s -> s.namespace().equals(namespace) && !s.selector().isEmpty() && isName(s.name()))
                .sorted(Comparator.comparing(Service::name))
                .forEach(service -> {
                    List<ServicePort> ports = service.ports().stream()
                            .filter(port -> port.protocol() == Protocol.TCP)
                            .toList();
                    ports.forEach(port -> columns.add(new Column(
                            "svc/" + service.name() + (ports.size() > 1 ? ":" + port.port() : ""),
                            service.selector())));
                });
        return columns;
    }

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
            # Who may reach what in namespace %1$s. Everything is denied until you say otherwise:
            # change the cells of the connections that the applications need to "allow",
            # then let netproof show what the network really does.
            #
            #   netproof lint THIS_FILE       finds mistakes without a cluster
            #   netproof run  THIS_FILE       tries every cell on the cluster
            #
            # Cells: allow, deny (however it is done), drop (by silence), reject (by an answer), - (not asked).
            # A cell that needs a reason goes under checks, where it can have one:
            #
            # checks:
            #   - {from: deploy/web, to: svc/database, expect: deny, because: the front end never talks to the database}
            apiVersion: netproof.dev/v1
            kind: ConnectivityMatrix
            metadata: {name: %2$s}
            defaults: {namespace: %1$s}
            sources:
              stranger: {labels: {run: stranger}, synthetic: true}   # a pod that nobody wrote a rule for
            destinations:
              dns: {service: kube-dns, namespace: kube-system, port: 53, protocol: UDP}
            grid: |
            """;
}
