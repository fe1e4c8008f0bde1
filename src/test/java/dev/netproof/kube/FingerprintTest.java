package dev.netproof.kube;

import static org.assertj.core.api.Assertions.assertThat;

import dev.netproof.model.Cni;
import dev.netproof.model.Node;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FingerprintTest {
    @ParameterizedTest
    @CsvSource({
        "Calico, calico-system, calico-node, docker.io/calico/node:v3.31.2",
        "Calico, kube-system, renamed, mirror.example/calico/node:v3.31.2",
        "Cilium, kube-system, cilium, quay.io/cilium/cilium:v1.18.4",
        "kube-router, kube-system, kube-router, docker.io/cloudnativelabs/kube-router:v2.6.0",
        "Flannel, kube-flannel, kube-flannel-ds, ghcr.io/flannel-io/flannel:v0.27.4",
        "kindnet, kube-system, kindnet, docker.io/kindest/kindnetd:v20250512"
    })
    void the_agents_image_tells_the_plugin(String name, String namespace, String set, String image) {
        Cni cni = Fingerprint.of(
                        List.of(),
                        List.of(
                                daemonSet("kube-system", "kube-proxy", "registry.k8s.io/kube-proxy:v1"),
                                daemonSet(namespace, set, image)))
                .cni();
        assertThat(cni.name()).isEqualTo(name);
        assertThat(cni.agents()).containsExactly(new Cni.Agent(namespace, set, List.of(image)));
    }

    @Test
    void two_of_them_are_both_named() {
        assertThat(Fingerprint.of(
                                List.of(),
                                List.of(
                                        daemonSet("kube-system", "flannel", "flannel/flannel:v1"),
                                        daemonSet("kube-system", "policies", "calico/node:v3")))
                        .cni()
                        .name())
                .isEqualTo("Calico + Flannel");
    }

    @Test
    void what_nobody_knows_is_unknown() {
        assertThat(Fingerprint.of(List.of(), List.of(daemonSet("kube-system", "mesh", "example.com/own-cni:1")))
                        .cni())
                .isEqualTo(Cni.UNKNOWN);
    }

    @Test
    void nodes_tell_their_versions_and_their_plugins_marks() {
        Fingerprint print = Fingerprint.of(
                List.of(node("b", "{}"), node("a", "{projectcalico.org/IPv4Address: 10.0.0.1/24, other: x}")),
                List.of());
        assertThat(print.nodes())
                .containsExactly(
                        new Node("a", "v1.36.3", "Debian", "6.12", "containerd://2.1"),
                        new Node("b", "v1.36.3", "Debian", "6.12", "containerd://2.1"));
        assertThat(print.cni()).isEqualTo(new Cni("Calico", List.of(), List.of("projectcalico.org/IPv4Address")));
    }

    private static DaemonSet daemonSet(String namespace, String name, String image) {
        return Serialization.unmarshal("""
                apiVersion: apps/v1
                kind: DaemonSet
                metadata: {name: %s, namespace: %s}
                spec: {template: {spec: {containers: [{name: agent, image: "%s"}]}}}
                """.formatted(name, namespace, image), DaemonSet.class);
    }

    private static io.fabric8.kubernetes.api.model.Node node(String name, String annotations) {
        return Serialization.unmarshal("""
                apiVersion: v1
                kind: Node
                metadata: {name: %s, annotations: %s}
                status:
                  nodeInfo: {kubeletVersion: v1.36.3, osImage: Debian, kernelVersion: "6.12", containerRuntimeVersion: containerd://2.1}
                """.formatted(name, annotations), io.fabric8.kubernetes.api.model.Node.class);
    }
}
