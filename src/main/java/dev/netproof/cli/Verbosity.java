package dev.netproof.cli;

import picocli.CommandLine.Option;

/** How much is printed beside the reports. */
final class Verbosity {
    @Option(
            names = {"-q", "--quiet"},
            description = "Print no progress, only the checks that do not conform and the last line.")
    boolean quiet;

    @Option(
            names = {"-v", "--verbose"},
            description = "Also print a line for each check as soon as it is decided.")
    boolean verbose;

    /** How much that is. */
    enum Level {
        QUIET,
        NORMAL,
        VERBOSE
    }

    Level level() {
        return quiet ? Level.QUIET : verbose ? Level.VERBOSE : Level.NORMAL;
    }
}
