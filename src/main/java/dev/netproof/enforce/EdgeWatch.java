package dev.netproof.enforce;

import dev.netproof.evidence.EvidenceStore;
import dev.netproof.evidence.EvidenceStore.PodLife;
import dev.netproof.judge.PathPhase;
import dev.netproof.judge.PhaseJudge;
import dev.netproof.plan.ProbePod;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What was seen of edges, and of the pods at their ends. */
final class EdgeWatch {
    /** So many deadlines a scenario waits for probes that it hears nothing of. */
    private static final int UNHEARD = 3;

    private final EvidenceStore seen;
    private final PhaseJudge judge;
    private final EnforcementTerms terms;

    EdgeWatch(EvidenceStore seen, PhaseJudge judge, EnforcementTerms terms) {
        this.seen = seen;
        this.judge = judge;
        this.terms = terms;
    }

    PathPhase since(Bound edge, Instant began) {
        return judge.since(edge.probed(), began);
    }

    List<PathPhase> since(Collection<Bound> edges, Instant began) {
        return edges.stream().map(edge -> since(edge, began)).toList();
    }

    PodLife life(Actor actor) {
        return seen.life(actor.id());
    }

    /** When a probe's container started, if it has. */
    Optional<Instant> started(ProbePod probe) {
        return seen.life(probe.id()).started();
    }

    boolean isRunning(ProbePod probe) {
        return seen.life(probe.id()).isRunning();
    }

    /** Whether so many connections opened without a policy that one may be applied. */
    boolean isReached(Bound edge, Instant since) {
        PathPhase phase = since(edge, since);
        return phase.samples().size() >= terms.stable() && phase.isOpenAgain();
    }

    /** Learns what the network loses by itself, while nothing is forbidden. */
    void undisturbed(Collection<Bound> edges, Instant since) {
        edges.forEach(edge -> judge.undisturbed(since(edge, since)));
    }

    /** When the last of the probes started; empty while one of them has not. */
    Optional<Instant> started(Collection<Bound> edges) {
        List<Optional<Instant>> started = edges.stream()
                .filter(edge -> !isLookedAtByKubelet(edge))
                .map(edge -> life(edge.probe()).started())
                .toList();
        return started.stream().anyMatch(Optional::isEmpty)
                ? Optional.empty()
                : Optional.of(started.stream()
                        .flatMap(Optional::stream)
                        .max(Instant::compareTo)
                        .orElse(Instant.MIN));
    }

    /**
     * Whether what was waited for since then has had its time. Who is starved of CPU, or whose log is late, says nothing for a while,
     * and nothing is known by then: they are waited for three times as long.
     */
    boolean isOver(Collection<Bound> edges, Instant from, Instant now) {
        return now.isAfter(from.plus(terms.deadline()))
                && (edges.stream().noneMatch(edge -> isUnheard(edge, from, terms.stable()))
                        || now.isAfter(longest(from)));
    }

    /** Until when a scenario waits for probes that it hears nothing of. */
    Instant longest(Instant from) {
        Duration longest = terms.deadline().multipliedBy(UNHEARD);
        return from.plus(longest);
    }

    /** Whether so few of a probe's rounds counted that nothing can be known. */
    boolean isUnheard(Bound edge, Instant from, int enough) {
        return !isLookedAtByKubelet(edge) && seen.rounds(edge.probe().id(), from) < enough;
    }

    static boolean isLookedAtByKubelet(Bound edge) {
        return edge.edge().way() == Scenario.Way.KUBELET;
    }

    /** Which pod was lost, and why, in words. */
    Optional<String> gone(Collection<Bound> edges) {
        return edges.stream()
                .flatMap(edge -> Stream.of(
                        loss(edge.probe()).map(why -> "a source was lost: " + why),
                        loss(edge.server()).map(why -> "a target was lost: " + why)))
                .flatMap(Optional::stream)
                .findFirst();
    }

    private Optional<String> loss(Actor actor) {
        return life(actor).loss().map(EvidenceStore.Loss::why);
    }

    /** What admission made of the first pod that it changed. */
    Optional<String> changedByAdmission(Collection<Bound> edges) {
        return edges.stream()
                .flatMap(edge -> life(edge.probe())
                        .changed()
                        .or(() -> life(edge.server()).changed())
                        .stream())
                .findFirst();
    }

    /** Who else reached the same listener since then, in words. */
    Optional<String> control(Bound edge, Instant since) {
        List<String> reached = seen.reachedSince(edge.backend(), edge.probe().id(), since);
        return reached.isEmpty()
                ? Optional.empty()
                : Optional.of(Conclusions.reached(
                        reached.stream().map(seen::source).distinct().sorted().toList(),
                        edge.backend(),
                        reached.size()));
    }
}
