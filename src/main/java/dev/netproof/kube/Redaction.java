package dev.netproof.kube;

import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What must not be said: every credential that this process has read, and whatever looks like one. All that leaves this package as
 * words goes through here: the messages of {@link ClusterTrouble}, what the API server or the JDK said of a failure, and what is logged.
 *
 * <p>There is one for the process and not one for each cluster: logs and standard error have no cluster that they belong to.
 */
public final class Redaction {
    static final String MARK = "[redacted]";

    /** Shorter words are too many to be taken out, and no secrets. */
    private static final int SHORTEST = 4;

    /** Shorter ones are taken out only where they stand alone: a password may be a part of an honest word. */
    private static final int ANYWHERE = 8;

    /** Tokens are renewed for as long as a process lives. */
    private static final int MOST = 1_000;

    private static final int LONGEST_PATH = 300;

    private static final Set<String> KNOWN = Collections.newSetFromMap(new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
            return size() > MOST;
        }
    });

    private static final Pattern PRIVATE_KEY = Pattern.compile(
            "-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----.*?(-----END [A-Z0-9 ]*PRIVATE KEY-----|\\z)", Pattern.DOTALL);
    private static final Pattern IMPERSONATION =
            Pattern.compile("(?i)\\b(impersonate-(?:user|uid|group|extra-[^\\s:=]+)[\"']?\\s*[:=]\\s*)[^\\r\\n]+");
    private static final Pattern AUTHORIZATION = Pattern.compile(
            "(?i)\\b((?:proxy-)?authorization[\"']?\\s*[:=]\\s*[\"'\\[]*(?:bearer|basic|negotiate|digest)\\s+)[^\\r\\n]+");
    private static final Pattern BEARER = Pattern.compile("(?i)\\b(bearer\\s+)(?=\\S*[0-9._=])[^\\s\"',;]{8,}");
    private static final Pattern JSON_WEB_TOKEN = Pattern.compile("\\beyJ[\\w-]{8,}\\.[\\w-]{8,}(?:\\.[\\w-]*)?");
    private static final Pattern USER_INFO = Pattern.compile("(\\b[A-Za-z][A-Za-z0-9+.-]*://)[^/\\s\"'<>]*@");

    private Redaction() {}

    /** From now on this is not said. Of several lines none is; what is too short to be a secret is passed over. */
    static void conceal(String secret) {
        secret.lines()
                .map(String::strip)
                .filter(line -> line.length() >= SHORTEST && !line.startsWith("-----"))
                .forEach(line -> {
                    synchronized (KNOWN) {
                        KNOWN.remove(line);
                        KNOWN.add(line);
                    }
                });
    }

    /** The text without what must not be said. */
    public static String of(String text) {
        String said = PRIVATE_KEY.matcher(text).replaceAll(MARK);
        for (String secret : known()) {
            if (said.contains(secret)) {
                said = secret.length() >= ANYWHERE
                        ? said.replace(secret, MARK)
                        : Pattern.compile("(?<![A-Za-z0-9])" + Pattern.quote(secret) + "(?![A-Za-z0-9])")
                                .matcher(said)
                                .replaceAll(MARK);
            }
        }
        said = IMPERSONATION.matcher(said).replaceAll("$1" + Matcher.quoteReplacement(MARK));
        said = AUTHORIZATION.matcher(said).replaceAll("$1" + Matcher.quoteReplacement(MARK));
        said = BEARER.matcher(said).replaceAll("$1" + Matcher.quoteReplacement(MARK));
        said = JSON_WEB_TOKEN.matcher(said).replaceAll(MARK);
        return USER_INFO.matcher(said).replaceAll("$1");
    }

    /** The longest first: one may be a part of another. */
    private static List<String> known() {
        synchronized (KNOWN) {
            return KNOWN.stream()
                    .sorted(Comparator.comparing(String::length).reversed())
                    .toList();
        }
    }

    /** A path as it may be shown. Where a path is wanted, people put the text of the file by mistake. */
    static String path(String path) {
        boolean isOne = path.length() <= LONGEST_PATH
                && !path.contains("{")
                && path.chars().noneMatch(Character::isISOControl);
        return isOne ? path : "(" + path.length() + " characters that are no path)";
    }
}
