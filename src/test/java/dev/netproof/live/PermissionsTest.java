package dev.netproof.live;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.netproof.live.Permissions.Permission;
import dev.netproof.live.Permissions.Row;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The Roles that people apply are those that the page explains, and they give nothing that netproof never needs. */
class PermissionsTest {
    private static final Set<String> RESOURCES_NEVER = Set.of(
            "secrets",
            "pods/exec",
            "pods/attach",
            "pods/proxy",
            "services/proxy",
            "nodes/proxy",
            "serviceaccounts/token");
    private static final Set<String> VERBS_NEVER =
            Set.of("*", "escalate", "bind", "impersonate", "deletecollection", "update", "patch");

    private static List<String> files() throws IOException {
        return Permissions.files();
    }

    @ParameterizedTest
    @ValueSource(strings = {"run", "clean"})
    void thePageHasEveryPermissionOfACommandAndNoOther(String command) throws IOException {
        List<Row> rows = Permissions.rows(command);
        List<String> permitted = new ArrayList<>();
        for (String file : Permissions.files()) {
            if (file.equals(command) || file.startsWith(command + "-")) {
                Permissions.of(file).forEach(permission -> permitted.add(file + " " + permission));
            }
        }

        assertThat(rows.stream().map(row -> row.from() + " " + row.permission()))
                .isNotEmpty()
                .containsExactlyInAnyOrderElementsOf(permitted);
    }

    @ParameterizedTest
    @MethodSource("files")
    void nothingGivesExecOrSecretsOrEverything(String file) {
        List<Permission> permissions = Permissions.of(file);

        assertThat(permissions)
                .noneSatisfy(permission -> assertThat(permission.group()).isEqualTo("*"));
        assertThat(permissions)
                .noneSatisfy(permission -> assertThat(permission.resource()).contains("*"));
        assertThat(permissions).extracting(Permission::resource).doesNotContainAnyElementsOf(RESOURCES_NEVER);
        assertThat(permissions).extracting(Permission::verb).doesNotContainAnyElementsOf(VERBS_NEVER);
    }

    @Test
    void everyBindingGivesARoleOfItsOwnFile() throws IOException {
        Set<String> roles = new TreeSet<>();
        Set<String> bound = new TreeSet<>();
        for (JsonNode document : Permissions.documents()) {
            String kind = document.path("kind").asText();
            assertThat(document.path("aggregationRule").isMissingNode()).isTrue();
            if (kind.endsWith("Binding")) {
                bound.add(document.at("/roleRef/kind").asText() + " "
                        + document.at("/roleRef/name").asText());
            } else if (kind.endsWith("Role")) {
                roles.add(kind + " " + document.at("/metadata/name").asText());
            }
        }

        assertThat(bound).isNotEmpty().isEqualTo(roles).doesNotContain("ClusterRole cluster-admin");
    }

    @Test
    void whatNeedsNoClusterRoleHasNone() throws IOException {
        for (JsonNode document : Permissions.documents()) {
            if (document.path("kind").asText().equals("ClusterRole")) {
                assertThat(document.path("rules"))
                        .allSatisfy(rule -> assertThat(rule.path("resources"))
                                .allSatisfy(resource ->
                                        assertThat(resource.asText()).isIn("nodes", "namespaces")));
            }
        }
    }
}
