package dev.netproof.cli;

import dev.netproof.text.Visible;
import java.io.FilterWriter;
import java.io.IOException;
import java.io.Writer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The last filter before a terminal, or a CI runner that looks for commands. Messages neutralise the values that they quote themselves;
 * this catches what one of them forgot, line by line.
 */
final class GuardedWriter extends FilterWriter {
    /** Colours, the live line's return to the start of its line, and the tabs of stack traces. */
    private static final Pattern OURS_ON_A_TERMINAL = Pattern.compile("\u001b\\[[0-9;]*m|\r\u001b\\[2K|\t");

    private static final Pattern OURS = Pattern.compile("\t");
    private static final boolean LINES_END_WITH_A_RETURN =
            System.lineSeparator().equals("\r\n");

    private final Pattern ours;
    private final StringBuilder line = new StringBuilder();

    private GuardedWriter(Writer out, Pattern ours) {
        super(out);
        this.ours = ours;
    }

    /** For a stream that a terminal shows, where colours are netproof's own. */
    static GuardedWriter ofTerminal(Writer out) {
        return new GuardedWriter(out, OURS_ON_A_TERMINAL);
    }

    /** For a pipe, a file, a log: nothing but text. */
    static GuardedWriter ofText(Writer out) {
        return new GuardedWriter(out, OURS);
    }

    @Override
    public void write(int c) throws IOException {
        write(new char[] {(char) c}, 0, 1);
    }

    @Override
    public void write(String text, int offset, int length) throws IOException {
        write(text.toCharArray(), offset, length);
    }

    @Override
    public void write(char[] text, int offset, int length) throws IOException {
        synchronized (lock) {
            for (int i = offset; i < offset + length; i++) {
                if (text[i] == '\n') {
                    boolean returned =
                            LINES_END_WITH_A_RETURN && !line.isEmpty() && line.charAt(line.length() - 1) == '\r';
                    line.setLength(line.length() - (returned ? 1 : 0));
                    pass();
                    out.write(System.lineSeparator());
                } else {
                    line.append(text[i]);
                }
            }
        }
    }

    @Override
    public void flush() throws IOException {
        synchronized (lock) {
            pass();
            out.flush();
        }
    }

    @Override
    public void close() throws IOException {
        synchronized (lock) {
            pass();
            out.close();
        }
    }

    private void pass() throws IOException {
        out.write(visible(line.toString(), ours));
        line.setLength(0);
    }

    /** A line of text as any stream may have it. */
    static String visible(String line) {
        return visible(line, OURS);
    }

    private static String visible(String line, Pattern ours) {
        StringBuilder visible = new StringBuilder();
        Matcher own = ours.matcher(line);
        int from = 0;
        while (own.find()) {
            visible.append(Visible.of(line.substring(from, own.start()))).append(own.group());
            from = own.end();
        }
        return visible.append(Visible.of(line.substring(from))).toString();
    }
}
