package dev.netproof.matrix;

import dev.netproof.model.Similar;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Whether a document in a folder was meant as a matrix. A manifest is passed over; a matrix with a mistake in its head must
 * not be, because then nothing of it would be checked and nobody would hear of it.
 */
final class MatrixLikeness {
    private static final Pattern HEAD = Pattern.compile(
            "(?m)^[\\s{\"'\\uFEFF\\uFFFD]*(apiVersion[\"']?\\s*:\\s*[\"']?netproof\\.dev/|kind[\"']?\\s*:\\s*[\"']?ConnectivityMatrix\\b)");

    private MatrixLikeness() {}

    static boolean of(YamlDocument document, byte[] file) {
        if (document.root() instanceof YamlNode.Refused) {
            return MatrixReader.mentionsNetproof(file);
        }
        if (!(document.root() instanceof YamlNode.Mapping root)) {
            return false;
        }
        Optional<String> apiVersion = scalar(root, "apiVersion");
        Optional<String> kind = scalar(root, "kind");
        if (apiVersion.isEmpty() && kind.isEmpty()) {
            return has(root, "checks") || has(root, "grid");
        }
        return apiVersion.orElse("").startsWith(DocumentReader.API_GROUP)
                || Similar.among(List.of(DocumentReader.KIND), kind.orElse("")).isPresent();
    }

    /**
     * Whether a document is so surely a matrix that its lines may be shown. A matrix is no secret; whatever else somebody's link leads to
     * may be one. What only shares some keys with a matrix is not shown.
     */
    static boolean mayBeShown(YamlDocument document, String file) {
        if (!(document.root() instanceof YamlNode.Mapping root)) {
            return document.root() instanceof YamlNode.Refused && hasHead(file);
        }
        return scalar(root, "apiVersion").orElse("").startsWith(DocumentReader.API_GROUP)
                || Similar.among(
                                List.of(DocumentReader.KIND),
                                scalar(root, "kind").orElse(""))
                        .isPresent()
                || root.entries().stream().anyMatch(MatrixLikeness::isOfAMatrixOnly);
    }

    /** Whether a file that is not YAML, or not UTF-8, contains the head of a matrix. */
    static boolean hasHead(String file) {
        return HEAD.matcher(file.replace("\0", "")).find();
    }

    private static boolean isOfAMatrixOnly(YamlNode.Entry entry) {
        return switch (entry.key().value()) {
            case "checks" ->
                entry.value() instanceof YamlNode.Sequence checks
                        && checks.items().stream().anyMatch(MatrixLikeness::isACheck);
            case "grid" -> entry.value() instanceof YamlNode.Scalar grid && grid.style() == YamlNode.Style.LITERAL;
            default -> false;
        };
    }

    private static boolean isACheck(YamlNode item) {
        return item instanceof YamlNode.Mapping check && has(check, "from") && has(check, "to");
    }

    /** What a document is instead: named only where it reads like a Kubernetes kind, which is no secret. */
    static String instead(YamlDocument document) {
        if (document.root() instanceof YamlNode.Refused refused) {
            return ", and line " + refused.span().line() + " of it is not YAML";
        }
        if (!(document.root() instanceof YamlNode.Mapping root)) {
            return "";
        }
        String version = scalar(root, "apiVersion").orElse("");
        String kind = scalar(root, "kind").orElse("");
        return version.matches("([a-z0-9.-]{1,60}/)?v[0-9]{1,2}((alpha|beta)[0-9]{1,2})?")
                        && kind.matches("[A-Z][A-Za-z]{1,40}")
                ? ", but \"" + version + " " + kind + "\""
                : "";
    }

    private static boolean has(YamlNode.Mapping root, String key) {
        return root.entries().stream().anyMatch(entry -> entry.key().value().equals(key));
    }

    private static Optional<String> scalar(YamlNode.Mapping root, String key) {
        return root.entries().stream()
                .filter(entry -> entry.key().value().equals(key))
                .findFirst()
                .map(entry -> entry.value() instanceof YamlNode.Scalar scalar ? scalar.value() : "");
    }
}
