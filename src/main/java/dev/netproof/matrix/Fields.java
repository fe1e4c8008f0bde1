package dev.netproof.matrix;

import dev.netproof.model.Similar;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * A mapping whose keys are known, and its values by type. What does not fit is reported where it stands, once; the caller gets
 * nothing and goes on, so that all mistakes show up in one go.
 */
final class Fields {
    /** In characters; a whole paragraph. What a check says is in every report, and a list's entry is many checks. */
    static final int LONGEST_TEXT = 2_000;

    /** Of a list of words, or of labels; far more than anybody writes. */
    static final int MOST_WORDS = 100;

    private final Diagnostics findings;
    private final Span span;
    private final Map<String, YamlNode.Entry> entries = new LinkedHashMap<>();

    /** Keys that are missing only because they are mistyped or merged in, which has been reported. */
    private final Set<String> meant = new HashSet<>();

    /** @param owner with its article, as a message says it: "a check" */
    Fields(Diagnostics findings, YamlNode.Mapping mapping, String owner, List<String> keys) {
        this.findings = findings;
        this.span = mapping.span();
        for (YamlNode.Entry entry : mapping.entries()) {
            String key = entry.key().value();
            if (keys.contains(key)) {
                entries.put(key, entry);
            } else if (key.equals(YamlNode.MERGE_KEY)) {
                meant.addAll(keys);
            } else {
                findings.add(entry.key().span(), Problems.unknownKey(key, owner, keys));
                Similar.among(keys, key).ifPresent(meant::add);
            }
        }
    }

    /** The keys of a mapping, where a mapping is wanted. */
    static Optional<Fields> of(Diagnostics findings, YamlNode node, String owner, List<String> keys) {
        return mapping(findings, node, owner).map(mapping -> new Fields(findings, mapping, owner, keys));
    }

    static Optional<YamlNode.Mapping> mapping(Diagnostics findings, YamlNode node, String what) {
        if (node instanceof YamlNode.Mapping mapping) {
            return Optional.of(mapping);
        }
        if (!(node instanceof YamlNode.Refused)) {
            findings.add(node.span(), Problems.wrongType(what, "keys and values", describe(node)));
        }
        return Optional.empty();
    }

    Span span() {
        return span;
    }

    boolean has(String key) {
        return entries.containsKey(key);
    }

    Span keySpan(String key) {
        YamlNode.Entry entry = entries.get(key);
        return entry == null ? span : entry.key().span();
    }

    /** Where the value stands, or where it is missing. */
    Span valueSpan(String key) {
        YamlNode.Entry entry = entries.get(key);
        return entry == null ? span : entry.value().span();
    }

    /** The first key of the entry: what a person means by its line. */
    Span firstKey() {
        return entries.values().stream()
                .map(entry -> entry.key().span())
                .findFirst()
                .orElse(span);
    }

    /** The value, if the key is there and has one. */
    Optional<YamlNode> node(String key) {
        YamlNode.Entry entry = entries.get(key);
        if (entry == null || entry.value() instanceof YamlNode.Refused) {
            return Optional.empty();
        }
        if (entry.value() instanceof YamlNode.Scalar scalar && scalar.type() == YamlNode.Type.NOTHING) {
            findings.add(entry.key().span(), Problems.noValue(key));
            return Optional.empty();
        }
        return Optional.of(entry.value());
    }

    boolean require(String owner, String key, String example) {
        if (!has(key) && !wasMeant(key)) {
            findings.add(span, Problems.missingKey(owner, key, example));
        }
        return has(key);
    }

    boolean wasMeant(String key) {
        return meant.contains(key);
    }

    Optional<Text> text(String key) {
        return node(key).flatMap(node -> text(key, node));
    }

    /** The scalar as it is written, whatever YAML takes it for: where only listed words are right anyway. */
    Optional<Text> word(String key) {
        return node(key).flatMap(node -> {
            if (node instanceof YamlNode.Scalar scalar) {
                return Optional.of(scalar.text());
            }
            findings.add(node.span(), Problems.wrongType(quoted(key), "one word", describe(node)));
            return Optional.empty();
        });
    }

    Optional<YamlNode.Scalar> scalar(String key, String wanted) {
        return node(key).flatMap(node -> {
            if (node instanceof YamlNode.Scalar scalar) {
                return Optional.of(scalar);
            }
            findings.add(node.span(), Problems.wrongType(quoted(key), wanted, describe(node)));
            return Optional.empty();
        });
    }

    /** One string, or a list of at least one. */
    List<Text> oneOrMore(String key) {
        return node(key)
                .map(node -> node instanceof YamlNode.Sequence list
                        ? list(key, list)
                        : text(key, node).map(List::of).orElse(List.of()))
                .orElse(List.of());
    }

    SortedSet<String> words(String key) {
        SortedSet<String> words = new TreeSet<>();
        node(key).ifPresent(node -> {
            if (node instanceof YamlNode.Sequence list && list.items().size() > MOST_WORDS) {
                findings.add(
                        list.span(),
                        Problems.tooManyEntries(quoted(key), list.items().size(), MOST_WORDS));
            } else if (node instanceof YamlNode.Sequence list) {
                for (Text text : list(key, list)) {
                    if (Names.LEGAL.matcher(text.value()).matches()) {
                        words.add(text.value());
                    } else {
                        findings.add(text.span(), Problems.badTag(text.value()));
                    }
                }
            } else {
                findings.add(node.span(), Problems.wrongType(quoted(key), "a list", describe(node)));
            }
        });
        return words;
    }

    List<YamlNode> items(String key) {
        return node(key)
                .map(node -> {
                    if (node instanceof YamlNode.Sequence list) {
                        if (list.items().isEmpty()) {
                            findings.add(list.span(), Problems.emptyList(key));
                        }
                        return list.items();
                    }
                    findings.add(node.span(), Problems.wrongType(quoted(key), "a list", describe(node)));
                    return List.<YamlNode>of();
                })
                .orElse(List.of());
    }

    private List<Text> list(String key, YamlNode.Sequence list) {
        if (list.items().isEmpty()) {
            findings.add(list.span(), Problems.emptyList(key));
        }
        List<Text> texts = new ArrayList<>();
        for (YamlNode item : list.items()) {
            text(key, item).ifPresent(texts::add);
        }
        return texts;
    }

    private Optional<Text> text(String key, YamlNode node) {
        return text(findings, "an entry of " + quoted(key), quoted(key), node);
    }

    /** A string that YAML takes for a string. */
    static Optional<Text> text(Diagnostics findings, String item, String what, YamlNode node) {
        if (node instanceof YamlNode.Refused) {
            return Optional.empty();
        }
        if (!(node instanceof YamlNode.Scalar scalar)) {
            findings.add(node.span(), Problems.wrongType(what, "text", describe(node)));
            return Optional.empty();
        }
        if (scalar.type() == YamlNode.Type.NOTHING) {
            findings.add(scalar.span(), Problems.nothing(item, scalar.value()));
            return Optional.empty();
        }
        if (scalar.type() != YamlNode.Type.TEXT) {
            findings.add(scalar.span(), Problems.quoteIt(what, scalar.value(), describe(scalar)));
            return Optional.empty();
        }
        if (scalar.value().isBlank()) {
            findings.add(scalar.span(), Problems.emptyText(what));
            return Optional.empty();
        }
        if (scalar.value().length() > LONGEST_TEXT) {
            findings.add(
                    scalar.span(), Problems.textTooLong(what, scalar.value().length(), LONGEST_TEXT));
            return Optional.empty();
        }
        return Optional.of(scalar.text());
    }

    static String describe(YamlNode node) {
        if (node instanceof YamlNode.Scalar scalar) {
            return switch (scalar.type()) {
                case TEXT -> "text";
                case NOTHING -> "nothing";
                case TRUE_OR_FALSE -> "a boolean";
                case WHOLE_NUMBER, NUMBER -> "a number";
            };
        }
        return node instanceof YamlNode.Sequence ? "a list" : "keys and values";
    }

    private static String quoted(String key) {
        return '"' + key + '"';
    }
}
