package dev.netproof.text;

import java.util.regex.Pattern;

/** Words of commands that people copy into a shell. */
public final class ShellWord {
    private static final Pattern SAFE = Pattern.compile("[A-Za-z0-9_@%+,./:-]+");

    private ShellWord() {}

    /** The text as one word to any POSIX shell, in single quotes where it holds more than a shell leaves alone. */
    public static String of(String text) {
        return SAFE.matcher(text).matches() ? text : "'" + text.replace("'", "'\\''") + "'";
    }

    /** The same for a file that is named to netproof: one that begins with a dash is no option, and one with an at sign no list of options. */
    public static String ofFile(String name) {
        return of(name.startsWith("-") || name.startsWith("@") ? "./" + name : name);
    }
}
