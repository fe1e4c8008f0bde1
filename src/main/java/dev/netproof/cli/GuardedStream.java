package dev.netproof.cli;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Collectors;

/** Standard error for what prints there by itself: a logger, and threads that die. Bytes are somebody's who has seen to them. */
final class GuardedStream extends PrintStream {
    GuardedStream(PrintStream out) {
        super(out, true, StandardCharsets.UTF_8);
    }

    @Override
    public void print(String text) {
        super.print(Arrays.stream(String.valueOf(text).split("\n", -1))
                .map(GuardedWriter::visible)
                .collect(Collectors.joining("\n")));
    }
}
