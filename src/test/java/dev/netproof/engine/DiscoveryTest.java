package dev.netproof.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClasspathResource;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectDirectory;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectFile;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectUniqueId;

import dev.netproof.matrix.MatrixReader;
import dev.netproof.model.Matrix;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.TimeZone;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.platform.engine.DiscoveryIssue;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.TestTag;
import org.junit.platform.engine.discovery.FilePosition;
import org.junit.platform.engine.support.descriptor.FileSource;
import org.junit.platform.launcher.EngineFilter;
import org.junit.platform.launcher.PostDiscoveryFilter;
import org.junit.platform.launcher.TagFilter;
import org.junit.platform.launcher.core.LauncherConfig;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.testkit.engine.EngineTestKit;

/** What Surefire, Gradle and IDEs can ask for, and what they are shown. */
class DiscoveryTest {
    private static final String SHOP = """
            apiVersion: netproof.dev/v1
            kind: ConnectivityMatrix
            metadata: {name: shop}
            sources:
              storefront: {namespace: shop, labels: {app: storefront}}
              catalog: {namespace: shop, labels: {app: catalog}}
            destinations:
              postgres: {service: postgres, namespace: shop, port: 5432}
              redis: {service: redis, namespace: shop, port: 6379}
            checks:
              - {from: storefront, to: postgres, expect: deny, tags: [data]}
              - {from: storefront, to: redis, expect: deny}
              - {from: catalog, to: postgres, expect: allow}
            """;

    @TempDir
    Path folder;

    private Path shop;

    @BeforeEach
    void write() throws IOException {
        shop = Files.writeString(folder.resolve("shop.yaml"), SHOP, StandardCharsets.UTF_8);
    }

    @Test
    void a_folder_holds_matrices_and_other_files() throws IOException {
        Files.writeString(folder.resolve("notes.txt"), "no matrix", StandardCharsets.UTF_8);
        Files.writeString(folder.resolve("pod.yaml"), "apiVersion: v1\nkind: Pod\n", StandardCharsets.UTF_8);

        assertThat(names(selectDirectory(folder.toString()))).hasSize(3);
    }

    @Test
    void a_link_out_of_a_folder_is_not_followed() throws IOException {
        Path outside = Files.createDirectory(folder.resolve("outside"));
        Path inside = Files.createDirectory(folder.resolve("inside"));
        Files.writeString(outside.resolve("other.yaml"), Files.readString(shop));
        Files.createSymbolicLink(inside.resolve("linked.yaml"), outside.resolve("other.yaml"));

        assertThat(names(selectDirectory(inside.toString()))).isEmpty();
        assertThat(names(selectFile(inside.resolve("linked.yaml").toString()))).isEmpty();
    }

    @Test
    void a_line_of_a_file_holds_its_checks_alone() {
        assertThat(names(selectFile(shop.toString(), FilePosition.from(12))))
                .containsExactly("storefront → redis:6379 is denied");
    }

    @Test
    void a_line_without_a_check_holds_nothing() {
        assertThat(names(selectFile(shop.toString(), FilePosition.from(3)))).isEmpty();
    }

    @Test
    void a_file_that_is_no_yaml_is_somebody_elses() throws IOException {
        Path other = Files.writeString(folder.resolve("Some.java"), "class Some {}", StandardCharsets.UTF_8);

        assertThat(discovered(selectFile(other.toString())).getChildren()).isEmpty();
        assertThat(issues(selectFile(other.toString()))).isEmpty();
    }

    @Test
    void a_resource_on_the_class_path_is_a_matrix_and_leads_to_its_file() {
        TestDescriptor engine = discovered(selectClasspathResource("engine/resource-matrix.yaml"));

        assertThat(tests(engine))
                .singleElement()
                .satisfies(test -> assertThat(test.getSource())
                        .hasValueSatisfying(source -> assertThat(((FileSource) source).getFile())
                                .exists()
                                .hasName("resource-matrix.yaml")));
    }

    @Test
    void a_matrix_holds_sources_and_a_source_holds_checks() {
        TestDescriptor matrix =
                discovered(selectFile(shop.toString())).getChildren().iterator().next();

        assertThat(matrix.getDisplayName()).isEqualTo("shop");
        assertThat(matrix.getChildren())
                .extracting(TestDescriptor::getDisplayName)
                .containsExactly("storefront", "catalog");
        assertThat(matrix.getChildren().iterator().next().getChildren())
                .extracting(TestDescriptor::getDisplayName)
                .containsExactly("storefront → postgres:5432 is denied", "storefront → redis:6379 is denied");
        assertThat(tests(matrix).get(1).getSource()).hasValueSatisfying(source -> {
            FileSource file = (FileSource) source;
            assertThat(file.getFile()).isEqualTo(shop.toFile());
            assertThat(file.getPosition()).hasValueSatisfying(position -> {
                assertThat(position.getLine()).isEqualTo(12);
                assertThat(position.getColumn()).contains(6);
            });
        });
    }

    @Test
    void tags_are_the_matrixs() {
        assertThat(tests(discovered(selectFile(shop.toString()))).get(0).getTags())
                .contains(TestTag.create("data"));
    }

    @Test
    void a_unique_id_finds_its_check_again_after_edits_elsewhere() throws IOException {
        TestDescriptor before = tests(discovered(selectFile(shop.toString()))).get(2);
        Files.writeString(
                shop,
                SHOP.replace("checks:\n", "# a comment\n\nchecks:\n  - {from: catalog, to: redis, expect: deny}\n")
                        .replace("tags: [data]", "tags: [data, more]"),
                StandardCharsets.UTF_8);

        assertThat(tests(discovered(selectUniqueId(before.getUniqueId()))))
                .singleElement()
                .satisfies(after -> {
                    assertThat(after.getDisplayName()).isEqualTo(before.getDisplayName());
                    assertThat(after.getUniqueId()).isEqualTo(before.getUniqueId());
                    assertThat(after.getSource()).isNotEqualTo(before.getSource());
                });
    }

    @Test
    void a_sources_unique_id_finds_all_its_checks() {
        TestDescriptor source = discovered(selectFile(shop.toString()))
                .getChildren()
                .iterator()
                .next()
                .getChildren()
                .iterator()
                .next();

        assertThat(names(selectUniqueId(source.getUniqueId()))).hasSize(2);
    }

    @Test
    void a_mistake_is_an_issue_with_its_place_and_no_exception() throws IOException {
        Files.writeString(shop, SHOP.replace("to: redis", "to: reddis"), StandardCharsets.UTF_8);

        assertThat(issues(selectFile(shop.toString()))).singleElement().satisfies(issue -> {
            assertThat(issue.severity()).isEqualTo(DiscoveryIssue.Severity.ERROR);
            assertThat(issue.message()).contains("shop.yaml:12").contains("redis");
            assertThat(issue.source())
                    .hasValueSatisfying(source -> assertThat(((FileSource) source).getPosition())
                            .hasValueSatisfying(p -> assertThat(p.getLine()).isEqualTo(12)));
        });
    }

    /** As on the command line: an exception ends on one day, whichever way the matrix is run. */
    @ParameterizedTest
    @ValueSource(strings = {"Etc/GMT+12", "Pacific/Kiritimati"})
    @ResourceLock(Resources.TIME_ZONE)
    void today_is_the_local_date(String zone) throws IOException {
        TimeZone before = TimeZone.getDefault();
        try {
            TimeZone.setDefault(TimeZone.getTimeZone(zone));
            LocalDate today = LocalDate.now(ZoneId.of(zone));

            assertThat(problems(today)).anyMatch(problem -> problem.contains("exception-expires-soon"));
            assertThat(problems(today.minusDays(1))).anyMatch(problem -> problem.contains("exception-expired"));
        } finally {
            TimeZone.setDefault(before);
        }
    }

    private List<String> problems(LocalDate expires) throws IOException {
        Files.writeString(
                shop,
                SHOP + "exceptions:\n  - {from: storefront, to: redis, expect: allow, because: b, owner: o, expires: "
                        + expires + "}\n",
                StandardCharsets.UTF_8);
        return issues(selectFile(shop.toString())).stream()
                .map(DiscoveryIssue::message)
                .toList();
    }

    @Test
    void a_file_that_is_not_there_is_an_issue_and_no_exception() {
        assertThat(issues(selectFile(folder.resolve("none.yaml").toString())))
                .singleElement()
                .satisfies(issue -> assertThat(issue.severity()).isEqualTo(DiscoveryIssue.Severity.ERROR));
    }

    @Test
    void what_a_filter_leaves_is_all_that_is_run() {
        List<List<Matrix>> runs = new ArrayList<>();

        run(runs, TagFilter.includeTags("data"));

        assertThat(runs)
                .singleElement()
                .satisfies(matrices -> assertThat(matrices)
                        .singleElement()
                        .satisfies(matrix -> assertThat(matrix.checks()).hasSize(1)));
    }

    @Test
    void no_cluster_is_contacted_when_a_filter_leaves_nothing() {
        List<List<Matrix>> runs = new ArrayList<>();

        run(runs, TagFilter.includeTags("nobody-has-this"));

        assertThat(runs).isEmpty();
    }

    private void run(List<List<Matrix>> runs, PostDiscoveryFilter filter) {
        List<Matrix> matrices =
                MatrixReader.of(LocalDate.EPOCH, "default").read(List.of(shop)).matrices();
        NetproofEngine engine = new NetproofEngine(matrices, asked -> {
            runs.add(asked);
            throw new IllegalStateException("nothing is run here");
        });
        LauncherFactory.create(LauncherConfig.builder()
                        .enableTestEngineAutoRegistration(false)
                        .enableTestExecutionListenerAutoRegistration(false)
                        .addTestEngines(engine)
                        .build())
                .execute(LauncherDiscoveryRequestBuilder.request()
                        .filters(filter, EngineFilter.includeEngines(NetproofEngine.ID))
                        .forExecution()
                        .build());
    }

    private static List<String> names(DiscoverySelector... selectors) {
        return tests(discovered(selectors)).stream()
                .map(TestDescriptor::getDisplayName)
                .toList();
    }

    private static TestDescriptor discovered(DiscoverySelector... selectors) {
        return EngineTestKit.engine(new NetproofEngine())
                .selectors(selectors)
                .discover()
                .getEngineDescriptor();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            netproof.max-checks        | 2                | too-many-checks
            netproof.max-probes        | 1                | too-many-probes
            netproof.allow-namespace   | jobs, team-*     | namespace-not-allowed
            netproof.allow-destination | jobs/*, 10.0.0.1 | destination-not-allowed
            netproof.max-checks        | many             | netproof.max-checks: 'many' is not a whole number of at least 1
            netproof.max-paths         | 0                | netproof.max-paths: '0' is not a whole number of at least 1
            netproof.allow-namespace   | Shop             | matches no namespace
            netproof.allow-destination | a/b/c            | is no destination
            """)
    void what_the_build_does_not_allow_is_an_error_of_the_discovery(String parameter, String value, String said) {
        assertThat(EngineTestKit.engine(new NetproofEngine())
                        .configurationParameter(parameter, value)
                        .selectors(selectFile(shop.toString()))
                        .discover()
                        .getDiscoveryIssues())
                .isNotEmpty()
                .allSatisfy(issue -> {
                    assertThat(issue.severity()).isEqualTo(DiscoveryIssue.Severity.ERROR);
                    assertThat(issue.message()).contains(said);
                });
    }

    @Test
    void the_control_namespace_is_a_place_for_probes() throws IOException {
        Path outside = Files.writeString(
                folder.resolve("outside.yaml"),
                SHOP.replace("{service: redis, namespace: shop, port: 6379}", "{host: example.com, port: 443}"),
                StandardCharsets.UTF_8);

        assertThat(EngineTestKit.engine(new NetproofEngine())
                        .configurationParameter("netproof.allow-namespace", "shop")
                        .configurationParameter("netproof.control-namespace", "default")
                        .selectors(selectFile(outside.toString()))
                        .discover()
                        .getDiscoveryIssues())
                .singleElement()
                .satisfies(issue -> assertThat(issue.message()).contains("would run in namespace default"));
    }

    private static List<DiscoveryIssue> issues(DiscoverySelector... selectors) {
        return EngineTestKit.engine(new NetproofEngine())
                .selectors(selectors)
                .discover()
                .getDiscoveryIssues();
    }

    private static List<TestDescriptor> tests(TestDescriptor root) {
        List<TestDescriptor> tests = new ArrayList<>();
        root.accept(descriptor -> {
            if (descriptor.isTest()) {
                tests.add(descriptor);
            }
        });
        return tests;
    }
}
