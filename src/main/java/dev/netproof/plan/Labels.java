package dev.netproof.plan;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Labels as kubectl writes them. */
final class Labels {
    private Labels() {}

    static String text(Map<String, String> labels) {
        return new TreeMap<>(labels)
                .entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).collect(Collectors.joining(","));
    }
}
