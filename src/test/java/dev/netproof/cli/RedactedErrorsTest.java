package dev.netproof.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class RedactedErrorsTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final PrintStream errors = RedactedErrors.over(out);

    private String written() {
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void a_header_that_is_logged_loses_its_value() {
        errors.println("HEADERS: REQUEST HEADERS:\n  GET /version HTTP/1.1\n  Authorization: Bearer abc123\n  Host: x");

        assertThat(written())
                .isEqualTo(
                        "HEADERS: REQUEST HEADERS:\n  GET /version HTTP/1.1\n  Authorization: Bearer [redacted]\n  Host: x\n");
    }

    @Test
    void a_line_that_is_written_in_parts_is_looked_at_as_one() {
        errors.print("Authorization: ");
        errors.print("Bearer abc");
        errors.print("123\n");

        assertThat(written()).isEqualTo("Authorization: Bearer [redacted]\n");
    }

    @Test
    void what_is_flushed_is_there_at_once() {
        errors.print("\r3 of 8 checks decided, zürich");
        errors.flush();

        assertThat(written()).isEqualTo("\r3 of 8 checks decided, zürich");
    }
}
