package dev.netproof.kube;

import com.fasterxml.jackson.databind.JsonNode;
import dev.netproof.plan.LabelReads;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which labels of pods a policy reads whose kind is not Kubernetes' own. Nothing here knows what such a policy does: it looks for
 * selectors, wherever they are in it. Better a label too many, which costs a probe, than one too few, which hides a group of pods.
 */
final class PolicyReads {
    /** Selectors of something else than pods, and what is no policy's word. */
    private static final Set<String> NOT_OF_PODS = Set.of(
            "metadata",
            "status",
            "namespaceSelector",
            "namespaces",
            "nodeSelector",
            "nodes",
            "fromNodes",
            "toNodes",
            "serviceAccountSelector");

    /** Calico's selectors are expressions: app == 'db' && has(tier). */
    private static final Set<String> EXPRESSIONS = Set.of("selector", "notSelector");

    private static final Pattern QUOTED = Pattern.compile("'[^']*'|\"[^\"]*\"");
    private static final Pattern WORD = Pattern.compile("[A-Za-z0-9][A-Za-z0-9./_-]*");
    private static final Set<String> OPERATORS =
            Set.of("all", "global", "has", "in", "not", "contains", "starts", "ends", "with");

    /** Antrea's groups are objects of their own. */
    private static final Set<String> REFERENCES = Set.of("group", "groups");

    /** Cilium says where a label comes from. */
    private static final Pattern ORIGIN = Pattern.compile("^(k8s|any)[:.]");

    private final Map<String, Set<String>> values = new TreeMap<>();
    private final Set<String> whole = new HashSet<>();
    private LabelReads.Extent extent = LabelReads.Extent.THESE;

    private PolicyReads() {}

    static LabelReads of(JsonNode policy) {
        PolicyReads reads = new PolicyReads();
        reads.look(policy);
        return new LabelReads(reads.values, reads.whole, reads.extent);
    }

    private void look(JsonNode node) {
        if (node.isArray()) {
            node.forEach(this::look);
            return;
        }
        for (Map.Entry<String, JsonNode> field : node.properties()) {
            if (!NOT_OF_PODS.contains(field.getKey())) {
                look(field.getKey(), field.getValue());
            }
        }
    }

    private void look(String name, JsonNode value) {
        if (name.equals("matchLabels")) {
            value.properties()
                    .forEach(label -> named(label.getKey()).add(label.getValue().asText()));
        } else if (name.equals("matchExpressions")) {
            value.forEach(one -> {
                Set<String> known = named(one.path("key").asText());
                one.path("values").forEach(each -> known.add(each.asText()));
            });
        } else if (EXPRESSIONS.contains(name) && value.isTextual()) {
            Matcher word = WORD.matcher(QUOTED.matcher(value.asText()).replaceAll(" "));
            while (word.find()) {
                if (!OPERATORS.contains(word.group())) {
                    whole.add(word.group());
                }
            }
        } else if (REFERENCES.contains(name)) {
            extent = LabelReads.Extent.ANY;
        } else {
            look(value);
        }
    }

    private Set<String> named(String key) {
        return values.computeIfAbsent(ORIGIN.matcher(key).replaceFirst(""), k -> new HashSet<>());
    }
}
