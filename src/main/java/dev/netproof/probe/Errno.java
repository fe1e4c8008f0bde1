package dev.netproof.probe;

import dev.netproof.model.Cause;
import dev.netproof.model.Outcome;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads what {@code probe.py} says of an attempt.
 *
 * @see <a href="https://man7.org/linux/man-pages/man7/ip.7.html">ip(7), IP_RECVERR</a>
 */
final class Errno {
    private static final Pattern ICMP = Pattern.compile("(\\d{1,3})\\.(\\d{1,3})@([0-9a-fA-F.:]{2,45})");

    private Errno() {}

    /** What a failed socket's error means: which of Linux's errors each ICMP message becomes is fixed in the kernel. */
    static Outcome outcome(String state) {
        return switch (state) {
            case "silent", "ETIMEDOUT" -> Outcome.TIMEOUT;
            case "ECONNREFUSED", "ECONNRESET" -> Outcome.REFUSED;
            case "EHOSTUNREACH",
                    "ENETUNREACH",
                    "EACCES",
                    "EPERM",
                    "EHOSTDOWN",
                    "ENETDOWN",
                    "ENONET",
                    "ENOPROTOOPT",
                    "EOPNOTSUPP",
                    "EPROTO" -> Outcome.UNREACHABLE;
            case "unresolved" -> Outcome.DNS_FAILURE;
            default -> Outcome.PROBE_ERROR;
        };
    }

    static Optional<Cause> cause(String state, String why) {
        if (state.equals("unsupported")) {
            return Optional.of(new Cause.NoProtocol());
        }
        Matcher icmp = ICMP.matcher(why);
        if (icmp.matches()) {
            return Optional.of(
                    new Cause.Icmp(Integer.parseInt(icmp.group(1)), Integer.parseInt(icmp.group(2)), icmp.group(3)));
        }
        return switch (why) {
            case "none" -> Optional.of(new Cause.Reset());
            case "own" -> Optional.of(new Cause.OwnKernel(state));
            default -> Optional.empty();
        };
    }
}
