package dev.netproof.cli;

import dev.netproof.kube.Redaction;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * Standard error without secrets. Logs go there, the client library's and the JDK's too: with
 * {@code -Djdk.httpclient.HttpClient.log=headers} the JDK writes every header that it sends.
 */
final class RedactedErrors extends OutputStream {
    private final OutputStream out;
    private final ByteArrayOutputStream pending = new ByteArrayOutputStream();

    private RedactedErrors(OutputStream out) {
        this.out = out;
    }

    /** Whole lines, and what is flushed. A stream that flushed after each part would be looked at in parts. */
    static PrintStream over(OutputStream out) {
        return new PrintStream(new RedactedErrors(out), false, StandardCharsets.UTF_8);
    }

    @Override
    public synchronized void write(int one) throws IOException {
        pending.write(one);
        if (one == '\n') {
            flush();
        }
    }

    @Override
    public synchronized void write(byte[] bytes, int offset, int length) throws IOException {
        pending.write(bytes, offset, length);
        if (length > 0 && bytes[offset + length - 1] == '\n') {
            flush();
        }
    }

    @Override
    public synchronized void flush() throws IOException {
        if (pending.size() > 0) {
            String text = pending.toString(StandardCharsets.UTF_8);
            pending.reset();
            out.write(Redaction.of(text).getBytes(StandardCharsets.UTF_8));
        }
        out.flush();
    }

    @Override
    public synchronized void close() throws IOException {
        flush();
    }
}
