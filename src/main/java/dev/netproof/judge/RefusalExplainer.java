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
import dev.netproof.plan.PlannedCheck;
import dev.netproof.plan.PlannedPath;
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

/** Who refuses a path: seen by its own probe, or else by the explainer beside it. */
final class RefusalExplainer {
    private final EvidenceStore evidence;
    private final Settling settling;

    RefusalExplainer(EvidenceStore evidence, Settling settling) {
        this.evidence = evidence;
        this.settling = settling;
    }

    /**
     * Explainers to start, by the id of the probe that each explains. A probe needs one if its attempts are refused, because curl does
     * not see who refuses. No probe gets more than one.
     */
    Map<String, ProbePod> unexplained(Collection<PlannedCheck> undecided) {
        Map<String, Set<Attempt>> unexplained = new LinkedHashMap<>();
        Set<String> certain = new HashSet<>();
        for (PlannedCheck check : undecided) {
            for (PlannedPath planned : check.paths()) {
                ProbePod probe = evidence.isRefused(planned.probe())
                        ? evidence.probe(planned.probe()).orElse(null)
                        : null;
                if (probe == null
                        || probe.tools() != ProbePod.Tools.CURL
                        || evidence.hasExplainer(probe.id())
                        || planned.path().kind() == Path.Kind.LOOKUP) {
                    continue;
                }
                List<Sample> refusals =
                        denials(planned).stream().filter(Sample::refused).toList();
                if (refusals.isEmpty()) {
                    continue;
                }
                unexplained
                        .computeIfAbsent(probe.id(), p -> new LinkedHashSet<>())
                        .add(probe.attempts().get(planned.attempt()));
                // An allowed connection may be refused only until a fresh pod's rules have arrived.
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
        return check.paths().stream()
                .anyMatch(planned -> explainer(planned)
                        .filter(seen -> denials(planned).stream().anyMatch(Sample::refused))
                        .filter(seen -> evidence.life(seen.explainer()).loss().isEmpty()
                                && evidence.life(seen.explainer()).changed().isEmpty())
                        .filter(seen -> explained(seen).stream().allMatch(s -> s.outcome() == Outcome.TIMEOUT))
                        .isPresent());
    }

    private Optional<Explained> explainer(PlannedPath planned) {
        return evidence.explained(planned.probe(), planned.attempt());
    }

    /** The explainer's attempts since its own rules arrived. */
    private List<Sample> explained(Explained seen) {
        Instant settled = settling.settled(seen.explainer());
        return evidence.life(seen.explainer()).changed().isPresent()
                ? List.of()
                : seen.samples().stream()
                        .filter(s -> !s.began().isBefore(settled))
                        .toList();
    }

    /** Whether the explainer, a probe of the same identity, got through: then refusals are no denial. */
    boolean explainerGotThrough(PlannedPath planned) {
        return explainer(planned).stream()
                .flatMap(seen -> explained(seen).stream())
                .anyMatch(s -> s.outcome().reachedListener());
    }

    /** Who refuses a path's attempts: seen by its own probe, or else by its explainer. */
    Optional<RefusalOrigin> origin(PlannedCheck check, PlannedPath planned) {
        List<Sample> denials = denials(planned);
        // Kernels limit how often they answer with ICMP: after the first rounds there may be silence for long.
        if (denials.stream().noneMatch(Sample::refused) || planned.path().kind() == Path.Kind.LOOKUP) {
            return Optional.empty();
        }
        Instant settled = settling.settled(planned.probe());
        List<Sample> own =
                denials.stream().filter(s -> !s.began().isBefore(settled)).toList();
        Optional<RefusalOrigin> origin =
                origin(planned, own).or(() -> explainer(planned).flatMap(seen -> origin(planned, explained(seen))));
        boolean behindItsPods = planned.path().kind() == Path.Kind.VIP
                && check.paths().stream().anyMatch(l -> isPodOf(planned, l))
                && check.paths().stream()
                        .filter(l -> isPodOf(planned, l))
                        .allMatch(l -> refuser(origin(check, l)) == Judge.Refuser.FILTER);
        return behindItsPods ? origin.map(RefusalOrigin::likeItsPods) : origin;
    }

    /** The latest attempts that all look denied. */
    private List<Sample> denials(PlannedPath planned) {
        return evidence.history(planned).tail(s -> s.outcome().looksDenied());
    }

    private static boolean isPodOf(PlannedPath vip, PlannedPath planned) {
        return (planned.path().kind() == Path.Kind.POD || planned.path().kind() == Path.Kind.ADDRESS)
                && planned.probe().equals(vip.probe())
                && Family.of(planned.path().address()) == Family.of(vip.path().address());
    }

    /** The latest refusal; its sender is believed only if as many rounds as must agree say the same. */
    private Optional<RefusalOrigin> origin(PlannedPath planned, List<Sample> seen) {
        Protocol transport =
                planned.backends().stream().findFirst().map(Backend::transport).orElse(Protocol.TCP);
        List<RefusalOrigin> origins = seen.stream()
                .filter(Sample::refused)
                .flatMap(s -> s.cause().stream())
                .map(cause -> RefusalOrigin.of(cause, planned.path(), transport))
                .toList();
        if (origins.isEmpty()) {
            return Optional.empty();
        }
        RefusalOrigin latest = origins.get(origins.size() - 1);
        boolean agreed = seen.size() >= settling.terms().stable()
                && seen.stream().allMatch(s -> s.outcome().looksDenied())
                && origins.size() == seen.stream().filter(Sample::refused).count()
                && origins.stream().allMatch(b -> b.refuser() == latest.refuser());
        return Optional.of(agreed ? latest : latest.unproved());
    }

    static Judge.Refuser refuser(Optional<RefusalOrigin> origin) {
        return origin.map(RefusalOrigin::refuser).orElse(Judge.Refuser.UNKNOWN);
    }
}
