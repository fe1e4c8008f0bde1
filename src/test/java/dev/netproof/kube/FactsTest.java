package dev.netproof.kube;

import static org.assertj.core.api.Assertions.assertThat;

import dev.netproof.plan.NodeAffinity;
import dev.netproof.plan.NodeAffinity.Preference;
import dev.netproof.plan.NodeAffinity.Requirement;
import dev.netproof.plan.NodeAffinity.Term;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class FactsTest {
    @Test
    void a_service_that_nobody_is_behind_has_no_endpoints() {
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

    @Test
    void a_workload_lends_the_nodes_of_its_template() {
        Deployment deployment = Serialization.unmarshal("""
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: web, namespace: shop}
                spec:
                  selector: {matchLabels: {app: web}}
                  template:
                    metadata: {labels: {app: web}}
                    spec:
                      containers: []
                      affinity:
                        nodeAffinity:
                          requiredDuringSchedulingIgnoredDuringExecution:
                            nodeSelectorTerms:
                            - matchExpressions: [{key: disk, operator: In, values: [ssd, nvme]}]
                              matchFields: [{key: metadata.name, operator: NotIn, values: [node9]}]
                            - matchExpressions: [{key: gpu, operator: Exists}]
                          preferredDuringSchedulingIgnoredDuringExecution:
                          - weight: 3
                            preference: {matchExpressions: [{key: zone, operator: In, values: [a]}]}
                """, Deployment.class);

        assertThat(Facts.workload(deployment).affinity())
                .isEqualTo(new NodeAffinity(
                        List.of(
                                new Term(
                                        List.of(new Requirement("disk", "In", List.of("ssd", "nvme"))),
                                        List.of(new Requirement("metadata.name", "NotIn", List.of("node9")))),
                                new Term(List.of(new Requirement("gpu", "Exists", List.of())), List.of())),
                        List.of(new Preference(
                                3, new Term(List.of(new Requirement("zone", "In", List.of("a"))), List.of())))));
    }

    @Test
    void a_template_without_affinity_goes_anywhere() {
        Deployment deployment = Serialization.unmarshal("""
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: web, namespace: shop}
                spec:
                  selector: {matchLabels: {app: web}}
                  template: {metadata: {labels: {app: web}}, spec: {containers: [], affinity: {podAffinity: {}}}}
                """, Deployment.class);

        assertThat(Facts.workload(deployment).affinity()).isEqualTo(NodeAffinity.NONE);
    }
}
