package dev.netproof.judge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.netproof.model.ControlGrade;
import dev.netproof.model.Expectation;
import dev.netproof.model.Outcome;
import dev.netproof.model.Verdict.Reason;
import dev.netproof.model.Verdict.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class JudgeTest {
    /** What must be said of each outcome on each control, for one expectation. */
    private static final String TABLE = """
            allow         | NONE                 | LISTENING_LOOPBACK   | LISTENING            | REACHED
            CONNECTED     | PASS CONNECTED       | PASS CONNECTED       | PASS CONNECTED       | PASS CONNECTED
            TIMEOUT       | ? NO_CONTROL         | FAIL BLOCKED         | FAIL BLOCKED         | FAIL BLOCKED
            REFUSED       | ? NO_CONTROL         | ? NO_CONTROL         | FAIL BLOCKED         | FAIL BLOCKED
            RESET         | FAIL WRONG_RESPONSE  | FAIL WRONG_RESPONSE  | FAIL WRONG_RESPONSE  | FAIL WRONG_RESPONSE
            UNREACHABLE   | ? NO_CONTROL         | FAIL BLOCKED         | FAIL BLOCKED         | FAIL BLOCKED
            DNS_FAILURE   | FAIL NAME_NOT_RESOLVED | FAIL NAME_NOT_RESOLVED | FAIL NAME_NOT_RESOLVED | FAIL NAME_NOT_RESOLVED
            L7_DENIED     | FAIL WRONG_RESPONSE  | FAIL WRONG_RESPONSE  | FAIL WRONG_RESPONSE  | FAIL WRONG_RESPONSE
            PROBE_ERROR   | ? PROBE_UNRELIABLE   | ? PROBE_UNRELIABLE   | ? PROBE_UNRELIABLE   | ? PROBE_UNRELIABLE

            deny          | NONE                 | LISTENING_LOOPBACK   | LISTENING            | REACHED
            CONNECTED     | FAIL OPEN            | FAIL OPEN            | FAIL OPEN            | FAIL OPEN
            TIMEOUT       | ? NO_CONTROL         | PASS DENIED          | PASS DENIED          | PASS DENIED
            REFUSED       | ? NO_CONTROL         | ? NO_CONTROL         | PASS DENIED          | PASS DENIED
            RESET         | ? WRONG_RESPONSE     | ? WRONG_RESPONSE     | ? WRONG_RESPONSE     | ? WRONG_RESPONSE
            UNREACHABLE   | ? NO_CONTROL         | PASS DENIED          | PASS DENIED          | PASS DENIED
            DNS_FAILURE   | ? NAME_NOT_RESOLVED  | ? NAME_NOT_RESOLVED  | ? NAME_NOT_RESOLVED  | ? NAME_NOT_RESOLVED
            L7_DENIED     | ? NO_CONTROL         | ? NO_CONTROL         | ? NO_CONTROL         | PASS DENIED
            PROBE_ERROR   | ? PROBE_UNRELIABLE   | ? PROBE_UNRELIABLE   | ? PROBE_UNRELIABLE   | ? PROBE_UNRELIABLE

            drop          | NONE                 | LISTENING_LOOPBACK   | LISTENING            | REACHED
            CONNECTED     | FAIL OPEN            | FAIL OPEN            | FAIL OPEN            | FAIL OPEN
            TIMEOUT       | ? NO_CONTROL         | PASS DENIED          | PASS DENIED          | PASS DENIED
            REFUSED       | ? NO_CONTROL         | ? NO_CONTROL         | FAIL WRONG_MANNER    | FAIL WRONG_MANNER
            RESET         | ? WRONG_RESPONSE     | ? WRONG_RESPONSE     | ? WRONG_RESPONSE     | ? WRONG_RESPONSE
            UNREACHABLE   | ? NO_CONTROL         | FAIL WRONG_MANNER    | FAIL WRONG_MANNER    | FAIL WRONG_MANNER
            DNS_FAILURE   | ? NAME_NOT_RESOLVED  | ? NAME_NOT_RESOLVED  | ? NAME_NOT_RESOLVED  | ? NAME_NOT_RESOLVED
            L7_DENIED     | ? NO_CONTROL         | ? NO_CONTROL         | ? NO_CONTROL         | FAIL WRONG_MANNER
            PROBE_ERROR   | ? PROBE_UNRELIABLE   | ? PROBE_UNRELIABLE   | ? PROBE_UNRELIABLE   | ? PROBE_UNRELIABLE

            reject        | NONE                 | LISTENING_LOOPBACK   | LISTENING            | REACHED
            CONNECTED     | FAIL OPEN            | FAIL OPEN            | FAIL OPEN            | FAIL OPEN
            TIMEOUT       | ? NO_CONTROL         | FAIL WRONG_MANNER    | FAIL WRONG_MANNER    | FAIL WRONG_MANNER
            REFUSED       | ? NO_CONTROL         | ? NO_CONTROL         | PASS DENIED          | PASS DENIED
            RESET         | ? WRONG_RESPONSE     | ? WRONG_RESPONSE     | ? WRONG_RESPONSE     | ? WRONG_RESPONSE
            UNREACHABLE   | ? NO_CONTROL         | PASS DENIED          | PASS DENIED          | PASS DENIED
            DNS_FAILURE   | ? NAME_NOT_RESOLVED  | ? NAME_NOT_RESOLVED  | ? NAME_NOT_RESOLVED  | ? NAME_NOT_RESOLVED
            L7_DENIED     | ? NO_CONTROL         | ? NO_CONTROL         | ? NO_CONTROL         | FAIL WRONG_MANNER
            PROBE_ERROR   | ? PROBE_UNRELIABLE   | ? PROBE_UNRELIABLE   | ? PROBE_UNRELIABLE   | ? PROBE_UNRELIABLE
            """;

    private record Row(Expectation expected, ControlGrade control, Outcome observed, Status status, Reason reason) {}

    @ParameterizedTest(name = "{0}, control {1}, {2}: {3} {4}")
    @MethodSource("rows")
    void the_judge_rules_as_the_table_says(
            Expectation expected, ControlGrade control, Outcome observed, Status status, Reason reason) {
        assertThat(Judge.rule(expected, control, observed)).isEqualTo(new Judge.Ruling(status, reason));
    }

    @Test
    void the_table_has_every_combination_once() {
        List<List<Enum<?>>> combinations = new ArrayList<>();
        for (Expectation expected : Expectation.values()) {
            for (ControlGrade control : ControlGrade.values()) {
                for (Outcome observed : Outcome.values()) {
                    combinations.add(List.of(expected, control, observed));
                }
            }
        }

        assertThat(table().map(row -> List.<Enum<?>>of(row.expected(), row.control(), row.observed())))
                .containsExactlyInAnyOrderElementsOf(combinations);
    }

    @Test
    void without_a_control_no_denial_ever_passes() {
        assertThat(table().filter(row -> row.expected().forbids() && row.control() == ControlGrade.NONE))
                .isNotEmpty()
                .noneMatch(row -> row.status() == Status.PASS);
    }

    @Test
    void a_better_control_never_turns_a_ruling_round() {
        Map<List<Enum<?>>, List<Status>> byGrade = table().collect(Collectors.groupingBy(
                row -> List.<Enum<?>>of(row.expected(), row.observed()),
                Collectors.mapping(Row::status, Collectors.toList())));

        assertThat(byGrade.values())
                .as("more proof settles doubts; it never makes a pass of a failure")
                .noneMatch(statuses -> statuses.contains(Status.PASS) && statuses.contains(Status.FAIL));
    }

    static Stream<Arguments> rows() {
        return table().map(
                        row -> Arguments.of(row.expected(), row.control(), row.observed(), row.status(), row.reason()));
    }

    private static Stream<Row> table() {
        List<Row> rows = new ArrayList<>();
        for (String block : TABLE.split("\n\n", -1)) {
            List<String[]> cells = block.strip()
                    .lines()
                    .map(line -> line.split("\\s*\\|\\s*", -1))
                    .toList();
            Expectation expected = Expectation.valueOf(cells.get(0)[0].strip().toUpperCase(java.util.Locale.ROOT));
            for (String[] line : cells.subList(1, cells.size())) {
                for (int column = 1; column < line.length; column++) {
                    String[] words = line[column].strip().split(" ", -1);
                    rows.add(new Row(
                            expected,
                            ControlGrade.valueOf(cells.get(0)[column].strip()),
                            Outcome.valueOf(line[0].strip()),
                            words[0].equals("?") ? Status.INCONCLUSIVE : Status.valueOf(words[0]),
                            Reason.valueOf(words[1])));
                }
            }
        }
        return rows.stream();
    }
}
