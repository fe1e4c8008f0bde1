package dev.netproof.enforce;

import static org.assertj.core.api.Assertions.assertThat;

import dev.netproof.model.Enforcement;
import dev.netproof.model.Enforcement.Direction;
import dev.netproof.model.Enforcement.Reason;
import dev.netproof.model.Enforcement.Row;
import dev.netproof.model.Enforcement.Status;
import dev.netproof.model.Enforcement.Verdict;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class SummaryTest {
    private static Row row(String node, Direction direction, Status status) {
        return new Row(
                "default-deny",
                node,
                direction,
                status,
                switch (status) {
                    case ENFORCED -> Reason.AS_SPECIFIED;
                    case NOT_ENFORCED -> Reason.LETS_THROUGH;
                    default -> Reason.UNSETTLED;
                },
                "seen",
                Optional.empty(),
                List.of(),
                Optional.empty(),
                Optional.empty());
    }

    private static Row open(String node, Direction direction, Reason reason) {
        return new Row(
                "default-deny",
                node,
                direction,
                Status.NOT_ENFORCED,
                reason,
                "seen",
                Optional.empty(),
                List.of(),
                Optional.empty(),
                Optional.empty());
    }

    @Test
    void a_family_that_is_open_is_said_beside_what_is_open_in_both() {
        Enforcement found = of(
                open("node1", Direction.INGRESS, Reason.LETS_IPV6_THROUGH),
                open("node2", Direction.INGRESS, Reason.LETS_THROUGH),
                row("node3", Direction.INGRESS, Status.ENFORCED));
        assertThat(found.verdict()).isEqualTo(Verdict.PARTIAL);
        assertThat(found.headline())
                .isEqualTo("PARTIAL: prod is not enforcing network policy on node2 (ingress), and over IPv6 on node1"
                        + " (ingress), where over IPv4 it does; node3 (ingress) does");
    }

    private static Enforcement of(Row... rows) {
        return new Summary("prod", Enforcement.Profile.BASIC, List.of(), List.of(rows))
                .enforcement(List.of(), List.of());
    }

    @Test
    void that_nothing_enforces_is_said_where_it_was_proved_everywhere() {
        Enforcement found = of(
                row("node1", Direction.INGRESS, Status.NOT_ENFORCED),
                row("node1", Direction.EGRESS, Status.NOT_ENFORCED),
                row("node2", Direction.INGRESS, Status.NOT_ENFORCED),
                row("node2", Direction.EGRESS, Status.NOT_ENFORCED));
        assertThat(found.verdict()).isEqualTo(Verdict.NOT_ENFORCED);
        assertThat(found.headline())
                .isEqualTo("NOT ENFORCED: prod stores network policies and nothing enforces them"
                        + " (node1 and node2 (ingress and egress))");
    }

    /** As an engine that is started on the other node in the middle of a check. */
    @Test
    void what_was_not_proved_is_not_called_unenforced() {
        Enforcement found = of(
                row("node1", Direction.INGRESS, Status.NOT_ENFORCED),
                row("node1", Direction.EGRESS, Status.INCONCLUSIVE),
                row("node2", Direction.INGRESS, Status.INCONCLUSIVE),
                row("node2", Direction.EGRESS, Status.INCONCLUSIVE));
        assertThat(found.verdict()).isEqualTo(Verdict.NOT_ENFORCED);
        assertThat(found.headline())
                .isEqualTo("NOT ENFORCED: prod is not enforcing network policy on node1 (ingress);"
                        + " not proved: node1 (egress), node2 (ingress and egress)");
    }

    @Test
    void a_part_of_the_cluster_that_enforces_is_said() {
        Enforcement found = of(
                row("node1", Direction.INGRESS, Status.ENFORCED), row("node2", Direction.INGRESS, Status.NOT_ENFORCED));
        assertThat(found.verdict()).isEqualTo(Verdict.PARTIAL);
        assertThat(found.headline())
                .isEqualTo("PARTIAL: prod is not enforcing network policy on node2 (ingress); node1 (ingress) does");
    }
}
