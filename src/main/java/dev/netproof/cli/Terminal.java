package dev.netproof.cli;

import dev.netproof.model.CheckResult;
import dev.netproof.report.ConsoleStyle;
import dev.netproof.run.Progress;
import dev.netproof.text.Visible;
import java.io.Console;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/** Where the output goes. */
final class Terminal {
    private Terminal() {}

    // scripts/netproof sets jdk.console=java.base, with which newer JDKs too have a console only on a terminal.
    @SuppressWarnings("SystemConsoleNull")
    static boolean isTerminal() {
        String term = System.getenv("TERM");
        return System.console() != null && term != null && !term.equals("dumb");
    }

    static boolean colours() {
        String no = System.getenv("NO_COLOR");
        return isTerminal() && (no == null || no.isEmpty());
    }

    static ConsoleStyle style(ConsoleStyle.Detail detail) {
        return new ConsoleStyle(detail, colours() ? ConsoleStyle.Colour.ALWAYS : ConsoleStyle.Colour.NEVER, width());
    }

    private static int width() {
        try {
            return Integer.parseInt(System.getenv().getOrDefault("COLUMNS", ""));
        } catch (NumberFormatException e) {
            return ConsoleStyle.DEFAULT_WIDTH;
        }
    }

    /** A stream for messages that neutralises commands to a terminal or a CI runner. */
    static PrintWriter guarded(PrintStream stream) {
        Writer text = new OutputStreamWriter(stream, StandardCharsets.UTF_8);
        return new PrintWriter(isTerminal() ? GuardedWriter.ofTerminal(text) : GuardedWriter.ofText(text), true);
    }

    /** A live line on a terminal, a line for each step elsewhere, and nothing with --quiet. */
    static Progress progress(PrintWriter err, Instant started, Verbosity verbosity) {
        if (verbosity.level() == Verbosity.Level.QUIET) {
            return Progress.NONE;
        }
        return isTerminal()
                ? new LiveLine(err, started, verbosity.level())
                : new Steps(err, started, verbosity.level());
    }

    private record Steps(PrintWriter err, Instant started, Verbosity.Level level) implements Progress {
        @Override
        public void step(String what) {
            err.println("netproof: " + Visible.of(what));
        }

        @Override
        public void decided(int decided, int total, Duration left) {}

        @Override
        public void judged(CheckResult result) {
            if (level == Verbosity.Level.VERBOSE) {
                err.println("netproof: " + seconds(started) + judgement(result));
            }
        }
    }

    private static final class LiveLine implements Progress {
        private final PrintWriter err;
        private final Instant started;
        private final Verbosity.Level level;
        private String shown = "";

        private LiveLine(PrintWriter err, Instant started, Verbosity.Level level) {
            this.err = err;
            this.started = started;
            this.level = level;
        }

        @Override
        public void step(String what) {
            show(Visible.of(what));
        }

        @Override
        public void decided(int decided, int total, Duration left) {
            show(decided + " of " + total + " checks decided"
                    + (decided == total ? "" : ", at most " + Math.max(1, left.toSeconds()) + " s left"));
        }

        @Override
        public void judged(CheckResult result) {
            if (level == Verbosity.Level.VERBOSE) {
                err.print("\r\u001b[2K" + seconds(started) + judgement(result) + "\n");
                shown = "";
            }
        }

        private void show(String text) {
            if (text.equals(shown)) {
                return;
            }
            shown = text;
            err.print("\r\u001b[2K" + seconds(started) + text);
            err.flush();
        }
    }

    private static String seconds(Instant started) {
        return String.format(
                Locale.ROOT,
                "%5.1f s  ",
                Duration.between(started, Instant.now()).toMillis() / 1000.0);
    }

    private static String judgement(CheckResult result) {
        return result.verdict().status() + " " + Visible.of(result.check().sentence());
    }

    /** Asks a question on the terminal; anything but a yes is a no, and so is the lack of a terminal. */
    @SuppressWarnings("SystemConsoleNull")
    static boolean confirms(String question) {
        Console console = System.console();
        if (!isTerminal() || console == null) {
            return false;
        }
        String answer = console.readLine("%s [y/N] ", question);
        return answer != null && answer.strip().equalsIgnoreCase("y");
    }

    /** Removes the live line. */
    static void clear(PrintWriter err) {
        if (isTerminal()) {
            err.print("\r\u001b[2K");
            err.flush();
        }
    }
}
