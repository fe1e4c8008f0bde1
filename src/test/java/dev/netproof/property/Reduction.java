package dev.netproof.property;

import java.util.Arrays;
import java.util.function.Consumer;

/** Looks for a simpler value that fails in the same way: made of fewer choices, or of smaller ones. */
final class Reduction<T> {
    private static final int ENOUGH = 2_000;

    private final Generator<T> values;
    private final Consumer<? super T> property;
    private Trial<T> best;
    private int tried;

    Reduction(Generator<T> values, Consumer<? super T> property, Trial<T> failed) {
        this.values = values;
        this.property = property;
        this.best = failed;
    }

    Trial<T> simplest() {
        Trial<T> before;
        do {
            before = best;
            leaveOut();
            lower();
        } while (best != before && tried < ENOUGH);
        return best;
    }

    private void leaveOut() {
        for (int length = best.choices().length; length > 0; length /= 2) {
            for (int at = best.choices().length - length; at >= 0; at--) {
                int[] choices = best.choices();
                if (at + length <= choices.length) {
                    int[] fewer = new int[choices.length - length];
                    System.arraycopy(choices, 0, fewer, 0, at);
                    System.arraycopy(choices, at + length, fewer, at, fewer.length - at);
                    attempt(fewer);
                }
            }
        }
    }

    private void lower() {
        for (int at = 0; at < best.choices().length; at++) {
            lower(at, 0);
            for (int less = best.choices()[at] / 2; less > 0; less /= 2) {
                // As long as it helps: so many times less, and so on with half of that.
                while (at < best.choices().length && lower(at, best.choices()[at] - less)) {}
            }
        }
    }

    private boolean lower(int at, int value) {
        if (at >= best.choices().length || value < 0 || value >= best.choices()[at]) {
            return false;
        }
        int[] choices = best.choices().clone();
        choices[at] = value;
        return attempt(choices);
    }

    private boolean attempt(int[] choices) {
        if (tried++ >= ENOUGH) {
            return false;
        }
        Trial<T> trial = Trial.of(values, property, Choices.again(choices));
        if (trial.failure() == null
                || trial.failure().getClass() != best.failure().getClass()
                || !simpler(trial.choices(), best.choices())) {
            return false;
        }
        best = trial;
        return true;
    }

    private static boolean simpler(int[] one, int[] other) {
        return one.length < other.length || one.length == other.length && Arrays.compare(one, other) < 0;
    }
}
