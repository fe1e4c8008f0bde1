package dev.netproof.probe;

import static dev.netproof.probe.Probes.NONCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import dev.netproof.model.Cause;
import dev.netproof.model.Family;
import dev.netproof.model.Outcome;
import dev.netproof.model.Protocol;
import dev.netproof.plan.Attempt;
import dev.netproof.plan.ProbePod;
import dev.netproof.plan.ProbePod.Tools;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What Python is told to try, and what the real one says. */
class ProbeProgramTest {
    private static final String V4 = "127.0.0.1";
    private static final String V6 = "::1";

    @Test
    void the_program_itself_is_the_same_whatever_is_asked() {
        Payload one = payload(new Attempt.Udp("10.0.0.1", 80));
        Payload other = payload(new Attempt.Udp("10.0.0.1", 80, "'\"\n$(reboot) import os"));

        assertThat(other.command()).isEqualTo(one.command());
        assertThat(one.command()).hasSize(4).startsWith("python3", "-I", "-c");
    }

    @Test
    void what_a_pod_carries_is_ascii_because_the_watch_reads_nothing_else() {
        Payload payload = payload(new Attempt.Udp("10.0.0.1", 80, "läuft"));

        assertThat(payload.command()).allMatch(word -> word.matches("\\p{ASCII}*"));
        assertThat(payload.environment())
                .allSatisfy((name, value) -> assertThat(value).matches("\\p{ASCII}*"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/\r\nHost: evil",
                "/ HTTP/1.1",
                "/\n9 tcp ip 0a 80  ",
                "/$(touch /tmp/written)",
                "/'\"\\",
                "/\u2028é",
            })
    void a_hostile_value_is_digits_on_its_way(String value) {
        String lines = lines(new Attempt.Http("http", "catalog", V4, 80, value, Optional.empty()));

        assertThat(lines.lines())
                .hasSize(2)
                .allSatisfy(line ->
                        assertThat(line).matches("(L|\\d+) [a-z]+ (ip|name) [0-9a-f]+ \\d+ [0-9a-f]* [0-9a-f]*"));
        assertThat(lines).contains(HexFormat.of().formatHex(value.getBytes(StandardCharsets.UTF_8)));
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "echo {nonce},     6563686f207b6e6f6e63657d",
                "\\x1b\\x00\\xfF,  1b00ff",
                "a\\\\x1b,         615c783162",
                "\\x1,             5c7831",
                "\\q,              5c71",
                "é,                c3a9",
                "\\,               5c",
            })
    void a_datagram_is_written_as_the_matrix_has_it(String send, String bytes) {
        assertThat(lines(new Attempt.Udp("10.0.0.1", 514, send)).lines().skip(1))
                .containsExactly("0 udp ip 31302e302e302e31 514 " + bytes + " ");
    }

    @Test
    void many_attempts_fit_into_an_environment_and_none_is_forgotten() {
        Attempt[] attempts = IntStream.range(0, 2_000)
                .mapToObj(i -> new Attempt.Udp("10.0." + i / 250 + "." + i % 250, 514, "x".repeat(100)))
                .toArray(Attempt[]::new);

        Map<String, String> environment = payload(attempts).environment();

        assertThat(environment.values()).allSatisfy(value -> assertThat(value).hasSizeLessThan(128 * 1024));
        assertThat(lines(attempts).lines()).hasSize(2_001).doesNotHaveDuplicates();
    }

    @Test
    @Timeout(60)
    void datagrams_are_answered_refused_and_passed_over_in_silence() throws Exception {
        assumePython();
        try (Echo echo4 = Echo.at(V4);
                Echo echo6 = Echo.at(V6);
                Echo silent = Echo.silent(V4)) {
            int dead;
            try (Echo closed = Echo.silent(V4)) {
                dead = closed.port();
            }
            ProbePod probe = Probes.trying(
                    Tools.NETSHOOT,
                    new Attempt.Udp(V4, echo4.port()),
                    new Attempt.Udp(V6, echo6.port()),
                    new Attempt.Udp(V4, silent.port()),
                    new Attempt.Udp(V4, dead),
                    new Attempt.Udp(V6, dead),
                    new Attempt.ByName("localhost", echo4.port(), Protocol.UDP, Attempt.Udp.ECHO),
                    new Attempt.Udp(V4, echo4.port(), "echo nothing"));

            List<List<AttemptResult>> rounds = Rounds.of(probe, 2);

            assertThat(rounds)
                    .hasSize(2)
                    .allSatisfy(round -> assertThat(round)
                            .extracting(r -> r.sample().outcome())
                            .containsExactly(
                                    Outcome.CONNECTED,
                                    Outcome.CONNECTED,
                                    Outcome.TIMEOUT,
                                    Outcome.REFUSED,
                                    Outcome.REFUSED,
                                    Outcome.CONNECTED,
                                    Outcome.CONNECTED));
            List<AttemptResult> first = rounds.get(0);
            assertThat(first.get(0).sample().signal()).isEqualTo("answered: 16 bytes, the nonce among them");
            assertThat(first.get(6).sample().signal()).isEqualTo("answered: 7 bytes");
            assertThat(first.get(3).sample().cause()).contains(new Cause.Icmp(3, 3, V4));
            assertThat(first.get(4).sample().cause()).contains(new Cause.Icmp(1, 4, V6));
        }
    }

    @Test
    @Timeout(60)
    void what_comes_from_elsewhere_is_no_answer() throws Exception {
        assumePython();
        try (Echo crooked = Echo.fromAnotherPort(V4)) {
            List<AttemptResult> round = Rounds.of(Probes.trying(Tools.NETSHOOT, new Attempt.Udp(V4, crooked.port())), 1)
                    .get(0);

            assertThat(round.get(0).sample().outcome()).isEqualTo(Outcome.TIMEOUT);
        }
    }

    @Test
    @Timeout(60)
    void a_held_connection_is_opened_once_and_asked_again_in_every_round() throws Exception {
        assumePython();
        Set<InetSocketAddress> clients = ConcurrentHashMap.newKeySet();
        HttpServer server = HttpServer.create(new InetSocketAddress(V4, 0), 50);
        server.createContext("/", exchange -> {
            clients.add(exchange.getRemoteAddress());
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        server.start();
        try {
            List<List<AttemptResult>> rounds = Rounds.of(
                    Probes.trying(
                            Tools.NETSHOOT,
                            new Attempt.Held(V4, server.getAddress().getPort())),
                    3);

            assertThat(rounds)
                    .hasSize(3)
                    .allSatisfy(
                            round -> assertThat(round.get(0).sample().outcome()).isEqualTo(Outcome.CONNECTED));
            assertThat(clients).hasSize(1);
        } finally {
            server.stop(0);
        }
    }

    @Test
    @Timeout(60)
    void a_held_connection_that_ended_is_not_opened_again() throws Exception {
        assumePython();
        try (WebServer once = WebServer.plain()) {
            List<List<AttemptResult>> rounds =
                    Rounds.of(Probes.trying(Tools.NETSHOOT, new Attempt.Held(V4, once.port())), 3);

            assertThat(rounds.get(0).get(0).sample().outcome()).isEqualTo(Outcome.CONNECTED);
            assertThat(rounds.subList(1, 3)).allSatisfy(round -> {
                assertThat(round.get(0).sample().outcome()).isEqualTo(Outcome.REFUSED);
                assertThat(round.get(0).sample().signal()).contains("the connection from before is over");
            });
        }
    }

    @Test
    @Timeout(60)
    void a_pod_knows_itself_and_takes_nobody_else_for_it() throws Exception {
        assumePython();
        int own;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getByName(V4))) {
            own = free.getLocalPort();
        }
        try (WebServer mute = WebServer.mute()) {
            List<AttemptResult> itself = Rounds.of(Probes.trying(Tools.NETSHOOT, new Attempt.Itself(V4, own, own)), 1)
                    .get(0);
            List<AttemptResult> other = Rounds.of(
                            Probes.trying(Tools.NETSHOOT, new Attempt.Itself(V4, mute.port(), own)), 1)
                    .get(0);

            assertThat(itself.get(0).sample().outcome()).isEqualTo(Outcome.CONNECTED);
            assertThat(other.get(0).sample().outcome()).isEqualTo(Outcome.PROBE_ERROR);
        }
    }

    @Test
    @Timeout(60)
    void a_name_server_is_asked_wherever_it_listens() throws Exception {
        assumePython();
        try (Echo server = Echo.nameServer(V4);
                Echo liar = Echo.at(V4)) {
            List<AttemptResult> round = Rounds.of(
                            Probes.trying(
                                    Tools.NETSHOOT,
                                    new Attempt.DnsQuery(V4, server.port(), "kubernetes.default.svc.cluster.local."),
                                    new Attempt.DnsQuery(V4, liar.port(), "kubernetes.default"),
                                    new Attempt.DnsQuery(V4, server.port(), "x".repeat(64) + ".example")),
                            1)
                    .get(0);

            assertThat(round)
                    .extracting(r -> r.sample().outcome())
                    .containsExactly(Outcome.CONNECTED, Outcome.TIMEOUT, Outcome.PROBE_ERROR);
            assertThat(round.get(0).sample().signal()).isEqualTo("answered: NXDOMAIN");
        }
    }

    @Test
    @Timeout(60)
    void a_name_without_an_address_of_the_family_asked_for_does_not_resolve_to_one() throws Exception {
        assumePython();
        try (WebServer mute = WebServer.mute()) {
            // A name that is an address is of one family, whatever the machine's own resolver knows.
            List<Outcome> outcomes = outcomes(Probes.trying(
                    Tools.NETSHOOT,
                    new Attempt.ByName(V4, mute.port(), Protocol.TCP, "", Optional.of(Family.IPV4)),
                    new Attempt.ByName(V4, mute.port(), Protocol.TCP, "", Optional.of(Family.IPV6)),
                    new Attempt.ByName(V6, mute.port(), Protocol.UDP, "", Optional.of(Family.IPV4))));

            assertThat(outcomes).containsExactly(Outcome.CONNECTED, Outcome.DNS_FAILURE, Outcome.DNS_FAILURE);
        }
    }

    @Test
    @Timeout(90)
    void python_and_curl_say_the_same_of_the_same_servers() throws Exception {
        assumePython();
        assumeTrue(Rounds.present("curl") && Rounds.present("sh"), "needs sh and curl");
        try (WebServer web = WebServer.plain();
                WebServer tls = WebServer.tls();
                WebServer mute = WebServer.mute();
                WebServer rude = WebServer.rude();
                ServerSocket silent6 = new ServerSocket(0, 50, InetAddress.getByName(V6))) {
            int dead;
            try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getByName(V4))) {
                dead = closed.getLocalPort();
            }
            Attempt[] attempts = {
                new Attempt.Connect(V4, mute.port()),
                new Attempt.Connect(V4, rude.port()),
                new Attempt.Connect(V4, dead),
                new Attempt.Connect(V6, silent6.getLocalPort()),
                new Attempt.Connect(V6, dead),
                request("http", web, "/ok"),
                request("http", web, "/no"),
                request("http", web, "/continue"),
                request("http", mute, "/"),
                request("http", rude, "/"),
                request("http", tls, "/ok"),
                request("https", tls, "/ok"),
                request("https", tls, "/no"),
                request("https", web, "/ok"),
                request("https", mute, "/"),
                new Attempt.Http("http", "catalog", V4, dead, "/", Optional.empty()),
                new Attempt.Http("http", "catalog", V4, web.port(), "/ok?a=\"$(id)\"\\{b,c}'", Optional.of(200)),
                new Attempt.Http("http", "catalog", V4, web.port(), "/no", Optional.of(403)),
                new Attempt.ByName("localhost", mute.port()),
                new Attempt.ByName("localhost", dead),
                new Attempt.ByName("localhost", mute.port(), Protocol.TCP, "", Optional.of(Family.IPV4)),
                new Attempt.ByName("localhost", silent6.getLocalPort(), Protocol.TCP, "", Optional.of(Family.IPV4)),
                new Attempt.ByName("name.invalid", 443),
            };

            List<Outcome> curl = outcomes(Probes.trying(Tools.CURL, attempts));
            List<Outcome> python = outcomes(Probes.trying(Tools.NETSHOOT, attempts));

            assertThat(python)
                    .as(Arrays.toString(attempts))
                    .isEqualTo(curl)
                    .contains(
                            Outcome.CONNECTED, Outcome.REFUSED, Outcome.RESET, Outcome.L7_DENIED, Outcome.DNS_FAILURE);
        }
    }

    private static Attempt request(String scheme, WebServer server, String path) {
        return new Attempt.Http(scheme, "catalog", V4, server.port(), path, Optional.empty());
    }

    private static List<Outcome> outcomes(ProbePod probe) throws IOException {
        return Rounds.of(probe, 1).get(0).stream()
                .map(r -> r.sample().outcome())
                .toList();
    }

    private static void assumePython() {
        assumeTrue(Rounds.present("python3"), "needs python3");
    }

    private static Payload payload(Attempt... attempts) {
        return ProbeScript.payload(Probes.trying(Tools.NETSHOOT, attempts), NONCE, Rounds.SECOND, Pace.QUICK);
    }

    private static String lines(Attempt... attempts) {
        Map<String, String> environment = payload(attempts).environment();
        return Arrays.stream(environment.get("NETPROOF_CHUNKS").split(" ", -1))
                .map(chunk -> environment.get("NETPROOF_ATTEMPTS_" + chunk))
                .collect(Collectors.joining());
    }
}
