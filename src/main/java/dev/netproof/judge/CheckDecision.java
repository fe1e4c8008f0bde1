package dev.netproof.judge;

import dev.netproof.model.Expectation;
import dev.netproof.model.Family;
import dev.netproof.model.Path;
import dev.netproof.model.Verdict;
import dev.netproof.model.Verdict.Reason;
import dev.netproof.model.Verdict.Status;
import dev.netproof.plan.PlannedCheck;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a check comes to, from what its paths come to. The worst of them decides: a failure before a doubt, a doubt before a pass.
 *
 * @param paths one for each path of the check, in the same order
 */
record CheckDecision(PlannedCheck check, List<PathDecision> paths) {
    private static final Comparator<PathDecision> WORST_FIRST = Comparator.<PathDecision>comparingInt(
                    path -> switch (path.status()) {
                        // What somebody stops comes before what leads nowhere by itself.
                        case FAIL -> path.reason() == Reason.NO_BACKEND ? 0 : -1;
                        case INCONCLUSIVE -> 1;
                        case UNTESTABLE -> 2;
                        case SKIPPED -> 3;
                        case PASS -> 4;
                    })
            .thenComparing(PathDecision::reason, Verdict.mostActionableFirst())
            // A denial is proved by address: where both are unsteady, the address is reported.
            .thenComparing(path -> path.ground() == PathDecision.Ground.UNSTEADY
                    && path.expected().forbids()
                    && path.finding().isLookup());

    CheckDecision {
        paths = List.copyOf(paths);
    }

    /** @param stable rounds in a row that must agree */
    static CheckDecision of(PlannedCheck check, List<Finding> findings, int stable) {
        return new CheckDecision(
                check,
                findings.stream()
                        .map(finding -> PathDecision.of(check, finding, stable))
                        .toList());
    }

    Expectation expected() {
        return check.check().expectation();
    }

    /** The path that decides. */
    PathDecision decisive() {
        return paths.stream().min(WORST_FIRST).orElseThrow();
    }

    Judge.Ruling ruling() {
        PathDecision decisive = decisive();
        if (decisive.status() != Status.PASS) {
            return decisive.ruling().get();
        }
        return new Judge.Ruling(Status.PASS, expected() == Expectation.ALLOW ? Reason.CONNECTED : Reason.DENIED);
    }

    /** Every path that is inconclusive, where the check is. */
    List<PathDecision> doubts() {
        return ruling().status() == Status.INCONCLUSIVE
                ? paths.stream()
                        .filter(path -> path.status() == Status.INCONCLUSIVE)
                        .toList()
                : List.of();
    }

    /** The paths by address. */
    List<Finding> byAddress() {
        return paths.stream()
                .map(PathDecision::finding)
                .filter(finding -> !finding.isLookup())
                .toList();
    }

    /** The family of addresses that does not pass, where all of the other passes. */
    Optional<Family> familyAlone() {
        Set<Family> passing = EnumSet.noneOf(Family.class);
        Set<Family> failing = EnumSet.noneOf(Family.class);
        for (PathDecision path : paths) {
            boolean passes = path.status() == Status.PASS;
            if (!path.finding().isLookup()) {
                (passes ? passing : failing).add(Family.of(path.finding().path().address()));
            } else if (!passes) {
                // That a name does not resolve, say, is of no family.
                return Optional.empty();
            }
        }
        passing.removeAll(failing);
        return failing.size() == 1 && !passing.isEmpty() ? failing.stream().findFirst() : Optional.empty();
    }

    /** Where to look first for what blocks a connection, as far as the paths tell. */
    enum Suspect {
        EGRESS_OF_THE_SOURCE,
        INGRESS_OF_THE_DESTINATION,
        SERVICE_ADDRESS,
        SOME_PODS_OF_THE_SOURCE,
        SOME_OF_THE_PODS
    }

    Suspect suspect() {
        List<Finding> findings = byAddress();
        if (findings.stream()
                .filter(finding -> !finding.planned().leadsNowhere())
                .noneMatch(Finding::connected)) {
            // To a look-up, the destination itself is something else that was reached.
            return findings.stream()
                            .map(finding -> finding.surroundings().get().elsewhere())
                            .anyMatch(elsewhere -> elsewhere == Finding.Elsewhere.REACHED_SOMETHING)
                    ? Suspect.INGRESS_OF_THE_DESTINATION
                    : Suspect.EGRESS_OF_THE_SOURCE;
        }
        if (differsByPod(findings)) {
            return Suspect.SOME_PODS_OF_THE_SOURCE;
        }
        return findings.stream()
                        .filter(finding -> finding.path().kind() != Path.Kind.VIP)
                        .allMatch(Finding::connected)
                ? Suspect.SERVICE_ADDRESS
                : Suspect.SOME_OF_THE_PODS;
    }

    /** Whether probes of some of the source's pods reached everything. */
    private static boolean differsByPod(List<Finding> findings) {
        Map<Optional<String>, List<Finding>> byPods = findings.stream()
                .collect(Collectors.groupingBy(finding -> finding.planned().as()));
        return byPods.size() > 1
                && byPods.values().stream().anyMatch(same -> same.stream().allMatch(Finding::connected));
    }
}
