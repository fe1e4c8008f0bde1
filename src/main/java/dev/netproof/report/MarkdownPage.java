package dev.netproof.report;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** Markdown as it grows, the room that is left for it, and the ways to write a value so that it means nothing but itself. */
final class MarkdownPage {
    /** Enough for every "and N more" and heading that may still have to come. */
    private static final int RESERVE = 500;

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

    /** Text outside of code: without mentions of people and issues, which GitHub finds in what entities stand for, too. */
    static String prose(String value) {
        return escaped(value.replace("@", "@\u200B").replace("#", "#\u200B"));
    }

    static String escaped(String value) {
        StringBuilder escaped = new StringBuilder();
        Visible.of(value).codePoints().forEach(c -> {
            if (c < 0x80 && "&<>\"'`*_[]\\|~$".indexOf(c) >= 0) {
                escaped.append("&#").append(c).append(';');
            } else {
                escaped.appendCodePoint(c);
            }
        });
        return escaped.toString();
    }

    static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
