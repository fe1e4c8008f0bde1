package dev.netproof.kube;

import io.fabric8.kubernetes.client.http.AsyncBody;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/**
 * Writes whatever is not ASCII in a stream of JSON as JSON's own escapes. The library's watch decodes each chunk by itself and takes
 * all of the decoder's buffer for text (WatchHTTPManager in 7.8.0): a letter of two bytes leaves a NUL at the chunk's end, and one
 * that two chunks share is lost. Either breaks the watch.
 */
final class AsciiJson implements AsyncBody.Consumer<List<ByteBuffer>> {
    private static final int LARGEST_ASCII = 0x7f;

    private final AsyncBody.Consumer<List<ByteBuffer>> consumer;

    /** A letter whose bytes have not all arrived. */
    private final ByteBuffer letter = ByteBuffer.allocate(4);

    private int missing;

    AsciiJson(AsyncBody.Consumer<List<ByteBuffer>> consumer) {
        this.consumer = consumer;
    }

    @Override
    public void consume(List<ByteBuffer> chunk, AsyncBody body) throws Exception {
        consumer.consume(chunk.stream().map(this::escaped).toList(), body);
    }

    private ByteBuffer escaped(ByteBuffer bytes) {
        if (letter.position() == 0 && isAscii(bytes)) {
            return bytes;
        }
        StringBuilder text = new StringBuilder(bytes.remaining());
        while (bytes.hasRemaining()) {
            int one = Byte.toUnsignedInt(bytes.get());
            if (one <= LARGEST_ASCII) {
                flush(text);
                text.append((char) one);
            } else if (missing > 0 && one < 0xc0) {
                letter.put((byte) one);
                if (--missing == 0) {
                    flush(text);
                }
            } else {
                flush(text);
                letter.put((byte) one);
                missing = one >= 0xf0 ? 3 : one >= 0xe0 ? 2 : 1;
            }
        }
        return ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.US_ASCII));
    }

    private static boolean isAscii(ByteBuffer bytes) {
        for (int at = bytes.position(); at < bytes.limit(); at++) {
            if (bytes.get(at) < 0) {
                return false;
            }
        }
        return true;
    }

    private void flush(StringBuilder text) {
        if (letter.position() == 0) {
            return;
        }
        missing = 0;
        letter.flip();
        for (char unit : StandardCharsets.UTF_8.decode(letter).toString().toCharArray()) {
            text.append(String.format(Locale.ROOT, "\\u%04x", (int) unit));
        }
        letter.clear();
    }
}
