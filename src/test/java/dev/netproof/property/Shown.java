package dev.netproof.property;

import java.util.Collection;
import java.util.Map;
import java.util.stream.Collectors;

/** A value as a report shows it: text in quotes, and of what cannot be seen its number. */
final class Shown {
    private Shown() {}

    static String text(Object value) {
        if (value instanceof String text) {
            return '"' + escaped(text.replace("\\", "\\\\").replace("\"", "\\\"")) + '"';
        }
        if (value instanceof Collection<?> values) {
            return values.stream().map(Shown::text).collect(Collectors.joining(", ", "[", "]"));
        }
        if (value instanceof Map.Entry<?, ?> pair) {
            return text(pair.getKey()) + " and " + text(pair.getValue());
        }
        return escaped(String.valueOf(value));
    }

    private static String escaped(String text) {
        StringBuilder shown = new StringBuilder();
        for (char c : text.toCharArray()) {
            if (c == '\n') {
                shown.append("\\n");
            } else if (c < ' ' || c > '~') {
                shown.append(String.format("\\u%04x", (int) c));
            } else {
                shown.append(c);
            }
        }
        return shown.toString();
    }
}
