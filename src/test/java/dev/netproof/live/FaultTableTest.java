package dev.netproof.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/faults.md says what the live tests assert, and each row has its test. */
final class FaultTableTest {
    @Test
    void the_page_is_the_table() throws IOException {
        String page = Files.readString(FaultTable.PAGE, StandardCharsets.UTF_8);
        Map<Fault, String> times = FaultTable.times(page);
        assertThat(times).hasSameSizeAs(List.of(Fault.values()));
        assertThat(page)
                .as("run scripts/test --full, which writes it, or correct the row by hand")
                .isEqualTo(FaultTable.page(times));
        assertThat(times.values()).allMatch(time -> time.matches("\\d+\\.\\d( · \\d+\\.\\d){0,2} s"));
    }

    @Test
    void the_latest_three_times_are_kept() {
        String once = FaultTable.again("", Duration.ofMillis(1_240));
        String thrice = FaultTable.again(FaultTable.again(once, Duration.ofSeconds(2)), Duration.ofSeconds(30));
        assertThat(once).isEqualTo("1.2 s");
        assertThat(thrice).isEqualTo("1.2 · 2.0 · 30.0 s");
        assertThat(FaultTable.again(thrice, Duration.ofSeconds(4))).isEqualTo("2.0 · 30.0 · 4.0 s");
    }

    @Test
    void every_fault_is_shown_by_a_live_test() throws IOException {
        StringBuilder tests = new StringBuilder();
        try (Stream<Path> files = Files.list(Path.of("src", "test", "java", "dev", "netproof", "live"))) {
            for (Path file : files.filter(f -> f.toString().endsWith("IT.java")).toList()) {
                tests.append(Files.readString(file, StandardCharsets.UTF_8));
            }
        }
        assertThat(Fault.values()).allSatisfy(fault -> assertThat(tests).contains("Fault." + fault.name()));
    }
}
