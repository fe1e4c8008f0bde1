package dev.netproof.matrix;

import dev.netproof.model.Location;
import java.util.Optional;

/**
 * One problem, and its place.
 *
 * @param code stable, for searching and for tests
 * @param width how many characters are meant, from the location on; 0 where no line can be shown
 * @param line the line of the file, as it stands there
 * @param problem what is wrong
 * @param fix how to fix it
 * @param related the other place, where two places disagree
 */
public record Diagnostic(
        Severity severity,
        String code,
        Location location,
        int width,
        String line,
        String problem,
        String fix,
        Optional<Related> related) {

    /** Whether the matrix can be run all the same. */
    public enum Severity {
        WARNING,
        ERROR;

        String word() {
            return this == ERROR ? "error" : "warning";
        }
    }

    /**
     * The other place.
     *
     * @param note what stands there
     */
    public record Related(Location location, int width, String line, String note) {}
}
