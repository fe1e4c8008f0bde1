package dev.netproof.live;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.function.IntSupplier;

/** Standard output and standard error of one thread, so that commands can run side by side in one process. */
final class Streams {
    private static final Route OUT = new Route(System.out);
    private static final Route ERR = new Route(System.err);

    static {
        System.setOut(new PrintStream(OUT, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(ERR, true, StandardCharsets.UTF_8));
    }

    private Streams() {}

    record Captured(int exit, String out, String err) {}

    static Captured capture(IntSupplier command) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        OUT.here.set(out);
        ERR.here.set(err);
        try {
            int exit = command.getAsInt();
            System.out.flush();
            System.err.flush();
            return new Captured(exit, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
        } finally {
            OUT.here.remove();
            ERR.here.remove();
        }
    }

    private static final class Route extends OutputStream {
        private final PrintStream original;
        private final ThreadLocal<OutputStream> here = new ThreadLocal<>();

        Route(PrintStream original) {
            this.original = original;
        }

        private OutputStream current() {
            OutputStream own = here.get();
            return own == null ? original : own;
        }

        @Override
        public void write(int b) throws IOException {
            current().write(b);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            current().write(bytes, offset, length);
        }

        @Override
        public void flush() throws IOException {
            current().flush();
        }
    }
}
