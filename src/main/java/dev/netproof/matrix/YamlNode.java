package dev.netproof.matrix;

import java.util.List;

/** YAML as in the file: resolved by the rules of YAML 1.2, every node with its place. */
sealed interface YamlNode {
    /** Reported already; kept with a refused value, so that a mapping is not also reported for missing keys. */
    String MERGE_KEY = "<<";

    Span span();

    /** A single value. */
    record Scalar(Span span, String value, Type type, Style style) implements YamlNode {
        Text text() {
            return new Text(span, value);
        }
    }

    /** A list. */
    record Sequence(Span span, List<YamlNode> items) implements YamlNode {}

    /** Keys and values, in the file's order, each key once. */
    record Mapping(Span span, List<Entry> entries) implements YamlNode {}

    /** A value that has been reported already; it is not checked again. */
    record Refused(Span span) implements YamlNode {}

    /** One line of a mapping. */
    record Entry(Text key, YamlNode value) {}

    /** What YAML 1.2 takes a scalar for. */
    enum Type {
        TEXT,
        NOTHING,
        TRUE_OR_FALSE,
        WHOLE_NUMBER,
        NUMBER
    }

    /** How a scalar is written. */
    enum Style {
        PLAIN,
        QUOTED,
        LITERAL,
        FOLDED
    }
}
