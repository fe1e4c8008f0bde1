package dev.netproof.enforce;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class PermissionsTest {
    @Test
    void pods_in_their_nodes_network_take_nothing_that_is_not_asked_for_there() {
        assertThat(Permissions.probing("host"))
                .extracting(one -> one.verb() + " " + one.resource())
                .doesNotContain("get pods")
                .contains("get pods/log", "list pods", "watch pods");
    }
}
