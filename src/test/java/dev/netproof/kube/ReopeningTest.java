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
    void aStreamThatWasCutIsTakenUpAgainAtOnce() {
        assertThat(reopening.after(IN_ORDER, LONG)).isEqualTo(Duration.ofMillis(250));
        assertThat(reopening.after(IN_ORDER, LONG)).isEqualTo(Duration.ofMillis(250));
        assertThat(reopening.isPolling()).isFalse();
    }

    @Test
    void aNodeThatDoesNotFollowIsAskedOnceARoundAndNotMoreOften() {
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
    void aTransferThatTakesLongIsNoNodeThatFollowsAgain() {
        for (int i = 0; i < 5; i++) {
            reopening.after(IN_ORDER, AT_ONCE);
        }
        assertThat(reopening.after(IN_ORDER, LONG)).isEqualTo(Duration.ofSeconds(1));
        assertThat(reopening.isPolling()).isTrue();
        assertThat(reopening.after(IN_ORDER, AT_ONCE)).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void whoHasNothingNewIsAskedEverMoreRarelyAndNotGivenUp() {
        assertThat(reopening.after(NOTHING_NEW, AT_ONCE)).isEqualTo(Duration.ofMillis(500));
        for (int i = 0; i < 20; i++) {
            reopening.after(NOTHING_NEW, AT_ONCE);
        }
        assertThat(reopening.after(NOTHING_NEW, AT_ONCE)).isEqualTo(Duration.ofSeconds(2));
        assertThat(reopening.isHopeless(NOTHING_NEW)).isFalse();
    }

    @Test
    void aLogThatIsNotToBeHadIsGivenUpAfterAWhile() {
        for (int i = 0; i < 6; i++) {
            reopening.after(NO_ANSWER, AT_ONCE);
            assertThat(reopening.isHopeless(NO_ANSWER)).isFalse();
        }
        reopening.after(NO_ANSWER, AT_ONCE);
        assertThat(reopening.isHopeless(NO_ANSWER)).isTrue();
    }
}
