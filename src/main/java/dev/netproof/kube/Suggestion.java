package dev.netproof.kube;

import java.util.Collection;
import java.util.Comparator;

/** Guesses what was meant. */
final class Suggestion {
    private Suggestion() {}

    /** "did you mean "x"? ", or nothing when no candidate is close. */
    static String of(String written, Collection<String> candidates) {
        return candidates.stream()
                .filter(candidate -> distance(written, candidate) <= Math.max(2, written.length() / 3))
                .min(Comparator.comparingInt(candidate -> distance(written, candidate)))
                .map(candidate -> "did you mean \"" + candidate + "\"? ")
                .orElse("");
    }

    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int substituted = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(substituted, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
