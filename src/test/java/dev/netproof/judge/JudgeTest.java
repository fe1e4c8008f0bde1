package dev.netproof.judge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.netproof.judge.Judge.Refuser;
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
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class JudgeTest {
    /** What must be said of each outcome on each control, for one expectation. */
    private static final String TABLE = """
            allow         | NONE                 | LISTENING_LOOPBACK   | OTHER_FAMILY         | LISTENING            | REACHED
            CONNECTED     | PASS CONNECTED       | PASS CONNECTED       | PASS CONNECTED       | PASS CONNECTED       | PASS CONNECTED
            TIMEOUT       | ? NO_CONTROL         | FAIL BLOCKED         | FAIL BLOCKED         | FAIL BLOCKED         | FAIL BLOCKED
            REFUSED       | ? NO_CONTROL         | ? NO_CONTROL         | ? NO_CONTROL         | FAIL BLOCKED         | FAIL BLOCKED
            RESET         | FAIL WRONG_RESPONSE  | FAIL WRONG_RESPONSE  | FAIL WRONG_RESPONSE  | FAIL WRONG_RESPONSE  | FAIL WRONG_RESPONSE
            UNREACHABLE   | ? NO_CONTROL         | FAIL BLOCKED         | FAIL BLOCKED         | FAIL BLOCKED         | FAIL BLOCKED
            DNS_FAILURE   | FAIL NAME_NOT_RESOLVED | FAIL NAME_NOT_RESOLVED | FAIL NAME_NOT_RESOLVED | FAIL NAME_NOT_RESOLVED | FAIL NAME_NOT_RESOLVED
            L7_DENIED     | FAIL WRONG_RESPONSE  | FAIL WRONG_RESPONSE  | FAIL WRONG_RESPONSE  | FAIL WRONG_RESPONSE  | FAIL WRONG_RESPONSE
            PROBE_ERROR   | ? PROBE_UNRELIABLE   | ? PROBE_UNRELIABLE   | ? PROBE_UNRELIABLE   | ? PROBE_UNRELIABLE   | ? PROBE_UNRELIABLE

            deny          | NONE                 | LISTENING_LOOPBACK   | OTHER_FAMILY         | LISTENING            | REACHED
            CONNECTED     | FAIL OPEN            | FAIL OPEN            | FAIL OPEN            | FAIL OPEN            | FAIL OPEN
            TIMEOUT       | ? NO_CONTROL         | PASS DENIED          | PASS DENIED          | PASS DENIED          | PASS DENIED
            REFUSED       | ? NO_CONTROL         | ? NO_CONTROL         | PASS DENIED          | PASS DENIED          | PASS DENIED
            RESET         | ? WRONG_RESPONSE     | ? WRONG_RESPONSE     | ? WRONG_RESPONSE     | ? WRONG_RESPONSE     | ? WRONG_RESPONSE
            UNREACHABLE   | ? NO_CONTROL         | PASS DENIED          | PASS DENIED          | PASS DENIED          | PASS DENIED
            DNS_FAILURE   | ? NAME_NOT_RESOLVED  | ? NAME_NOT_RESOLVED  | ? NAME_NOT_RESOLVED  | ? NAME_NOT_RESOLVED  | ? NAME_NOT_RESOLVED
            L7_DENIED     | ? NO_CONTROL         | ? NO_CONTROL         | ? NO_CONTROL         | ? NO_CONTROL         | PASS DENIED
            PROBE_ERROR   | ? PROBE_UNRELIABLE   | ? PROBE_UNRELIABLE   | ? PROBE_UNRELIABLE   | ? PROBE_UNRELIABLE   | ? PROBE_UNRELIABLE

            drop          | NONE                 | LISTENING_LOOPBACK   | OTHER_FAMILY         | LISTENING            | REACHED
            CONNECTED     | FAIL OPEN            | FAIL OPEN            | FAIL OPEN            | FAIL OPEN            | FAIL OPEN
            TIMEOUT       | ? NO_CONTROL         | PASS DENIED          | PASS DENIED          | PASS DENIED          | PASS DENIED
            REFUSED       | ? NO_CONTROL         | ? NO_CONTROL         | ? NO_CONTROL         | FAIL WRONG_MANNER    | FAIL WRONG_MANNER
            RESET         | ? WRONG_RESPONSE     | ? WRONG_RESPONSE     | ? WRONG_RESPONSE     | ? WRONG_RESPONSE     | ? WRONG_RESPONSE
            UNREACHABLE   | ? NO_CONTROL         | FAIL WRONG_MANNER    | FAIL WRONG_MANNER    | FAIL WRONG_MANNER    | FAIL WRONG_MANNER
            DNS_FAILURE   | ? NAME_NOT_RESOLVED  | ? NAME_NOT_RESOLVED  | ? NAME_NOT_RESOLVED  | ? NAME_NOT_RESOLVED  | ? NAME_NOT_RESOLVED
            L7_DENIED     | ? NO_CONTROL         | ? NO_CONTROL         | ? NO_CONTROL         | ? NO_CONTROL         | FAIL WRONG_MANNER
            PROBE_ERROR   | ? PROBE_UNRELIABLE   | ? PROBE_UNRELIABLE   | ? PROBE_UNRELIABLE   | ? PROBE_UNRELIABLE   | ? PROBE_UNRELIABLE

            reject        | NONE                 | LISTENING_LOOPBACK   | OTHER_FAMILY         | LISTENING            | REACHED
            CONNECTED     | FAIL OPEN            | FAIL OPEN            | FAIL OPEN            | FAIL OPEN            | FAIL OPEN
            TIMEOUT       | ? NO_CONTROL         | FAIL WRONG_MANNER    | FAIL WRONG_MANNER    | FAIL WRONG_MANNER    | FAIL WRONG_MANNER
            REFUSED       | ? NO_CONTROL         | ? NO_CONTROL         | ? NO_CONTROL         | PASS DENIED          | PASS DENIED
            RESET         | ? WRONG_RESPONSE     | ? WRONG_RESPONSE     | ? WRONG_RESPONSE     | ? WRONG_RESPONSE     | ? WRONG_RESPONSE
            UNREACHABLE   | ? NO_CONTROL         | PASS DENIED          | PASS DENIED          | PASS DENIED          | PASS DENIED
            DNS_FAILURE   | ? NAME_NOT_RESOLVED  | ? NAME_NOT_RESOLVED  | ? NAME_NOT_RESOLVED  | ? NAME_NOT_RESOLVED  | ? NAME_NOT_RESOLVED
            L7_DENIED     | ? NO_CONTROL         | ? NO_CONTROL         | ? NO_CONTROL         | ? NO_CONTROL         | FAIL WRONG_MANNER
            PROBE_ERROR   | ? PROBE_UNRELIABLE   | ? PROBE_UNRELIABLE   | ? PROBE_UNRELIABLE   | ? PROBE_UNRELIABLE   | ? PROBE_UNRELIABLE
            """;

    /** What changes when it is known who refused: a filter proves more, a probe without a route less. */
    private static final String REFUSERS = """
            allow FILTER      | NONE                 | LISTENING_LOOPBACK   | OTHER_FAMILY         | LISTENING            | REACHED
            REFUSED           | FAIL BLOCKED         | FAIL BLOCKED         | FAIL BLOCKED         | FAIL BLOCKED         | FAIL BLOCKED
            UNREACHABLE       | FAIL BLOCKED         | FAIL BLOCKED         | FAIL BLOCKED         | FAIL BLOCKED         | FAIL BLOCKED

            deny FILTER       | NONE                 | LISTENING_LOOPBACK   | OTHER_FAMILY         | LISTENING            | REACHED
            REFUSED           | ? NO_CONTROL         | PASS DENIED          | PASS DENIED          | PASS DENIED          | PASS DENIED
            UNREACHABLE       | ? NO_CONTROL         | PASS DENIED          | PASS DENIED          | PASS DENIED          | PASS DENIED

            drop FILTER       | NONE                 | LISTENING_LOOPBACK   | OTHER_FAMILY         | LISTENING            | REACHED
            REFUSED           | ? NO_CONTROL         | FAIL WRONG_MANNER    | FAIL WRONG_MANNER    | FAIL WRONG_MANNER    | FAIL WRONG_MANNER
            UNREACHABLE       | ? NO_CONTROL         | FAIL WRONG_MANNER    | FAIL WRONG_MANNER    | FAIL WRONG_MANNER    | FAIL WRONG_MANNER

            reject FILTER     | NONE                 | LISTENING_LOOPBACK   | OTHER_FAMILY         | LISTENING            | REACHED
            REFUSED           | ? NO_CONTROL         | PASS DENIED          | PASS DENIED          | PASS DENIED          | PASS DENIED
            UNREACHABLE       | ? NO_CONTROL         | PASS DENIED          | PASS DENIED          | PASS DENIED          | PASS DENIED

            allow OWN_KERNEL  | NONE                 | LISTENING_LOOPBACK   | OTHER_FAMILY         | LISTENING            | REACHED
            REFUSED           | ? NO_CONTROL         | ? NO_CONTROL         | ? NO_CONTROL         | FAIL BLOCKED         | FAIL BLOCKED
            UNREACHABLE       | ? NO_CONTROL         | FAIL BLOCKED         | FAIL BLOCKED         | FAIL BLOCKED         | FAIL BLOCKED

            deny OWN_KERNEL   | NONE                 | LISTENING_LOOPBACK   | OTHER_FAMILY         | LISTENING            | REACHED
            REFUSED           | ? PROBE_UNRELIABLE   | ? PROBE_UNRELIABLE   | ? PROBE_UNRELIABLE   | ? PROBE_UNRELIABLE   | ? PROBE_UNRELIABLE
            UNREACHABLE       | ? PROBE_UNRELIABLE   | ? PROBE_UNRELIABLE   | ? PROBE_UNRELIABLE   | ? PROBE_UNRELIABLE   | ? PROBE_UNRELIABLE

            drop OWN_KERNEL   | NONE                 | LISTENING_LOOPBACK   | OTHER_FAMILY         | LISTENING            | REACHED
            REFUSED           | ? PROBE_UNRELIABLE   | ? PROBE_UNRELIABLE   | ? PROBE_UNRELIABLE   | ? PROBE_UNRELIABLE   | ? PROBE_UNRELIABLE
            UNREACHABLE       | ? PROBE_UNRELIABLE   | ? PROBE_UNRELIABLE   | ? PROBE_UNRELIABLE   | ? PROBE_UNRELIABLE   | ? PROBE_UNRELIABLE

            reject OWN_KERNEL | NONE                 | LISTENING_LOOPBACK   | OTHER_FAMILY         | LISTENING            | REACHED
            REFUSED           | ? PROBE_UNRELIABLE   | ? PROBE_UNRELIABLE   | ? PROBE_UNRELIABLE   | ? PROBE_UNRELIABLE   | ? PROBE_UNRELIABLE
            UNREACHABLE       | ? PROBE_UNRELIABLE   | ? PROBE_UNRELIABLE   | ? PROBE_UNRELIABLE   | ? PROBE_UNRELIABLE   | ? PROBE_UNRELIABLE
            """;

    private record Row(
            Expectation expected,
            Refuser refuser,
            ControlGrade control,
            Outcome observed,
            Status status,
            Reason reason) {}

    @ParameterizedTest(name = "{0}, control {1}, {2}: {3} {4}")
    @MethodSource("rows")
    void the_judge_rules_as_the_table_says(
            Expectation expected, ControlGrade control, Outcome observed, Status status, Reason reason) {
        assertThat(Judge.rule(expected, control, observed)).isEqualTo(new Judge.Ruling(status, reason));
    }

    @ParameterizedTest(name = "{0}, control {2}, {3} by {1}: {4} {5}")
    @MethodSource("refusals")
    void the_judge_looks_at_who_refused(
            Expectation expected,
            Refuser refuser,
            ControlGrade control,
            Outcome observed,
            Status status,
            Reason reason) {
        assertThat(Judge.rule(expected, control, observed, refuser)).isEqualTo(new Judge.Ruling(status, reason));
    }

    @Test
    void who_refused_matters_where_the_table_says_so_and_nowhere_else() {
        for (Refuser refuser : Refuser.values()) {
            table().filter(row -> refuser == Refuser.UNKNOWN
                            || (row.observed() != Outcome.REFUSED && row.observed() != Outcome.UNREACHABLE))
                    .forEach(row -> assertThat(Judge.rule(row.expected(), row.control(), row.observed(), refuser))
                            .as("%s, %s, %s by %s", row.expected(), row.control(), row.observed(), refuser)
                            .isEqualTo(new Judge.Ruling(row.status(), row.reason())));
        }
        assertThat(table(REFUSERS)
                        .map(row -> List.<Enum<?>>of(row.expected(), row.refuser(), row.control(), row.observed())))
                .hasSize(4 * 2 * 5 * 2)
                .doesNotHaveDuplicates();
    }

    @Test
    void what_no_control_and_no_refuser_makes_a_pass_is_known_without_looking_for_them() {
        Stream.concat(table(), table(REFUSERS))
                .collect(Collectors.groupingBy(
                        row -> List.<Enum<?>>of(row.expected(), row.observed()),
                        Collectors.mapping(Row::status, Collectors.toList())))
                .forEach((asked, statuses) -> assertThat(
                                Judge.canPass((Expectation) asked.get(0), (Outcome) asked.get(1)))
                        .as("%s", asked)
                        .isEqualTo(statuses.contains(Status.PASS)));
    }

    @Test
    void no_denial_passes_without_a_control_even_if_a_filter_refused() {
        assertThat(table(REFUSERS).filter(row -> row.expected().forbids() && row.control() == ControlGrade.NONE))
                .isNotEmpty()
                .noneMatch(row -> row.status() == Status.PASS);
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

    /** Who pins the manner wants to know who refused, and a pod where nobody listens in one family refuses by itself. */
    @ParameterizedTest
    @EnumSource(
            value = Expectation.class,
            names = {"DROP", "REJECT"})
    void a_port_that_is_closed_in_one_family_is_of_no_manner(Expectation pinned) {
        assertThat(Judge.rule(pinned, ControlGrade.OTHER_FAMILY, Outcome.REFUSED))
                .isEqualTo(new Judge.Ruling(Status.INCONCLUSIVE, Reason.NO_CONTROL));
    }

    static Stream<Arguments> rows() {
        return table().map(
                        row -> Arguments.of(row.expected(), row.control(), row.observed(), row.status(), row.reason()));
    }

    static Stream<Arguments> refusals() {
        return table(REFUSERS)
                .map(row -> Arguments.of(
                        row.expected(), row.refuser(), row.control(), row.observed(), row.status(), row.reason()));
    }

    private static Stream<Row> table() {
        return table(TABLE);
    }

    private static Stream<Row> table(String table) {
        List<Row> rows = new ArrayList<>();
        for (String block : table.split("\n\n", -1)) {
            List<String[]> cells = block.strip()
                    .lines()
                    .map(line -> line.split("\\s*\\|\\s*", -1))
                    .toList();
            String[] head = cells.get(0)[0].strip().split(" ", -1);
            Expectation expected = Expectation.valueOf(head[0].toUpperCase(java.util.Locale.ROOT));
            Refuser refuser = head.length > 1 ? Refuser.valueOf(head[1]) : Refuser.UNKNOWN;
            for (String[] line : cells.subList(1, cells.size())) {
                for (int column = 1; column < line.length; column++) {
                    String[] words = line[column].strip().split(" ", -1);
                    rows.add(new Row(
                            expected,
                            refuser,
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
