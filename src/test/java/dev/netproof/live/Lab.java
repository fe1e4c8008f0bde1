package dev.netproof.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;

/** What only the lab can do: switch its policy engine, and make things go wrong. */
final class Lab {
    /** Outside the cluster and inside the lab; answers on port 80. */
    static final String OUTSIDE_NAME = "outside.example.com";

    static final String OUTSIDE_IP = "198.51.100.10";

    private static final int PATIENCE_SECONDS = 90;
    private static final Pattern NAME = Pattern.compile("^fault ([a-z0-9-]+):", Pattern.MULTILINE);

    private Lab() {}

    static Optional<String> name() {
        return Fork.lab();
    }

    static boolean here() {
        return name().isPresent();
    }

    /** Skips the test where there is no lab. */
    static void needed(String forWhat) {
        if (!here()) {
            System.err.println("skipped, " + forWhat + " needs the lab (NETPROOF_LAB names it)");
        }
        Assumptions.assumeTrue(here(), forWhat + " needs the lab: scripts/cluster up --lab, NETPROOF_LAB=name");
    }

    static void engine(String... state) {
        List<String> args = new ArrayList<>(List.of("engine"));
        args.addAll(List.of(state));
        call(args.toArray(String[]::new));
    }

    /** Makes a fault, and returns the name that it can be cleared by. */
    static String fault(String... words) {
        List<String> args = new ArrayList<>(List.of("fault"));
        args.addAll(List.of(words));
        Matcher name = NAME.matcher(call(args.toArray(String[]::new)));
        return name.find() ? name.group(1) : "";
    }

    /** Makes it right again. Other tests' faults stay. */
    static void clear(String fault) {
        call("fault", "clear", fault);
    }

    /** Makes a fault for as long as something takes. */
    static void during(Runnable what, String... fault) {
        String name = fault(fault);
        try {
            what.run();
        } finally {
            clear(name);
        }
    }

    private static String call(String... args) {
        Path log = log();
        Process process = start(log, args);
        try {
            assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS))
                    .as("scripts/cluster %s ends", List.of(args))
                    .isTrue();
            assertThat(process.exitValue())
                    .as("scripts/cluster %s: %s", List.of(args), Files.readString(log, StandardCharsets.UTF_8))
                    .isZero();
            return Files.readString(log, StandardCharsets.UTF_8);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Path log() {
        try {
            Path log = Files.createTempFile("netproof-lab", ".log");
            log.toFile().deleteOnExit();
            return log;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Process start(Path log, String... args) {
        List<String> command =
                new ArrayList<>(List.of(Path.of("scripts", "cluster").toString(), args[0]));
        command.addAll(List.of("--name", name().orElseThrow()));
        command.addAll(List.of(args).subList(1, args.length));
        try {
            return new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
        } catch (IOException e) {
            throw new AssertionError("scripts/cluster cannot be started", e);
        }
    }
}
