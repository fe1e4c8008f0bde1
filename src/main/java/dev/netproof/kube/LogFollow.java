package dev.netproof.kube;

import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.HttpClient;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Follows one container's log from its first line, without a thread of its own. The library's watchLog takes the body of an error
 * for the log, so this speaks HTTP. Opened again it passes over the lines that it has had.
 */
final class LogFollow {
    static final int OK = 200;
    private static final int ERROR_LIMIT = 4_096;

    /** Far beyond what a probe writes; of what is longer the rest is not kept. */
    private static final int LINE_LIMIT = 16_384;

    /** Holds a stream up while nobody gets round to reading what it brought. */
    @FunctionalInterface
    interface Gate {
        /** Does this as soon as there is room for more lines. */
        void whenThereIsRoom(Runnable more);
    }

    /** How a stream ended. */
    record End(int status, String detail, Progress progress) {}

    /** Whether a stream brought lines that were not known. */
    enum Progress {
        SOME,
        NONE
    }

    private final HttpClient http;
    private final URI uri;
    private final String prefix;
    private final Gate gate;
    private final Consumer<String> lines;
    private final Consumer<End> ended;
    private long seen;
    private boolean closed;
    private @Nullable AsyncBody open;

    /** @param prefix what lines that matter begin with; the others are passed over here, however many there are */
    LogFollow(HttpClient http, URI uri, String prefix, Gate gate, Consumer<String> lines, Consumer<End> ended) {
        this.http = http;
        this.uri = uri;
        this.prefix = prefix;
        this.gate = gate;
        this.lines = lines;
        this.ended = ended;
    }

    /** Opens the stream; its end is reported once for each opening. */
    void open() {
        Stream stream = new Stream();
        CompletableFuture<?> unused = http.consumeBytes(
                        http.newHttpRequestBuilder().uri(uri).build(), stream::take)
                .whenComplete((response, failure) -> {
                    if (failure != null) {
                        ended.accept(new End(0, ApiServer.message(failure), Progress.NONE));
                        return;
                    }
                    AsyncBody body = response.body();
                    stream.status(response.code());
                    if (!register(body)) {
                        body.cancel();
                        return;
                    }
                    CompletableFuture<?> unusedEnd = body.done()
                            .whenComplete((nothing, broken) -> ended.accept(
                                    stream.end(broken == null ? "the stream ended" : ApiServer.message(broken))));
                    body.consume();
                });
    }

    private synchronized boolean register(AsyncBody body) {
        open = body;
        return !closed;
    }

    void close() {
        AsyncBody body;
        synchronized (this) {
            closed = true;
            body = open;
        }
        if (body != null) {
            body.cancel();
        }
    }

    private synchronized boolean isNew(long number) {
        if (closed || number <= seen) {
            return false;
        }
        seen = number;
        return true;
    }

    /** One opening of the stream. Its bytes come one chunk after the other. */
    private final class Stream {
        private final ByteArrayOutputStream line = new ByteArrayOutputStream();
        private long number;
        private int status = OK;
        private Progress progress = Progress.NONE;

        synchronized void status(int code) {
            status = code;
        }

        synchronized void take(List<ByteBuffer> buffers, AsyncBody body) {
            for (ByteBuffer buffer : buffers) {
                while (buffer.hasRemaining()) {
                    take(buffer.get());
                }
            }
            gate.whenThereIsRoom(body::consume);
        }

        private void take(byte one) {
            if (status != OK) {
                if (line.size() < ERROR_LIMIT) {
                    line.write(one);
                }
            } else if (one == '\n') {
                number++;
                String text = line.toString(StandardCharsets.UTF_8);
                line.reset();
                if (isNew(number)) {
                    progress = Progress.SOME;
                    if (text.startsWith(prefix)) {
                        lines.accept(text);
                    }
                }
            } else if (line.size() < LINE_LIMIT) {
                line.write(one);
            }
        }

        synchronized End end(String how) {
            return new End(status, status == OK ? how : line.toString(StandardCharsets.UTF_8), progress);
        }
    }
}
