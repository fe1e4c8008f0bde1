package dev.netproof.report;

import dev.netproof.model.Check;
import dev.netproof.model.CheckResult;
import dev.netproof.model.Location;
import dev.netproof.model.Matrix;
import dev.netproof.model.Report;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** One matrix with what came of its checks, by sources and destinations. */
final class Sheet {
    private record Key(String name, String file) {}

    private record Pair(String source, String target) {}

    private final Key key;
    private final List<Entry> entries = new ArrayList<>();
    private final Set<String> sources = new LinkedHashSet<>();
    private final Set<String> targets = new LinkedHashSet<>();
    private final Map<Pair, List<Entry>> cells = new LinkedHashMap<>();

    private final Optional<Matrix> matrix;

    private Sheet(Key key, Optional<Matrix> matrix) {
        this.key = key;
        this.matrix = matrix;
    }

    /** One sheet per matrix, in the report's order. */
    static List<Sheet> of(Report report) {
        Map<Key, Sheet> sheets = new LinkedHashMap<>();
        for (Matrix matrix : report.matrices()) {
            Key key = new Key(matrix.name(), matrix.location().file());
            sheets.putIfAbsent(key, new Sheet(key, Optional.of(matrix)));
        }
        Set<Check> judged = new HashSet<>();
        for (CheckResult result : report.results()) {
            Check check = result.check();
            judged.add(check);
            sheet(sheets, check.matrix(), check.location()).add(new Entry(check, Optional.of(result)));
        }
        // Without a breakage every check has a result; evidence of earlier versions left out what nobody asked for.
        if (report.breakage().isPresent()) {
            for (Matrix matrix : report.matrices()) {
                matrix.checks().stream()
                        .filter(check -> !judged.contains(check))
                        .forEach(check -> sheet(sheets, matrix.name(), matrix.location())
                                .add(new Entry(check, Optional.empty())));
            }
        }
        return List.copyOf(sheets.values());
    }

    /**
     * Without the sources and destinations of which nothing was asked in this run: a line tried again is not to be looked for in a
     * grid of a thousand.
     */
    Sheet asked() {
        Set<String> from = new HashSet<>();
        Set<String> to = new HashSet<>();
        entries.stream().filter(entry -> entry.sign() != Sign.SKIPPED).forEach(entry -> {
            from.add(entry.check().source().name());
            to.add(entry.check().target());
        });
        Sheet asked = new Sheet(key, matrix);
        entries.stream()
                .filter(entry -> from.contains(entry.check().source().name())
                        && to.contains(entry.check().target()))
                .forEach(asked::add);
        return asked;
    }

    private static Sheet sheet(Map<Key, Sheet> sheets, String name, Location location) {
        return sheets.computeIfAbsent(new Key(name, location.file()), key -> new Sheet(key, Optional.empty()));
    }

    private void add(Entry entry) {
        Pair pair = new Pair(entry.check().source().name(), entry.check().target());
        entries.add(entry);
        sources.add(pair.source());
        targets.add(pair.target());
        cells.computeIfAbsent(pair, p -> new ArrayList<>()).add(entry);
    }

    String name() {
        return key.name();
    }

    String file() {
        return key.file();
    }

    /** Empty for results whose matrix the report does not list. */
    Optional<Matrix> matrix() {
        return matrix;
    }

    List<Entry> entries() {
        return entries;
    }

    List<Entry> entries(Sign sign) {
        return entries.stream().filter(entry -> entry.sign() == sign).toList();
    }

    long count(Sign sign) {
        return entries.stream().filter(entry -> entry.sign() == sign).count();
    }

    Set<String> sources() {
        return sources;
    }

    Set<String> targets() {
        return targets;
    }

    /** The checks of a pair, the worst first; mostly one. */
    List<Entry> at(String source, String target) {
        return cells.getOrDefault(new Pair(source, target), List.of()).stream()
                .sorted(Comparator.comparing(Entry::sign))
                .toList();
    }
}
