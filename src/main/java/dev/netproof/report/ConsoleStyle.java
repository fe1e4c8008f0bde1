package dev.netproof.report;

/**
 * How the console rendering looks.
 *
 * @param width of the terminal in characters; grids that are wider continue below themselves
 */
public record ConsoleStyle(Detail detail, Colour colour, int width) {
    /** The width where none is known, such as in a pipe. */
    public static final int DEFAULT_WIDTH = 120;

    private static final int LEAST_WIDTH = 40;

    /** How much is shown. */
    public enum Detail {
        /** What did not conform, and the last line. */
        BRIEF,
        /** The grid, and all about what did not conform. */
        TABLE,
        /** Also one row for each check. */
        WIDE
    }

    /** Whether escape sequences colour the text. */
    public enum Colour {
        ALWAYS,
        NEVER
    }

    public ConsoleStyle {
        width = Math.max(LEAST_WIDTH, width);
    }

    /** For pipes and files. */
    public static ConsoleStyle plain(Detail detail) {
        return new ConsoleStyle(detail, Colour.NEVER, DEFAULT_WIDTH);
    }
}
