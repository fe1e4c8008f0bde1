package dev.netproof.model;

/**
 * A place in a file that a person wrote.
 *
 * @param file the path as the user gave it
 * @param line 1-based
 * @param column 1-based, in characters
 */
public record Location(String file, int line, int column) {
    @Override
    public String toString() {
        return file + ":" + line + ":" + column;
    }
}
