package dev.netproof.kube;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.http.Interceptor;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * HTTP as a {@link Connection} says. The library's own set-up is not used: it takes every PKCS#8 key for RSA, trusts the JVM's
 * authorities besides the cluster's, reads the environment again on a 401, and ignores tls-server-name.
 */
final class Transport extends JdkHttpClientFactory {
    private static final Logger LOG = LoggerFactory.getLogger(Transport.class);
    private static final char[] NO_PASSWORD = new char[0];
    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
    private static final int UNAUTHORIZED = 401;
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int UNAVAILABLE = 503;

    /** The longest that a server's own idea of when to ask again is respected. */
    private static final Duration LONGEST_RETRY_AFTER = Duration.ofSeconds(10);

    private final Connection connection;
    private final Duration patience;
    private final ScheduledThreadPoolExecutor timer = Threads.timer("http");
    private final AtomicInteger requests = new AtomicInteger();

    /** @param patience how long an answer may take to arrive once it began */
    Transport(Connection connection, Duration patience) {
        this.connection = connection;
        this.patience = patience;
    }

    int requests() {
        return requests.get();
    }

    @Override
    public HttpClient.Builder newBuilder(Config config) {
        HttpClient.Builder builder = newBuilder();
        builder.tag(config.getRequestConfig());
        builder.connectTimeout(config.getConnectionTimeout(), TimeUnit.MILLISECONDS);
        // Redirects are not followed: the server at their end would receive the credentials.
        // An API server allows some 250 streams on a connection, the JDK opens one connection and fails the request
        // after that, and each probe's log is a stream.
        builder.preferHttp11();
        Optional<URI> proxy = connection.proxy();
        if (proxy.isPresent()) {
            builder.proxyType(HttpClient.ProxyType.HTTP);
            builder.proxyAddress(
                    new InetSocketAddress(proxy.get().getHost(), proxy.get().getPort()));
            if (proxy.get().getUserInfo() != null) {
                builder.proxyAuthorization(io.fabric8.kubernetes.client.utils.HttpClientUtils.basicCredentials(
                        proxy.get().getUserInfo()));
            }
        } else {
            builder.proxyType(HttpClient.ProxyType.DIRECT);
        }
        if ("https".equals(connection.server().getScheme())) {
            builder.sslContext(keyManagers(), new TrustManager[] {ServerTrust.of(connection.trust())});
        }
        builder.addOrReplaceInterceptor("netproof", new Requests());
        return builder;
    }

    @Override
    protected void additionalConfig(java.net.http.HttpClient.Builder builder) {
        SSLParameters parameters = new SSLParameters();
        cipherSuites().ifPresent(parameters::setCipherSuites);
        // The JDK sends the URL's host as the server name, unless that is an address: then it sends this.
        connection.trust().serverName().ifPresent(name -> parameters.setServerNames(List.of(new SNIHostName(name))));
        builder.sslParameters(parameters);
    }

    /**
     * The JVM's, ChaCha20 before AES: until code has run for long enough to be compiled well, which a run of seconds does not wait for,
     * Java takes several times as long over AES-GCM. Servers that know no ChaCha20 take the next.
     */
    private static Optional<String[]> cipherSuites() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(new KeyManager[0], new TrustManager[0], null);
            return Optional.of(Stream.of(context.getDefaultSSLParameters().getCipherSuites())
                    .sorted(Comparator.comparing(suite -> !suite.startsWith("TLS_CHACHA20")))
                    .toArray(String[]::new));
        } catch (GeneralSecurityException e) {
            LOG.debug("the JVM's own order of cipher suites stays", e);
            return Optional.empty();
        }
    }

    private KeyManager[] keyManagers() {
        Optional<ClientCertificate> certificate = connection.credentials().certificate();
        if (certificate.isEmpty()) {
            return new KeyManager[0];
        }
        try {
            // It never leaves this process. PKCS12 would derive a key to lock this one away, and again to take it
            // out: 20,000 rounds of hashing before the first request.
            KeyStore store = KeyStore.getInstance("JKS");
            store.load(null, null);
            store.setKeyEntry(
                    "client",
                    certificate.get().key(),
                    NO_PASSWORD,
                    certificate.get().chain().toArray(Certificate[]::new));
            KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(store, NO_PASSWORD);
            return factory.getKeyManagers();
        } catch (GeneralSecurityException | IOException e) {
            throw new ClusterTrouble(
                    "the client certificate of user " + connection.user() + " cannot be used: " + e.getMessage(),
                    "check client-certificate and client-key in the kubeconfig",
                    e);
        }
    }

    /** Counts requests, and says with each who asks. */
    private final class Requests implements Interceptor {
        @Override
        public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
            requests.incrementAndGet();
            LOG.debug("{} {}", request.method(), request.uri());
            connection.credentials().authorization().ifPresent(value -> builder.setHeader("Authorization", value));
            connection.impersonation().forEach((name, values) -> values.forEach(value -> builder.header(name, value)));
        }

        @Override
        public AsyncBody.Consumer<List<ByteBuffer>> consumer(
                AsyncBody.Consumer<List<ByteBuffer>> consumer, HttpRequest request) {
            return isWatch(request.uri()) ? new AsciiJson(consumer) : consumer;
        }

        /** The JDK's time-out ends with the answer's first byte: one that stops in its middle would be waited for for ever. */
        @Override
        public void after(
                HttpRequest request, HttpResponse<?> response, AsyncBody.Consumer<List<ByteBuffer>> consumer) {
            if (isWatch(request.uri()) || isLog(request.uri()) || !(response.body() instanceof AsyncBody body)) {
                return;
            }
            Future<?> cut = timer.schedule(
                    () -> {
                        if (body.done()
                                .completeExceptionally(new HttpTimeoutException("the answer stopped in its middle"))) {
                            body.cancel();
                        }
                    },
                    patience.toMillis(),
                    TimeUnit.MILLISECONDS);
            CompletableFuture<?> unused = body.done().whenComplete((done, failure) -> cut.cancel(false));
        }

        private static boolean isWatch(URI uri) {
            return uri.getRawQuery() != null && uri.getRawQuery().contains("watch=true");
        }

        private static boolean isLog(URI uri) {
            return uri.getPath() != null && uri.getPath().endsWith("/log");
        }

        @Override
        public CompletableFuture<Boolean> afterFailure(
                BasicBuilder builder, HttpResponse<?> response, RequestTags tags) {
            if (REDIRECTS.contains(response.code())) {
                return CompletableFuture.failedFuture(redirected(response));
            }
            if (response.code() == TOO_MANY_REQUESTS || response.code() == UNAVAILABLE) {
                return CompletableFuture.supplyAsync(() -> false, later(retryAfter(response)));
            }
            if (response.code() != UNAUTHORIZED || !(connection.credentials() instanceof ExecPlugin plugin)) {
                return CompletableFuture.completedFuture(false);
            }
            // What the plugin gave was withdrawn before it expired.
            plugin.forget();
            requests.incrementAndGet();
            plugin.authorization().ifPresent(value -> builder.setHeader("Authorization", value));
            return CompletableFuture.completedFuture(true);
        }

        private ClusterTrouble redirected(HttpResponse<?> response) {
            String where = response.headers("Location").stream()
                    .findFirst()
                    .flatMap(location -> host(connection.server(), location))
                    .orElse("something that is not a URL");
            return new ClusterTrouble(
                    connection + " answers with a redirect (" + response.code() + ") to " + where
                            + "; netproof does not follow it, because it would receive the credentials",
                    "check server in the kubeconfig: it must be the API server's own address, with https://, and not that"
                            + " of a login page or of something that forwards to it");
        }

        /** Neither who signs in there nor the path, which may be a ticket. */
        private static Optional<String> host(URI server, String location) {
            try {
                URI target = server.resolve(new URI(location));
                return Optional.ofNullable(target.getHost())
                        .map(host -> target.getScheme() + "://" + host
                                + (target.getPort() < 0 ? "" : ":" + target.getPort()));
            } catch (URISyntaxException e) {
                return Optional.empty();
            }
        }

        /** The library reads the header, and then waits its own time all the same. */
        private static Duration retryAfter(HttpResponse<?> response) {
            Duration asked = response.headers("Retry-After").stream()
                    .filter(value -> value.matches("\\d{1,6}"))
                    .findFirst()
                    .map(value -> Duration.ofSeconds(Long.parseLong(value)))
                    .orElse(Duration.ZERO);
            return asked.compareTo(LONGEST_RETRY_AFTER) < 0 ? asked : LONGEST_RETRY_AFTER;
        }

        private Executor later(Duration delay) {
            return task -> {
                Future<?> unused = timer.schedule(task, delay.toMillis(), TimeUnit.MILLISECONDS);
            };
        }
    }
}
