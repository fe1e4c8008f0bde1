package dev.netproof.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class AskedTest {
    private static final Map<String, String> LOCKED =
            Map.of("app", "storefront", "netproof.dev/role", "probe", "state", "locked");

    private static Pod pod() {
        return Serialization.unmarshal(AskedTest.class.getResourceAsStream("probe.yaml"), Pod.class);
    }

    private static Pod labelled(Map<String, String> labels) {
        return new PodBuilder(pod())
                .editMetadata()
                .withLabels(labels)
                .endMetadata()
                .build();
    }

    @Test
    void ofAPodThatWasNeverShownNothingIsSaid() {
        assertThat(new Asked(pod()).drift()).isEmpty();
    }

    @Test
    void aPodThatLosesALabelLaterIsNoLongerWhatWasAsked() {
        Asked asked = new Asked(pod());
        asked.shown(pod());
        assertThat(asked.drift()).isEmpty();

        asked.shown(labelled(Map.of("netproof.dev/role", "probe")));
        assertThat(asked.drift()).hasValue("label app was removed");
    }

    @Test
    void theLastPodThatWasShownCounts() {
        Asked asked = new Asked(pod());
        asked.shown(labelled(Map.of("netproof.dev/role", "probe")));
        asked.shown(pod());
        assertThat(asked.drift()).isEmpty();
    }

    @Test
    void aLabelThatWasGivenIsAskedForFromThenOn() {
        Asked asked = new Asked(pod());
        asked.shown(pod());
        asked.relabel(LOCKED);
        asked.shown(labelled(LOCKED));
        assertThat(asked.drift()).isEmpty();
    }

    @Test
    void earlierLabelsAreNoStrangersAndYetNotWhatIsAsked() {
        Asked asked = new Asked(pod());
        asked.relabel(LOCKED);
        asked.shown(pod());

        assertThat(asked.strangeness(pod())).isEmpty();
        assertThat(asked.drift()).hasValue("label state was removed");
        assertThat(asked.strangeness(labelled(Map.of("netproof.dev/role", "probe"))))
                .isPresent();
    }
}
