package dev.netproof.kube;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Which arguments and variables of a credential plugin are secrets, as far as their names tell. */
final class ExecSecrets {
    private static final Pattern NAME =
            Pattern.compile("(?i).*(secret|token|passw|pwd|passphrase|credential|api-?_?key|access-?_?key|private).*");

    private ExecSecrets() {}

    /** Has none of them said: what stands behind {@code --client-secret=} or after {@code --password}, and variables of such names. */
    static void conceal(List<String> arguments, Map<String, String> environment) {
        boolean follows = false;
        for (String argument : arguments) {
            int equals = argument.indexOf('=');
            if (equals > 0) {
                if (NAME.matcher(argument.substring(0, equals)).matches()) {
                    Redaction.conceal(argument.substring(equals + 1));
                }
                follows = false;
            } else if (argument.startsWith("-")) {
                follows = NAME.matcher(argument).matches();
            } else {
                if (follows) {
                    Redaction.conceal(argument);
                }
                follows = false;
            }
        }
        environment.forEach((name, value) -> {
            if (NAME.matcher(name).matches()) {
                Redaction.conceal(value);
            }
        });
    }
}
