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
    private static final Set<String> VERBS_NEVER = Set.of("*", "escalate", "bind", "impersonate", "deletecollection");

    /** Verbs that leave what is there as it is, but for what netproof itself makes and takes away. */
    private static final Set<String> VERBS_THAT_CHANGE_NOTHING = Set.of("get", "list", "watch", "create", "delete");

    /** What is in no namespace. */
    private static final Set<String> CLUSTER = Set.of("nodes", "namespaces", "clusternetworkpolicies");

    private static List<String> files() throws IOException {
        return Permissions.files();
    }

    @ParameterizedTest
    @ValueSource(strings = {"run", "enforcement", "clean"})
    void the_page_has_every_permission_of_a_command_and_no_other(String command) throws IOException {
        List<Row> rows = Permissions.rows(command);
        List<String> permitted = new ArrayList<>();
        for (String file : Permissions.files()) {
            if (file.equals(command) || file.startsWith(command + "-")) {
                Permissions.of(file).forEach(permission -> permitted.add(file + " " + permission));
            }
        }

        assertThat(rows.stream().flatMap(row -> row.from().stream().map(file -> file + " " + row.permission())))
                .isNotEmpty()
                .containsExactlyInAnyOrderElementsOf(permitted);
    }

    @ParameterizedTest
    @MethodSource("files")
    void nothing_gives_exec_or_secrets_or_everything(String file) {
        List<Permission> permissions = Permissions.of(file);

        assertThat(permissions)
                .noneSatisfy(permission -> assertThat(permission.group()).isEqualTo("*"));
        assertThat(permissions)
                .noneSatisfy(permission -> assertThat(permission.resource()).contains("*"));
        assertThat(permissions).extracting(Permission::resource).doesNotContainAnyElementsOf(RESOURCES_NEVER);
        assertThat(permissions).extracting(Permission::verb).doesNotContainAnyElementsOf(VERBS_NEVER);
    }

    /** A label of a target of its own, and a policy of its own, where the full profile looks what becomes of them. */
    @Test
    void nothing_that_is_there_is_changed_except_by_the_full_enforcement_check() throws IOException {
        List<String> changing = new ArrayList<>();
        for (String file : Permissions.files()) {
            Permissions.of(file).stream()
                    .filter(permission -> !VERBS_THAT_CHANGE_NOTHING.contains(permission.verb()))
                    .forEach(permission -> changing.add(file + " " + permission));
        }

        assertThat(changing)
                .containsExactlyInAnyOrder(
                        "enforcement-full pods: patch", "enforcement-full networking.k8s.io/networkpolicies: update");
    }

    @Test
    void every_binding_gives_a_role_of_its_own_file() throws IOException {
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

    /** netproof clean in all namespaces lists these: the page promises that the two files are enough for it. */
    @Test
    void who_may_check_may_clean_what_a_killed_check_left() {
        List<Permission> both = new ArrayList<>(Permissions.of("enforcement"));
        both.addAll(Permissions.of("enforcement-optional"));

        assertThat(both.stream().map(Permission::toString))
                .contains(
                        "namespaces: list",
                        "namespaces: delete",
                        "pods: list",
                        "pods: delete",
                        "services: list",
                        "services: delete",
                        "networking.k8s.io/networkpolicies: list",
                        "networking.k8s.io/networkpolicies: delete");
    }

    /** An enforcement check works in a namespace that nobody can have bound a Role in before; for everything else there is one. */
    @Test
    void only_what_the_cluster_has_and_the_namespaces_to_come_need_a_cluster_role() throws IOException {
        Set<String> wide = new TreeSet<>();
        for (JsonNode document : Permissions.documents()) {
            if (document.path("kind").asText().equals("ClusterRole")) {
                document.path("rules")
                        .forEach(rule -> rule.path("resources").forEach(resource -> {
                            if (!CLUSTER.contains(resource.asText())) {
                                wide.add(document.at("/metadata/name").asText());
                            }
                        }));
            }
        }

        assertThat(wide)
                .containsExactly("netproof-enforcement", "netproof-enforcement-full", "netproof-enforcement-optional");
    }
}
