package dev.netproof.kube;

import java.util.Optional;

/**
 * Something that the API server may or may not let an identity do.
 *
 * @param group the API group; empty for the core one
 * @param resource the plural, with the subresource behind a slash where there is one: pods/log
 * @param namespace empty for what is in no namespace
 */
public record Permission(String verb, String group, String resource, Optional<String> namespace) {
    @Override
    public String toString() {
        return verb
                + " "
                + resource
                + (group.isEmpty() ? "" : "." + group)
                + namespace.map(name -> " in namespace " + name).orElse("");
    }
}
