package dev.netproof.judge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.netproof.evidence.EvidenceStore;
import dev.netproof.model.Expectation;
import dev.netproof.model.Path;
import dev.netproof.plan.Backend;
import dev.netproof.plan.PlannedCheck;
import dev.netproof.plan.PlannedPath;
import dev.netproof.plan.Routing;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The address of a Service with internalTrafficPolicy Local, whose one pod is on node-2, tried by two probes. */
class LocatedTest {
    private static final Backend POD = Watch.pod("10.0.2.2", "node-2");

    private final EvidenceStore evidence = new EvidenceStore();
    private final Located located = new Located(evidence);

    @Test
    void the_same_source_on_another_node_shows_that_the_address_leads_to_a_pod() {
        runs("nowhere", "node-1");
        runs("there", "node-2");

        assertThat(leadsFromElsewhere("client-1", "client-1")).isTrue();
    }

    @Test
    void another_identity_on_another_node_shows_nothing_of_this_one() {
        runs("nowhere", "node-1");
        runs("there", "node-2");

        assertThat(leadsFromElsewhere("client-1", "client-2")).isFalse();
    }

    @Test
    void a_probe_whose_node_is_not_known_shows_nothing() {
        runs("nowhere", "node-1");

        assertThat(leadsFromElsewhere("client-1", "client-1")).isFalse();
    }

    private void runs(String probe, String node) {
        evidence.started(probe, Watch.at(0), "netproof-" + probe, Optional.of(node), Optional.empty());
    }

    private boolean leadsFromElsewhere(String nowhere, String there) {
        PlannedCheck check = located.of(
                Watch.of(Expectation.DENY).planned().along(List.of(vip("nowhere", nowhere), vip("there", there))));
        assertThat(check.paths().get(0).leadsNowhere()).isTrue();
        return located.leadsFromElsewhere(check, check.paths().get(0));
    }

    private static PlannedPath vip(String probe, String as) {
        return new PlannedPath(
                probe,
                0,
                new Path(
                        Path.Kind.VIP,
                        Optional.empty(),
                        Optional.empty(),
                        "10.96.0.7",
                        5432,
                        Optional.empty(),
                        Optional.empty()),
                List.of(POD),
                new Routing(Optional.of(Map.of("node-2", List.of(POD)))),
                Optional.of(as));
    }
}
