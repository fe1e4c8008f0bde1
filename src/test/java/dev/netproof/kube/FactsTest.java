package dev.netproof.kube;

import static org.assertj.core.api.Assertions.assertThat;

import dev.netproof.plan.ClusterFacts;
import dev.netproof.plan.NodeAffinity;
import dev.netproof.plan.NodeAffinity.Preference;
import dev.netproof.plan.NodeAffinity.Requirement;
import dev.netproof.plan.NodeAffinity.Term;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
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

    @Test
    void an_endpoint_serves_as_kube_proxy_reads_its_conditions() {
        EndpointSlice slice = Serialization.unmarshal("""
                apiVersion: discovery.k8s.io/v1
                kind: EndpointSlice
                metadata: {name: web-1}
                addressType: IPv4
                ports: [{name: "", port: 8080, protocol: TCP}]
                endpoints:
                - {addresses: [10.0.0.1]}
                - {addresses: [10.0.0.2], conditions: {ready: true, serving: true, terminating: true}}
                - {addresses: [10.0.0.3], conditions: {ready: false, serving: true, terminating: true}}
                - {addresses: [10.0.0.4], conditions: {ready: false, terminating: true}}
                - {addresses: [10.0.0.5], conditions: {ready: false, serving: false, terminating: true}}
                - {addresses: [10.0.0.6], conditions: {ready: false, serving: true}}
                """, EndpointSlice.class);

        assertThat(Facts.service(service("{clusterIP: 10.96.0.7}"), List.of(slice), Set.of())
                        .endpoints())
                .extracting(endpoint -> endpoint.ip() + " " + endpoint.serving())
                .containsExactly(
                        "10.0.0.1 READY",
                        "10.0.0.2 READY",
                        "10.0.0.3 WHILE_TERMINATING",
                        "10.0.0.4 WHILE_TERMINATING",
                        "10.0.0.5 NOT",
                        "10.0.0.6 NOT");
    }

    @Test
    void a_service_is_what_its_spec_says() {
        ClusterFacts.Service local =
                Facts.service(service("{clusterIP: 10.96.0.7, internalTrafficPolicy: Local}"), List.of(), Set.of());
        ClusterFacts.Service usual =
                Facts.service(service("{clusterIP: 10.96.0.7, internalTrafficPolicy: Cluster}"), List.of(), Set.of());
        ClusterFacts.Service external =
                Facts.service(service("{type: ExternalName, externalName: pay.example.com}"), List.of(), Set.of());

        assertThat(local.traffic()).isEqualTo(ClusterFacts.InternalTraffic.LOCAL);
        assertThat(usual.traffic()).isEqualTo(ClusterFacts.InternalTraffic.CLUSTER);
        assertThat(usual.externalName()).isEmpty();
        assertThat(external.externalName()).contains("pay.example.com");
        assertThat(external.clusterIps()).isEmpty();
    }

    @Test
    void the_containers_of_a_pod_come_before_its_sidecars_and_other_init_containers_are_none() {
        Pod pod = Serialization.unmarshal("""
                apiVersion: v1
                kind: Pod
                metadata: {name: edge-1, namespace: shop, uid: "1"}
                spec:
                  initContainers:
                  - {name: migrate, ports: [{name: http, containerPort: 1}]}
                  - name: proxy
                    restartPolicy: Always
                    ports: [{name: tls, containerPort: 8443}, {name: http, containerPort: 9090}]
                    readinessProbe: {tcpSocket: {port: tls}}
                  containers:
                  - {name: app, ports: [{name: http, containerPort: 8080}]}
                """, Pod.class);

        ClusterFacts.Pod facts = Facts.pod(pod, Owners.NONE);

        assertThat(facts.ports())
                .extracting(port -> port.name().orElseThrow() + " " + port.number())
                .containsExactly("http 8080", "tls 8443", "http 9090");
        assertThat(facts.probes()).extracting(ClusterFacts.KubeletProbe::port).containsExactly(8443);
    }

    private static Service service(String spec) {
        return Serialization.unmarshal(
                "apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: shop}\nspec: " + spec, Service.class);
    }
}
