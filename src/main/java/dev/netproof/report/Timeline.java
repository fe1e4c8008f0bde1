package dev.netproof.report;

import dev.netproof.model.CheckResult;
import dev.netproof.model.Outcome;
import dev.netproof.model.PathObservation;
import dev.netproof.model.Streak;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.stream.Collectors;

/** The attempts of a path as a drawing; height tells what colour tells. All paths of a check share one scale. */
final class Timeline {
    private static final int WIDTH = 1000;
    private static final int HEIGHT = 16;
    private static final double LEAST = 6;

    private final Instant start;
    private final Duration length;

    private Timeline(Instant start, Duration length) {
        this.start = start;
        this.length = length;
    }

    static Timeline of(CheckResult result) {
        Instant start = Evidence.start(result).orElse(Instant.EPOCH);
        Instant end = result.paths().stream()
                .flatMap(path -> path.history().stream())
                .map(Streak::last)
                .max(Comparator.naturalOrder())
                .orElse(start);
        return new Timeline(start, Duration.between(start, end));
    }

    void draw(Markup page, PathObservation path) {
        String words = path.history().stream()
                .map(streak -> Evidence.history(streak, start))
                .collect(Collectors.joining("; "));
        page.open(
                "svg",
                "class",
                "timeline",
                "role",
                "img",
                "aria-label",
                words,
                "viewBox",
                "0 0 " + WIDTH + " " + HEIGHT,
                "preserveAspectRatio",
                "none");
        page.open("rect", "class", "ground", "x", "0", "y", "15", "width", "1000", "height", "1")
                .close();
        double free = 0;
        for (Streak streak : path.history()) {
            double from = Math.max(free, position(streak.first().minus(streak.slowest())));
            double to = Math.max(from + LEAST, position(streak.last()));
            // The last of several short ones must not fall off the edge.
            from = Math.min(from, WIDTH - LEAST);
            to = Math.min(to, WIDTH);
            bar(page, streak, from, to);
            free = to;
        }
        page.close();
    }

    private void bar(Markup page, Streak streak, double from, double to) {
        int height = height(streak.outcome());
        page.open(
                        "rect",
                        "class",
                        kind(streak.outcome()),
                        "x",
                        Figures.decimal(from),
                        "y",
                        Integer.toString(HEIGHT - height),
                        "width",
                        Figures.decimal(to - from),
                        "height",
                        Integer.toString(height))
                .element("title", Evidence.history(streak, start))
                .close();
    }

    String end() {
        return Figures.seconds(length) + " s";
    }

    Instant start() {
        return start;
    }

    private double position(Instant time) {
        double whole = Math.max(1, length.toMillis());
        return Math.max(0, Duration.between(start, time).toMillis() / whole * WIDTH);
    }

    private static int height(Outcome outcome) {
        return switch (outcome) {
            case CONNECTED -> HEIGHT;
            case RESET, L7_DENIED -> 12;
            case TIMEOUT, REFUSED, UNREACHABLE, DNS_FAILURE -> 6;
            case PROBE_ERROR -> 3;
        };
    }

    private static String kind(Outcome outcome) {
        return switch (outcome) {
            case CONNECTED -> "through";
            case RESET, L7_DENIED -> "partly";
            case TIMEOUT, REFUSED, UNREACHABLE, DNS_FAILURE -> "stopped";
            case PROBE_ERROR -> "unknown";
        };
    }
}
