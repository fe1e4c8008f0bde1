package dev.netproof.matrix;

import dev.netproof.model.Similar;
import java.util.List;
import java.util.Optional;

/**
 * Whether a document in a folder was meant as a matrix. A manifest is passed over; a matrix with a mistake in its head must
 * not be, because then nothing of it would be checked and nobody would hear of it.
 */
final class MatrixLikeness {
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
