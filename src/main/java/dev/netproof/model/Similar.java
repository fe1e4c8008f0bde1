package dev.netproof.model;

import java.util.Collection;
import java.util.Comparator;
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
        return words.stream()
                .filter(word -> distance(word.toLowerCase(Locale.ROOT), wanted) < far)
                .min(Comparator.comparingInt(word -> distance(word.toLowerCase(Locale.ROOT), wanted)));
    }

    /** Insertions, deletions, replacements and swaps of neighbours. */
    private static int distance(String left, String right) {
        int[][] costs = new int[left.length() + 1][right.length() + 1];
        for (int i = 0; i <= left.length(); i++) {
            for (int j = 0; j <= right.length(); j++) {
                if (i == 0 || j == 0) {
                    costs[i][j] = i + j;
                    continue;
                }
                int replaced = left.charAt(i - 1) == right.charAt(j - 1) ? 0 : 1;
                int cost = Math.min(costs[i - 1][j] + 1, costs[i][j - 1] + 1);
                cost = Math.min(cost, costs[i - 1][j - 1] + replaced);
                if (i > 1
                        && j > 1
                        && left.charAt(i - 1) == right.charAt(j - 2)
                        && left.charAt(i - 2) == right.charAt(j - 1)) {
                    cost = Math.min(cost, costs[i - 2][j - 2] + 1);
                }
                costs[i][j] = cost;
            }
        }
        return costs[left.length()][right.length()];
    }
}
