package dev.netproof.matrix;

import static org.assertj.core.api.Assertions.assertThat;

import dev.netproof.matrix.DiagnosticText.Colour;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A file that is as long as a matrix may be, whatever fills it: read or refused within seconds. */
class LargeMatrixTest {
    private static final String HEAD = "apiVersion: netproof.dev/v1\nkind: ConnectivityMatrix\n";
    private static final int ROOM = SourceFile.MOST_BYTES - 200;

    private final MatrixReader reader = MatrixReader.of(DiagnosticGoldenTest.TODAY, "shop");

    @ParameterizedTest
    @MethodSource
    @Timeout(value = 20, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void a_matrix_as_long_as_it_may_be_is_read_or_refused_within_seconds(String matrix) {
        assertThat(matrix.length()).isBetween(ROOM / 4, SourceFile.MOST_BYTES);

        MatrixReading reading = reader.readText("matrix.yaml", matrix.getBytes(StandardCharsets.UTF_8));

        assertThat(new DiagnosticText().render(reading.diagnostics(), Colour.NONE))
                .as("what is said of it")
                .isNotBlank()
                .hasSizeLessThan(50_000);
    }

    static Stream<Named<String>> a_matrix_as_long_as_it_may_be_is_read_or_refused_within_seconds() {
        return Stream.of(
                Named.of("a list on one line", HEAD + "checks: [" + filled(i -> "a,") + "a]\n"),
                Named.of(
                        "a list on one line, beyond Latin-1",
                        HEAD + "checks: [" + filled(ROOM / 3, i -> "\u6ce8,") + "a]\n"),
                Named.of(
                        "a grid beyond Latin-1",
                        HEAD + "grid: |\n  " + filled(ROOM / 3, i -> "\u6ce8 ") + "\n  b deny\n"),
                Named.of("a mapping on one line", HEAD + "sources: {" + filled(i -> "k" + i + ": x,") + "}\n"),
                Named.of("anchors on one line", HEAD + "checks: [" + filled(i -> "&a" + i + " x,") + "]\n"),
                Named.of("aliases on one line", HEAD + "checks: [" + filled(i -> "*a" + i + " ,") + "]\n"),
                Named.of("variables on one line", HEAD + "checks: [" + filled(i -> "'${" + i + "}',") + "]\n"),
                Named.of("tags on one line", HEAD + "checks: [" + filled(i -> "!!t" + i + " x,") + "]\n"),
                Named.of("a grid of half a million columns", HEAD + "grid: |\n  " + filled(i -> "a ") + "\n  b deny\n"),
                Named.of(
                        "a grid of as many columns, all of them Services",
                        HEAD + "grid: |\n  from " + filled(i -> "svc/a" + i + " ") + "\n  deploy/x deny\n"),
                Named.of(
                        "a grid of one long row", HEAD + "grid: |\n  svc/a\n  deploy/x " + filled(i -> "deny ") + "\n"),
                Named.of("a grid of wrong cells", HEAD + "grid: |\n  svc/a\n  deploy/x " + filled(i -> "no ") + "\n"),
                Named.of("a grid of rows", HEAD + "grid: |\n  svc/a\n" + filled(i -> "  deploy/x" + i + " deny\n")),
                Named.of("a grid of nothing", HEAD + "grid: |\n  svc/a\n" + filled(i -> "\n")),
                Named.of("grids in a folded text", HEAD + "checks: >\n" + filled(i -> "  grid: |\n   x\n")),
                Named.of(
                        "sources that are mistyped",
                        HEAD + "sources:\n" + filled(ROOM / 2, i -> "  source" + i + ": {labels: {}}\n")
                                + "checks:\n  - {to: svc/a, expect: deny, from: ["
                                + filled(ROOM / 2, i -> "sourze" + i + ",") + "]}\n"),
                Named.of(
                        "destinations that are mistyped",
                        HEAD + "destinations:\n" + filled(ROOM / 2, i -> "  store" + i + ": {service: a}\n")
                                + "checks:\n  - {from: deploy/a, expect: deny, to: ["
                                + filled(ROOM / 2, i -> "sture" + i + ",") + "]}\n"),
                Named.of(
                        "keys that are mistyped",
                        HEAD + "checks:\n" + filled(i -> "  - {form: a, too: b, expct: c}\n")),
                Named.of("keys that are the same", HEAD + "sources:\n" + filled(i -> "  a: {labels: {}}\n")),
                Named.of(
                        "one pair over and over",
                        HEAD + "checks:\n" + filled(i -> "  - {from: deploy/a, to: svc/b, expect: deny}\n")),
                Named.of(
                        "one pair, contradicted",
                        HEAD + "checks:\n  - {from: deploy/a, to: svc/b, expect: deny}\n"
                                + filled(i -> "  - {from: deploy/a, to: svc/b, expect: allow}\n")),
                Named.of(
                        "exceptions that bring guards",
                        HEAD + "checks:\n  - {from: deploy/a, expect: deny, to: ["
                                + filled(ROOM / 2, i -> "svc/a:" + (i + 1) + ",") + "]}\n"
                                + "exceptions:\n  - {to: svc/a:1, expect: allow, because: b, owner: c, expires: 2027-02-01, from: ["
                                + filled(ROOM / 2, i -> "deploy/x" + i + ",") + "]}\n"),
                Named.of(
                        "two long lists",
                        HEAD + "checks:\n  - {expect: deny, from: [" + filled(ROOM / 2, i -> "deploy/a" + i + ",")
                                + "], to: [" + filled(ROOM / 2, i -> "svc/b" + i + ",") + "]}\n"),
                Named.of(
                        "tags",
                        HEAD + "checks:\n  - {from: deploy/a, to: svc/b, expect: deny, tags: ["
                                + filled(i -> "t" + i + ",") + "]}\n"),
                Named.of("labels", HEAD + "sources:\n  a: {labels: {" + filled(i -> "l" + i + ": 'x',") + "}}\n"),
                Named.of("a text of backslashes", HEAD + "checks: \"" + filled(i -> "\\\\") + "\"\n"),
                Named.of("documents", filled(i -> "---\n" + HEAD)),
                Named.of("an address of numbers", check("'" + filled(i -> "1.") + "1:80'")),
                Named.of("an address in a URL", check("'https://" + filled(i -> "1.") + "1/'")),
                Named.of("an address of colons", check("'ip/[" + filled(i -> "1:") + "]:80'")),
                Named.of("a host of labels", check("'" + filled(i -> "a.") + "a:80'")),
                Named.of("a host of hyphens", check("'a." + filled(i -> "a-") + "a:80'")),
                Named.of("a path", check("'https://a.b/" + filled(i -> "a/") + "'")),
                Named.of("a path of escapes", check("'https://a.b/" + filled(i -> "%20") + "'")),
                Named.of("a query", check("'https://a.b?" + filled(i -> "a&") + "'")),
                Named.of("a user in a URL", check("'https://" + filled(i -> "a:") + "@b.c/'")),
                Named.of("a URL of brackets", check("'https://" + filled(i -> "[]") + "'")),
                Named.of("a URL scheme", check("'" + filled(i -> "a+") + "://b.c/'")),
                Named.of("slashes", check("'" + filled(i -> "a/") + "'")),
                Named.of("a port", check("'svc/a:" + filled(i -> "1") + "'")),
                Named.of("a port's name", check("'svc/a:" + filled(i -> "a-") + "'")),
                Named.of("a Service's name", check("'svc/" + filled(i -> "a.") + "a'")),
                Named.of("a workload's name", check("'deploy/" + filled(i -> "a.") + "a:80'")),
                Named.of("a label's key", HEAD + "sources:\n  a: {labels: {'" + filled(i -> "a.") + "/x': 'y'}}\n"),
                Named.of(
                        "a datagram",
                        HEAD + "destinations:\n  a: {service: a, protocol: UDP, port: 1, send: '" + filled(i -> "\\x00")
                                + "'}\n"),
                Named.of("a matrix's name", HEAD + "metadata: {name: '" + filled(i -> "a.") + "'}\n"),
                Named.of(
                        "a reason",
                        HEAD + "checks:\n  - {from: deploy/a, to: svc/b, because: '" + filled(i -> "a ")
                                + "', expect: dony}\n"));
    }

    private static String check(String to) {
        return HEAD + "checks:\n  - {from: deploy/a, expect: deny, to: " + to + "}\n";
    }

    private static String filled(IntFunction<String> one) {
        return filled(ROOM, one);
    }

    /** As often as there is room, numbered. */
    private static String filled(int room, IntFunction<String> one) {
        int most = room / one.apply(room).length();
        return IntStream.range(0, most).mapToObj(one).collect(Collectors.joining());
    }
}
