package dev.netproof.plan;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * To which nodes a workload's pods are bound or drawn, as the API has it.
 *
 * @param required a node must fit one of these; empty where every node will do
 * @param preferred what the scheduler weighs among the nodes that will do
 */
public record NodeAffinity(List<Term> required, List<Preference> preferred) {
    /** Every node is as good as the next. */
    public static final NodeAffinity NONE = new NodeAffinity(List.of(), List.of());

    public NodeAffinity {
        required = List.copyOf(required);
        preferred = List.copyOf(preferred);
    }

    /** Whether a pod with this affinity can be on the node. */
    boolean admits(ClusterFacts.Node node) {
        return required.isEmpty() || required.stream().anyMatch(term -> term.fits(node));
    }

    /**
     * Everything in it must hold. A term without anything fits no node.
     *
     * @param labels about the node's labels
     * @param fields about the node's fields, of which the API knows {@code metadata.name} alone
     */
    public record Term(List<Requirement> labels, List<Requirement> fields) {
        public Term {
            labels = List.copyOf(labels);
            fields = List.copyOf(fields);
        }

        private boolean fits(ClusterFacts.Node node) {
            return !(labels.isEmpty() && fields.isEmpty())
                    && labels.stream().allMatch(requirement -> requirement.holds(node.labels()))
                    && fields.stream().allMatch(requirement -> requirement.holds(Map.of("metadata.name", node.name())));
        }
    }

    /** @param weight 1 to 100 */
    public record Preference(int weight, Term term) {}

    /** @param operator as the API has it: In, NotIn, Exists, DoesNotExist, Gt, Lt */
    public record Requirement(String key, String operator, List<String> values) {
        public Requirement {
            values = List.copyOf(values);
        }

        private boolean holds(Map<String, String> facts) {
            Optional<String> value = Optional.ofNullable(facts.get(key));
            return switch (operator) {
                case "In" -> value.filter(values::contains).isPresent();
                case "NotIn" -> value.filter(values::contains).isEmpty();
                case "Exists" -> value.isPresent();
                case "DoesNotExist" -> value.isEmpty();
                case "Gt" -> difference(value).filter(sign -> sign > 0).isPresent();
                case "Lt" -> difference(value).filter(sign -> sign < 0).isPresent();
                default -> false;
            };
        }

        /** The sign of the node's number minus the one asked for; empty where one of them is no number. */
        private Optional<Integer> difference(Optional<String> value) {
            try {
                return values.size() == 1 && value.isPresent()
                        ? Optional.of(Long.compare(Long.parseLong(value.get()), Long.parseLong(values.get(0))))
                        : Optional.empty();
            } catch (NumberFormatException noNumber) {
                return Optional.empty();
            }
        }
    }
}
