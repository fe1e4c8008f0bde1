package dev.netproof.probe;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** A small server on the loop-back that answers requests well, badly or not at all. */
final class WebServer implements AutoCloseable {
    private final ServerSocket socket;
    private final Set<Socket> kept = ConcurrentHashMap.newKeySet();

    private WebServer(ServerSocket socket) {
        this.socket = socket;
    }

    /** 200 for paths that begin with /ok, 100 and then 200 for /continue, 403 for the rest. */
    static WebServer plain() throws IOException {
        return new WebServer(listening()).serving(WebServer::answer);
    }

    /** The same behind a certificate that nobody knows. */
    static WebServer tls() throws IOException, GeneralSecurityException, InterruptedException {
        return new WebServer(context()
                        .getServerSocketFactory()
                        .createServerSocket(0, 50, InetAddress.getByName("127.0.0.1")))
                .serving(WebServer::answer);
    }

    /** Accepts and never says a word. */
    static WebServer mute() throws IOException {
        WebServer server = new WebServer(listening());
        return server.serving(server.kept::add);
    }

    /** Accepts and hangs up. */
    static WebServer rude() throws IOException {
        return new WebServer(listening()).serving(Socket::close);
    }

    private static ServerSocket listening() throws IOException {
        return new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
    }

    int port() {
        return socket.getLocalPort();
    }

    private interface Manners {
        void meet(Socket peer) throws IOException;
    }

    private static void answer(Socket peer) throws IOException {
        try (peer) {
            String request = new BufferedReader(new InputStreamReader(peer.getInputStream(), StandardCharsets.US_ASCII))
                    .readLine();
            boolean slow = request != null && request.startsWith("GET /continue");
            String status = slow || (request != null && request.startsWith("GET /ok")) ? "200 OK" : "403 Forbidden";
            peer.getOutputStream()
                    .write(((slow ? "HTTP/1.1 100 Continue\r\n\r\n" : "") + "HTTP/1.1 " + status
                                    + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
        }
    }

    private WebServer serving(Manners manners) {
        Thread server = new Thread(
                () -> {
                    while (!socket.isClosed()) {
                        try {
                            manners.meet(socket.accept());
                        } catch (IOException e) {
                            // A peer that went away or spoke no TLS; the next may stay.
                        }
                    }
                },
                "web");
        server.setDaemon(true);
        server.start();
        return this;
    }

    private static SSLContext context() throws IOException, GeneralSecurityException, InterruptedException {
        File store = File.createTempFile("netproof-test", ".p12");
        Files.delete(store.toPath());
        char[] password = "changeit".toCharArray();
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-keyalg",
                        "EC",
                        "-alias",
                        "test",
                        "-dname",
                        "CN=test",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        store.getPath(),
                        "-storepass",
                        "changeit")
                .inheritIO()
                .start();
        if (keytool.waitFor() != 0) {
            throw new IOException("keytool failed");
        }
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store.toPath())) {
            keys.load(in, password);
        }
        Files.delete(store.toPath());
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, password);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        return context;
    }

    @Override
    public void close() throws IOException {
        socket.close();
        for (Socket peer : kept) {
            peer.close();
        }
    }
}
