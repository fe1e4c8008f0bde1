package dev.netproof.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The page that explains verdicts has every value there is, in the order of the code, and nothing else. */
class VerdictsPageTest {
    private static final Path PAGE = Path.of("docs/verdicts.md");

    private static final Map<String, Enum<?>[]> TABLES = Map.of(
            "Verdicts", Verdict.Status.values(),
            "Reasons", Verdict.Reason.values(),
            "Outcomes", Outcome.values(),
            "Control grades", ControlGrade.values());

    @TestFactory
    Stream<DynamicTest> every_value_has_a_row() {
        return TABLES.entrySet().stream()
                .map(table -> DynamicTest.dynamicTest(
                        table.getKey(),
                        () -> assertThat(rows(table.getKey()).map(row -> row.get(0)))
                                .containsExactlyElementsOf(Arrays.stream(table.getValue())
                                        .map(value -> "`" + value.name() + "`")
                                        .toList())));
    }

    @TestFactory
    Stream<DynamicTest> every_row_says_meaning_proof_and_what_to_do() {
        return TABLES.keySet().stream()
                .map(table -> DynamicTest.dynamicTest(
                        table,
                        () -> assertThat(rows(table)).allSatisfy(row -> {
                            assertThat(row).hasSize(4).doesNotContain("");
                            assertThat(row.get(1)).endsWith(".");
                        })));
    }

    @Test
    void every_exit_code_has_a_row() throws IOException {
        assertThat(rows("Exit codes").flatMap(row -> Arrays.stream(row.get(0).split(", ", -1))))
                .containsExactlyElementsOf(Arrays.stream(Exit.values())
                        .map(exit -> Integer.toString(exit.code()))
                        .toList());
        assertThat(rows("Exit codes")
                        .flatMap(row -> Arrays.stream(row.get(1).split(", ", -1)))
                        .toList())
                .containsAll(Arrays.stream(Exit.values())
                        .map(Exit::meaning)
                        .map(meaning -> meaning.replaceFirst(" \\(.*", ""))
                        .toList());
    }

    /** The cells of each row of the table under this heading. */
    private static Stream<List<String>> rows(String heading) throws IOException {
        String page = Files.readString(PAGE);
        int start = page.indexOf("\n## " + heading + "\n");
        assertThat(start).as(heading).isNotNegative();
        int end = page.indexOf("\n## ", start + 1);
        return page.substring(start, end < 0 ? page.length() : end)
                .lines()
                .filter(line -> line.startsWith("| "))
                .skip(2)
                .map(line -> Arrays.stream(line.substring(2, line.length() - 2).split(" \\| ", -1))
                        .map(String::strip)
                        .toList());
    }
}
