package dev.netproof.probe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.netproof.model.Cause;
import dev.netproof.model.Outcome;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ErrnoTest {
    @ParameterizedTest(name = "{1}: {0}, {2}")
    @CsvSource({
        "TIMEOUT,     silent,       silence",
        "TIMEOUT,     ETIMEDOUT,    the kernel's own time-out",
        "REFUSED,     ECONNREFUSED, an RST or an ICMP port-unreachable",
        "REFUSED,     ECONNRESET,   an RST that came a little later",
        "UNREACHABLE, EHOSTUNREACH, ICMP host-unreachable or admin-prohibited",
        "UNREACHABLE, ENETUNREACH,  ICMP net-unreachable or no route",
        "UNREACHABLE, EACCES,       ICMPv6 prohibited",
        "UNREACHABLE, EPERM,        a rule on the way out of the pod",
        "UNREACHABLE, EHOSTDOWN,    ICMP host-unknown",
        "UNREACHABLE, ENONET,       ICMP host-isolated",
        "UNREACHABLE, ENOPROTOOPT,  ICMP protocol-unreachable",
        "DNS_FAILURE, unresolved,   no such name",
        "PROBE_ERROR, unsupported,  a kernel without the protocol",
        "PROBE_ERROR, failed,       the probe's own fault",
        "PROBE_ERROR, EMFILE,       a pod that is out of files",
        "PROBE_ERROR, E9999,        something new",
    })
    void a_sockets_error_is_an_outcome(Outcome outcome, String state, String described) {
        assertThat(Errno.outcome(state)).as(described).isEqualTo(outcome);
    }

    @Test
    void who_made_it_is_told_where_the_kernel_told() {
        assertThat(Errno.cause("EHOSTUNREACH", "3.13@10.250.0.12")).contains(new Cause.Icmp(3, 13, "10.250.0.12"));
        assertThat(Errno.cause("EACCES", "1.1@fd00::1")).contains(new Cause.Icmp(1, 1, "fd00::1"));
        assertThat(Errno.cause("ECONNREFUSED", "none")).contains(new Cause.Reset());
        assertThat(Errno.cause("ENETUNREACH", "own")).contains(new Cause.OwnKernel("ENETUNREACH"));
        assertThat(Errno.cause("unsupported", "-")).contains(new Cause.NoProtocol());
        assertThat(Errno.cause("ECONNREFUSED", "-")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "3", "3.13", "3.13@", "3.1333@10.0.0.1", "3.13@evil.example", "none of it"})
    void what_cannot_be_read_is_no_cause(String why) {
        assertThat(Errno.cause("ECONNREFUSED", why)).isEqualTo(Optional.empty());
    }
}
