package dev.netproof.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.testkit.engine.EventConditions.event;
import static org.junit.platform.testkit.engine.EventConditions.finishedSuccessfully;
import static org.junit.platform.testkit.engine.EventConditions.finishedWithFailure;
import static org.junit.platform.testkit.engine.EventConditions.test;
import static org.junit.platform.testkit.engine.TestExecutionResultConditions.instanceOf;
import static org.junit.platform.testkit.engine.TestExecutionResultConditions.message;

import dev.netproof.Hostile;
import dev.netproof.kube.ClusterTrouble;
import dev.netproof.model.Check;
import dev.netproof.model.CheckResult;
import dev.netproof.model.Circumstances;
import dev.netproof.model.Exit;
import dev.netproof.model.Matrix;
import dev.netproof.model.Report;
import dev.netproof.model.Verdict;
import dev.netproof.model.Verdict.Reason;
import dev.netproof.model.Verdict.Status;
import dev.netproof.plan.Shop;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.engine.DiscoveryIssue;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.engine.support.descriptor.FileSource;
import org.junit.platform.launcher.core.LauncherConfig;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.reporting.open.xml.OpenTestReportGeneratingListener;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.reporting.tooling.core.validator.DefaultValidator;

class NetproofEngineTest {
    private final List<Matrix> matrices = Shop.withNodes("node-1")
            .allow(Shop.from("catalog"), Shop.to("postgres"))
            .deny(Shop.from("storefront"), Shop.to("postgres"))
            .deny(Shop.from("storefront"), Shop.to("redis"))
            .deny(Shop.from("storefront"), Shop.to("redis"))
            .matrices();
    private final AtomicInteger runs = new AtomicInteger();

    @Test
    void each_verdict_is_a_test_result_of_its_own_kind() {
        EngineExecutionResults results = execute(Status.PASS, Status.FAIL, Status.INCONCLUSIVE, Status.SKIPPED);

        results.testEvents()
                .assertThatEvents()
                .haveExactly(1, event(test(), finishedSuccessfully()))
                .haveExactly(
                        1,
                        event(
                                test("postgres"),
                                finishedWithFailure(
                                        instanceOf(AssertionFailedError.class),
                                        message("storefront → postgres is denied: seen FAIL"))))
                .haveExactly(
                        1,
                        event(
                                test("redis"),
                                finishedWithFailure(
                                        instanceOf(CheckDescriptor.Inconclusive.class),
                                        message("storefront → redis is denied: seen INCONCLUSIVE"))));
        results.testEvents()
                .assertStatistics(s -> s.started(4).succeeded(1).failed(2).aborted(1));
    }

    @Test
    void a_failure_says_what_was_expected_and_points_into_the_matrix() {
        Throwable failure = failures(execute(Status.PASS, Status.FAIL, Status.PASS, Status.PASS))
                .get(0);

        assertThat(failure).isInstanceOfSatisfying(AssertionFailedError.class, e -> {
            assertThat(e.getExpected().getStringRepresentation()).isEqualTo("denied");
            assertThat(e.getActual().getStringRepresentation()).isEqualTo("seen FAIL");
        });
        assertThat(failure.getStackTrace()[0].getFileName()).isEqualTo("shop.yaml");
        assertThat(failure.getStackTrace()[0].getLineNumber()).isEqualTo(11);
    }

    /** Build tools print names and messages of tests into the logs of CI runners. */
    @Test
    void what_build_tools_print_of_a_matrix_commands_nothing() {
        for (String attack : Hostile.TEXTS) {
            List<Matrix> hostile = Hostile.replaced(matrices, text -> attack.replace("\0", "") + text);
            NetproofEngine engine = new NetproofEngine(hostile, asked -> {
                throw new ClusterTrouble(attack, attack);
            });
            EngineExecutionResults results = EngineTestKit.engine(engine).execute();

            results.allEvents().stream().forEach(event -> {
                Hostile.assertCommandsNothing(event.getTestDescriptor().getDisplayName());
                event.getPayload(TestExecutionResult.class)
                        .flatMap(TestExecutionResult::getThrowable)
                        .ifPresent(failure -> {
                            Hostile.assertCommandsNothing(String.valueOf(failure.getMessage()));
                            Hostile.assertCommandsNothing(failure.getStackTrace()[0].toString());
                        });
            });
            results.testEvents().assertStatistics(s -> s.started(4).failed(4));
        }
    }

    @Test
    void the_plan_runs_once_however_many_checks_there_are() {
        execute(Status.PASS, Status.PASS, Status.PASS, Status.PASS);

        assertThat(runs).hasValue(1);
    }

    @Test
    void without_a_check_no_cluster_is_contacted() {
        EngineExecutionResults results = EngineTestKit.engine(new NetproofEngine(List.of(), this::harness))
                .execute();

        assertThat(runs).hasValue(0);
        results.testEvents().assertStatistics(s -> s.started(0));
    }

    @Test
    void discovery_contacts_no_cluster() {
        EngineTestKit.engine(new NetproofEngine(matrices, this::harness)).discover();

        assertThat(runs).hasValue(0);
    }

    @Test
    void a_run_that_broke_fails_every_check_with_the_breakage() {
        EngineExecutionResults results = EngineTestKit.engine(new NetproofEngine(
                        matrices,
                        matrix -> report(List.of(), Optional.of(new Report.Breakage("no cluster", "start one")))))
                .execute();

        assertThat(failures(results))
                .hasSize(4)
                .allSatisfy(failure -> assertThat(failure)
                        .isInstanceOf(CheckDescriptor.Inconclusive.class)
                        .hasMessage("no cluster; start one"));
    }

    @Test
    void without_a_cluster_every_check_says_why() {
        EngineExecutionResults results = EngineTestKit.engine(new NetproofEngine(matrices, matrix -> {
                    throw new ClusterTrouble("there is no kubeconfig", "name one");
                }))
                .execute();

        assertThat(failures(results))
                .hasSize(4)
                .allSatisfy(failure -> assertThat(failure).hasMessage("there is no kubeconfig; name one"));
    }

    @Test
    void a_test_leads_to_its_line() {
        assertThat(tests().get(1).getSource())
                .hasValueSatisfying(source -> assertThat(source).isInstanceOfSatisfying(FileSource.class, file -> {
                    assertThat(file.getFile()).hasName("shop.yaml");
                    assertThat(file.getPosition()).hasValueSatisfying(position -> {
                        assertThat(position.getLine()).isEqualTo(11);
                        assertThat(position.getColumn()).contains(5);
                    });
                }));
    }

    @Test
    void a_test_is_a_sentence_with_a_stable_unique_id() {
        assertThat(tests())
                .extracting(TestDescriptor::getDisplayName)
                .startsWith("catalog → postgres is allowed", "storefront → postgres is denied");
        assertThat(tests())
                .extracting(t -> t.getUniqueId().toString())
                .doesNotHaveDuplicates()
                .isEqualTo(tests().stream().map(t -> t.getUniqueId().toString()).toList())
                .startsWith(
                        "[engine:netproof]/[matrix:shop.yaml#shop]/[source:catalog]/[check:postgres]",
                        "[engine:netproof]/[matrix:shop.yaml#shop]/[source:storefront]/[check:postgres]");
    }

    @Test
    void a_matrix_is_discovered_by_its_file(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("shop.yaml"), """
                apiVersion: netproof.dev/v1
                kind: ConnectivityMatrix
                metadata: {name: shop}
                sources:
                  storefront: {namespace: shop, labels: {app: storefront}}
                destinations:
                  postgres: {service: postgres, namespace: shop, port: 5432}
                checks:
                  - {from: storefront, to: postgres, expect: deny}
                """, StandardCharsets.UTF_8);

        TestDescriptor engine = EngineTestKit.engine(new NetproofEngine())
                .selectors(DiscoverySelectors.selectFile(file.toFile()))
                .discover()
                .getEngineDescriptor();

        assertThat(engine.getDescendants().stream().filter(TestDescriptor::isTest))
                .extracting(TestDescriptor::getDisplayName)
                .containsExactly("storefront → postgres:5432 is denied");
    }

    @Test
    void a_mistake_in_a_matrix_is_an_issue_of_its_discovery(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(
                folder.resolve("shop.yaml"),
                "apiVersion: netproof.dev/v1\nkind: ConnectivityMatrix\nmetadata: {name: shop}\nchekcs: []\n",
                StandardCharsets.UTF_8);

        assertThat(EngineTestKit.engine(new NetproofEngine())
                        .selectors(DiscoverySelectors.selectFile(file.toFile()))
                        .discover()
                        .getDiscoveryIssues())
                .anySatisfy(issue -> {
                    assertThat(issue.severity()).isEqualTo(DiscoveryIssue.Severity.ERROR);
                    assertThat(issue.message()).contains("chekcs");
                });
    }

    private List<TestDescriptor> tests() {
        List<TestDescriptor> tests = new ArrayList<>();
        EngineTestKit.engine(new NetproofEngine(matrices, this::harness))
                .discover()
                .getEngineDescriptor()
                .accept(descriptor -> {
                    if (descriptor.isTest()) {
                        tests.add(descriptor);
                    }
                });
        return tests;
    }

    @Test
    void open_test_reporting_is_valid_by_its_schema_and_leads_to_the_line(@TempDir Path folder) throws IOException {
        NetproofEngine engine = new NetproofEngine(
                matrices, asked -> judged(asked, Status.PASS, Status.FAIL, Status.INCONCLUSIVE, Status.SKIPPED));
        LauncherFactory.create(LauncherConfig.builder()
                        .enableTestEngineAutoRegistration(false)
                        .enableTestExecutionListenerAutoRegistration(false)
                        .addTestEngines(engine)
                        .addTestExecutionListeners(new OpenTestReportGeneratingListener())
                        .build())
                .execute(LauncherDiscoveryRequestBuilder.request()
                        .configurationParameter("junit.platform.reporting.open.xml.enabled", "true")
                        .configurationParameter("junit.platform.reporting.output.dir", folder.toString())
                        .forExecution()
                        .build());

        Path written;
        try (Stream<Path> files = Files.list(folder)) {
            written = files.filter(file -> file.toString().endsWith(".xml"))
                    .findFirst()
                    .orElseThrow();
        }
        assertThat(new DefaultValidator(schemas(folder)).validate(written)).isEmpty();
        assertThat(Files.readString(written))
                .contains("shop.yaml", "line=\"11\"", "status=\"FAILED\"", "status=\"ABORTED\"");
    }

    /** JUnit's own schema is looked for on a web site unless it is said where it is; the validator brings the others. */
    private static URI schemas(Path folder) throws IOException {
        Path schema = folder.resolve("junit.xsd");
        try (InputStream known = OpenTestReportGeneratingListener.class.getResourceAsStream("junit.xsd")) {
            Files.copy(Objects.requireNonNull(known), schema);
        }
        return Files.writeString(folder.resolve("catalog"), """
                <catalog xmlns="urn:oasis:names:tc:entity:xmlns:xml:catalog">
                  <system systemId="https://schemas.junit.org/open-test-reporting/junit-1.9.xsd" uri="%s"/>
                </catalog>
                """.formatted(schema.toUri()))
                .toUri();
    }

    private Report harness(List<Matrix> asked) {
        runs.incrementAndGet();
        return report(List.of(), Optional.empty());
    }

    private EngineExecutionResults execute(Status... statuses) {
        return EngineTestKit.engine(new NetproofEngine(matrices, asked -> {
                    runs.incrementAndGet();
                    return judged(asked, statuses);
                }))
                .execute();
    }

    private Report judged(List<Matrix> asked, Status... statuses) {
        List<CheckResult> results = new ArrayList<>();
        List<Check> checks = asked.get(0).checks();
        for (int i = 0; i < statuses.length; i++) {
            results.add(new CheckResult(
                    checks.get(i),
                    new Verdict(statuses[i], Reason.CONNECTED, "seen " + statuses[i], Optional.empty()),
                    List.of(),
                    Duration.ZERO,
                    "again"));
        }
        return report(results, Optional.empty());
    }

    private Report report(List<CheckResult> results, Optional<Report.Breakage> breakage) {
        return new Report(
                "test",
                Optional.empty(),
                Instant.EPOCH,
                Instant.EPOCH,
                matrices,
                Circumstances.NONE,
                results,
                List.of(),
                breakage,
                Report.Costs.NONE,
                Exit.CONFORMS);
    }

    private static List<Throwable> failures(EngineExecutionResults results) {
        return results.testEvents().failed().stream()
                .map(failed -> failed.getRequiredPayload(TestExecutionResult.class)
                        .getThrowable()
                        .orElseThrow())
                .toList();
    }
}
