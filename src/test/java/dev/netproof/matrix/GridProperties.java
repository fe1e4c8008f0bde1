package dev.netproof.matrix;

import static dev.netproof.property.Generator.anyOf;
import static dev.netproof.property.Generator.integers;
import static dev.netproof.property.Generator.lists;
import static dev.netproof.property.Property.forAll;
import static org.assertj.core.api.Assertions.assertThat;

import dev.netproof.matrix.DiagnosticText.Colour;
import dev.netproof.model.Check;
import dev.netproof.property.Generator;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** A table is read as it is drawn, however it is drawn. */
class GridProperties {
    private static final String HEAD = "apiVersion: netproof.dev/v1\nkind: ConnectivityMatrix\n";

    private final MatrixReader reader = MatrixReader.of(DiagnosticGoldenTest.TODAY, "shop");

    /** @param gaps blanks between words, used in turn */
    record Drawing(List<List<String>> cells, List<Integer> gaps, String corner, int indent, boolean spaced) {
        /** What somebody may draw: words apart from each other by any number of blanks, comments and empty lines between. */
        String text() {
            StringBuilder text =
                    new StringBuilder(HEAD).append("grid: |").append(indent).append('\n');
            int gap = 0;
            int columns = cells.get(0).size();
            for (int row = -1; row < cells.size(); row++) {
                text.append(" ".repeat(indent)).append(row < 0 ? corner : "deploy/w" + row);
                for (int column = 0; column < columns; column++) {
                    text.append(" ".repeat(1 + gaps.get(gap++ % gaps.size())));
                    text.append(row < 0 ? "svc/s" + column : cells.get(row).get(column));
                }
                text.append(spaced ? "   # as agreed\n\n" + " ".repeat(indent) + "# a line of its own\n" : "\n");
            }
            return text.toString();
        }

        List<String> expected() {
            List<String> expected = new ArrayList<>();
            for (int row = 0; row < cells.size(); row++) {
                for (int column = 0; column < cells.get(row).size(); column++) {
                    String cell = cells.get(row).get(column);
                    if (!cell.equals("-")) {
                        expected.add("deploy/w" + row + " → svc/s" + column + " " + cell);
                    }
                }
            }
            return expected;
        }
    }

    @Test
    void every_cell_is_read_and_no_other() {
        forAll(drawings(), drawing -> {
            MatrixReading reading = read(drawing.text());

            if (drawing.expected().isEmpty()) {
                assertThat(reading.diagnostics()).extracting(Diagnostic::code).containsExactly("nothing-to-check");
                return;
            }
            assertThat(reading.diagnostics()).isEmpty();
            assertThat(reading.matrices().get(0).checks().stream().map(GridProperties::text))
                    .containsExactlyElementsOf(drawing.expected());
        });
    }

    @Test
    void every_check_stands_in_its_cell() {
        forAll(drawings(), drawing -> {
            List<String> lines = drawing.text().lines().toList();
            for (var matrix : read(drawing.text()).matrices()) {
                for (Check check : matrix.checks()) {
                    String line = lines.get(check.location().line() - 1);
                    assertThat(line.substring(check.location().column() - 1).split(" ", 2)[0])
                            .isEqualTo(check.expectation().name().toLowerCase(Locale.ROOT));
                    assertThat(line).contains(check.source().name());
                }
            }
        });
    }

    @Test
    void a_table_with_a_mistake_is_refused_with_its_place() {
        forAll(drawings(), anyOf("dney", "ALLOW", "yes", "allow,", "|", "\"allow\"", "-1", "é"), (drawing, mistake) -> {
            String text = drawing.text();
            int row = text.lastIndexOf("deploy/w0");
            String broken =
                    text.substring(0, row) + "deploy/w0 " + mistake + text.substring(row + "deploy/w0".length());

            MatrixReading reading = read(broken);

            assertThat(reading.hasErrors()).isTrue();
            assertThat(reading.matrices()).isEmpty();
            assertThat(reading.diagnostics())
                    .anySatisfy(one -> assertThat(one.location().line()).isGreaterThan(3));
        });
    }

    @Test
    void any_text_is_a_table_or_refused() {
        forAll(scribbles(), scribble -> {
            MatrixReading reading = read(HEAD + "grid: |\n" + scribble.indent(2));

            new DiagnosticText().render(reading.diagnostics(), Colour.NONE);
            assertThat(reading.hasErrors()).isEqualTo(reading.matrices().isEmpty());
        });
    }

    private static String text(Check check) {
        return check.source().name() + " → " + check.destination().name() + " "
                + check.expectation().name().toLowerCase(Locale.ROOT);
    }

    private MatrixReading read(String text) {
        return reader.readText("m.yaml", text.getBytes(StandardCharsets.UTF_8));
    }

    private static Generator<Drawing> drawings() {
        Generator<String> cell = anyOf("allow", "deny", "drop", "reject", "-");
        Generator<Integer> columns = integers(1, 6);
        Generator<List<Integer>> gaps = lists(integers(0, 9), 1, 9);
        Generator<String> corner = anyOf("from", "");
        Generator<Integer> indent = integers(1, 5);
        Generator<Boolean> spaced = anyOf(false, true);
        return choices -> {
            int width = columns.from(choices);
            return new Drawing(
                    lists(lists(cell, width, width), 1, 6).from(choices),
                    gaps.from(choices),
                    corner.from(choices),
                    indent.from(choices),
                    spaced.from(choices));
        };
    }

    private static Generator<String> scribbles() {
        Generator<String> word = anyOf(
                "x",
                "from",
                "svc/a",
                "deploy/b",
                "allow",
                "-",
                "#",
                " ",
                "  ",
                "\n",
                "\t",
                "|",
                ":",
                "é",
                "${X}",
                "ip/");
        return lists(word, 0, 40).map(words -> String.join(" ", words));
    }
}
