package dev.netproof.report;

import java.io.IOException;
import java.io.OutputStream;

/** The ways to show a comparison, all in UTF-8. */
public enum ComparisonFormat {
    /** For a person: policies with the edges they moved first, new violations last. */
    TABLE {
        @Override
        public void write(Comparison comparison, ConsoleStyle style, OutputStream out) throws IOException {
            new ComparisonText(style).write(comparison, out);
        }
    },
    /** For a pull request. */
    MARKDOWN {
        @Override
        public void write(Comparison comparison, ConsoleStyle style, OutputStream out) throws IOException {
            new ComparisonMarkdown(MarkdownRoom.COMMENT).write(comparison, out);
        }
    },
    /** For machines, as comparison.schema.json describes it. */
    JSON {
        @Override
        public void write(Comparison comparison, ConsoleStyle style, OutputStream out) throws IOException {
            new ComparisonJson().write(comparison, out);
        }
    };

    /**
     * Writes the whole comparison, flushes the stream and leaves it open.
     *
     * @param style of a table; nothing else looks at it
     */
    public abstract void write(Comparison comparison, ConsoleStyle style, OutputStream out) throws IOException;
}
