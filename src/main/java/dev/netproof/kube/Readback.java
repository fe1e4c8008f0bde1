package dev.netproof.kube;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.SecurityContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Compares a pod as it came out of admission with the pod that was asked for, as far as the network could tell them apart. */
final class Readback {
    private static final String SET_BY_KUBERNETES = "topology.kubernetes.io/";

    private Readback() {}

    static Optional<String> changes(Pod asked, Pod got) {
        List<String> changes = new ArrayList<>();
        labels(asked.getMetadata().getLabels(), got.getMetadata().getLabels(), changes);
        PodSpec want = asked.getSpec();
        PodSpec have = got.getSpec();
        for (Container extra : have.getContainers()) {
            if (!extra.getName().equals(PodShape.CONTAINER)) {
                changes.add("container " + extra.getName() + " was added");
            }
        }
        have.getInitContainers().forEach(extra -> changes.add("init container " + extra.getName() + " was added"));
        String account = or(want.getServiceAccountName(), "default");
        if (!account.equals(or(have.getServiceAccountName(), "default"))) {
            changes.add("the service account is " + have.getServiceAccountName() + " instead of " + account);
        }
        if (Boolean.TRUE.equals(have.getHostNetwork()) && !Boolean.TRUE.equals(want.getHostNetwork())) {
            changes.add("it runs in the node's network");
        }
        if (!or(have.getDnsPolicy(), "ClusterFirst").equals("ClusterFirst") || have.getDnsConfig() != null) {
            changes.add("its DNS settings were changed");
        }
        if (!have.getHostAliases().isEmpty()) {
            changes.add("host aliases were added");
        }
        Container asContainer = want.getContainers().get(0);
        have.getContainers().stream()
                .filter(container -> container.getName().equals(PodShape.CONTAINER))
                .findFirst()
                .ifPresent(container -> container(asContainer, container, changes));
        Long user = want.getSecurityContext().getRunAsUser();
        if (user != null && !user.equals(runsAs(have))) {
            changes.add("it runs as user " + runsAs(have) + " instead of " + user);
        }
        return changes.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", changes));
    }

    private static void labels(
            @Nullable Map<String, String> asked, @Nullable Map<String, String> got, List<String> changes) {
        Map<String, String> want = asked == null ? Map.of() : asked;
        Map<String, String> have = got == null ? Map.of() : got;
        TreeSet<String> keys = new TreeSet<>(want.keySet());
        keys.addAll(have.keySet());
        for (String key : keys) {
            String before = want.get(key);
            String after = have.get(key);
            if (Objects.equals(before, after) || (before == null && key.startsWith(SET_BY_KUBERNETES))) {
                continue;
            }
            if (before == null) {
                changes.add("label " + key + "=" + after + " was added");
            } else if (after == null) {
                changes.add("label " + key + " was removed");
            } else {
                changes.add("label " + key + " is " + after + " instead of " + before);
            }
        }
    }

    private static void container(Container asked, Container got, List<String> changes) {
        if (!asked.getCommand().equals(got.getCommand()) || !got.getArgs().isEmpty()) {
            changes.add("its command was changed");
        }
        SecurityContext security = got.getSecurityContext();
        if (security != null
                && (Boolean.TRUE.equals(security.getPrivileged())
                        || (security.getCapabilities() != null
                                && !security.getCapabilities().getAdd().isEmpty()))) {
            changes.add("it was given privileges");
        }
    }

    private static @Nullable Long runsAs(PodSpec spec) {
        return spec.getContainers().stream()
                .filter(container -> container.getName().equals(PodShape.CONTAINER))
                .map(Container::getSecurityContext)
                .filter(security -> security != null && security.getRunAsUser() != null)
                .map(SecurityContext::getRunAsUser)
                .findFirst()
                .orElse(
                        spec.getSecurityContext() == null
                                ? null
                                : spec.getSecurityContext().getRunAsUser());
    }

    private static String or(@Nullable String value, String otherwise) {
        return value == null || value.isEmpty() ? otherwise : value;
    }
}
