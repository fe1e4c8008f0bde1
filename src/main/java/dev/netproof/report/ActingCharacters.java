package dev.netproof.report;

import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.CharacterEscapes;
import com.fasterxml.jackson.core.io.SerializedString;
import dev.netproof.text.Visible;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Escapes in JSON whatever would act instead of being seen where somebody prints it, and the hash, with which commands to CI runners
 * begin. Readers of JSON get every character back as it was.
 */
final class ActingCharacters extends CharacterEscapes {
    private static final long serialVersionUID = 1L;

    @Override
    public int[] getEscapeCodesForAscii() {
        int[] escapes = CharacterEscapes.standardAsciiEscapesForJSON();
        escapes['#'] = CharacterEscapes.ESCAPE_STANDARD;
        escapes[0x7F] = CharacterEscapes.ESCAPE_STANDARD;
        return escapes;
    }

    @Override
    public @Nullable SerializableString getEscapeSequence(int c) {
        // A surrogate is half a character: the two go together as they are.
        return c < 0x80 || Character.isSurrogate((char) c) || !Visible.isReplaced(c)
                ? null
                : new SerializedString(String.format(Locale.ROOT, "\\u%04X", c));
    }
}
