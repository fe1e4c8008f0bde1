package dev.netproof.plan;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a starter matrix has to mention and no plan needs.
 *
 * @param unreadable what the identity is not permitted to read, as "list services in namespace x"
 */
public record StarterFacts(List<ExternalName> externalNames, Set<String> unreadable) {
    public static final StarterFacts NONE = new StarterFacts(List.of(), Set.of());

    public StarterFacts {
        externalNames = List.copyOf(externalNames);
        unreadable = java.util.Collections.unmodifiableSet(new TreeSet<>(unreadable));
    }

    /** A Service that is a DNS alias of a host outside the cluster. */
    public record ExternalName(String namespace, String name, String host) {}
}
