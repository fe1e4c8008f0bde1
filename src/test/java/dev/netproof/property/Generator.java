package dev.netproof.property;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Makes values at random. Edges, such as bounds, empty lists and odd characters, come up more often than by pure chance. */
@FunctionalInterface
public interface Generator<T> {
    /** The value that these choices make; only they may decide what it is. */
    T from(Choices choices);

    default <R> Generator<R> map(Function<? super T, ? extends R> change) {
        return choices -> change.apply(from(choices));
    }

    /** One of these values, the simplest of which is named first. */
    @SafeVarargs
    static <T> Generator<T> anyOf(T... values) {
        return choices -> values[choices.below(values.length)];
    }

    /** A value of one of these kinds, the simplest of which is named first. */
    @SafeVarargs
    static <T> Generator<T> oneOf(Generator<? extends T>... kinds) {
        return choices -> kinds[choices.below(kinds.length)].from(choices);
    }

    /** Both bounds are included. */
    static Generator<Integer> integers(int from, int to) {
        int count = Math.addExact(Math.subtractExact(to, from), 1);
        return choices -> from + choices.belowOrAtAnEdge(count);
    }

    /** Lists of up to so many elements: of a few, of some twenty, or of as many as there may be. */
    static <T> Generator<List<T>> lists(Generator<? extends T> element, int fewest, int most) {
        return choices -> {
            int room = most - fewest;
            int more = switch (choices.below(3)) {
                case 0 -> Math.min(room, 3);
                case 1 -> Math.min(room, 20);
                default -> room;
            };
            List<T> list = new ArrayList<>();
            // DesiredPod before each element, so that an element can be taken out together with its question.
            while (list.size() < fewest || list.size() < fewest + more && choices.below(more + 1) > 0) {
                list.add(element.from(choices));
            }
            return list;
        };
    }

    /** Text of any characters, up to so many of them. */
    static Generator<String> strings(int longest) {
        return lists(characters(), 0, longest).map(characters -> String.join("", characters));
    }

    private static Generator<String> characters() {
        Generator<String> ascii = choices -> Character.toString('a' + choices.below('z' - 'a' + 1));
        Generator<String> printable = choices -> Character.toString(' ' + choices.below('~' - ' ' + 1));
        Generator<String> odd = anyOf(
                "\n", "\r", "\t", "\0", "\u001b", "\u007f", "\u0085", "\u00a0", "\u2028", "\u202e", "\ufeff", "\ud83d");
        Generator<String> letters = choices -> Character.toString(choices.below(0x800));
        Generator<String> any = choices -> Character.toString(choices.below(Character.MAX_CODE_POINT + 1));
        return oneOf(ascii, printable, printable, odd, letters, any);
    }
}
