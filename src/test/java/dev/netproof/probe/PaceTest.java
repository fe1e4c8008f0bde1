package dev.netproof.probe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.netproof.plan.Attempt;
import dev.netproof.plan.ProbePod;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PaceTest {
    @ParameterizedTest(name = "{0} probes with {1} attempts each begin a round every {2} s")
    @CsvSource({"1, 1, 1", "9, 24, 1", "1, 700, 1", "1, 701, 1.1", "10, 176, 2.6", "100, 176, 25.2"})
    void the_more_all_probes_try_the_slower_are_their_rounds(int probes, int attempts, String seconds) {
        ProbePod probe = Probes.trying(Collections.nCopies(attempts, new Attempt.Connect("10.0.0.1", 80))
                .toArray(Attempt[]::new));

        Pace pace = Pace.of(Collections.nCopies(probes, probe));
        assertThat(pace.round()).isEqualTo(Duration.parse("PT" + seconds + "S"));
        assertThat(pace.pause()).isEqualTo(seconds);
    }

    @Test
    void nothing_to_try_is_no_reason_to_divide_by_it() {
        assertThat(Pace.of(List.of())).isEqualTo(Pace.QUICK);
    }

    @ParameterizedTest(name = "every {0} s with a time-out of {1} s: {2} rounds under way")
    @CsvSource({"1, 3, 5", "2, 3, 3", "3, 3, 3", "10, 3, 2"})
    void as_many_rounds_may_be_under_way_as_wait_for_a_time_out(int seconds, int timeout, int rounds) {
        assertThat(new Pace(Duration.ofSeconds(seconds)).underWay(Duration.ofSeconds(timeout)))
                .isEqualTo(rounds);
    }

    @ParameterizedTest(name = "{1} parts of a round that comes every {0} s are {2} s apart")
    @CsvSource({"1, 1, 0", "3, 8, 0.30", "1, 8, 0.10"})
    void a_round_of_many_attempts_does_not_begin_all_at_once(int seconds, int parts, String gap) {
        assertThat(new Pace(Duration.ofSeconds(seconds)).gap(parts)).isEqualTo(gap);
    }
}
