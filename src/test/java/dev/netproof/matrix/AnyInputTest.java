package dev.netproof.matrix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.netproof.matrix.DiagnosticText.Colour;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever the file holds: diagnostics, never an exception. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class AnyInputTest {
    private static final int MUTATIONS = 2500;

    private static final List<String> NASTY = List.of(
            "\t",
            ":",
            ": ",
            "- ",
            "#",
            "{",
            "}",
            "[",
            "]",
            "\"",
            "'",
            "|",
            ">",
            "&a ",
            "*a",
            "<<: *a",
            "!!str ",
            "!",
            "%YAML 1.1\n",
            "---\n",
            "...\n",
            "\n",
            "\r",
            "\r\n",
            "\0",
            "\u0085",
            "\u2028",
            "\ufeff",
            "é",
            "注",
            "\ud83d\ude00",
            "${X}",
            "~",
            "null",
            "true",
            "017",
            "0x1F",
            "1e9",
            "-",
            "/",
            "//",
            "://",
            "ip/",
            "ip/[",
            "@",
            "`",
            "?",
            "? ",
            "999999999999999999999",
            "grid: |\n",
            "expires: 2027-02-30\n",
            "  ",
            "          ",
            "\\",
            "\\x",
            "$",
            ",");

    private final MatrixReader reader = MatrixReader.of(DiagnosticGoldenTest.TODAY, "default");
    private final DiagnosticText text = new DiagnosticText();

    @Test
    void thousands_of_mutations_of_valid_matrices_are_read_or_refused() throws IOException {
        Random random = new Random(20261121);
        List<byte[]> corpus = corpus();

        for (int number = 0; number < MUTATIONS; number++) {
            byte[] mutant = mutate(corpus.get(random.nextInt(corpus.size())), random);
            assertThatCode(() -> read(mutant))
                    .as(() -> new String(mutant, StandardCharsets.UTF_8))
                    .doesNotThrowAnyException();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[",
                "{",
                "- ",
                "? ",
                "{a: ",
                "a: |\n",
                "&a [*a, ",
                "\"",
                "!",
                "grid: |\n",
                "# x\n",
                "---\n",
                "a: b\n",
                "\t",
                "%"
            })
    void a_quarter_of_a_mebibyte_of_one_thing_is_read_or_refused_and_never_hangs(String one) {
        String much = "apiVersion: netproof.dev/v1\nkind: ConnectivityMatrix\n"
                + one.repeat(((1 << 18) - 100) / one.length());

        MatrixReading reading = read(much.getBytes(StandardCharsets.UTF_8));

        assertThat(reading.hasErrors()).isTrue();
    }

    @Test
    void nothing_from_a_file_steers_the_terminal() {
        String file = "apiVersion: netproof.dev/v1\nkind: ConnectivityMatrix\nchecks:\n"
                + "  - {from: \"\\e[31mx\\u202E\", to: svc/a, expect: allow}\n";

        MatrixReading reading = reader.readText("m\u001b[2J.yaml", file.getBytes(StandardCharsets.UTF_8));

        assertThat(text.render(reading.diagnostics(), Colour.NONE)).doesNotContain("\u001b", "\u202e");
    }

    private MatrixReading read(byte[] bytes) {
        MatrixReading reading = reader.readText("m.yaml", bytes);
        text.render(reading.diagnostics(), Colour.ANSI);
        if (!reading.hasErrors()) {
            assertThat(reading.matrices()).isNotEmpty();
        }
        return reading;
    }

    private static List<byte[]> corpus() throws IOException {
        List<byte[]> corpus = new ArrayList<>();
        for (Path file : SchemaTest.validMatrices()) {
            corpus.add(Files.readAllBytes(file));
        }
        return corpus;
    }

    private static byte[] mutate(byte[] original, Random random) {
        byte[] bytes = original;
        for (int round = 0; round <= random.nextInt(3); round++) {
            int at = random.nextInt(bytes.length + 1);
            int length = Math.min(bytes.length - at, random.nextInt(12));
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            out.write(bytes, 0, at);
            switch (random.nextInt(6)) {
                case 0 -> out.write(bytes, at + length, bytes.length - at - length);
                case 1 -> {
                    out.write(bytes, at, length);
                    out.write(bytes, at, bytes.length - at);
                }
                case 2 -> {
                    out.write(random.nextInt(256));
                    out.write(bytes, at, bytes.length - at);
                }
                case 3 -> {
                    int from = random.nextInt(bytes.length);
                    out.write(bytes, from, Math.min(bytes.length - from, 40));
                    out.write(bytes, at, bytes.length - at);
                }
                default -> {
                    out.writeBytes(NASTY.get(random.nextInt(NASTY.size())).getBytes(StandardCharsets.UTF_8));
                    out.write(bytes, at + length, bytes.length - at - length);
                }
            }
            bytes = out.toByteArray();
            if (bytes.length == 0) {
                return bytes;
            }
        }
        return bytes;
    }
}
