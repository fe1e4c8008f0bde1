package dev.netproof.report;

/**
 * Text without characters that act instead of being seen.
 *
 * <p>Reports quote what a cluster and a network said. An escape sequence there must not move the cursor of a terminal, a
 * direction override must not turn a sentence round, and a control character must not make an XML file invalid.
 */
final class Visible {
    private static final char REPLACEMENT = '\uFFFD';
    private static final char CONTROL_PICTURES = '\u2400';
    private static final char DELETE_PICTURE = '\u2421';
    private static final char LINE_FEED_PICTURE = '\u240A';

    private Visible() {}

    /** The text on one line: a line feed shows as ␊, an escape as ␛. */
    static String of(String text) {
        int length = text.length();
        int first = 0;
        while (first < length && isPlain(text.charAt(first))) {
            first++;
        }
        if (first == length) {
            return text;
        }
        StringBuilder visible = new StringBuilder(length).append(text, 0, first);
        text.substring(first).codePoints().forEach(c -> visible.appendCodePoint(replace(c)));
        return visible.toString();
    }

    /** Most characters, as they come: letters of every script, arrows, the signs of reports. The others are looked at one by one. */
    private static boolean isPlain(char c) {
        return (c >= 0x20 && c < 0x7F)
                || (c >= 0xA0 && c < 0x2000 && c != 0x061C)
                || (c >= 0x2010 && c < 0x2028)
                || (c >= 0x2070 && c < 0xD800);
    }

    private static int replace(int c) {
        if (c < 0x20) {
            return CONTROL_PICTURES + c;
        }
        if (c == 0x7F) {
            return DELETE_PICTURE;
        }
        if (c == 0x2028 || c == 0x2029) {
            return LINE_FEED_PICTURE;
        }
        boolean acts = within(c, 0x80, 0x9F) || within(c, 0xD800, 0xDFFF) || c == 0xFEFF || turnsDirection(c);
        // U+FFFE, U+FFFF and their like on every plane are no characters.
        return acts || (c & 0xFFFE) == 0xFFFE ? REPLACEMENT : c;
    }

    private static boolean turnsDirection(int c) {
        return c == 0x061C || within(c, 0x200E, 0x200F) || within(c, 0x202A, 0x202E) || within(c, 0x2066, 0x2069);
    }

    private static boolean within(int c, int first, int last) {
        return c >= first && c <= last;
    }
}
