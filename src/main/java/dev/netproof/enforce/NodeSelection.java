package dev.netproof.enforce;

import dev.netproof.model.Enforcement.Row;
import dev.netproof.model.Enforcement.Unseen;
import dev.netproof.plan.ClusterFacts;
import dev.netproof.plan.ClusterFacts.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which nodes are looked at, and what is said of the others. Pure.
 *
 * @param chosen in the order of their names
 * @param untestable rows of nodes that nothing can run on
 * @param unseen what is not looked at, and why
 */
record NodeSelection(List<String> chosen, List<Row> untestable, List<Unseen> unseen) {
    /** So many names are listed; of more, "…" is said. */
    private static final int NAMES = 8;

    static NodeSelection of(ClusterFacts facts, NodeChoice choice) {
        List<Row> rows = new ArrayList<>();
        List<Unseen> unseen = new ArrayList<>();
        List<Node> usable =
                facts.nodes().stream().filter(node -> node.unusable().isEmpty()).toList();
        List<String> chosen = choice.among(usable);
        for (Node node : facts.nodes()) {
            boolean meant =
                    !(choice instanceof NodeChoice.Named named) || named.names().contains(node.name());
            if (node.unusable().isPresent() && meant) {
                unseen.add(new Unseen("node " + node.name(), node.unusable().get()));
                for (Scenario scenario : Catalogue.least()) {
                    rows.add(Conclusions.notSupported(
                                    "no pod can be put there: "
                                            + node.unusable().get(),
                                    Optional.empty())
                            .row(scenario, node.name()));
                }
            }
        }
        if (choice instanceof NodeChoice.Named named) {
            named.names().stream()
                    .filter(name ->
                            facts.nodes().stream().noneMatch(node -> node.name().equals(name)))
                    .forEach(name -> unseen.add(new Unseen("node " + name, "there is no node of that name")));
        }
        List<String> left = usable.stream()
                .map(Node::name)
                .filter(name -> !chosen.contains(name))
                .sorted()
                .toList();
        if (!left.isEmpty()) {
            unseen.add(new Unseen(
                    left.size() == 1 ? "node " + left.get(0) : left.size() + " of " + usable.size() + " nodes",
                    "not chosen (--nodes)" + (left.size() == 1 ? "" : ": " + sample(left))));
        }
        return new NodeSelection(chosen, rows, unseen);
    }

    private static String sample(List<String> names) {
        return names.size() <= NAMES ? String.join(", ", names) : String.join(", ", names.subList(0, NAMES)) + ", …";
    }
}
