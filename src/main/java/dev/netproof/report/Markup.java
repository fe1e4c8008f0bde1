package dev.netproof.report;

import dev.netproof.text.Visible;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;

/**
 * HTML, written as it is produced: a large report is never in memory as a whole. Every text and every attribute is escaped here, so that no
 * value can become markup.
 */
final class Markup {
    private final Writer out;
    private final Deque<String> open = new ArrayDeque<>();

    Markup(Writer out) {
        this.out = out;
        put("<!doctype html>\n");
    }

    /** Opens an element. Attributes are names and values in turn. */
    Markup open(String element, String... attributes) {
        put("<");
        put(element);
        for (int i = 0; i < attributes.length; i += 2) {
            put(" ");
            put(attributes[i]);
            put("=\"");
            escape(attributes[i + 1]);
            put("\"");
        }
        put(">");
        open.push(element);
        return this;
    }

    /** An element that has no end. */
    Markup empty(String element, String... attributes) {
        open(element, attributes);
        open.pop();
        return this;
    }

    Markup text(String text) {
        escape(text);
        return this;
    }

    Markup close() {
        put("</");
        put(open.pop());
        put(">");
        return this;
    }

    /** An element with nothing but text. */
    Markup element(String element, String text, String... attributes) {
        return open(element, attributes).text(text).close();
    }

    Markup line() {
        put("\n");
        return this;
    }

    /** A style sheet or script of ours, as it is. */
    Markup embedded(String element, String ours) {
        put("<" + element + ">");
        put(ours);
        put("</" + element + ">");
        return this;
    }

    /** The mark that everybody sees, and the word for those who hear the page. */
    Markup sign(Sign sign) {
        return element("span", sign.symbol(), "class", "mark", "aria-hidden", "true")
                .element("span", sign.word() + ": ", "class", "vh");
    }

    /** A term and what it is, within a list of them. */
    Markup fact(String name, String value) {
        return open("div").element("dt", name).element("dd", value).close();
    }

    static String tone(Sign sign) {
        return sign.tone().name().toLowerCase(Locale.ROOT);
    }

    static String upper(String text) {
        return text.isEmpty() ? text : Character.toUpperCase(text.charAt(0)) + text.substring(1);
    }

    private void escape(String value) {
        String visible = Visible.of(value);
        int from = 0;
        for (int i = 0; i < visible.length(); i++) {
            String entity = switch (visible.charAt(i)) {
                case '&' -> "&amp;";
                case '<' -> "&lt;";
                case '>' -> "&gt;";
                case '"' -> "&quot;";
                case '\'' -> "&#39;";
                default -> "";
            };
            if (!entity.isEmpty()) {
                put(visible.substring(from, i));
                put(entity);
                from = i + 1;
            }
        }
        put(from == 0 ? visible : visible.substring(from));
    }

    private void put(String text) {
        try {
            out.write(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
