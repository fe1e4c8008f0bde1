package dev.netproof.report;

import dev.netproof.text.Visible;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Markdown as it grows, the room that is left for it, and the ways to write a value so that it means nothing but itself. */
final class MarkdownPage {
    /** Enough for every "and N more" and heading that may still have to come. */
    private static final int RESERVE = 500;

    private static final String MEANINGFUL = "&<>\"'`*_[]\\|~$@#";
    private static final String WWW = "www";

    /** What makes a line more than text when it begins with it: a command to a bot, a list, a heading's underline. */
    private static final Pattern START =
            Pattern.compile("\\s*(?:\\d+[.)](?=\\s|$)|[!-/:-@\\[-`{-~])", Pattern.UNICODE_CHARACTER_CLASS);

    /** Between the sign of a reference and what it refers to; an entity, so that the file has no invisible character. */
    private static final String GAP = "&#8203;";

    /** Signs of references to people, issues, requests, labels and pages, as they stand when {@link #escaped}, and the start of a URL. */
    private static final Pattern REFERENCE = Pattern.compile(
            "(&#64;|&#(?:33|35|36|37|38|42|91|94|126);(?=[\\w&])|[!%^](?=[\\w&])|\\b[Gg][Hh]-(?=\\d)|&#58;(?=//)|\\b[Ww]{3}&#46;)",
            Pattern.UNICODE_CHARACTER_CLASS);

    private final StringBuilder text = new StringBuilder();
    private int left;

    MarkdownPage(int room) {
        left = room;
    }

    void add(String piece) {
        text.append(piece);
        left -= bytes(piece);
    }

    /** Adds pieces while there is room, and says how many there was none for. */
    void cut(List<String> pieces) {
        for (int i = 0; i < pieces.size(); i++) {
            if (left - bytes(pieces.get(i)) < RESERVE) {
                add("and " + (pieces.size() - i) + " more\n\n");
                return;
            }
            add(pieces.get(i));
        }
    }

    int left() {
        return left;
    }

    byte[] utf8() {
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    static String code(String value) {
        return "<code>" + escaped(value) + "</code>";
    }

    /** Text outside of code: without links and mentions of people and issues, which hosts find in what entities stand for, too. */
    static String prose(String value) {
        return REFERENCE.matcher(escaped(value.strip())).replaceAll("$1" + GAP);
    }

    /** No character of it has a meaning to Markdown, HTML or a bot that looks for names and for lines that begin with a slash. */
    static String escaped(String value) {
        String visible = Visible.of(value);
        Matcher start = START.matcher(visible);
        int marker = start.lookingAt() ? start.end() - 1 : -1;
        StringBuilder escaped = new StringBuilder();
        for (int i = 0; i < visible.length(); i++) {
            char c = visible.charAt(i);
            boolean scheme = c == ':' && visible.startsWith("//", i + 1);
            boolean host = c == '.' && i >= 3 && WWW.equalsIgnoreCase(visible.substring(i - 3, i));
            if (i == marker || scheme || host || (c < 0x80 && MEANINGFUL.indexOf(c) >= 0)) {
                escaped.append("&#").append((int) c).append(';');
            } else {
                escaped.append(c);
            }
        }
        return escaped.toString();
    }

    static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
