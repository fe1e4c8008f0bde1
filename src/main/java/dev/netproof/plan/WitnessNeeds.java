package dev.netproof.plan;

import dev.netproof.model.Expectation;
import dev.netproof.model.Path;
import dev.netproof.model.Protocol;
import java.util.LinkedHashSet;
import java.util.Set;

/** To which nodes packets must be shown to get by traffic of netproof's own, because the matrix has none that is expected to. */
public final class WitnessNeeds {
    private WitnessNeeds() {}

    /**
     * Nodes with a pod that some check expects to be denied, and no pod that any check expects to be reached. Other nodes may turn out to
     * need a witness too: where sources run is not known before they do.
     */
    public static Set<String> sure(Plan plan) {
        Set<String> denied = new LinkedHashSet<>();
        Set<String> reached = new LinkedHashSet<>();
        for (PlannedCheck check : plan.checks()) {
            Set<String> nodes = check.check().expectation() == Expectation.ALLOW ? reached : denied;
            check.paths().stream()
                    .filter(planned -> planned.path().kind() == Path.Kind.POD)
                    .flatMap(planned -> planned.backends().stream())
                    .filter(backend -> backend.transport() == Protocol.TCP)
                    .flatMap(backend -> backend.pod().stream())
                    .flatMap(pod -> pod.node().stream())
                    .forEach(nodes::add);
        }
        denied.removeAll(reached);
        return denied;
    }
}
