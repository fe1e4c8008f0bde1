package dev.netproof.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.netproof.kube.Leftover;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Isolated;

/** What somebody labelled and annotated like netproof's survives everything that netproof removes, and is named; what it left goes. */
@Isolated("clean --all removes what runs of others made")
@Timeout(value = 4, unit = TimeUnit.MINUTES)
final class ForeignObjectsIT {
    @RegisterExtension
    static final LiveCluster LIVE = LiveCluster.with("foreign");

    private static final String MATRIX = """
            checks:
              - {from: deploy/front, to: svc/web, expect: allow}
              - {from: stranger, to: webs, expect: deny}
            destinations:
              webs: {pods: {app: web}, port: 8080}
            sources:
              stranger: {labels: {app: stranger}, synthetic: true}
            """;

    private String team = "";

    @BeforeEach
    void aShopThatSomebodyMarked() {
        Instant past = Instant.now().minusSeconds(5);
        // All the marks of genuine leftovers, copied.
        String pod = marks(Leftover.probe(LIVE.namespace(), past));
        LIVE.apply(
                Manifests.server("web", 80, 8080).replace("metadata: {labels: {app: web}}", pod("web", pod)),
                Manifests.client("front"),
                Manifests.admits("web", "front"));
        mark(
                LIVE.client()
                        .services()
                        .inNamespace(LIVE.namespace())
                        .withName("web")
                        .get(),
                Leftover.service("x", past));
        mark(
                LIVE.client()
                        .network()
                        .v1()
                        .networkPolicies()
                        .inNamespace(LIVE.namespace())
                        .list()
                        .getItems()
                        .get(0),
                Leftover.policy("x", past));
        team = LIVE.another("team");
        mark(new NamespaceBuilder(LIVE.client().namespaces().withName(team).get()).build(), Leftover.namespace(past));
        LIVE.awaitReady("web", "front");
    }

    private static String marks(String leftover) {
        return leftover.substring(leftover.indexOf("labels: {"), leftover.indexOf("}}\n"));
    }

    private static String pod(String app, String marks) {
        return "metadata: {" + marks.replace("labels: {", "labels: {app: " + app + ", ") + "}}";
    }

    /** Writes all that a leftover says of itself on something else. */
    private static void mark(HasMetadata object, String leftover) {
        ObjectMeta of = Serialization.unmarshal(leftover, HasMetadata.class).getMetadata();
        LIVE.client().resource(object).edit(one -> {
            one.getMetadata().setLabels(both(one.getMetadata().getLabels(), of.getLabels()));
            one.getMetadata().setAnnotations(both(one.getMetadata().getAnnotations(), of.getAnnotations()));
            return one;
        });
    }

    private static Map<String, String> both(@Nullable Map<String, String> there, Map<String, String> more) {
        Map<String, String> both = new HashMap<>(there == null ? Map.of() : there);
        both.putAll(more);
        return both;
    }

    @AfterEach
    void unmark() {
        LIVE.client().namespaces().withName(team).delete();
        LIVE.client().apps().deployments().inNamespace(LIVE.namespace()).delete();
        LIVE.client().services().inNamespace(LIVE.namespace()).delete();
        LIVE.client()
                .network()
                .v1()
                .networkPolicies()
                .inNamespace(LIVE.namespace())
                .delete();
        LIVE.client().pods().inNamespace(LIVE.namespace()).withGracePeriod(0).delete();
    }

    private List<String> there() {
        String namespace = LIVE.namespace();
        return Stream.of(
                        List.of(LIVE.client().namespaces().withName(team).get()),
                        LIVE.client()
                                .pods()
                                .inNamespace(namespace)
                                .withLabel("app", "web")
                                .list()
                                .getItems(),
                        LIVE.client().services().inNamespace(namespace).list().getItems(),
                        LIVE.client()
                                .network()
                                .v1()
                                .networkPolicies()
                                .inNamespace(namespace)
                                .list()
                                .getItems())
                .flatMap(List::stream)
                .filter(one -> one.getMetadata().getDeletionTimestamp() == null)
                .map(one -> one.getKind() + " " + one.getMetadata().getName() + " "
                        + one.getMetadata().getUid())
                .toList();
    }

    private static String podOfWeb() {
        return LIVE.client()
                .pods()
                .inNamespace(LIVE.namespace())
                .withLabel("app", "web")
                .list()
                .getItems()
                .get(0)
                .getMetadata()
                .getName();
    }

    @Test
    void it_stays_counts_and_is_named() {
        List<String> before = there();
        assertThat(before).hasSize(4);
        String killed = Leftover.namespace(Instant.now().minusSeconds(1));
        LIVE.client()
                .resource(Serialization.unmarshal(killed, HasMetadata.class))
                .create();

        Ran ran = LIVE.run(MATRIX, LiveCluster.CANARY).exits(0);

        String pod = "Pod " + podOfWeb() + " in namespace " + LIVE.namespace();
        String service = "Service web in namespace " + LIVE.namespace();
        String policy = "NetworkPolicy " + before.get(3).split(" ")[1] + " in namespace " + LIVE.namespace();
        ran.that("deploy/front → svc/web is allowed").is("PASS", "CONNECTED");
        assertThat(ran.notes())
                .anySatisfy(note -> assertThat(note).startsWith(pod).contains("kept"))
                .anySatisfy(note -> assertThat(note).startsWith(service))
                .anySatisfy(note -> assertThat(note).startsWith(policy))
                .anySatisfy(note -> assertThat(note).startsWith("canary: Namespace " + team));
        assertThat(there()).isEqualTo(before);
        assertThat(LIVE.client().namespaces().withName(Leftover.name(killed)).get())
                .as("what a killed check left goes all the same")
                .matches(gone -> gone == null || gone.getMetadata().getDeletionTimestamp() != null);

        Checked own = Checked.by(LIVE).exits(0);
        assertThat(own.notes()).anySatisfy(note -> assertThat(note).startsWith("Namespace " + team));
        Checked within = Checked.by(LIVE, "--namespace", LIVE.namespace()).exits(0);
        assertThat(within.notes())
                .anySatisfy(note -> assertThat(note).startsWith(pod))
                .anySatisfy(note -> assertThat(note).startsWith(service))
                .anySatisfy(note -> assertThat(note).startsWith(policy));
        assertThat(there()).isEqualTo(before);

        Streams.Captured cleaned = LIVE.command("clean", "--all");
        assertThat(cleaned.exit()).as(cleaned.err()).isZero();
        assertThat(cleaned.err())
                .contains("note: " + pod, "note: " + service, "note: " + policy, "note: Namespace " + team);
        assertThat(there()).isEqualTo(before);
    }
}
