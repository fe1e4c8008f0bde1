package dev.netproof.judge;

import dev.netproof.evidence.EvidenceStore.Loss;
import dev.netproof.model.ControlGrade;
import dev.netproof.model.Family;
import dev.netproof.model.Outcome;
import dev.netproof.model.Path;
import dev.netproof.model.Protocol;
import dev.netproof.model.Sample;
import dev.netproof.plan.PlannedCheck;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The words for what one path comes to: what was seen, and what to do about it. They decide nothing. */
final class PathWords {
    /** What to do about a connection that opened though the matrix forbids it. */
    private static final String NO_POLICY =
            "no policy stops it: check that one selects the destination for Ingress or the source for Egress, and that"
                    + " the CNI enforces policies at all";

    private final PlannedCheck check;
    private final ConvergenceTerms terms;
    private final Map<String, Duration> arrivals;
    private final ControlWords controls;

    /** @param arrivals how long rules were seen to take to arrive, by node */
    PathWords(PlannedCheck check, ConvergenceTerms terms, Map<String, Duration> arrivals, ControlWords controls) {
        this.check = check;
        this.terms = terms;
        this.arrivals = arrivals;
        this.controls = controls;
    }

    String explanation(PathDecision path) {
        Finding finding = path.finding();
        String name = finding.path().address();
        return switch (path.ground()) {
            case PROBE_CHANGED ->
                "admission changed the probe: " + finding.life().changed().orElse("");
            case TOO_FEW_ROUNDS -> tooFewRounds(finding);
            case PROBE_NOT_STARTED -> "the probe did not start in time";
            case PROBE_LOST -> finding.life().loss().map(Loss::why).orElse("");
            case TARGET_CHANGED ->
                "the target changed while it was probed: "
                        + finding.targetChange().get().orElse("");
            case NO_PROTOCOL ->
                "the kernel of " + finding.life().node().map(n -> "node " + n).orElse("the probe's node")
                        + " does not support " + protocol().name() + " (" + signal(finding) + ")";
            case UNSTEADY -> unsteady(finding);
            case NAME_RESOLVES -> "the name resolves";
            case NAME_UNREADABLE -> "the result of the name lookup could not be read";
            case NAMES_SERVED_NOBODY ->
                "the name " + name + " does not resolve, and no probe in this run resolved any name";
            case NAME_NOT_RESOLVED -> "the name " + name + " does not resolve (egress to kube-dns is blocked?)";
            case NEVER_OPENED_BY_NAME -> "no connection opened by name";
            case NAME_WITHOUT_CONTROL ->
                "no control resolved the name " + name + ", so nothing shows that the target exists";
            case NO_BACKEND ->
                to(finding) + " " + manner(finding) + ", and it has no ready pod with an "
                        + Family.of(name).word() + " address";
            case NO_LOCAL_ENDPOINT ->
                to(finding) + " " + manner(finding) + " from " + node(finding) + ": " + localOnly(finding);
            case NOBODY_HERE -> "from " + node(finding) + " " + to(finding) + " leads to no endpoint";
            case NOBODY_ANYWHERE ->
                to(finding) + " " + manner(finding) + " from " + node(finding) + ", which is no denial: "
                        + localOnly(finding);
            case OUTCOME -> outcome(path);
        };
    }

    Optional<String> fix(PathDecision path) {
        Finding finding = path.finding();
        return switch (path.ground()) {
            case PROBE_CHANGED ->
                Optional.of("exempt pods with the label netproof.dev/role from that webhook, or write the labels"
                        + " that it adds into the source");
            case TOO_FEW_ROUNDS ->
                Optional.of("the probe's node is too busy: free CPU there, or run the source on another node (nodes)");
            case PROBE_NOT_STARTED ->
                Optional.of("look at the probe's namespace for quota, scheduling or image trouble; or raise --timeout");
            case PROBE_LOST -> finding.life().loss().map(Loss::fix).filter(fix -> !fix.isEmpty());
            case TARGET_CHANGED -> Optional.of("run again when the target no longer changes");
            case NO_PROTOCOL ->
                Optional.of("load the kernel module for " + protocol().name() + " on the nodes, or remove the check");
            case UNSTEADY ->
                Optional.of(
                        finding.surroundings().get().nodes() == Finding.Nodes.STARVED
                                ? "free CPU on the nodes, or run fewer checks at once (--only, --tags, several runs)"
                                : "look at the history; a changing policy, packet loss or a node without spare CPU looks"
                                        + " like this");
            case NAME_RESOLVES, NAME_UNREADABLE, NEVER_OPENED_BY_NAME, NOBODY_HERE -> Optional.empty();
            case NO_LOCAL_ENDPOINT ->
                Optional.of("run a pod of the Service on " + node(finding)
                        + ", or set internalTrafficPolicy: Cluster; if the source never runs on such a node, ask only"
                        + " nodes with an endpoint: nodes: same under sources");
            case NOBODY_ANYWHERE ->
                Optional.of("try it from a node with an endpoint: nodes: same, or nodes: each, under sources");
            case NAMES_SERVED_NOBODY ->
                Optional.of("check that the name servers run; to rule out a policy, add a check of a source that may"
                        + " reach them");
            case NAME_NOT_RESOLVED ->
                Optional.of("allow egress to kube-dns on UDP and TCP port 53 for "
                        + check.check().source().name());
            case NAME_WITHOUT_CONTROL ->
                Optional.of("run netproof's control in a namespace that may reach it: --control-namespace");
            case NO_BACKEND -> {
                Family family = Family.of(finding.path().address());
                yield Optional.of("provide a ready pod with an " + family.word() + " address, make the Service"
                        + " single-stack (spec.ipFamilyPolicy), or check one family alone: family: "
                        + family.other().word() + " under destinations");
            }
            case OUTCOME -> outcomeFix(path);
        };
    }

    private static String node(Finding finding) {
        return finding.life().node().orElse("its node");
    }

    private static String localOnly(Finding finding) {
        return "with internalTrafficPolicy: Local it leads to endpoints on the same node, and there is no endpoint on "
                + node(finding);
    }

    private Protocol protocol() {
        return check.check().destination().protocol().transport();
    }

    private static String tooFewRounds(Finding finding) {
        int starved = finding.surroundings().get().starved();
        return (finding.samples().isEmpty()
                        ? "the probe ran, but no round of its attempts ended in time"
                        : "the probe ran, but only " + finding.samples().size() + " of its rounds ended in time")
                + (starved > 0 ? ", and " + starved + " did not count: it was starved of CPU" : "");
    }

    private static String unsteady(Finding finding) {
        int all = finding.samples().size();
        long connected = finding.samples().stream()
                .filter(s -> s.outcome() == Outcome.CONNECTED)
                .count();
        String seen = connected == 0 || connected == all
                ? all + " attempts are too few"
                : connected + " of " + all + " attempts connected";
        int starved = finding.surroundings().get().starved();
        if (starved > 0) {
            seen += ", and " + starved + " rounds did not count: the probe was starved of CPU";
        }
        return finding.surroundings().get().nodes() == Finding.Nodes.STARVED
                ? to(finding) + " could not be judged: " + seen
                        + "; on a node without spare CPU the CNI may let through, or drop, packets that it has no time to check"
                : to(finding) + " did not settle: " + seen;
    }

    private String outcome(PathDecision path) {
        Finding finding = path.finding();
        String seen = to(finding) + " " + manner(finding);
        return switch (path.reason()) {
            case OPEN -> open(finding);
            case BLOCKED -> seen + (finding.grade() == ControlGrade.NONE ? "" : "; " + controlledBy(finding));
            case NO_CONTROL -> seen + noControl(finding);
            case WRONG_MANNER ->
                to(finding) + " is denied, but it " + manner(finding) + " where the matrix says "
                        + path.expected().word();
            case WRONG_RESPONSE -> to(finding) + " answered, but not as expected: " + signal(finding);
            case PROBE_UNRELIABLE ->
                finding.outcome().equals(Optional.of(Outcome.PROBE_ERROR))
                        ? "the probe's results could not be read: " + signal(finding)
                        : seen;
            default -> seen;
        };
    }

    private String noControl(Finding finding) {
        if (isRefusedInWords(finding)) {
            return ", and no other source was seen to get a different answer";
        }
        return (finding.grade() == ControlGrade.OTHER_FAMILY
                        ? ", and nothing shows that anything listens there over "
                                + Family.of(finding.path().address()).word()
                        : ", but nothing shows that it is alive")
                + " ("
                + (finding.grade() == ControlGrade.LISTENING_LOOPBACK
                        ? "it listens on the pod's loop-back, perhaps only there"
                        : controlledBy(finding))
                + ")";
    }

    private static boolean isRefusedInWords(Finding finding) {
        return finding.outcome().equals(Optional.of(Outcome.L7_DENIED));
    }

    /** Who proved the far end alive, or why nobody did. */
    String controlledBy(Finding finding) {
        return finding.proof()
                .map(proof -> controls.of(proof.by()))
                .orElseGet(() -> ControlWords.of(finding.missing().get()));
    }

    private String open(Finding finding) {
        if (finding.isLookup()) {
            return "a connection to " + finding.path().address() + ":"
                    + finding.path().port() + " opened by name";
        }
        List<Sample> connected = finding.samples().stream()
                .filter(s -> s.outcome().reachedListener())
                .toList();
        Sample last = connected.get(connected.size() - 1);
        String times = connected.size() + " of " + finding.samples().size() + " times";
        if (last(finding).equals(last)) {
            return to(finding) + " connected " + times;
        }
        if (finding.isGap()) {
            return to(finding) + " connected " + times + ", last at " + after(finding, last)
                    + " after the probe's start; denied before and since";
        }
        return to(finding) + " was let through until " + after(finding, last)
                + " after the probe's start, longer than the settle time of " + seconds(terms.settle())
                + "; denied since" + arrival(finding);
    }

    private Optional<String> outcomeFix(PathDecision path) {
        Finding finding = path.finding();
        return switch (path.reason()) {
            case OPEN -> Optional.of(finding.isGap() ? whyNow(finding) : NO_POLICY);
            case NO_CONTROL -> Optional.of(missing(finding));
            case PROBE_UNRELIABLE ->
                finding.origin()
                        .get()
                        .map(origin -> "give the probe's nodes a route to it, in the same address family");
            case WRONG_MANNER -> Optional.of("write expect: deny, which accepts every manner of denial");
            default -> Optional.empty();
        };
    }

    /** What to do about a connection that a policy stops at other times. */
    private static String whyNow(Finding finding) {
        String nodes = nodes(finding).distinct().sorted().collect(Collectors.joining(" and "));
        return "a policy stops it most of the time: check whether the CNI"
                + (nodes.isEmpty() ? "" : " on " + nodes)
                + " restarted or was overloaded, or whether a policy or a label changed meanwhile";
    }

    /** What is missing is said, and never what the target has. */
    private String missing(Finding finding) {
        if (isRefusedInWords(finding)) {
            return "add a source that may make the same request";
        }
        if (protocol() == Protocol.UDP) {
            return "add a source that may reach it, and set send under destinations to a datagram that the server answers";
        }
        if (finding.planned().backends().stream()
                .noneMatch(backend -> backend.pod().isPresent())) {
            return "no control reached it: name a namespace that may reach it with --control-namespace";
        }
        return switch (finding.missing().get().half()) {
            case WITNESS ->
                "let netproof show that packets get from node to node: permit it to create namespaces with pods, or"
                        + " name a namespace without policies with --control-namespace; if it may already, check the network"
                        + " between these nodes";
            case LISTENER ->
                "check that the target listens on that port on its pod IP"
                        + (finding.planned().backends().stream()
                                        .flatMap(backend -> backend.pod().stream())
                                        .anyMatch(pod -> pod.kubeletProbed().isPresent())
                                ? "; permit pods/portforward, or add a source that may reach it"
                                : "; permit pods/portforward, add a source that may reach it, or give the target a readiness"
                                        + " probe");
        };
    }

    private static String to(Finding finding) {
        Path path = finding.path();
        return switch (path.kind()) {
            case VIP -> "the Service address " + path.endpoint();
            case POD -> "pod " + path.targetPod().orElse("?") + " (" + path.endpoint() + ")";
            case ADDRESS -> path.endpoint();
            case LOOKUP -> "the name " + path.address();
        };
    }

    String manner(Finding finding) {
        return switch (finding.outcome().orElseThrow()) {
            case CONNECTED -> "connected";
            case TIMEOUT -> "did not answer (time-out)";
            case REFUSED -> "refused (" + refusal(finding) + ")";
            case UNREACHABLE -> "is unreachable (" + refusal(finding) + ")";
            case RESET -> "closed the connection without a response";
            case L7_DENIED -> "refused in the application layer (" + signal(finding) + ")";
            case DNS_FAILURE -> "did not resolve";
            case PROBE_ERROR -> "could not be probed";
        };
    }

    private static String refusal(Finding finding) {
        return finding.origin()
                .get()
                .map(origin -> RefusalWords.of(origin, finding.grade()))
                .orElseGet(() -> finding.samples().stream()
                        .filter(Sample::refused)
                        .reduce((a, b) -> b)
                        .map(Sample::signal)
                        .orElseGet(() -> signal(finding)));
    }

    /** The latest raw evidence of what the path came to. */
    private static String signal(Finding finding) {
        return finding.samples().stream()
                .filter(s -> finding.outcome().equals(Optional.of(s.outcome())))
                .reduce((a, b) -> b)
                .or(() -> finding.samples().stream().reduce((a, b) -> b))
                .map(Sample::signal)
                .orElse("nothing");
    }

    private static Sample last(Finding finding) {
        return finding.samples().get(finding.samples().size() - 1);
    }

    static String after(Finding finding, Sample sample) {
        return seconds(Duration.between(finding.life().started().orElse(sample.began()), sample.began()));
    }

    /** What explains that a pod was treated otherwise at first: on its node, or on its target's. */
    String arrival(Finding finding) {
        return nodes(finding)
                .filter(arrivals::containsKey)
                .max(Comparator.comparing(node -> arrivals.getOrDefault(node, Duration.ZERO)))
                .map(node ->
                        "; rules took " + seconds(arrivals.getOrDefault(node, Duration.ZERO)) + " to arrive on " + node)
                .orElse("");
    }

    private static Stream<String> nodes(Finding finding) {
        return Stream.concat(finding.life().node().stream(), finding.path().targetNode().stream());
    }

    private static String seconds(Duration duration) {
        return String.format(Locale.ROOT, "%.1f s", Math.max(0, duration.toMillis()) / 1000.0);
    }
}
