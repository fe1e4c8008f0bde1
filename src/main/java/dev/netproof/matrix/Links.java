package dev.netproof.matrix;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Symbolic links may not lead out of the folder that they are in. A pull request can add a link to any file of the machine that
 * looks at the change.
 */
final class Links {
    private Links() {}

    /**
     * Where a path that a person named leads, if that is outside: of its own folder where it is a link itself, and of the folder that netproof was
     * started in where a link on the way leads out of that. Links above, as in /tmp on a Mac, are the machine's own.
     */
    static Optional<Path> outside(Path named) {
        try {
            Path here = Path.of("").toAbsolutePath();
            Path absolute = named.toAbsolutePath().normalize();
            Path folder = absolute.getParent();
            Path real = named.toRealPath();
            boolean leavesHere = absolute.startsWith(here) && !real.startsWith(here.toRealPath());
            boolean leavesItsFolder =
                    folder != null && Files.isSymbolicLink(absolute) && !real.startsWith(folder.toRealPath());
            return leavesHere || leavesItsFolder ? Optional.of(real) : Optional.empty();
        } catch (IOException missing) {
            return Optional.empty();
        }
    }

    /**
     * Where a file found in a folder leads, if that is outside of it.
     *
     * @param folder without links
     */
    static Optional<Path> outside(Path found, Path folder) {
        try {
            return Optional.of(found.toRealPath()).filter(real -> !real.startsWith(folder));
        } catch (IOException missing) {
            return Optional.empty();
        }
    }
}
