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
    void aHeaderThatIsLoggedLosesItsValue() {
        errors.println("HEADERS: REQUEST HEADERS:\n  GET /version HTTP/1.1\n  Authorization: Bearer abc123\n  Host: x");

        assertThat(written())
                .isEqualTo(
                        "HEADERS: REQUEST HEADERS:\n  GET /version HTTP/1.1\n  Authorization: Bearer [redacted]\n  Host: x\n");
    }

    @Test
    void aLineThatIsWrittenInPartsIsLookedAtAsOne() {
        errors.print("Authorization: ");
        errors.print("Bearer abc");
        errors.print("123\n");

        assertThat(written()).isEqualTo("Authorization: Bearer [redacted]\n");
    }

    @Test
    void whatIsFlushedIsThereAtOnce() {
        errors.print("\r3 of 8 checks decided, zürich");
        errors.flush();

        assertThat(written()).isEqualTo("\r3 of 8 checks decided, zürich");
    }
}
