package dev.netproof.property;

import java.util.Map;
import java.util.Random;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * What holds for all values that a generator makes, tried on many of them. A value for which it does not hold is reduced to a simple
 * one that fails in the same way, and is reported with the seed that makes it again.
 *
 * <p>Two system properties steer it: {@code netproof.tries}, how many values are tried (300 unless said), and {@code netproof.seed},
 * the seed of the first of them (any unless said; each further value has the next).
 */
public final class Property {
    private final int tries;
    private final long seed;

    Property(int tries, long seed) {
        if (tries < 1) {
            throw new IllegalArgumentException("netproof.tries is a number from 1 up, not " + tries);
        }
        this.tries = tries;
        this.seed = seed;
    }

    static Property steeredBy(Function<String, String> properties) {
        String tries = properties.apply("netproof.tries");
        String seed = properties.apply("netproof.seed");
        return new Property(
                tries == null ? 300 : Integer.parseInt(tries),
                seed == null ? new Random().nextLong() : Long.parseLong(seed));
    }

    /** Fails with an {@link AssertionError} when the property throws anything for one of the values. */
    public static <T> void forAll(Generator<T> values, Consumer<? super T> property) {
        steeredBy(System::getProperty).check(values, property);
    }

    /** The same, for each of many pairs. */
    public static <A, B> void forAll(
            Generator<A> first, Generator<B> second, BiConsumer<? super A, ? super B> property) {
        forAll(
                choices -> Map.entry(first.from(choices), second.from(choices)),
                pair -> property.accept(pair.getKey(), pair.getValue()));
    }

    <T> void check(Generator<T> values, Consumer<? super T> property) {
        for (int number = 0; number < tries; number++) {
            Choices choices = Choices.random(seed + number);
            Trial<T> trial = Trial.of(values, property, choices);
            if (trial.failure() != null) {
                Trial<T> simplest = new Reduction<>(values, property, trial).simplest();
                throw new AssertionError(
                        report(number, Shown.text(trial.value()), Shown.text(simplest.value())), simplest.failure());
            }
        }
    }

    private String report(int number, String found, String simplest) {
        return "does not hold for value " + (number + 1) + " of " + tries
                + "\n  simplest  " + simplest
                + "\n  found as  " + found
                + "\n  repeat    -Dnetproof.seed=" + (seed + number);
    }
}
