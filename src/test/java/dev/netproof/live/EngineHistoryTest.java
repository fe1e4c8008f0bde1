package dev.netproof.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.netproof.live.EngineHistory.Engine;
import java.time.Instant;
import org.junit.jupiter.api.Test;

final class EngineHistoryTest {
    private final EngineHistory history = new EngineHistory();

    private static Instant at(int second) {
        return Instant.EPOCH.plusSeconds(second);
    }

    private void onThenOffThenOn() {
        history.turned("node1", "reject", at(0), at(2));
        history.turned("node1", "broken", at(20), at(22));
        history.turned("node1", "on", at(40), at(42));
    }

    @Test
    void a_window_in_which_it_was_on_throughout_has_no_moment_without_it() {
        onThenOffThenOn();
        assertThat(history.was(Engine.ENFORCES, "node1", at(5), at(15))).isTrue();
        assertThat(history.was(Engine.ENFORCES_NOTHING, "node1", at(5), at(15))).isFalse();
    }

    @Test
    void a_window_that_reaches_into_both_is_true_of_neither() {
        onThenOffThenOn();
        assertThat(history.was(Engine.ENFORCES, "node1", at(15), at(30))).isTrue();
        assertThat(history.was(Engine.ENFORCES_NOTHING, "node1", at(15), at(30)))
                .isTrue();
    }

    @Test
    void while_it_is_switched_nothing_is_certain() {
        onThenOffThenOn();
        assertThat(history.was(Engine.ENFORCES, "node1", at(20), at(22))).isFalse();
        assertThat(history.was(Engine.ENFORCES_NOTHING, "node1", at(20), at(22)))
                .isFalse();
    }

    @Test
    void it_is_of_one_node() {
        onThenOffThenOn();
        history.turned("node2", "off", at(0), at(1));
        assertThat(history.was(Engine.ENFORCES, "node2", at(0), at(100))).isFalse();
        assertThat(history.was(Engine.ENFORCES_NOTHING, "node2", at(50), at(60)))
                .isTrue();
    }

    @Test
    void still_is_where_nothing_is_switched() {
        onThenOffThenOn();
        assertThat(history.stoodStill(at(3), at(19))).isTrue();
        assertThat(history.stoodStill(at(3), at(21))).isFalse();
        assertThat(history.stoodStill(at(50), at(90))).isTrue();
    }
}
