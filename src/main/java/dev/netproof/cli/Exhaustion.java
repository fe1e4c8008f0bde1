package dev.netproof.cli;

import dev.netproof.model.Exit;
import java.nio.charset.StandardCharsets;

/** The end of a process whose memory is used up: it has judged nothing, and says so in words that were made while there was some. */
final class Exhaustion {
    private static final byte[] HEAP = bytes("""
            error: netproof ran out of memory, and judged nothing
              fix: give it more (NETPROOF_JAVA_OPTS=-Xmx2g, or a larger limit for its container), or run fewer checks at once
            """);
    private static final byte[] STACK = bytes("""
            error: netproof came upon something too deeply nested, and judged nothing
              fix: this is a fault of netproof itself; please report it with the input that causes it
            """);

    private Exhaustion() {}

    /** The exit code, after saying why. */
    static int told(Throwable error) {
        byte[] words = error instanceof StackOverflowError ? STACK : HEAP;
        System.err.write(words, 0, words.length);
        System.err.flush();
        return Exit.NOT_JUDGED.code();
    }

    /** For threads that nobody waits for: without one of them a run would go on to its time-out, and miss what that one was to see. */
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
