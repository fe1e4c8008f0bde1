package dev.netproof.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Document;

@ResourceLock(Resources.SYSTEM_OUT)
@ResourceLock(Resources.SYSTEM_ERR)
class MainTest {
    private static final String MATRIX = """
            apiVersion: netproof.dev/v1
            kind: ConnectivityMatrix
            metadata: {name: shop}
            sources:
              storefront: {namespace: shop, labels: {app: storefront}}
            destinations:
              postgres: {service: postgres, namespace: shop, port: 5432}
            checks:
              - {from: storefront, to: postgres, expect: deny}
            """;

    private static final String KUBECONFIG = """
            apiVersion: v1
            kind: Config
            current-context: lab
            contexts:
              - {name: lab, context: {cluster: lab, user: me}}
            clusters:
              - {name: lab, cluster: {server: "http://127.0.0.1:1"}}
            users:
              - {name: me, user: {token: secret}}
            """;

    @TempDir
    Path folder = Path.of(".");

    @RegisterExtension
    final CapturedStreams streams = new CapturedStreams();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "--no-such-option",
                "walk",
                "run",
                "run m.yaml --timeout soon",
                "run m.yaml --timeout 0s",
                "run m.yaml --timeout 24h1s",
                "enforcement --timeout 25h",
                "run m.yaml --report junit",
                "run m.yaml --report pdf=x.pdf",
                "run m.yaml --endpoints none",
                "run m.yaml -o yaml",
                "run m.yaml -q -v",
                "diff",
                "diff old.json",
                "diff old.json new.json -o html",
            })
    void mistaken_usage_ends_with_2_and_says_why(String line) {
        assertThat(Main.execute(line.isEmpty() ? new String[0] : line.split(" ", -1)))
                .isEqualTo(2);
        assertThat(streams.err()).isNotBlank();
    }

    @Test
    void a_diff_ends_with_what_a_gate_needs() {
        String green = "src/test/resources/report/green.json";
        String red = "src/test/resources/report/red.json";

        assertThat(Main.execute("diff", green, green)).isZero();
        assertThat(streams.out()).contains("18 the same");
        assertThat(Main.execute("diff", green, red)).isEqualTo(1);
        assertThat(streams.out())
                .contains(
                        "NetworkPolicy bookstore/ingress-postgres-from-catalog changed (resourceVersion 814 → 1188): 1 edge opened");
        assertThat(Main.execute("diff", red, green, "-o", "markdown")).isZero();
        assertThat(streams.out()).contains("### ✓ 2 fixed");
        assertThat(Main.execute("diff", green, "src/test/resources/report/breakage.json", "-o", "json"))
                .isEqualTo(5);
        assertThat(Main.execute("diff", green, folder.resolve("none.json").toString()))
                .isEqualTo(2);
        assertThat(streams.err()).contains("there is no file").contains("--report json=");
        assertThat(Main.execute("diff", "README.md", green)).isEqualTo(2);
        assertThat(streams.err()).contains("README.md cannot be read as a report: line 1, column 1: not JSON");
    }

    @Test
    void help_and_version_end_with_0() {
        assertThat(Main.execute("--help")).isZero();
        assertThat(streams.out()).contains("run").contains("lint").contains("5 nothing could be judged");
        assertThat(Main.execute("--version")).isZero();
        assertThat(streams.out()).contains("netproof ");
    }

    @Test
    void lint_of_a_good_matrix_ends_with_0() throws IOException {
        assertThat(Main.execute("lint", matrix(MATRIX))).isZero();
        assertThat(streams.out()).contains("1 matrix, 1 checks: no mistakes found");
    }

    @Test
    void lint_of_a_bad_matrix_ends_with_2_and_shows_the_place() throws IOException {
        assertThat(Main.execute("lint", matrix(MATRIX.replace("expect: deny", "expect: dney"))))
                .isEqualTo(2);
        assertThat(streams.err()).contains("shop.yaml:9:").contains("deny").contains("^");
    }

    @Test
    void a_bad_matrix_is_told_before_a_cluster_is_looked_for() throws IOException {
        assertThat(Main.execute(
                        "run",
                        matrix(MATRIX.replace("to: postgres", "to: postgers")),
                        "--kubeconfig",
                        folder.resolve("none").toString()))
                .isEqualTo(2);
        assertThat(streams.err()).contains("Did you mean \"postgres\"?");
    }

    @Test
    void a_matrix_that_is_not_there_ends_with_2() {
        assertThat(Main.execute("lint", folder.resolve("none.yaml").toString())).isEqualTo(2);
        assertThat(streams.err()).contains("none.yaml");
    }

    @Test
    void a_selection_of_nothing_ends_with_2() throws IOException {
        assertThat(Main.execute("run", matrix(MATRIX), "--only", "nobody", "--kubeconfig", kubeconfig()))
                .isEqualTo(2);
        assertThat(streams.err()).contains("no check has the source nobody; the sources are storefront");
        assertThat(Main.execute("run", matrix(MATRIX) + ":2", "--kubeconfig", kubeconfig()))
                .isEqualTo(2);
        assertThat(streams.err()).contains("there is no check on line 2");
        assertThat(Main.execute("run", matrix(MATRIX), "--tags", "none", "--kubeconfig", kubeconfig()))
                .isEqualTo(2);
        assertThat(streams.err()).contains("no check has the tag none; no check has a tag");
    }

    /** Each selection alone leaves something; together they leave nothing. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --only storefront --tags data   | no check has the source storefront and the tag data
            --only storefront --tags data,x | no check has the source storefront and one of the tags data, x
            --only catalog LINE             | no check has the source catalog and is on line 8
            --tags data LINE                | no check has the tag data and is on line 8
            """)
    void a_selection_of_nothing_names_everything_that_was_asked_for(String selection, String said) throws IOException {
        String matrix = matrix("""
                apiVersion: netproof.dev/v1
                kind: ConnectivityMatrix
                metadata: {name: shop}
                defaults: {namespace: shop}
                sources:
                  storefront: {labels: {app: storefront}}
                checks:
                  - {from: storefront, to: svc/postgres, expect: deny}
                  - {from: deploy/catalog, to: svc/postgres, expect: allow, tags: [data]}
                """);
        String line = "run " + (selection.contains("LINE") ? matrix + ":8" : matrix) + " "
                + selection.replace(" LINE", "").replace("catalog", "deploy/catalog") + " --kubeconfig " + kubeconfig();

        assertThat(Main.execute(line.split(" ", -1))).isEqualTo(2);

        assertThat(streams.err()).contains(said.replace("catalog", "deploy/catalog"));
    }

    @Test
    void no_round_proves_nothing() throws IOException {
        assertThat(Main.execute("run", matrix(MATRIX), "--stable", "0")).isEqualTo(2);
        assertThat(streams.err()).contains("--stable must be at least 1");
    }

    @Test
    void without_a_kubeconfig_nothing_is_judged_and_the_report_is_written() throws Exception {
        Path report = folder.resolve("out").resolve("netproof.xml");
        String none = folder.resolve("none").toString();

        assertThat(Main.execute("run", matrix(MATRIX), "--kubeconfig", none, "--report", "junit=" + report))
                .isEqualTo(5);

        assertThat(streams.both()).contains(none);
        says(xml(report), none);
    }

    @Test
    void with_an_unknown_context_nothing_is_judged_and_the_report_is_written() throws Exception {
        Path report = folder.resolve("netproof.xml");

        assertThat(Main.execute(
                        "run",
                        matrix(MATRIX),
                        "--kubeconfig",
                        kubeconfig(),
                        "--context",
                        "lav",
                        "--report",
                        "junit=" + report))
                .isEqualTo(5);

        says(xml(report), "lav");
    }

    @Test
    void with_a_cluster_that_does_not_answer_nothing_is_judged_and_the_report_is_written() throws Exception {
        Path report = folder.resolve("netproof.xml");

        assertThat(Main.execute("run", matrix(MATRIX), "--kubeconfig", kubeconfig(), "--report", "junit=" + report))
                .isEqualTo(5);

        says(xml(report), "127.0.0.1:1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--kubeconfig NONE", "--kubeconfig LAB --context lav", "--kubeconfig LAB"})
    void an_enforcement_check_without_a_cluster_writes_its_reports_too(String cluster) throws Exception {
        Path report = folder.resolve("enforcement.xml");
        String line = "enforcement " + cluster + " --report junit=" + report;

        assertThat(Main.execute(line.replace("NONE", folder.resolve("none").toString())
                        .replace("LAB", kubeconfig())
                        .split(" ", -1)))
                .isEqualTo(5);

        assertThat(streams.both()).contains("Nothing could be judged", "fix");
        assertThat(xml(report).getElementsByTagName("error").getLength()).isPositive();
    }

    @Test
    void a_report_that_cannot_be_written_is_said() throws IOException {
        Path blocked = Files.createFile(folder.resolve("file"));

        assertThat(Main.execute(
                        "run",
                        matrix(MATRIX),
                        "--kubeconfig",
                        folder.resolve("none").toString(),
                        "--report",
                        "junit=" + blocked.resolve("netproof.xml")))
                .isEqualTo(5);
        assertThat(streams.err()).contains("cannot write the junit report");
    }

    @Test
    void the_schema_is_printed() {
        assertThat(Main.execute("schema")).isZero();
        assertThat(streams.out()).startsWith("{").contains("ConnectivityMatrix");
    }

    @ParameterizedTest
    @CsvSource({"90s, PT1M30S", "5m, PT5M", "1h, PT1H", "1m30s, PT1M30S", "500ms, PT0.5S", "2m500ms, PT2M0.5S"})
    void durations_are_written_as_kubectl_writes_them(String text, Duration duration) {
        assertThat(new DurationConverter().convert(text)).isEqualTo(duration);
    }

    private static void says(Document document, String word) {
        assertThat(document.getElementsByTagName("error").getLength()).isPositive();
        assertThat(document.getDocumentElement().getTextContent()
                        + document.getElementsByTagName("error")
                                .item(0)
                                .getAttributes()
                                .getNamedItem("message"))
                .contains(word);
        assertThat(document.getElementsByTagName("failure").getLength()).isZero();
    }

    private static Document xml(Path file) throws Exception {
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file.toFile());
    }

    private String matrix(String text) throws IOException {
        return Files.writeString(folder.resolve("shop.yaml"), text, StandardCharsets.UTF_8)
                .toString();
    }

    private String kubeconfig() throws IOException {
        return Files.writeString(folder.resolve("kubeconfig"), KUBECONFIG, StandardCharsets.UTF_8)
                .toString();
    }
}
