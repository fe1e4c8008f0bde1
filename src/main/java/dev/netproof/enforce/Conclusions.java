package dev.netproof.enforce;

import dev.netproof.judge.PathPhase;
import dev.netproof.kube.ClusterTrouble;
import dev.netproof.model.Enforcement.Reason;
import dev.netproof.model.Enforcement.Status;
import dev.netproof.model.Family;
import dev.netproof.model.Sample;
import dev.netproof.plan.Backend;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The words of everything that a row can come to. */
final class Conclusions {
    private static final String RUN_AGAIN = "run again";
    private static final String SPARE_CPU = "run again when the nodes have CPU to spare";
    private static final String ENGINE =
            "check the network plugin's policy engine on that node: its pod's log, kernel modules, disabled features";

    private Conclusions() {}

    static Conclusion outOfTime() {
        return inconclusive(Reason.OUT_OF_TIME, "the run ended before this could be judged", "raise --timeout");
    }

    static Conclusion moot(String why) {
        return untestable(Reason.MOOT, why, Optional.empty());
    }

    static Conclusion notSupported(String why, Optional<String> fix) {
        return untestable(Reason.NOT_SUPPORTED, why, fix);
    }

    static Conclusion actorLost(String who) {
        return inconclusive(Reason.ACTOR_LOST, who, RUN_AGAIN);
    }

    static Conclusion targetNotStarted(String why, String node) {
        return inconclusive(
                Reason.ACTOR_LOST,
                "a target did not start: " + why,
                "see kubectl describe node " + node + "; name a mirror where images cannot be pulled: --mirror");
    }

    static Conclusion podChangedByAdmission(String how) {
        return inconclusive(
                Reason.CHANGED_BY_ADMISSION,
                "admission changed a pod of netproof's: " + how,
                "exempt pods with the label netproof.dev/role from that webhook");
    }

    static Conclusion policyChanged(String how) {
        return inconclusive(
                Reason.CHANGED_BY_ADMISSION,
                how + ", so the results prove nothing",
                "see what else writes NetworkPolicies: a webhook, a GitOps controller");
    }

    static Conclusion podChanged(String how) {
        return inconclusive(
                Reason.CHANGED_BY_ADMISSION,
                "a netproof pod was changed while it ran, so the results prove nothing: " + how,
                "find out who changes pods with the label netproof.dev/role");
    }

    static Conclusion refused(ClusterTrouble trouble) {
        return inconclusive(Reason.POLICY_REFUSED, String.valueOf(trouble.getMessage()), trouble.fix());
    }

    /** Of an open question: no connection even without a policy. */
    static Conclusion nothingToObserve(Bound shut) {
        return untestable(
                Reason.NO_BASELINE, shut.meaning() + ": no connection even without a policy", Optional.empty());
    }

    /** @param foreign policies in the namespace that are not netproof's */
    static Conclusion noBaseline(Bound shut, List<Sample> samples, List<String> foreign) {
        return inconclusive(
                Reason.NO_BASELINE,
                "there was no connection even before netproof created a policy: " + shut.meaning() + " "
                        + looked(samples)
                        + (foreign.isEmpty()
                                ? "; no other policy is in the namespace: perhaps a cluster-wide policy or the network"
                                        + " itself stops it"
                                : "; something installed policies there: " + String.join(", ", foreign)),
                foreign.isEmpty()
                        ? "look for cluster-wide policies (kubectl get clusternetworkpolicies,"
                                + " adminnetworkpolicies, ciliumclusterwidenetworkpolicies,"
                                + " globalnetworkpolicies) and whether pods reach each other at all"
                        : "exempt the namespace from whatever installs them, or name a namespace without policies: --namespace");
    }

    /** Everything is as specified in one family; in this one there is no connection even without a policy. */
    static Conclusion familyWithoutConnection(String what, Family family) {
        return inconclusive(
                Reason.NO_BASELINE,
                what,
                "see why pods do not reach each other " + Families.over(family)
                        + ": the network plugin's addresses of that family, and the routes between the nodes");
    }

    /** Of an edge, nothing or too little was heard to say whether it opens. */
    static Conclusion unheard(String what, Bound edge, List<Sample> results) {
        return inconclusive(
                Reason.UNSETTLED,
                what + " is not known: " + edge.meaning() + " "
                        + (results.isEmpty() ? looked(results) : "had too few results in time")
                        + "; the probe was starved or its log did not arrive",
                SPARE_CPU);
    }

    static Conclusion silent(Bound edge) {
        return inconclusive(
                Reason.UNSETTLED,
                "no attempt finished after the deadline: " + edge.meaning()
                        + "; the probes were starved or their logs did not arrive",
                SPARE_CPU);
    }

    static Conclusion uncontrolled(Bound edge) {
        return inconclusive(
                Reason.NO_CONTROL,
                "denied, but nothing shows that the target was alive at that time: " + edge.meaning(),
                "run again; if it persists, check for a cluster-wide policy that denies everything");
    }

    static Conclusion neverStill(Bound edge) {
        return inconclusive(
                Reason.UNSETTLED,
                "the results kept changing: " + edge.meaning(),
                "run again when the policy engine and the network are stable");
    }

    static Conclusion letThroughAgain(Bound edge) {
        return inconclusive(
                Reason.UNSETTLED,
                "denied for a while and let through again under the same policy: " + edge.meaning()
                        + "; something changed meanwhile",
                "run again when the policy engine is stable");
    }

    static Conclusion deniedLater() {
        return inconclusive(
                Reason.UNSETTLED,
                "let through past the deadline and denied later under the same policy: something changed meanwhile",
                "run again when the policy engine is stable");
    }

    static Conclusion notRestored(Bound shut, List<Sample> results, Duration deadline) {
        return inconclusive(
                Reason.NOT_RESTORED,
                "denied under the policy, but the connection did not return in " + deadline.toSeconds()
                        + " s after its removal: " + shut.meaning() + " " + looked(results),
                "run again; see whether the engine removes rules, and whether the target is stable");
    }

    static Conclusion freshPodLetThrough(Duration time) {
        return notEnforced(
                Reason.LETS_THROUGH,
                String.format(
                        Locale.ROOT,
                        "a new pod was let through for %.1f s after its start, although the policy existed before the pod",
                        time.toMillis() / 1000.0),
                "raise --settle of netproof run; do not rely on policies in a pod's first seconds");
    }

    /** @param left the family that is not tried */
    static Conclusion letsThrough(Duration deadline, int open, int forbidden, Optional<LeftFamily> left) {
        return notEnforced(Reason.LETS_THROUGH, stored(deadline) + through(open, forbidden) + aside(left), ENGINE);
    }

    static Conclusion letsThroughAlone(Duration deadline, Family family, int open, int forbidden) {
        return notEnforced(
                Families.letsThrough(family),
                stored(deadline) + "and " + Families.over(family) + " alone, " + through(open, forbidden) + "; "
                        + Families.over(Families.other(family)) + " what it forbids is denied",
                "look at the policy engine's rules for " + Families.word(family) + " on that node ("
                        + (family == Family.IPV6 ? "ip6tables" : "iptables")
                        + " or nft) and at its pod's log there: those of one family may never have been loaded");
    }

    static Conclusion deniesTooMuch(Bound edge) {
        return notEnforced(
                Reason.DENIES_TOO_MUCH,
                "the policy allows the connection, but it was blocked while others reached the target: "
                        + edge.meaning(),
                ENGINE);
    }

    static Conclusion enforced(String what) {
        return new Conclusion(Status.ENFORCED, Reason.AS_SPECIFIED, what, Optional.empty());
    }

    static Conclusion observed(Reason behaviour, String what) {
        return new Conclusion(Status.OBSERVED, behaviour, what, Optional.empty());
    }

    /** What was seen on all edges of a step that is in effect. */
    static String summary(List<Bound> edges, Map<Bound, PathPhase.Denial> stopped) {
        List<String> open = new ArrayList<>();
        long shut = 0;
        for (Bound edge : edges) {
            if (edge.isLeftOpen()) {
                open.add(edge.meaning() + behaviour(edge, stopped.containsKey(edge)));
            } else if (edge.forbids()) {
                shut++;
            }
        }
        if (!open.isEmpty()) {
            return String.join("; ", open);
        }
        long free = edges.size() - shut;
        return (shut == 0 ? "" : "denied on " + paths(shut) + " while the targets were reached by others")
                + (shut > 0 && free > 0 ? ", " : "")
                + (free == 0 ? "" : "let through on " + paths(free));
    }

    /** In which families of addresses it was seen, where no open question is what it was about; and why one was left out. */
    static String families(List<Bound> edges, Optional<LeftFamily> left) {
        if (edges.stream().anyMatch(Bound::isLeftOpen)) {
            return aside(left);
        }
        return (Families.both(edges)
                        ? ", over IPv4 and IPv6"
                        : left.map(one -> ", " + Families.over(Families.other(one.family())))
                                .orElse(""))
                + aside(left);
    }

    /** "; over IPv6 …" where a family is not tried, and nothing elsewhere. */
    private static String aside(Optional<LeftFamily> left) {
        return left.map(one -> "; " + one.seen()).orElse("");
    }

    static String nothingEnforcedOver(Family family) {
        return Families.over(family) + " not even default-deny is enforced there";
    }

    static String nothingProvedOver(Family family, Bound missing, List<Sample> samples) {
        return Families.over(family) + " nothing is proved, because there is no connection even without a policy: "
                + missing.meaning() + " " + looked(samples);
    }

    /** Who reached a listener, and how often. */
    static String reached(List<String> names, Backend backend, int times) {
        return String.join(", ", names) + " reached " + backend.endpoint() + " " + times
                + (times == 1 ? " time" : " times");
    }

    private static String behaviour(Bound edge, boolean stopped) {
        if (edge.isKept()) {
            return stopped ? " ends with the deny" : " goes on after the deny";
        }
        return stopped ? " is denied" : " is let through";
    }

    /** What was seen last. */
    static String looked(List<Sample> samples) {
        if (samples.isEmpty()) {
            return "had no result in time";
        }
        Sample last = samples.get(samples.size() - 1);
        return "saw " + last.outcome() + " (" + last.signal() + ")";
    }

    private static String stored(Duration deadline) {
        return deadline.toSeconds() + " s after the policy was stored ";
    }

    private static String through(int open, int forbidden) {
        if (open < forbidden) {
            return open + " of the " + forbidden + " paths that it forbids still "
                    + (open == 1 ? "connects" : "connect");
        }
        return forbidden == 1
                ? "the path that it forbids still connects"
                : "all " + forbidden + " paths that it forbids still connect";
    }

    private static String paths(long number) {
        return number + (number == 1 ? " path" : " paths");
    }

    private static Conclusion inconclusive(Reason reason, String what, String fix) {
        return new Conclusion(Status.INCONCLUSIVE, reason, what, Optional.of(fix));
    }

    private static Conclusion untestable(Reason reason, String what, Optional<String> fix) {
        return new Conclusion(Status.UNTESTABLE, reason, what, fix);
    }

    private static Conclusion notEnforced(Reason reason, String what, String fix) {
        return new Conclusion(Status.NOT_ENFORCED, reason, what, Optional.of(fix));
    }
}
