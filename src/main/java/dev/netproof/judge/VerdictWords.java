package dev.netproof.judge;

import dev.netproof.judge.PathDecision.Ground;
import dev.netproof.model.Expectation;
import dev.netproof.model.Outcome;
import dev.netproof.model.Sample;
import dev.netproof.model.Verdict;
import dev.netproof.model.Verdict.Reason;
import dev.netproof.model.Verdict.Status;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** A decision becomes a verdict: gets the sentence that explains it, and the advice. */
final class VerdictWords {
    private final CheckDecision decision;
    private final PathWords words;

    VerdictWords(CheckDecision decision, PathWords words) {
        this.decision = decision;
        this.words = words;
    }

    Verdict verdict() {
        if (decision.ruling().status() == Status.PASS) {
            return pass();
        }
        PathDecision decisive = decision.decisive();
        Verdict plain = verdict(decisive);
        Verdict advised = plain.reason() == Reason.BLOCKED
                ? new Verdict(plain.status(), plain.reason(), plain.explanation(), Optional.of(suspect()))
                : plain;
        Verdict inFamily = decision.familyAlone()
                .map(family -> new OneFamilyWords(decision.expected(), family).with(advised, decisive))
                .orElse(advised);
        return decisive.finding()
                .planned()
                .as()
                .map(inFamily::seenAs)
                .orElse(inFamily)
                .besides(decision.doubts().stream().map(this::verdict).toList());
    }

    private Verdict verdict(PathDecision path) {
        return new Verdict(
                path.status(), path.reason(), words.explanation(path) + byAddress(path.ground()), words.fix(path));
    }

    /** Of a name that does not resolve: whether the connection works without it. */
    private String byAddress(Ground ground) {
        return switch (ground) {
            case NAMES_SERVED_NOBODY, NAME_NOT_RESOLVED ->
                "; by address the connection "
                        + (decision.byAddress().stream().allMatch(Finding::connected)
                                ? "works"
                                : "does not work either");
            default -> "";
        };
    }

    /** Where to look first, and which numbers and addresses a rule must name. */
    private String suspect() {
        List<Finding> findings = decision.byAddress();
        return RuleAdvice.block(findings)
                        .map(block -> "look at the Egress of "
                                + decision.check().check().source().name() + ": " + block)
                        .orElseGet(this::side)
                + RuleAdvice.port(findings).map(port -> "; " + port).orElse("");
    }

    private String side() {
        String source = decision.check().check().source().name();
        String destination = decision.check().check().destination().name();
        return switch (decision.suspect()) {
            case EGRESS_OF_THE_SOURCE ->
                source + " reached nothing else in this run except name servers: look first at the Egress of " + source
                        + ", then at the Ingress of " + destination;
            case INGRESS_OF_THE_DESTINATION ->
                source + " reaches other destinations: look first at the Ingress of " + destination
                        + ", then whether the Egress of " + source + " names its pods and their port";
            case SERVICE_ADDRESS ->
                "the pods can be reached, the Service's address cannot: does an egress rule name the pods by"
                        + " ipBlock, or has kube-proxy not caught up?";
            case SOME_PODS_OF_THE_SOURCE ->
                "some pods of " + source
                        + " get there and some do not: compare their labels with what the policies select";
            case SOME_OF_THE_PODS -> "some pods can be reached and some cannot: compare the nodes they run on";
        };
    }

    private Verdict pass() {
        return new Verdict(
                Status.PASS,
                decision.ruling().reason(),
                decision.expected() == Expectation.ALLOW ? connected() : denied(),
                Optional.empty());
    }

    private String connected() {
        return "connected on every path"
                + decision.byAddress().stream()
                        .flatMap(finding -> last(finding, s -> s.outcome() != Outcome.CONNECTED)
                                .map(s -> "; not yet at " + PathWords.after(finding, s) + " after start")
                                .stream())
                        .findFirst()
                        .orElse("");
    }

    /** The weakest proof is the one that is named. */
    private String denied() {
        Finding weakest = decision.byAddress().stream()
                .filter(finding -> !finding.planned().leadsNowhere())
                .min(Comparator.comparing(Finding::grade))
                .orElseThrow();
        return words.manner(weakest) + "; " + words.controlledBy(weakest)
                + decision.paths().stream()
                        .map(PathDecision::finding)
                        .flatMap(finding -> last(finding, s -> s.outcome().reachedListener())
                                .map(s -> "; let through for " + PathWords.after(finding, s) + " after start"
                                        + words.arrival(finding))
                                .stream())
                        .findFirst()
                        .orElse("");
    }

    private static Optional<Sample> last(Finding finding, Predicate<Sample> condition) {
        return finding.samples().stream().filter(condition).reduce((a, b) -> b);
    }
}
