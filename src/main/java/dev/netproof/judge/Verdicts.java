package dev.netproof.judge;

import dev.netproof.evidence.EvidenceStore.Loss;
import dev.netproof.judge.Finding.Steadiness;
import dev.netproof.model.Cause;
import dev.netproof.model.ControlGrade;
import dev.netproof.model.Expectation;
import dev.netproof.model.Family;
import dev.netproof.model.Outcome;
import dev.netproof.model.Path;
import dev.netproof.model.Protocol;
import dev.netproof.model.Sample;
import dev.netproof.model.Verdict;
import dev.netproof.model.Verdict.Reason;
import dev.netproof.model.Verdict.Status;
import dev.netproof.plan.PlannedCheck;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** One check's findings, path by path, become one verdict and the words for it. */
final class Verdicts {
    private final PlannedCheck planned;
    private final List<Finding> findings;
    private final ConvergenceTerms terms;
    private final Map<String, Duration> arrivals;
    private final Expectation expected;

    /** @param arrivals how long rules were seen to take to arrive, by node */
    Verdicts(PlannedCheck planned, List<Finding> findings, ConvergenceTerms terms, Map<String, Duration> arrivals) {
        this.arrivals = arrivals;
        this.planned = planned;
        this.findings = findings;
        this.terms = terms;
        this.expected = planned.check().expectation();
    }

    /** The worst of the paths decides: a failure before a doubt, a doubt before a pass. */
    Verdict verdict() {
        List<Verdict> verdicts = new ArrayList<>();
        for (Finding finding : findings) {
            verdicts.add(judge(finding));
        }
        Verdict worst = verdicts.stream()
                .min(Comparator.<Verdict>comparingInt(v -> switch (v.status()) {
                            case FAIL -> 0;
                            case INCONCLUSIVE -> 1;
                            case UNTESTABLE -> 2;
                            case SKIPPED -> 3;
                            case PASS -> 4;
                        })
                        .thenComparing(Verdict.mostActionableFirst()))
                .orElseThrow();
        if (worst.status() == Status.PASS) {
            return pass();
        }
        Verdict advised = worst.reason() == Reason.BLOCKED ? blocked(worst) : worst;
        Verdict told = OneFamilyAlone.of(expected, findings, verdicts)
                .map(alone -> alone.told(advised, closing()))
                .orElse(advised);
        Verdict named = findings.get(verdicts.indexOf(worst))
                .planned()
                .as()
                .map(told::seenAs)
                .orElse(told);
        return named.status() == Status.INCONCLUSIVE
                ? named.besides(verdicts.stream()
                        .filter(v -> v.status() == Status.INCONCLUSIVE)
                        .toList())
                : named;
    }

    private Verdict judge(Finding finding) {
        Optional<Verdict> unusable = unusable(finding);
        if (unusable.isPresent()) {
            return unusable.get();
        }
        Outcome outcome = finding.outcome().orElseThrow();
        if (finding.samples().stream().allMatch(Verdicts::lacksProtocol)) {
            return noProtocol(finding);
        }
        if (finding.planned().path().kind() == Path.Kind.LOOKUP) {
            return lookup(finding, outcome);
        }
        if (finding.steadiness() == Steadiness.UNSTEADY) {
            return unsettled(finding);
        }
        if (finding.planned().path().kind() == Path.Kind.VIP
                && finding.planned().backends().isEmpty()
                && expected == Expectation.ALLOW
                && outcome != Outcome.CONNECTED) {
            return nobodyBehind(finding, outcome);
        }
        Judge.Ruling ruling = Judge.rule(
                expected,
                finding.grade(),
                outcome,
                finding.origin().map(RefusalOrigin::refuser).orElse(Judge.Refuser.UNKNOWN));
        return new Verdict(ruling.status(), ruling.reason(), explain(finding, outcome, ruling), fix(finding, ruling));
    }

    /** A Service of both families whose pods have one. */
    private static Verdict nobodyBehind(Finding finding, Outcome outcome) {
        Family family = Family.of(finding.planned().path().address());
        return new Verdict(
                Status.INCONCLUSIVE,
                Reason.NO_BACKEND,
                to(finding) + " " + manner(finding, outcome) + ", and no ready pod is behind it over " + family.word(),
                Optional.of("get a pod ready that has an " + family.word() + " address, give the Service one family"
                        + " (spec.ipFamilyPolicy), or ask for one alone: family: "
                        + family.other().word() + " under destinations"));
    }

    static boolean lacksProtocol(Sample sample) {
        return sample.cause().filter(Cause.NoProtocol.class::isInstance).isPresent();
    }

    private Verdict noProtocol(Finding finding) {
        String protocol = planned.check().destination().protocol().transport().name();
        return new Verdict(
                Status.UNTESTABLE,
                Reason.NOT_SUPPORTED,
                "the kernel of " + finding.node().map(n -> "node " + n).orElse("the probe's node") + " has no "
                        + protocol + " (" + signal(finding) + ")",
                Optional.of("load the kernel's module for " + protocol + " on the nodes, or leave the check out where"
                        + " there is none"));
    }

    /** Whether no address of the destination is known, so that its name is all that can be tried. */
    static boolean byNameAlone(PlannedCheck check) {
        return check.paths().stream().allMatch(planned -> planned.path().kind() == Path.Kind.LOOKUP);
    }

    private Optional<Verdict> unusable(Finding finding) {
        if (finding.changed().isPresent()) {
            return Optional.of(new Verdict(
                    Status.INCONCLUSIVE,
                    Reason.PROBE_CHANGED,
                    "admission changed the probe: " + finding.changed().get(),
                    Optional.of("exempt pods with the label netproof.dev/role from that webhook, or write the labels"
                            + " that it adds into the source")));
        }
        boolean tooFew = finding.planned().path().kind() != Path.Kind.LOOKUP
                && finding.samples().size() < terms.stable()
                && finding.steadiness() == Steadiness.UNSTEADY
                && finding.loss().isEmpty();
        if (finding.samples().isEmpty() || tooFew) {
            return Optional.of(unheard(finding));
        }
        if (finding.targetChanged().isPresent()
                && finding.outcome().map(o -> o != Outcome.CONNECTED).orElse(true)) {
            return Optional.of(new Verdict(
                    Status.INCONCLUSIVE,
                    Reason.TARGET_CHANGED,
                    "the target changed while it was probed: "
                            + finding.targetChanged().get(),
                    Optional.of("run again when it holds still")));
        }
        if (finding.loss().isPresent() && finding.steadiness() == Steadiness.UNSTEADY) {
            return Optional.of(new Verdict(
                    Status.INCONCLUSIVE,
                    Reason.PROBE_FAILED,
                    finding.loss().get().why(),
                    Optional.of(finding.loss().get().fix())));
        }
        return Optional.empty();
    }

    private static Verdict unheard(Finding finding) {
        if (finding.loss().isEmpty() && finding.started().isPresent()) {
            return new Verdict(
                    Status.INCONCLUSIVE,
                    Reason.PROBE_UNRELIABLE,
                    (finding.samples().isEmpty()
                                    ? "the probe ran, but no round of its attempts ended in time"
                                    : "the probe ran, but only "
                                            + finding.samples().size() + " of its rounds ended in time")
                            + (finding.starved() > 0
                                    ? ", and " + finding.starved() + " did not count: it was starved of CPU"
                                    : ""),
                    Optional.of("its node is too busy: make room there, or let the source run elsewhere (nodes)"));
        }
        Loss loss = finding.loss()
                .orElseGet(() -> new Loss(
                        "the probe did not start in time",
                        "look at the probe's namespace for quota, scheduling or image trouble; or raise --timeout"));
        return new Verdict(
                Status.INCONCLUSIVE,
                Reason.PROBE_FAILED,
                loss.why(),
                loss.fix().isEmpty() ? Optional.empty() : Optional.of(loss.fix()));
    }

    private Verdict lookup(Finding finding, Outcome outcome) {
        if (expected.forbids()) {
            return lookupOfForbidden(finding);
        }
        if (finding.steadiness() == Steadiness.UNSTEADY) {
            return unsettled(finding);
        }
        if (byNameAlone(planned) && outcome != Outcome.CONNECTED && outcome != Outcome.PROBE_ERROR) {
            return nobodyResolved(finding);
        }
        boolean resolves = outcome != Outcome.DNS_FAILURE && outcome != Outcome.PROBE_ERROR;
        if (resolves) {
            return new Verdict(Status.PASS, Reason.CONNECTED, "the name resolves", Optional.empty());
        }
        if (outcome == Outcome.PROBE_ERROR) {
            return new Verdict(
                    Status.INCONCLUSIVE,
                    Reason.PROBE_UNRELIABLE,
                    "the name look-up could not be read",
                    Optional.empty());
        }
        boolean byAddress = findings.stream()
                .filter(f -> f.planned().path().kind() != Path.Kind.LOOKUP)
                .allMatch(f -> f.outcome().equals(Optional.of(Outcome.CONNECTED)));
        if (finding.names() == Finding.Names.SERVED_NOBODY) {
            return new Verdict(
                    Status.INCONCLUSIVE,
                    Reason.NAME_NOT_RESOLVED,
                    "the name " + finding.planned().path().address()
                            + " does not resolve, and no name did for anybody in this run; by address the connection "
                            + (byAddress ? "works" : "does not work either"),
                    Optional.of("see whether the name servers run; to tell that from a policy, run with a check of a"
                            + " source that may ask them"));
        }
        return new Verdict(
                Status.FAIL,
                Reason.NAME_NOT_RESOLVED,
                "the name " + finding.planned().path().address()
                        + " does not resolve (egress to kube-dns is blocked?); by address the connection "
                        + (byAddress ? "works" : "does not work either"),
                Optional.of("allow egress to kube-dns on UDP and TCP port 53 for "
                        + planned.check().source().name()));
    }

    /** By name an outside destination may lead anywhere: if it opened, it is open. */
    private Verdict lookupOfForbidden(Finding finding) {
        boolean open = finding.samples().stream()
                .anyMatch(s -> s.outcome() == Outcome.CONNECTED
                        && !s.began()
                                .isBefore(finding.started().orElse(Instant.MIN).plus(terms.settle())));
        if (finding.steadiness() == Steadiness.UNSTEADY) {
            return unsettled(finding);
        }
        if (open) {
            return new Verdict(
                    Status.FAIL,
                    Reason.OPEN,
                    "a connection to " + finding.planned().path().address() + ":"
                            + finding.planned().path().port() + " opened by name",
                    Optional.of(closing()));
        }
        boolean byAddress = findings.stream().anyMatch(f -> f.planned().path().kind() != Path.Kind.LOOKUP);
        if (byAddress) {
            return new Verdict(Status.PASS, Reason.DENIED, "by name no connection opened", Optional.empty());
        }
        return nobodyResolved(finding);
    }

    private static Verdict nobodyResolved(Finding finding) {
        return new Verdict(
                Status.INCONCLUSIVE,
                Reason.NO_CONTROL,
                "no control resolved the name " + finding.planned().path().address()
                        + ", so it is not known whether anybody is there",
                Optional.of("run netproof's control in a namespace that may reach it: --control-namespace"));
    }

    private Verdict unsettled(Finding finding) {
        long connected = finding.samples().stream()
                .filter(s -> s.outcome() == Outcome.CONNECTED)
                .count();
        String seen = connected == 0 || connected == finding.samples().size()
                ? finding.samples().size() + " attempts were too few"
                : connected + " of " + finding.samples().size() + " attempts connected";
        if (finding.starved() > 0) {
            seen += ", and " + finding.starved() + " rounds did not count: the probe was starved of CPU";
        }
        if (finding.nodes() == Finding.Nodes.STARVED) {
            return new Verdict(
                    Status.INCONCLUSIVE,
                    Reason.UNSETTLED,
                    to(finding) + " was not seen well enough: " + seen
                            + "; an engine on a node that starves its probes may let through, or drop, what it has no time for",
                    Optional.of("make room on the nodes, or probe less at once (--only, --tags, several runs)"));
        }
        return new Verdict(
                Status.INCONCLUSIVE,
                Reason.UNSETTLED,
                to(finding) + " never held still: " + seen,
                Optional.of("look at the history; a policy that changes, a lossy network or a starved node looks"
                        + " like this"));
    }

    private String explain(Finding finding, Outcome outcome, Judge.Ruling ruling) {
        return switch (ruling.reason()) {
            case OPEN -> open(finding);
            case BLOCKED ->
                to(finding) + " " + manner(finding, outcome)
                        + (finding.grade() == ControlGrade.NONE ? "" : "; " + finding.controlledBy());
            case NO_CONTROL ->
                to(finding) + " " + manner(finding, outcome)
                        + (finding.grade() == ControlGrade.OTHER_FAMILY
                                ? ", and nothing shows that anything listens there over "
                                        + Family.of(finding.planned().path().address())
                                                .word() + " ("
                                : ", but nothing shows that it is alive (")
                        + (finding.grade() == ControlGrade.LISTENING_LOOPBACK
                                ? "it listens on the pod's loop-back, perhaps only there"
                                : finding.controlledBy())
                        + ")";
            case WRONG_MANNER ->
                to(finding) + " is denied, but it " + manner(finding, outcome) + " where the matrix says "
                        + expected.word();
            case WRONG_RESPONSE -> to(finding) + " answered, but not as expected: " + signal(finding);
            case PROBE_UNRELIABLE ->
                outcome == Outcome.PROBE_ERROR
                        ? "the probe's results could not be read: " + signal(finding)
                        : to(finding) + " " + manner(finding, outcome);
            default -> to(finding) + " " + manner(finding, outcome);
        };
    }

    private String open(Finding finding) {
        List<Sample> connected = finding.samples().stream()
                .filter(s -> s.outcome().reachedListener())
                .toList();
        Sample last = connected.get(connected.size() - 1);
        boolean still = finding.samples().get(finding.samples().size() - 1).equals(last);
        if (still) {
            return to(finding) + " connected " + connected.size() + " of "
                    + finding.samples().size() + " times";
        }
        if (isGap(finding)) {
            return to(finding) + " was let through " + connected.size() + " of "
                    + finding.samples().size() + " times, at last " + after(finding, last)
                    + " after the probe's start; denied before and since";
        }
        return to(finding) + " was let through until " + after(finding, last)
                + " after the probe's start, longer than the settle time of " + seconds(terms.settle())
                + "; denied since" + arrival(finding);
    }

    /** Whether it was stopped at first and at last, and let through in between: that no fresh pod's rules explain, nor a missing policy. */
    private static boolean isGap(Finding finding) {
        List<Sample> samples = finding.samples();
        return samples.get(0).outcome().looksDenied()
                && samples.get(samples.size() - 1).outcome().looksDenied();
    }

    private static String filling(Finding finding) {
        String nodes = Stream.concat(finding.node().stream(), finding.planned().path().targetNode().stream())
                .distinct()
                .sorted()
                .collect(Collectors.joining(" and "));
        return "a policy stops it most of the time: see whether the engine"
                + (nodes.isEmpty() ? "" : " on " + nodes)
                + " restarted, or had more to do than it can, or whether somebody changed a policy or a label meanwhile";
    }

    private Optional<String> fix(Finding finding, Judge.Ruling ruling) {
        return switch (ruling.reason()) {
            case OPEN -> Optional.of(isGap(finding) ? filling(finding) : closing());
            case NO_CONTROL ->
                Optional.of(
                        planned.check().destination().protocol().transport() == Protocol.UDP
                                ? "add a source that may reach it, and say under destinations what the server answers:"
                                        + " send"
                                : finding.planned().backends().stream()
                                                .anyMatch(
                                                        backend -> backend.pod().isPresent())
                                        ? missingControl(finding)
                                        : "no control reached it: name a namespace that may with --control-namespace");
            case PROBE_UNRELIABLE ->
                finding.origin().map(b -> "give the probe's nodes a route there, of the same family of addresses");
            case WRONG_MANNER -> Optional.of("expect: deny accepts every manner of a proven denial");
            default -> Optional.empty();
        };
    }

    /** What is missing is said, and never what the target has. */
    private static String missingControl(Finding finding) {
        return switch (finding.missing()) {
            case WITNESS ->
                "let netproof show that packets get from node to node: permit it to create namespaces and pods in them, or"
                        + " name a namespace without policies with --control-namespace; if it may, look at the network between"
                        + " these nodes";
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

    private String closing() {
        return "no policy stops it: check that one selects the destination for Ingress or the source for Egress, and"
                + " that the CNI enforces policies at all";
    }

    /** Says which of two sides is missing, as far as the paths tell. */
    private Verdict blocked(Verdict worst) {
        boolean everyPath = findings.stream()
                .filter(f -> f.planned().path().kind() != Path.Kind.LOOKUP)
                .noneMatch(f -> f.outcome().equals(Optional.of(Outcome.CONNECTED)));
        boolean vipOnly = findings.stream()
                .filter(f -> f.planned().path().kind() == Path.Kind.POD)
                .allMatch(f -> f.outcome().equals(Optional.of(Outcome.CONNECTED)));
        String source = planned.check().source().name();
        String destination = planned.check().destination().name();
        boolean reachesOthers = findings.stream().anyMatch(f -> f.elsewhere() == Finding.Elsewhere.REACHED_SOMETHING);
        String advice;
        if (everyPath && !reachesOthers) {
            advice = source
                    + " reached nothing else in this run either, name servers aside: look first at the Egress of "
                    + source + ", then at the Ingress of " + destination;
        } else if (everyPath) {
            advice = source + " reaches other destinations: look first at the Ingress of " + destination
                    + ", then whether the Egress of " + source + " names its pods and their port";
        } else if (differsByPod()) {
            advice = "some pods of " + source
                    + " get there and some do not: compare their labels with what the policies" + " select";
        } else if (vipOnly) {
            advice = "the pods can be reached, the Service's address cannot: does an egress rule name the pods by"
                    + " ipBlock, or is kube-proxy behind?";
        } else {
            advice = "some pods can be reached and some cannot: compare the nodes they run on";
        }
        return new Verdict(worst.status(), worst.reason(), worst.explanation(), Optional.of(advice));
    }

    /** Whether probes of some of the source's pods reached everything. */
    private boolean differsByPod() {
        Map<Optional<String>, List<Finding>> byPods =
                findings.stream().collect(Collectors.groupingBy(f -> f.planned().as()));
        return byPods.size() > 1
                && byPods.values().stream()
                        .anyMatch(same ->
                                same.stream().allMatch(f -> f.outcome().equals(Optional.of(Outcome.CONNECTED))));
    }

    private Verdict pass() {
        if (expected == Expectation.ALLOW) {
            Optional<String> late = findings.stream()
                    .filter(f -> f.planned().path().kind() != Path.Kind.LOOKUP)
                    .flatMap(f -> f.samples().stream()
                            .filter(s -> s.outcome() != Outcome.CONNECTED)
                            .reduce((a, b) -> b)
                            .map(s -> after(f, s))
                            .stream())
                    .findFirst();
            return new Verdict(
                    Status.PASS,
                    Reason.CONNECTED,
                    "connected on every path"
                            + late.map(l -> "; not yet at " + l + " after start")
                                    .orElse(""),
                    Optional.empty());
        }
        Finding first = findings.stream()
                .filter(f -> f.planned().path().kind() != Path.Kind.LOOKUP)
                .min(Comparator.comparing(Finding::grade))
                .orElseThrow();
        Optional<String> early = findings.stream()
                .flatMap(f -> f.samples().stream()
                        .filter(s -> s.outcome().reachedListener())
                        .reduce((a, b) -> b)
                        .map(s -> after(f, s) + " after start" + arrival(f))
                        .stream())
                .findFirst();
        return new Verdict(
                Status.PASS,
                Reason.DENIED,
                manner(first, first.outcome().orElseThrow()) + "; " + first.controlledBy()
                        + early.map(e -> "; let through for " + e).orElse(""),
                Optional.empty());
    }

    private static String to(Finding finding) {
        Path path = finding.planned().path();
        String what = switch (path.kind()) {
            case VIP -> "the Service address " + path.endpoint();
            case POD -> "pod " + path.targetPod().orElse("?") + " (" + path.endpoint() + ")";
            case ADDRESS -> path.endpoint();
            case LOOKUP -> "the name " + path.address();
        };
        return what;
    }

    private static String manner(Finding finding, Outcome outcome) {
        return switch (outcome) {
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
                .map(b -> b.words(finding.grade()))
                .orElseGet(() -> finding.samples().stream()
                        .filter(Sample::refused)
                        .reduce((a, b) -> b)
                        .map(Sample::signal)
                        .orElseGet(() -> signal(finding)));
    }

    private static String signal(Finding finding) {
        return finding.samples().isEmpty()
                ? "nothing"
                : finding.samples().get(finding.samples().size() - 1).signal();
    }

    private static String after(Finding finding, Sample sample) {
        return seconds(Duration.between(finding.started().orElse(sample.began()), sample.began()));
    }

    /** What explains that a pod was treated otherwise at first: on its node, or on its target's. */
    private String arrival(Finding finding) {
        return Stream.concat(finding.node().stream(), finding.planned().path().targetNode().stream())
                .filter(arrivals::containsKey)
                .max(Comparator.comparing(node -> arrivals.getOrDefault(node, Duration.ZERO)))
                .map(node ->
                        "; rules took " + seconds(arrivals.getOrDefault(node, Duration.ZERO)) + " to arrive on " + node)
                .orElse("");
    }

    private static String seconds(Duration duration) {
        return String.format(Locale.ROOT, "%.1f s", Math.max(0, duration.toMillis()) / 1000.0);
    }
}
