package dev.netproof.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.http.AsyncBody;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class AsciiJsonTest {
    private static final AsyncBody BODY = new AsyncBody() {
        @Override
        public void consume() {}

        @Override
        public CompletableFuture<Void> done() {
            return new CompletableFuture<>();
        }

        @Override
        public void cancel() {}
    };

    /** What the library makes of these chunks: it takes the decoder's whole buffer for text. */
    private static String read(List<ByteBuffer> chunks) throws Exception {
        StringBuilder text = new StringBuilder();
        AsciiJson ascii = new AsciiJson((buffers, body) -> {
            for (ByteBuffer buffer : buffers) {
                text.append(StandardCharsets.UTF_8.decode(buffer).array());
            }
        });
        for (ByteBuffer chunk : chunks) {
            ascii.consume(List.of(chunk), BODY);
        }
        return text.toString();
    }

    @Test
    void what_is_ascii_stays_as_it_is() throws Exception {
        String json = "{\"a\": \"b\\n\\u0041\"}\n";
        assertThat(read(List.of(StandardCharsets.UTF_8.encode(json)))).isEqualTo(json);
    }

    /** Nearly everything that an API server says is, and it says the whole pod whenever a bit of it has changed. */
    @Test
    void what_is_ascii_is_not_copied() throws Exception {
        ByteBuffer chunk = StandardCharsets.UTF_8.encode("{}\n");
        List<ByteBuffer> passed = new ArrayList<>();

        new AsciiJson((buffers, body) -> passed.addAll(buffers)).consume(List.of(chunk), BODY);

        assertThat(passed).singleElement().isSameAs(chunk);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 7, 1000})
    void letters_of_several_bytes_survive_wherever_the_stream_is_cut(int size) throws Exception {
        String json = "{\"a\": \"zürich … 東京 🐋\"}\n";
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        List<ByteBuffer> chunks = new ArrayList<>();
        for (int at = 0; at < bytes.length; at += size) {
            chunks.add(ByteBuffer.wrap(bytes, at, Math.min(size, bytes.length - at)));
        }
        assertThat(read(chunks)).isEqualTo("{\"a\": \"z\\u00fcrich \\u2026 \\u6771\\u4eac \\ud83d\\udc0b\"}\n");
    }

    @Test
    void bytes_that_are_no_letter_are_replaced_and_nothing_behind_them_is_lost() throws Exception {
        byte[] broken = {'a', (byte) 0xe2, (byte) 0x80, 'b', (byte) 0x80, 'c', (byte) 0xff, '\n'};
        assertThat(read(List.of(ByteBuffer.wrap(broken)))).isEqualTo("a\\ufffdb\\ufffdc\\ufffd\n");
    }
}
