package dev.netproof.matrix;

import dev.netproof.model.PortRef;
import java.util.Optional;
import java.util.regex.Pattern;

/** Ports by number or name. */
final class Ports {
    private static final Pattern DIGITS = Pattern.compile("[0-9]+");

    private Ports() {}

    /** @param names what a name may be: those of Services are longer than those of containers */
    static Optional<PortRef> numberOrName(Diagnostics findings, Span span, String written, KubernetesNames names) {
        if (looksLikeNumber(written)) {
            return number(findings, span, written);
        }
        if (names.accepts(written)) {
            return Optional.of(new PortRef.Name(written));
        }
        findings.add(span, Problems.badPort(written, names));
        return Optional.empty();
    }

    /** Where a name has no meaning. */
    static Optional<PortRef> number(Diagnostics findings, Span span, String written) {
        if (!DIGITS.matcher(written).matches()) {
            findings.add(span, Problems.portIsNoNumber(written));
        } else if (written.length() > 1 && written.startsWith("0")) {
            findings.add(span, Problems.leadingZero(written));
        } else if (written.length() > 5 || Integer.parseInt(written) < 1 || Integer.parseInt(written) > 65535) {
            findings.add(span, Problems.portOutOfRange(written));
        } else {
            return Optional.of(new PortRef.Number(Integer.parseInt(written)));
        }
        return Optional.empty();
    }

    static boolean looksLikeNumber(String written) {
        return DIGITS.matcher(written).matches();
    }
}
