package dev.netproof.cli;

import static dev.netproof.plan.Shop.from;
import static dev.netproof.plan.Shop.to;
import static org.assertj.core.api.Assertions.assertThat;

import dev.netproof.model.WorkloadKind;
import dev.netproof.plan.Plan;
import dev.netproof.plan.Selector;
import dev.netproof.plan.Shop;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PlanTextTest {
    @Test
    void each_probe_names_the_pods_that_it_represents_and_a_note_says_why_there_are_more() {
        Plan plan = Shop.withNodes("node-1")
                .pod("db", "10.0.1.2", "node-1", 5432)
                .service("db", "10.96.0.2", 5432, 5432)
                .workload(WorkloadKind.DEPLOYMENT, "client", Map.of("app", "client"))
                .madeBy(WorkloadKind.DEPLOYMENT, "client", "client-1", Map.of("app", "client"))
                .madeBy(WorkloadKind.DEPLOYMENT, "client", "client-2", Map.of("app", "client", "exempt", ""))
                .madeBy(WorkloadKind.DEPLOYMENT, "client", "client-3", Map.of("app", "client"))
                .admitting(Selector.of(Map.of("exempt", "")))
                .deny(from(WorkloadKind.DEPLOYMENT, "client"), to("db"))
                .plan();

        assertThat(text(plan).lines())
                .contains(
                        "probe deploy/client in namespace shop, as client-1, client-3: 2 attempts a round",
                        "probe deploy/client in namespace shop, as client-2: 2 attempts a round",
                        "note: the pods of source deploy/client differ in labels that policies read, so that 2 probes take"
                                + " their place: client-1, client-3 (without exempt); client-2 (exempt=)",
                        "2 pods, 1 checks; nothing was started");
    }

    private static String text(Plan plan) {
        StringWriter text = new StringWriter();
        PlanText.print(plan, new PrintWriter(text, true));
        return text.toString();
    }
}
