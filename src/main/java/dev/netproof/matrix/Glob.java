package dev.netproof.matrix;

/**
 * A shell pattern: {@code *} for any characters, {@code ?} for one; all other characters match themselves.
 *
 * <p>Matched by hand: as a regular expression, a pattern of many stars takes time without end.
 */
record Glob(String text) {

    boolean matches(String word) {
        int at = 0;
        int in = 0;
        int star = -1;
        int resume = 0;
        while (in < word.length()) {
            if (at < text.length() && text.charAt(at) == '*') {
                star = at++;
                resume = in;
            } else if (at < text.length() && (text.charAt(at) == '?' || text.charAt(at) == word.charAt(in))) {
                at++;
                in++;
            } else if (star >= 0) {
                // The last star takes one more.
                at = star + 1;
                in = ++resume;
            } else {
                return false;
            }
        }
        while (at < text.length() && text.charAt(at) == '*') {
            at++;
        }
        return at == text.length();
    }
}
