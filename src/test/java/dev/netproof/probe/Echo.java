package dev.netproof.probe;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/** A small UDP server on the loop-back. */
final class Echo implements AutoCloseable {
    private final DatagramSocket socket;

    private Echo(String ip) throws IOException {
        socket = new DatagramSocket(0, InetAddress.getByName(ip));
    }

    /** Answers {@code echo TEXT} with the text, as agnhost does, and all else with nothing. */
    static Echo at(String ip) throws IOException {
        return new Echo(ip).answering(Echo::text, Optional.empty());
    }

    /** Takes datagrams and says nothing. */
    static Echo silent(String ip) throws IOException {
        return new Echo(ip);
    }

    /** Answers, but never from the port that was asked. */
    @SuppressWarnings("resource")
    static Echo fromAnotherPort(String ip) throws IOException {
        return new Echo(ip).answering(Echo::text, Optional.of(new DatagramSocket(0, InetAddress.getByName(ip))));
    }

    /** Knows no name. */
    static Echo nameServer(String ip) throws IOException {
        return new Echo(ip).answering(Echo::unknownName, Optional.empty());
    }

    int port() {
        return socket.getLocalPort();
    }

    private interface Reply {
        Optional<byte[]> to(byte[] question);
    }

    private static Optional<byte[]> text(byte[] question) {
        String said = new String(question, StandardCharsets.ISO_8859_1);
        return said.startsWith("echo ")
                ? Optional.of(said.substring(5).getBytes(StandardCharsets.ISO_8859_1))
                : Optional.empty();
    }

    private static Optional<byte[]> unknownName(byte[] question) {
        byte[] answer = question.clone();
        answer[2] |= (byte) 0x80;
        answer[3] = 3;
        return Optional.of(answer);
    }

    private Echo answering(Reply reply, Optional<DatagramSocket> other) {
        DatagramSocket from = other.orElse(socket);
        Thread server = new Thread(
                () -> {
                    while (!socket.isClosed()) {
                        try {
                            DatagramPacket packet = new DatagramPacket(new byte[2_000], 2_000);
                            socket.receive(packet);
                            Optional<byte[]> answer = reply.to(Arrays.copyOf(packet.getData(), packet.getLength()));
                            if (answer.isPresent()) {
                                byte[] bytes = answer.get();
                                from.send(new DatagramPacket(bytes, bytes.length, packet.getSocketAddress()));
                            }
                        } catch (IOException e) {
                            // Closed, or a peer that went away; the next may stay.
                        }
                    }
                    from.close();
                },
                "echo");
        server.setDaemon(true);
        server.start();
        return this;
    }

    @Override
    public void close() {
        socket.close();
    }
}
