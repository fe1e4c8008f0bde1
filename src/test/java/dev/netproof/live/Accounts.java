package dev.netproof.live;

import dev.netproof.live.Permissions.Permission;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.authorization.v1.SubjectAccessReviewBuilder;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBindingBuilder;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBuilder;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBuilder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.awaitility.Awaitility;

/** Service accounts of a test class, with kubeconfigs to run as them. */
final class Accounts {
    private static final String RBAC = "rbac.authorization.k8s.io";

    private final LiveCluster live;
    private final List<String> clusterRoles = new ArrayList<>();

    Accounts(LiveCluster live) {
        this.live = live;
    }

    /** One that may do this in the test's namespace and nothing else. */
    Path that(String name, List<Permission> may) {
        return that(name, may, Permission::ofCluster);
    }

    /** One that may do this in every namespace, also in those to come. */
    Path everywhere(String name, List<Permission> may) {
        return that(name, may, permission -> true);
    }

    private Path that(String name, List<Permission> may, Predicate<Permission> wide) {
        String namespace = live.namespace();
        create(new ServiceAccountBuilder().withMetadata(named(name)).build());
        create(new RoleBuilder()
                .withMetadata(named(name))
                .withRules(rules(may, wide.negate()))
                .build());
        create(new RoleBindingBuilder()
                .withMetadata(named(name))
                .withNewRoleRef(RBAC, "Role", name)
                .addNewSubject("", "ServiceAccount", name, namespace)
                .build());
        if (may.stream().anyMatch(wide)) {
            String global = namespace + "-" + name;
            clusterRoles.add(global);
            create(new ClusterRoleBuilder()
                    .withNewMetadata()
                    .withName(global)
                    .endMetadata()
                    .withRules(rules(may, wide))
                    .build());
            create(new ClusterRoleBindingBuilder()
                    .withNewMetadata()
                    .withName(global)
                    .endMetadata()
                    .withNewRoleRef(RBAC, "ClusterRole", global)
                    .addNewSubject("", "ServiceAccount", name, namespace)
                    .build());
        }
        awaitRules(name, may);
        String token = live.client()
                .serviceAccounts()
                .inNamespace(namespace)
                .withName(name)
                .tokenRequest()
                .getStatus()
                .getToken();
        return Permissions.kubeconfig(live.kubeconfig(), token, live.file(name + ".yaml"));
    }

    /** What does not go with the namespace. */
    void remove() {
        for (String name : clusterRoles) {
            live.client().rbac().clusterRoleBindings().withName(name).delete();
            live.client().rbac().clusterRoles().withName(name).delete();
        }
    }

    /** The API server hears of roles and bindings by watches of its own. */
    private void awaitRules(String name, List<Permission> may) {
        Awaitility.await("the API server knows what " + name + " may do")
                .atMost(Duration.ofSeconds(30))
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> may.stream().allMatch(permission -> allowed(name, permission)));
    }

    private boolean allowed(String name, Permission permission) {
        String[] resource = permission.resource().split("/", 2);
        return live.client()
                .authorization()
                .v1()
                .subjectAccessReview()
                .create(new SubjectAccessReviewBuilder()
                        .withNewSpec()
                        .withUser("system:serviceaccount:" + live.namespace() + ":" + name)
                        .withNewResourceAttributes()
                        .withNamespace(permission.ofCluster() ? null : live.namespace())
                        .withGroup(permission.group())
                        .withResource(resource[0])
                        .withSubresource(resource.length > 1 ? resource[1] : null)
                        .withVerb(permission.verb())
                        .endResourceAttributes()
                        .endSpec()
                        .build())
                .getStatus()
                .getAllowed();
    }

    private ObjectMeta named(String name) {
        return new ObjectMetaBuilder()
                .withName(name)
                .withNamespace(live.namespace())
                .build();
    }

    private static List<PolicyRule> rules(List<Permission> may, Predicate<Permission> which) {
        return may.stream().filter(which).map(Permission::rule).toList();
    }

    private void create(HasMetadata object) {
        live.client().resource(object).create();
    }
}
