package dev.netproof.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.netproof.evidence.ProbeEvent;
import dev.netproof.kube.Cluster.CleanScope;
import dev.netproof.kube.SessionTerms.Images;
import dev.netproof.model.Enforcement.Direction;
import dev.netproof.model.Protocol;
import dev.netproof.plan.Attempt;
import dev.netproof.plan.ClusterFacts;
import dev.netproof.plan.PolicyManifest;
import dev.netproof.plan.ProbePod;
import dev.netproof.plan.ProbePod.Ownership;
import dev.netproof.plan.ProbePod.Tools;
import dev.netproof.plan.Selector;
import dev.netproof.plan.ServerPod;
import dev.netproof.plan.ServerPod.Server;
import dev.netproof.probe.Payload;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What somebody else made stays and counts, whatever is written on it. */
final class ForeignObjectsTest {
    private static final SessionTerms TERMS = new SessionTerms(
            "00c0ffee", "0123456789abcdef", Duration.ofMinutes(5), Duration.ofSeconds(3), Images.DEFAULT);
    private static final String MARKS = """
            labels: {app: web, netproof.dev/role: %s}, annotations: {netproof.dev/run: 00c0ffee, netproof.dev/deadline: "2026-01-01T00:00:00Z"}\
            """;

    private static final PolicyManifest DENY =
            new PolicyManifest("shop", "deny", Selector.of(Map.of("app", "web")), Set.of(Direction.INGRESS), List.of());
    private static final ProbePod PROBE = new ProbePod(
            "one",
            "storefront",
            "shop",
            Map.of("app", "a"),
            Optional.empty(),
            Optional.empty(),
            Map.of(),
            List.of(),
            Ownership.PLAIN,
            Tools.CURL,
            List.of(new Attempt.ByName("example.com", 80)));

    private final MockApi api = new MockApi();
    private final Fabric8Cluster cluster = new Fabric8Cluster(
            api.api(Clock.systemUTC()), (probe, terms) -> new Payload(List.of("true"), Map.of()), Clock.systemUTC());

    @AfterEach
    void stop() {
        cluster.close();
        api.close();
    }

    private static String marked(String version, String kind, String name, String role) {
        String spec = kind.equals("Pod") ? ", spec: {containers: [{name: web}]}" : "";
        return "{apiVersion: %s, kind: %s, metadata: {name: %s, namespace: shop, %s}%s}"
                .formatted(version, kind, name, MARKS.formatted(role), spec);
    }

    private List<String> there() {
        return api.objects().stream()
                .map(one -> one.getKind() + " " + one.getMetadata().getName())
                .toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"team-a", "default", "kube-system", "openshift-ingress", "netproof", "netproof-00c0ffee"})
    void a_namespace_that_somebody_marked_stays(String name) {
        api.given("{apiVersion: v1, kind: Namespace, metadata: {name: %s, %s}}"
                .formatted(name, MARKS.formatted("ground")));

        cluster.cleanGrounds(CleanScope.EXPIRED);
        cluster.clean(Set.of(), CleanScope.EXPIRED);
        cluster.clean(Set.of(), CleanScope.ALL);

        assertThat(there()).containsExactly("Namespace " + name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"shop", ""})
    void pods_policies_and_services_that_somebody_marked_stay(String namespace) {
        Set<String> where = namespace.isEmpty() ? Set.of() : Set.of(namespace);
        api.given(marked("v1", "Pod", "web-1", "probe"));
        api.given(marked("v1", "Pod", "np12345678-abcde", "probe"));
        api.given(marked("v1", "Service", "web", "ground"));
        api.given(marked("networking.k8s.io/v1", "NetworkPolicy", "deny", "ground"));

        cluster.clean(where, CleanScope.EXPIRED);
        cluster.clean(where, CleanScope.ALL);

        assertThat(there())
                .containsExactlyInAnyOrder("Pod web-1", "Pod np12345678-abcde", "Service web", "NetworkPolicy deny");
    }

    @Test
    void a_pod_that_somebody_marked_is_a_target_and_an_endpoint_like_any_other() {
        api.given(marked("v1", "Pod", "web-1", "probe"));
        api.given("""
                apiVersion: v1
                kind: Service
                metadata: {name: web, namespace: shop}
                spec: {clusterIP: 10.96.0.9, clusterIPs: [10.96.0.9], selector: {app: web}, ports: [{port: 80}]}
                """);
        api.given("""
                apiVersion: discovery.k8s.io/v1
                kind: EndpointSlice
                metadata: {name: web-x, namespace: shop, labels: {kubernetes.io/service-name: web}}
                addressType: IPv4
                ports: [{port: 8080, protocol: TCP}]
                endpoints: [{addresses: [10.0.0.1], targetRef: {kind: Pod, name: web-1}}]
                """);

        ClusterFacts facts = cluster.survey(Set.of("shop"));

        assertThat(facts.pods()).extracting(ClusterFacts.Pod::name).containsExactly("web-1");
        assertThat(facts.lookalikes())
                .singleElement()
                .asString()
                .startsWith("Pod web-1 in namespace shop has the label");
        assertThat(facts.services().get(0).endpoints())
                .extracting(ClusterFacts.Endpoint::ip)
                .containsExactly("10.0.0.1");
        assertThat(cluster.pods(Set.of("shop")))
                .extracting(ClusterFacts.Pod::name)
                .containsExactly("web-1");
    }

    /** The same name, and nothing else of what was asked for. */
    private static String somebodyElses(String body) {
        return body.replaceAll("\"netproof\\.dev/[a-z-]+\":\"[^\"]*\",?", "").replaceAll(",}", "}");
    }

    @Test
    void a_namespace_that_is_there_already_stays() {
        api.squat("/api/v1/namespaces", ForeignObjectsTest::somebodyElses);
        try (Testbed testbed = cluster.testbed(TERMS)) {
            String name = testbed.namespaceName("netproof-00c0ffee");
            assertThatThrownBy(() -> testbed.createNamespace(name, Testbed.Standard.RESTRICTED))
                    .isInstanceOf(ClusterTrouble.class);
        }
        assertThat(there()).singleElement().asString().startsWith("Namespace netproof-00c0ffee");
    }

    @Test
    void a_service_that_is_there_already_stays() {
        api.squat("/api/v1/namespaces/shop/services", ForeignObjectsTest::somebodyElses);
        try (Testbed testbed = cluster.testbed(TERMS)) {
            assertThatThrownBy(() -> testbed.expose("shop", "target", Map.of(), Map.of(80, 8080)))
                    .isInstanceOf(ClusterTrouble.class);
        }
        assertThat(there()).singleElement().asString().startsWith("Service ").contains("target");
    }

    @Test
    void a_policy_that_is_there_already_stays() {
        api.squat("/apis/networking.k8s.io/v1/namespaces/shop/networkpolicies", ForeignObjectsTest::somebodyElses);
        try (Testbed testbed = cluster.testbed(TERMS)) {
            assertThatThrownBy(() -> testbed.apply(DENY)).isInstanceOf(ClusterTrouble.class);
        }
        assertThat(there())
                .singleElement()
                .asString()
                .startsWith("NetworkPolicy ")
                .contains("deny");
    }

    @Test
    void a_server_pod_that_is_there_already_stays() {
        api.squat("/api/v1/namespaces/shop/pods", ForeignObjectsTest::somebodyElses);
        ServerPod server = new ServerPod(
                "t-1",
                "shop",
                Map.of(),
                "node1",
                List.of(),
                Server.ECHO,
                List.of(
                        new ClusterFacts.ContainerPort(Optional.empty(), 8080, Protocol.TCP),
                        new ClusterFacts.ContainerPort(Optional.empty(), 8080, Protocol.UDP)));
        try (Testbed testbed = cluster.testbed(TERMS)) {
            testbed.serve(List.of(server));
            assertThat(testbed.next(Instant.now().plusSeconds(10))).containsInstanceOf(ProbeEvent.Lost.class);
        }
        assertThat(there()).singleElement().asString().startsWith("Pod nps-t-1-");
    }

    @Test
    void an_anchor_that_is_there_already_stays() {
        api.squat("/api/v1/namespaces/shop/pods", ForeignObjectsTest::somebodyElses);
        try (ProbeSession session = cluster.open(TERMS)) {
            session.launch(List.of(PROBE));
            assertThat(session.next(Instant.now().plusSeconds(10))).containsInstanceOf(ProbeEvent.Lost.class);
        }
        assertThat(there()).singleElement().asString().startsWith("Pod npanchor-");
    }

    /** The answer to the first request is lost, and the client asks again. */
    private static String asWasAsked(String body) {
        return body;
    }

    @Test
    void what_was_created_although_the_answer_was_lost_is_taken_away() {
        api.squat("/api/v1/namespaces", ForeignObjectsTest::asWasAsked);
        api.squat("/api/v1/namespaces/shop/services", ForeignObjectsTest::asWasAsked);
        api.squat("/apis/networking.k8s.io/v1/namespaces/shop/networkpolicies", ForeignObjectsTest::asWasAsked);
        try (Testbed testbed = cluster.testbed(TERMS)) {
            testbed.createNamespace(testbed.namespaceName("netproof-00c0ffee"), Testbed.Standard.RESTRICTED);
            testbed.expose("shop", "target", Map.of(), Map.of(80, 8080));
            testbed.apply(DENY);
            assertThat(there()).hasSize(3);
        }
        assertThat(there()).isEmpty();
    }

    @Test
    void a_policy_that_somebody_put_in_the_place_of_ours_stays() {
        try (Testbed testbed = cluster.testbed(TERMS)) {
            testbed.apply(DENY);
            assertThat(testbed.foreignPolicies(List.of("shop"))).isEmpty();
            HasMetadata ours = policies().get(0);
            api.client().resource(ours).delete();
            // With all that is written on ours, but for its UID.
            api.given(api.client().getKubernetesSerialization().clone(ours));

            assertThat(testbed.deviation(DENY))
                    .hasValueSatisfying(how -> assertThat(how)
                            .startsWith("policy " + ours.getMetadata().getName())
                            .contains("replaced"));
            testbed.apply(DENY);
            assertThat(api.requests("PUT"))
                    .singleElement()
                    .satisfies(update -> assertThat(update.body())
                            .as("the API server refuses it for another UID")
                            .contains("\"uid\":\"" + ours.getMetadata().getUid() + "\""));
            testbed.remove(DENY);
            assertThat(api.requests("DELETE"))
                    .last()
                    .satisfies(deletion -> assertThat(deletion.body())
                            .contains("\"uid\":\"" + ours.getMetadata().getUid() + "\""));
        }
    }

    @Test
    void a_policy_that_is_of_no_session_is_somebodys_whatever_is_written_on_it() {
        api.given(marked("networking.k8s.io/v1", "NetworkPolicy", "deny", "ground"));
        try (Testbed testbed = cluster.testbed(TERMS)) {
            assertThat(testbed.foreignPolicies(List.of("shop"))).containsExactly("shop/deny");
        }
    }

    @Test
    void closing_waits_for_nobody_elses_pods() {
        api.given(marked("v1", "Pod", "web-1", "probe"));
        ProbeSession session = cluster.open(TERMS);
        session.launch(List.of(PROBE));
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> there().stream().anyMatch(name -> name.matches("Pod np[0-9a-f]{8}-.*")));
        Instant began = Instant.now();

        session.close();

        assertThat(Duration.between(began, Instant.now())).isLessThan(Duration.ofSeconds(12));
        assertThat(there()).containsExactly("Pod web-1");
    }

    private List<NetworkPolicy> policies() {
        return api.client()
                .network()
                .v1()
                .networkPolicies()
                .inNamespace("shop")
                .list()
                .getItems();
    }
}
