package dev.netproof.text;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the runners of CI systems take for commands in the log of a step, and how it is kept from being one.
 *
 * <ul>
 *   <li>GitHub, Forgejo, Gitea: a line that begins with {@code ::NAME}, after any white space, and the older {@code ##[NAME]} anywhere
 *   <li>Azure Pipelines: {@code ##vso[} and {@code ##[} anywhere
 *   <li>TeamCity: {@code ##teamcity[} anywhere
 * </ul>
 *
 * <p>The colons become ∶∶ and the hashes ♯♯, which look the same, are as wide and mean nothing to a runner. An address such as ::1
 * stays, and so do fd00::1, std::x, {@code # heading} and {@code ## heading}.
 *
 * @see <a href="https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands">GitHub's commands</a>
 * @see <a href="https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands">Azure's</a>
 * @see <a href="https://www.jetbrains.com/help/teamcity/service-messages.html">TeamCity's</a>
 */
public final class RunnerCommands {
    private static final String COLONS = "\u2236\u2236";
    private static final String HASHES = "\u266F\u266F";

    /** At the start or behind a blank, where wrapping may make it a start, unless it is an IPv6 address in its whole length. */
    private static final Pattern AT_START = Pattern.compile(
            "(?<!\\S)::(?=\\S)(?!(?:[0-9a-f]{1,4}(?::[0-9a-f]{1,4})*)?(?:/\\d{1,3})?(?![\\w:/-]))",
            Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CHARACTER_CLASS);

    private static final Pattern ANYWHERE = Pattern.compile("##(?=(?:vso|teamcity)?\\[)", Pattern.CASE_INSENSITIVE);

    private RunnerCommands() {}

    /** The text without a command in it, as long and as wide as before. */
    public static String broken(String text) {
        String broken = text;
        if (text.contains("::")) {
            broken = AT_START.matcher(broken).replaceAll(COLONS);
        }
        if (text.contains("##")) {
            broken = ANYWHERE.matcher(broken).replaceAll(Matcher.quoteReplacement(HASHES));
        }
        return broken;
    }
}
