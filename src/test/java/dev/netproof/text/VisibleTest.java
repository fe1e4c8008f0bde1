package dev.netproof.text;

import static org.assertj.core.api.Assertions.assertThat;

import dev.netproof.Hostile;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class VisibleTest {
    static Stream<String> attacks() {
        return Hostile.TEXTS.stream();
    }

    /** Addresses, code, headings, and the scripts of the world. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "::1",
                "::",
                "::/0",
                "listen on :: and ::1, not on [::]:80",
                "::ffff:10.0.0.1 port 80",
                "::1/128 is loop-back",
                "fd00::1",
                "[fd00::7]:443",
                "std::x",
                "a::b::c",
                "svc/web:80 → 8080",
                "# heading",
                "## heading",
                "C## and PAY-#12",
                "x[0] and ##a[1]",
                "100 % of $5 & more",
                "数据库 🐘 é Ω ж עברית العربية",
                "می\u200Cخواهم",
                "👩\u200D💻 ❤\uFE0F\u200D🔥 ✓"
            })
    void honest_text_stays_as_it_is(String text) {
        assertThat(Visible.of(text)).isEqualTo(text);
    }

    @ParameterizedTest
    @MethodSource("attacks")
    void an_attack_becomes_text_that_stays_as_it_is(String attack) {
        String visible = Visible.of(attack);

        Hostile.assertCommandsNothing(visible);
        assertThat(visible)
                .hasSize(attack.length()
                        - (int) attack.chars()
                                .filter(c -> Character.isLowSurrogate((char) c))
                                .count());
        assertThat(Visible.of(visible)).isEqualTo(visible);
    }

    @Test
    void what_stood_there_can_be_seen() {
        assertThat(Visible.of("a\tb\r\nc\u001B[31m\u007F\u2028\u202E\u200B")).isEqualTo("a␉b␍␊c␛[31m␡␊��");
        assertThat(Visible.of("::error::x and ##vso[a]b")).isEqualTo("∶∶error::x and ♯♯vso[a]b");
    }

    /** Wrapping breaks at blanks: what stands behind one may begin a line. */
    @Test
    void nothing_becomes_a_command_by_wrapping() {
        for (String attack : Hostile.TEXTS) {
            for (int width = 1; width < 100; width++) {
                TextWidth.wrapped(Visible.of("words before it " + attack), width)
                        .forEach(Hostile::assertCommandsNothing);
                Hostile.assertCommandsNothing(TextWidth.shortened(Visible.of(attack + attack), width));
            }
        }
    }

    /** Columns that were counted stay counted. */
    @ParameterizedTest
    @ValueSource(strings = {"::error::x", "##vso[a]b", "##[group]"})
    void a_broken_command_is_as_wide_as_before(String command) {
        assertThat(TextWidth.of(Visible.of(command))).isEqualTo(command.length());
    }
}
