package dev.netproof.cli;

import dev.netproof.matrix.Diagnostic;
import dev.netproof.matrix.DiagnosticText;
import dev.netproof.matrix.MatrixReader;
import dev.netproof.matrix.MatrixReading;
import dev.netproof.model.Check;
import dev.netproof.model.Matrix;
import dev.netproof.text.Visible;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The matrices that a command works on, and which of their checks. */
final class MatrixArguments {
    private static final Pattern WITH_LINE = Pattern.compile("^(.+\\.ya?ml):(\\d{1,7})$", Pattern.DOTALL);

    @Parameters(
            arity = "1..*",
            paramLabel = "MATRIX",
            description = "Matrix files or folders; FILE:LINE selects the checks on that line.")
    List<String> names = new ArrayList<>();

    @Option(names = "--only", paramLabel = "SOURCE", description = "Only the checks of this source; repeatable.")
    List<String> only = new ArrayList<>();

    @Option(names = "--tags", split = ",", paramLabel = "TAG", description = "Only the checks with one of these tags.")
    Set<String> tags = new HashSet<>();

    @Mixin
    LimitOptions limits = new LimitOptions();

    private final Map<String, Set<Integer>> lines = new HashMap<>();

    MatrixReading read(String namespace) {
        List<Path> paths = new ArrayList<>();
        for (String name : names) {
            Matcher matcher = WITH_LINE.matcher(name);
            if (matcher.matches() && !Files.exists(Path.of(name))) {
                lines.computeIfAbsent(matcher.group(1), f -> new HashSet<>()).add(Integer.parseInt(matcher.group(2)));
                paths.add(Path.of(matcher.group(1)));
            } else {
                paths.add(Path.of(name));
            }
        }
        return MatrixReader.of(LocalDate.now(ZoneId.systemDefault()), namespace, limits.limits())
                .read(paths);
    }

    /** Prints the problems, and returns whether the matrices can be used. */
    static boolean usable(MatrixReading reading, PrintWriter err) {
        DiagnosticText.Colour colour = Terminal.colours() ? DiagnosticText.Colour.ANSI : DiagnosticText.Colour.NONE;
        DiagnosticText text = new DiagnosticText();
        for (Diagnostic diagnostic : reading.diagnostics()) {
            err.println(text.render(diagnostic, colour));
        }
        return !reading.hasErrors();
    }

    /** The matrices with the selected checks; a matrix without any is left out. */
    List<Matrix> selected(List<Matrix> matrices) {
        List<Matrix> selected = new ArrayList<>();
        for (Matrix matrix : matrices) {
            List<Check> checks =
                    matrix.checks().stream().filter(this::isAskedFor).toList();
            if (!checks.isEmpty()) {
                selected.add(new Matrix(
                        matrix.name(), matrix.owner(), matrix.sha256(), checks, matrix.warnings(), matrix.location()));
            }
        }
        return selected;
    }

    private boolean isAskedFor(Check check) {
        Set<Integer> wanted = lines.get(check.location().file());
        return (wanted == null || wanted.contains(check.location().line()))
                && (only.isEmpty() || only.contains(check.source().name()))
                && (tags.isEmpty() || check.tags().stream().anyMatch(tags::contains));
    }

    /** Why no check is left: everything that was asked for, because each part alone may leave some. */
    String nothingSelected(List<Matrix> matrices) {
        List<Check> all = matrices.stream().flatMap(m -> m.checks().stream()).toList();
        List<String> has = new ArrayList<>();
        if (!only.isEmpty()) {
            has.add((only.size() == 1 ? "the source " : "one of the sources ") + String.join(", ", only));
        }
        if (!tags.isEmpty()) {
            has.add((tags.size() == 1 ? "the tag " : "one of the tags ") + String.join(", ", new TreeSet<>(tags)));
        }
        if (has.isEmpty()) {
            return "there is no check " + onLines() + "; --dry-run lists every check with its line";
        }
        List<String> hints = new ArrayList<>();
        if (!only.isEmpty()) {
            hints.add(
                    "the sources are " + named(all.stream().map(c -> c.source().name())));
        }
        if (!tags.isEmpty()) {
            String known = named(all.stream().flatMap(c -> c.tags().stream()));
            hints.add(known.isEmpty() ? "no check has a tag" : "the tags are " + known);
        }
        return Visible.of("no check has " + String.join(" and ", has) + (lines.isEmpty() ? "" : " and is " + onLines())
                + "; " + String.join("; ", hints));
    }

    private String onLines() {
        Set<Integer> asked = new TreeSet<>();
        lines.values().forEach(asked::addAll);
        return (asked.size() == 1 ? "on line " : "on lines ")
                + asked.stream().map(String::valueOf).collect(Collectors.joining(", "));
    }

    private static String named(Stream<String> names) {
        return names.distinct().collect(Collectors.joining(", "));
    }
}
