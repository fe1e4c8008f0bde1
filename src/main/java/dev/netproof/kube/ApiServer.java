package dev.netproof.kube;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.netproof.text.ShellWord;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.RequestConfigBuilder;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.Date;
import java.util.Optional;
import java.util.concurrent.Callable;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** One API server and the client for it, which is built when it is first asked for: that takes most of a short command's time. */
final class ApiServer implements AutoCloseable {
    static final int FORBIDDEN = 403;
    static final int NOT_FOUND = 404;
    static final int CONFLICT = 409;
    private static final int UNAUTHORIZED = 401;
    private static final int CONNECT_MILLIS = 5_000;
    private static final int REQUEST_MILLIS = 15_000;
    private static final int RETRY_MILLIS = 200;

    /** Gives up after 1.4 s: a user who named the wrong cluster wants to know soon. */
    private static final int RETRIES_AT_FIRST = 3;

    /** Gives up after 12.6 s: an API server that has answered once and is being restarted comes back. */
    private static final int RETRIES = 6;

    private final Connection connection;
    private final Clock clock;
    private final Transport transport;
    private @Nullable KubernetesClient client;
    private @Nullable HttpClient streams;

    ApiServer(Connection connection, Clock clock) {
        this(connection, clock, Duration.ofMillis(REQUEST_MILLIS));
    }

    /** @param patience how long an answer may take to arrive once it began */
    ApiServer(Connection connection, Clock clock, Duration patience) {
        this.connection = connection;
        this.clock = clock;
        this.transport = new Transport(connection, patience);
    }

    /** An API server that somebody has a client for already. */
    ApiServer(Connection connection, Clock clock, KubernetesClient client) {
        this(connection, clock);
        this.client = client;
    }

    Connection connection() {
        return connection;
    }

    int requests() {
        return transport.requests();
    }

    synchronized KubernetesClient client() {
        KubernetesClient known = client;
        if (known == null) {
            checkDates();
            Config config = new ConfigBuilder(Config.empty())
                    .withMasterUrl(connection.server().toString())
                    .withNamespace(connection.namespace())
                    .withConnectionTimeout(CONNECT_MILLIS)
                    .withRequestTimeout(REQUEST_MILLIS)
                    .withRequestRetryBackoffLimit(RETRIES_AT_FIRST)
                    .withRequestRetryBackoffInterval(RETRY_MILLIS)
                    .withOnlyHttpWatches(true)
                    .build();
            try {
                known = new KubernetesClientBuilder()
                        .withConfig(config)
                        .withHttpClientFactory(transport)
                        // The kinds used here are known by their classes: no search of a thousand others.
                        .withKubernetesSerialization(kinds())
                        .build();
            } catch (KubernetesClientException e) {
                throw trouble("reach it", e);
            }
            client = known;
        }
        return known;
    }

    static KubernetesSerialization kinds() {
        ObjectMapper mapper = new ObjectMapper();
        mapper.setAnnotationIntrospector(new Unread());
        KubernetesSerialization kinds = new KubernetesSerialization(mapper, false);
        // Without it a watch does not understand that its version is too old, and repeats its request for ever.
        kinds.registerKubernetesResource("v1", "Status", Status.class);
        return kinds;
    }

    /** The API server has answered: from now on its failures are taken for passing ones, and asked about for longer. */
    void answered() {
        client().getConfiguration().setRequestRetryBackoffLimit(RETRIES);
    }

    /** For streams, which their readers open again. */
    synchronized HttpClient streams() {
        HttpClient known = streams;
        if (known == null) {
            known = client().getHttpClient()
                    .newBuilder()
                    .tag(new RequestConfigBuilder()
                            .withRequestRetryBackoffLimit(0)
                            .build())
                    .build();
            streams = known;
        }
        return known;
    }

    private void checkDates() {
        for (X509Certificate certificate : connection
                .credentials()
                .certificate()
                .map(ClientCertificate::chain)
                .orElse(java.util.List.of())) {
            try {
                certificate.checkValidity(Date.from(clock.instant()));
            } catch (CertificateExpiredException | CertificateNotYetValidException e) {
                throw new ClusterTrouble(
                        "the client certificate of user " + connection.user() + " for " + connection + " is valid from "
                                + certificate.getNotBefore().toInstant() + " to "
                                + certificate.getNotAfter().toInstant() + " only",
                        "log in again, or have the certificate renewed",
                        e);
            }
        }
    }

    /**
     * Asks something.
     *
     * @param doing what, as "list pods in namespace x", for messages
     */
    <T> T ask(String doing, Callable<T> question) {
        try {
            return question.call();
        } catch (ClusterTrouble e) {
            throw e;
        } catch (Exception e) {
            throw trouble(doing, e);
        }
    }

    /** What went wrong, in words for people. */
    ClusterTrouble trouble(String doing, Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof ClusterTrouble known) {
                return known;
            }
        }
        int code = code(failure);
        if (code == UNAUTHORIZED) {
            return new ClusterTrouble(
                    connection + " does not accept the identity \"" + connection.user() + "\" (401 Unauthorized)",
                    "its token or certificate may have expired: log in again; then this must work: "
                            + kubectl("get --raw /version"),
                    failure);
        }
        if (code == FORBIDDEN) {
            return new ClusterTrouble(
                    "not permitted to " + doing + ": " + message(failure),
                    "have the permission granted to \"" + connection.user() + "\", or choose another --context",
                    failure);
        }
        if (code > 0) {
            return new ClusterTrouble(
                    connection + " failed to " + doing + ": " + message(failure) + " (" + code + ")",
                    "see whether this works: " + kubectl("get --raw /readyz"),
                    failure);
        }
        return unreachable(doing, failure);
    }

    private ClusterTrouble unreachable(String doing, Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (connection.proxy().isPresent() && isOfTheWayThere(cause)) {
                return behind(Proxies.named(connection.proxy().get()), cause, failure);
            }
            if (cause instanceof UnknownHostException || cause instanceof UnresolvedAddressException) {
                return new ClusterTrouble(
                        "the name of " + connection + " cannot be resolved",
                        "check the server in the kubeconfig, the network and the VPN",
                        failure);
            }
            if (cause instanceof SSLException) {
                return new ClusterTrouble(
                        "no TLS connection to " + connection + ": " + root(cause),
                        "check certificate-authority, tls-server-name and the client certificate in the kubeconfig",
                        failure);
            }
            if (cause instanceof HttpConnectTimeoutException
                    || cause instanceof ConnectException
                    || cause instanceof NoRouteToHostException) {
                return new ClusterTrouble(
                        connection + " cannot be reached: "
                                + (cause instanceof HttpConnectTimeoutException
                                        ? "no answer within " + CONNECT_MILLIS / 1000 + " s"
                                        : "connection refused or no route"),
                        "check that the cluster is up and that this is the right context",
                        failure);
            }
            if (cause instanceof HttpTimeoutException) {
                return new ClusterTrouble(
                        connection + " did not answer in time when asked to " + doing,
                        "see whether this works: " + kubectl("get --raw /readyz"),
                        failure);
            }
        }
        return new ClusterTrouble(
                connection + " failed to " + doing + ": " + root(failure),
                "see whether this works: " + kubectl("get --raw /readyz"),
                failure);
    }

    /** Whether it was before the API server that it failed: with a proxy, that is what is spoken to first. */
    private static boolean isOfTheWayThere(Throwable cause) {
        return cause instanceof UnknownHostException
                || cause instanceof UnresolvedAddressException
                || cause instanceof HttpConnectTimeoutException
                || cause instanceof ConnectException
                || cause instanceof NoRouteToHostException
                || (cause instanceof IOException
                        && !(cause instanceof SSLException)
                        && !(cause instanceof HttpTimeoutException)
                        && cause.getCause() == null);
    }

    private ClusterTrouble behind(String proxy, Throwable cause, Throwable failure) {
        String why;
        if (cause instanceof UnknownHostException || cause instanceof UnresolvedAddressException) {
            why = "its name cannot be resolved";
        } else if (cause instanceof HttpConnectTimeoutException) {
            why = "no answer within " + CONNECT_MILLIS / 1000 + " s";
        } else if (cause instanceof ConnectException || cause instanceof NoRouteToHostException) {
            why = "connection refused or no route";
        } else {
            why = "the proxy does not forward the connection: " + root(cause);
        }
        return new ClusterTrouble(
                connection + " cannot be reached through the " + proxy + ": " + why,
                "check proxy-url in the kubeconfig, HTTPS_PROXY and NO_PROXY, and that the proxy allows connections to this server",
                failure);
    }

    /** A kubectl command line for this cluster. */
    String kubectl(String command) {
        return connection.context().equals(Connection.IN_CLUSTER)
                ? "kubectl " + command
                : "kubectl --context " + ShellWord.of(connection.context()) + " " + command;
    }

    /** The HTTP status of a failure; 0 when there was no answer. */
    static int code(Throwable failure) {
        return failure instanceof KubernetesClientException e ? e.getCode() : 0;
    }

    /** Whether the API server knows who asks, and does not do as asked. */
    static boolean isRefusal(Throwable failure) {
        return code(failure) > 0 && code(failure) != UNAUTHORIZED;
    }

    /** What the API server said. */
    static String message(Throwable failure) {
        return Redaction.of(Optional.of(failure)
                .filter(KubernetesClientException.class::isInstance)
                .map(e -> ((KubernetesClientException) e).getStatus())
                .map(Status::getMessage)
                .orElseGet(() -> root(failure)));
    }

    private static String root(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        String message = cause.getMessage();
        return message == null ? cause.getClass().getSimpleName() : message;
    }

    @Override
    public synchronized void close() {
        KubernetesClient known = client;
        if (known != null) {
            known.close();
        }
    }
}
