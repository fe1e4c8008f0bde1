package dev.netproof.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.netproof.evidence.ProbeEvent.Lost;
import dev.netproof.evidence.ProbeEvent.Started;
import dev.netproof.kube.SessionTerms.Images;
import dev.netproof.model.PortRef;
import dev.netproof.model.Protocol;
import dev.netproof.model.WorkloadKind;
import dev.netproof.plan.Attempt;
import dev.netproof.plan.ClusterFacts;
import dev.netproof.plan.ClusterFacts.Effect;
import dev.netproof.plan.ClusterFacts.Existence;
import dev.netproof.plan.ClusterFacts.PodSelecting;
import dev.netproof.plan.ClusterFacts.Readiness;
import dev.netproof.plan.ProbePod;
import dev.netproof.plan.ProbePod.Ownership;
import dev.netproof.plan.ProbePod.Tools;
import dev.netproof.probe.Payload;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.StatusBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesMixedDispatcher;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.mockwebserver.Context;
import io.fabric8.mockwebserver.MockWebServer;
import io.fabric8.mockwebserver.ServerRequest;
import io.fabric8.mockwebserver.ServerResponse;
import io.fabric8.mockwebserver.http.MockResponse;
import io.fabric8.mockwebserver.http.RecordedRequest;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import org.assertj.core.groups.Tuple;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class Fabric8ClusterTest {
    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    private static final SessionTerms TERMS =
            new SessionTerms("run-1", "0123456789abcdef", Duration.ofMinutes(5), Duration.ofSeconds(3), Images.DEFAULT);

    private volatile boolean losing;
    private KubernetesMockServer mock;
    private KubernetesClient client;
    private Fabric8Cluster cluster;

    @BeforeEach
    void start() {
        Map<ServerRequest, Queue<ServerResponse>> responses = new HashMap<>();
        mock = new KubernetesMockServer(new Context(), new MockWebServer(), responses, new Forgetful(responses), false);
        mock.init();
        client = mock.createClient();
        Connection connection = new Connection(
                "test",
                URI.create("http://" + mock.getHostName() + ":" + mock.getPort()),
                "default",
                "ann",
                new Connection.Trust(Optional.empty(), Connection.Verification.FULL, Optional.empty()),
                Optional.empty(),
                FixedCredentials.of(Optional.empty(), Optional.empty()),
                Map.of());
        Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);
        cluster = new Fabric8Cluster(
                new ApiServer(connection, clock, client),
                (probe, terms) -> new Payload(List.of("true"), Map.of()),
                clock);
    }

    @AfterEach
    void stop() {
        cluster.close();
        mock.destroy();
    }

    /** Loses its first answers where a test says so, so that the client asks again. */
    private final class Forgetful extends KubernetesMixedDispatcher {
        Forgetful(Map<ServerRequest, Queue<ServerResponse>> responses) {
            super(responses);
        }

        @Override
        public MockResponse dispatch(RecordedRequest request) {
            MockResponse answer = super.dispatch(request);
            if (losing && request.getPath().equals("/api/v1/namespaces/shop/pods")) {
                return refusal(409, "pods already exists");
            }
            // The Roles for run have no get.
            return losing
                            && request.getPath().startsWith("/api/v1/namespaces/shop/pods/")
                            && request.getMethod().equals("GET")
                    ? refusal(403, "ann may not get pods")
                    : answer;
        }

        private MockResponse refusal(int code, String message) {
            return new MockResponse()
                    .setResponseCode(code)
                    .setHeader("Content-Type", "application/json")
                    .setBody(client.getKubernetesSerialization()
                            .asJson(new StatusBuilder()
                                    .withCode(code)
                                    .withMessage(message)
                                    .build()));
        }
    }

    private void given(String... manifests) {
        for (String manifest : manifests) {
            HasMetadata object = client.getKubernetesSerialization()
                    .unmarshal(new ByteArrayInputStream(("---\n" + manifest).getBytes(StandardCharsets.UTF_8)));
            client.resource(object).create();
        }
    }

    private void forbidden(String path, String message) {
        mock.expect()
                .get()
                .withPath(path)
                .andReturn(
                        403,
                        new StatusBuilder().withCode(403).withMessage(message).build())
                .always();
    }

    @Test
    void a_pods_facts() {
        given("{apiVersion: v1, kind: Namespace, metadata: {name: shop}}", """
                apiVersion: v1
                kind: Pod
                metadata: {name: web-1, namespace: shop, labels: {app: web}}
                spec:
                  nodeName: node1
                  containers:
                  - name: web
                    ports: [{name: http, containerPort: 8080}, {containerPort: 53, protocol: UDP}]
                    readinessProbe: {httpGet: {path: /, port: http}, periodSeconds: 2, failureThreshold: 4, timeoutSeconds: 5}
                  - name: execs
                    readinessProbe: {exec: {command: ["true"]}}
                  - name: elsewhere
                    readinessProbe: {tcpSocket: {host: example.com, port: 1}}
                status:
                  phase: Running
                  podIP: 10.0.0.1
                  podIPs: [{ip: 10.0.0.1}, {ip: "fd00::1"}]
                  conditions: [{type: Ready, status: "True"}]
                  containerStatuses: [{name: web, restartCount: 2}, {name: execs, restartCount: 1}]
                """, Leftover.probe("shop", NOW));
        ClusterFacts facts = cluster.survey(Set.of("shop", "gone"));
        assertThat(facts.namespaces()).containsEntry("shop", Existence.PRESENT).containsEntry("gone", Existence.ABSENT);
        assertThat(facts.pods()).singleElement().satisfies(pod -> {
            assertThat(pod.name()).isEqualTo("web-1");
            assertThat(pod.ips()).containsExactly("10.0.0.1", "fd00::1");
            assertThat(pod.node()).contains("node1");
            assertThat(pod.readiness()).isEqualTo(Readiness.READY);
            assertThat(pod.restarts()).isEqualTo(3);
            assertThat(pod.ports())
                    .containsExactly(
                            new ClusterFacts.ContainerPort(Optional.of("http"), 8080, Protocol.TCP),
                            new ClusterFacts.ContainerPort(Optional.empty(), 53, Protocol.UDP));
            assertThat(pod.probes()).containsExactly(new ClusterFacts.KubeletProbe(8080));
        });
        assertThat(facts.unreadable()).isEmpty();
    }

    @Test
    void pods_know_the_workload_that_made_them_and_cron_jobs_are_workloads() {
        given("""
                apiVersion: batch/v1
                kind: CronJob
                metadata: {name: nightly, namespace: shop, uid: u0}
                spec:
                  schedule: "0 3 * * *"
                  jobTemplate: {spec: {template: {metadata: {labels: {app: nightly}}, spec: {serviceAccountName: robot, containers: []}}}}
                """, """
                apiVersion: batch/v1
                kind: Job
                metadata:
                  name: nightly-1
                  namespace: shop
                  uid: u1
                  ownerReferences: [{apiVersion: batch/v1, kind: CronJob, name: nightly, uid: u0, controller: true}]
                spec:
                  selector: {matchLabels: {controller-uid: u1}}
                  template: {metadata: {labels: {app: nightly, controller-uid: u1}}, spec: {containers: []}}
                """, """
                apiVersion: v1
                kind: Pod
                metadata:
                  name: nightly-1-x
                  namespace: shop
                  uid: u2
                  labels: {app: nightly, controller-uid: u1}
                  ownerReferences: [{apiVersion: batch/v1, kind: Job, name: nightly-1, uid: u1, controller: true}]
                spec: {serviceAccountName: robot, containers: [{name: main}]}
                status: {phase: Succeeded}
                """);
        ClusterFacts facts = cluster.survey(Set.of("shop"));

        assertThat(facts.pods()).singleElement().satisfies(pod -> {
            assertThat(pod.owners())
                    .containsExactly(
                            new ClusterFacts.Owner(WorkloadKind.JOB, "nightly-1"),
                            new ClusterFacts.Owner(WorkloadKind.CRON_JOB, "nightly"));
            assertThat(pod.stage()).isEqualTo(ClusterFacts.Stage.FINISHED);
            assertThat(pod.serviceAccount()).contains("robot");
        });
        assertThat(facts.workloads())
                .extracting(
                        ClusterFacts.Workload::kind,
                        ClusterFacts.Workload::name,
                        one -> one.templateLabels().get("app"))
                .containsExactlyInAnyOrder(
                        Tuple.tuple(WorkloadKind.JOB, "nightly-1", "nightly"),
                        Tuple.tuple(WorkloadKind.CRON_JOB, "nightly", "nightly"));
        assertThat(facts.workloads())
                .filteredOn(one -> one.kind() == WorkloadKind.CRON_JOB)
                .noneMatch(one -> one.selector().selects(Map.of("app", "nightly")));
    }

    @Test
    void policies_of_every_kind_that_the_cluster_has() {
        answers("/apis", "{groups: [{name: cilium.io, preferredVersion: {groupVersion: cilium.io/v2}}]}");
        answers("/apis/networking.k8s.io/v1/namespaces/shop/networkpolicies", """
                {kind: NetworkPolicyList, apiVersion: networking.k8s.io/v1, items: [
                  {metadata: {name: z, namespace: shop, uid: u1, resourceVersion: "5"}, spec: {podSelector: {}, policyTypes: [Ingress]}},
                  {metadata: {name: a, namespace: shop, uid: u2, resourceVersion: "6"}, spec: {podSelector: {}, policyTypes: [Egress]}}]}
                """);
        answers("/apis/cilium.io/v2/ciliumclusterwidenetworkpolicies", """
                {kind: CiliumClusterwideNetworkPolicyList, apiVersion: cilium.io/v2, items: [
                  {metadata: {name: all, uid: u3, resourceVersion: "7"}, specs: [{endpointSelector: {}}]}]}
                """);
        forbidden("/apis/cilium.io/v2/namespaces/shop/ciliumnetworkpolicies", "no");

        ClusterFacts.Policies policies = cluster.policies(Set.of("shop"));

        assertThat(policies.found())
                .extracting(policy -> policy.kind() + " " + policy.namespace().orElse("-") + "/" + policy.name() + " "
                        + policy.resourceVersion())
                .containsExactly(
                        "CiliumClusterwideNetworkPolicy -/all 7", "NetworkPolicy shop/a 6", "NetworkPolicy shop/z 5");
        assertThat(policies.found().get(0).podSelector()).isEmpty();
        assertThat(policies.unreadable()).containsExactly("list ciliumnetworkpolicies in namespace shop");
    }

    @Test
    void policies_of_kinds_that_only_an_older_version_of_their_group_has() {
        answers("/apis", """
                {groups: [{name: policy.networking.k8s.io, preferredVersion: {groupVersion: policy.networking.k8s.io/v1alpha2},
                           versions: [{groupVersion: policy.networking.k8s.io/v1alpha2}, {groupVersion: policy.networking.k8s.io/v1alpha1}]}]}
                """);
        mock.expect()
                .get()
                .withPath("/apis/policy.networking.k8s.io/v1alpha2/adminnetworkpolicies")
                .andReturn(404, "{}")
                .always();
        answers("/apis/policy.networking.k8s.io/v1alpha1/adminnetworkpolicies", """
                {kind: AdminNetworkPolicyList, apiVersion: policy.networking.k8s.io/v1alpha1, items: [
                  {metadata: {name: old, uid: u1, resourceVersion: "1"}, spec: {subject: {pods: {podSelector: {matchLabels: {tier: gold}}}}}}]}
                """);
        answers("/apis/policy.networking.k8s.io/v1alpha2/clusternetworkpolicies", """
                {kind: ClusterNetworkPolicyList, apiVersion: policy.networking.k8s.io/v1alpha2, items: [
                  {metadata: {name: new, uid: u2, resourceVersion: "2"}, spec: {}}]}
                """);

        assertThat(cluster.policies(Set.of("shop")).found())
                .extracting(policy -> policy.kind() + " " + policy.name())
                .containsExactly("AdminNetworkPolicy old", "ClusterNetworkPolicy new");
    }

    @Test
    void policies_of_istios_root_namespace_apply_everywhere() {
        answers(
                "/apis",
                "{groups: [{name: security.istio.io, preferredVersion: {groupVersion: security.istio.io/v1}}]}");
        answers("/apis/security.istio.io/v1/namespaces/istio-system/authorizationpolicies", """
                {kind: AuthorizationPolicyList, apiVersion: security.istio.io/v1, items: [
                  {metadata: {name: mesh-wide, namespace: istio-system, uid: u1, resourceVersion: "1"}, spec: {selector: {matchLabels: {tier: gold}}}}]}
                """);

        assertThat(cluster.policies(Set.of("shop")).found())
                .extracting(ClusterFacts.Policy::name)
                .containsExactly("mesh-wide");
    }

    private void answers(String path, String yaml) {
        mock.expect()
                .get()
                .withPath(path)
                .andReturn(200, client.getKubernetesSerialization().unmarshal("---\n" + yaml, Map.class))
                .always();
    }

    @Test
    void a_services_facts_without_our_own_endpoints() {
        String probe = Leftover.probe("shop", NOW);
        given("""
                apiVersion: v1
                kind: Service
                metadata: {name: web, namespace: shop}
                spec:
                  clusterIP: 10.96.0.9
                  clusterIPs: [10.96.0.9]
                  publishNotReadyAddresses: true
                  selector: {app: web}
                  ports: [{name: http, port: 80, targetPort: http}, {name: raw, port: 90}]
                """, """
                apiVersion: v1
                kind: Service
                metadata: {name: headless, namespace: shop}
                spec: {clusterIP: None, ports: [{port: 80, targetPort: 8080}]}
                """, """
                apiVersion: discovery.k8s.io/v1
                kind: EndpointSlice
                metadata: {name: web-x, namespace: shop, labels: {kubernetes.io/service-name: web}}
                addressType: IPv4
                ports: [{name: http, port: 8080, protocol: TCP}]
                endpoints:
                - {addresses: [10.0.0.1], nodeName: node1, targetRef: {kind: Pod, name: web-1}}
                - {addresses: [10.0.0.2], conditions: {ready: false}, targetRef: {kind: Pod, name: web-2}}
                - {addresses: [10.0.0.3], conditions: {ready: false, terminating: true}, targetRef: {kind: Pod, name: web-3}}
                - {addresses: [10.0.0.4], conditions: {ready: false, serving: false, terminating: true}, targetRef: {kind: Pod, name: web-4}}
                - {addresses: [10.0.0.9], conditions: {ready: false}, targetRef: {kind: Pod, name: %s}}
                """.formatted(Leftover.name(probe)), probe);
        ClusterFacts facts = cluster.survey(Set.of("shop"));
        assertThat(facts.services())
                .filteredOn(service -> service.name().equals("headless"))
                .singleElement()
                .satisfies(service -> {
                    assertThat(service.clusterIps()).isEmpty();
                    assertThat(service.ports().get(0).targetPort()).isEqualTo(new PortRef.Number(8080));
                });
        assertThat(facts.services())
                .filteredOn(service -> service.name().equals("web"))
                .singleElement()
                .satisfies(service -> {
                    assertThat(service.clusterIps()).containsExactly("10.96.0.9");
                    assertThat(service.publishing()).isEqualTo(ClusterFacts.Publishing.NOT_READY_TOO);
                    assertThat(service.ports())
                            .extracting(ClusterFacts.ServicePort::targetPort)
                            .containsExactly(new PortRef.Name("http"), new PortRef.Number(90));
                    assertThat(service.endpoints())
                            .extracting(endpoint -> endpoint.ip() + " " + endpoint.serving())
                            .containsExactly(
                                    "10.0.0.1 READY", "10.0.0.2 NOT", "10.0.0.3 WHILE_TERMINATING", "10.0.0.4 NOT");
                });
    }

    @Test
    void what_adopts_and_what_counts() {
        given("""
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: web, namespace: shop}
                spec:
                  selector: {matchLabels: {app: web}}
                  template:
                    metadata: {labels: {app: web, tier: front}}
                    spec: {serviceAccountName: front, nodeSelector: {disk: ssd}, tolerations: [{key: a, operator: Exists}]}
                """, """
                apiVersion: apps/v1
                kind: ReplicaSet
                metadata: {name: web-1, namespace: shop}
                spec: {selector: {matchExpressions: [{key: app, operator: In, values: [web]}]}}
                """, """
                apiVersion: policy/v1
                kind: PodDisruptionBudget
                metadata: {name: budget, namespace: shop}
                spec: {selector: {matchLabels: {app: web}}}
                """, """
                apiVersion: autoscaling/v2
                kind: HorizontalPodAutoscaler
                metadata: {name: scaler, namespace: shop}
                spec: {maxReplicas: 3, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}}
                """);
        ClusterFacts facts = cluster.survey(Set.of("shop"));
        assertThat(facts.selectors())
                .filteredOn(one -> one.selector().selects(Map.of("app", "web")))
                .extracting(PodSelecting::effect, PodSelecting::kind, PodSelecting::name)
                .containsExactlyInAnyOrder(
                        org.assertj.core.groups.Tuple.tuple(Effect.ADOPTS, "ReplicaSet", "web-1"),
                        org.assertj.core.groups.Tuple.tuple(Effect.COUNTS, "PodDisruptionBudget", "budget"),
                        org.assertj.core.groups.Tuple.tuple(Effect.COUNTS, "HorizontalPodAutoscaler", "scaler"));
        assertThat(facts.workloads()).singleElement().satisfies(workload -> {
            assertThat(workload.kind()).isEqualTo(WorkloadKind.DEPLOYMENT);
            assertThat(workload.templateLabels()).containsEntry("tier", "front");
            assertThat(workload.serviceAccount()).contains("front");
            assertThat(workload.nodeSelector()).containsEntry("disk", "ssd");
            assertThat(workload.tolerations()).hasSize(1);
        });
    }

    @Test
    void nodes_that_cannot_be_used_say_why() {
        String ready = "status: {conditions: [{type: Ready, status: 'True'}]}}";
        given(
                "{apiVersion: v1, kind: Node, metadata: {name: a}, " + ready,
                "{apiVersion: v1, kind: Node, metadata: {name: b, labels: {kubernetes.io/os: windows}}, " + ready,
                "{apiVersion: v1, kind: Node, metadata: {name: c}, spec: {unschedulable: true}, " + ready,
                "{apiVersion: v1, kind: Node, metadata: {name: d}, spec: {taints: [{key: k, effect: NoExecute}]}, "
                        + ready,
                "{apiVersion: v1, kind: Node, metadata: {name: e}, spec: {taints: [{key: k, effect: PreferNoSchedule}]}, "
                        + ready,
                "{apiVersion: v1, kind: Node, metadata: {name: f, labels: {type: virtual-kubelet}}, " + ready,
                "{apiVersion: v1, kind: Node, metadata: {name: g}}");
        Map<String, String> unusable = new HashMap<>();
        cluster.survey(Set.of())
                .nodes()
                .forEach(node -> unusable.put(node.name(), node.unusable().orElse("")));
        assertThat(unusable)
                .containsEntry("a", "")
                .containsEntry("b", "it runs windows")
                .containsEntry("c", "it is cordoned")
                .containsEntry("d", "it has the taint k:NoExecute")
                .containsEntry("e", "")
                .containsEntry("f", "it is virtual")
                .containsEntry("g", "it is not ready");
    }

    @Test
    void what_may_not_be_read_is_named() {
        forbidden("/api/v1/nodes?resourceVersion=0", "no");
        forbidden("/api/v1/namespaces/shop", "no");
        forbidden("/apis/policy/v1/namespaces/shop/poddisruptionbudgets?resourceVersion=0", "no");
        ClusterFacts facts = cluster.survey(Set.of("shop"));
        assertThat(facts.unreadable())
                .containsExactly("get namespace shop", "list nodes", "list poddisruptionbudgets in namespace shop");
        assertThat(facts.namespaces()).containsEntry("shop", Existence.UNKNOWN);
    }

    @Test
    void pods_must_be_readable() {
        forbidden("/api/v1/namespaces/shop/pods?resourceVersion=0", "pods is forbidden");
        assertThatThrownBy(() -> cluster.survey(Set.of("shop"))).isInstanceOfSatisfying(ClusterTrouble.class, e -> {
            assertThat(e).hasMessageContaining("list pods in namespace shop: pods is forbidden");
            assertThat(e.fix()).contains("\"ann\"");
        });
    }

    private static ProbePod probe() {
        return new ProbePod(
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
    }

    @Test
    void a_probe_that_may_not_be_created_is_lost() {
        mock.expect()
                .post()
                .withPath("/api/v1/namespaces/shop/pods")
                .andReturn(
                        403,
                        new StatusBuilder()
                                .withCode(403)
                                .withMessage("pods is forbidden: User \"ann\" cannot create resource \"pods\"")
                                .build())
                .always();
        try (ProbeSession session = cluster.open(TERMS)) {
            session.launch(List.of(probe()));
            assertThat(session.next(NOW.plusSeconds(20)))
                    .containsInstanceOf(Lost.class)
                    .hasValueSatisfying(event -> {
                        assertThat(((Lost) event).why()).contains("cannot create resource");
                        assertThat(((Lost) event).fix())
                                .contains("kubectl --context test auth can-i create pods -n shop");
                    });
        }
    }

    @Test
    void a_probe_whose_creation_is_repeated_is_the_one_that_is_there() {
        losing = true;
        try (ProbeSession session = cluster.open(TERMS)) {
            session.launch(List.of(probe()));

            Awaitility.await()
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> !client.pods()
                            .inNamespace("shop")
                            .withLabel(NetproofLabels.ROLE, NetproofLabels.PROBE)
                            .list()
                            .getItems()
                            .isEmpty());
            Pod there = client.pods()
                    .inNamespace("shop")
                    .withLabel(NetproofLabels.ROLE, NetproofLabels.PROBE)
                    .list()
                    .getItems()
                    .get(0);
            client.resource(new PodBuilder(there)
                            .editSpec()
                            .withNodeName("node1")
                            .endSpec()
                            .withNewStatus()
                            .withPhase("Running")
                            .addNewContainerStatus()
                            .withName(PodShape.CONTAINER)
                            .withNewState()
                            .withNewRunning()
                            .endRunning()
                            .endState()
                            .endContainerStatus()
                            .endStatus()
                            .build())
                    .update();

            assertThat(session.next(NOW.plusSeconds(20))).containsInstanceOf(Started.class);
        }
    }

    @Test
    void whoever_is_unknown_is_told() {
        // The mock server comes with a version.
        mock.clearExpectations();
        mock.expect()
                .get()
                .withPath("/version")
                .andReturn(
                        401,
                        new StatusBuilder()
                                .withCode(401)
                                .withMessage("Unauthorized")
                                .build())
                .always();
        assertThatThrownBy(cluster::identity)
                .isInstanceOf(ClusterTrouble.class)
                .hasMessageContaining("context test")
                .hasMessageContaining("\"ann\"")
                .hasMessageContaining("401");
    }
}
