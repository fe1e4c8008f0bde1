package dev.netproof.matrix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.netproof.matrix.DiagnosticText.Colour;
import dev.netproof.model.Target;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What whoever runs a matrix allows to whoever wrote it. */
class LimitsTest {
    private static final String HEAD = """
            apiVersion: netproof.dev/v1
            kind: ConnectivityMatrix
            metadata: {name: shop}
            defaults: {namespace: shop}
            """;

    @Nested
    class Amounts {
        private final MatrixLimits few = new MatrixLimits(6, 3, AllowedNamespaces.USUAL, AllowedDestinations.ALL);

        @Test
        void as_many_as_are_allowed_are_read() {
            MatrixReading reading = read(few, HEAD + check("[deploy/a, deploy/b, deploy/c]", "[svc/x, svc/y]"));

            assertThat(reading.diagnostics()).isEmpty();
            assertThat(reading.matrices().get(0).checks()).hasSize(6);
        }

        @Test
        void one_check_more_is_refused_where_it_is_asked_for() {
            MatrixReading reading = read(
                    few,
                    HEAD + check("[deploy/a, deploy/b]", "[svc/x, svc/y]")
                            + "  - {from: deploy/c, to: [svc/x, svc/y, svc/z], expect: deny}\n");

            assertThat(text(reading)).isEqualTo("""
                    error: too-many-checks
                     --> matrix.yaml:7:6
                      |
                    7 |   - {from: deploy/c, to: [svc/x, svc/y, svc/z], expect: deny}
                      |      ^^^^ this check exceeds the limit of 6 checks; the matrices have 7
                      |
                      = Each source of a list is paired with each destination. If that is intended, allow it:
                        --max-checks 7
                    """);
            assertThat(reading.matrices()).isEmpty();
        }

        @Test
        void the_cells_of_a_grid_count() {
            MatrixReading reading = read(few, HEAD + """
                    grid: |
                      from      svc/a  svc/b  svc/c  svc/d
                      deploy/x  deny   deny   deny   -
                      deploy/y  deny   deny   deny   deny
                    """);

            assertThat(codes(reading)).containsExactly("too-many-checks");
            assertThat(reading.diagnostics().get(0).problem()).contains("the matrices have 7");
        }

        @Test
        void the_guards_of_exceptions_count() {
            String ports = HEAD + check("deploy/a", "[svc/x:1, svc/x:2, svc/x:3, svc/x:4]") + """
                    exceptions:
                      - {from: deploy/a, to: svc/x:1, expect: allow, because: b, owner: c, expires: 2027-02-01}
                    """;

            assertThat(codes(read(few, ports))).containsExactly("too-many-checks");
        }

        @Test
        void all_matrices_of_a_reading_count_together() {
            byte[] four = (HEAD + check("[deploy/a, deploy/b]", "[svc/x, svc/y]")).getBytes(StandardCharsets.UTF_8);
            byte[] other = new String(four, StandardCharsets.UTF_8)
                    .replace("name: shop", "name: other")
                    .getBytes(StandardCharsets.UTF_8);

            MatrixReading reading = MatrixReader.of(DiagnosticGoldenTest.TODAY, "shop", few)
                    .read(List.of(), new java.util.TreeMap<>(Map.of("a.yaml", four, "b.yaml", other)));

            assertThat(codes(reading)).containsExactly("too-many-checks");
            assertThat(reading.diagnostics().get(0).location().file()).isEqualTo("b.yaml");
            assertThat(reading.diagnostics().get(0).problem()).contains("the matrices have 8");
        }

        @Test
        void sixty_four_million_checks_are_counted_and_not_made() {
            String many = HEAD + check("[" + numbered("deploy/a", 8000) + "]", "[" + numbered("svc/b", 8000) + "]");

            assertThat(codes(read(MatrixLimits.USUAL, many))).containsExactly("too-many-checks", "too-many-probes");
            assertThat(read(MatrixLimits.USUAL, many).diagnostics().get(0).problem())
                    .contains("the matrices have 64,000,000");
        }

        @Test
        void a_source_more_than_there_may_be_probes_is_refused_where_it_is_used() {
            MatrixReading reading =
                    read(few, HEAD + check("[deploy/a, deploy/b, deploy/c, deploy/d, deploy/e]", "svc/x"));

            assertThat(text(reading)).isEqualTo("""
                    error: too-many-probes
                     --> matrix.yaml:6:43
                      |
                    6 |   - {from: [deploy/a, deploy/b, deploy/c, deploy/d, deploy/e], to: svc/x, expect: deny}
                      |                                           ^^^^^^^^ this source exceeds the limit of 3 probe pods; the matrices have 5 sources, and each needs at least one
                      |
                      = If that is intended, allow it: --max-probes 5
                    """);
        }

        @Test
        void what_was_measured_is_far_below_what_is_usual() {
            String measured = HEAD + check("[" + numbered("deploy/a", 100) + "]", "[" + numbered("svc/b", 100) + "]");

            assertThat(read(MatrixLimits.USUAL, measured).matrices().get(0).checks())
                    .hasSize(10_000);
        }
    }

    @Nested
    class Namespaces {
        @Test
        void a_matrix_runs_no_probe_in_a_namespace_of_the_cluster_itself() {
            MatrixReading reading = read(MatrixLimits.USUAL, HEAD + """
                    sources:
                      agent: {namespace: kube-system, labels: {k8s-app: kube-proxy}, serviceAccount: kube-proxy}
                    checks:
                      - {from: agent, to: svc/x, expect: deny}
                      - {from: agent, to: svc/y, expect: deny}
                    """);

            assertThat(text(reading)).isEqualTo("""
                    error: namespace-not-allowed
                     --> matrix.yaml:8:12
                      |
                    8 |   - {from: agent, to: svc/x, expect: deny}
                      |            ^^^^^ its probe pod would run in namespace kube-system, which belongs to the cluster itself
                      |
                      = This is decided on the command line: --allow-namespace kube-system allows it, by this name
                        alone; other namespaces then need one too: --allow-namespace '*'.
                    """);
        }

        @Test
        void nor_by_default_or_by_reference() {
            assertThat(codes(read(MatrixLimits.USUAL, HEAD + check("openshift-ingress/deploy/router", "svc/x"))))
                    .containsExactly("namespace-not-allowed");
            assertThat(codes(read(
                            MatrixLimits.USUAL,
                            HEAD.replace("namespace: shop", "namespace: kube-public") + check("deploy/x", "svc/x"))))
                    .containsExactly("namespace-not-allowed");
        }

        @Test
        void with_patterns_it_runs_them_where_one_matches_alone() {
            MatrixLimits limits = limits(List.of("shop", "team-*"), List.of());

            assertThat(codes(read(limits, HEAD + check("[deploy/a, team-1/deploy/b]", "elsewhere/svc/x"))))
                    .isEmpty();
            MatrixReading refused = read(limits, HEAD + check("[deploy/a, jobs/deploy/b]", "svc/x"));
            assertThat(codes(refused)).containsExactly("namespace-not-allowed");
            assertThat(refused.diagnostics().get(0).problem())
                    .endsWith("namespace jobs, which no --allow-namespace matches");
        }

        @ParameterizedTest
        @CsvSource({
            "'', shop, true",
            "'', kube-system, false",
            "'', openshift, false",
            "'', calico-system, false",
            "'', kubeshop, true",
            "*, shop, true",
            "*, kube-system, false",
            "kube-*, kube-system, false",
            "kube-system, kube-system, true",
            "kube-system, kube-public, false",
            "kube-system, shop, false",
            "sh?p, shop, true",
            "sh?p, shp, false",
            "*-shop, team-1-shop, true",
            "*-shop, shop, false",
            "shop-*-eu, shop-a-b-eu, true",
            "shop-*-eu, shop-eu, false",
        })
        void patterns_are_globs_and_the_clusters_own_namespaces_want_their_name(
                String pattern, String namespace, boolean admitted) {
            List<String> patterns = pattern.isEmpty() ? List.of() : List.of(pattern);

            assertThat(AllowedNamespaces.of(patterns).admits(namespace)).isEqualTo(admitted);
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "Shop", "shop/x", "shop,jobs", "[a-z]", "-shop", "{a}", "shop "})
        void what_can_match_no_namespace_is_no_pattern(String pattern) {
            assertThatThrownBy(() -> AllowedNamespaces.of(List.of(pattern)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("matches no namespace");
        }

        @Test
        void a_pattern_of_many_stars_is_matched_at_once() {
            assertThat(new Glob("*a".repeat(30) + "b").matches("a".repeat(20_000)))
                    .isFalse();
        }
    }

    @Nested
    class Destinations {
        @Test
        void what_no_pattern_matches_is_refused_where_it_is_used() {
            MatrixLimits limits = limits(List.of(), List.of("shop/*", "*.example.com"));

            MatrixReading reading = read(
                    limits,
                    HEAD
                            + check(
                                    "deploy/a",
                                    "[svc/x, 'pay.example.com:443', 'kube-system/svc/kube-dns:53/udp', 'ip/169.254.169.254:80']"));

            assertThat(codes(reading)).containsExactly("destination-not-allowed", "destination-not-allowed");
            assertThat(text(reading))
                    .contains("--allow-destination kube-system/kube-dns", "--allow-destination 169.254.169.254");
        }

        @ParameterizedTest
        @CsvSource({
            "shop/*, shop, postgres, true",
            "shop/postgres, shop, postgres, true",
            "shop/postgres, shop, redis, false",
            "shop/*, jobs, postgres, false",
            "*/*, jobs, postgres, true",
            "*/post*, jobs, postgres, true",
            "*.example.com, shop, postgres, false",
            "10.0.0.0/8, shop, postgres, false",
        })
        void what_is_in_the_cluster_is_known_by_namespace_and_name(
                String pattern, String namespace, String name, boolean admitted) {
            AllowedDestinations allowed = AllowedDestinations.of(List.of(pattern));

            assertThat(allowed.admits(new Target.Service(namespace, name))).isEqualTo(admitted);
            assertThat(allowed.admits(new Target.Pod(namespace, name))).isEqualTo(admitted);
        }

        @ParameterizedTest
        @CsvSource({"shop/*, true", "shop/app, false", "*/*, true", "jobs/*, false"})
        void pods_by_label_belong_to_whoever_may_ask_all_of_their_namespace(String pattern, boolean admitted) {
            assertThat(AllowedDestinations.of(List.of(pattern)).admits(new Target.Pods("shop", Map.of("app", "app"))))
                    .isEqualTo(admitted);
        }

        @ParameterizedTest
        @CsvSource({
            "*.example.com, pay.example.com, true",
            "*.example.com, a.b.example.com, true",
            "*.example.com, example.com, false",
            "*.example.com, pay.example.com.evil.org, false",
            "example.com, Example.COM, true",
            "example.com., example.com, true",
            "*, anything.org, true",
            "shop/*, anything.org, false",
        })
        void host_names_are_matched_whole(String pattern, String host, boolean admitted) {
            assertThat(AllowedDestinations.of(List.of(pattern)).admits(new Target.Host(host)))
                    .isEqualTo(admitted);
        }

        @ParameterizedTest
        @CsvSource({
            "10.0.0.0/8, 10.255.1.2, true",
            "10.0.0.0/8, 11.0.0.1, false",
            "10.1.2.3, 10.1.2.3, true",
            "10.1.2.3, 10.1.2.4, false",
            "0.0.0.0/0, 169.254.169.254, true",
            "0.0.0.0/0, fd00::1, false",
            "10.1.0.0/17, 10.1.127.255, true",
            "10.1.0.0/17, 10.1.128.0, false",
            "fd00::/8, fdff::1, true",
            "fd00::/8, fe80::1, false",
            "fd00::1, fd00:0:0::1, true",
            "'[fd00::1]', fd00::1, true",
            "10.1.2.3, ::ffff:10.1.2.3, true",
            "::/0, ::ffff:169.254.169.254, false",
            "*, 10.1.2.3, false",
            "*/*, 10.1.2.3, false",
        })
        void addresses_are_matched_by_addresses_alone(String pattern, String ip, boolean admitted) {
            assertThat(AllowedDestinations.of(List.of(pattern)).admits(new Target.Ip(ip)))
                    .isEqualTo(admitted);
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "",
                    "10.0.0.0/33",
                    "10.0.0/8",
                    "10.0.0.0/",
                    "10.0.0.0/08",
                    "fd00::/129",
                    "300.1.1.1",
                    "a/b/c",
                    "shop/",
                    "https://x.y",
                    "x.y:80",
                    "a b"
                })
        void what_is_no_pattern_is_said_to_be_none(String pattern) {
            assertThatThrownBy(() -> AllowedDestinations.of(List.of(pattern)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageMatching(Pattern.quote("\"" + pattern + "\"")
                            + " is (neither an IP address nor a CIDR range|not a CIDR range: .*|no destination; .*)");
        }
    }

    private static MatrixLimits limits(List<String> namespaces, List<String> destinations) {
        return new MatrixLimits(
                MatrixLimits.MOST_CHECKS,
                MatrixLimits.MOST_PROBES,
                AllowedNamespaces.of(namespaces),
                AllowedDestinations.of(destinations));
    }

    private static String check(String from, String to) {
        return "checks:\n  - {from: " + from + ", to: " + to + ", expect: deny}\n";
    }

    private static String numbered(String name, int count) {
        return IntStream.range(0, count).mapToObj(i -> name + i).collect(Collectors.joining(", "));
    }

    private static MatrixReading read(MatrixLimits limits, String matrix) {
        return MatrixReader.of(DiagnosticGoldenTest.TODAY, "shop", limits)
                .readText("matrix.yaml", matrix.getBytes(StandardCharsets.UTF_8));
    }

    private static List<String> codes(MatrixReading reading) {
        return reading.diagnostics().stream().map(Diagnostic::code).toList();
    }

    private static String text(MatrixReading reading) {
        return new DiagnosticText().render(reading.diagnostics(), Colour.NONE);
    }
}
