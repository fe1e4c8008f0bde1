package dev.netproof.kube;

import static org.assertj.core.api.Assertions.assertThat;

import dev.netproof.kube.PodShape.Limits;
import dev.netproof.kube.PodShape.UserId;
import dev.netproof.kube.SessionTerms.Images;
import dev.netproof.kube.Stamp.Marked;
import dev.netproof.model.Protocol;
import dev.netproof.plan.Attempt;
import dev.netproof.plan.ClusterFacts.ContainerPort;
import dev.netproof.plan.ClusterFacts.Network;
import dev.netproof.plan.ClusterFacts.Toleration;
import dev.netproof.plan.NodeAffinity;
import dev.netproof.plan.ProbePod;
import dev.netproof.plan.ProbePod.Ownership;
import dev.netproof.plan.ProbePod.Tools;
import dev.netproof.plan.ServerPod;
import dev.netproof.plan.ServerPod.Server;
import dev.netproof.plan.ServerPod.Watched;
import dev.netproof.probe.Payload;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PodShapeTest {
    private static final Instant DEADLINE = Instant.parse("2026-11-21T12:05:00Z");
    private static final Payload PAYLOAD =
            new Payload(List.of("sh", "-c", "echo $(hostname) $$ $1"), Map.of("B", "it costs $5", "A", "1"));

    private static SessionTerms terms(Optional<String> mirror) {
        return new SessionTerms(
                "run-1",
                "0123456789abcdef",
                Duration.ofMinutes(5),
                Duration.ofSeconds(3),
                new Images(Images.DEFAULT.curl(), Images.DEFAULT.netshoot(), mirror, List.of("pull")));
    }

    private static ProbePod probe(Map<String, String> labels, Ownership ownership) {
        return new ProbePod(
                "storefront",
                "storefront",
                "bookstore",
                labels,
                Optional.of("front"),
                Optional.of("node1"),
                Map.of("disk", "ssd"),
                List.of(new Toleration(
                        Optional.of("dedicated"),
                        Optional.of("Equal"),
                        Optional.of("shop"),
                        Optional.of("NoSchedule"),
                        Optional.empty())),
                ownership,
                Tools.CURL,
                List.of(new Attempt.ByName("example.com", 80)));
    }

    private static Marked marked(String name, String role) {
        return new Marked(
                name,
                role,
                Map.of(
                        NetproofLabels.RUN,
                        "run-1",
                        NetproofLabels.DEADLINE,
                        DEADLINE.toString(),
                        NetproofLabels.SEAL,
                        "0123"));
    }

    private static Pod anchor() {
        return new PodBuilder()
                .withNewMetadata()
                .withName("npanchor-12345")
                .withUid("uid-1")
                .endMetadata()
                .build();
    }

    private static String golden(String name) throws IOException {
        try (InputStream in = PodShapeTest.class.getResourceAsStream(name)) {
            assertThat(in).as(name).isNotNull();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void a_probe_is_exactly_this() throws IOException {
        Pod pod = new PodShape(terms(Optional.empty()), UserId.OURS, DEADLINE)
                .probe(
                        probe(Map.of("app", "storefront"), Ownership.CONTROLLER),
                        marked("np-x", NetproofLabels.PROBE),
                        anchor(),
                        PAYLOAD,
                        Limits.NONE);
        assertThat(Serialization.asYaml(pod)).isEqualTo(golden("probe.yaml"));
    }

    @Test
    void the_node_asked_for_is_part_of_every_alternative() {
        NodeAffinity affinity = new NodeAffinity(
                List.of(term("disk"), term("zone")), List.of(new NodeAffinity.Preference(7, term("rack"))));
        ProbePod plain = probe(Map.of(), Ownership.PLAIN);
        var anywhere = affinity(plain, Optional.empty(), affinity);
        var pinned = affinity(plain, Optional.of("node1"), affinity);

        assertThat(anywhere.getRequiredDuringSchedulingIgnoredDuringExecution().getNodeSelectorTerms())
                .allSatisfy(term -> assertThat(term.getMatchFields()).isEmpty())
                .extracting(term -> term.getMatchExpressions().get(0).getKey())
                .containsExactly("disk", "zone");
        assertThat(pinned.getRequiredDuringSchedulingIgnoredDuringExecution().getNodeSelectorTerms())
                .hasSize(2)
                .allSatisfy(term ->
                        assertThat(term.getMatchFields().get(0).getValues()).containsExactly("node1"));
        assertThat(pinned.getPreferredDuringSchedulingIgnoredDuringExecution())
                .singleElement()
                .satisfies(preferred -> assertThat(preferred.getWeight()).isEqualTo(7));
    }

    private static NodeAffinity.Term term(String label) {
        return new NodeAffinity.Term(List.of(new NodeAffinity.Requirement(label, "Exists", List.of())), List.of());
    }

    private static io.fabric8.kubernetes.api.model.NodeAffinity affinity(
            ProbePod plain, Optional<String> node, NodeAffinity affinity) {
        ProbePod probe = new ProbePod(
                plain.id(),
                plain.source(),
                plain.namespace(),
                plain.labels(),
                plain.serviceAccount(),
                node,
                plain.nodeSelector(),
                plain.tolerations(),
                affinity,
                plain.ownership(),
                plain.tools(),
                plain.attempts());
        return new PodShape(terms(Optional.empty()), UserId.OURS, DEADLINE)
                .probe(probe, marked("np-x", NetproofLabels.PROBE), anchor(), PAYLOAD, Limits.NONE)
                .getSpec()
                .getAffinity()
                .getNodeAffinity();
    }

    @Test
    void an_anchor_is_exactly_this() throws IOException {
        Pod pod = new PodShape(terms(Optional.empty()), UserId.OURS, DEADLINE)
                .anchor("bookstore", marked("npanchor-x", NetproofLabels.ANCHOR), Limits.NONE);
        assertThat(Serialization.asYaml(pod)).isEqualTo(golden("anchor.yaml"));
    }

    @Test
    void open_shift_chooses_the_user_and_a_quota_gets_its_limits() {
        Pod pod = new PodShape(terms(Optional.of("mirror.example/all")), UserId.PLATFORM, DEADLINE)
                .probe(
                        probe(Map.of(), Ownership.PLAIN),
                        marked("np-x", NetproofLabels.PROBE),
                        anchor(),
                        PAYLOAD,
                        Limits.DEMANDED);
        assertThat(pod.getSpec().getSecurityContext().getRunAsUser()).isNull();
        assertThat(pod.getSpec().getContainers().get(0).getResources().getLimits())
                .containsKeys("cpu", "memory");
        assertThat(pod.getSpec().getContainers().get(0).getImage()).startsWith("mirror.example/all/curlimages/");
        assertThat(pod.getMetadata().getOwnerReferences().get(0).getController())
                .isNull();
    }

    @Test
    void the_name_before_its_last_dash_is_the_identity_alone() {
        PodShape shape = new PodShape(terms(Optional.empty()), UserId.OURS, DEADLINE);
        String one = shape.mark(probe(Map.of("app", "a"), Ownership.PLAIN)).name();
        String again =
                shape.mark(probe(Map.of("app", "a"), Ownership.CONTROLLER)).name();
        String other = shape.mark(probe(Map.of("app", "b"), Ownership.PLAIN)).name();
        assertThat(one).matches("np[0-9a-f]{8}-[a-z0-9]{16}").isNotEqualTo(again);
        assertThat(prefix(one)).isEqualTo(prefix(again)).isNotEqualTo(prefix(other));
    }

    private static String prefix(String name) {
        return name.substring(0, name.lastIndexOf('-'));
    }

    @ParameterizedTest
    @CsvSource({
        "docker.io/curlimages/curl:8.16.0, m.example, m.example/curlimages/curl:8.16.0",
        "curlimages/curl:8, m.example/x/, m.example/x/curlimages/curl:8",
        "localhost/curl, m.example, m.example/curl",
        "registry:5000/a/b@sha256:00, m.example, m.example/a/b@sha256:00",
        "curl:8, m.example, m.example/curl:8",
    })
    void a_mirror_takes_the_registrys_place(String image, String mirror, String expected) {
        assertThat(PodShape.mirrored(image, Optional.of(mirror))).isEqualTo(expected);
    }

    @Test
    void only_who_is_asked_for_it_runs_in_the_nodes_network_and_that_alone_is_loosened() {
        ProbePod own = probe(Map.of("app", "storefront"), Ownership.PLAIN);
        ProbePod nodes = new ProbePod(
                own.id(),
                own.source(),
                own.namespace(),
                own.labels(),
                own.serviceAccount(),
                own.node(),
                own.nodeSelector(),
                own.tolerations(),
                own.affinity(),
                own.ownership(),
                own.tools(),
                own.attempts(),
                Network.NODE);
        PodShape shape = new PodShape(terms(Optional.empty()), UserId.OURS, DEADLINE);
        Pod plain = shape.probe(own, marked("np-1", NetproofLabels.PROBE), anchor(), PAYLOAD, Limits.NONE);
        Pod host = shape.probe(nodes, marked("np-1", NetproofLabels.PROBE), anchor(), PAYLOAD, Limits.NONE);

        assertThat(plain.getSpec().getHostNetwork()).isNull();
        assertThat(host.getSpec().getHostNetwork()).isTrue();
        host.getSpec().setHostNetwork(null);
        assertThat(host.getSpec()).isEqualTo(plain.getSpec());
    }

    @Test
    void a_server_that_the_kubelet_watches_is_connected_to_every_second() {
        ServerPod quiet = new ServerPod(
                "t-k-0",
                "bookstore",
                Map.of(),
                "node1",
                List.of(),
                Server.ECHO,
                List.of(
                        new ContainerPort(Optional.empty(), 8081, Protocol.TCP),
                        new ContainerPort(Optional.empty(), 8081, Protocol.UDP)));
        ServerPod watched = new ServerPod(
                quiet.id(),
                quiet.namespace(),
                quiet.labels(),
                quiet.node(),
                quiet.tolerations(),
                quiet.server(),
                quiet.ports(),
                Watched.BY_KUBELET);
        PodShape shape = new PodShape(terms(Optional.empty()), UserId.OURS, DEADLINE);

        assertThat(shape.server(quiet).getSpec().getContainers().get(0).getReadinessProbe())
                .isNull();
        Probe probe = shape.server(watched).getSpec().getContainers().get(0).getReadinessProbe();
        assertThat(probe.getTcpSocket().getPort().getIntVal()).isEqualTo(8081);
        assertThat(probe.getPeriodSeconds()).isEqualTo(1);
        assertThat(probe.getFailureThreshold()).isEqualTo(1);
    }
}
