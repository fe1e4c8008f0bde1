package dev.netproof.probe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.netproof.model.Family;
import dev.netproof.model.Outcome;
import dev.netproof.plan.Attempt;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OutcomesTest {
    private static final Attempt CONNECT = new Attempt.Connect("10.0.0.1", 5432);
    private static final Attempt BY_NAME = new Attempt.ByName("postgres.shop.svc", 5432);
    private static final Duration THREE_SECONDS = Duration.ofSeconds(3);

    @ParameterizedTest(name = "{8}: {0}")
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
                    # outcome   | curl | lookup | connect | total | connects | message                       | socket error          | case
                    CONNECTED   | 28   | 0.0    | 0.001   | 3.0   | 1        | Operation timed out           | -                     | a server that waits to be spoken to
                    CONNECTED   | 8    | 0.0    | 0.001   | 0.01  | 1        | Weird server reply            | -                     | a server that speaks another protocol
                    CONNECTED   | 56   | 0.0    | 0.001   | 0.01  | 1        | Recv failure                  | -                     | a server that hangs up
                    CONNECTED   | 7    | 0.0    | 0.001   | 0.01  | 0        | -                             | -                     | a connect time alone
                    CONNECTED   | 28   | 0.0    | 0       | 3.0   | 1        | -                             | -                     | a count of connections alone
                    TIMEOUT     | 28   | 0.0    | 0       | 3.0   | 0        | Connection timed out          | -                     | silence
                    REFUSED     | 7    | 0.0    | 0       | 0.001 | 0        | Failed to connect             | Connection refused    | a reset in answer to SYN
                    UNREACHABLE | 7    | 0.0    | 0       | 0.001 | 0        | Failed to connect             | No route to host      | ICMP host unreachable
                    UNREACHABLE | 7    | 0.0    | 0       | 0.001 | 0        | Failed to connect             | Network is unreachable | ICMP net unreachable
                    UNREACHABLE | 7    | 0.0    | 0       | 0.001 | 0        | Failed to connect             | Permission denied     | ICMP prohibited
                    TIMEOUT     | 7    | 0.0    | 0       | 3.0   | 0        | Failed to connect             | Connection timed out  | the kernel's own time-out
                    REFUSED     | 7    | 0.0    | 0       | 0.002 | 0        | Couldn't connect to server    | -                     | a quick failure without a reason
                    TIMEOUT     | 7    | 0.0    | 0       | 2.9   | 0        | Couldn't connect to server    | -                     | a slow failure without a reason
                    PROBE_ERROR | 3    | 0.0    | 0       | 0     | 0        | URL malformed                 | -                     | an attempt that was never made
                    PROBE_ERROR | 2    | 0.0    | 0       | 0     | 0        | Failed initialization         | -                     | curl itself failing
                    PROBE_ERROR | 6    | 0.0    | 0       | 0.1   | 0        | Could not resolve             | -                     | a look-up where none was asked for
                    """)
    void a_connection_is_read_by_whether_it_opened(
            Outcome outcome,
            int exit,
            double lookup,
            double connect,
            double total,
            int connects,
            String message,
            String socketError,
            String described) {
        var transfer = new Outcomes.Transfer(exit, lookup, connect, total, connects, 0, message == null ? "" : message);

        assertThat(Outcomes.of(CONNECT, transfer, Optional.ofNullable(socketError), THREE_SECONDS))
                .as(described)
                .isEqualTo(outcome);
    }

    @ParameterizedTest(name = "curl {1}, looked up in {2} s: {0}")
    @CsvSource({
        "CONNECTED, 7, 0.004", // resolved, and then refused by the pod's own kernel, as intended
        "CONNECTED, 45, 0.004", // resolved, and then no such interface
        "CONNECTED, 28, 0.004", // resolved, and then a kernel that sent the packet all the same
        "DNS_FAILURE, 6, 0", // could not resolve
        "DNS_FAILURE, 28, 0", // the time-out passed while resolving
        "PROBE_ERROR, 2, 0", // curl itself failing
    })
    void a_look_up_is_read_by_whether_the_name_resolved(Outcome outcome, int exit, double lookup) {
        var transfer = new Outcomes.Transfer(exit, lookup, 0, lookup, 0, 0, "");
        Attempt attempt = new Attempt.Lookup("postgres.shop", Family.IPV4);

        assertThat(Outcomes.of(attempt, transfer, Optional.empty(), THREE_SECONDS))
                .isEqualTo(outcome);
    }

    @ParameterizedTest(name = "curl {1}, looked up in {2} s: {0}")
    @CsvSource({
        "DNS_FAILURE, 6, 0, 0, 0", // could not resolve
        "DNS_FAILURE, 28, 0, 0, 0", // the time-out passed while resolving
        "TIMEOUT, 28, 0.004, 0, 0", // resolved, and then silence
        "CONNECTED, 28, 0.004, 0.005, 1",
        "REFUSED, 7, 0.004, 0, 0",
    })
    void a_name_that_does_not_resolve_is_told_from_an_address_that_does_not_answer(
            Outcome outcome, int exit, double lookup, double connect, int connects) {
        var transfer = new Outcomes.Transfer(exit, lookup, connect, 0.1, connects, 0, "");

        assertThat(Outcomes.of(BY_NAME, transfer, Optional.empty(), THREE_SECONDS))
                .isEqualTo(outcome);
    }

    @ParameterizedTest(name = "status {1}, {2} expected: {0}")
    @CsvSource(nullValues = "-", textBlock = """
                    CONNECTED, 200, -
                    CONNECTED, 301, -
                    CONNECTED, 404, -
                    CONNECTED, 500, -
                    L7_DENIED, 403, -
                    CONNECTED, 403, 403
                    CONNECTED, 204, 204
                    L7_DENIED, 200, 204
                    RESET,     0,   -
                    RESET,     0,   200
                    """)
    void a_request_is_read_by_its_status(Outcome outcome, int status, Integer expected) {
        Attempt request = new Attempt.Http("http", "catalog", "10.0.0.1", 8080, "/", Optional.ofNullable(expected));
        var transfer = new Outcomes.Transfer(status == 0 ? 52 : 0, 0, 0.001, 0.01, 1, status, "");

        assertThat(Outcomes.of(request, transfer, Optional.empty(), THREE_SECONDS))
                .isEqualTo(outcome);
    }

    @Test
    void a_request_that_never_connected_has_no_response() {
        Attempt request = new Attempt.Http("http", "catalog", "10.0.0.1", 8080, "/", Optional.empty());
        var transfer = new Outcomes.Transfer(28, 0, 0, 3.0, 0, 0, "Connection timed out");

        assertThat(Outcomes.of(request, transfer, Optional.empty(), THREE_SECONDS))
                .isEqualTo(Outcome.TIMEOUT);
    }

    @ParameterizedTest(name = "{2}: {0}")
    @CsvSource(delimiterString = "::", textBlock = """
                    CONNECTED   :: 0   :: 'Server:  10.96.0.10|Address: 10.96.0.10:53||Name: kubernetes.default.svc|Address: 10.96.0.1|'
                    CONNECTED   :: 1   :: 'Server:  10.96.0.10||** server can''t find nowhere.example: NXDOMAIN|'
                    CONNECTED   :: 1   :: '** server can''t find nowhere.example: SERVFAIL|'
                    CONNECTED   :: 0   :: '*** Can''t find nowhere.example: No answer|'
                    TIMEOUT     :: 1   :: ';; connection timed out; no servers could be reached|'
                    TIMEOUT     :: 143 :: '|'
                    TIMEOUT     :: 124 :: '|'
                    REFUSED     :: 1   :: 'nslookup: read: Connection refused|;; connection timed out; no servers could be reached|'
                    UNREACHABLE :: 1   :: 'nslookup: write to ''10.96.0.10'': No route to host|'
                    UNREACHABLE :: 1   :: 'nslookup: write to ''10.96.0.10'': Operation not permitted|'
                    PROBE_ERROR :: 127 :: 'sh: nslookup: not found|'
                    PROBE_ERROR :: 0   :: '|'
                    """)
    void a_query_is_answered_by_any_answer_and_silence_is_none(Outcome outcome, int status, String answer) {
        assertThat(Outcomes.ofAnswer(status, answer)).isEqualTo(outcome);
    }

    @ParameterizedTest
    @CsvSource({"0.5, 1", "2.69, 1", "2.71, 0", "3, 0"})
    void a_failure_without_a_reason_is_silence_when_it_took_as_long_as_the_time_out(double total, int refused) {
        var transfer =
                new Outcomes.Transfer(7, 0, 0, total, 0, 0, String.format(Locale.ROOT, "failed after %s", total));

        assertThat(Outcomes.of(CONNECT, transfer, Optional.empty(), THREE_SECONDS))
                .isEqualTo(refused == 1 ? Outcome.REFUSED : Outcome.TIMEOUT);
    }
}
