package dev.netproof.plan;

import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Which labels of pods policies read, and which of their values make a difference. Two pods whose labels are {@link #seen} alike are the
 * same to these policies.
 *
 * @param values for each label that selectors read, the values that they name: every other value is to them like the next. A
 *     selector that asks only whether the label is there names none.
 * @param whole labels of which every value may make a difference, because the policy compares parts of it
 * @param extent whether other labels may be read besides
 */
public record LabelReads(Map<String, Set<String>> values, Set<String> whole, Extent extent) {
    /** No labels at all. */
    public static final LabelReads NONE = new LabelReads(Map.of(), Set.of(), Extent.THESE);

    /** Nobody knows which: any label may be read. */
    public static final LabelReads ANY = new LabelReads(Map.of(), Set.of(), Extent.ANY);

    /** Whether labels that are not named may be read as well. */
    public enum Extent {
        THESE,
        ANY
    }

    public LabelReads {
        Map<String, Set<String>> copy = new TreeMap<>();
        values.forEach((key, named) -> copy.put(key, Set.copyOf(named)));
        values = Collections.unmodifiableMap(copy);
        whole = Set.copyOf(whole);
    }

    /** What these selectors read. */
    public static LabelReads of(List<Selector> selectors) {
        Map<String, Set<String>> values = new TreeMap<>();
        for (Selector selector : selectors) {
            selector.matchLabels()
                    .forEach((key, value) ->
                            values.computeIfAbsent(key, k -> new HashSet<>()).add(value));
            selector.matchExpressions()
                    .forEach(one -> values.computeIfAbsent(one.key(), k -> new HashSet<>())
                            .addAll(one.values()));
        }
        return new LabelReads(values, Set.of(), Extent.THESE);
    }

    /** What either reads. */
    public LabelReads and(LabelReads other) {
        Map<String, Set<String>> both = new TreeMap<>();
        for (LabelReads one : List.of(this, other)) {
            one.values.forEach((key, named) ->
                    both.computeIfAbsent(key, k -> new HashSet<>()).addAll(named));
        }
        Set<String> parts = new HashSet<>(whole);
        parts.addAll(other.whole);
        return new LabelReads(both, parts, extent == Extent.ANY ? Extent.ANY : other.extent);
    }

    /** What notes say that policies do to these labels. */
    String verb() {
        return extent == Extent.ANY ? "may read" : "read";
    }

    /** Whether the label is read by name. */
    boolean names(String key) {
        return values.containsKey(key) || whole.contains(key);
    }

    /**
     * What is seen of a pod's labels: those that are read, each with its value, or without where it is none of those that make a
     * difference. A label that may be read though nothing names it counts with its value, unless controllers mark their pods with it.
     */
    Map<String, Optional<String>> seen(Map<String, String> labels) {
        Map<String, Optional<String>> seen = new TreeMap<>();
        labels.forEach((key, value) -> {
            boolean open = extent == Extent.ANY && !ControllerLabels.isHash(key);
            if (open || whole.contains(key)) {
                seen.put(key, Optional.of(value));
            } else if (values.containsKey(key)) {
                seen.put(key, Optional.of(value).filter(values.getOrDefault(key, Set.of())::contains));
            }
        });
        return seen;
    }
}
