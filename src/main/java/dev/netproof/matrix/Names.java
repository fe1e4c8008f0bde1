package dev.netproof.matrix;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The sources or the destinations that a matrix names.
 *
 * <p>A definition with a mistake keeps its name here, so that the mistake is reported once and not at every use.
 */
final class Names<T> {
    /** Without a dot, a slash or a colon: nothing can be both a name and a short reference. */
    static final Pattern LEGAL = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,62}");

    private final Map<String, Optional<T>> definitions = new LinkedHashMap<>();
    private final Map<String, Text> unused = new LinkedHashMap<>();

    void put(Text name, Optional<T> definition) {
        definitions.put(name.value(), definition);
        unused.put(name.value(), name);
    }

    boolean contains(String name) {
        return definitions.containsKey(name);
    }

    /** The definition, which is used from now on. */
    Optional<T> use(String name) {
        unused.remove(name);
        return definitions.getOrDefault(name, Optional.empty());
    }

    Set<String> all() {
        return definitions.keySet();
    }

    /** The names that are not used, where they are defined. */
    List<Text> unused() {
        return List.copyOf(unused.values());
    }
}
