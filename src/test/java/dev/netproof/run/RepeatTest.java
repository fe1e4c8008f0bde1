package dev.netproof.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.netproof.Hostile;
import dev.netproof.model.Check;
import dev.netproof.model.Destination;
import dev.netproof.model.Expectation;
import dev.netproof.model.Identity;
import dev.netproof.model.Location;
import dev.netproof.model.Placement;
import dev.netproof.model.PortRef;
import dev.netproof.model.Protocol;
import dev.netproof.model.Source;
import dev.netproof.model.Target;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The command that tries a check again names its file, whatever the file is called. */
class RepeatTest {
    static Stream<String> files() {
        // No file has a NUL in its name.
        return Stream.concat(Stream.of("it's here.yaml", "$(reboot).yaml", "a b.yaml"), Hostile.TEXTS.stream())
                .map(name -> name.replace("\0", ""));
    }

    @ParameterizedTest
    @MethodSource("files")
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void a_shell_runs_netproof_with_the_file_and_the_line(String file) throws IOException {
        String command = Runner.repeat(checkIn(file));
        String said = shell("netproof() { printf '[%s]' \"$@\"; }\n" + command + "\n");

        assertThat(said)
                .isEqualTo("[run][" + (file.startsWith("@") || file.startsWith("-") ? "./" : "") + file + ":7]");
    }

    @Test
    void a_plain_name_stays_plain() {
        assertThat(Runner.repeat(checkIn("matrices/shop/matrix.yaml")))
                .isEqualTo("netproof run matrices/shop/matrix.yaml:7");
        assertThat(Runner.repeat(checkIn("-v.yaml"))).isEqualTo("netproof run ./-v.yaml:7");
    }

    private static String shell(String script) throws IOException {
        ProcessBuilder shell = new ProcessBuilder("sh", "-s").redirectErrorStream(true);
        shell.environment().put("LC_ALL", "C.UTF-8");
        Process process = shell.start();
        try (var in = process.getOutputStream()) {
            in.write(script.getBytes(StandardCharsets.UTF_8));
        }
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    private static Check checkIn(String file) {
        Location at = new Location(file, 7, 5);
        return new Check(
                "shop",
                new Source(
                        "web",
                        "shop",
                        new Identity.ExistingPod("web"),
                        Optional.empty(),
                        Source.Liveness.LIVE,
                        Placement.ANY,
                        at),
                new Destination(
                        "db",
                        new Target.Service("shop", "db"),
                        Optional.of(new PortRef.Number(5432)),
                        Protocol.TCP,
                        Destination.Request.NONE,
                        at),
                Expectation.DENY,
                Optional.empty(),
                Collections.emptySortedSet(),
                Check.Origin.CHECKS,
                Optional.empty(),
                at);
    }
}
