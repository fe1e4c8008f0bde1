package dev.netproof.matrix;

import static org.assertj.core.api.Assertions.assertThat;

import dev.netproof.Hostile;
import dev.netproof.matrix.DiagnosticText.Colour;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Whatever stands at any place of a matrix, or in its name: what is said of it commands nothing. */
class HostileMatrixTest {
    private static final Pattern WORD = Pattern.compile("[A-Za-z0-9./-]+");

    private final MatrixReader reader = MatrixReader.of(DiagnosticGoldenTest.TODAY, "default");
    private final DiagnosticText text = new DiagnosticText();

    /** Each word of each mistake is replaced once: plainly, and as YAML writes what cannot stand there plainly. */
    @Test
    void every_word_of_every_mistake_may_be_an_attack() throws IOException {
        int attack = 0;
        int said = 0;
        for (Path mistake : DiagnosticGoldenTest.mistakes()) {
            String matrix = Files.readString(mistake.resolve("matrix.yaml"), StandardCharsets.ISO_8859_1);
            if (matrix.length() > 4_000) {
                continue;
            }
            for (MatchResult word : WORD.matcher(matrix).results().toList()) {
                String hostile = Hostile.TEXTS.get(attack++ % Hostile.TEXTS.size());
                String written = attack % 2 == 0 ? hostile : quoted(hostile);
                String attacked = matrix.substring(0, word.start()) + written + matrix.substring(word.end());
                said += read("m.yaml", attacked);
            }
        }
        assertThat(said).isGreaterThan(1_000);
    }

    @Test
    void a_mistake_in_the_middle_of_a_command_leaves_it_broken() {
        assertThat(read("m.yaml", """
                        apiVersion: netproof.dev/v1
                        kind: ConnectivityMatrix
                        metadata: {name: m}
                        checks:
                          - {from: deploy/x, to: svc/y:##vso[task.prependpath]/tmp/x, expect: allow}
                        """)).isPositive();
    }

    @Test
    void the_name_of_the_file_may_be_an_attack() {
        for (String hostile : Hostile.TEXTS) {
            assertThat(read(hostile + ".yaml", "checks: [")).isPositive();
        }
    }

    private int read(String name, String matrix) {
        List<Diagnostic> diagnostics =
                reader.readText(name, matrix.getBytes(StandardCharsets.UTF_8)).diagnostics();
        try {
            Hostile.assertCommandsNothing(text.render(diagnostics, Colour.NONE));
            Hostile.assertCommandsNothing(text.render(diagnostics, Colour.ANSI).replaceAll("\u001B\\[[0-9;]+m", ""));
        } catch (AssertionError e) {
            throw new AssertionError("of " + matrix, e);
        }
        return diagnostics.size();
    }

    private static String quoted(String hostile) {
        return "\""
                + Pattern.compile("[^ !#-\\[\\]-~]").matcher(hostile).replaceAll(character -> {
                    StringBuilder escaped = new StringBuilder();
                    character.group().chars().forEach(c -> escaped.append("\\u").append(String.format("%04x", c)));
                    return Matcher.quoteReplacement(escaped.toString());
                })
                + "\"";
    }
}
