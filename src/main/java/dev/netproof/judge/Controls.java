package dev.netproof.judge;

import dev.netproof.evidence.EvidenceStore;
import dev.netproof.evidence.EvidenceStore.AliveWindow;
import dev.netproof.evidence.EvidenceStore.Span;
import dev.netproof.evidence.Route;
import dev.netproof.judge.Proof.By;
import dev.netproof.model.ControlGrade;
import dev.netproof.model.Family;
import dev.netproof.model.Outcome;
import dev.netproof.model.Path;
import dev.netproof.model.Protocol;
import dev.netproof.model.Sample;
import dev.netproof.plan.Backend;
import dev.netproof.plan.PlannedCheck;
import dev.netproof.plan.PlannedPath;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Finds what shows that the far end of a path was alive while attempts at it failed. */
final class Controls {
    private final EvidenceStore evidence;
    private final OtherFamily otherFamily;

    Controls(EvidenceStore evidence, OtherFamily otherFamily) {
        this.evidence = evidence;
        this.otherFamily = otherFamily;
    }

    /** All controls for one path, the best first. */
    List<Proof> proofs(PlannedCheck check, PlannedPath planned) {
        List<Proof> proofs = new ArrayList<>();
        planned.backends().forEach(backend -> proofs.addAll(proofs(planned, backend)));
        otherFamily(check, planned).ifPresent(proofs::add);
        if (planned.path().kind() == Path.Kind.VIP) {
            // The same source reached a pod behind the Service: the far end is alive, even if the Service's address
            // fails.
            for (PlannedPath other : check.paths()) {
                if (isBehind(planned, other)
                        && other.probe().equals(planned.probe())
                        && family(other) == family(planned)
                        && evidence.history(other).samples().stream().anyMatch(s -> s.outcome() == Outcome.CONNECTED)) {
                    reached(other.backends().get(0), "", evidence.question(other.probe(), other.attempt()))
                            .ifPresent(own -> proofs.add(
                                    new Proof(ControlGrade.REACHED, own.span(), new By.SameSource(other.path()))));
                }
            }
        }
        proofs.sort(Comparator.comparing(Proof::grade).reversed());
        return proofs;
    }

    /** Whether a path goes straight to an endpoint that a Service's address leads to. */
    private static boolean isBehind(PlannedPath vip, PlannedPath other) {
        return other.path().kind() != Path.Kind.VIP && other.backends().stream().anyMatch(vip.backends()::contains);
    }

    private List<Proof> proofs(PlannedPath planned, Backend backend) {
        List<Proof> proofs = new ArrayList<>();
        reached(backend, planned.probe(), evidence.question(planned.probe(), planned.attempt()))
                .filter(reached -> reached.times() > 1)
                .ifPresent(reached ->
                        proofs.add(new Proof(ControlGrade.REACHED, reached.span(), new By.Sources(reached, backend))));
        if (backend.transport() != Protocol.TCP) {
            return proofs;
        }
        boolean kubelet =
                backend.pod().flatMap(Backend.TargetPod::kubeletProbed).isPresent();
        ControlGrade grade = kubelet ? ControlGrade.LISTENING : ControlGrade.LISTENING_LOOPBACK;
        // Silence is a denial only if packets got from this node to that one before the attempt and after it.
        Optional<Span> way = witnessed(planned, backend);
        evidence.aliveToOthers(backend, planned.probe())
                .filter(alive -> alive.times() > 1 && way.isPresent())
                .ifPresent(alive -> proofs.add(
                        new Proof(grade, alive.span(), way, kubelet ? new By.Kubelet() : new By.PortForward())));
        return proofs;
    }

    /**
     * A control at the pod's address of the other family, where no source reached it at this one. The pod's kernel refuses where nothing
     * listens: so silence comes from a filter, if packets of this family get there at all. And a Service's address without a pod of this
     * family leads nowhere.
     */
    private Optional<Proof> otherFamily(PlannedCheck check, PlannedPath planned) {
        if (planned.backends().isEmpty() && planned.path().kind() == Path.Kind.VIP) {
            return check.paths().stream()
                    .filter(other -> other.path().kind() == Path.Kind.VIP && family(other) != family(planned))
                    .flatMap(other -> other.backends().stream())
                    .flatMap(other -> alive(planned, other).stream())
                    .findFirst();
        }
        if (!otherFamily.concerns(check)
                || planned.backends().stream()
                        .anyMatch(
                                backend -> evidence.reachedByOthers(backend, "").isPresent())) {
            return Optional.empty();
        }
        for (Backend backend : planned.backends()) {
            Optional<Backend> other = otherFamily.of(check, backend);
            if (other.isPresent()) {
                // A refused packet got there; silence needs others that did, before the attempt and after it.
                Optional<Proof> proof = isRefusedThere(check, planned, backend)
                        ? alive(planned, other.get())
                        : backend.transport() == Protocol.TCP
                                ? witnessed(planned, backend)
                                        .flatMap(way ->
                                                alive(planned, other.get()).map(alive -> alive.along(way)))
                                : Optional.empty();
                if (proof.isPresent()) {
                    return proof;
                }
            }
        }
        return Optional.empty();
    }

    private Optional<Proof> alive(PlannedPath planned, Backend other) {
        Optional<AliveWindow> window = other.transport() == Protocol.UDP
                ? evidence.answeredOthers(other, "", evidence.question(planned.probe(), planned.attempt()))
                : evidence.aliveToOthers(other, "");
        return window.filter(alive -> alive.times() > 1)
                .map(alive -> new Proof(
                        ControlGrade.OTHER_FAMILY, alive.span(), new By.OtherFamily(family(planned), other, alive)));
    }

    /** Whether the backend's address, or the Service's, refuses this source: then packets of this family get there. */
    private boolean isRefusedThere(PlannedCheck check, PlannedPath planned, Backend backend) {
        return check.paths().stream()
                        .filter(own -> own.probe().equals(planned.probe())
                                && own.path().kind() == Path.Kind.POD
                                && own.backends().contains(backend))
                        .flatMap(own -> evidence.history(own).samples().stream())
                        .anyMatch(s -> s.outcome() == Outcome.REFUSED)
                || isRefusedThroughout(planned);
    }

    /** The node itself refuses a Service's address until it knows a pod behind it: one refusal says nothing about later ones. */
    private boolean isRefusedThroughout(PlannedPath planned) {
        List<Sample> tail = evidence.sound(planned).tail(s -> s.outcome().looksDenied());
        return !tail.isEmpty() && tail.stream().allMatch(s -> s.outcome() == Outcome.REFUSED);
    }

    private static Family family(PlannedPath planned) {
        return Family.of(planned.path().address());
    }

    /**
     * When other probes than this one reached a backend. A UDP server need not answer every datagram: only an answer to the same datagram
     * shows that this one would have been answered too.
     */
    private Optional<AliveWindow> reached(Backend backend, String probe, Optional<String> question) {
        return backend.transport() == Protocol.UDP
                ? evidence.answeredOthers(backend, probe, question)
                : evidence.reachedByOthers(backend, probe);
    }

    /** Controls for a refusal in the application layer: another source was answered to the same request. */
    List<Proof> answered(PlannedPath planned) {
        List<Proof> proofs = new ArrayList<>();
        for (Backend backend : planned.backends()) {
            evidence.answeredOthers(backend, planned.probe(), evidence.question(planned.probe(), planned.attempt()))
                    .ifPresent(window -> proofs.add(
                            new Proof(ControlGrade.REACHED, window.span(), new By.Sources(window, backend))));
        }
        return proofs;
    }

    /** Why a path has no control: what keeps the target from being shown alive, or the way to it open. */
    MissingControl missing(PlannedCheck check, PlannedPath planned) {
        return first(planned, backend -> isAliveInTheOtherFamilyAlone(check, planned, backend))
                .map(backend -> missing(MissingControl.Why.NO_WAY_IN_THIS_FAMILY, planned, Optional.of(backend)))
                .or(() -> first(planned, backend -> isAliveWithoutAWay(planned, backend))
                        .map(backend -> missing(MissingControl.Why.NO_WAY, planned, Optional.of(backend))))
                .orElseGet(() -> {
                    Optional<Backend> backend = first(planned, any -> true);
                    return missing(
                            backend.map(one -> notListening(planned, one)).orElse(MissingControl.Why.NEVER_REACHED),
                            planned,
                            backend);
                });
    }

    private static Optional<Backend> first(PlannedPath planned, Predicate<Backend> condition) {
        return planned.backends().stream().filter(condition).findFirst();
    }

    private MissingControl missing(MissingControl.Why why, PlannedPath planned, Optional<Backend> backend) {
        return new MissingControl(
                why,
                family(planned),
                evidence.life(planned.probe()).node(),
                backend.flatMap(Backend::pod).flatMap(Backend.TargetPod::node),
                backend.flatMap(evidence::answer).flatMap(EvidenceStore.ListeningAnswer::silence));
    }

    private boolean isAliveInTheOtherFamilyAlone(PlannedCheck check, PlannedPath planned, Backend backend) {
        return otherFamily
                        .of(check, backend)
                        .flatMap(other -> alive(planned, other))
                        .isPresent()
                && !isRefusedThere(check, planned, backend)
                && witnessed(planned, backend).isEmpty();
    }

    private boolean isAliveWithoutAWay(PlannedPath planned, Backend backend) {
        return backend.transport() == Protocol.TCP
                && evidence.aliveToOthers(backend, planned.probe()).isPresent()
                && witnessed(planned, backend).isEmpty();
    }

    private MissingControl.Why notListening(PlannedPath planned, Backend backend) {
        if (backend.transport() == Protocol.UDP) {
            return MissingControl.Why.NO_ANSWER;
        }
        if (evidence.answer(backend)
                .flatMap(EvidenceStore.ListeningAnswer::silence)
                .isPresent()) {
            return MissingControl.Why.NO_LISTENER;
        }
        return evidence.aliveToOthers(backend, planned.probe()).isPresent()
                ? MissingControl.Why.NOT_AROUND_THE_ATTEMPTS
                : MissingControl.Why.NEVER_REACHED;
    }

    private Optional<Span> witnessed(PlannedPath planned, Backend backend) {
        return evidence.route(planned.probe(), backend).flatMap(evidence::witnessed);
    }

    /**
     * Routes that silence of this path depends on: those to targets that no other probe reaches.
     *
     * @param recently other probes count that reached a target since then
     */
    Stream<Route> routes(PlannedPath planned, Instant recently) {
        return planned.backends().stream()
                .filter(backend -> backend.transport() == Protocol.TCP)
                .filter(backend -> !evidence.reachedByAnotherSince(recently, backend, planned.probe()))
                .flatMap(backend -> evidence.route(planned.probe(), backend).stream())
                .distinct();
    }

    /** Whether nothing was seen to get along a route since this moment. */
    boolean isUnwitnessed(Route route, Instant since) {
        return evidence.witnessed(route)
                .filter(span -> !span.to().isBefore(since))
                .isEmpty();
    }
}
