package dev.netproof.cli;

import dev.netproof.model.Exit;
import java.nio.charset.StandardCharsets;

/** The end of a process that ran out of memory or stack. It judged nothing, and says so in messages prepared while there was memory. */
final class Exhaustion {
    private static final byte[] HEAP = bytes("""
            error: netproof ran out of memory and judged nothing
              fix: give it more memory (NETPROOF_JAVA_OPTS=-Xmx2g, or a higher limit for its container), or run fewer checks at once
            """);
    private static final byte[] STACK = bytes("""
            error: something is too deeply nested; netproof judged nothing
              fix: this is a bug in netproof; please report it with the input that causes it
            """);

    private Exhaustion() {}

    /** The exit code, after saying why. */
    static int told(Throwable error) {
        byte[] words = error instanceof StackOverflowError ? STACK : HEAP;
        System.err.write(words, 0, words.length);
        System.err.flush();
        return Exit.NOT_JUDGED.code();
    }

    /** For background threads: without one of them a run would go on until its time-out and miss what that thread was to see. */
    static void inAThread(Thread thread, Throwable error) {
        if (error instanceof OutOfMemoryError || error instanceof StackOverflowError) {
            System.exit(told(error));
        }
        System.err.println("error: " + thread.getName() + ": " + error);
    }

    private static byte[] bytes(String words) {
        return words.getBytes(StandardCharsets.UTF_8);
    }
}
