package dev.netproof.kube;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.VolumeMount;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Compares a pod as it came out of admission with the pod that was asked for: as far as the network could tell them apart, and as far
 * as it may run anything else than was asked for. A change of what runs, or of what it reads, changes the results.
 */
final class Readback {
    private static final String SET_BY_KUBERNETES = "topology.kubernetes.io/";

    /**
     * Where the programs are that run, what they load, and what they read: how names resolve, and the clock that dates results.
     * Nothing else is looked for where webhooks like to mount things: time zones, authorities, credentials, sockets, the CPUs that a
     * container has.
     */
    private static final Pattern DECISIVE_PATHS = Pattern.compile("/(bin|sbin|lib[^/]*|agnhost|root|home"
            + "|usr/(bin|sbin|lib[^/]*|local(?!/share/))"
            + "|etc/(hosts|resolv\\.conf|nsswitch\\.conf|gai\\.conf|ld[^/]*|alternatives|ssl/openssl\\.cnf)"
            + "|proc/uptime)(/.*)?");

    /** What is mounted here hides some of those. */
    private static final Set<String> ABOVE = Set.of("/", "/usr", "/etc", "/etc/ssl", "/proc", "/sys");

    /**
     * What decides which programs run and how they resolve names. Other variables, which webhooks like to add, are not read by
     * anything in a probe.
     */
    private static final Pattern DECISIVE = Pattern.compile(
            "PATH|ENV|IFS|HOSTALIASES|LOCALDOMAIN|OPENSSL_CONF|(NETPROOF_|SERVE_|LD_|CURL_|RES_|BASH_|PYTHON|GLIBC_|GCONV_).*");

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
        have.getEphemeralContainers()
                .forEach(extra -> changes.add("ephemeral container " + extra.getName() + " was added"));
        if (Boolean.TRUE.equals(have.getShareProcessNamespace()) || Boolean.TRUE.equals(have.getHostPID())) {
            changes.add("it shares a process namespace");
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
        if (!sameImage(asked.getImage(), got.getImage())) {
            changes.add("its image is " + got.getImage() + " instead of " + asked.getImage()
                    + " (where that is a mirror, name it: --mirror, --curl-image, --netshoot-image, --server-image)");
        }
        environment(asked, got, changes);
        got.getVolumeMounts().stream()
                .map(VolumeMount::getMountPath)
                .filter(Readback::isDecisive)
                .forEach(path -> changes.add("a volume was mounted at " + path));
        if (got.getLifecycle() != null
                || Stream.of(got.getStartupProbe(), got.getLivenessProbe(), got.getReadinessProbe())
                        .anyMatch(probe -> probe != null && probe.getExec() != null)) {
            changes.add("a lifecycle hook or an exec probe was added");
        }
        SecurityContext security = got.getSecurityContext();
        if (security != null
                && (Boolean.TRUE.equals(security.getPrivileged())
                        || (security.getCapabilities() != null
                                && !security.getCapabilities().getAdd().isEmpty()))) {
            changes.add("it was given privileges");
        }
    }

    private static boolean isDecisive(String mounted) {
        Deque<String> names = new ArrayDeque<>();
        for (String name : mounted.split("/", -1)) {
            if (name.equals("..")) {
                names.pollLast();
            } else if (!name.isEmpty() && !name.equals(".")) {
                names.addLast(name);
            }
        }
        String path = "/" + String.join("/", names);
        return ABOVE.contains(path) || DECISIVE_PATHS.matcher(path).matches();
    }

    private static void environment(Container asked, Container got, List<String> changes) {
        if (!got.getEnvFrom().isEmpty()) {
            changes.add("envFrom was added");
        }
        Map<String, EnvVar> want = new TreeMap<>();
        asked.getEnv().forEach(variable -> want.put(variable.getName(), variable));
        // The last one of a name counts.
        Map<String, EnvVar> have = new TreeMap<>();
        got.getEnv().forEach(variable -> have.put(variable.getName(), variable));
        TreeSet<String> names = new TreeSet<>(want.keySet());
        have.keySet().stream().filter(name -> DECISIVE.matcher(name).matches()).forEach(names::add);
        for (String name : names) {
            EnvVar before = want.get(name);
            EnvVar after = have.get(name);
            if (before == null) {
                changes.add("environment variable " + name + " was added");
            } else if (after == null
                    || after.getValueFrom() != null
                    || !or(before.getValue(), "").equals(or(after.getValue(), ""))) {
                changes.add("environment variable " + name + " was changed");
            }
        }
    }

    /** The same name; a digest may have been added, in the place of a tag or behind it. */
    private static boolean sameImage(String asked, String got) {
        String want = shortened(asked);
        String have = shortened(got);
        if (want.equals(have)) {
            return true;
        }
        int digest = have.indexOf('@');
        if (digest < 0 || want.contains("@")) {
            return false;
        }
        String name = have.substring(0, digest);
        int tag = want.lastIndexOf(':');
        return name.equals(want) || (tag > want.lastIndexOf('/') && name.equals(want.substring(0, tag)));
    }

    /** Without what every container runtime adds. */
    private static String shortened(String image) {
        return image.replaceFirst("^(index\\.)?docker\\.io/(library/)?", "");
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
