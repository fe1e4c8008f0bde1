package dev.netproof.model;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** Finds what somebody probably meant. */
public final class Similar {
    private static final int LONGEST = 80;

    private Similar() {}

    /** The nearest of the words that exist, if it is near. */
    public static Optional<String> among(Collection<String> words, String mistyped) {
        if (mistyped.length() > LONGEST) {
            return Optional.empty();
        }
        String wanted = mistyped.toLowerCase(Locale.ROOT);
        int far = 1 + Math.max(1, wanted.length() / 3);
        Optional<String> nearest = Optional.empty();
        for (String word : words) {
            int distance = distance(word.toLowerCase(Locale.ROOT), wanted, far);
            if (distance < far) {
                far = distance;
                nearest = Optional.of(word);
            }
        }
        return nearest;
    }

    /**
     * Insertions, deletions, replacements and swaps of neighbours; {@code far} for whatever is as far as that, which is known sooner: there
     * can be thousands of words.
     */
    private static int distance(String left, String right, int far) {
        if (Math.abs(left.length() - right.length()) >= far) {
            return far;
        }
        int[] beforeLast = new int[right.length() + 1];
        int[] last = new int[right.length() + 1];
        int[] costs = new int[right.length() + 1];
        for (int i = 0; i <= left.length(); i++) {
            int least = Integer.MAX_VALUE;
            for (int j = 0; j <= right.length(); j++) {
                costs[j] = i == 0 || j == 0 ? i + j : cost(left, right, i, j, beforeLast, last, costs);
                least = Math.min(least, costs[j]);
            }
            if (least >= far) {
                return far;
            }
            int[] free = beforeLast;
            beforeLast = last;
            last = costs;
            costs = free;
        }
        return last[right.length()];
    }

    private static int cost(String left, String right, int i, int j, int[] beforeLast, int[] last, int[] costs) {
        int replaced = left.charAt(i - 1) == right.charAt(j - 1) ? 0 : 1;
        int cost = Math.min(Math.min(last[j] + 1, costs[j - 1] + 1), last[j - 1] + replaced);
        boolean swapped = i > 1
                && j > 1
                && left.charAt(i - 1) == right.charAt(j - 2)
                && left.charAt(i - 2) == right.charAt(j - 1);
        return swapped ? Math.min(cost, beforeLast[j - 2] + 1) : cost;
    }
}
