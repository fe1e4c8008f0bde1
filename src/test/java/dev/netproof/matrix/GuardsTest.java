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
    void aSiblingMustStillBeStoppedAtTheSamePort() {
        assertThat(guards(HEAD
                        + "checks:\n  - {from: deploy/web, to: svc/web-api:80, expect: allow}\n"
                        + EXCEPTION.formatted("2027-01-31")))
                .containsExactly("deploy/web → svc/pay:443 is denied");
    }

    @Test
    void theSourceMustStillBeStoppedAtTheOtherPortsThatTheMatrixKnows() {
        assertThat(guards(HEAD
                        + "checks:\n  - {from: deploy/web, to: [svc/pay:443, svc/pay:9090], expect: deny}\n"
                        + EXCEPTION.formatted("2027-01-31")))
                .containsExactly("deploy/orders → svc/pay:9090 is denied");
    }

    @Test
    void whereThereIsNoSiblingOneIsMadeUp() {
        assertThat(guards(HEAD + EXCEPTION.formatted("2027-01-31")))
                .containsExactly("sibling of deploy/orders → svc/pay:443 is denied");
    }

    @Test
    void whatSomebodyWroteACheckForNeedsNoGuard() {
        assertThat(guards(HEAD
                        + "checks:\n  - {from: deploy/web, to: svc/pay:443, expect: allow}\n"
                        + EXCEPTION.formatted("2027-01-31")))
                .isEmpty();
    }

    @Test
    void anExpiredExceptionIsNotGuarded() {
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
