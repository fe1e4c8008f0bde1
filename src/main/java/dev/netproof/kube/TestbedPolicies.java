package dev.netproof.kube;

import dev.netproof.kube.Stamp.Marked;
import dev.netproof.plan.PolicyManifest;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyBuilder;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The policies of a testbed, by the names of those who ask for them; in the cluster their names go on. */
final class TestbedPolicies {
    private final ApiServer server;
    private final Stamp stamp;
    private final Creations creations;
    private final Map<Key, NetworkPolicy> policies = new ConcurrentHashMap<>();

    TestbedPolicies(ApiServer server, Stamp stamp, Creations creations) {
        this.server = server;
        this.stamp = stamp;
        this.creations = creations;
    }

    private record Key(String namespace, String name) {
        static Key of(PolicyManifest policy) {
            return new Key(policy.namespace(), policy.name());
        }
    }

    /** Those that may be stored. */
    Collection<NetworkPolicy> all() {
        return policies.values();
    }

    void apply(PolicyManifest policy) {
        Key key = Key.of(policy);
        NetworkPolicy standing = policies.get(key);
        if (standing == null) {
            Marked marked = stamp.mark(
                    "NetworkPolicy", policy.namespace(), Fabric8Testbed.STEM + policy.name(), NetproofLabels.GROUND);
            NetworkPolicy wanted = PolicyShape.of(policy, marked);
            policies.put(key, wanted);
            server.ask("create networkpolicies in namespace " + policy.namespace(), () -> creations.create(wanted));
        } else {
            NetworkPolicy wanted = new NetworkPolicyBuilder(standing)
                    .withSpec(PolicyShape.spec(policy))
                    .build();
            policies.put(key, wanted);
            // With its UID, so that another of that name is not overwritten.
            NetworkPolicy update = new NetworkPolicyBuilder(wanted)
                    .editMetadata()
                    .withUid(creations.uid(wanted).orElse(null))
                    .endMetadata()
                    .build();
            server.ask(
                    "update networkpolicies in namespace " + policy.namespace(),
                    () -> server.client().resource(update).update());
        }
    }

    void remove(PolicyManifest policy) {
        NetworkPolicy gone = policies.get(Key.of(policy));
        if (gone == null) {
            return;
        }
        server.ask("delete networkpolicies in namespace " + policy.namespace(), () -> creations.delete(gone));
        policies.remove(Key.of(policy));
    }

    Optional<String> deviation(PolicyManifest policy) {
        NetworkPolicy wanted = policies.get(Key.of(policy));
        if (wanted == null) {
            return Optional.of("policy " + policy.name() + " was not created");
        }
        String name = "policy " + wanted.getMetadata().getName();
        NetworkPolicy stored = server.ask(
                "get networkpolicies in namespace " + policy.namespace(),
                () -> server.client().resource(wanted).get());
        if (stored == null) {
            return Optional.of(name + " is gone");
        }
        if (!creations.made(wanted, stored)) {
            return Optional.of(name + " was replaced by another of that name");
        }
        return stored.getSpec().equals(PolicyShape.spec(policy))
                ? Optional.empty()
                : Optional.of(name + " was changed after it was created");
    }

    List<String> foreignPolicies(Collection<String> where) {
        List<String> found = new ArrayList<>();
        for (String namespace : where) {
            server
                    .ask(
                            "list networkpolicies in namespace " + namespace,
                            () -> server.client()
                                    .network()
                                    .v1()
                                    .networkPolicies()
                                    .inNamespace(namespace)
                                    .list()
                                    .getItems())
                    .stream()
                    .filter(policy -> policies.values().stream().noneMatch(own -> isCalled(own, policy)))
                    .forEach(policy ->
                            found.add(namespace + "/" + policy.getMetadata().getName()));
        }
        return found;
    }

    private static boolean isCalled(NetworkPolicy one, NetworkPolicy other) {
        return one.getMetadata().getNamespace().equals(other.getMetadata().getNamespace())
                && one.getMetadata().getName().equals(other.getMetadata().getName());
    }
}
