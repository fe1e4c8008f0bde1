package dev.netproof.matrix;

import dev.netproof.model.Target;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * What may be connected to: everything, or what one of some patterns matches.
 *
 * <p>A pattern is {@code NAMESPACE/NAME} for what is in the cluster, a host name, or an address or range of addresses. In names
 * {@code *} stands for any characters and {@code ?} for one. A host name allows whatever it resolves to; an address that a matrix writes
 * out is allowed by addresses alone.
 */
public final class AllowedDestinations {
    /** The default. */
    public static final AllowedDestinations ALL = new AllowedDestinations(List.of());

    private static final Pattern IN_CLUSTER = Pattern.compile("([a-z0-9*?-]+)/([a-z0-9.*?-]+)");
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9.*?-]+");

    private final List<Predicate<Target>> patterns;

    private AllowedDestinations(List<Predicate<Target>> patterns) {
        this.patterns = patterns;
    }

    /** @throws IllegalArgumentException if one of them is no pattern; the message says which, and what they look like */
    public static AllowedDestinations of(List<String> patterns) {
        return new AllowedDestinations(
                patterns.stream().map(AllowedDestinations::pattern).toList());
    }

    /** Whether something may be connected to. */
    public boolean admits(Target target) {
        return patterns.isEmpty() || patterns.stream().anyMatch(pattern -> pattern.test(target));
    }

    /** What would admit it. */
    static String pattern(Target target) {
        if (target instanceof Target.Host host) {
            return host.host();
        }
        if (target instanceof Target.Ip ip) {
            return ip.ip();
        }
        return namespace(target) + "/" + (target instanceof Target.Pods ? "'*'" : name(target));
    }

    private static Predicate<Target> pattern(String written) {
        if (written.length() <= 320) {
            if (AddressRange.looksLikeOne(written)) {
                AddressRange range = AddressRange.of(written);
                return target -> target instanceof Target.Ip ip && range.contains(ip.ip());
            }
            var inCluster = IN_CLUSTER.matcher(written);
            if (inCluster.matches()) {
                Glob namespace = new Glob(inCluster.group(1));
                Glob name = new Glob(inCluster.group(2));
                return target -> !(target instanceof Target.Host)
                        && !(target instanceof Target.Ip)
                        && namespace.matches(namespace(target))
                        // Pods by label have no name that could be matched: those who may ask all of a namespace may
                        // ask
                        // them.
                        && (target instanceof Target.Pods ? name.text().equals("*") : name.matches(name(target)));
            }
            if (HOST.matcher(written).matches()) {
                Glob host = new Glob(plain(written));
                return target -> target instanceof Target.Host other && host.matches(plain(other.host()));
            }
        }
        throw new IllegalArgumentException(Problems.quote(written)
                + " is no destination; write NAMESPACE/NAME, a host name, an address or a range of addresses: shop/*, *.example.com,"
                + " 10.1.2.3, 10.0.0.0/8");
    }

    /** Host names know no upper case, and a dot at their end changes nothing. */
    private static String plain(String host) {
        String lower = host.toLowerCase(Locale.ROOT);
        return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    }

    private static String namespace(Target target) {
        if (target instanceof Target.Service service) {
            return service.namespace();
        }
        if (target instanceof Target.Pods pods) {
            return pods.namespace();
        }
        if (target instanceof Target.Workload workload) {
            return workload.namespace();
        }
        return target instanceof Target.Pod pod ? pod.namespace() : "";
    }

    private static String name(Target target) {
        if (target instanceof Target.Service service) {
            return service.name();
        }
        if (target instanceof Target.Workload workload) {
            return workload.name();
        }
        return target instanceof Target.Pod pod ? pod.name() : "";
    }
}
