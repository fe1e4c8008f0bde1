package dev.netproof.text;

/**
 * Text that is seen and does nothing else.
 *
 * <p>What netproof prints quotes matrices, file names, a cluster and a network. An escape sequence there must not move the cursor of a
 * terminal, a direction override must not turn a sentence round, a letter that nobody sees must not make two names look alike, and a
 * line must not be a command to the CI runner that collects it. Each of these is replaced by something that shows what stood there.
 */
public final class Visible {
    private static final char REPLACEMENT = '\uFFFD';
    private static final char CONTROL_PICTURES = '\u2400';
    private static final char DELETE_PICTURE = '\u2421';
    private static final char LINE_FEED_PICTURE = '\u240A';
    private static final int JOINER = 0x200D;
    private static final int EMOJI_STYLE = 0xFE0F;

    private Visible() {}

    /** The text on one line: a line feed shows as ␊, an escape as ␛, and what a runner would take for a command as {@link RunnerCommands} says. */
    public static String of(String text) {
        return RunnerCommands.broken(characters(text));
    }

    private static String characters(String text) {
        int length = text.length();
        int first = 0;
        while (first < length && isPlain(text.charAt(first))) {
            first++;
        }
        if (first == length) {
            return text;
        }
        StringBuilder visible = new StringBuilder(length).append(text, 0, first);
        int before = first == 0 ? ' ' : text.codePointBefore(first);
        for (int i = first; i < length; ) {
            int c = text.codePointAt(i);
            visible.appendCodePoint(joins(before, c) ? c : replaced(c));
            before = c;
            i += Character.charCount(c);
        }
        return visible.toString();
    }

    /** Most characters, as they come: letters of many scripts, arrows, the signs of reports. The others are looked at one by one. */
    private static boolean isPlain(char c) {
        return (c >= 0x20 && c < 0x7F)
                || (c >= 0xA0 && c < 0x34F && c != 0xAD)
                || (c >= 0x370 && c < 0x600)
                || (c >= 0x2010 && c < 0x2028)
                || (c >= 0x2070 && c < 0x3164)
                || (c >= 0x3165 && c < 0xD800);
    }

    /** Whether a character, wherever it stands, is one that {@link #of} may show as another. */
    public static boolean isReplaced(int c) {
        return replaced(c) != c;
    }

    private static int replaced(int c) {
        if (c < 0x20) {
            return CONTROL_PICTURES + c;
        }
        if (c == 0x7F) {
            return DELETE_PICTURE;
        }
        if (c == 0x2028 || c == 0x2029) {
            return LINE_FEED_PICTURE;
        }
        boolean acts = within(c, 0x80, 0x9F) || within(c, 0xD800, 0xDFFF) || isIgnorable(c);
        // U+FFFE, U+FFFF and their like on every plane are no characters.
        return acts || (c & 0xFFFE) == 0xFFFE ? REPLACEMENT : c;
    }

    /** What Unicode calls default ignorable, which nobody sees, with the marks that turn the direction and those that annotate. */
    private static boolean isIgnorable(int c) {
        return c == 0xAD
                || c == 0x34F
                || c == 0x61C
                || within(c, 0x115F, 0x1160)
                || within(c, 0x17B4, 0x17B5)
                || within(c, 0x180B, 0x180F)
                || within(c, 0x200B, 0x200F)
                || within(c, 0x202A, 0x202E)
                || within(c, 0x2060, 0x206F)
                || c == 0x3164
                || within(c, 0xFE00, 0xFE0F)
                || c == 0xFEFF
                || c == 0xFFA0
                || within(c, 0xFFF0, 0xFFFB)
                || within(c, 0x1BCA0, 0x1BCA3)
                || within(c, 0x1D173, 0x1D17A)
                || within(c, 0xE0000, 0xE0FFF);
    }

    /** Persian words and many pictures are joined by characters that have no width: behind a letter of another script or a picture they stay. */
    private static boolean joins(int before, int c) {
        boolean isJoiner = within(c, 0x200C, JOINER) || within(c, 0xFE00, EMOJI_STYLE);
        boolean behindOne = before >= 0x80 && !isIgnorable(before) && !within(before, 0x80, 0x9F);
        return isJoiner && (behindOne || (c == JOINER && before == EMOJI_STYLE));
    }

    private static boolean within(int c, int first, int last) {
        return c >= first && c <= last;
    }
}
