package dev.netproof.judge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.netproof.judge.Judge.Refuser;
import dev.netproof.model.Cause;
import dev.netproof.model.ControlGrade;
import dev.netproof.model.Path;
import dev.netproof.model.Protocol;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who refused, and how sure that is. Targets are 10.0.0.1 and fd00::1, a node is 10.0.0.254. */
class RefusalOriginTest {
    @ParameterizedTest(name = "{1} over {2} to a {3}: {0}")
    @CsvSource(delimiter = '|', textBlock = """
            # refuser   | cause           | spoken | path    | in words
            FILTER      | 3.13@10.0.0.254 | TCP    | POD     | an ICMP admin-prohibited from 10.0.0.254: a filter, for sure
            FILTER      | 3.13@10.0.0.1   | TCP    | POD     | an ICMP admin-prohibited from 10.0.0.1: a filter, for sure
            FILTER      | 3.10@10.0.0.254 | UDP    | VIP     | an ICMP host-prohibited from 10.0.0.254: a filter, for sure
            FILTER      | 3.9@10.0.0.254  | TCP    | ADDRESS | an ICMP net-prohibited from 10.0.0.254: a filter, for sure
            FILTER      | 1.1@fd00::fe    | TCP    | POD     | an ICMPv6 admin-prohibited from fd00::fe: a filter, for sure
            FILTER      | 1.5@fd00::fe    | TCP    | POD     | an ICMPv6 policy-fail from fd00::fe: a filter, for sure
            FILTER      | 3.3@10.0.0.254  | UDP    | POD     | an ICMP port-unreachable from 10.0.0.254, which is not the target: a filter, for sure
            FILTER      | 3.3@10.0.0.254  | TCP    | POD     | an ICMP port-unreachable from 10.0.0.254, which is not the target: a filter, for sure
            FILTER      | 3.3@10.0.0.1    | TCP    | POD     | an ICMP port-unreachable from 10.0.0.1, where the target's own kernel would have reset: a filter, for sure
            FILTER      | 1.4@fd00::fe    | UDP    | POD     | an ICMPv6 port-unreachable from fd00::fe, which is not the target: a filter, for sure
            UNKNOWN     | 3.3@10.0.0.1    | UDP    | POD     | an ICMP port-unreachable from 10.0.0.1, in the target's own name: its own kernel, because nobody listens, or a filter; not sure
            UNKNOWN     | 3.3@10.0.0.254  | TCP    | VIP     | an ICMP port-unreachable from 10.0.0.254: the far end, or a filter; not sure
            UNKNOWN     | 3.3@10.0.0.254  | TCP    | ADDRESS | an ICMP port-unreachable from 10.0.0.254: the far end, or a filter; not sure
            UNKNOWN     | 3.1@10.0.0.254  | TCP    | POD     | an ICMP host-unreachable from 10.0.0.254: a router without a route, or a filter; not sure
            UNKNOWN     | 3.0@10.0.0.254  | TCP    | POD     | an ICMP net-unreachable from 10.0.0.254: a router without a route, or a filter; not sure
            UNKNOWN     | 1.0@fd00::fe    | TCP    | POD     | an ICMPv6 no-route from fd00::fe: a router without a route, or a filter; not sure
            UNKNOWN     | 1.6@fd00::fe    | TCP    | POD     | an ICMPv6 reject-route from fd00::fe: a router without a route, or a filter; not sure
            UNKNOWN     | 11.0@10.0.0.254 | TCP    | POD     | an ICMP type 11 code 0 from 10.0.0.254: a router without a route, or a filter; not sure
            UNKNOWN     | reset           | TCP    | POD     | a TCP reset in the target's own name: its own kernel, because nobody listens, or a filter; not sure
            OWN_KERNEL  | ENETUNREACH     | TCP    | POD     | the probe's own kernel, ENETUNREACH: no packet left the probe, for sure
            FILTER      | EPERM           | UDP    | POD     | the probe's own kernel, EPERM: a rule on the way out of the pod, for sure
            """)
    void is_read_out_of_the_refusal(Refuser refuser, String cause, Protocol spoken, Path.Kind kind, String words) {
        RefusalOrigin origin = RefusalOrigin.of(cause(cause), path(kind, cause), spoken);

        assertThat(origin.refuser()).isEqualTo(refuser);
        assertThat(RefusalWords.of(origin, ControlGrade.NONE)).isEqualTo(words);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', textBlock = """
            NONE               | its own kernel, because nobody listens, or a filter; not sure
            LISTENING_LOOPBACK | its kernel, if it listens on its loop-back alone, or a filter; not sure
            LISTENING          | most likely a filter, because the target listens to others
            REACHED            | most likely a filter, because the target listens to others
            """)
    void of_a_reset_is_guessed_by_the_control(ControlGrade grade, String words) {
        RefusalOrigin origin = RefusalOrigin.of(new Cause.Reset(), path(Path.Kind.POD, ""), Protocol.TCP);

        assertThat(RefusalWords.of(origin, grade)).isEqualTo("a TCP reset in the target's own name: " + words);
    }

    @Test
    void seen_too_seldom_keeps_its_words_and_proves_nothing() {
        RefusalOrigin origin = RefusalOrigin.of(cause("3.13@10.0.0.254"), path(Path.Kind.POD, ""), Protocol.TCP);

        assertThat(origin.unproved().refuser()).isEqualTo(Refuser.UNKNOWN);
        assertThat(RefusalWords.of(origin.unproved(), ControlGrade.NONE))
                .isEqualTo(RefusalWords.of(origin, ControlGrade.NONE));
    }

    @Test
    void of_a_services_address_is_that_of_its_pods_for_an_icmp_message_alone() {
        Path vip = path(Path.Kind.VIP, "");

        assertThat(RefusalOrigin.of(cause("3.3@10.0.0.1"), vip, Protocol.TCP)
                        .likeItsPods()
                        .refuser())
                .isEqualTo(Refuser.FILTER);
        assertThat(RefusalOrigin.of(new Cause.Reset(), vip, Protocol.TCP)
                        .likeItsPods()
                        .refuser())
                .isEqualTo(Refuser.UNKNOWN);
    }

    private static Cause cause(String text) {
        if (text.equals("reset")) {
            return new Cause.Reset();
        }
        if (text.startsWith("E")) {
            return new Cause.OwnKernel(text);
        }
        String[] parts = text.split("[.@]", 3);
        return new Cause.Icmp(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]), parts[2]);
    }

    private static Path path(Path.Kind kind, String cause) {
        return new Path(
                kind,
                Optional.empty(),
                Optional.empty(),
                cause.contains(":") ? "fd00::1" : "10.0.0.1",
                80,
                Optional.empty(),
                Optional.empty());
    }
}
