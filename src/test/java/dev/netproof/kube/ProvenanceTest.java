package dev.netproof.kube;

import static org.assertj.core.api.Assertions.assertThat;

import dev.netproof.kube.Provenance.Doubt;
import dev.netproof.kube.Stamp.Marked;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What is netproof's, and what is not although it says so: each row is one way to forge it. */
final class ProvenanceTest {
    private static final Instant CREATED = Instant.parse("2026-11-21T12:00:00Z");
    private static final Instant DEADLINE = CREATED.plus(Duration.ofMinutes(6));
    private static final Stamp STAMP = new Stamp("00c0ffee", DEADLINE);

    private static ObjectMeta metadata(String namespace, Marked marked) {
        return new ObjectMetaBuilder()
                .withName(marked.name())
                .withNamespace(namespace.isEmpty() ? null : namespace)
                .withUid("uid")
                .withCreationTimestamp(CREATED.toString())
                .addToLabels(NetproofLabels.ROLE, marked.role())
                .withAnnotations(new LinkedHashMap<>(marked.annotations()))
                .build();
    }

    private static Namespace ground() {
        return ground("netproof-00c0ffee");
    }

    private static Namespace ground(String stem) {
        return new NamespaceBuilder()
                .withMetadata(metadata("", STAMP.mark("Namespace", "", stem, NetproofLabels.GROUND)))
                .build();
    }

    private static Pod pod(String stem, String role) {
        return new PodBuilder()
                .withMetadata(metadata("shop", STAMP.mark("Pod", "shop", stem, role)))
                .build();
    }

    private static HasMetadata forged(HasMetadata object, Consumer<ObjectMeta> how) {
        how.accept(object.getMetadata());
        return object;
    }

    @TestFactory
    Stream<DynamicTest> what_netproof_makes_is_its_own() {
        Map<String, HasMetadata> own = new LinkedHashMap<>();
        own.put("a namespace", ground());
        own.put("a second namespace", ground("netproof-00c0ffee-away"));
        own.put("a probe", pod("np0123abcd", NetproofLabels.PROBE));
        own.put("an anchor", pod("npanchor", NetproofLabels.ANCHOR));
        own.put("a target", pod("nps-t-a-0", NetproofLabels.SERVER));
        own.put(
                "a policy",
                new NetworkPolicyBuilder()
                        .withMetadata(
                                metadata("shop", STAMP.mark("NetworkPolicy", "shop", "np-deny", NetproofLabels.GROUND)))
                        .build());
        own.put(
                "a Service",
                new ServiceBuilder()
                        .withMetadata(
                                metadata("shop", STAMP.mark("Service", "shop", "np-t-a-0", NetproofLabels.GROUND)))
                        .build());
        own.put(
                "a pod that a controller adopted and somebody labelled",
                forged(pod("np0123abcd", NetproofLabels.PROBE), it -> {
                    it.getLabels().put("team", "a");
                    it.getAnnotations().put("seen-by", "somebody");
                }));
        own.put(
                "one by an API server whose clock goes before",
                forged(
                        ground(),
                        it -> it.setCreationTimestamp(
                                CREATED.plus(Duration.ofMinutes(9)).toString())));
        return own.entrySet().stream()
                .map(one -> DynamicTest.dynamicTest(
                        one.getKey(),
                        () -> assertThat(Provenance.doubt(one.getValue())).isEmpty()));
    }

    private record Forgery(String what, HasMetadata object, Doubt doubt) {}

    private static Map<String, String> marks(HasMetadata of) {
        return of.getMetadata().getAnnotations();
    }

    private static Namespace namespace(String name, Map<String, String> labels, Map<String, String> annotations) {
        return new NamespaceBuilder()
                .withNewMetadata()
                .withName(name)
                .withUid("uid")
                .withCreationTimestamp(CREATED.toString())
                .withLabels(new LinkedHashMap<>(labels))
                .withAnnotations(new LinkedHashMap<>(annotations))
                .endMetadata()
                .build();
    }

    private static List<Forgery> forgeries() {
        Map<String, String> label = Map.of(NetproofLabels.ROLE, NetproofLabels.GROUND);
        Namespace another = ground();
        String seal = another.getMetadata().getName().substring("netproof-00c0ffee-".length());
        return List.of(
                new Forgery("the label alone", namespace("team-a", label, Map.of()), Doubt.NAME),
                new Forgery(
                        "the label and a deadline",
                        namespace("team-a", label, Map.of(NetproofLabels.DEADLINE, DEADLINE.toString())),
                        Doubt.NAME),
                new Forgery("all marks of one of netproof's", namespace("team-a", label, marks(another)), Doubt.NAME),
                new Forgery("default", namespace("default", label, marks(another)), Doubt.SYSTEM),
                new Forgery("kube-system", namespace("kube-system", label, marks(another)), Doubt.SYSTEM),
                new Forgery("kube-node-lease", namespace("kube-node-lease", label, marks(another)), Doubt.SYSTEM),
                new Forgery("openshift-dns", namespace("openshift-dns", label, marks(another)), Doubt.SYSTEM),
                new Forgery("a system name with a seal", ground("kube-netproof"), Doubt.SYSTEM),
                new Forgery("netproof's own namespace", namespace("netproof", label, marks(another)), Doubt.NAME),
                new Forgery("the name form of old", namespace("netproof-00c0ffee", label, marks(another)), Doubt.NAME),
                new Forgery(
                        "the name form and no marks",
                        namespace("netproof-00c0ffee-" + seal, label, Map.of()),
                        Doubt.MARKS),
                new Forgery(
                        "the name form and another's marks",
                        namespace("netproof-staging-bcdfghjklmnpqrst", label, marks(another)),
                        Doubt.SEAL),
                new Forgery("another's seal", namespace("netproof-staging-" + seal, label, marks(another)), Doubt.SEAL),
                new Forgery(
                        "a deadline that was moved",
                        forged(
                                ground(),
                                it -> it.getAnnotations()
                                        .put(
                                                NetproofLabels.DEADLINE,
                                                CREATED.plusSeconds(1).toString())),
                        Doubt.SEAL),
                new Forgery(
                        "another run's id",
                        forged(ground(), it -> it.getAnnotations().put(NetproofLabels.RUN, "0badcafe")),
                        Doubt.SEAL),
                new Forgery(
                        "another role",
                        forged(
                                pod("npanchor", NetproofLabels.ANCHOR),
                                it -> it.getLabels().put(NetproofLabels.ROLE, NetproofLabels.PROBE)),
                        Doubt.SEAL),
                new Forgery(
                        "a role of another kind",
                        forged(
                                pod("npanchor", NetproofLabels.ANCHOR),
                                it -> it.getLabels().put(NetproofLabels.ROLE, NetproofLabels.GROUND)),
                        Doubt.MARKS),
                new Forgery(
                        "one that is moved to another namespace",
                        forged(pod("npanchor", NetproofLabels.ANCHOR), it -> it.setNamespace("other")),
                        Doubt.SEAL),
                new Forgery(
                        "another kind",
                        new ServiceBuilder()
                                .withMetadata(metadata(
                                        "shop", STAMP.mark("NetworkPolicy", "shop", "np-deny", NetproofLabels.GROUND)))
                                .build(),
                        Doubt.SEAL),
                new Forgery(
                        "a Deployment's pod that hangs on an anchor",
                        forged(pod("np0123abcd", NetproofLabels.PROBE), it -> it.setName("web-7d9f8c5b6-x2b4q")),
                        Doubt.NAME),
                new Forgery(
                        "created long before its run",
                        forged(ground(), it -> it.setCreationTimestamp("2024-01-01T00:00:00Z")),
                        Doubt.AGE),
                new Forgery(
                        "created after its deadline",
                        forged(
                                ground(),
                                it -> it.setCreationTimestamp(
                                        DEADLINE.plus(Duration.ofMinutes(11)).toString())),
                        Doubt.AGE),
                new Forgery(
                        "created nobody knows when", forged(ground(), it -> it.setCreationTimestamp(null)), Doubt.AGE));
    }

    @TestFactory
    Stream<DynamicTest> what_only_looks_like_netproofs_is_not() {
        return forgeries().stream()
                .map(one -> DynamicTest.dynamicTest(
                        one.what(),
                        () -> assertThat(Provenance.doubt(one.object())).contains(one.doubt())));
    }

    @Test
    void a_pod_that_serves_counts_whatever_seal_it_has() {
        Pod ready = new PodBuilder(pod("np0123abcd", NetproofLabels.PROBE))
                .withNewStatus()
                .addNewCondition()
                .withType("Ready")
                .withStatus("True")
                .endCondition()
                .endStatus()
                .build();

        assertThat(Provenance.doubtProbe(pod("np0123abcd", NetproofLabels.PROBE)))
                .isEmpty();
        assertThat(Provenance.doubtProbe(pod("npanchor", NetproofLabels.ANCHOR)))
                .isEmpty();
        assertThat(Provenance.doubtProbe(ready)).contains(Doubt.READY);
        assertThat(Provenance.doubtProbe(pod("nps-t-a-0", NetproofLabels.SERVER)))
                .contains(Doubt.SERVES);
    }

    @Test
    void nobody_foresees_a_name() {
        List<String> names = Stream.generate(() -> STAMP.mark("Service", "shop", "np-t-a-0", NetproofLabels.GROUND))
                .limit(100)
                .map(Marked::name)
                .toList();

        assertThat(names).doesNotHaveDuplicates().allMatch(name -> name.matches("np-t-a-0-[a-z0-9]{16}"));
    }
}
