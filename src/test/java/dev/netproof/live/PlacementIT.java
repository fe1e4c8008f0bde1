package dev.netproof.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** A probe runs where the matrix says, and where its workload would. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
@Execution(ExecutionMode.CONCURRENT)
final class PlacementIT {
    @RegisterExtension
    static final LiveCluster LIVE = LiveCluster.with("placement");

    @BeforeAll
    static void servers() {
        LIVE.apply(
                Manifests.server("db", 5432, 5432),
                Manifests.client("web"),
                Manifests.everywhere("agent", 80, 8080),
                Manifests.admits("db", "agent"));
        LIVE.awaitReady();
    }

    @Test
    void a_probe_is_where_the_matrix_says() {
        boolean several = nodes().size() > 1;
        Ran ran = LIVE.run("""
                sources:
                  each-friend: {labels: {app: agent}, nodes: each}
                  each-visitor: {labels: {app: web}, nodes: each}
                  same-friend: {labels: {app: agent, at: same}, nodes: same, synthetic: true}
                  same-visitor: {labels: {app: web, at: same}, nodes: same, synthetic: true}
                  any-friend: {labels: {app: agent, at: any}, synthetic: true}
                  other-friend: {labels: {app: agent, at: other}, nodes: %1$s, synthetic: true}
                  other-visitor: {labels: {app: web, at: other}, nodes: %1$s, synthetic: true}
                checks:
                - {from: [each-friend, same-friend, any-friend, other-friend], to: svc/db, expect: allow}
                - {from: [each-visitor, same-visitor, other-visitor], to: svc/db, expect: deny}
                """.formatted(several ? "other" : "any")).exits(0);

        String here = nodeOf(LIVE.podOf("db"));
        assertThat(allowed(ran, "each-friend")).as("one on every node").isEqualTo(nodes());
        assertThat(denied(ran, "each-visitor")).as("one on every node").isEqualTo(nodes());
        assertThat(allowed(ran, "same-friend")).containsExactly(here);
        assertThat(denied(ran, "same-visitor")).containsExactly(here);
        assertThat(allowed(ran, "any-friend")).as("one, somewhere").hasSize(1);
        if (several) {
            assertThat(allowed(ran, "other-friend")).hasSize(1).doesNotContain(here);
            assertThat(denied(ran, "other-visitor")).hasSize(1).doesNotContain(here);
        }
        assertThat(ran.report().at("/costs/probePods").asInt()).isEqualTo(2 * nodes().size() + 5);
    }

    @Test
    void another_node_than_every_node_is_none() {
        Ran ran = LIVE.run("""
                sources:
                  visitor: {labels: {app: web}, nodes: other}
                checks:
                - {from: visitor, to: svc/agent, expect: allow}
                """).exits(3);

        ran.that("visitor → svc/agent is allowed")
                .is("UNTESTABLE", "NOT_SUPPORTED")
                .advises("nodes: any");
    }

    @Test
    void a_pod_is_probed_for_by_a_twin_on_its_node() {
        List<Pod> agents = podsOf("agent");
        Pod web = LIVE.podOf("web");
        Ran ran = LIVE.run("checks:\n- {from: pod/" + web.getMetadata().getName() + ", to: svc/db, expect: deny}\n"
                        + agents.stream()
                                .map(pod -> "- {from: pod/" + pod.getMetadata().getName()
                                        + ", to: svc/db, expect: allow}\n")
                                .collect(Collectors.joining()))
                .exits(0);

        assertThat(denied(ran, "pod/" + web.getMetadata().getName())).containsExactly(nodeOf(web));
        for (Pod agent : agents) {
            assertThat(allowed(ran, "pod/" + agent.getMetadata().getName())).containsExactly(nodeOf(agent));
        }
    }

    @Test
    void a_pod_that_is_not_there_is_no_source() {
        Ran ran = LIVE.run("checks: [{from: pod/agnet-x, to: svc/db, expect: deny}]\n")
                .exits(3);

        ran.that("pod/agnet-x → svc/db is denied")
                .is("INCONCLUSIVE", "NO_SUCH_SOURCE")
                .says("there is no pod agnet-x");
    }

    @Test
    void a_workload_that_is_bound_to_a_node_is_probed_for_there() {
        StringBuilder sources = new StringBuilder("sources:\n");
        for (String node : nodes()) {
            LIVE.apply(Manifests.client("bound-to-" + node).replace("terminationGracePeriodSeconds: 1", """
                    terminationGracePeriodSeconds: 1
                          affinity:
                            nodeAffinity:
                              requiredDuringSchedulingIgnoredDuringExecution:
                                nodeSelectorTerms:
                                - matchExpressions: [{key: kubernetes.io/hostname, operator: In, values: [%s]}]
                    """.formatted(
                    node).stripTrailing()));
            sources.append("  all-over-")
                    .append(node)
                    .append(": {workload: deploy/bound-to-")
                    .append(node);
            sources.append(", nodes: each}\n");
        }
        Ran ran = LIVE.run(sources
                        + nodes().stream()
                                .map(node ->
                                        "- {from: [deploy/bound-to-%1$s, all-over-%1$s], to: svc/agent, expect: allow}\n"
                                                .formatted(node))
                                .collect(Collectors.joining("", "checks:\n", "")))
                .exits(0);

        for (String node : nodes()) {
            assertThat(sourceNodes(ran.that("deploy/bound-to-" + node + " → svc/agent is allowed")))
                    .containsExactly(node);
            assertThat(sourceNodes(ran.that("all-over-" + node + " → svc/agent is allowed")))
                    .containsExactly(node);
        }
        assertThat(ran.notes().stream().filter(note -> note.contains("was not tested")))
                .hasSize(nodes().size() * (nodes().size() - 1))
                .allSatisfy(note -> assertThat(note).contains("nodeSelector or node affinity"));
    }

    private static Set<String> allowed(Ran ran, String source) {
        return sourceNodes(ran.that(source + " → svc/db is allowed").is("PASS", "CONNECTED"));
    }

    private static Set<String> denied(Ran ran, String source) {
        return sourceNodes(ran.that(source + " → svc/db is denied").is("PASS", "DENIED"));
    }

    private static Set<String> sourceNodes(Ran.Result result) {
        Set<String> nodes = new TreeSet<>();
        result.node()
                .path("paths")
                .forEach(path -> nodes.add(path.path("sourceNode").asText()));
        return nodes;
    }

    private static Set<String> nodes() {
        Set<String> names = new TreeSet<>();
        for (Node node : LIVE.client().nodes().list().getItems()) {
            names.add(node.getMetadata().getName());
        }
        return names;
    }

    private static List<Pod> podsOf(String app) {
        return LIVE.client().pods().inNamespace(LIVE.namespace()).withLabel("app", app).list().getItems().stream()
                .filter(pod -> !pod.getMetadata().getLabels().containsKey(LiveCluster.ROLE))
                .toList();
    }

    private static String nodeOf(Pod pod) {
        return pod.getSpec().getNodeName();
    }
}
