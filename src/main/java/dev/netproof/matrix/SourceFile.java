package dev.netproof.matrix;

import dev.netproof.model.Location;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/** The text of a file, its lines, and positions in it. */
final class SourceFile {
    static final int MOST_BYTES = 1 << 20;

    private final String name;
    private final String text;
    private final String sha256;
    private final List<String> lines;
    private final Optional<Span> malformed;

    private SourceFile(String name, String text, String sha256, Optional<Integer> malformed) {
        this.name = name;
        this.text = text;
        this.sha256 = sha256;
        this.lines = split(text);
        this.malformed = malformed.map(this::spanAt);
    }

    static SourceFile of(String name, byte[] bytes) {
        int start = startsWithByteOrderMark(bytes) ? 3 : 0;
        ByteBuffer in = ByteBuffer.wrap(bytes, start, bytes.length - start);
        CharBuffer out = CharBuffer.allocate(bytes.length);
        CoderResult result = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT)
                .decode(in, out, true);
        if (result.isError()) {
            // Lenient for the excerpt alone: the caller stops here.
            String lenient = new String(bytes, start, bytes.length - start, StandardCharsets.UTF_8);
            return new SourceFile(name, lenient, sha256(bytes), Optional.of(out.position()));
        }
        return new SourceFile(name, out.flip().toString(), sha256(bytes), Optional.empty());
    }

    /** A file of which there is nothing to show. */
    static SourceFile unread(String name) {
        return new SourceFile(name, "", "", Optional.empty());
    }

    String name() {
        return name;
    }

    String sha256() {
        return sha256;
    }

    /** The line's text, or nothing beyond the last line. */
    String line(int number) {
        return number <= lines.size() ? lines.get(number - 1) : "";
    }

    String text() {
        return text;
    }

    List<String> lines() {
        return lines;
    }

    Location location(Span span) {
        return new Location(name, span.line(), span.column());
    }

    /** Where the bytes stop being UTF-8. */
    Optional<Span> malformed() {
        return malformed;
    }

    /** The first character that YAML does not allow, or that would shift the columns of everything behind it. */
    Optional<Span> unprintable() {
        int index = 0;
        while (index < text.length()) {
            int character = text.codePointAt(index);
            if (!StreamReader.isPrintable(character)
                    || character == 0x85
                    || character == 0x2028
                    || character == 0x2029
                    || character == 0xFEFF) {
                return Optional.of(spanAt(index));
            }
            index += Character.charCount(character);
        }
        return Optional.empty();
    }

    int characterAt(Span span) {
        String line = line(span.line());
        int index = line.offsetByCodePoints(0, Math.min(span.column() - 1, line.codePointCount(0, line.length())));
        return index < line.length() ? line.codePointAt(index) : '\n';
    }

    /** The first place of a word at or behind another place. */
    Optional<Span> find(String word, Span from) {
        for (int number = from.line(); number <= lines.size(); number++) {
            String line = lines.get(number - 1);
            int index = line.indexOf(word, number == from.line() ? offset(line, from.column()) : 0);
            if (index >= 0) {
                return Optional.of(
                        new Span(number, line.codePointCount(0, index) + 1, word.codePointCount(0, word.length())));
            }
        }
        return Optional.empty();
    }

    private static int offset(String line, int column) {
        return line.offsetByCodePoints(0, Math.min(column - 1, line.codePointCount(0, line.length())));
    }

    private Span spanAt(int index) {
        List<String> before = split(text.substring(0, Math.min(index, text.length())));
        String last = before.get(before.size() - 1);
        return new Span(before.size(), last.codePointCount(0, last.length()) + 1, 1);
    }

    private static boolean startsWithByteOrderMark(byte[] bytes) {
        return bytes.length >= 3 && bytes[0] == (byte) 0xEF && bytes[1] == (byte) 0xBB && bytes[2] == (byte) 0xBF;
    }

    /** At the line breaks that YAML 1.2 knows, so that line numbers are the parser's. */
    private static List<String> split(String text) {
        List<String> lines = new ArrayList<>();
        int start = 0;
        for (int index = 0; index < text.length(); index++) {
            char character = text.charAt(index);
            if (character == '\n' || character == '\r') {
                lines.add(text.substring(start, index));
                if (character == '\r' && index + 1 < text.length() && text.charAt(index + 1) == '\n') {
                    index++;
                }
                start = index + 1;
            }
        }
        lines.add(text.substring(start));
        return lines;
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException everyJavaHasIt) {
            throw new IllegalStateException(everyJavaHasIt);
        }
    }
}
