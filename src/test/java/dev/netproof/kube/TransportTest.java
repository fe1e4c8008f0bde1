package dev.netproof.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What becomes of requests that the API server throttles, fails, cuts or never answers. */
@Timeout(60)
final class TransportTest {
    private static final String POD = "{\"apiVersion\": \"v1\", \"kind\": \"Pod\", \"metadata\": {\"name\": \"a\"}}";

    private final Queue<Answer> answers = new ArrayDeque<>();
    private final List<Instant> asked = new ArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch over = new CountDownLatch(1);
    private HttpServer http;
    private ApiServer server;

    private interface Answer {
        void to(HttpExchange exchange) throws IOException;
    }

    @BeforeEach
    void start() throws IOException {
        http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        http.setExecutor(threads);
        http.createContext("/", this::answer);
        http.start();
        Connection connection = new Connection(
                "test",
                URI.create("http://127.0.0.1:" + http.getAddress().getPort()),
                "default",
                "ann",
                new Connection.Trust(Optional.empty(), Connection.Verification.FULL, Optional.empty()),
                Optional.empty(),
                FixedCredentials.of(Optional.empty(), Optional.empty()),
                Map.of());
        server = new ApiServer(connection, Clock.systemUTC(), Duration.ofSeconds(1));
    }

    @AfterEach
    void stop() {
        over.countDown();
        server.close();
        http.stop(0);
        threads.shutdownNow();
    }

    private void answer(HttpExchange exchange) throws IOException {
        Answer next;
        synchronized (answers) {
            asked.add(Instant.now());
            next = answers.size() > 1 ? answers.remove() : answers.element();
        }
        try (exchange) {
            next.to(exchange);
        }
    }

    private static Answer status(int code, String body, String... headers) {
        return exchange -> {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            for (int i = 0; i < headers.length; i += 2) {
                exchange.getResponseHeaders().set(headers[i], headers[i + 1]);
            }
            exchange.sendResponseHeaders(code, bytes.length);
            exchange.getResponseBody().write(bytes);
        };
    }

    private static Answer failing(int code) {
        return status(code, "{\"kind\": \"Status\", \"code\": " + code + ", \"message\": \"not now\"}");
    }

    private Pod get() {
        return server.client().pods().inNamespace("shop").withName("a").get();
    }

    @Test
    void what_is_throttled_is_asked_again_when_the_server_said() {
        answers.add(status(429, "{}", "Retry-After", "1"));
        answers.add(status(200, POD));
        assertThat(get().getMetadata().getName()).isEqualTo("a");
        assertThat(asked).hasSize(2);
        assertThat(Duration.between(asked.get(0), asked.get(1))).isGreaterThan(Duration.ofMillis(950));
    }

    @Test
    void what_fails_for_a_moment_succeeds() {
        answers.add(failing(500));
        answers.add(failing(503));
        answers.add(status(200, POD));
        assertThat(get().getMetadata().getName()).isEqualTo("a");
        assertThat(asked).hasSize(3);
    }

    @Test
    void what_fails_for_good_is_said_after_some_tries() {
        answers.add(failing(500));
        assertThatThrownBy(this::get)
                .isInstanceOf(KubernetesClientException.class)
                .hasMessageContaining("not now");
        assertThat(asked).hasSize(4);
    }

    @Test
    void an_api_server_that_has_answered_is_given_more_time() {
        server.answered();
        for (int i = 0; i < 5; i++) {
            answers.add(failing(503));
        }
        answers.add(status(200, POD));
        assertThat(get().getMetadata().getName()).isEqualTo("a");
        assertThat(asked).hasSize(6);
    }

    @Test
    void what_is_refused_is_not_asked_again() {
        answers.add(failing(403));
        assertThatThrownBy(this::get).isInstanceOf(KubernetesClientException.class);
        assertThat(asked).hasSize(1);
    }

    @Test
    void an_answer_that_stops_in_its_middle_is_not_waited_for() {
        answers.add(exchange -> {
            exchange.sendResponseHeaders(200, 1_000);
            exchange.getResponseBody().write('{');
            exchange.getResponseBody().flush();
            await();
        });
        assertThatThrownBy(this::get)
                .satisfies(
                        e -> assertThat(server.trouble("get a pod", e)).hasMessageContaining("did not answer in time"));
    }

    private void await() {
        try {
            assertThat(over.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void a_watch_survives_letters_of_several_bytes() throws Exception {
        Pod pod = new PodBuilder()
                .withNewMetadata()
                .withName("a")
                .withResourceVersion("2")
                .addToAnnotations("city", "zürich, 東京")
                .endMetadata()
                .build();
        String event = "{\"type\": \"ADDED\", \"object\": "
                + server.client().getKubernetesSerialization().asJson(pod) + "}\n";
        answers.add(exchange -> {
            exchange.sendResponseHeaders(200, 0);
            for (byte one : event.getBytes(StandardCharsets.UTF_8)) {
                exchange.getResponseBody().write(one);
                exchange.getResponseBody().flush();
            }
            await();
        });
        CountDownLatch seen = new CountDownLatch(1);
        try (var watch = server.client().pods().inNamespace("shop").watch(new io.fabric8.kubernetes.client.Watcher<>() {
            @Override
            public void eventReceived(Action action, Pod told) {
                if ("zürich, 東京".equals(told.getMetadata().getAnnotations().get("city"))) {
                    seen.countDown();
                }
            }

            @Override
            public void onClose(io.fabric8.kubernetes.client.WatcherException cause) {}
        })) {
            assertThat(seen.await(20, TimeUnit.SECONDS)).as("%s", watch).isTrue();
        }
    }

    @Test
    void a_watch_that_is_too_old_says_so() throws Exception {
        answers.add(exchange -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody()
                    .write("""
                    {"type": "ERROR", "object": {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
                     "message": "too old resource version: 1 (2)", "reason": "Expired", "code": 410}}
                    """.replaceAll("\\n *", "").concat("\n").getBytes(StandardCharsets.UTF_8));
            exchange.getResponseBody().flush();
            await();
        });
        CompletableFuture<Boolean> gone = new CompletableFuture<>();
        try (var watch = server.client().pods().inNamespace("shop").watch(new io.fabric8.kubernetes.client.Watcher<>() {
            @Override
            public void eventReceived(Action action, Pod told) {}

            @Override
            public void onClose(io.fabric8.kubernetes.client.WatcherException cause) {
                gone.complete(cause.isHttpGone());
            }
        })) {
            assertThat(gone.get(20, TimeUnit.SECONDS)).as("%s", watch).isTrue();
        }
    }

    /** Everything that a followed log brings until its end. */
    private List<String> followed(LogFollow.Gate gate) throws Exception {
        List<String> lines = Collections.synchronizedList(new ArrayList<>());
        CompletableFuture<LogFollow.End> end = new CompletableFuture<>();
        new LogFollow(
                        server.streams(),
                        URI.create(server.client().getMasterUrl() + "api/v1/namespaces/shop/pods/a/log?follow=true"),
                        "nonce ",
                        gate,
                        lines::add,
                        end::complete)
                .open();
        assertThat(end.get(30, TimeUnit.SECONDS).status()).isEqualTo(200);
        return List.copyOf(lines);
    }

    @Test
    void a_logs_other_lines_are_nobodys_business() throws Exception {
        answers.add(status(200, "hello\nnonce 1\n\u0000\u0007\n nonce 2\nnonce 3\nnonce 4 without an end"));
        assertThat(followed(Runnable::run)).containsExactly("nonce 1", "nonce 3");
    }

    @Test
    void a_line_without_an_end_is_not_kept() throws Exception {
        answers.add(exchange -> {
            exchange.sendResponseHeaders(200, 0);
            byte[] much = "nonce ".repeat(1 << 16).getBytes(StandardCharsets.UTF_8);
            for (int i = 0; i < 200; i++) {
                exchange.getResponseBody().write(much);
            }
            exchange.getResponseBody().write("\nnonce 1\n".getBytes(StandardCharsets.UTF_8));
        });
        assertThat(followed(Runnable::run)).hasSize(2).last().isEqualTo("nonce 1");
        assertThat(followed(Runnable::run).get(0)).hasSizeLessThan(20_000);
    }

    @Test
    void a_flood_waits_until_there_is_room() throws Exception {
        CountDownLatch room = new CountDownLatch(1);
        AtomicInteger waited = new AtomicInteger();
        answers.add(status(200, "nonce 1\n".repeat(100_000)));
        CompletableFuture<List<String>> all = CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return followed(more -> {
                            waited.incrementAndGet();
                            CompletableFuture.runAsync(
                                    () -> {
                                        awaitQuietly(room);
                                        more.run();
                                    },
                                    threads);
                        });
                    } catch (Exception e) {
                        throw new CompletionException(e);
                    }
                },
                threads);
        Awaitility.await().until(() -> waited.get() == 1);
        assertThat(all).isNotDone();
        room.countDown();
        assertThat(all.get(30, TimeUnit.SECONDS)).hasSize(100_000);
        assertThat(waited.get()).isGreaterThan(1);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
