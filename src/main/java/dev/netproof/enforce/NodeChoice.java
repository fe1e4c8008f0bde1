package dev.netproof.enforce;

import dev.netproof.plan.ClusterFacts.Node;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Which nodes are looked at. */
public sealed interface NodeChoice {
    /** What is looked at unless somebody chooses: enough to see a pattern, few enough to be quick. */
    static NodeChoice usual() {
        return new Some(10);
    }

    /** Every one that can run pods. */
    record All() implements NodeChoice {}

    /** A sample of at most so many, from as many zones as there are. */
    record Some(int number) implements NodeChoice {}

    /** Those of these names. */
    record Named(List<String> names) implements NodeChoice {
        public Named {
            names = List.copyOf(names);
        }
    }

    /**
     * Reads what a user wrote: {@code all}, a number or names with commas between.
     *
     * @throws IllegalArgumentException with what is wrong, when it is none of these
     */
    static NodeChoice parse(String text) {
        if (text.equals("all")) {
            return new All();
        }
        if (!text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            if (text.length() > 6 || Integer.parseInt(text) == 0) {
                throw invalid(text);
            }
            return new Some(Integer.parseInt(text));
        }
        List<String> names = List.of(text.split(",", -1));
        if (names.stream().anyMatch(String::isBlank)) {
            throw invalid(text);
        }
        return new Named(names.stream().map(String::strip).distinct().toList());
    }

    private static IllegalArgumentException invalid(String text) {
        return new IllegalArgumentException(
                "'" + text + "' is not valid: write all, a number of at least 1, or node names separated by commas");
    }

    /** Of the nodes that can run pods those to look at, in the order of their names. */
    default List<String> among(List<Node> usable) {
        List<String> names = usable.stream().map(Node::name).sorted().toList();
        if (this instanceof Named named) {
            return names.stream().filter(named.names()::contains).toList();
        }
        if (this instanceof Some some && some.number() < names.size()) {
            return sample(usable, some.number());
        }
        return names;
    }

    private static List<String> sample(List<Node> usable, int number) {
        Map<String, List<String>> zones = new LinkedHashMap<>();
        usable.stream()
                .sorted(Comparator.comparing(Node::name))
                .forEach(node -> zones.computeIfAbsent(
                                node.labels().getOrDefault("topology.kubernetes.io/zone", ""), z -> new ArrayList<>())
                        .add(node.name()));
        TreeSet<String> chosen = new TreeSet<>();
        for (int turn = 0; chosen.size() < number; turn++) {
            for (List<String> zone : zones.values()) {
                if (turn < zone.size() && chosen.size() < number) {
                    chosen.add(zone.get(turn));
                }
            }
        }
        return List.copyOf(chosen);
    }
}
