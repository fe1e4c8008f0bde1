package dev.netproof.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import org.junit.jupiter.api.Test;

final class ReadbackTest {
    private static Pod asked() {
        return Serialization.unmarshal(ReadbackTest.class.getResourceAsStream("probe.yaml"), Pod.class);
    }

    @Test
    void whatKubernetesFillsInIsNoChange() {
        Pod got = new PodBuilder(asked())
                .editMetadata()
                .addToLabels("topology.kubernetes.io/zone", "a")
                .withUid("u")
                .endMetadata()
                .editSpec()
                .withNodeName("node1")
                .withDnsPolicy("ClusterFirst")
                .withSchedulerName("default-scheduler")
                .endSpec()
                .build();
        assertThat(Readback.changes(asked(), got)).isEmpty();
    }

    @Test
    void everythingThatTheNetworkCouldNoticeIsNamed() {
        Pod got = new PodBuilder(asked())
                .editMetadata()
                .addToLabels("app", "other")
                .addToLabels("team", "x")
                .endMetadata()
                .editSpec()
                .withServiceAccountName("default")
                .withHostNetwork(true)
                .withDnsPolicy("None")
                .addNewContainer()
                .withName("istio-proxy")
                .endContainer()
                .addNewInitContainer()
                .withName("istio-init")
                .endInitContainer()
                .editSecurityContext()
                .withRunAsUser(1337L)
                .endSecurityContext()
                .endSpec()
                .build();
        assertThat(Readback.changes(asked(), got))
                .hasValueSatisfying(changes -> assertThat(changes)
                        .contains("label app is other instead of storefront")
                        .contains("label team=x was added")
                        .contains("container istio-proxy was added")
                        .contains("init container istio-init was added")
                        .contains("the service account is default instead of front")
                        .contains("node's network")
                        .contains("DNS settings")
                        .contains("user 1337 instead of 65532"));
    }
}
