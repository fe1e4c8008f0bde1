package dev.netproof.enforce;

import dev.netproof.model.Enforcement.Direction;
import dev.netproof.plan.PolicyManifest;
import dev.netproof.plan.PolicyManifest.Rule;
import dev.netproof.plan.Selector;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a scenario's policies are written with, once it is known where it is played: the selected pod, the namespaces and the
 * addresses.
 *
 * @param subject labels that select the row's own pod and no other
 * @param surroundings labels that select the target and the source of the row's track and node together
 * @param virtual addresses of the Services in front of them
 * @param home the namespace of the subject
 * @param away the other namespace; the same one where there is just one
 * @param name begins the names of the policies
 */
record PolicyFactory(
        String name,
        String home,
        String away,
        Map<String, String> subject,
        Map<String, String> surroundings,
        Addresses addresses,
        Addresses virtual) {
    /** Addresses of whom policies speak of by address. */
    @FunctionalInterface
    interface Addresses {
        /** All addresses of the pods of this role, IPv4 and IPv6. */
        List<String> of(Role role);
    }

    /** A policy on the subject. */
    PolicyManifest policy(String suffix, Direction direction, Rule... rules) {
        return policy(suffix, Map.of(), Set.of(direction), rules);
    }

    /** A policy on target and source together. */
    PolicyManifest wide(String suffix, Direction direction, Rule... rules) {
        return new PolicyManifest(
                home,
                name + (suffix.isEmpty() ? "" : "-" + suffix),
                Selector.of(surroundings),
                Set.of(direction),
                List.of(rules));
    }

    /** A policy on the subject as long as it has these labels too. */
    PolicyManifest policy(String suffix, Map<String, String> also, Set<Direction> directions, Rule... rules) {
        Map<String, String> selected = new LinkedHashMap<>(subject);
        selected.putAll(also);
        return new PolicyManifest(
                home, name + (suffix.isEmpty() ? "" : "-" + suffix), Selector.of(selected), directions, List.of(rules));
    }
}
