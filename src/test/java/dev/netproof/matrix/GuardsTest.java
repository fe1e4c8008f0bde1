package dev.netproof.matrix;

import static org.assertj.core.api.Assertions.assertThat;

import dev.netproof.model.Check;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.List;
import org.junit.jupiter.api.Test;

/** An exception brings checks of its own: that it allows no more than it says. */
final class GuardsTest {
    private static final String HEAD = """
            apiVersion: netproof.dev/v1
            kind: ConnectivityMatrix
            metadata: {name: shop}
            defaults: {namespace: shop}
            """;
    private static final String EXCEPTION = """
            exceptions:
              - {from: deploy/orders, to: svc/pay:443, expect: allow, because: cut-over, owner: orders-team, expires: %s}
            """;

    @Test
    void a_sibling_must_still_be_stopped_at_the_same_port() {
        assertThat(guards(HEAD
                        + "checks:\n  - {from: deploy/web, to: svc/web-api:80, expect: allow}\n"
                        + EXCEPTION.formatted("2027-01-31")))
                .containsExactly("deploy/web → svc/pay:443 is denied");
    }

    @Test
    void the_source_must_still_be_stopped_at_the_other_ports_that_the_matrix_knows() {
        assertThat(guards(HEAD
                        + "checks:\n  - {from: deploy/web, to: [svc/pay:443, svc/pay:9090], expect: deny}\n"
                        + EXCEPTION.formatted("2027-01-31")))
                .containsExactly("deploy/orders → svc/pay:9090 is denied");
    }

    @Test
    void where_there_is_no_sibling_one_is_made_up() {
        assertThat(guards(HEAD + EXCEPTION.formatted("2027-01-31")))
                .containsExactly("sibling of deploy/orders → svc/pay:443 is denied");
    }

    @Test
    void what_somebody_wrote_a_check_for_needs_no_guard() {
        assertThat(guards(HEAD
                        + "checks:\n  - {from: deploy/web, to: svc/pay:443, expect: allow}\n"
                        + EXCEPTION.formatted("2027-01-31")))
                .isEmpty();
    }

    @Test
    void an_expired_exception_is_not_guarded() {
        assertThat(guards(HEAD + EXCEPTION.formatted("2026-01-31"))).isEmpty();
    }

    private static List<String> guards(String text) {
        MatrixReading reading = MatrixReader.of(LocalDate.of(2026, 11, 21), "default")
                .readText("shop.yaml", text.getBytes(StandardCharsets.UTF_8));
        assertThat(reading.hasErrors()).as("%s", reading.diagnostics()).isFalse();
        return reading.matrices().stream()
                .flatMap(m -> m.checks().stream())
                .filter(c -> c.origin() == Check.Origin.GUARD)
                .map(Check::sentence)
                .toList();
    }
}
