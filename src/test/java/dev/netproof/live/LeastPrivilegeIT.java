package dev.netproof.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.netproof.kube.Leftover;
import dev.netproof.live.Permissions.Permission;
import dev.netproof.live.Permissions.Row;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The Roles of deploy/rbac are enough, and each permission in them is needed for what docs/permissions.md says. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
final class LeastPrivilegeIT {
    @RegisterExtension
    static final LiveCluster LIVE = LiveCluster.with("privilege");

    /** Runs wait more than they work. */
    private static final int AT_ONCE = 2;

    /** Each permission has a check here that asks for it. */
    private static final String MATRIX = """
            sources:
              all-over: {workload: deploy/web, nodes: each}
            checks:
            - {from: deploy/web, to: [svc/db, svc/everywhere], expect: allow}
            - {from: all-over, to: svc/db, expect: allow}
            - {from: [sts/store, ds/everywhere], to: svc/db, expect: deny}
            - {from: deploy/front, to: svc/everywhere, expect: allow}
            - {from: deploy/front, to: [svc/db, svc/lonely], expect: deny}
            """;

    private static final Map<String, Ran> RUNS = new HashMap<>();
    private static final Accounts ACCOUNTS = new Accounts(LIVE);

    @BeforeAll
    static void everybodyRuns() throws IOException, InterruptedException, ExecutionException {
        LIVE.apply(
                Manifests.server("db", 5432, 5432),
                Manifests.server("lonely", 6379, 6379),
                Manifests.client("web"),
                Manifests.client("front"),
                Manifests.everywhere("everywhere", 80, 8080),
                Manifests.client("store").replace("kind: Deployment", "kind: StatefulSet"),
                Manifests.admits("db", "web"),
                Manifests.admitsNobody("lonely"));
        LIVE.awaitReady();
        LIVE.awaitStatefulSets();

        List<Permission> all = new ArrayList<>();
        for (String file : List.of("run", "run-optional", "run-cluster")) {
            all.addAll(Permissions.of(file));
        }
        Map<String, Future<Ran>> runs = new HashMap<>();
        ExecutorService pool = Executors.newFixedThreadPool(AT_ONCE);
        try {
            Path everything = ACCOUNTS.that("all", all);
            runs.put("all", pool.submit(() -> LIVE.run(everything, LIVE.matrix(MATRIX), "--timeout=90s")));
            int number = 0;
            for (List<Row> rows : together(Permissions.rows("run"))) {
                List<Permission> less = new ArrayList<>(all);
                rows.forEach(row -> assertThat(less.remove(row.permission()))
                        .as(row.toString())
                        .isTrue());
                Path kubeconfig = ACCOUNTS.that("less-" + number++, less);
                Future<Ran> run = pool.submit(() -> LIVE.run(kubeconfig, LIVE.matrix(MATRIX), "--timeout=90s"));
                rows.forEach(row -> runs.put(row.toString(), run));
            }
            for (Map.Entry<String, Future<Ran>> run : runs.entrySet()) {
                RUNS.put(run.getKey(), run.getValue().get());
            }
        } finally {
            pool.shutdownNow();
        }
        // Who may not delete leaves something behind, and somebody who may removes it.
        LIVE.command("clean", "--all", "-n", LIVE.namespace());
    }

    @AfterAll
    static void noClusterRoleStays() {
        ACCOUNTS.remove();
    }

    @Test
    void the_roles_are_enough() {
        Ran ran = ran("all").exits(0);

        assertThat(ran.notes()).noneSatisfy(note -> assertThat(note).contains("not permitted"));
        assertThat(ran.report().at("/cluster/user").asText())
                .isEqualTo("system:serviceaccount:" + LIVE.namespace() + ":all");
        assertThat(ran.that("deploy/front → svc/lonely is denied")
                        .is("PASS", "DENIED")
                        .controls())
                .containsOnly("LISTENING_LOOPBACK");
    }

    @TestFactory
    Stream<DynamicTest> each_permission_is_needed_for_what_the_page_says() {
        return Permissions.rows("run").stream()
                .map(row -> DynamicTest.dynamicTest("without " + row, () -> {
                    Ran ran = ran(row.toString()).exits(row.exit());

                    assertThat(ran.report().toString()).contains(row.says());
                }));
    }

    @TestFactory
    Stream<DynamicTest> cleaning_needs_what_the_page_says() {
        return Permissions.rows("clean").stream()
                .map(row -> DynamicTest.dynamicTest("without " + row, () -> {
                    List<Permission> less = new ArrayList<>(Permissions.of("clean"));
                    assertThat(less.remove(row.permission())).isTrue();
                    leaveSomething();
                    String name = "clean-without-" + row.permission().verb();

                    Streams.Captured cleaned = clean(ACCOUNTS.that(name, less));

                    assertThat(cleaned.exit()).as(cleaned.err()).isEqualTo(row.exit());
                    assertThat(cleaned.err()).contains(row.says());
                    assertThat(LIVE.leftovers()).hasSize(1);
                    Streams.Captured enough = clean(ACCOUNTS.that("enough-" + name, Permissions.of("clean")));
                    assertThat(enough.exit()).as(enough.err()).isZero();
                    LIVE.assertNothingLeft();
                }));
    }

    private static Streams.Captured clean(Path kubeconfig) {
        return Streams.capture(() -> dev.netproof.cli.InProcess.execute(
                "clean", "-n", LIVE.namespace(), "--kubeconfig", kubeconfig.toString()));
    }

    /** Something that a killed run left. */
    private static void leaveSomething() {
        LIVE.apply(Leftover.anchor(LIVE.namespace(), Instant.now().minusSeconds(1)));
    }

    /**
     * Which rows are taken away in one run: those without which a run ends with the same exit code and a note, unless the long
     * suites are asked for. What stops a run, or is told by one verdict, has a run of its own.
     */
    private static List<List<Row>> together(List<Row> rows) {
        Map<Boolean, List<Row>> byNote = rows.stream()
                .collect(Collectors.partitioningBy(row -> row.exit() == 0
                        && !row.permission().resource().equals("pods")
                        && !Boolean.getBoolean("netproof.full")));
        List<List<Row>> together = new ArrayList<>();
        byNote.get(false).forEach(row -> together.add(List.of(row)));
        if (!byNote.get(true).isEmpty()) {
            together.add(byNote.get(true));
        }
        return together;
    }

    private static Ran ran(String who) {
        return Optional.ofNullable(RUNS.get(who)).orElseThrow();
    }
}
