package dev.netproof.text;

import java.util.ArrayList;
import java.util.List;

/** How many columns of a terminal a text takes. */
public final class TextWidth {
    private static final int[][] WIDE = {
        {0x1100, 0x115F}, {0x231A, 0x231B}, {0x23E9, 0x23EC}, {0x26A1, 0x26A1}, {0x2705, 0x2705}, {0x274C, 0x274C},
        {0x2E80, 0x303E}, {0x3041, 0xA4CF}, {0xAC00, 0xD7A3}, {0xF900, 0xFAFF}, {0xFE30, 0xFE6F}, {0xFF00, 0xFF60},
        {0xFFE0, 0xFFE6}, {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF}, {0x1F900, 0x1FAFF}, {0x20000, 0x3FFFD}
    };

    private TextWidth() {}

    /** In columns: East Asian characters and pictures take two, combining marks none. */
    public static int of(String text) {
        return text.codePoints().map(TextWidth::of).sum();
    }

    private static int of(int c) {
        int type = Character.getType(c);
        if (type == Character.NON_SPACING_MARK || type == Character.ENCLOSING_MARK || type == Character.FORMAT) {
            return 0;
        }
        for (int[] range : WIDE) {
            if (c >= range[0] && c <= range[1]) {
                return 2;
            }
        }
        return 1;
    }

    /** The text and blanks after it up to a width. */
    public static String padded(String text, int width) {
        return text + " ".repeat(Math.max(0, width - of(text)));
    }

    /** A long text without its middle. */
    public static String shortened(String text, int width) {
        if (of(text) <= width) {
            return text;
        }
        int[] points = text.codePoints().toArray();
        int head = 0;
        int tail = points.length;
        int used = 1;
        while (head < tail) {
            int next = (points.length - tail) < head ? points[tail - 1] : points[head];
            used += of(next);
            if (used > width) {
                break;
            }
            if ((points.length - tail) < head) {
                tail--;
            } else {
                head++;
            }
        }
        return new String(points, 0, head) + "…" + new String(points, tail, points.length - tail);
    }

    /** The text in lines that fit, broken at blanks; a word that is longer than a line stays whole, to be copied. */
    public static List<String> wrapped(String text, int width) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        int used = 0;
        int from = 0;
        while (from <= text.length()) {
            int blank = text.indexOf(' ', from);
            int to = blank < 0 ? text.length() : blank;
            String word = text.substring(from, to);
            int room = of(word);
            if (used > 0 && used + 1 + room > width) {
                lines.add(line.toString());
                line.setLength(0);
                used = 0;
            } else if (from > 0) {
                line.append(' ');
                used++;
            }
            line.append(word);
            used += room;
            from = to + 1;
        }
        lines.add(line.toString());
        return lines;
    }
}
