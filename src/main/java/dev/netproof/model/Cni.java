package dev.netproof.model;

import java.util.List;

/**
 * What can be told about a cluster's network plug-in from outside. No API says which one it is: this names the agents that were
 * seen, and nobody should conclude from it that they do their work.
 *
 * @param name such as "Calico"; "unknown" when nothing that is known was seen
 * @param agents the DaemonSets by which it was recognized, with the images that say its version
 * @param marks keys of node annotations that only such an agent writes
 */
public record Cni(String name, List<Agent> agents, List<String> marks) {
    /** Nothing that is known was seen, or none of it may be read. */
    public static final Cni UNKNOWN = new Cni("unknown", List.of(), List.of());

    public Cni {
        agents = List.copyOf(agents);
        marks = List.copyOf(marks);
    }

    /** A DaemonSet. */
    public record Agent(String namespace, String name, List<String> images) {
        public Agent {
            images = List.copyOf(images);
        }
    }
}
