package dev.netproof.probe;

import static dev.netproof.probe.Probes.NONCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.netproof.model.Family;
import dev.netproof.model.Outcome;
import dev.netproof.model.Protocol;
import dev.netproof.plan.Attempt;
import dev.netproof.plan.ProbePod;
import java.io.File;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProbeScriptTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    /** The options that a transfer may have; whatever else began a line would be somebody's injection. */
    private static final Set<String> OPTIONS = Set.of(
            "url",
            "noproxy",
            "connect-timeout",
            "max-time",
            "output",
            "write-out",
            "connect-to",
            "interface",
            "ipv4",
            "ipv6",
            "insecure",
            "header",
            "globoff",
            "path-as-is",
            "next");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/\"\noutput = \"/tmp/written",
                "/\r\noutput = /tmp/written",
                "/\\\"\nurl = \"file:///etc/passwd",
                "/$(touch /tmp/written)",
                "/`touch /tmp/written`",
                "/'; touch /tmp/written; '",
                "/a\\",
                "/\t#",
                "/%{stderr}",
            })
    void a_hostile_path_never_leaves_its_quotes(String path) {
        String config = config(new Attempt.Http("http", "catalog", "10.0.0.1", 8080, path, Optional.empty()));

        assertThat(config.lines()).allSatisfy(line -> assertThat(OPTIONS).contains(line.split(" ", 2)[0]));
        assertThat(config.lines().filter(line -> line.startsWith("url")))
                .as("one address for the loop-back, one for the request, each within one pair of quotes")
                .hasSize(2)
                .allSatisfy(line -> assertThat(line).matches("url = \"(?:[^\"\\\\]|\\\\.)*\""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"evil.example\"\noutput = \"x", "{a,b}.example", "[1-9].example", "x\\"})
    void a_hostile_name_stays_one_address(String name) {
        String config = config(new Attempt.ByName(name, 443));

        assertThat(config.lines()).allSatisfy(line -> assertThat(OPTIONS).contains(line.split(" ", 2)[0]));
        assertThat(config.split("next\n", -1)[1])
                .as("braces and brackets stand for themselves")
                .contains("globoff\n");
    }

    @ParameterizedTest
    @EnumSource(Family.class)
    void a_name_can_be_resolved_in_one_family_alone(Family family) {
        Attempt one = new Attempt.ByName("example.com", 443, Protocol.TCP, "", Optional.of(family));

        assertThat(config(one).lines()).contains(family == Family.IPV4 ? "ipv4" : "ipv6");
        assertThat(config(new Attempt.ByName("example.com", 443)).lines()).doesNotContain("ipv4", "ipv6");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\n1 10.9.9.9 b", "a b", "a\tb", "-type=any", "$(reboot)", "a\r\nb"})
    void a_hostile_query_stays_one_question(String name) {
        String questions = payload(new Attempt.DnsQuery("10.96.0.10", 53, name))
                .environment()
                .get("NETPROOF_DNS");

        assertThat(questions).matches("0 10\\.96\\.0\\.10 [^\\s-][^\\s]*\n");
    }

    @Test
    void what_a_pod_carries_is_ascii_because_the_watch_reads_nothing_else() {
        Payload payload = payload(
                new Attempt.Http("http", "catalog", "10.0.0.1", 8080, "/bücher?q=läuft das\u0007", Optional.empty()));

        assertThat(payload.command()).allMatch(word -> word.matches("\\p{ASCII}*"));
        assertThat(payload.environment())
                .allSatisfy((name, value) -> assertThat(value).matches("\\p{ASCII}*"));
        assertThat(payload.environment().get("NETPROOF_CURL_0"))
                .contains("url = \"http://catalog:8080/b%C3%BCcher?q=l%C3%A4uft%20das%07\"");
    }

    @Test
    void the_script_itself_is_the_same_whatever_is_asked() {
        Payload one = payload(new Attempt.Connect("10.0.0.1", 80));
        Payload other = payload(new Attempt.ByName("$(reboot)\"'", 443));

        assertThat(other.command()).isEqualTo(one.command());
        assertThat(one.command()).hasSize(3).startsWith("/bin/sh", "-c");
    }

    @Test
    void many_attempts_are_shared_among_processes_and_none_is_forgotten() {
        Attempt[] attempts = IntStream.range(0, 1_000)
                .mapToObj(i -> new Attempt.Connect("10.0." + i / 250 + "." + i % 250, 80))
                .toArray(Attempt[]::new);
        Map<String, String> environment = payload(attempts).environment();
        List<String> chunks = Arrays.stream(
                        environment.get("NETPROOF_CURL_CHUNKS").split(" ", -1))
                .map(chunk -> environment.get("NETPROOF_CURL_" + chunk))
                .toList();

        assertThat(chunks).allSatisfy(chunk -> {
            assertThat(chunk.getBytes(StandardCharsets.UTF_8)).hasSizeLessThan(128 * 1024);
            assertThat(chunk.lines().filter(line -> line.startsWith("url"))).hasSizeBetween(2, 101);
        });
        assertThat(chunks.stream().flatMap(String::lines).filter(line -> line.startsWith("url")))
                .as("each once, and a look at the loop-back with every process")
                .hasSize(1_000 + 10)
                .filteredOn(line -> !line.contains("127.0.0.1"))
                .doesNotHaveDuplicates();
        assertThat(environment).containsEntry("NETPROOF_GAP", "0.08");
        assertThat(environment).containsEntry("NETPROOF_COUNT", "1001");
    }

    @Test
    void an_ipv6_address_is_bracketed() {
        assertThat(config(new Attempt.Connect("fd00::7", 80))).contains("url = \"pop3://[fd00::7]:80/\"");
    }

    /** POSIX promises whole seconds alone; without a pause rounds would follow each other as fast as they can. */
    @Test
    @Timeout(60)
    void a_sleep_that_knows_no_fractions_is_asked_for_the_next_whole_second(@TempDir Path bin) throws Exception {
        assumeTrue(Rounds.present("sh") && Rounds.present("curl") && Rounds.present("awk"), "needs sh, curl and awk");
        Path asked = bin.resolve("asked");
        Path sleep = bin.resolve("sleep");
        Files.writeString(
                sleep,
                "#!/bin/sh\necho $1 >>" + asked
                        + "\ncase $1 in *.*) exit 1 ;; esac\nPATH=/usr/bin:/bin exec sleep $1\n");
        assertThat(sleep.toFile().setExecutable(true)).isTrue();

        List<List<AttemptResult>> rounds = Rounds.of(
                Probes.trying(new Attempt.Lookup("localhost", Family.IPV4)),
                2,
                new Pace(Duration.ofMillis(1_100)),
                Map.of("PATH", bin + File.pathSeparator + System.getenv("PATH")));

        assertThat(rounds).hasSize(2);
        assertThat(Files.readAllLines(asked)).startsWith("1.1", "2");
    }

    @Test
    @Timeout(60)
    void a_real_shell_and_a_real_curl_write_what_the_log_reads() throws Exception {
        assumeTrue(Rounds.present("sh") && Rounds.present("curl") && Rounds.present("awk"), "needs sh, curl and awk");
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
                WebServer web = WebServer.plain()) {
            int dead;
            try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
                dead = closed.getLocalPort();
            }
            ProbePod probe = Probes.trying(
                    new Attempt.Connect("127.0.0.1", silent.getLocalPort()),
                    new Attempt.Connect("127.0.0.1", dead),
                    new Attempt.Http("http", "catalog", "127.0.0.1", web.port(), "/ok", Optional.empty()),
                    new Attempt.Http("http", "catalog", "127.0.0.1", web.port(), "/no", Optional.empty()),
                    new Attempt.Http(
                            "http", "catalog", "127.0.0.1", web.port(), "/ok?a=\"$(id)\"\\{b,c}'", Optional.of(200)),
                    new Attempt.ByName("localhost", silent.getLocalPort()),
                    new Attempt.ByName("name.invalid", 443),
                    new Attempt.Lookup("localhost", Family.IPV4),
                    new Attempt.Lookup("name.invalid", Family.IPV4));

            List<List<AttemptResult>> rounds = Rounds.of(probe, 2);

            assertThat(rounds)
                    .hasSize(2)
                    .allSatisfy(round -> assertThat(round)
                            .extracting(r -> r.sample().outcome())
                            .containsExactly(
                                    Outcome.CONNECTED,
                                    Outcome.REFUSED,
                                    Outcome.CONNECTED,
                                    Outcome.L7_DENIED,
                                    Outcome.CONNECTED,
                                    Outcome.CONNECTED,
                                    Outcome.DNS_FAILURE,
                                    Outcome.CONNECTED,
                                    Outcome.DNS_FAILURE));
            List<AttemptResult> first = rounds.get(0);
            assertThat(first.get(1).sample().signal()).isEqualTo("curl 7: Connection refused");
            assertThat(first.get(3).sample().signal()).isEqualTo("HTTP 403");
            assertThat(first.get(5).remoteIp())
                    .hasValueSatisfying(ip -> assertThat(ip).isIn("127.0.0.1", "::1"));
        }
    }

    private static Payload payload(Attempt... attempts) {
        return ProbeScript.payload(Probes.trying(attempts), NONCE, SECOND, Pace.QUICK);
    }

    private static String config(Attempt attempt) {
        return payload(attempt).environment().get("NETPROOF_CURL_0");
    }
}
