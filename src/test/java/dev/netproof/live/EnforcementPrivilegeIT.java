package dev.netproof.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.netproof.live.Permissions.Permission;
import dev.netproof.live.Permissions.Row;
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
 * enough is shown by {@link EnforcementIT}, which asks as service accounts that have them, and by {@link CanaryIT}.
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
    static void nothingIsLeft() {
        ACCOUNTS.remove();
        Checked.nothingIsLeft(LIVE);
    }

    @AfterEach
    void nothingStays() {
        Checked.nothingStays(LIVE);
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

    /** What is missing is found before anything is made, so that all of these are asked for with the largest profile. */
    @TestFactory
    Stream<DynamicTest> without_one_of_them_nothing_begins() {
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
                            Checked.nothingStays(LIVE);
                            LIVE.assertNothingLeft();
                        })));
    }

    @Test
    void who_may_not_list_services_is_told_that_some_may_be_left() {
        Row row = row("services: list");
        Path less = ACCOUNTS.that("no-services", without(row.permission(), of(NAMESPACED)));

        Checked checked = check(less, "--namespace", LIVE.namespace()).exits(row.exit());

        assertThat(checked.notes()).anySatisfy(note -> assertThat(note).startsWith(row.says()));
    }

    @Test
    void the_canary_of_a_run_is_a_note_for_who_may_not_look() {
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
                                "did not check whether the nodes enforce policies: not permitted to",
                                "create namespaces",
                                "create networkpolicies"));
    }

    private static Row row(String permission) {
        return Permissions.rows("enforcement").stream()
                .filter(one -> one.toString().equals(permission))
                .findFirst()
                .orElseThrow();
    }
}
