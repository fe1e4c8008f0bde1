package dev.netproof.plan;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The NetworkPolicies of some namespaces, with their rules.
 *
 * @param unreadable what the identity is not permitted to read, as "list networkpolicies in namespace x"
 */
public record NetworkPolicies(List<PolicyManifest> found, Set<String> unreadable) {
    public static final NetworkPolicies NONE = new NetworkPolicies(List.of(), Set.of());

    public NetworkPolicies {
        found = List.copyOf(found);
        unreadable = java.util.Collections.unmodifiableSet(new TreeSet<>(unreadable));
    }
}
