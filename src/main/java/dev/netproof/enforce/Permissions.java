package dev.netproof.enforce;

import dev.netproof.kube.Permission;
import dev.netproof.model.Enforcement.Profile;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What an enforcement check must be permitted to do; docs/permissions.md lists the same, and deploy/rbac gives it. */
final class Permissions {
    private static final String POLICIES = "networking.k8s.io";

    private Permissions() {}

    /**
     * All that is needed, and no more: only the full profile changes what it has made.
     *
     * @param namespace where to work, if it is there already
     * @param home where it will work
     */
    static List<Permission> needed(Profile profile, Optional<String> namespace, String home) {
        List<Permission> needed = new ArrayList<>();
        needed.add(new Permission("list", "", "nodes", Optional.empty()));
        if (namespace.isEmpty()) {
            needed.add(new Permission("create", "", "namespaces", Optional.empty()));
            needed.add(new Permission("delete", "", "namespaces", Optional.empty()));
        }
        within(needed, "", "pods", home, "create", "list", "watch", "delete");
        within(needed, "", "pods/log", home, "get");
        within(needed, "", "services", home, "create", "delete");
        within(needed, POLICIES, "networkpolicies", home, "create", "get", "list", "delete");
        if (profile == Profile.FULL) {
            within(needed, "", "pods", home, "get", "patch");
            within(needed, POLICIES, "networkpolicies", home, "update");
        }
        return needed;
    }

    /** What probes need in a namespace of their own. */
    static List<Permission> probing(String namespace) {
        List<Permission> needed = new ArrayList<>();
        needed.add(new Permission("create", "", "namespaces", Optional.empty()));
        needed.add(new Permission("delete", "", "namespaces", Optional.empty()));
        within(needed, "", "pods", namespace, "create", "list", "watch", "delete");
        within(needed, "", "pods/log", namespace, "get");
        return needed;
    }

    private static void within(
            List<Permission> needed, String group, String resource, String namespace, String... verbs) {
        for (String verb : verbs) {
            needed.add(new Permission(verb, group, resource, Optional.of(namespace)));
        }
    }

    /** What is missing, in words. */
    static String missing(List<Permission> missing) {
        return "not permitted to "
                + String.join(", ", missing.stream().map(Permission::toString).toList());
    }

    static String fix(List<Permission> missing, boolean own) {
        boolean namespaces = missing.stream().anyMatch(one -> one.resource().equals("namespaces"));
        return namespaces && own
                ? "have it granted, or use an existing namespace: --namespace NAME"
                : "have it granted; docs/permissions.md lists all that is needed, and deploy/rbac gives it";
    }
}
