package dev.netproof.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class DesiredPodTest {
    private static final Map<String, String> LOCKED =
            Map.of("app", "storefront", "netproof.dev/role", "probe", "state", "locked");

    private static Pod pod() {
        return Serialization.unmarshal(DesiredPodTest.class.getResourceAsStream("probe.yaml"), Pod.class);
    }

    private static Pod labelled(Map<String, String> labels) {
        return new PodBuilder(pod())
                .editMetadata()
                .withLabels(labels)
                .endMetadata()
                .build();
    }

    @Test
    void of_a_pod_that_was_never_shown_nothing_is_said() {
        assertThat(new DesiredPod(pod()).drift()).isEmpty();
    }

    @Test
    void a_pod_that_loses_a_label_later_is_no_longer_what_was_asked() {
        DesiredPod asked = new DesiredPod(pod());
        asked.shown(pod());
        assertThat(asked.drift()).isEmpty();

        asked.shown(labelled(Map.of("netproof.dev/role", "probe")));
        assertThat(asked.drift()).hasValue("label app was removed");
    }

    @Test
    void the_last_pod_that_was_shown_counts() {
        DesiredPod asked = new DesiredPod(pod());
        asked.shown(labelled(Map.of("netproof.dev/role", "probe")));
        asked.shown(pod());
        assertThat(asked.drift()).isEmpty();
    }

    @Test
    void a_label_that_was_given_is_asked_for_from_then_on() {
        DesiredPod asked = new DesiredPod(pod());
        asked.shown(pod());
        asked.relabel(LOCKED);
        asked.shown(labelled(LOCKED));
        assertThat(asked.drift()).isEmpty();
    }

    @Test
    void earlier_labels_are_no_strangers_and_yet_not_what_is_asked() {
        DesiredPod asked = new DesiredPod(pod());
        asked.relabel(LOCKED);
        asked.shown(pod());

        assertThat(asked.strangeness(pod())).isEmpty();
        assertThat(asked.drift()).hasValue("label state was removed");
        assertThat(asked.strangeness(labelled(Map.of("netproof.dev/role", "probe"))))
                .isPresent();
    }
}
