package dev.netproof.probe;

import dev.netproof.model.Outcome;
import dev.netproof.plan.Attempt;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * Reads an outcome out of raw figures. TCP is open if and only if curl says that it connected; all else explains.
 *
 * @see <a href="https://curl.se/libcurl/c/libcurl-errors.html">curl's exit codes</a>
 */
final class Outcomes {
    private static final int COULD_NOT_RESOLVE = 6;
    private static final int COULD_NOT_CONNECT = 7;
    private static final int TIMED_OUT = 28;
    private static final int NO_SUCH_INTERFACE = 45;
    private static final int FORBIDDEN = 403;

    private Outcomes() {}

    /** One transfer as curl reports it; times in seconds. */
    record Transfer(int exit, double lookup, double connect, double total, int connects, int status, String message) {
        boolean opened() {
            return connects >= 1 || connect > 0;
        }

        boolean resolved() {
            return exit != COULD_NOT_RESOLVE && (exit != TIMED_OUT || lookup > 0);
        }
    }

    static Outcome of(Attempt attempt, Transfer transfer, Optional<String> socketError, Duration timeout) {
        if (attempt instanceof Attempt.Lookup) {
            return lookup(transfer);
        }
        if (transfer.opened()) {
            return attempt instanceof Attempt.Http http ? response(http, transfer) : Outcome.CONNECTED;
        }
        if (attempt instanceof Attempt.ByName && !transfer.resolved()) {
            return Outcome.DNS_FAILURE;
        }
        return switch (transfer.exit()) {
            case TIMED_OUT -> Outcome.TIMEOUT;
            case COULD_NOT_CONNECT -> refusal(socketError, transfer, timeout);
            default -> Outcome.PROBE_ERROR;
        };
    }

    /** What follows a look-up fails by intent; that it came so far says that the name resolved. */
    private static Outcome lookup(Transfer transfer) {
        if (!transfer.resolved()) {
            return Outcome.DNS_FAILURE;
        }
        return switch (transfer.exit()) {
            case COULD_NOT_CONNECT, NO_SUCH_INTERFACE, TIMED_OUT -> Outcome.CONNECTED;
            default -> transfer.opened() ? Outcome.CONNECTED : Outcome.PROBE_ERROR;
        };
    }

    private static Outcome response(Attempt.Http http, Transfer transfer) {
        return transfer.status() == 0 ? Outcome.RESET : status(http, transfer.status());
    }

    static Outcome status(Attempt.Http http, int status) {
        boolean expected = http.status().map(s -> s == status).orElse(status != FORBIDDEN);
        return expected ? Outcome.CONNECTED : Outcome.L7_DENIED;
    }

    private static Outcome refusal(Optional<String> socketError, Transfer transfer, Duration timeout) {
        String error = socketError.orElse(transfer.message()).toLowerCase(Locale.ROOT);
        if (error.contains("refused")) {
            return Outcome.REFUSED;
        }
        if (error.contains("no route")
                || error.contains("unreachable")
                || error.contains("permission")
                || error.contains("prohibited")
                || error.contains("protocol not available")) {
            return Outcome.UNREACHABLE;
        }
        if (error.contains("timed out")) {
            return Outcome.TIMEOUT;
        }
        // An answer from the network is quick; silence is as long as the time-out.
        return transfer.total() * 1000 >= timeout.toMillis() * 0.9 ? Outcome.TIMEOUT : Outcome.REFUSED;
    }

    /** Reads what busybox's or BIND's nslookup printed, lines joined by bars. */
    static Outcome ofAnswer(int status, String answer) {
        String text = answer.toLowerCase(Locale.ROOT);
        // NXDOMAIN, SERVFAIL and an empty answer are answers all the same: packets went there and came back.
        if (text.contains("can't find") || text.contains("no answer") || text.contains("name:")) {
            return Outcome.CONNECTED;
        }
        if (text.contains("connection refused")) {
            return Outcome.REFUSED;
        }
        if (text.contains("no route")
                || text.contains("unreachable")
                || text.contains("not permitted")
                || text.contains("permission denied")) {
            return Outcome.UNREACHABLE;
        }
        if (text.contains("timed out") || status == 124 || status == 143) {
            return Outcome.TIMEOUT;
        }
        return Outcome.PROBE_ERROR;
    }
}
