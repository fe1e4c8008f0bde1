package dev.netproof.judge;

import dev.netproof.evidence.EvidenceStore;
import dev.netproof.plan.PlannedCheck;
import dev.netproof.plan.PlannedPath;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;

/**
 * Narrows the paths of a check to the backends that they lead to from the probe's node. The address of a Service with
 * internalTrafficPolicy Local leads to backends on the sender's node, or to nobody; the node is known once the probe runs.
 */
final class Located {
    private final EvidenceStore evidence;

    /** A check as it was when its probes were known to run on these nodes. One for each check: others go by which object it is. */
    private record Known(List<Optional<String>> nodes, PlannedCheck check) {}

    private final IdentityHashMap<PlannedCheck, Known> known = new IdentityHashMap<>();

    Located(EvidenceStore evidence) {
        this.evidence = evidence;
    }

    PlannedCheck of(PlannedCheck check) {
        if (check.paths().stream().noneMatch(path -> path.routing().isLocal())) {
            return check;
        }
        List<Optional<String>> nodes = check.paths().stream().map(this::node).toList();
        Known last = known.get(check);
        if (last != null && last.nodes().equals(nodes)) {
            return last.check();
        }
        List<PlannedPath> paths = check.paths().stream()
                .map(path -> node(path).map(path::from).orElse(path))
                .toList();
        PlannedCheck located = check.along(paths);
        known.put(check, new Known(nodes, located));
        return located;
    }

    private Optional<String> node(PlannedPath path) {
        return evidence.life(path.probe()).node();
    }

    /**
     * Whether the Service's address leads to somebody from another node on which the same source is tried. A probe whose node is not
     * known yet shows nothing, because its path still has the backends of every node.
     */
    boolean leadsFromElsewhere(PlannedCheck check, PlannedPath nowhere) {
        return check.paths().stream()
                .anyMatch(path -> path.path().kind() == nowhere.path().kind()
                        && path.path().address().equals(nowhere.path().address())
                        && path.as().equals(nowhere.as())
                        && node(path).isPresent()
                        && !path.backends().isEmpty());
    }
}
