package dev.netproof.probe;

import static dev.netproof.probe.Probes.NONCE;

import dev.netproof.plan.ProbePod;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** The first rounds of a probe's real program on this machine. */
final class Rounds {
    static final Duration SECOND = Duration.ofSeconds(1);

    private Rounds() {}

    static List<List<AttemptResult>> of(ProbePod probe, int wanted) throws IOException {
        return of(probe, wanted, Pace.QUICK, Map.of());
    }

    /** @param environment what the machine itself has set */
    static List<List<AttemptResult>> of(ProbePod probe, int wanted, Pace pace, Map<String, String> environment)
            throws IOException {
        Payload payload = ProbeScript.payload(probe, NONCE, SECOND, pace);
        ProcessBuilder builder = new ProcessBuilder(payload.command()).redirectErrorStream(true);
        builder.environment().putAll(environment);
        builder.environment().putAll(payload.environment());
        Process process = builder.start();
        ProbeLog log = new ProbeLog(probe, NONCE, SECOND);
        List<List<AttemptResult>> rounds = new ArrayList<>();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            String line;
            while (rounds.size() < wanted && (line = lines.readLine()) != null) {
                List<AttemptResult> readings = Facts.readings(log.accept(Instant.now(), line));
                if (!readings.isEmpty()) {
                    rounds.add(readings);
                }
            }
            process.destroy();
        } finally {
            process.descendants().forEach(ProcessHandle::destroy);
            process.destroyForcibly();
        }
        return rounds;
    }

    static boolean present(String program) {
        return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }
}
