package dev.netproof.probe;

import dev.netproof.model.Family;
import dev.netproof.model.Protocol;
import dev.netproof.plan.Attempt;
import dev.netproof.plan.ProbePod;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Turns a probe's attempts into what Python executes, where a shell and curl cannot make them all. */
final class ProbeProgram {
    /** Linux refuses an environment string of 128 KiB. */
    private static final int CHUNK_CHARACTERS = 100_000;

    private static final String PROGRAM = Resource.text("probe.py");
    private static final HexFormat HEX = HexFormat.of();

    private ProbeProgram() {}

    static Payload payload(ProbePod probe, String nonce, Duration connectTimeout, Pace pace) {
        List<String> lines = new ArrayList<>();
        lines.add(line(ProbeScript.LOOPBACK, "tcp", "ip", "127.0.0.1", 1, "", ""));
        for (Attempt attempt : probe.attempts()) {
            lines.add(line(Integer.toString(lines.size() - 1), attempt));
        }
        Map<String, String> environment = new HashMap<>();
        List<String> chunks = chunks(lines);
        List<String> names = new ArrayList<>();
        for (String chunk : chunks) {
            String name = Integer.toString(names.size());
            environment.put("NETPROOF_ATTEMPTS_" + name, chunk);
            names.add(name);
        }
        environment.put("NETPROOF_CHUNKS", String.join(" ", names));
        environment.put("NETPROOF_NONCE", nonce);
        environment.put("NETPROOF_SECONDS", String.format(Locale.ROOT, "%.3f", connectTimeout.toMillis() / 1000.0));
        environment.put("NETPROOF_PACE", pace.pause());
        environment.put("NETPROOF_UNDER_WAY", Integer.toString(pace.underWay(connectTimeout)));
        // Isolated: nothing in the environment or the working folder becomes part of the program.
        return new Payload(List.of("python3", "-I", "-c", PROGRAM), environment);
    }

    private static String line(String id, Attempt attempt) {
        if (attempt instanceof Attempt.Connect connect) {
            return line(id, "tcp", "ip", connect.ip(), connect.port(), "", "");
        }
        if (attempt instanceof Attempt.Http http) {
            return line(id, http.scheme(), "ip", http.ip(), http.port(), http.path(), http.host());
        }
        if (attempt instanceof Attempt.DnsQuery query) {
            return line(id, "dns", "ip", query.ip(), query.port(), query.name(), "");
        }
        if (attempt instanceof Attempt.Udp udp) {
            return line(id, "udp", "ip", udp.ip(), udp.port(), bytes(udp.send()));
        }
        if (attempt instanceof Attempt.Sctp sctp) {
            return line(id, "sctp", "ip", sctp.ip(), sctp.port(), "", "");
        }
        if (attempt instanceof Attempt.Held held) {
            return line(id, "held", "ip", held.ip(), held.port(), "", "");
        }
        if (attempt instanceof Attempt.Itself itself) {
            return line(id, "itself", "ip", itself.ip(), itself.port(), Integer.toString(itself.own()), "");
        }
        if (attempt instanceof Attempt.Lookup lookup) {
            return line(id, "lookup", "name", lookup.name(), 1, "", "");
        }
        Attempt.ByName name = (Attempt.ByName) attempt;
        String kind = name.protocol().name().toLowerCase(Locale.ROOT);
        String by = name.family().map(f -> f == Family.IPV4 ? "name4" : "name6").orElse("name");
        return name.protocol() == Protocol.UDP
                ? line(id, kind, by, name.name(), name.port(), bytes(name.say()))
                : line(id, kind, by, name.name(), name.port(), name.say(), "");
    }

    private static String line(String id, String kind, String by, String address, int port, String say, String host) {
        return String.join(" ", id, kind, by, hex(address), Integer.toString(port), hex(say), hex(host));
    }

    private static String line(String id, String kind, String by, String address, int port, byte[] say) {
        return String.join(" ", id, kind, by, hex(address), Integer.toString(port), HEX.formatHex(say), "");
    }

    /** Whatever is in a value, it is letters and digits on the way. */
    private static String hex(String value) {
        return HEX.formatHex(value.getBytes(StandardCharsets.UTF_8));
    }

    /** A datagram's text with its bytes in place of what stands for them; an escape that is none stands for itself. */
    private static byte[] bytes(String send) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int at = 0;
        while (at < send.length()) {
            if (send.startsWith("\\\\", at)) {
                bytes.write('\\');
                at += 2;
            } else if (send.startsWith("\\x", at) && at + 4 <= send.length() && isHex(send.substring(at + 2, at + 4))) {
                bytes.write(HexFormat.fromHexDigits(send, at + 2, at + 4));
                at += 4;
            } else {
                int next = send.offsetByCodePoints(at, 1);
                bytes.writeBytes(send.substring(at, next).getBytes(StandardCharsets.UTF_8));
                at = next;
            }
        }
        return bytes.toByteArray();
    }

    private static boolean isHex(String digits) {
        return digits.chars().allMatch(HexFormat::isHexDigit);
    }

    private static List<String> chunks(List<String> lines) {
        List<String> chunks = new ArrayList<>();
        StringBuilder chunk = new StringBuilder();
        for (String line : lines) {
            if (chunk.length() + line.length() > CHUNK_CHARACTERS) {
                chunks.add(chunk.toString());
                chunk.setLength(0);
            }
            chunk.append(line).append('\n');
        }
        chunks.add(chunk.toString());
        return chunks;
    }
}
