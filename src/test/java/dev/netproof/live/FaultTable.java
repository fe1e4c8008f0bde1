package dev.netproof.live;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Writes the table of faults as they are shown; a full run in which all were shown writes the one in docs/. */
final class FaultTable {
    static final Path PAGE = Path.of("docs", "faults.md");

    private static final Path HERE = Path.of("target", "faults.md");
    private static final String NOT_SHOWN = "not shown";
    private static final Map<Fault, String> TIMES = new EnumMap<>(Fault.class);

    private FaultTable() {}

    /** What runs before this one showed: the table grows until the build's folder is cleaned. */
    static Map<Fault, String> times(Path page) throws IOException {
        Map<Fault, String> times = new EnumMap<>(Fault.class);
        List<String> rows = Files.readAllLines(page, StandardCharsets.UTF_8).stream()
                .filter(line -> line.startsWith("| "))
                .skip(2)
                .toList();
        for (Fault fault : Fault.values()) {
            if (fault.ordinal() < rows.size() && rows.size() == Fault.values().length) {
                times.put(fault, rows.get(fault.ordinal()).split(" \\| ")[5].strip());
            }
        }
        return times;
    }

    static synchronized void shown(Fault fault, Duration time) {
        try {
            if (TIMES.isEmpty() && Files.exists(HERE)) {
                TIMES.putAll(times(HERE));
                TIMES.values().removeIf(known -> known.equals(NOT_SHOWN));
            }
            TIMES.put(fault, String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1000.0));
            Files.createDirectories(HERE.toAbsolutePath().getParent());
            Files.writeString(HERE, page(TIMES), StandardCharsets.UTF_8);
            if (Boolean.getBoolean("netproof.full") && TIMES.size() == Fault.values().length) {
                Files.writeString(PAGE, page(TIMES), StandardCharsets.UTF_8);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String page(Map<Fault, String> times) {
        StringBuilder page = new StringBuilder("""
                # Faults

                What goes wrong on networks and clusters, made to go wrong on the lab, and what netproof says of it: PASS and FAIL only with
                proof, INCONCLUSIVE with the reason otherwise. `scripts/test` shows each once, `scripts/test --full` three times in a row and
                writes this page. F1 to F17 are the faults that fool tools which take silence for a denial. Where a row has several verdicts,
                they are those of several checks, what is allowed first.

                | | fault | what was done | verdict | exit | time | leftovers |
                | --- | --- | --- | --- | --- | --- | --- |
                """);
        for (Fault fault : Fault.values()) {
            page.append(fault.row(times.getOrDefault(fault, NOT_SHOWN))).append('\n');
        }
        return page.toString();
    }
}
