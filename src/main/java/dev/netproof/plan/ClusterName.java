package dev.netproof.plan;

import dev.netproof.plan.ClusterFacts.Service;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A DNS name that the cluster itself gives to a Service: NAME.NAMESPACE.svc, with or without the cluster's domain, which is cluster.local
 * unless somebody chose another. Pods of a headless Service have their hostname in front.
 *
 * <p>Such a name leads to the Service's own address or to some of its pods. An attempt there reaches one of them by chance, so that
 * it says nothing of the others.
 *
 * @param domain what follows "svc"; empty where nothing does
 * @see <a href="https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/">DNS for Services and Pods</a>
 */
record ClusterName(String service, String namespace, String domain) {
    private static final Pattern FULL = Pattern.compile("(?:.+\\.)?([^.]+)\\.([^.]+)\\.svc(?:\\.(.+))?");

    static Optional<ClusterName> of(String host) {
        Matcher full = FULL.matcher(plain(host));
        return full.matches()
                ? Optional.of(new ClusterName(
                        full.group(1),
                        full.group(2),
                        Optional.ofNullable(full.group(3)).orElse("")))
                : Optional.empty();
    }

    /** A resolver's search path makes NAME.NAMESPACE a full name before it asks for the name itself. */
    static Optional<ClusterName> of(String host, List<Service> services) {
        return of(host).or(() -> services.stream()
                .filter(service -> plain(host).equals(service.name() + "." + service.namespace()))
                .findFirst()
                .map(service -> new ClusterName(service.name(), service.namespace(), "")));
    }

    /** Whether a host outside the cluster may have the name: its domain is not the usual one of clusters. */
    boolean mayBeOutside() {
        return !domain.isEmpty() && !domain.equals("cluster.local");
    }

    private static String plain(String host) {
        String name = host.toLowerCase(Locale.ROOT);
        return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    }
}
