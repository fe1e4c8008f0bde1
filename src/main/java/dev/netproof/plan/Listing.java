package dev.netproof.plan;

import java.util.Collection;
import java.util.stream.Collectors;

/** Names in a sentence: some of them, and how many more. */
final class Listing {
    private static final int NAMED = 3;

    private Listing() {}

    static String of(Collection<String> names) {
        String some = names.stream().limit(NAMED).collect(Collectors.joining(", "));
        return names.size() > NAMED ? some + " and " + (names.size() - NAMED) + " more" : some;
    }
}
