package dev.netproof.report;

import dev.netproof.model.Circumstances;
import dev.netproof.model.ClusterIdentity;
import dev.netproof.model.Cni;
import dev.netproof.model.ControlGrade;
import dev.netproof.model.Enforcement;
import dev.netproof.model.Enforcement.Capability;
import dev.netproof.model.Enforcement.Denial;
import dev.netproof.model.Enforcement.Direction;
import dev.netproof.model.Enforcement.Edge;
import dev.netproof.model.Enforcement.Kind;
import dev.netproof.model.Enforcement.Measure;
import dev.netproof.model.Enforcement.Metric;
import dev.netproof.model.Enforcement.Profile;
import dev.netproof.model.Enforcement.Reason;
import dev.netproof.model.Enforcement.Row;
import dev.netproof.model.Enforcement.Status;
import dev.netproof.model.Enforcement.Unseen;
import dev.netproof.model.Enforcement.Verdict;
import dev.netproof.model.Exit;
import dev.netproof.model.Expectation;
import dev.netproof.model.Node;
import dev.netproof.model.Outcome;
import dev.netproof.model.Path;
import dev.netproof.model.PathObservation;
import dev.netproof.model.Report;
import dev.netproof.model.Streak;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Enforcement checks as they come out of a cluster, for every rendering to be tried on. */
final class RecordedEnforcement {
    private static final Instant START = Instant.parse("2026-11-21T03:00:00Z");
    private static final String DOCS = "https://kubernetes.io/docs/concepts/services-networking/network-policies/";

    private static final Capability DEFAULT_DENY = new Capability(
            "default-deny",
            "default-deny",
            "without it no policy isolates anything",
            "a pod that a policy selects is isolated in the policy's directions",
            DOCS + "#the-two-sorts-of-pod-isolation",
            Kind.MUST,
            List.of());

    private static final Capability END_PORT = new Capability(
            "end-port",
            "endPort",
            "a range of ports opens too much or too little",
            "a rule's ports are those from port to endPort, both included",
            DOCS + "#targeting-a-range-of-ports",
            Kind.MUST,
            List.of("an engine of long ago, before 1.0 <https://example.com/issues/1>"));

    private static final Capability HAIRPIN = new Capability(
            "hairpin",
            "hairpin",
            "a pod that reaches itself through its Service",
            "not defined",
            DOCS,
            Kind.INFORMATION,
            List.of());

    private RecordedEnforcement() {}

    static Map<String, Report> all() {
        Map<String, Report> all = new LinkedHashMap<>();
        all.put("enforced", enforced());
        all.put("partial", partial());
        all.put("not-enforced", notEnforced());
        all.put("no-baseline", noBaseline());
        all.put("one-family", oneFamily());
        return all;
    }

    /** A run of matrices beside which this was found. */
    static Report with(Report report, Report enforcement) {
        return new Report(
                report.tool(),
                report.cluster(),
                report.started(),
                report.finished(),
                report.matrices(),
                report.circumstances(),
                report.results(),
                enforcement.enforcement(),
                report.notes(),
                report.breakage(),
                report.costs(),
                enforcement.exit());
    }

    /** One node whose engine knows the rules of IPv4 alone. */
    static Report oneFamily() {
        return report(
                new Enforcement(
                        Verdict.PARTIAL,
                        "PARTIAL: lab is not enforcing network policy over IPv6 on node1 (ingress), where over IPv4 it does",
                        Optional.of("look at the policy engine's rules for IPv6 on that node"),
                        Profile.BASIC,
                        List.of(DEFAULT_DENY),
                        List.of(new Row(
                                "default-deny",
                                "node1",
                                Direction.INGRESS,
                                Status.NOT_ENFORCED,
                                Reason.LETS_IPV6_THROUGH,
                                "20 s after the policy was stored and over IPv6 alone, the path that it forbids still connects;"
                                        + " over IPv4 what it forbids is denied",
                                Optional.of("look at the policy engine's rules for IPv6 on that node"),
                                Stream.of(
                                                edge("10.244.1.7", Expectation.ALLOW, Outcome.CONNECTED),
                                                edge("fd00:244:1::7", Expectation.ALLOW, Outcome.CONNECTED),
                                                edge("10.244.1.7", Expectation.DENY, Outcome.TIMEOUT),
                                                edge("10.244.1.8", Expectation.DENY, Outcome.TIMEOUT),
                                                edge("fd00:244:1::7", Expectation.DENY, Outcome.CONNECTED))
                                        .toList(),
                                Optional.empty(),
                                Optional.empty())),
                        List.of(),
                        List.of(),
                        List.of()),
                Exit.NOT_ENFORCING);
    }

    /** Two nodes, all well. */
    static Report enforced() {
        return report(
                new Enforcement(
                        Verdict.ENFORCED,
                        "enforced: lab does what its network policies say, ingress and egress, on node1 and node2",
                        Optional.empty(),
                        Profile.FULL,
                        List.of(DEFAULT_DENY, HAIRPIN),
                        List.of(
                                enforced("node1", Direction.INGRESS),
                                enforced("node1", Direction.EGRESS),
                                enforced("node2", Direction.INGRESS),
                                enforced("node2", Direction.EGRESS),
                                observed("node1"),
                                observed("node2")),
                        List.of(
                                new Measure(
                                        Metric.TIME_TO_DENY,
                                        "node1",
                                        Duration.ofMillis(212),
                                        Duration.ofMillis(640),
                                        4),
                                new Measure(
                                        Metric.TIME_TO_ALLOW,
                                        "node1",
                                        Duration.ofMillis(410),
                                        Duration.ofMillis(1_240),
                                        4),
                                new Measure(Metric.START_UP_WINDOW, "node2", Duration.ZERO, Duration.ZERO, 1)),
                        List.of(new Denial("node1", Direction.INGRESS, Outcome.TIMEOUT, "no answer (curl 28)", 24)),
                        List.of()),
                Exit.CONFORMS);
    }

    /** The engine of node2 does nothing, and that of node1 has no ranges; node3 is no node for pods. */
    static Report partial() {
        return report(
                new Enforcement(
                        Verdict.PARTIAL,
                        "PARTIAL: lab is not enforcing network policy on node2 (ingress and egress); node1 enforces",
                        Optional.of("look at the policy engine's pod on node2"),
                        Profile.FULL,
                        List.of(DEFAULT_DENY, END_PORT),
                        List.of(
                                enforced("node1", Direction.INGRESS),
                                enforced("node1", Direction.EGRESS),
                                open("node2", Direction.INGRESS),
                                open("node2", Direction.EGRESS),
                                new Row(
                                        "end-port",
                                        "node1",
                                        Direction.INGRESS,
                                        Status.NOT_ENFORCED,
                                        Reason.DENIES_TOO_MUCH,
                                        "port 8082 of 8081–8083 was stopped",
                                        Optional.empty(),
                                        List.of(),
                                        Optional.empty(),
                                        Optional.empty()),
                                new Row(
                                        "end-port",
                                        "node2",
                                        Direction.INGRESS,
                                        Status.UNTESTABLE,
                                        Reason.MOOT,
                                        "not even default-deny is enforced here",
                                        Optional.empty(),
                                        List.of(),
                                        Optional.empty(),
                                        Optional.empty())),
                        List.of(),
                        List.of(),
                        List.of(new Unseen("node node3", "it is not ready"))),
                Exit.NOT_ENFORCING);
    }

    static Report notEnforced() {
        return report(
                new Enforcement(
                        Verdict.NOT_ENFORCED,
                        "NOT ENFORCED: lab stores network policies and nothing enforces them (node1 and node2, ingress and"
                                + " egress)",
                        Optional.of("install or repair the policy engine of the network plugin"),
                        Profile.BASIC,
                        List.of(DEFAULT_DENY),
                        List.of(
                                open("node1", Direction.INGRESS),
                                open("node1", Direction.EGRESS),
                                open("node2", Direction.INGRESS),
                                open("node2", Direction.EGRESS)),
                        List.of(),
                        List.of(),
                        List.of()),
                Exit.NOT_ENFORCING);
    }

    static Report noBaseline() {
        Row row = new Row(
                "default-deny",
                "node1",
                Direction.INGRESS,
                Status.INCONCLUSIVE,
                Reason.NO_BASELINE,
                "there was no connection even before netproof created a policy; policies that something installed into the"
                        + " new namespace: default-deny-all",
                Optional.of("exempt the namespace, or name one without policies: --namespace"),
                List.of(),
                Optional.empty(),
                Optional.empty());
        return report(
                new Enforcement(
                        Verdict.INCONCLUSIVE,
                        "INCONCLUSIVE: nothing was proved on lab: there was no connection before any policy",
                        Optional.of("exempt the namespace, or name one without policies: --namespace"),
                        Profile.BASIC,
                        List.of(DEFAULT_DENY),
                        List.of(row),
                        List.of(),
                        List.of(),
                        List.of()),
                Exit.INCONCLUSIVE);
    }

    private static Row enforced(String node, Direction direction) {
        return new Row(
                "default-deny",
                node,
                direction,
                Status.ENFORCED,
                Reason.AS_SPECIFIED,
                "denied on 4 paths while a control reached the target",
                Optional.empty(),
                List.of(edge(node, direction, Outcome.TIMEOUT)),
                Optional.of(Duration.ofMillis(212)),
                Optional.of(Duration.ofMillis(410)));
    }

    private static Row open(String node, Direction direction) {
        return new Row(
                "default-deny",
                node,
                direction,
                Status.NOT_ENFORCED,
                Reason.LETS_THROUGH,
                "20 s after the policy was stored all 4 paths still connect",
                Optional.of("look at the policy engine's pod on " + node),
                List.of(edge(node, direction, Outcome.CONNECTED)),
                Optional.empty(),
                Optional.empty());
    }

    private static Row observed(String node) {
        return new Row(
                "hairpin",
                node,
                Direction.INGRESS,
                Status.OBSERVED,
                Reason.LET_THROUGH,
                "the pod on " + node + " → itself, by its Service is let through",
                Optional.empty(),
                List.of(),
                Optional.empty(),
                Optional.empty());
    }

    private static Edge edge(String node, Direction direction, Outcome outcome) {
        return edge(
                direction == Direction.INGRESS ? "node1's source → the target" : "the source → node1's target",
                node,
                "10.244.1.7",
                Expectation.DENY,
                outcome);
    }

    private static Edge edge(String address, Expectation expected, Outcome outcome) {
        return edge(
                (expected == Expectation.ALLOW ? "pod one" : "pod two") + " on node1 → the target on node1, over "
                        + (address.contains(":") ? "IPv6" : "IPv4"),
                "node1",
                address,
                expected,
                outcome);
    }

    private static Edge edge(String meaning, String node, String address, Expectation expected, Outcome outcome) {
        return new Edge(
                meaning,
                Optional.of(expected),
                new PathObservation(
                        new Path(
                                Path.Kind.POD,
                                Optional.of("np1-abcde"),
                                Optional.of("node1"),
                                address,
                                8081,
                                Optional.of("target-" + node),
                                Optional.of(node)),
                        List.of(new Streak(
                                outcome,
                                4,
                                START.plusMillis(8_000),
                                START.plusMillis(11_000),
                                Duration.ofSeconds(2),
                                outcome == Outcome.CONNECTED ? "HTTP 200" : "no answer (curl 28)")),
                        Optional.of(outcome),
                        ControlGrade.REACHED,
                        Optional.of("the control reached " + address + ":8081 6 times")));
    }

    private static Report report(Enforcement enforcement, Exit exit) {
        return new Report(
                "0.1.0",
                Optional.of(new ClusterIdentity(
                        "lab",
                        "https://172.30.0.2:6443",
                        "admin",
                        "v1.36.3",
                        Optional.empty(),
                        Stream.of("node1", "node2", "node3")
                                .map(name -> new Node(name, "v1.36.3", "Debian", "6.12", "containerd://2.1"))
                                .toList(),
                        Cni.UNKNOWN)),
                START,
                START.plusMillis(17_300),
                List.of(),
                Circumstances.NONE,
                List.of(),
                Optional.of(enforcement),
                List.of(),
                Optional.empty(),
                new Report.Costs(8, 64),
                exit);
    }
}
