package dev.netproof.matrix;

import static org.assertj.core.api.Assertions.assertThat;

import dev.netproof.matrix.DiagnosticText.Colour;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** One folder for each mistake: {@code matrix.yaml} and what it makes netproof say. {@code -Dupdate.goldens=true} rewrites. */
class DiagnosticGoldenTest {
    static final Path MISTAKES = Path.of("src/test/resources/matrix/diagnostics");
    static final LocalDate TODAY = LocalDate.of(2026, 11, 21);

    @TestFactory
    Stream<DynamicTest> every_mistake_is_shown_where_it_stands() throws IOException {
        return mistakes().stream()
                .map(mistake -> DynamicTest.dynamicTest(
                        mistake.getFileName().toString(), mistake.toUri(), () -> compare(mistake)));
    }

    @Test
    void there_is_a_triple_for_at_least_forty_mistakes() throws IOException {
        assertThat(mistakes()).hasSizeGreaterThanOrEqualTo(40);
    }

    static List<Path> mistakes() throws IOException {
        try (Stream<Path> folders = Files.list(MISTAKES)) {
            return folders.filter(Files::isDirectory).sorted().toList();
        }
    }

    static MatrixReading read(Path mistake) {
        try {
            byte[] text = Files.readAllBytes(mistake.resolve("matrix.yaml"));
            return MatrixReader.of(TODAY, "default").readText("matrix.yaml", text);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static void compare(Path mistake) throws IOException {
        MatrixReading reading = read(mistake);
        String text = new DiagnosticText().render(reading.diagnostics(), Colour.NONE);
        Path expected = mistake.resolve("expected.txt");
        if (Boolean.getBoolean("update.goldens")) {
            Files.writeString(expected, text);
        }
        assertThat(reading.diagnostics()).isNotEmpty();
        assertThat(text).isEqualTo(Files.readString(expected));
    }
}
