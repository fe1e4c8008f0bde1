package dev.netproof.live;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.PolicyRuleBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;

/** The Roles of deploy/rbac, and the page that says what each permission in them is for. */
final class Permissions {
    private static final Path ROLES = Path.of("deploy", "rbac");
    private static final Path PAGE = Path.of("docs", "permissions.md");
    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

    private Permissions() {}

    /** One verb on one resource. */
    record Permission(String group, String resource, String verb) {
        static Permission of(String written) {
            String[] parts = written.split(": ", -1);
            int slash = parts[0].indexOf('/');
            // Groups have a dot or are one of the three old ones; "pods/log" is a subresource.
            boolean grouped = slash > 0
                    && (parts[0].substring(0, slash).contains(".")
                            || List.of("apps", "batch", "policy", "autoscaling")
                                    .contains(parts[0].substring(0, slash)));
            return grouped
                    ? new Permission(parts[0].substring(0, slash), parts[0].substring(slash + 1), parts[1])
                    : new Permission("", parts[0], parts[1]);
        }

        PolicyRule rule() {
            return new PolicyRuleBuilder()
                    .withApiGroups(group)
                    .withResources(resource)
                    .withVerbs(verb)
                    .build();
        }

        /** Whether it is about the cluster, so that a Role cannot give it. */
        boolean ofCluster() {
            return resource.equals("nodes") || resource.equals("namespaces");
        }

        @Override
        public String toString() {
            return (group.isEmpty() ? "" : group + "/") + resource + ": " + verb;
        }
    }

    /**
     * One row of the page.
     *
     * @param from the files that give the permission, without .yaml
     * @param exit of the command without it
     * @param says what its report says then
     */
    record Row(Permission permission, List<String> from, int exit, String says) {
        @Override
        public String toString() {
            return permission.toString();
        }
    }

    /** The table under this heading. */
    static List<Row> rows(String heading) {
        try {
            String page = Files.readString(PAGE);
            int start = page.indexOf("\n## " + heading + "\n");
            assertThat(start).as(heading).isNotNegative();
            int end = page.indexOf("\n## ", start + 1);
            return page.substring(start, end < 0 ? page.length() : end)
                    .lines()
                    .filter(line -> line.startsWith("| `"))
                    .map(Permissions::row)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Row row(String line) {
        String[] cells = line.substring(2, line.length() - 2).split(" \\| ", -1);
        assertThat(cells).as(line).hasSize(4);
        String[] without = cells[3].split(", ", 2);
        return new Row(
                Permission.of(cells[0].replace("`", "")),
                List.of(cells[1].split(", ")),
                Integer.parseInt(without[0].replace("exit ", "")),
                without[1].replace("`", ""));
    }

    /** What a file of deploy/rbac permits. */
    static List<Permission> of(String file) {
        List<Permission> permissions = new ArrayList<>();
        for (JsonNode document : documents(ROLES.resolve(file + ".yaml"))) {
            for (JsonNode rule : document.path("rules")) {
                for (JsonNode group : rule.path("apiGroups")) {
                    for (JsonNode resource : rule.path("resources")) {
                        for (JsonNode verb : rule.path("verbs")) {
                            permissions.add(new Permission(group.asText(), resource.asText(), verb.asText()));
                        }
                    }
                }
            }
        }
        return permissions;
    }

    static List<JsonNode> documents() throws IOException {
        try (var files = Files.list(ROLES)) {
            return files.filter(file -> file.toString().endsWith(".yaml"))
                    .sorted()
                    .flatMap(file -> documents(file).stream())
                    .toList();
        }
    }

    static List<String> files() throws IOException {
        try (var files = Files.list(ROLES)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".yaml"))
                    .map(name -> name.replace(".yaml", ""))
                    .sorted()
                    .toList();
        }
    }

    private static List<JsonNode> documents(Path file) {
        try (var documents = YAML.readerFor(JsonNode.class).<JsonNode>readValues(file.toFile())) {
            return documents.readAll();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A kubeconfig like this one, for whoever has the token. */
    static Path kubeconfig(Path admin, String token, Path file) {
        try {
            ObjectNode config = YAML.readTree(admin.toFile()).deepCopy();
            for (JsonNode cluster : config.path("clusters")) {
                String authority =
                        cluster.path("cluster").path("certificate-authority").asText();
                if (!authority.isEmpty()) {
                    ((ObjectNode) cluster.path("cluster"))
                            .put(
                                    "certificate-authority",
                                    admin.toAbsolutePath()
                                            .resolveSibling(authority)
                                            .toString());
                }
            }
            StreamSupport.stream(config.path("users").spliterator(), false)
                    .forEach(user -> ((ObjectNode) user).putObject("user").put("token", token));
            YAML.writeValue(file.toFile(), config);
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
