package dev.netproof.matrix;

import java.net.IDN;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** What addresses look like. Nothing here looks a name up. */
final class Addresses {
    private static final String BYTE = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
    private static final Pattern IPV4 = Pattern.compile(BYTE + "(\\." + BYTE + "){3}");
    /** Without a step back: it would take one of the stack's frames for each number. */
    private static final Pattern LOOKS_LIKE_IPV4 = Pattern.compile("[0-9]++(?:\\.[0-9]++)++");

    private static final Pattern IPV6 = Pattern.compile("[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*");
    private static final Pattern HOST = Pattern.compile(
            "[A-Za-z0-9]([-A-Za-z0-9]{0,61}[A-Za-z0-9])?(\\.[A-Za-z0-9]([-A-Za-z0-9]{0,61}[A-Za-z0-9])?)+\\.?");
    private static final Pattern REQUEST_PATH = Pattern.compile("[/?][A-Za-z0-9\\-._~!$&'()*+,;=:@/?]*");

    private static final Pattern ESCAPED = Pattern.compile("%[0-9A-Fa-f]{2}");

    private Addresses() {}

    /** A name with at least one dot that a resolver can be asked for. */
    static boolean isHost(String host) {
        return host.length() <= 253
                && HOST.matcher(host).matches()
                && !LOOKS_LIKE_IPV4.matcher(host).matches();
    }

    static boolean isIpLiteral(String text) {
        return LOOKS_LIKE_IPV4.matcher(text).matches() || text.startsWith("[");
    }

    /** An address without brackets, from {@code 10.1.2.3}, {@code [fd00::1]} or {@code fd00::1}. */
    static Optional<String> ip(String literal) {
        if (IPV4.matcher(literal).matches()) {
            return Optional.of(literal);
        }
        String bare =
                literal.startsWith("[") && literal.endsWith("]") ? literal.substring(1, literal.length() - 1) : literal;
        if (bare.length() > 45 || !IPV6.matcher(bare).matches()) {
            return Optional.empty();
        }
        try {
            // With a colon in it this is parsed as an address or refused, and never looked up.
            return InetAddress.getByName(bare) instanceof Inet6Address
                    ? Optional.of(bare.toLowerCase(Locale.ROOT))
                    : Optional.empty();
        } catch (UnknownHostException noAddress) {
            return Optional.empty();
        }
    }

    static boolean isRequestPath(String path) {
        // In two steps: one pattern of alternatives is matched by recursion, and a long path overflows the stack.
        return REQUEST_PATH.matcher(ESCAPED.matcher(path).replaceAll("~")).matches();
    }

    /** How a name in another script is written for DNS. */
    static Optional<String> ascii(String host) {
        try {
            String ascii = IDN.toASCII(host);
            return ascii.equals(host) || !isHost(ascii) ? Optional.empty() : Optional.of(ascii);
        } catch (IllegalArgumentException cannotBeWritten) {
            return Optional.empty();
        }
    }
}
