package dev.netproof.inmemory;

import dev.netproof.model.Outcome;
import dev.netproof.plan.Attempt;
import dev.netproof.plan.ProbePod;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/** The lines that the real scripts write: {@code probe.sh} with curl, and {@code probe.py}. */
final class ProbeLines {
    private ProbeLines() {}

    /** The lines of one attempt, and how long it took. */
    record Written(Duration taken, List<String> lines) {}

    static String begin(ProbePod probe, Instant at) {
        return "B " + (probe.attempts().size() + 1) + " " + uptime(at);
    }

    static String end(ProbePod probe, Instant began, Instant ended) {
        return "E " + (probe.attempts().size() + 1) + " " + uptime(began) + " " + uptime(ended);
    }

    /** The probe's connection to itself, which shows whether it gets CPU. */
    static String loopback(ProbePod.Tools tools, double seconds) {
        return tools == ProbePod.Tools.NETSHOOT
                ? result("L", "ECONNREFUSED", seconds, "127.0.0.1", "none", "Connection refused")
                : figures("L", 7, 0, 0, seconds, 0, "127.0.0.1", "refused");
    }

    /** A connection that curl made, or did not; a server that is not spoken to waits until curl gives up. */
    static Written connection(
            String id, String ip, int port, Outcome outcome, double lookup, int status, Duration timeout) {
        boolean waits = outcome == Outcome.TIMEOUT || (outcome == Outcome.CONNECTED && status == 0);
        Duration taken = waits ? timeout : Duration.ofMillis(3);
        double total = taken.toMillis() / 1000.0;
        return new Written(
                taken,
                switch (outcome) {
                    case CONNECTED, RESET, L7_DENIED ->
                        List.of(figures(id, waits ? 28 : 0, lookup, 0.001, total, status, ip, ""));
                    case TIMEOUT -> List.of(figures(id, 28, lookup, 0, total, 0, "", "Connection timed out"));
                    case REFUSED, UNREACHABLE -> {
                        String error = outcome == Outcome.REFUSED ? "Connection refused" : "No route to host";
                        yield List.of(
                                "V " + ip + " port " + port + " from 10.0.9.9 port 40000 failed: " + error,
                                figures(id, 7, lookup, 0, total, 0, "", "Failed to connect: " + error));
                    }
                    // No line at all, as from a probe that was cut short.
                    case DNS_FAILURE, PROBE_ERROR -> List.of();
                });
    }

    static Written unresolved(String id, String name) {
        return new Written(
                Duration.ofMillis(10), List.of(figures(id, 6, 0, 0, 0.01, 0, "", "Could not resolve host: " + name)));
    }

    static Written resolved(String id) {
        return new Written(
                Duration.ofMillis(10), List.of(figures(id, 7, 0.009, 0, 0.01, 0, "", "Couldn't connect to server")));
    }

    /** What nslookup said. */
    static Written query(String id, String name, Outcome outcome, Duration timeout) {
        String answer = switch (outcome) {
            case CONNECTED -> "0 100.00 100.01 Name: " + name + "|Address: 10.96.0.1|";
            case REFUSED -> "1 100.00 100.01 nslookup: read: Connection refused|";
            default -> "1 100.00 103.00 ;; connection timed out; no servers could be reached|";
        };
        return new Written(
                outcome == Outcome.TIMEOUT ? timeout : Duration.ofMillis(2), List.of("D " + id + " " + answer));
    }

    /** What the Python script found. */
    static Written python(String id, Attempt attempt, String ip, Outcome outcome, Duration timeout) {
        Duration taken = outcome == Outcome.TIMEOUT ? timeout : Duration.ofMillis(2);
        double seconds = taken.toMillis() / 1000.0;
        return new Written(
                taken,
                List.of(
                        switch (outcome) {
                            case CONNECTED ->
                                attempt instanceof Attempt.Http
                                        ? result(id, "status", seconds, ip, "-", "200")
                                        : result(id, "open", seconds, ip, "-", "");
                            case TIMEOUT -> result(id, "silent", seconds, ip, "-", "");
                            case REFUSED ->
                                // The target's own kernel: a reset over TCP, a message over UDP.
                                result(
                                        id,
                                        "ECONNREFUSED",
                                        seconds,
                                        ip,
                                        attempt instanceof Attempt.Udp ? "3.3@" + ip : "none",
                                        "Connection refused");
                            case UNREACHABLE ->
                                result(id, "EHOSTUNREACH", seconds, ip, "3.13@10.0.0.254", "No route to host");
                            case RESET -> result(id, "closed", seconds, ip, "-", "no response in time");
                            case L7_DENIED -> result(id, "status", seconds, ip, "-", "403");
                            case DNS_FAILURE -> result(id, "unresolved", seconds, "-", "-", "Could not resolve host");
                            case PROBE_ERROR -> result(id, "unsupported", seconds, ip, "-", "Protocol not supported");
                        }));
    }

    static Written pythonUnresolved(String id) {
        return new Written(
                Duration.ofMillis(10), List.of(result(id, "unresolved", 0.01, "-", "-", "Could not resolve host")));
    }

    static Written pythonResolved(String id, String ip) {
        return new Written(Duration.ofMillis(10), List.of(result(id, "resolved", 0.01, ip, "-", "")));
    }

    private static String result(String id, String state, double seconds, String ip, String why, String detail) {
        return String.format(
                Locale.ROOT, "R %s %s 100.000000 %.6f %s %s %s", id, state, 100 + seconds, ip, why, detail);
    }

    private static String figures(
            String id, int exit, double lookup, double connect, double total, int status, String ip, String message) {
        return "A " + id + " " + exit + " " + micros(lookup) + " " + micros(connect) + " " + micros(total) + " "
                + (connect > 0 ? 1 : 0) + " "
                + Integer.toString(1_000 + status).substring(1) + " " + ip + " "
                + message;
    }

    /** Six digits behind the point, for thousands of lines that are no part of what is timed. */
    private static String micros(double seconds) {
        long micros = Math.round(seconds * 1e6);
        return micros / 1_000_000 + "."
                + Long.toString(1_000_000 + micros % 1_000_000).substring(1);
    }

    /** By a clock that all nodes share. */
    private static String uptime(Instant at) {
        return String.format(
                Locale.ROOT,
                "%.3f",
                1_000 + Duration.between(VirtualTime.NOON, at).toMillis() / 1_000.0);
    }
}
