package dev.netproof.text;

import static org.assertj.core.api.Assertions.assertThat;

import dev.netproof.Hostile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What a shell makes of the words that people copy. */
class ShellWordTest {
    static Stream<String> words() {
        return Stream.concat(
                Stream.of(
                        "plain.yaml:21",
                        "",
                        " ",
                        "it's",
                        "'",
                        "a'b'c",
                        "*",
                        "~",
                        "!x",
                        "a b",
                        "\\",
                        "$HOME",
                        "a\nb",
                        "=ls",
                        "{a,b}",
                        "é"),
                // No argument of a process holds a NUL.
                Hostile.TEXTS.stream().map(text -> text.replace("\0", "")));
    }

    @ParameterizedTest
    @MethodSource("words")
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void a_shell_reads_the_word_that_was_meant(String word) throws IOException, InterruptedException {
        assertThat(shell("printf '[%s]' " + ShellWord.of(word))).isEqualTo("[" + word + "]");
    }

    private static String shell(String line) throws IOException, InterruptedException {
        ProcessBuilder shell = new ProcessBuilder("sh", "-s").redirectErrorStream(true);
        shell.environment().put("LC_ALL", "C.UTF-8");
        Process process = shell.start();
        try (var in = process.getOutputStream()) {
            in.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        }
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        return said;
    }

    @ParameterizedTest
    @CsvSource({
        "matrices/shop.yaml:21, matrices/shop.yaml:21",
        "-rf.yaml:3, ./-rf.yaml:3",
        "@options.yaml:3, ./@options.yaml:3",
        "'-a b.yaml:3', \"'./-a b.yaml:3'\""
    })
    void a_file_is_never_an_option(String file, String word) {
        assertThat(ShellWord.ofFile(file)).isEqualTo(word.replace("\"", ""));
    }
}
