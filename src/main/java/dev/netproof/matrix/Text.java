package dev.netproof.matrix;

/** A string of the file and its place. */
record Text(Span span, String value) {

    /** The place of a part of the string, as exact as quotes and escapes allow. */
    Span part(int offset, int length) {
        int characters = value.codePointCount(0, value.length());
        int before = value.codePointCount(0, Math.min(offset, value.length()));
        if (span.width() == characters) {
            return span.part(before, length);
        }
        // In quotes without an escape the text starts one further on.
        return span.width() == characters + 2 ? span.part(before + 1, length) : span;
    }
}
