package dev.netproof.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.netproof.evidence.ProbeEvent;
import dev.netproof.evidence.ProbeEvent.Answer;
import dev.netproof.evidence.ProbeEvent.Answered;
import dev.netproof.evidence.ProbeEvent.Line;
import dev.netproof.evidence.ProbeEvent.Lost;
import dev.netproof.evidence.ProbeEvent.Started;
import dev.netproof.kube.Cluster.CleanScope;
import dev.netproof.kube.Cluster.Cleaning;
import dev.netproof.kube.SessionTerms.Images;
import dev.netproof.live.Fork;
import dev.netproof.model.ClusterIdentity;
import dev.netproof.model.Protocol;
import dev.netproof.plan.Attempt;
import dev.netproof.plan.Backend;
import dev.netproof.plan.ClusterFacts;
import dev.netproof.plan.ClusterFacts.Effect;
import dev.netproof.plan.ClusterFacts.Existence;
import dev.netproof.plan.ProbePod;
import dev.netproof.plan.ProbePod.Ownership;
import dev.netproof.plan.ProbePod.Tools;
import dev.netproof.probe.Payload;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The adapter on the cluster of the current kubeconfig, in a namespace of its own that enforces the restricted standard. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
final class Fabric8ClusterIT {
    private static final Map<String, String> LABELS = Map.of("app", "web");
    private static final String COUNTER =
            "trap 'exit 0' TERM; i=0; while :; do echo \"$NONCE $i $(hostname)\"; i=$((i+1)); sleep 1 & wait $!; done";

    private static String namespace;
    private static ApiServer server;
    private static Fabric8Cluster cluster;

    @BeforeAll
    static void connect() {
        ClusterAccess access;
        try {
            access = ClusterAccess.find(Fork.kubeconfig(), Optional.empty());
        } catch (ClusterTrouble e) {
            throw new AssertionError("this test needs a live cluster: " + e.getMessage() + "; " + e.fix(), e);
        }
        assertThat(access.server()).startsWith("https://");
        server = new ApiServer(
                ClusterAccess.find(
                        Fork.kubeconfig(),
                        Optional.empty(),
                        System.getenv(),
                        java.nio.file.Path.of(System.getProperty("user.home")),
                        java.nio.file.Path.of("/nowhere"),
                        Clock.systemUTC()),
                Clock.systemUTC());
        cluster = new Fabric8Cluster(
                server,
                (probe, terms) -> new Payload(List.of("sh", "-c", COUNTER), Map.of("NONCE", terms.nonce())),
                Clock.systemUTC());
        namespace = "kube-it-" + Long.toString(System.nanoTime(), 36);
        client().resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(namespace)
                        .addToLabels("pod-security.kubernetes.io/enforce", "restricted")
                        // Other live tests leave what is in here alone.
                        .addToLabels("live-test", namespace)
                        .endMetadata()
                        .build())
                .create();
        client().apps()
                .replicaSets()
                .inNamespace(namespace)
                .load(Fabric8ClusterIT.class.getResourceAsStream("web-replicaset.yaml"))
                .create();
        client().services()
                .inNamespace(namespace)
                .load(Fabric8ClusterIT.class.getResourceAsStream("web-service.yaml"))
                .create();
        Awaitility.await()
                .atMost(Duration.ofMinutes(1))
                .until(() -> client().pods().inNamespace(namespace).withLabels(LABELS).list().getItems().stream()
                        .anyMatch(io.fabric8.kubernetes.client.readiness.Readiness::isPodReady));
    }

    @AfterAll
    static void disconnect() {
        if (namespace != null) {
            client().namespaces().withName(namespace).withGracePeriod(0).delete();
        }
        if (cluster != null) {
            cluster.close();
        }
    }

    private static KubernetesClient client() {
        return server.client();
    }

    private static SessionTerms terms(String run) {
        return new SessionTerms(run, "0123456789abcdef", Duration.ofMinutes(2), Duration.ofSeconds(3), Images.DEFAULT);
    }

    private static ProbePod probe(String id, Map<String, String> labels, Ownership ownership) {
        return new ProbePod(
                id,
                id,
                namespace,
                labels,
                Optional.empty(),
                Optional.empty(),
                Map.of(),
                List.of(),
                ownership,
                Tools.CURL,
                List.of(new Attempt.ByName("example.com", 80)));
    }

    private static List<ProbeEvent> until(ProbeSession session, Predicate<List<ProbeEvent>> enough) {
        List<ProbeEvent> seen = new ArrayList<>();
        Instant end = session.now().plusSeconds(60);
        while (!enough.test(seen) && session.now().isBefore(end)) {
            session.next(end).ifPresent(seen::add);
        }
        return seen;
    }

    private static List<Pod> own() {
        return client().pods()
                .inNamespace(namespace)
                .withLabel(NetproofLabels.ROLE)
                .list()
                .getItems();
    }

    @Test
    void says_which_cluster_it_is() {
        ClusterIdentity identity = cluster.identity();
        assertThat(identity.version()).startsWith("v1.");
        assertThat(identity.user()).isNotEmpty();
        assertThat(identity.nodes()).isNotEmpty();
        assertThat(identity.uid()).isPresent();
    }

    @Test
    void a_probe_speaks_is_no_endpoint_is_not_adopted_and_leaves_nothing() {
        ProbeSession session = cluster.open(terms("speaks"));
        int before = cluster.requests();
        Instant begun = session.now();
        session.launch(List.of(probe("one", LABELS, Ownership.CONTROLLER)));
        List<ProbeEvent> events = until(
                session, seen -> seen.stream().filter(Line.class::isInstance).count() >= 3);
        assertThat(events).noneMatch(Lost.class::isInstance);
        Started started = (Started) events.get(0);
        assertThat(started.changed()).isEmpty();
        assertThat(started.node()).isPresent();
        List<Line> lines = events.stream()
                .filter(Line.class::isInstance)
                .map(Line.class::cast)
                .toList();
        for (int i = 0; i < 3; i++) {
            assertThat(lines.get(i).text()).startsWith("0123456789abcdef " + i + " ");
        }

        Pod pod = client().pods().inNamespace(namespace).withName(started.pod()).get();
        assertThat(pod.getMetadata().getOwnerReferences())
                .singleElement()
                .satisfies(owner -> assertThat(owner.getKind()).isEqualTo("Pod"));
        // As a generic object: netproof's own reading of a ReplicaSet leaves its status out.
        assertThat(client().genericKubernetesResources("apps/v1", "ReplicaSet")
                        .inNamespace(namespace)
                        .withName("web")
                        .get()
                        .<Integer>get("status", "replicas"))
                .isEqualTo(1);
        List<Endpoint> endpoints = client()
                .discovery()
                .v1()
                .endpointSlices()
                .inNamespace(namespace)
                .withLabel("kubernetes.io/service-name", "web")
                .list()
                .getItems()
                .stream()
                .flatMap(slice -> slice.getEndpoints().stream())
                .toList();
        assertThat(endpoints)
                .filteredOn(endpoint -> endpoint.getTargetRef().getName().equals(started.pod()))
                .allSatisfy(endpoint ->
                        assertThat(endpoint.getConditions().getReady()).isFalse());
        assertThat(cluster.survey(Set.of(namespace)).pods())
                .extracting(ClusterFacts.Pod::name)
                .doesNotContain(started.pod());

        Instant closing = session.now();
        session.close();
        session.close();
        System.err.printf(
                "first line after %d ms, closed in %d ms, %d requests%n",
                Duration.between(begun, lines.get(0).at()).toMillis(),
                Duration.between(closing, session.now()).toMillis(),
                cluster.requests() - before);
        assertThat(own()).noneMatch(left -> NetproofLabels.ofRun(left, "speaks"));
    }

    @Test
    void an_orphan_that_a_selector_matches_would_be_adopted() {
        ClusterFacts facts = cluster.survey(Set.of(namespace, "surely-not-there"));
        assertThat(facts.namespaces())
                .containsEntry(namespace, Existence.PRESENT)
                .containsEntry("surely-not-there", Existence.ABSENT);
        assertThat(facts.selectors())
                .filteredOn(
                        one -> one.effect() == Effect.ADOPTS && one.selector().selects(LABELS))
                .extracting(ClusterFacts.PodSelecting::kind)
                .contains("ReplicaSet");
        assertThat(facts.services()).anySatisfy(service -> {
            assertThat(service.name()).isEqualTo("web");
            assertThat(service.endpoints()).isNotEmpty();
        });
        assertThat(facts.unreadable()).isEmpty();
    }

    @Test
    void port_forward_tells_a_listener_from_a_dead_port() {
        ClusterFacts.Pod web = cluster.survey(Set.of(namespace)).pods().stream()
                .filter(pod -> pod.labels().equals(LABELS))
                .findFirst()
                .orElseThrow();
        try (ProbeSession session = cluster.open(terms("asks"))) {
            Instant begun = session.now();
            session.ask(backend(web, 8080));
            session.ask(backend(web, 9999));
            List<ProbeEvent> answers = until(session, seen -> seen.size() == 2);
            System.err.println(Duration.between(begun, session.now()).toMillis() + " ms for " + answers);
            Map<Integer, Answer> byPort = new HashMap<>();
            answers.stream()
                    .map(Answered.class::cast)
                    .forEach(answered -> byPort.put(answered.backend().port(), answered.answer()));
            assertThat(byPort).containsEntry(8080, Answer.LISTENING).containsEntry(9999, Answer.SILENT);
        }
    }

    private static Backend backend(ClusterFacts.Pod pod, int port) {
        return new Backend(
                pod.ips().get(0),
                port,
                Protocol.TCP,
                Optional.of(new Backend.TargetPod(
                        pod.namespace(), pod.name(), pod.uid(), 0, pod.node(), Optional.empty())));
    }

    @Test
    void what_cannot_start_is_lost_with_a_reason() {
        ProbePod stranger = probe("no-account", Map.of("app", "stranger"), Ownership.PLAIN);
        ProbePod accountless = new ProbePod(
                stranger.id(),
                stranger.source(),
                namespace,
                stranger.labels(),
                Optional.of("nobody-made-this"),
                Optional.empty(),
                Map.of(),
                List.of(),
                Ownership.PLAIN,
                Tools.CURL,
                stranger.attempts());
        try (ProbeSession session = cluster.open(terms("lost"))) {
            session.launch(List.of(accountless));
            Lost lost = (Lost) until(session, seen -> !seen.isEmpty()).get(0);
            assertThat(lost.why()).contains("nobody-made-this");
            assertThat(lost.fix()).contains("service account");
        }
    }

    @Test
    void an_image_that_nobody_has_is_lost_soon() {
        SessionTerms terms = new SessionTerms(
                "image",
                "0123456789abcdef",
                Duration.ofMinutes(2),
                Duration.ofSeconds(3),
                new Images("localhost:1/nobody/has:this", "localhost:1/nor:this", Optional.empty(), List.of()));
        try (ProbeSession session = cluster.open(terms)) {
            session.launch(List.of(probe("imageless", Map.of("app", "x"), Ownership.PLAIN)));
            Lost lost = (Lost) until(session, seen -> !seen.isEmpty()).get(0);
            assertThat(lost.why()).contains("Image");
            assertThat(lost.fix()).contains("mirror");
        }
    }

    @Test
    void many_probes_run_at_once() {
        int many = Integer.getInteger("netproof.it.probes", 12);
        ProbeSession session = cluster.open(terms("many"));
        int before = cluster.requests();
        Instant begun = session.now();
        session.launch(IntStream.range(0, many)
                .mapToObj(i -> probe("p" + i, Map.of("app", "p" + i), Ownership.PLAIN))
                .toList());
        Set<String> speaking = new TreeSet<>();
        List<ProbeEvent> events = until(session, seen -> {
            seen.stream().filter(Line.class::isInstance).forEach(line -> speaking.add(((Line) line).probe()));
            return speaking.size() == many;
        });
        Instant all = session.now();
        assertThat(events).noneMatch(Lost.class::isInstance);
        assertThat(speaking).hasSize(many);
        session.close();
        System.err.printf(
                "%d probes spoke after %d ms, closed in %d ms, %d requests%n",
                many,
                Duration.between(begun, all).toMillis(),
                Duration.between(all, session.now()).toMillis(),
                cluster.requests() - before);
        assertThat(own()).noneMatch(left -> NetproofLabels.ofRun(left, "many"));
    }

    @Test
    void closing_in_the_middle_of_a_launch_leaves_nothing() {
        ProbeSession session = cluster.open(terms("hasty"));
        session.launch(IntStream.range(0, 6)
                .mapToObj(i -> probe("h" + i, Map.of("app", "h" + i), Ownership.PLAIN))
                .toList());
        session.close();
        assertThat(own()).noneMatch(left -> NetproofLabels.ofRun(left, "hasty"));
    }

    @Test
    void clean_removes_what_a_killed_run_left() {
        ProbeSession killed = cluster.open(terms("killed"));
        killed.launch(List.of(probe("left", Map.of("app", "left"), Ownership.PLAIN)));
        until(killed, seen -> !seen.isEmpty());
        Cleaning careful = cluster.clean(Set.of(namespace), CleanScope.EXPIRED);
        assertThat(careful.alive()).isGreaterThanOrEqualTo(2);
        Cleaning all = cluster.clean(Set.of(namespace), CleanScope.ALL);
        assertThat(all.removed()).isGreaterThanOrEqualTo(2);
        assertThat(own()).noneMatch(left -> NetproofLabels.ofRun(left, "killed"));
        List<ProbeEvent> end = until(killed, seen -> seen.stream().anyMatch(Lost.class::isInstance));
        assertThat(end).anyMatch(Lost.class::isInstance);
        killed.close();
    }

    @Test
    void another_of_that_name_and_one_that_changed_are_not_deleted() {
        ConfigMap made = client().resource(new ConfigMapBuilder()
                        .withNewMetadata()
                        .withName("mine")
                        .withNamespace(namespace)
                        .endMetadata()
                        .build())
                .create();
        client().resource(made)
                .edit(map ->
                        new ConfigMapBuilder(map).addToData("changed", "since").build());

        assertThat(Deletion.ofUid(server, made, "00000000-0000-0000-0000-000000000000"))
                .isEqualTo(Deletion.End.CHANGED);
        assertThat(Deletion.unchanged(server, made)).isEqualTo(Deletion.End.CHANGED);
        assertThat(client().resource(made).get()).isNotNull();
        assertThat(Deletion.ofUid(server, made, made.getMetadata().getUid())).isEqualTo(Deletion.End.DELETED);
        assertThat(Deletion.ofUid(server, made, made.getMetadata().getUid())).isEqualTo(Deletion.End.GONE);
    }

    @Test
    void a_namespace_that_is_not_there_is_said() {
        ProbePod here = probe("elsewhere", Map.of("app", "x"), Ownership.PLAIN);
        ProbePod nowhere = new ProbePod(
                here.id(),
                here.source(),
                "surely-not-there",
                here.labels(),
                Optional.empty(),
                Optional.empty(),
                Map.of(),
                List.of(),
                Ownership.PLAIN,
                Tools.CURL,
                here.attempts());
        try (ProbeSession session = cluster.open(terms("nowhere"))) {
            session.launch(List.of(nowhere));
            Lost lost = (Lost) until(session, seen -> !seen.isEmpty()).get(0);
            assertThat(lost.fix()).contains("create the namespace surely-not-there");
        }
        assertThatThrownBy(() -> ClusterAccess.find(Optional.empty(), Optional.of("surely-not-there")))
                .isInstanceOf(ClusterTrouble.class)
                .hasMessageContaining("surely-not-there");
    }
}
