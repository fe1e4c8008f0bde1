package dev.netproof.kube;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.http.Interceptor;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;

/**
 * HTTP as a {@link Connection} says. The library's own set-up is not used: it takes every PKCS#8 key for RSA, trusts the JVM's
 * authorities besides the cluster's, reads the environment again on a 401, and ignores tls-server-name.
 */
final class Transport extends JdkHttpClientFactory {
    private static final char[] NO_PASSWORD = new char[0];
    private static final int UNAUTHORIZED = 401;

    private final Connection connection;
    private final AtomicInteger requests = new AtomicInteger();

    Transport(Connection connection) {
        this.connection = connection;
    }

    int requests() {
        return requests.get();
    }

    @Override
    public HttpClient.Builder newBuilder(Config config) {
        HttpClient.Builder builder = newBuilder();
        builder.tag(config.getRequestConfig());
        builder.connectTimeout(config.getConnectionTimeout(), TimeUnit.MILLISECONDS);
        builder.followAllRedirects();
        // An API server allows some 250 streams on a connection, the JDK opens one connection and fails the request
        // after that,
        // and each probe's log is a stream.
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
        // The JDK sends the URL's host as the server name, unless that is an address: then it sends this.
        connection.trust().serverName().ifPresent(name -> {
            SSLParameters parameters = new SSLParameters();
            parameters.setServerNames(List.of(new SNIHostName(name)));
            builder.sslParameters(parameters);
        });
    }

    private KeyManager[] keyManagers() {
        Optional<ClientCertificate> certificate = connection.credentials().certificate();
        if (certificate.isEmpty()) {
            return new KeyManager[0];
        }
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
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
            connection.credentials().authorization().ifPresent(value -> builder.setHeader("Authorization", value));
            connection.impersonation().forEach((name, values) -> values.forEach(value -> builder.header(name, value)));
        }

        @Override
        public CompletableFuture<Boolean> afterFailure(
                BasicBuilder builder, HttpResponse<?> response, RequestTags tags) {
            if (response.code() != UNAUTHORIZED || !(connection.credentials() instanceof ExecPlugin plugin)) {
                return CompletableFuture.completedFuture(false);
            }
            // What the plugin gave was withdrawn before it expired.
            plugin.forget();
            requests.incrementAndGet();
            plugin.authorization().ifPresent(value -> builder.setHeader("Authorization", value));
            return CompletableFuture.completedFuture(true);
        }
    }
}
