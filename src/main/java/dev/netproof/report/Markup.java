package dev.netproof.report;

import java.util.ArrayDeque;
import java.util.Deque;

/** HTML as it grows. Every text and every attribute is escaped here, so that no value can become markup. */
final class Markup {
    private final StringBuilder html = new StringBuilder("<!doctype html>\n");
    private final Deque<String> open = new ArrayDeque<>();

    /** Opens an element. Attributes are names and values in turn. */
    Markup open(String element, String... attributes) {
        html.append('<').append(element);
        for (int i = 0; i < attributes.length; i += 2) {
            html.append(' ').append(attributes[i]).append("=\"");
            escape(attributes[i + 1]);
            html.append('"');
        }
        html.append('>');
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
        html.append("</").append(open.pop()).append('>');
        return this;
    }

    /** An element with nothing but text. */
    Markup element(String element, String text, String... attributes) {
        return open(element, attributes).text(text).close();
    }

    Markup line() {
        html.append('\n');
        return this;
    }

    /** A style sheet or script of ours, as it is. */
    Markup embedded(String element, String ours) {
        html.append('<')
                .append(element)
                .append('>')
                .append(ours)
                .append("</")
                .append(element)
                .append('>');
        return this;
    }

    private void escape(String value) {
        String visible = Visible.of(value);
        for (int i = 0; i < visible.length(); i++) {
            char c = visible.charAt(i);
            switch (c) {
                case '&' -> html.append("&amp;");
                case '<' -> html.append("&lt;");
                case '>' -> html.append("&gt;");
                case '"' -> html.append("&quot;");
                case '\'' -> html.append("&#39;");
                default -> html.append(c);
            }
        }
    }

    @Override
    public String toString() {
        return html.toString();
    }
}
