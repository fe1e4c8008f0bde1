package dev.netproof.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class FactsTest {
    @Test
    void aServiceThatNobodyIsBehindHasNoEndpoints() {
        EndpointSlice written = Serialization.unmarshal("""
                apiVersion: discovery.k8s.io/v1
                kind: EndpointSlice
                metadata: {name: empty-1}
                addressType: IPv4
                endpoints: null
                ports: null
                """, EndpointSlice.class);
        assertThat(Facts.service(
                                new ServiceBuilder()
                                        .withNewMetadata()
                                        .withName("empty")
                                        .withNamespace("shop")
                                        .endMetadata()
                                        .withNewSpec()
                                        .withClusterIP("10.96.0.7")
                                        .endSpec()
                                        .build(),
                                List.of(written),
                                Set.of())
                        .endpoints())
                .isEmpty();
    }
}
