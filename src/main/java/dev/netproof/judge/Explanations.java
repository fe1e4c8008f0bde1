package dev.netproof.judge;

import dev.netproof.evidence.EvidenceStore;
import dev.netproof.evidence.EvidenceStore.Explained;
import dev.netproof.model.Family;
import dev.netproof.model.Outcome;
import dev.netproof.model.Path;
import dev.netproof.model.Protocol;
import dev.netproof.model.Sample;
import dev.netproof.plan.Attempt;
import dev.netproof.plan.Backend;
import dev.netproof.plan.Leg;
import dev.netproof.plan.PlannedCheck;
import dev.netproof.plan.ProbePod;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Who refuses a path, as its own probe sees it or else its explainer. */
final class Explanations {
    private final EvidenceStore evidence;
    private final Settling settling;

    Explanations(EvidenceStore evidence, Settling settling) {
        this.evidence = evidence;
        this.settling = settling;
    }

    /**
     * Explainers to start, by the id of the probe that each explains: of those whose attempts are refused by nobody knows whom, because
     * curl does not see it. No probe is given more than one.
     */
    Map<String, ProbePod> unexplained(Collection<PlannedCheck> undecided) {
        Map<String, Set<Attempt>> unexplained = new LinkedHashMap<>();
        Set<String> certain = new HashSet<>();
        for (PlannedCheck check : undecided) {
            for (Leg leg : check.legs()) {
                ProbePod probe = evidence.isRefused(leg.probe())
                        ? evidence.probe(leg.probe()).orElse(null)
                        : null;
                if (probe == null
                        || probe.tools() != ProbePod.Tools.CURL
                        || evidence.hasExplainer(probe.id())
                        || leg.path().kind() == Path.Kind.LOOKUP) {
                    continue;
                }
                List<Sample> refusals =
                        denials(leg).stream().filter(Sample::refused).toList();
                if (refusals.isEmpty()) {
                    continue;
                }
                unexplained
                        .computeIfAbsent(probe.id(), p -> new LinkedHashSet<>())
                        .add(probe.attempts().get(leg.attempt()));
                // What should be open may be refused only until a fresh pod's rules have arrived.
                boolean late = !refusals.get(refusals.size() - 1).began().isBefore(settling.settled(probe.id()));
                if (refusals.size() > 1 && (late || check.check().expectation().forbids())) {
                    certain.add(probe.id());
                }
            }
        }
        Map<String, ProbePod> started = new LinkedHashMap<>();
        unexplained.forEach((id, attempts) -> {
            ProbePod probe = evidence.probe(id).orElse(null);
            if (probe != null && certain.contains(id)) {
                ProbePod explainer = probe.explainer(evidence.life(id).node(), List.copyOf(attempts));
                evidence.expectExplainer(id, explainer);
                started.put(id, explainer);
            }
        });
        return started;
    }

    /** Whether an explainer may still tell who refuses one of the check's attempts. */
    boolean awaits(PlannedCheck check) {
        return check.legs().stream()
                .anyMatch(leg -> explainer(leg)
                        .filter(seen -> denials(leg).stream().anyMatch(Sample::refused))
                        .filter(seen -> evidence.life(seen.explainer()).loss().isEmpty()
                                && evidence.life(seen.explainer()).changed().isEmpty())
                        .filter(seen -> explained(seen).stream().allMatch(s -> s.outcome() == Outcome.TIMEOUT))
                        .isPresent());
    }

    private Optional<Explained> explainer(Leg leg) {
        return evidence.explained(leg.probe(), leg.attempt());
    }

    /** What an explainer saw once its rules had arrived. */
    private List<Sample> explained(Explained seen) {
        Instant settled = settling.settled(seen.explainer());
        return evidence.life(seen.explainer()).changed().isPresent()
                ? List.of()
                : seen.samples().stream()
                        .filter(s -> !s.began().isBefore(settled))
                        .toList();
    }

    /** Whether a probe of the same identity got through: then it is not known what is so. */
    boolean explainerGotThrough(Leg leg) {
        return explainer(leg).stream()
                .flatMap(seen -> explained(seen).stream())
                .anyMatch(s -> s.outcome().reachedListener());
    }

    /** Who refuses a path's attempts, as its own probe sees it or else its explainer. */
    Optional<Blame> blame(PlannedCheck check, Leg leg) {
        List<Sample> denials = denials(leg);
        // Kernels limit how often they answer with ICMP: after the first rounds there may be silence for long.
        if (denials.stream().noneMatch(Sample::refused) || leg.path().kind() == Path.Kind.LOOKUP) {
            return Optional.empty();
        }
        Instant settled = settling.settled(leg.probe());
        List<Sample> own =
                denials.stream().filter(s -> !s.began().isBefore(settled)).toList();
        Optional<Blame> blame = blame(leg, own).or(() -> explainer(leg).flatMap(seen -> blame(leg, explained(seen))));
        boolean behindItsPods = leg.path().kind() == Path.Kind.VIP
                && check.legs().stream().anyMatch(l -> isPodOf(leg, l))
                && check.legs().stream()
                        .filter(l -> isPodOf(leg, l))
                        .allMatch(l -> refuser(blame(check, l)) == Judge.Refuser.FILTER);
        return behindItsPods ? blame.map(Blame::likeItsPods) : blame;
    }

    /** The latest attempts that all look denied. */
    private List<Sample> denials(Leg leg) {
        return evidence.history(leg).tail(s -> s.outcome().looksDenied());
    }

    private static boolean isPodOf(Leg vip, Leg leg) {
        return leg.path().kind() == Path.Kind.POD
                && leg.probe().equals(vip.probe())
                && Family.of(leg.path().address()) == Family.of(vip.path().address());
    }

    /** The latest refusal; who made it is believed only if as many rounds as must agree say the same. */
    private Optional<Blame> blame(Leg leg, List<Sample> seen) {
        Protocol transport =
                leg.backends().stream().findFirst().map(Backend::transport).orElse(Protocol.TCP);
        List<Blame> blames = seen.stream()
                .filter(Sample::refused)
                .flatMap(s -> s.cause().stream())
                .map(cause -> Blame.of(cause, leg.path(), transport))
                .toList();
        if (blames.isEmpty()) {
            return Optional.empty();
        }
        Blame latest = blames.get(blames.size() - 1);
        boolean agreed = seen.size() >= settling.patience().stable()
                && seen.stream().allMatch(s -> s.outcome().looksDenied())
                && blames.size() == seen.stream().filter(Sample::refused).count()
                && blames.stream().allMatch(b -> b.refuser() == latest.refuser());
        return Optional.of(agreed ? latest : latest.unproved());
    }

    static Judge.Refuser refuser(Optional<Blame> blame) {
        return blame.map(Blame::refuser).orElse(Judge.Refuser.UNKNOWN);
    }
}
