package dev.netproof.matrix;

import dev.netproof.model.Location;
import dev.netproof.text.TextWidth;
import dev.netproof.text.Visible;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Diagnostics as text: the place, the line, a caret, what is wrong and how to fix it. */
public final class DiagnosticText {
    private static final int WIDEST_LINE = 120;
    private static final int BEFORE_CARET = 60;
    private static final int WRAP = 96;

    private static final String RESET = "\u001b[0m";
    private static final String BOLD = "\u001b[1m";
    private static final String RED = "\u001b[1;31m";
    private static final String YELLOW = "\u001b[1;33m";
    private static final String BLUE = "\u001b[34m";

    /** Whether the reader's terminal shows colours. */
    public enum Colour {
        NONE,
        ANSI
    }

    /** All of them, with a blank line between. */
    public String render(List<Diagnostic> diagnostics, Colour colour) {
        return diagnostics.stream()
                .map(diagnostic -> render(diagnostic, colour))
                .collect(Collectors.joining("\n"));
    }

    /** Several lines, each with a line break at its end. */
    public String render(Diagnostic diagnostic, Colour colour) {
        String mark = diagnostic.severity() == Diagnostic.Severity.ERROR ? RED : YELLOW;
        Ink ink = new Ink(colour);
        StringBuilder out = new StringBuilder();
        int gutter = gutter(diagnostic);
        String margin = " ".repeat(gutter);
        out.append(ink.in(mark, diagnostic.severity().word()))
                .append(": ")
                .append(ink.in(BOLD, diagnostic.code()))
                .append('\n');
        if (diagnostic.width() == 0) {
            out.append(margin)
                    .append(ink.in(BLUE, "--> "))
                    .append(Visible.of(place(diagnostic)))
                    .append('\n')
                    .append(margin)
                    .append(ink.in(BLUE, " | "))
                    .append(Visible.of(diagnostic.problem()))
                    .append('\n');
        } else {
            out.append(margin)
                    .append(ink.in(BLUE, "--> "))
                    .append(Visible.of(diagnostic.location().toString()))
                    .append('\n');
            excerpt(
                    out,
                    ink,
                    mark,
                    '^',
                    gutter,
                    new Excerpt(diagnostic.location(), diagnostic.width(), diagnostic.line(), diagnostic.problem()));
        }
        diagnostic.related().ifPresent(other -> {
            out.append(margin)
                    .append(ink.in(BLUE, "::: "))
                    .append(Visible.of(other.location().toString()))
                    .append('\n');
            excerpt(
                    out,
                    ink,
                    BLUE,
                    '-',
                    gutter,
                    new Excerpt(other.location(), other.width(), other.line(), other.note()));
        });
        String prefix = margin + ink.in(BLUE, " = ");
        for (String line : TextWidth.wrapped(Visible.of(diagnostic.fix()), WRAP)) {
            out.append(prefix).append(line).append('\n');
            prefix = margin + "   ";
        }
        return out.toString();
    }

    private record Excerpt(Location location, int width, String line, String note) {}

    private static String place(Diagnostic diagnostic) {
        return diagnostic.code().equals("more-problems")
                        || diagnostic.location().line() > 1
                ? diagnostic.location().file() + ":" + diagnostic.location().line()
                : diagnostic.location().file();
    }

    private static int gutter(Diagnostic diagnostic) {
        int line = diagnostic.location().line();
        int other =
                diagnostic.related().map(related -> related.location().line()).orElse(0);
        return diagnostic.width() == 0
                ? 1
                : Integer.toString(Math.max(line, other)).length();
    }

    private static void excerpt(StringBuilder out, Ink ink, String mark, char under, int gutter, Excerpt excerpt) {
        int[] line = excerpt.line().codePoints().toArray();
        int caret = excerpt.location().column() - 1;
        // A line can be as long as the file: show what is around the caret.
        int from = line.length <= WIDEST_LINE ? 0 : Math.max(0, caret - BEFORE_CARET);
        int to = Math.min(line.length, from + WIDEST_LINE);
        // As a whole: a caret in the middle of a runner's command must not make two harmless halves of it.
        int[] visible = Visible.of(new String(line, from, Math.max(0, to - from)))
                .codePoints()
                .toArray();
        int at = Math.min(caret, to) - from;
        String before = (from > 0 ? "…" : "") + new String(visible, 0, at);
        String shown = before + new String(visible, at, visible.length - at) + (to < line.length ? "…" : "");
        int width = Math.max(1, Math.min(excerpt.width(), Math.max(1, to - caret)));
        String carets = String.valueOf(under)
                .repeat(Math.max(1, TextWidth.of(new String(visible, at, Math.min(at + width, visible.length) - at))));
        String empty = " ".repeat(gutter) + ink.in(BLUE, " |");
        String number = String.format(
                Locale.ROOT, "%" + gutter + "d", excerpt.location().line());
        int padding = TextWidth.of(before) + Math.max(0, caret - line.length);
        out.append(empty)
                .append('\n')
                .append(ink.in(BLUE, number + " | "))
                .append(shown.stripTrailing())
                .append('\n')
                .append(empty)
                .append(' ')
                .append(" ".repeat(padding))
                .append(ink.in(mark, carets + " " + Visible.of(excerpt.note())))
                .append('\n')
                .append(empty)
                .append('\n');
    }

    private record Ink(Colour colour) {
        String in(String code, String text) {
            return colour == Colour.ANSI ? code + text + RESET : text;
        }
    }
}
