package dev.netproof.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Namespaces in which pods become something else than what was asked for: a sidecar may be what denies, or what connects. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
final class EnforcementAdmissionIT {
    @RegisterExtension
    static final LiveCluster LIVE = LiveCluster.with("enforcement-admission");

    @Test
    void an_injected_sidecar_is_found_and_said() {
        provesNothing("sidecar", "webhook-added-sidecar");
    }

    @Test
    void an_added_label_is_found_and_said() {
        provesNothing("label", "added-label=yes");
    }

    private static void provesNothing(String change, String said) {
        Lab.needed("webhooks");
        String namespace = LIVE.another(change);
        Checked[] checked = new Checked[1];
        Lab.during(() -> checked[0] = Checked.by(LIVE, "--namespace", namespace), "webhook", change, namespace);
        checked[0].exits(3).is("INCONCLUSIVE");
        assertThat(checked[0].first()).startsWith("? INCONCLUSIVE").contains(said);
        assertThat(checked[0].rows("default-deny"))
                .isNotEmpty()
                .allSatisfy(row -> assertThat(row).endsWith("INCONCLUSIVE CHANGED_BY_ADMISSION"));
        assertThat(checked[0].rows()).allSatisfy(row -> {
            assertThat(row.path("seen").asText()).contains("admission changed a pod of netproof's", said);
            assertThat(row.path("fix").asText()).contains("exempt", "webhook");
        });
    }

    @Test
    void a_namespace_that_takes_no_pod_is_said() {
        Lab.needed("webhooks");
        String namespace = LIVE.another("deny");
        Checked[] checked = new Checked[1];
        Lab.during(() -> checked[0] = Checked.by(LIVE, "--namespace", namespace), "webhook", "deny", namespace);
        checked[0].exits(3).is("INCONCLUSIVE");
        assertThat(checked[0].out()).contains("denies all requests");
    }
}
