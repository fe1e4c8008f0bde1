package dev.netproof.enforce;

import dev.netproof.model.Enforcement.Capability;
import dev.netproof.model.Enforcement.Direction;
import dev.netproof.model.Enforcement.Profile;
import dev.netproof.model.Expectation;
import dev.netproof.model.Family;
import dev.netproof.plan.PolicyManifest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * How one capability is put to the proof in one direction: what is done to a pod, and who reaches what afterwards. Pure.
 *
 * @param track the pods that it is about
 * @param least the smallest profile that has it
 * @param subject whether the pod is there before its policies or after them
 * @param steps each begins when the one before was seen in effect; after the last one everything is taken back
 */
record Scenario(
        Capability capability, Direction direction, Track track, Profile least, Subject subject, List<Step> steps) {
    Scenario {
        steps = List.copyOf(steps);
    }

    Scenario(Capability capability, Direction direction, Track track, Profile least, List<Step> steps) {
        this(capability, direction, track, least, Subject.RUNNING, steps);
    }

    /** Whether everything else rests on it: where not even this is enforced, the rest need not be looked at. */
    boolean isFoundation() {
        return least == Profile.CANARY;
    }

    /** Whether anybody takes part who is in this namespace. */
    boolean needs(Role.Space space) {
        return tried().stream().anyMatch(edge -> edge.role().space() == space);
    }

    /** Whether it is about this family of addresses and no other. */
    boolean isAbout(Family family) {
        return tried().stream().allMatch(edge -> edge.way().family().equals(Optional.of(family)));
    }

    /** What the cluster must have for it to be tried at all. */
    Prerequisite prerequisite() {
        if (tried().stream().anyMatch(edge -> edge.way() == Way.POD_SCTP)) {
            return Prerequisite.SCTP;
        }
        return needs(Role.Space.HOST) ? Prerequisite.HOST_NETWORK : Prerequisite.NOTHING;
    }

    /** When the pod that policies select begins to run. */
    enum Subject {
        RUNNING,
        /** Once its policies have been stored for a while. */
        FRESH,
        /** Like {@link #RUNNING}; a probe that listens too, behind a Service of its own. */
        BOTH_ENDS
    }

    /**
     * Something that is done, and what follows from it.
     *
     * @param policies created, or put in place of those of the same name
     * @param labels the subject's own from now on, beside those that it is selected by
     */
    record Step(
            Function<PolicyFactory, List<PolicyManifest>> policies,
            Optional<Map<String, String>> labels,
            List<Edge> edges) {
        Step {
            edges = List.copyOf(edges);
        }
    }

    /**
     * Who reaches the subject (ingress), or whom the subject reaches (egress).
     *
     * @param expected empty where the specification leaves it open
     */
    record Edge(Role role, Way way, int port, Optional<Expectation> expected) {}

    /** By which address. */
    enum Way {
        POD,
        /** The virtual address of a Service in front of the one pod. */
        SERVICE,
        POD_IPV6,
        /** A datagram that wants an answer. */
        POD_UDP,
        POD_SCTP,
        /** Over a connection from before the policies. */
        HELD,
        /** The kubelet's own connection to the pod. */
        KUBELET,
        /** From the role to the scenario's target, although the scenario is about the egress of its source. */
        POD_INWARD;

        /** The one family of addresses that it takes; empty where it takes any. */
        Optional<Family> family() {
            return this == POD_IPV6 ? Optional.of(Family.IPV6) : Optional.empty();
        }
    }

    /** All that is tried in any step, each once. */
    List<Edge> tried() {
        return steps.stream()
                .flatMap(step -> step.edges().stream())
                .map(edge -> new Edge(edge.role(), edge.way(), edge.port(), Optional.empty()))
                .distinct()
                .toList();
    }
}
