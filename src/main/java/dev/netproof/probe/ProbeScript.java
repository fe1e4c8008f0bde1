package dev.netproof.probe;

import dev.netproof.plan.Attempt;
import dev.netproof.plan.ProbePod;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Turns a probe's attempts into what its container executes. */
public final class ProbeScript {
    /** The result id of the loop-back attempt, which shows whether the pod itself gets CPU. */
    static final String LOOPBACK = "L";

    /** A port on the probe's own loop-back where nothing listens: the refusal comes at once, unless the pod is starved. */
    private static final String LOOPBACK_URL = "pop3://127.0.0.1:1/";

    /**
     * As many attempts begin at the same moment, no more: an engine in user space that does not get to run for a blink loses packets
     * of a burst, or lets them through. Not fewer, because each such part of a round is a process of its own.
     */
    private static final int ATTEMPTS_AT_ONCE = 100;

    /** Linux refuses an environment string of 128 KiB. */
    private static final int CHUNK_BYTES = 100_000;

    private static final String SCRIPT = Resource.text("probe.sh");

    private ProbeScript() {}

    /**
     * What the probe's container executes.
     *
     * @param nonce what every genuine result line begins with
     * @param connectTimeout of one attempt
     * @param pace of its rounds
     */
    public static Payload payload(ProbePod probe, String nonce, Duration connectTimeout, Pace pace) {
        return probe.tools() == ProbePod.Tools.NETSHOOT
                ? ProbeProgram.payload(probe, nonce, connectTimeout, pace)
                : script(probe, nonce, connectTimeout, pace);
    }

    private static Payload script(ProbePod probe, String nonce, Duration connectTimeout, Pace pace) {
        List<String> transfers = new ArrayList<>();
        StringBuilder questions = new StringBuilder();
        int index = 0;
        for (Attempt attempt : probe.attempts()) {
            String id = Integer.toString(index++);
            if (attempt instanceof Attempt.Connect connect) {
                transfers.add(transfer(nonce, id, silent(connect.ip(), connect.port()), List.of(), connectTimeout));
            } else if (attempt instanceof Attempt.ByName name) {
                transfers.add(transfer(nonce, id, silent(name.name(), name.port()), family(name), connectTimeout));
            } else if (attempt instanceof Attempt.Lookup lookup) {
                transfers.add(lookup(nonce, id, lookup, connectTimeout));
            } else if (attempt instanceof Attempt.Http http) {
                transfers.add(request(nonce, id, http, connectTimeout));
            } else if (attempt instanceof Attempt.DnsQuery query) {
                questions
                        .append(id)
                        .append(' ')
                        .append(query.ip())
                        .append(' ')
                        .append(word(query.name()))
                        .append('\n');
            } else {
                throw new IllegalArgumentException("curl cannot try " + attempt);
            }
        }
        Map<String, String> environment = new HashMap<>();
        List<String> chunks = chunks(transfer(nonce, LOOPBACK, LOOPBACK_URL, List.of(), connectTimeout), transfers);
        StringBuilder names = new StringBuilder();
        for (int i = 0; i < chunks.size(); i++) {
            environment.put("NETPROOF_CURL_" + i, chunks.get(i));
            names.append(i).append(' ');
        }
        environment.put("NETPROOF_CURL_CHUNKS", names.toString().trim());
        environment.put("NETPROOF_DNS", questions.toString());
        environment.put("NETPROOF_NONCE", nonce);
        environment.put("NETPROOF_COUNT", Integer.toString(probe.attempts().size() + 1));
        environment.put("NETPROOF_SECONDS", Long.toString(Math.max(1, connectTimeout.toSeconds())));
        environment.put("NETPROOF_PACE", pace.pause());
        environment.put("NETPROOF_GAP", pace.gap(chunks.size()));
        environment.put("NETPROOF_UNDER_WAY", Integer.toString(pace.underWay(connectTimeout)));
        return new Payload(List.of("/bin/sh", "-c", SCRIPT), environment);
    }

    /**
     * A POP3 client speaks only when greeted with "+OK", so that a connection is opened and not a word said to databases and
     * brokers. It lasts until the time-out, because curl has no way to connect and leave.
     */
    private static String silent(String host, int port) {
        return "pop3://" + bracketed(host) + ":" + port + "/";
    }

    private static List<String> family(Attempt.ByName name) {
        return name.family().map(f -> f.name().toLowerCase(Locale.ROOT)).stream()
                .toList();
    }

    /**
     * curl cannot resolve and leave. Bound to the loop-back's address it has no way out: the kernel refuses at once, no packet goes to
     * the Service, and the refusal comes after the name was resolved.
     */
    private static String lookup(String nonce, String id, Attempt.Lookup lookup, Duration timeout) {
        List<String> options = switch (lookup.family()) {
            case IPV4 -> List.of("ipv4", "interface = \"host!127.0.0.1\"");
            case IPV6 -> List.of("ipv6", "interface = \"host!::1\"");
        };
        return transfer(nonce, id, "pop3://" + lookup.name() + "/", options, timeout);
    }

    private static String request(String nonce, String id, Attempt.Http http, Duration timeout) {
        String url = http.scheme() + "://" + bracketed(http.host()) + ":" + http.port() + written(http.path());
        List<String> options = List.of(
                // The name stays in the request and the TLS handshake; the packets go to this one address.
                "connect-to = " + quoted("::" + bracketed(http.ip()) + ":" + http.port()),
                "insecure",
                "header = \"Connection: close\"",
                "header = \"User-Agent: netproof\"",
                "path-as-is");
        return transfer(nonce, id, url, options, timeout);
    }

    /**
     * The path as a URL has it: blanks, control characters and everything beyond ASCII as percent and bytes. curl would refuse
     * some of them; and of a pod that is not all ASCII fabric8's HTTP watch appends NULs to what it reads, so that every event of
     * it breaks the watch.
     */
    private static String written(String path) {
        StringBuilder text = new StringBuilder();
        for (byte octet : path.getBytes(StandardCharsets.UTF_8)) {
            if (octet > ' ' && octet <= '~') {
                text.append((char) octet);
            } else {
                text.append('%').append(HexFormat.of().withUpperCase().toHexDigits(octet));
            }
        }
        return text.toString();
    }

    private static String transfer(String nonce, String id, String url, List<String> options, Duration timeout) {
        String seconds = String.format(Locale.ROOT, "%.3f", timeout.toMillis() / 1000.0);
        StringBuilder block = new StringBuilder();
        block.append("url = ").append(quoted(url)).append('\n');
        // One address, whatever is in it: curl would make many of {a,b} and [1-9].
        block.append("globoff\n");
        block.append("noproxy = \"*\"\n");
        block.append("connect-timeout = ").append(seconds).append('\n');
        block.append("max-time = ").append(seconds).append('\n');
        block.append("output = \"/dev/null\"\n");
        block.append("write-out = \"%{stderr}")
                .append(nonce)
                .append(" A ")
                .append(id)
                .append(" %{exitcode} %{time_namelookup} %{time_connect} %{time_total} %{num_connects}")
                .append(" %{http_code} %{remote_ip} %{errormsg}\\n\"\n");
        options.forEach(option -> block.append(option).append('\n'));
        return block.toString();
    }

    /** What each of a round's processes does, each with a loop-back attempt of its own. */
    private static List<String> chunks(String loopback, List<String> transfers) {
        List<String> chunks = new ArrayList<>();
        StringBuilder chunk = new StringBuilder(loopback);
        int size = 0;
        for (String transfer : transfers) {
            if (size == ATTEMPTS_AT_ONCE || chunk.length() + transfer.length() > CHUNK_BYTES) {
                chunks.add(chunk.toString());
                chunk = new StringBuilder(loopback);
                size = 0;
            }
            size++;
            chunk.append("next\n").append(transfer);
        }
        chunks.add(chunk.toString());
        return chunks;
    }

    /** A value for a curl config file, where a backslash escapes; a line break would begin a new option. */
    private static String quoted(String value) {
        StringBuilder text = new StringBuilder("\"");
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '"', '\\' -> text.append('\\').append(c);
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                default -> text.append(c);
            }
        }
        return text.append('"').toString();
    }

    /** A question is a line of words, and nslookup takes one with a leading dash for an option. */
    private static String word(String name) {
        String word = name.replaceAll("[^\\p{Graph}]", "_");
        return word.startsWith("-") ? "_" + word : word;
    }

    private static String bracketed(String host) {
        return host.contains(":") ? "[" + host + "]" : host;
    }
}
