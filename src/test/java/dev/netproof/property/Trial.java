package dev.netproof.property;

import java.util.function.Consumer;

/**
 * One value, and how it went.
 *
 * @param failure null where the property holds
 */
record Trial<T>(T value, int[] choices, Throwable failure) {
    static <T> Trial<T> of(Generator<T> values, Consumer<? super T> property, Choices choices) {
        T value = values.from(choices);
        Throwable failure = null;
        try {
            property.accept(value);
        } catch (Exception | AssertionError | StackOverflowError thrown) {
            failure = thrown;
        }
        // Made anew, because the property may have changed what it was given.
        return failure == null
                ? new Trial<>(value, new int[0], null)
                : new Trial<>(values.from(Choices.again(choices.taken())), choices.taken(), failure);
    }
}
