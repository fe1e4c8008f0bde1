package dev.netproof.matrix;

import static org.assertj.core.api.Assertions.assertThat;

import dev.netproof.matrix.DiagnosticText.Colour;
import dev.netproof.model.Check;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

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

    @Property
    void everyCellIsReadAndNoOther(@ForAll("drawings") Drawing drawing) {
        Reading reading = read(drawing.text());

        if (drawing.expected().isEmpty()) {
            assertThat(reading.diagnostics()).extracting(Diagnostic::code).containsExactly("nothing-to-check");
            return;
        }
        assertThat(reading.diagnostics()).isEmpty();
        assertThat(reading.matrices().get(0).checks().stream().map(GridProperties::text))
                .containsExactlyElementsOf(drawing.expected());
    }

    @Property
    void everyCheckStandsInItsCell(@ForAll("drawings") Drawing drawing) {
        List<String> lines = drawing.text().lines().toList();
        for (var matrix : read(drawing.text()).matrices()) {
            for (Check check : matrix.checks()) {
                String line = lines.get(check.location().line() - 1);
                assertThat(line.substring(check.location().column() - 1).split(" ", 2)[0])
                        .isEqualTo(check.expectation().name().toLowerCase(Locale.ROOT));
                assertThat(line).contains(check.source().name());
            }
        }
    }

    @Property
    void aTableWithAMistakeIsRefusedWithItsPlace(
            @ForAll("drawings") Drawing drawing, @ForAll("mistakes") String mistake) {
        String text = drawing.text();
        int row = text.lastIndexOf("deploy/w0");
        String broken = text.substring(0, row) + "deploy/w0 " + mistake + text.substring(row + "deploy/w0".length());

        Reading reading = read(broken);

        assertThat(reading.hasErrors()).isTrue();
        assertThat(reading.matrices()).isEmpty();
        assertThat(reading.diagnostics())
                .anySatisfy(one -> assertThat(one.location().line()).isGreaterThan(3));
    }

    @Property
    void anyTextIsATableOrRefused(@ForAll("scribbles") String scribble) {
        Reading reading = read(HEAD + "grid: |\n" + scribble.indent(2));

        new DiagnosticText().render(reading.diagnostics(), Colour.NONE);
        assertThat(reading.hasErrors()).isEqualTo(reading.matrices().isEmpty());
    }

    private static String text(Check check) {
        return check.source().name() + " → " + check.destination().name() + " "
                + check.expectation().name().toLowerCase(Locale.ROOT);
    }

    private Reading read(String text) {
        return reader.readText("m.yaml", text.getBytes(StandardCharsets.UTF_8));
    }

    @Provide
    Arbitrary<Drawing> drawings() {
        Arbitrary<String> cell = Arbitraries.of("allow", "deny", "drop", "reject", "-");
        Arbitrary<List<List<String>>> cells = Arbitraries.integers()
                .between(1, 6)
                .flatMap(columns ->
                        cell.list().ofSize(columns).list().ofMinSize(1).ofMaxSize(6));
        return Combinators.combine(
                        cells,
                        Arbitraries.integers().between(0, 9).list().ofMinSize(1).ofMaxSize(9),
                        Arbitraries.of("from", ""),
                        Arbitraries.integers().between(1, 5),
                        Arbitraries.of(true, false))
                .as(Drawing::new);
    }

    @Provide
    Arbitrary<String> mistakes() {
        return Arbitraries.of("dney", "ALLOW", "yes", "allow,", "|", "\"allow\"", "-1", "é");
    }

    @Provide
    Arbitrary<String> scribbles() {
        return Arbitraries.of(
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
                        "ip/",
                        "x")
                .list()
                .ofMaxSize(40)
                .map(words -> String.join(" ", words));
    }
}
