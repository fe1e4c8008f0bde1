package dev.netproof.model;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Whether a cluster does what its network policies say: what an enforcement check found out, per capability, node and direction.
 *
 * @param headline one line that can be pasted into a chat: what, and where
 * @param advice what to do next; empty where there is nothing to do
 * @param capabilities what was looked at, in the order to show it
 * @param rows one for each capability, node and direction that was asked for, in the order of the capabilities
 * @param measures how fast the rules came and went
 * @param denials how a denial looked to the client that was denied
 * @param unseen what was not looked at, and why
 */
public record Enforcement(
        Verdict verdict,
        String headline,
        Optional<String> advice,
        Profile profile,
        List<Capability> capabilities,
        List<Row> rows,
        List<Measure> measures,
        List<Denial> denials,
        List<Unseen> unseen) {
    public Enforcement {
        capabilities = List.copyOf(capabilities);
        rows = List.copyOf(rows);
        measures = List.copyOf(measures);
        denials = List.copyOf(denials);
        unseen = List.copyOf(unseen);
    }

    /** What all rows together come to. */
    public enum Verdict {
        /** Every row that policies have to satisfy was seen as specified, and at least one was. */
        ENFORCED,
        /** Nothing that could be judged was enforced, with proof. */
        NOT_ENFORCED,
        /** Some of it was enforced and some was not: which nodes, which direction or which capability is in the rows. */
        PARTIAL,
        /** Nothing was proved either way, or not for every row. */
        INCONCLUSIVE
    }

    /** How much is looked at. */
    public enum Profile {
        /** A few attempts beside a matrix, on the nodes that the matrix uses. */
        CANARY,
        /** Default-deny in both directions, on every node. */
        BASIC,
        /** Everything that the specification of NetworkPolicy says, as far as it can be seen from outside. */
        FULL
    }

    /** Which of a pod's two directions a policy isolates. */
    public enum Direction {
        /** Into the pod: enforced where the target runs. */
        INGRESS,
        /** Out of the pod: enforced where the source runs. */
        EGRESS;

        /** The word that policies and reports use. */
        public String word() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /**
     * One thing that policies can say.
     *
     * @param id stable, of letters and dashes, for machines: {@code default-deny}
     * @param title what people call it
     * @param meaning what breaks where it is missing
     * @param specification what the specification says, in its own words where it has some
     * @param source where it says so, a URL
     * @param failing engines known to fail it, with the versions and where that is written; often none
     */
    public record Capability(
            String id,
            String title,
            String meaning,
            String specification,
            String source,
            Kind kind,
            List<String> failing) {
        public Capability {
            failing = List.copyOf(failing);
        }
    }

    /** Whether the specification decides a capability. */
    public enum Kind {
        /** It does: to behave otherwise is a failure. */
        MUST,
        /** It leaves it open: it is observed and said, and never a failure. */
        INFORMATION
    }

    /**
     * One capability on one node in one direction.
     *
     * @param capability the id of one of {@link #capabilities()}
     * @param node where it was to be enforced: the target's node for ingress, the source's for egress
     * @param seen what was seen, in a sentence
     * @param fix what to do about it
     * @param edges what was tried, with the evidence; empty where nothing could be tried
     * @param denied time from the policies' creation until they were seen in effect on every edge
     * @param allowed time from the policies' removal until every connection was seen back
     */
    public record Row(
            String capability,
            String node,
            Direction direction,
            Status status,
            Reason reason,
            String seen,
            Optional<String> fix,
            List<Edge> edges,
            Optional<Duration> denied,
            Optional<Duration> allowed) {
        public Row {
            edges = List.copyOf(edges);
        }
    }

    /** What a row comes to. */
    public enum Status {
        /** As specified, with proof. */
        ENFORCED,
        /** Otherwise than specified, with proof. */
        NOT_ENFORCED,
        /** Nothing was proved either way. */
        INCONCLUSIVE,
        /**
         * This cluster, this node or these permissions leave no means to test it; or, for {@link Kind#INFORMATION}, nothing was seen that
         * tells.
         */
        UNTESTABLE,
        /** For {@link Kind#INFORMATION}: this is how it behaves. */
        OBSERVED
    }

    /** Why a row is what it is; a stable code for machines. */
    public enum Reason {
        /** Every edge was as the policies say, with controls, and went back when they were removed. */
        AS_SPECIFIED,
        /** The policies were stored, the deadline passed, and fresh connections that they forbid still opened. */
        LETS_THROUGH,
        /** The same over IPv4 alone: over IPv6 everything was denied that the policies forbid. */
        LETS_IPV4_THROUGH,
        /** The same over IPv6 alone: over IPv4 everything was denied that the policies forbid. */
        LETS_IPV6_THROUGH,
        /** A connection that the policies allow was stopped while the far end was alive. */
        DENIES_TOO_MUCH,
        /** What the specification leaves open is let through, on every path. */
        LET_THROUGH,
        /** What the specification leaves open is denied, on every path. */
        DENIED,
        /** A connection from before the policy goes on after the deny. */
        GOES_ON,
        /** What the specification leaves open is let through on some paths and denied on others. */
        MIXED,
        /** There was no connection before any policy of netproof's, so that its end would show nothing. */
        NO_BASELINE,
        /** Denied, but nothing shows that the far end was alive meanwhile. */
        NO_CONTROL,
        /** It never held still, or changed its mind while it was looked at. */
        UNSETTLED,
        /** The policies were removed and the connection did not return: something else stopped it. */
        NOT_RESTORED,
        /** Let through, but a cluster-wide policy that comes before network policies may be what allows it. */
        PERHAPS_OVERRIDDEN,
        /** A target or a probe went away or changed. */
        ACTOR_LOST,
        /** Admission changed a pod or a policy into something else than was asked for. */
        CHANGED_BY_ADMISSION,
        /** A policy could not be created, changed or read back. */
        POLICY_REFUSED,
        /** The run ended before it could be judged. */
        OUT_OF_TIME,
        /** Not tried, because not even default-deny is enforced there. */
        MOOT,
        /** This cluster, this node or these permissions leave no means to test it. */
        NOT_SUPPORTED
    }

    /**
     * One attempt that a row was judged by.
     *
     * @param meaning who connects to what, in words: "another namespace's pod → the target, port 8081"
     * @param expected what the policies say; empty where the specification leaves it open
     */
    public record Edge(String meaning, Optional<Expectation> expected, PathObservation observation) {}

    /**
     * How long something took on one node.
     *
     * @param samples how many times it was measured
     */
    public record Measure(Metric metric, String node, Duration median, Duration max, int samples) {}

    /** What is measured. */
    public enum Metric {
        /** From a policy's creation until its denials were first seen for good. */
        TIME_TO_DENY("time to deny"),
        /** From a policy's removal until connections were back for good. */
        TIME_TO_ALLOW("time to allow again"),
        /** From a fresh pod's start until it was no longer let through against a policy that was there before it. */
        START_UP_WINDOW("start-up window");

        private final String title;

        Metric(String title) {
            this.title = title;
        }

        /** What people call it. */
        public String title() {
            return title;
        }
    }

    /**
     * How a denial looks to the client.
     *
     * @param outcome {@code TIMEOUT} where packets are dropped, {@code REFUSED} or {@code UNREACHABLE} where they are answered
     * @param signal the raw evidence
     * @param times how often it was seen
     */
    public record Denial(String node, Direction direction, Outcome outcome, String signal, int times) {}

    /** What was not looked at: a node, a capability. */
    public record Unseen(String what, String why) {}

    /** How many rows have this status. */
    public long count(Status status) {
        return rows.stream().filter(row -> row.status() == status).count();
    }

    /** The capability of a row. */
    public Capability capability(Row row) {
        return capabilities.stream()
                .filter(one -> one.id().equals(row.capability()))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no capability " + row.capability()));
    }
}
