package dev.netproof.report;

import dev.netproof.text.RunnerCommands;
import dev.netproof.text.TextWidth;

/** A text for the console as it grows, and its colours. */
final class ConsolePage {
    private final ConsoleStyle style;
    private final StringBuilder text = new StringBuilder();

    ConsolePage(ConsoleStyle style) {
        this.style = style;
    }

    ConsoleStyle style() {
        return style;
    }

    String text() {
        return text.toString();
    }

    void line(String line) {
        // Pieces that mean nothing alone may be a command together.
        text.append(RunnerCommands.broken(line)).append('\n');
    }

    void blank() {
        text.append('\n');
    }

    /** A text in as many lines as it takes, the later ones behind an indent of their own. */
    void hanging(String first, String next, String words) {
        String lead = first;
        for (String line : TextWidth.wrapped(words, Math.max(20, style.width() - TextWidth.of(next)))) {
            line(lead + line);
            lead = next;
        }
    }

    String paint(Sign.Tone tone, String words) {
        return switch (tone) {
            case GOOD -> sequence("32", words);
            case BAD -> sequence("1;31", words);
            case DOUBT -> sequence("33", words);
            case MUTED -> sequence("2", words);
        };
    }

    String muted(String words) {
        return sequence("2", words);
    }

    String strong(String words) {
        return sequence("1", words);
    }

    private String sequence(String codes, String words) {
        return style.colour() == ConsoleStyle.Colour.NEVER || words.isEmpty()
                ? words
                : "\u001B[" + codes + "m" + words + "\u001B[0m";
    }
}
