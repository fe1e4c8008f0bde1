package dev.netproof.live;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Writes the table of faults as they are shown, with the seconds of each time; a full run in which all were shown three times in a
 * row writes the one in docs/. The table grows until the build's folder is cleaned, and live tests in several processes share it.
 */
final class FaultTable {
    static final Path PAGE = Path.of("docs", "faults.md");

    private static final Path HERE = Path.of("target", "faults.md");
    private static final Path LOCK = Path.of("target", "faults.lock");
    private static final int IN_A_ROW = 3;
    private static final String NOT_SHOWN = "not shown";
    private static final String BETWEEN = " · ";

    private FaultTable() {}

    /** What runs before this one showed: for each fault the seconds of each time, absent where none showed it. */
    static Map<Fault, String> times(String page) {
        Map<Fault, String> times = new EnumMap<>(Fault.class);
        List<String> rows =
                page.lines().filter(line -> line.startsWith("| ")).skip(2).toList();
        for (Fault fault : Fault.values()) {
            if (fault.ordinal() < rows.size() && rows.size() == Fault.values().length) {
                times.put(fault, rows.get(fault.ordinal()).split(" \\| ")[5].strip());
            }
        }
        times.values().removeIf(NOT_SHOWN::equals);
        return times;
    }

    /** Once more: of more than three times the latest three are kept. */
    static String again(String times, Duration time) {
        List<String> all = new ArrayList<>(List.of(times.replace(" s", "").split(BETWEEN)));
        all.removeIf(String::isEmpty);
        all.add(String.format(Locale.ROOT, "%.1f", time.toMillis() / 1000.0));
        return String.join(BETWEEN, all.subList(Math.max(0, all.size() - IN_A_ROW), all.size())) + " s";
    }

    static synchronized void shown(Fault fault, Duration time) {
        try {
            Files.createDirectories(HERE.toAbsolutePath().getParent());
            // A file of its own: whoever closes a file gives up its lock. It keeps other processes out, the method's
            // own other threads.
            try (FileChannel one = FileChannel.open(LOCK, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                one.lock();
                String before = Files.exists(HERE) ? Files.readString(HERE, StandardCharsets.UTF_8) : "";
                Map<Fault, String> times = times(before);
                times.put(fault, again(times.getOrDefault(fault, ""), time));
                String page = page(times);
                Files.writeString(HERE, page, StandardCharsets.UTF_8);
                if (Boolean.getBoolean("netproof.full") && often(times)) {
                    Files.writeString(PAGE, page, StandardCharsets.UTF_8);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean often(Map<Fault, String> times) {
        return times.size() == Fault.values().length
                && times.values().stream().allMatch(each -> each.split(BETWEEN).length >= IN_A_ROW);
    }

    static String page(Map<Fault, String> times) {
        StringBuilder page = new StringBuilder("""
                # Faults

                Faults of networks and clusters, reproduced on the lab, and netproof's verdicts: PASS and FAIL only with proof,
                otherwise INCONCLUSIVE with the reason. `scripts/test` shows each once, `scripts/test --full` three times in a row and
                writes this page, with the time that each of them took. F1 to F17 are the faults that fool tools which take silence for a
                denial. Where a row has several verdicts, they are those of several checks, what is allowed first.

                | | fault | what was done | verdict | exit | time | leftovers |
                | --- | --- | --- | --- | --- | --- | --- |
                """);
        for (Fault fault : Fault.values()) {
            page.append(fault.row(times.getOrDefault(fault, NOT_SHOWN))).append('\n');
        }
        return page.toString();
    }
}
