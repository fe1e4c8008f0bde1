package dev.netproof.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.netproof.live.Permissions.Permission;
import dev.netproof.live.Permissions.Row;
import io.fabric8.kubernetes.api.model.Namespace;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * The enforcement Roles of deploy/rbac are enough, and each permission in them is needed for what docs/permissions.md says. That they are
 * enough for the full profile is shown by {@link EnforcementIT}, which asks for it as their service account.
 */
@Isolated("the engine is everybody's, and the namespaces are netproof's own")
@Timeout(value = 4, unit = TimeUnit.MINUTES)
final class EnforcementPrivilegeIT {
    @RegisterExtension
    static final LiveCluster LIVE = LiveCluster.with("enforcer");

    private static final Accounts ACCOUNTS = new Accounts(LIVE);
    private static final String NAMESPACED = "enforcement-namespace";

    private static int number;

    @AfterAll
    static void noClusterRoleStays() {
        ACCOUNTS.remove();
    }

    @AfterEach
    void nothingStays() {
        if (Lab.here()) {
            Lab.engine("on");
        }
        Checked.nothingStays(LIVE);
    }

    private static List<Namespace> grounds() {
        return LIVE.client().namespaces().withLabel(LiveCluster.ROLE).list().getItems();
    }

    private static Checked check(Path kubeconfig, String... more) {
        return Checked.as(kubeconfig, LIVE, more);
    }

    private static List<Permission> of(String... files) {
        return Stream.of(files).flatMap(file -> Permissions.of(file).stream()).toList();
    }

    private static List<Permission> without(Permission taken, List<Permission> all) {
        List<Permission> less = new ArrayList<>(all);
        assertThat(less.remove(taken)).as(taken.toString()).isTrue();
        return less;
    }

    @Test
    void theBaseIsEnough() {
        Path base = ACCOUNTS.everywhere("base", of("enforcement"));

        Checked checked = check(base).exits(0);

        assertThat(checked.report().at("/cluster/user").asText())
                .isEqualTo("system:serviceaccount:" + LIVE.namespace() + ":base");
        assertThat(checked.notes())
                .containsExactly(
                        "not permitted to list namespaces: what a killed check may have left there was not looked for");
    }

    @Test
    void aRoleInOneNamespaceIsEnoughForThatNamespace() {
        Path namespaced = ACCOUNTS.that("namespaced", of(NAMESPACED));

        Checked checked = check(namespaced, "--namespace", LIVE.namespace()).exits(0);

        assertThat(checked.notes()).isEmpty();
    }

    /** What is missing is found before anything is made, so that all of these are asked for with the largest profile. */
    @TestFactory
    Stream<DynamicTest> withoutOneOfThemNothingBegins() {
        return Permissions.rows("enforcement").stream()
                .filter(row -> row.exit() == 5)
                .flatMap(row -> row.from().stream()
                        .map(file -> DynamicTest.dynamicTest("without " + row + " of " + file, () -> {
                            boolean one = file.equals(NAMESPACED);
                            List<Permission> all = one ? of(NAMESPACED) : of("enforcement", "enforcement-full");
                            List<Permission> less = without(row.permission(), all);
                            String name = "less-" + number++;

                            Checked checked = one
                                    ? check(ACCOUNTS.that(name, less), "--namespace", LIVE.namespace())
                                    : check(ACCOUNTS.everywhere(name, less), "--profile", "full");

                            assertThat(checked.exits(5).problem())
                                    .startsWith("not permitted to")
                                    .contains(row.says());
                            assertThat(grounds()).isEmpty();
                            LIVE.assertNothingLeft();
                        })));
    }

    @Test
    void whoMayNotListServicesIsToldThatSomeMayBeLeft() {
        Row row = row("services: list");
        Path less = ACCOUNTS.that("no-services", without(row.permission(), of(NAMESPACED)));

        Checked checked = check(less, "--namespace", LIVE.namespace()).exits(row.exit());

        assertThat(checked.notes()).anySatisfy(note -> assertThat(note).startsWith(row.says()));
    }

    @Test
    void whoMayNotReadPoliciesForTheWholeClusterIsToldThatOneMayOverride() {
        Lab.needed("an engine that can be switched off, and policies for the whole cluster");
        Row row = row("policy.networking.k8s.io/clusternetworkpolicies: list");
        Path less = ACCOUNTS.everywhere(
                "no-overrides", without(row.permission(), of("enforcement", "enforcement-optional")));
        Lab.engine("off");

        Checked checked = check(less).exits(row.exit());

        assertThat(checked.notes()).anySatisfy(note -> assertThat(note).startsWith(row.says()));
    }

    @Test
    void theCanaryOfARunNeedsWhatTheCheckNeedsAndIsANoteWithoutIt() {
        LIVE.apply(Manifests.server("db", 5432, 5432), Manifests.client("web"), Manifests.admits("db", "web"));
        LIVE.awaitReady();
        String matrix = """
                checks:
                - {from: deploy/web, to: svc/db, expect: allow}
                """;
        List<Permission> plain = of("run", "run-optional", "run-cluster");

        Ran without = LIVE.run(ACCOUNTS.that("runs", plain), LIVE.matrix(matrix), LiveCluster.CANARY)
                .exits(0);
        assertThat(without.report().has("enforcement")).isFalse();
        assertThat(without.notes())
                .anySatisfy(note -> assertThat(note)
                        .contains(
                                "was not looked at: not permitted to", "create namespaces", "create networkpolicies"));

        List<Permission> all = new ArrayList<>(plain);
        all.addAll(of("enforcement"));
        Ran with = LIVE.run(
                        ACCOUNTS.everywhere(
                                "runs-with-canary", all.stream().distinct().toList()),
                        LIVE.matrix(matrix),
                        LiveCluster.CANARY)
                .exits(0);
        assertThat(with.report().at("/enforcement/verdict").asText()).isEqualTo("ENFORCED");
    }

    private static Row row(String permission) {
        return Permissions.rows("enforcement").stream()
                .filter(one -> one.toString().equals(permission))
                .findFirst()
                .orElseThrow();
    }
}
