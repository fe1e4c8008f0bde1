package dev.netproof.kube;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class ReopeningTest {
    private static final LogFollow.End IN_ORDER = new LogFollow.End(200, "the stream ended", LogFollow.Progress.SOME);
    private static final LogFollow.End NOTHING_NEW =
            new LogFollow.End(200, "the stream ended", LogFollow.Progress.NONE);
    private static final LogFollow.End NO_ANSWER = new LogFollow.End(0, "connection refused", LogFollow.Progress.NONE);
    private static final Duration AT_ONCE = Duration.ofMillis(30);
    private static final Duration LONG = Duration.ofSeconds(20);

    private final Reopening reopening = new Reopening();

    @Test
    void a_stream_that_was_cut_is_taken_up_again_at_once() {
        assertThat(reopening.after(IN_ORDER, LONG)).isEqualTo(Duration.ofMillis(250));
        assertThat(reopening.after(IN_ORDER, LONG)).isEqualTo(Duration.ofMillis(250));
        assertThat(reopening.isPolling()).isFalse();
    }

    @Test
    void a_node_that_does_not_follow_is_asked_once_a_round_and_not_more_often() {
        reopening.after(IN_ORDER, AT_ONCE);
        reopening.after(IN_ORDER, AT_ONCE);
        assertThat(reopening.isPolling()).isFalse();
        for (int i = 0; i < 50; i++) {
            assertThat(reopening.after(IN_ORDER, AT_ONCE)).isEqualTo(Duration.ofSeconds(1));
            assertThat(reopening.isPolling()).isTrue();
        }
        assertThat(reopening.isHopeless(IN_ORDER)).isFalse();
    }

    @Test
    void a_transfer_that_takes_long_is_no_node_that_follows_again() {
        for (int i = 0; i < 5; i++) {
            reopening.after(IN_ORDER, AT_ONCE);
        }
        assertThat(reopening.after(IN_ORDER, LONG)).isEqualTo(Duration.ofSeconds(1));
        assertThat(reopening.isPolling()).isTrue();
        assertThat(reopening.after(IN_ORDER, AT_ONCE)).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void who_has_nothing_new_is_asked_ever_more_rarely_and_not_given_up() {
        assertThat(reopening.after(NOTHING_NEW, AT_ONCE)).isEqualTo(Duration.ofMillis(500));
        for (int i = 0; i < 20; i++) {
            reopening.after(NOTHING_NEW, AT_ONCE);
        }
        assertThat(reopening.after(NOTHING_NEW, AT_ONCE)).isEqualTo(Duration.ofSeconds(2));
        assertThat(reopening.isHopeless(NOTHING_NEW)).isFalse();
    }

    @Test
    void a_log_that_is_not_to_be_had_is_given_up_after_a_while() {
        for (int i = 0; i < 6; i++) {
            reopening.after(NO_ANSWER, AT_ONCE);
            assertThat(reopening.isHopeless(NO_ANSWER)).isFalse();
        }
        reopening.after(NO_ANSWER, AT_ONCE);
        assertThat(reopening.isHopeless(NO_ANSWER)).isTrue();
    }
}
