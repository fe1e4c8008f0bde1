package dev.netproof.live;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Somebody in the cluster who wants a certain verdict: whoever may change pods on their way in knows a probe's nonce, and can make it
 * say anything. In one run with all of them everybody else is judged as always.
 */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
final class HostilePodsIT {
    @RegisterExtension
    static final LiveCluster LIVE = LiveCluster.with("hostile");

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<HasMetadata> CHANGES = new ArrayList<>();

    /** Whole rounds in which every attempt connected, also that to the port where nobody listens. */
    private static final String FORGER = """
            n=$NETPROOF_NONCE; echo "$n 0 B 9 1"; i=0
            while :; do
              i=$((i+1)); echo "$n $i A L 7 0 0 0.001 0 0  refused"
              for id in 0 1 2 3 4 5 6 7; do echo "$n $i A $id 28 0.0001 0.001 1.0 1 000 10.9.9.9 open"; done
              echo "$n $i E 9 $i $i"; sleep 1
            done
            """;

    /** As much as a node writes in a moment, bounded for its disk's sake: forged lines, then a line without an end, then noise. */
    private static final String FLOOD = """
            yes "$NETPROOF_NONCE 1 A 0 28 0.0001 0.001 1.0 1 000 10.9.9.9 open" | head -c 100000000
            echo; tr '\\\\0' x </dev/zero | head -c 50000000
            echo; head -c 20000000 /dev/urandom; sleep 600
            """;

    private static Ran ran;

    @BeforeAll
    static void oneRun() throws IOException {
        Lab.needed("policies that change pods");
        LIVE.apply(
                Manifests.server("db", 5432, 5432),
                Manifests.client("deaf") + Manifests.service("deaf", 80, 8080),
                Manifests.client("web"),
                Manifests.client("front"),
                Manifests.admits("db", "web"));
        String program = LIVE.another("program");
        String flood = LIVE.another("flood");
        String task = LIVE.another("task");
        String image = LIVE.another("image");
        change(program, "command", "[\"/bin/sh\", \"-c\", " + JSON.writeValueAsString(FORGER) + "]");
        change(flood, "command", "[\"/bin/sh\", \"-c\", " + JSON.writeValueAsString(FLOOD) + "]");
        change(task, "env/0/value", "'0'");
        change(image, "image", "\"docker.io/nicolaka/netshoot:v0.14\"");
        LIVE.awaitReady();
        ran = LIVE.run("""
                sources:
                  program: {namespace: %s, labels: {app: web}, synthetic: true}
                  flood: {namespace: %s, labels: {app: web}, synthetic: true}
                  task: {namespace: %s, labels: {app: web}, synthetic: true}
                  image: {namespace: %s, labels: {app: web}, synthetic: true}
                checks:
                - {from: deploy/web, to: svc/db, expect: allow}
                - {from: deploy/front, to: svc/db, expect: deny}
                - {from: deploy/front, to: svc/deaf, expect: deny}
                - {from: [program, flood, task, image], to: svc/deaf, expect: allow}
                - {from: [program, flood, task, image], to: svc/db, expect: deny}
                """.formatted(program, flood, task, image)).exits(3);
    }

    @AfterAll
    static void nothingIsChangedAnyMore() {
        CHANGES.forEach(change -> LIVE.client().resource(change).delete());
    }

    /** From now on the first container of every pod of a namespace has this in the place of its own. */
    private static void change(String namespace, String field, String value) throws IOException {
        // An anchor has no environment, and what cannot be patched is refused.
        String expression =
                "has(object.spec.containers[0].env) || !'%s'.startsWith('env') ? [JSONPatch{op: 'replace', path:"
                                .formatted(field)
                        + " '/spec/containers/0/" + field + "', value: " + value + "}] : []";
        add("""
                apiVersion: admissionregistration.k8s.io/v1
                kind: MutatingAdmissionPolicy
                metadata: {name: %1$s}
                spec:
                  matchConstraints:
                    namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: %1$s}}
                    resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}]
                  failurePolicy: Fail
                  reinvocationPolicy: Never
                  mutations: [{patchType: JSONPatch, jsonPatch: {expression: %2$s}}]
                """.formatted(namespace, JSON.writeValueAsString(expression)));
        add("""
                apiVersion: admissionregistration.k8s.io/v1
                kind: MutatingAdmissionPolicyBinding
                metadata: {name: %1$s}
                spec: {policyName: %1$s}
                """.formatted(namespace));
        Awaitility.await("pods of " + namespace + " are changed")
                .atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(200))
                .until(() -> isChanged(namespace));
    }

    private static void add(String manifest) {
        CHANGES.add(LIVE.client()
                .resource(Serialization.unmarshal(manifest, GenericKubernetesResource.class))
                .create());
    }

    private static boolean isChanged(String namespace) {
        Pod tried = Serialization.unmarshal("""
                apiVersion: v1
                kind: Pod
                metadata: {name: tried}
                spec: {containers: [{name: probe, image: none, command: ["true"], env: [{name: A, value: b}]}]}
                """, Pod.class);
        try {
            var before = tried.getSpec().getContainers().get(0);
            var after = LIVE.client()
                    .pods()
                    .inNamespace(namespace)
                    .resource(tried)
                    .dryRun()
                    .create()
                    .getSpec()
                    .getContainers()
                    .get(0);
            return !before.getCommand().equals(after.getCommand())
                    || !before.getImage().equals(after.getImage())
                    || !before.getEnv().equals(after.getEnv());
        } catch (KubernetesClientException e) {
            assertThat(e.getMessage()).doesNotContain("invalid");
            return false;
        }
    }

    @Test
    void whoever_is_not_changed_is_judged_as_always() {
        ran.that("deploy/web → svc/db is allowed").is("PASS", "CONNECTED");
        ran.that("deploy/front → svc/db is denied").is("PASS", "DENIED");
    }

    @Test
    void forged_connections_show_no_target_alive() {
        Fault.FORGED_CONTROL.shown(LIVE, ran, "deploy/front → svc/deaf is denied");
    }

    @Test
    void another_program_is_not_believed() {
        Fault.FORGED.shown(LIVE, ran, "program → svc/deaf is allowed", "program → svc/db is denied");
        ran.that("program → svc/deaf is allowed").says("command was changed");
    }

    @Test
    void a_flood_holds_nothing_up() {
        Fault.FLOOD.shown(LIVE, ran, "flood → svc/deaf is allowed", "flood → svc/db is denied");
    }

    @Test
    void another_task_is_not_believed() {
        Fault.OTHER_TASK.shown(LIVE, ran, "task → svc/deaf is allowed", "task → svc/db is denied");
        ran.that("task → svc/db is denied").says("environment variable NETPROOF_COUNT was changed");
    }

    @Test
    void another_image_is_not_believed() {
        Fault.OTHER_IMAGE.shown(LIVE, ran, "image → svc/deaf is allowed", "image → svc/db is denied");
        ran.that("image → svc/db is denied").says("image is docker.io/nicolaka/netshoot:v0.14 instead of");
    }

    @Test
    void a_probe_whose_image_is_changed_while_it_runs_is_not_believed_either() {
        Ran later = LIVE.runWhile(
                """
                checks:
                - {from: deploy/web, to: svc/db, expect: allow}
                - {from: deploy/front, to: svc/db, expect: deny}
                """,
                1,
                List.of("front"),
                () -> LIVE.probeOf("front")
                        .ifPresent(pod -> LIVE.client()
                                .resource(pod)
                                .patch(
                                        PatchContext.of(PatchType.JSON),
                                        "[{\"op\": \"replace\", \"path\": \"/spec/containers/0/image\","
                                                + " \"value\": \"docker.io/nicolaka/netshoot:v0.14\"}]")));

        Fault.CHANGED_WHILE_IT_RAN.shown(
                LIVE, later, "deploy/web → svc/db is allowed", "deploy/front → svc/db is denied");
        later.that("deploy/front → svc/db is denied").says("was changed while it ran: its image is");
    }
}
