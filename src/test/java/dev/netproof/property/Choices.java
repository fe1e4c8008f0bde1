package dev.netproof.property;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.IntUnaryOperator;

/** The numbers that a value is made of, in the order they were asked for. Whoever gives the same again gets the same value. */
public final class Choices {
    private final IntUnaryOperator even;
    private final IntUnaryOperator edged;
    private int[] taken = new int[64];
    private int size;

    private Choices(IntUnaryOperator even, IntUnaryOperator edged) {
        this.even = even;
        this.edged = edged;
    }

    static Choices random(long seed) {
        // Not java.util.Random, whose first numbers are nearly the same for seeds that follow each other.
        SplittableRandom random = new SplittableRandom(seed);
        return new Choices(random::nextInt, bound -> switch (random.nextInt(10)) {
            case 8 -> 0;
            case 9 -> bound - 1;
            default -> random.nextInt(bound);
        });
    }

    /** Earlier choices, perhaps changed: one that is out of bounds now is the greatest there is, one that is missing is 0. */
    static Choices again(int[] earlier) {
        int[] next = {0};
        IntUnaryOperator source = bound -> next[0] < earlier.length ? Math.min(earlier[next[0]++], bound - 1) : 0;
        return new Choices(source, source);
    }

    /** A number from 0 up to and without the bound; a smaller one should make a simpler value. */
    public int below(int bound) {
        return taken(even.applyAsInt(bound));
    }

    /** The same, and in every fifth case the lowest or the highest. */
    public int belowOrAtAnEdge(int bound) {
        return taken(edged.applyAsInt(bound));
    }

    private int taken(int choice) {
        if (size == taken.length) {
            taken = Arrays.copyOf(taken, 2 * size);
        }
        taken[size++] = choice;
        return choice;
    }

    int[] taken() {
        return Arrays.copyOf(taken, size);
    }
}
