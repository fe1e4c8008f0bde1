package dev.netproof.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An API server that sends its askers elsewhere: nobody goes there with credentials. */
@Timeout(60)
final class RedirectTest {
    private static final String SECRET = "sWordfish-0815";

    private final List<Headers> elsewhere = new CopyOnWriteArrayList<>();
    private final List<Headers> asked = new CopyOnWriteArrayList<>();
    private HttpServer there;
    private HttpServer here;
    private ApiServer server;
    private int code = 302;
    private String location = "";

    @BeforeEach
    void start() throws IOException {
        there = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        there.createContext("/", exchange -> {
            elsewhere.add(exchange.getRequestHeaders());
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        there.start();
        here = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        here.createContext("/", exchange -> {
            asked.add(exchange.getRequestHeaders());
            exchange.getResponseHeaders().set("Location", location);
            exchange.sendResponseHeaders(code, -1);
            exchange.close();
        });
        here.start();
        location = "http://ann:" + SECRET + "@localhost:" + there.getAddress().getPort() + "/login?state=" + SECRET;
        Connection connection = new Connection(
                "test",
                URI.create("http://127.0.0.1:" + here.getAddress().getPort()),
                "default",
                "ann",
                new Connection.Trust(Optional.empty(), Connection.Verification.FULL, Optional.empty()),
                Optional.empty(),
                FixedCredentials.of(Optional.of("Bearer " + SECRET), Optional.empty()),
                Map.of("Impersonate-User", List.of("root")));
        server = new ApiServer(connection, Clock.systemUTC());
    }

    @AfterEach
    void stop() {
        server.close();
        here.stop(0);
        there.stop(0);
    }

    private void isRefused(Throwable failure) {
        ClusterTrouble trouble = server.trouble("read its version", failure);
        assertThat(trouble)
                .hasMessageContaining("redirect")
                .hasMessageContaining("http://localhost:" + there.getAddress().getPort())
                .hasMessageNotContaining(SECRET)
                .hasMessageNotContaining("login");
        assertThat(trouble.fix()).contains("server");
        assertThat(elsewhere).isEmpty();
        assertThat(asked).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 303, 307, 308})
    void a_redirect_is_an_error_that_names_its_host(int status) {
        code = status;
        isRefused(catchThrowable(() -> server.client().raw("/version")));
    }

    @Test
    void a_change_is_not_taken_elsewhere_either() {
        code = 307;
        isRefused(catchThrowable(
                () -> server.client().pods().inNamespace("shop").withName("a").delete()));
    }

    @Test
    void neither_is_a_log() throws Exception {
        CompletableFuture<LogFollow.End> end = new CompletableFuture<>();
        new LogFollow(
                        server.streams(),
                        URI.create(server.client().getMasterUrl() + "api/v1/namespaces/shop/pods/a/log?follow=true"),
                        "nonce ",
                        Runnable::run,
                        line -> {},
                        end::complete)
                .open();
        assertThat(end.get(30, TimeUnit.SECONDS).detail())
                .doesNotContain(SECRET)
                .doesNotContain("login");
        assertThat(elsewhere).isEmpty();
    }

    @Test
    void a_redirect_to_nowhere_is_an_error_too() {
        location = "::" + SECRET;
        ClusterTrouble trouble = server.trouble(
                "read its version", catchThrowable(() -> server.client().raw("/version")));
        assertThat(trouble).hasMessageContaining("redirect").hasMessageNotContaining(SECRET);
    }
}
