package dev.netproof.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.netproof.kube.Cluster.CleanScope;
import dev.netproof.kube.Cluster.Cleaning;
import dev.netproof.probe.Payload;
import io.fabric8.kubernetes.api.model.Namespace;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What runs left goes: all of it, and just that. What is foreign stays: {@link ForeignObjectsTest}. */
final class LeftoverCleanerTest {
    /** The server in memory creates everything now. */
    private static final Instant CREATED = Instant.now();

    private static final Instant OVER = CREATED.plus(Duration.ofMinutes(1));
    private static final Instant LIVE = CREATED.plus(Duration.ofHours(2));
    private static final Clock LATER = Clock.offset(Clock.systemUTC(), Duration.ofHours(1));

    private final MockApi api = new MockApi();
    private final Fabric8Cluster cluster =
            new Fabric8Cluster(api.api(LATER), (probe, terms) -> new Payload(List.of("true"), Map.of()), LATER);

    @AfterEach
    void stop() {
        cluster.close();
        api.close();
    }

    private void given(String... manifests) {
        for (String manifest : manifests) {
            api.given(manifest.replaceFirst("^---\n", ""));
        }
    }

    private List<String> there() {
        return api.objects().stream().map(one -> one.getMetadata().getName()).toList();
    }

    @Test
    void live_runs_are_left_alone() {
        given(
                Leftover.probe("shop", OVER),
                Leftover.probe("shop", LIVE),
                "{apiVersion: v1, kind: Pod, metadata: {name: app, namespace: shop}, spec: {containers: [{name: a}]}}");

        assertThat(cluster.clean(Set.of("shop"), CleanScope.EXPIRED)).isEqualTo(new Cleaning(1, 1, Set.of()));
        assertThat(cluster.clean(Set.of(), CleanScope.ALL)).isEqualTo(new Cleaning(1, 0, Set.of()));
        assertThat(there()).containsExactly("app");
    }

    @Test
    void what_a_killed_enforcement_check_left_goes_in_namespaces_of_others_too() {
        String ground = Leftover.namespace(OVER);
        String inside = Leftover.name(ground);
        given(
                ground,
                Leftover.service(inside, OVER),
                Leftover.service("shop", OVER),
                Leftover.policy("shop", OVER),
                "{apiVersion: v1, kind: ConfigMap, metadata: {name: kube-root-ca.crt, namespace: %s}}"
                        .formatted(inside),
                "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: own, namespace: shop}}");

        assertThat(cluster.clean(Set.of(), CleanScope.EXPIRED))
                .as("a namespace with all that is in it, a service and a policy")
                .isEqualTo(new Cleaning(3, 0, Set.of()));
        assertThat(api.client().namespaces().list().getItems()).isEmpty();
        assertThat(api.client().services().inNamespace("shop").list().getItems())
                .isEmpty();
        assertThat(there()).contains("own");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{apiVersion: v1, kind: Pod, metadata: {name: x, namespace: %s}}",
                "{apiVersion: v1, kind: Pod, metadata: {name: x, namespace: %s, labels: {netproof.dev/role: probe}}}",
                "{apiVersion: v1, kind: Service, metadata: {name: x, namespace: %s}}",
                "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: x, namespace: %s}}",
                "{apiVersion: v1, kind: ConfigMap, metadata: {name: x, namespace: %s}}",
                "{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: x, namespace: %s}}",
                "{apiVersion: apps/v1, kind: Deployment, metadata: {name: x, namespace: %s}}",
                "{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: x, namespace: %s}}",
                "{apiVersion: batch/v1, kind: CronJob, metadata: {name: x, namespace: %s}}"
            })
    void a_namespace_that_holds_anything_else_stays(String other) {
        String ground = Leftover.namespace(OVER);
        String name = Leftover.name(ground);
        given(ground, other.formatted(name));

        Cleaning cleaning = cluster.cleanGrounds(CleanScope.ALL);

        assertThat(cleaning.removed()).isZero();
        assertThat(cleaning.foreign())
                .singleElement()
                .asString()
                .contains("Namespace " + name)
                .contains("it contains ")
                .contains("/x, which is not netproof's");
        assertThat(there()).contains(name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/v1/namespaces/%s/services", "/api/v1/namespaces/%s/pods"})
    void a_namespace_whose_contents_may_not_be_read_stays(String unreadable) {
        String ground = Leftover.namespace(OVER);
        String name = Leftover.name(ground);
        given(ground);
        api.refuse("GET " + unreadable.formatted(name));

        Cleaning cleaning = cluster.cleanGrounds(CleanScope.EXPIRED);

        assertThat(cleaning.foreign())
                .singleElement()
                .asString()
                .contains("what is in it may not be read: ann may not");
        assertThat(there()).containsExactly(name);
    }

    @Test
    void what_may_not_be_read_besides_hinders_nothing() {
        String ground = Leftover.namespace(OVER);
        given(ground);
        api.refuse("GET /api/v1/namespaces/" + Leftover.name(ground) + "/configmaps");

        assertThat(cluster.cleanGrounds(CleanScope.EXPIRED)).isEqualTo(new Cleaning(1, 0, Set.of()));
    }

    @Test
    void what_is_foreign_is_named_with_the_reason() {
        given(
                "{apiVersion: v1, kind: Pod, metadata: {name: web-1, namespace: shop, labels: {netproof.dev/role: probe}}}");

        assertThat(cluster.clean(Set.of("shop"), CleanScope.ALL).foreign())
                .containsExactly(
                        "Pod web-1 in namespace shop has the label netproof.dev/role but cannot be shown to be netproof's: its name is not of the form that netproof gives;"
                                + " it is treated like any other object and kept");
    }

    @Test
    void only_the_very_object_that_was_read_is_deleted() {
        given(Leftover.namespace(OVER));
        Namespace ground = api.client().namespaces().list().getItems().get(0);

        cluster.cleanGrounds(CleanScope.EXPIRED);

        assertThat(api.requests("DELETE"))
                .singleElement()
                .satisfies(request -> assertThat(request.body())
                        .contains("\"uid\":\"" + ground.getMetadata().getUid() + "\"")
                        .contains(
                                "\"resourceVersion\":\"" + ground.getMetadata().getResourceVersion() + "\""));
    }

    @Test
    void requests_grow_with_what_was_left_and_not_with_what_is_there() {
        for (int i = 0; i < 20; i++) {
            given("{apiVersion: v1, kind: Namespace, metadata: {name: team-%d, labels: {netproof.dev/role: ground}}}"
                    .formatted(i));
        }
        int before = api.requests("GET").size();

        assertThat(cluster.cleanGrounds(CleanScope.EXPIRED).foreign()).hasSize(20);

        assertThat(api.requests("GET")).hasSize(before + 1);
    }

    @Test
    void where_nothing_may_be_looked_for_is_said() {
        api.refuse("GET /apis/networking.k8s.io/v1/namespaces/shop/networkpolicies");

        assertThat(cluster.clean(Set.of("shop"), CleanScope.EXPIRED))
                .isEqualTo(new Cleaning(0, 0, Set.of("list networkpolicies in namespace shop")));
    }

    @Test
    void what_may_not_be_removed_stays_and_everything_else_goes() {
        String policy = Leftover.policy("shop", OVER);
        given(Leftover.service("shop", OVER), policy);
        api.refuse("DELETE /apis/networking.k8s.io/v1/namespaces/shop/networkpolicies/");

        assertThat(cluster.clean(Set.of("shop"), CleanScope.EXPIRED))
                .isEqualTo(new Cleaning(
                        1,
                        0,
                        Set.of(),
                        Set.of("not permitted to delete networkpolicies " + Leftover.name(policy)
                                + " in namespace shop: ann may not"),
                        Set.of()));
        assertThat(there()).containsExactly(Leftover.name(policy));
    }

    @Test
    void who_is_not_known_any_more_is_told_so_and_not_that_something_stays() {
        given(Leftover.policy("shop", OVER));
        api.answer("DELETE /apis/networking.k8s.io/v1/namespaces/shop/networkpolicies/", 401, "Unauthorized");

        assertThatThrownBy(() -> cluster.clean(Set.of("shop"), CleanScope.EXPIRED))
                .isInstanceOf(ClusterTrouble.class)
                .hasMessageContaining("401");
    }

    @Test
    void what_fails_for_another_reason_than_a_permission_is_not_called_one() {
        api.answer("GET /apis/networking.k8s.io/v1/namespaces/shop/networkpolicies", 400, "out of order");

        assertThatThrownBy(() -> cluster.clean(Set.of("shop"), CleanScope.EXPIRED))
                .isInstanceOf(ClusterTrouble.class)
                .hasMessageContaining("failed to list networkpolicies in namespace shop: out of order (400)");
    }

    @Test
    void what_changed_since_it_was_read_is_judged_again() {
        String probe = Leftover.probe("shop", OVER);
        given(probe);
        String path = "/api/v1/namespaces/shop/pods/" + Leftover.name(probe);
        api.answerOnce("DELETE " + path, 409, "the object has been modified");

        assertThat(cluster.clean(Set.of("shop"), CleanScope.EXPIRED)).isEqualTo(new Cleaning(1, 0, Set.of()));
        assertThat(there()).isEmpty();
    }
}
