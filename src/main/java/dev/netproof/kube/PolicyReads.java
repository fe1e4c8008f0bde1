package dev.netproof.kube;

import com.fasterxml.jackson.databind.JsonNode;
import dev.netproof.plan.LabelReads;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
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

    /** A label may be called like an operator: it is one only where its syntax follows. */
    private static final Pattern OPERATOR =
            Pattern.compile("(?:all|global|has)(?=\\s*\\()|in(?=\\s*\\{)|not(?=\\s+in\\s*\\{)"
                    + "|(?:contains|with)(?=\\s*'')|(?:starts|ends)(?=\\s+with\\s*'')");

    /** Antrea's groups are objects of their own. */
    private static final Set<String> REFERENCES = Set.of("group", "groups");

    /** Cilium says where a label comes from. No label of Kubernetes has a colon, but k8s.example.com/tier is one. */
    private static final Pattern ORIGIN = Pattern.compile("^(?:k8s|any)([:.])");

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
            for (Map.Entry<String, JsonNode> label : value.properties()) {
                named(label.getKey(), List.of(label.getValue().asText()));
            }
        } else if (name.equals("matchExpressions")) {
            value.forEach(one -> {
                List<String> named = new ArrayList<>();
                one.path("values").forEach(each -> named.add(each.asText()));
                named(one.path("key").asText(), named);
            });
        } else if (EXPRESSIONS.contains(name) && value.isTextual()) {
            expression(QUOTED.matcher(value.asText()).replaceAll("''"));
        } else if (REFERENCES.contains(name)) {
            extent = LabelReads.Extent.ANY;
        } else {
            look(value);
        }
    }

    /** @param text a selector of Calico, with its values left out */
    private void expression(String text) {
        Matcher word = WORD.matcher(text);
        Matcher operator = OPERATOR.matcher(text).useTransparentBounds(true);
        while (word.find()) {
            if (!operator.region(word.start(), word.end()).matches()) {
                whole.add(word.group());
            }
        }
    }

    private void named(String key, List<String> named) {
        Matcher origin = ORIGIN.matcher(key);
        boolean found = origin.find();
        if (found) {
            add(key.substring(origin.end()), named);
        }
        if (!found || origin.group(1).equals(".")) {
            add(key, named);
        }
    }

    private void add(String key, List<String> named) {
        values.computeIfAbsent(key, k -> new HashSet<>()).addAll(named);
    }
}
