package dev.netproof.matrix;

import static org.assertj.core.api.Assertions.assertThat;

import dev.netproof.model.Check;
import dev.netproof.model.Check.Origin;
import dev.netproof.model.Check.Terms;
import dev.netproof.model.Destination;
import dev.netproof.model.Destination.Request;
import dev.netproof.model.Expectation;
import dev.netproof.model.Family;
import dev.netproof.model.Identity;
import dev.netproof.model.Location;
import dev.netproof.model.Matrix;
import dev.netproof.model.Placement;
import dev.netproof.model.PortRef;
import dev.netproof.model.Protocol;
import dev.netproof.model.Source;
import dev.netproof.model.Target;
import dev.netproof.model.WorkloadKind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MatrixReaderTest {
    private static final LocalDate TODAY = LocalDate.of(2026, 11, 21);
    private static final String HEAD =
            "apiVersion: netproof.dev/v1\nkind: ConnectivityMatrix\ndefaults: {namespace: shop}\n";
    private static final Path COMPLETE = Path.of("src/test/resources/matrix/valid/complete.yaml");

    private final MatrixReader reader = MatrixReader.of(TODAY, "fallback");

    @Test
    void the_complete_example_reads_without_a_diagnostic() {
        MatrixReading reading = reader.read(List.of(COMPLETE));

        assertThat(reading.diagnostics()).isEmpty();
        Matrix matrix = reading.matrices().get(0);
        assertThat(matrix.name()).isEqualTo("bookstore");
        assertThat(matrix.owner()).contains("platform-team");
        assertThat(matrix.location()).isEqualTo(new Location(COMPLETE.toString(), 2, 1));
        assertThat(matrix.checks())
                .extracting(Check::sentence)
                .containsExactly(
                        "deploy/storefront → svc/catalog is allowed",
                        "deploy/storefront → svc/orders is allowed",
                        "deploy/catalog → svc/postgres:5432 is allowed",
                        "deploy/storefront → svc/postgres is denied",
                        "stranger → svc/catalog is denied",
                        "stranger → svc/orders is denied",
                        "stranger → svc/postgres is denied",
                        "deploy/orders → https://example.com is denied",
                        "batch → metrics:metrics is allowed",
                        "deploy/orders → https://pay.example.com (exception) is allowed",
                        "deploy/storefront → https://pay.example.com is denied",
                        "deploy/storefront → dns:53 is allowed",
                        "stranger → dns:53 is allowed");
    }

    @Test
    void a_check_stands_where_its_item_stands() {
        MatrixReading reading = reader.read(List.of(COMPLETE));

        assertThat(reading.matrices().get(0).checks())
                .extracting(check ->
                        check.location().line() + ":" + check.location().column())
                .containsExactly(
                        "7:36", "7:49", "8:6", "9:6", "10:27", "10:40", "10:52", "11:6", "12:6", "20:6", "20:6",
                        "23:61", "24:61");
    }

    @Test
    void an_entry_on_several_lines_stands_on_its_first_and_a_lists_items_on_their_own() {
        List<Check> checks = checks("""
                checks:
                  - from: deploy/a
                    expect: deny
                    to: svc/b
                  - expect: allow
                    from:
                      - deploy/a
                      - deploy/c
                    to: svc/d
                """);

        assertThat(checks).extracting(check -> check.location().line()).containsExactly(5, 10, 11);
    }

    @Test
    void a_source_in_short_form_is_the_live_workload() {
        assertThat(source("sts/db"))
                .isEqualTo(new Source(
                        "sts/db",
                        "shop",
                        new Identity.Workload(WorkloadKind.STATEFUL_SET, "db"),
                        Optional.empty(),
                        Source.Liveness.LIVE,
                        Placement.ANY,
                        new Location("m.yaml", 5, 11)));
        assertThat(source("other/pod/db-0").namespace()).isEqualTo("other");
        assertThat(source("other/pod/db-0").identity()).isEqualTo(new Identity.ExistingPod("db-0"));
    }

    @Test
    void jobs_and_cron_jobs_are_sources() {
        assertThat(source("cronjob/nightly").identity())
                .isEqualTo(new Identity.Workload(WorkloadKind.CRON_JOB, "nightly"));
        assertThat(source("other/job/seed").identity()).isEqualTo(new Identity.Workload(WorkloadKind.JOB, "seed"));
        assertThat(checks("""
                        sources:
                          night: {workload: cj/nightly}
                        checks:
                          - {from: night, to: svc/b, expect: deny}
                        """).get(0).source().identity())
                .isEqualTo(new Identity.Workload(WorkloadKind.CRON_JOB, "nightly"));
    }

    @ParameterizedTest
    @CsvSource({
        "deployment/x, deploy/x",
        "deployment.apps/x, deploy/x",
        "statefulset/x, sts/x",
        "daemonset/x, ds/x",
        "jobs/x, job/x",
        "cj/x, cronjob/x",
        "cronjob.batch/x, cronjob/x",
        "pods/x, pod/x",
        "other/deployment/x, other/deploy/x"
    })
    void kubectls_long_forms_mean_the_same(String written, String name) {
        assertThat(source(written).name()).isEqualTo(name);
    }

    @Test
    void destinations_in_short_form_are_understood() {
        assertThat(destination("svc/db").target()).isEqualTo(new Target.Service("shop", "db"));
        assertThat(destination("svc/db").port()).isEmpty();
        assertThat(destination("other/svc/db:5432").target()).isEqualTo(new Target.Service("other", "db"));
        assertThat(destination("svc/db:5432").port()).contains(new PortRef.Number(5432));
        assertThat(destination("svc/db:pg").port()).contains(new PortRef.Name("pg"));
        assertThat(destination("svc/kube-dns:53/udp").protocol()).isEqualTo(Protocol.UDP);
        assertThat(destination("svc/kube-dns:53/UDP").name()).isEqualTo("svc/kube-dns:53/udp");
        assertThat(destination("svc/catalog:80/http").protocol()).isEqualTo(Protocol.HTTP);
        assertThat(destination("deploy/x:8080").target())
                .isEqualTo(new Target.Workload("shop", WorkloadKind.DEPLOYMENT, "x"));
        assertThat(destination("pod/x-0:8080").target()).isEqualTo(new Target.Pod("shop", "x-0"));
        assertThat(destination("ip/10.1.2.3:443").target()).isEqualTo(new Target.Ip("10.1.2.3"));
        assertThat(destination("ip/[FD00::1]:443").target()).isEqualTo(new Target.Ip("fd00::1"));
        assertThat(destination("Example.com:443").target()).isEqualTo(new Target.Host("example.com"));
        assertThat(destination("example.com:443").protocol()).isEqualTo(Protocol.TCP);
    }

    @Test
    void urls_are_understood() {
        Destination plain = destination("https://example.com");
        assertThat(plain.target()).isEqualTo(new Target.Host("example.com"));
        assertThat(plain.port()).contains(new PortRef.Number(443));
        assertThat(plain.protocol()).isEqualTo(Protocol.HTTPS);
        assertThat(plain.request()).isEqualTo(Request.NONE);
        Destination full = destination("http://[fd00::1]:8080/a/b?c=d");
        assertThat(full.target()).isEqualTo(new Target.Ip("fd00::1"));
        assertThat(full.port()).contains(new PortRef.Number(8080));
        assertThat(full.protocol()).isEqualTo(Protocol.HTTP);
        assertThat(full.request().path()).contains("/a/b?c=d");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"svc/kube-dns:53/udp", "https://example.com", "https://example.com/path", "ip/[fd00::1]:443"})
    void a_reference_names_its_port_once(String reference) {
        Check check = checks("checks:\n  - {from: deploy/a, to: \"" + reference + "\", expect: deny}\n")
                .get(0);

        assertThat(check.target()).isEqualTo(reference);
    }

    @Test
    void named_sources_carry_what_they_say() {
        List<Check> checks = checks("""
                sources:
                  batch: {namespace: y, labels: {app: batch, empty: ""}, serviceAccount: runner, nodes: other}
                  front: {workload: deploy/front, nodes: each}
                checks:
                  - {from: [batch, front], to: svc/b, expect: drop}
                """);

        assertThat(checks.get(0).source())
                .isEqualTo(new Source(
                        "batch",
                        "y",
                        new Identity.Labels(Map.of("app", "batch", "empty", "")),
                        Optional.of("runner"),
                        Source.Liveness.LIVE,
                        Placement.OTHER,
                        new Location("m.yaml", 5, 3)));
        assertThat(checks.get(1).source().identity())
                .isEqualTo(new Identity.Workload(WorkloadKind.DEPLOYMENT, "front"));
        assertThat(checks.get(1).source().placement()).isEqualTo(Placement.EACH);
        assertThat(checks.get(1).expectation()).isEqualTo(Expectation.DROP);
    }

    @Test
    void named_destinations_carry_what_they_say() {
        List<Check> checks = checks("""
                destinations:
                  api: {service: api, port: 80, protocol: HTTP, path: "/a?b=c", status: 204}
                  lookup: {service: kube-dns, namespace: kube-system, protocol: DNS, query: example.com}
                  site: {url: "https://example.com:8443/x", status: 200}
                  web: {host: example.com, protocol: HTTPS}
                  pods: {pods: {app: orders}, port: metrics}
                  six: {service: api, port: 80, family: IPv6}
                  four: {url: "http://example.com", family: IPv4}
                checks:
                  - {from: deploy/a, to: [api, lookup, site, web, pods, six, four], expect: allow}
                """);

        assertThat(checks)
                .extracting(Check::target)
                .containsExactly("api:80", "lookup:53", "site:8443", "web:443", "pods:metrics", "six:80", "four:80");
        assertThat(checks)
                .extracting(check -> check.destination().family())
                .endsWith(Optional.empty(), Optional.of(Family.IPV6), Optional.of(Family.IPV4));
        assertThat(checks.get(0).destination().request())
                .isEqualTo(new Request(Optional.of("/a?b=c"), Optional.of(204), Optional.empty()));
        assertThat(checks.get(1).destination().request().query()).contains("example.com");
        assertThat(checks.get(2).destination().request().status()).contains(200);
    }

    @Test
    void tags_of_defaults_and_check_add_up() {
        Matrix matrix = read("""
                apiVersion: netproof.dev/v1
                kind: ConnectivityMatrix
                defaults: {tags: [nightly]}
                checks:
                  - {from: deploy/a, to: svc/b, expect: deny, tags: [pci]}
                """).matrices().get(0);

        assertThat(matrix.checks().get(0).tags()).containsExactly("nightly", "pci");
        assertThat(matrix.checks().get(0).source().namespace()).isEqualTo("fallback");
        assertThat(matrix.name()).isEqualTo("m");
    }

    @Test
    void a_grid_cell_is_a_check_that_stands_in_its_cell() {
        List<Check> checks = checks("""
                grid: |

                  # who          may reach
                                 svc/a   svc/b:80

                    deploy/x     allow   -
                    other/ds/y   reject  deny   # both
                """);

        assertThat(checks)
                .extracting(check -> check.location().line() + ":"
                        + check.location().column() + " " + check.sentence() + " " + check.origin())
                .containsExactly(
                        "9:18 deploy/x → svc/a is allowed GRID",
                        "10:18 other/ds/y → svc/a is rejected GRID",
                        "10:26 other/ds/y → svc/b:80 is denied GRID");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "grid: |\n            svc/b\n  deploy/a  deny\n",
                "grid: |2\n            svc/b\n  deploy/a  deny\n",
                "grid: |- # drawn\n            svc/b\n  deploy/a  deny\n",
                "grid: |\n  from      svc/b\n  deploy/a  deny\n"
            })
    void the_corner_of_a_grid_is_empty_or_says_from(String grid) {
        List<Check> checks = checks(grid);

        assertThat(checks).hasSize(1);
        assertThat(checks.get(0).location()).isEqualTo(new Location("m.yaml", 6, 13));
    }

    @Test
    void a_pair_in_checks_and_grid_is_one_check_that_keeps_its_reason() {
        List<Check> checks = checks("""
                grid: |
                            svc/b
                  deploy/a  deny
                checks:
                  - {from: deploy/a, to: shop/svc/b, expect: deny, because: it may not, tags: [x]}
                """);

        assertThat(checks).hasSize(1);
        assertThat(checks.get(0).origin()).isEqualTo(Origin.GRID);
        assertThat(checks.get(0).because()).contains("it may not");
        assertThat(checks.get(0).tags()).containsExactly("x");
    }

    @Test
    void an_exception_replaces_the_check_of_its_pair() {
        List<Check> checks = checks(exception("2027-01-31"));

        assertThat(checks).extracting(Check::origin).containsExactly(Origin.EXCEPTION, Origin.GUARD);
        assertThat(checks.get(0).expectation()).isEqualTo(Expectation.ALLOW);
        assertThat(checks.get(0).origin()).isEqualTo(Origin.EXCEPTION);
        assertThat(checks.get(0).because()).contains("cut-over");
        assertThat(checks.get(0).exception())
                .contains(new Terms("cut-over", "orders", Optional.of("PAY-1"), LocalDate.of(2027, 1, 31)));
    }

    @Test
    void an_expired_exception_stands_beside_the_check_of_its_pair() {
        MatrixReading reading = read(HEAD + exception("2026-11-20"));

        assertThat(reading.hasErrors()).isFalse();
        assertThat(reading.diagnostics()).extracting(Diagnostic::code).containsExactly("exception-expired");
        assertThat(reading.matrices().get(0).checks())
                .extracting(Check::origin)
                .containsExactly(Origin.CHECKS, Origin.EXCEPTION);
        assertThat(reading.matrices().get(0).checks()).extracting(Check::id).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @CsvSource({"2026-11-21, exception-expires-soon", "2026-12-05, exception-expires-soon", "2026-12-06,"})
    void an_exception_warns_two_weeks_before_it_expires(String expires, String code) {
        assertThat(read(HEAD + exception(expires)).diagnostics())
                .extracting(Diagnostic::code)
                .containsExactlyElementsOf(code == null ? List.of() : List.of(code));
    }

    @Test
    void several_documents_are_several_matrices() {
        String checks = "checks:\n  - {from: deploy/a, to: svc/b, expect: deny}\n";

        MatrixReading reading = read("---\n" + HEAD + checks + "---\n" + HEAD + checks + "---\n");

        assertThat(reading.diagnostics()).isEmpty();
        assertThat(reading.matrices()).extracting(Matrix::name).containsExactly("m", "m-2");
        assertThat(reading.matrices())
                .extracting(matrix -> matrix.location().line())
                .containsExactly(2, 8);
    }

    @Test
    void a_matrix_with_an_error_is_not_handed_out_but_the_others_are() {
        String good = HEAD + "checks:\n  - {from: deploy/a, to: svc/b, expect: deny}\n";

        MatrixReading reading = read(HEAD + "checks: []\n---\n" + good);

        assertThat(reading.hasErrors()).isTrue();
        assertThat(reading.matrices()).extracting(Matrix::name).containsExactly("m-2");
    }

    @Test
    void byte_order_mark_and_windows_line_ends_change_no_place() {
        String text = (HEAD
                        + "checks:\n  - {from: deploy/a, to: svc/b, expect: deny}\ngrid: |\n          svc/c\n  deploy/a  deny\n")
                .replace("\n", "\r\n");

        MatrixReading reading = reader.readText("m.yaml", ("\ufeff" + text).getBytes(StandardCharsets.UTF_8));

        assertThat(reading.diagnostics()).isEmpty();
        assertThat(reading.matrices().get(0).location()).isEqualTo(new Location("m.yaml", 1, 1));
        assertThat(reading.matrices().get(0).checks())
                .extracting(check -> check.location().toString())
                .containsExactly("m.yaml:5:6", "m.yaml:8:13");
    }

    @Test
    void any_length_of_file_is_refused_at_once() {
        byte[] large = new byte[10 << 20];

        MatrixReading reading = reader.readText("m.yaml", large);

        assertThat(reading.diagnostics()).extracting(Diagnostic::code).containsExactly("file-too-large");
    }

    @Test
    void many_mistakes_are_cut_short() {
        MatrixReading reading =
                read(HEAD + "checks:\n" + "  - {from: deploy/a, to: svc/b, expect: maybe}\n".repeat(70));

        assertThat(reading.diagnostics()).hasSize(51);
        assertThat(reading.diagnostics().get(50).problem()).startsWith("and 20 more");
    }

    @Test
    void of_a_folder_only_matrices_are_read(@TempDir Path folder) throws IOException {
        String checks = "checks:\n  - {from: deploy/a, to: svc/b, expect: deny}\n";
        write(folder.resolve("b/two.yml"), HEAD + checks);
        write(folder.resolve("a.yaml"), HEAD + checks);
        write(folder.resolve("deployment.yaml"), "apiVersion: apps/v1\nkind: Deployment\n");
        write(folder.resolve("helm.yaml"), "a: {{ .Values.a }}\n");
        write(folder.resolve("empty.yaml"), "");
        write(folder.resolve(".git/copy.yaml"), HEAD + checks);
        write(folder.resolve("notes.txt"), HEAD + checks);

        MatrixReading reading = reader.read(List.of(folder, folder.resolve("a.yaml")));

        assertThat(reading.diagnostics()).isEmpty();
        assertThat(reading.matrices()).extracting(Matrix::name).containsExactly("a", "two");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "apiVersion: netproof.dev/v1\nkind: ConnectivityMatrix\nchecks: [\n",
                "apiVersion: netproof.dev/v1\nkind: ConectivityMatrix\nchecks: []\n",
                "kind: ConnectivityMatrix\n",
                "checks:\n  - {from: deploy/a, to: svc/b, expect: deny}\n"
            })
    void a_broken_matrix_in_a_folder_is_not_passed_over(String text, @TempDir Path folder) throws IOException {
        write(folder.resolve("m.yaml"), text);

        assertThat(reader.read(List.of(folder)).hasErrors()).isTrue();
    }

    @Test
    void a_folder_without_a_matrix_is_an_error(@TempDir Path folder) throws IOException {
        write(folder.resolve("deployment.yaml"), "apiVersion: apps/v1\nkind: Deployment\n");

        assertThat(reader.read(List.of(folder)).diagnostics())
                .extracting(Diagnostic::code)
                .containsExactly("no-matrix-in-folder");
    }

    @Test
    void two_matrices_of_one_name_are_an_error(@TempDir Path folder) throws IOException {
        String checks = "checks:\n  - {from: deploy/a, to: svc/b, expect: deny}\n";
        write(folder.resolve("a/m.yaml"), HEAD + checks);
        write(folder.resolve("b/m.yaml"), HEAD + checks);

        MatrixReading reading = reader.read(List.of(folder));

        assertThat(reading.diagnostics()).extracting(Diagnostic::code).containsExactly("matrix-name-twice");
        assertThat(reading.diagnostics().get(0).related()).isPresent();
    }

    @Test
    void a_missing_file_is_an_error() {
        assertThat(reader.read(List.of(Path.of("nowhere.yaml"))).diagnostics())
                .extracting(Diagnostic::code)
                .containsExactly("no-such-file");
    }

    private static void write(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private static String exception(String expires) {
        return """
                checks:
                  - {from: deploy/a, to: svc/b, expect: deny}
                exceptions:
                  - {from: deploy/a, to: svc/b, expect: allow, because: cut-over, owner: orders, ticket: PAY-1, expires: %s}
                """.formatted(expires);
    }

    private Source source(String reference) {
        return checks("checks:\n  - from: " + reference + "\n    to: svc/b\n    expect: deny\n")
                .get(0)
                .source();
    }

    private Destination destination(String reference) {
        return checks("checks:\n  - from: deploy/a\n    to: \"" + reference + "\"\n    expect: deny\n")
                .get(0)
                .destination();
    }

    private List<Check> checks(String body) {
        MatrixReading reading = read(HEAD + body);
        assertThat(reading.diagnostics())
                .filteredOn(diagnostic -> diagnostic.severity() == Diagnostic.Severity.ERROR)
                .isEmpty();
        return reading.matrices().get(0).checks();
    }

    private MatrixReading read(String text) {
        return reader.readText("m.yaml", text.getBytes(StandardCharsets.UTF_8));
    }
}
