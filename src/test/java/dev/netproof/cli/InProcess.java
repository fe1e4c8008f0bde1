package dev.netproof.cli;

/** The command line for tests that live elsewhere: everything but the end of the process. */
public final class InProcess {
    private InProcess() {}

    public static int execute(String... args) {
        return Main.execute(args);
    }
}
