package dev.netproof.enforce;

import dev.netproof.kube.Permission;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What an enforcement check must be permitted to do; docs/enforcement.md lists the same. */
final class Permissions {
    private Permissions() {}

    /**
     * All that is needed.
     *
     * @param namespace where to work, if it is there already
     * @param home where it will work
     */
    static List<Permission> needed(Optional<String> namespace, String home) {
        List<Permission> needed = new ArrayList<>();
        needed.add(new Permission("list", "", "nodes", Optional.empty()));
        if (namespace.isEmpty()) {
            needed.add(new Permission("create", "", "namespaces", Optional.empty()));
            needed.add(new Permission("delete", "", "namespaces", Optional.empty()));
        }
        within(needed, "", "pods", home, "create", "get", "list", "watch", "patch", "delete");
        within(needed, "", "pods/log", home, "get");
        within(needed, "", "services", home, "create", "delete");
        within(needed, "networking.k8s.io", "networkpolicies", home, "create", "get", "list", "update", "delete");
        return needed;
    }

    /** What probes need in a namespace of their own. */
    static List<Permission> probing(String namespace) {
        List<Permission> needed = new ArrayList<>();
        needed.add(new Permission("create", "", "namespaces", Optional.empty()));
        needed.add(new Permission("delete", "", "namespaces", Optional.empty()));
        within(needed, "", "pods", namespace, "create", "get", "list", "watch", "delete");
        within(needed, "", "pods/log", namespace, "get");
        return needed;
    }

    private static void within(
            List<Permission> needed, String group, String resource, String namespace, String... verbs) {
        for (String verb : verbs) {
            needed.add(new Permission(verb, group, resource, Optional.of(namespace)));
        }
    }

    static String fix(List<Permission> missing, boolean own) {
        boolean namespaces = missing.stream().anyMatch(one -> one.resource().equals("namespaces"));
        return namespaces && own
                ? "have it granted, or name a namespace to work in that is there already: --namespace NAME"
                : "have it granted; docs/enforcement.md lists all that is needed";
    }
}
