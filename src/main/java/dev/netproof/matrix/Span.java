package dev.netproof.matrix;

/**
 * A stretch of one line.
 *
 * @param line 1-based
 * @param column 1-based, in characters (code points)
 * @param width in characters
 */
record Span(int line, int column, int width) {
    static final Span NOWHERE = new Span(1, 1, 0);

    Span part(int offset, int length) {
        return new Span(line, column + offset, Math.max(1, length));
    }
}
