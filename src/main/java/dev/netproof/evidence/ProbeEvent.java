package dev.netproof.evidence;

import dev.netproof.plan.Backend;
import dev.netproof.plan.ClusterFacts.Readiness;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Something that became known about a session's probes. */
public sealed interface ProbeEvent {
    /** When it became known, by the session's clock. */
    Instant at();

    /**
     * The probe's container runs.
     *
     * @param changed how admission changed the pod into something other than was asked for, in words, if it did
     * @param instance what it became
     */
    record Started(
            Instant at, String probe, String pod, Optional<String> node, Optional<String> changed, Instance instance)
            implements ProbeEvent {}

    /**
     * A probe pod as it runs.
     *
     * @param labels all of them, netproof's own too
     * @param image as it was asked for
     * @param digest the image that runs, as the container runtime names it
     */
    record Instance(
            Optional<String> ip,
            Map<String, String> labels,
            String serviceAccount,
            String image,
            Optional<String> digest) {}

    /**
     * A server's container runs and has addresses.
     *
     * @param server its id
     * @param ips the primary one first
     * @param changed how admission changed the pod into something other than was asked for, in words, if it did
     */
    record Serving(
            Instant at,
            String server,
            String pod,
            String uid,
            List<String> ips,
            Optional<String> node,
            Optional<String> changed)
            implements ProbeEvent {
        public Serving {
            ips = List.copyOf(ips);
        }
    }

    /** What the kubelet that connects to a server last found, whenever that changes. */
    record Watched(Instant at, String server, Readiness readiness) implements ProbeEvent {}

    /** One line of the probe's log, as the container wrote it. */
    record Line(Instant at, String probe, String text) implements ProbeEvent {}

    /** The probe will say nothing more, or never said anything. */
    record Lost(Instant at, String probe, String why, String fix) implements ProbeEvent {}

    /** An answer to the question whether a port answers. */
    record Answered(Instant at, Backend backend, Answer answer, String detail) implements ProbeEvent {}

    /** What a port-forward found. */
    enum Answer {
        LISTENING,
        SILENT,
        /** Nothing can be said: not permitted, or the API server failed. */
        UNKNOWN
    }
}
