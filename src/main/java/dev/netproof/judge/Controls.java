package dev.netproof.judge;

import dev.netproof.evidence.EvidenceStore;
import dev.netproof.evidence.EvidenceStore.AliveWindow;
import dev.netproof.evidence.EvidenceStore.Span;
import dev.netproof.evidence.Route;
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
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** What shows that somebody was alive at the far end while attempts at it failed. */
final class Controls {
    /** How many of those that reached a backend are named: three are proof enough, and sixty would be read by nobody. */
    private static final int NAMED = 3;

    private final EvidenceStore evidence;
    private final OtherFamily otherFamily;

    Controls(EvidenceStore evidence, OtherFamily otherFamily) {
        this.evidence = evidence;
        this.otherFamily = otherFamily;
    }

    /**
     * A control for one path, with the words that say who gave it.
     *
     * @param alive when the far end was seen alive
     * @param way when packets were seen to get from the path's node to the far end's; empty where that is not asked for
     */
    record Proof(ControlGrade grade, Span alive, Optional<Span> way, Supplier<String> by) {
        Proof(ControlGrade grade, Span alive, Supplier<String> by) {
            this(grade, alive, Optional.empty(), by);
        }

        /** The same, as long as packets were seen to get along the way. */
        Proof along(Span open) {
            return new Proof(grade, alive, Optional.of(open), by);
        }

        /** Whether the attempt failed while the far end was alive and the way was open. */
        boolean covers(Sample sample) {
            return alive.covers(sample.began(), sample.at())
                    && way.map(span -> span.covers(sample.began(), sample.began()))
                            .orElse(true);
        }
    }

    /** All controls for one path, the best first. */
    List<Proof> proofs(PlannedCheck check, PlannedPath planned) {
        List<Proof> proofs = new ArrayList<>();
        planned.backends().forEach(backend -> proofs.addAll(proofs(planned, backend)));
        otherFamily(check, planned).ifPresent(proofs::add);
        if (planned.path().kind() == Path.Kind.VIP) {
            // The same source reached a pod behind the Service: the far end is alive, whatever became of the VIP.
            for (PlannedPath other : check.paths()) {
                if (isBehind(planned, other)
                        && other.probe().equals(planned.probe())
                        && family(other) == family(planned)
                        && evidence.history(other).samples().stream().anyMatch(s -> s.outcome() == Outcome.CONNECTED)) {
                    reached(other.backends().get(0), "", evidence.question(other.probe(), other.attempt()))
                            .ifPresent(own -> proofs.add(new Proof(
                                    ControlGrade.REACHED,
                                    own.span(),
                                    () -> "the same source reached "
                                            + other.path().endpoint())));
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
                        proofs.add(new Proof(ControlGrade.REACHED, reached.span(), () -> reachedBy(reached, backend))));
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
                .ifPresent(alive -> proofs.add(new Proof(
                        grade,
                        alive.span(),
                        way,
                        () -> kubelet
                                ? "the kubelet's readiness probe and a port-forward found it listening"
                                : "a port-forward found it listening")));
        return proofs;
    }

    /**
     * That the pod is alive at its address of the other family, where nobody reached it at this one. Its kernel would refuse if nobody
     * listened: so silence is a filter's, if packets of this family get there at all. And a Service's address behind which there is
     * no pod of this family leads nowhere.
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
                // Refused, it got there; silence needs packets that did, before the attempt and after it.
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
                        ControlGrade.OTHER_FAMILY,
                        alive.span(),
                        () -> "over " + family(planned).word() + " nobody was seen to reach it, over "
                                + Family.of(other.ip()).word() + " "
                                + (alive.probes().get().isEmpty()
                                        ? "a port-forward found it listening"
                                        : reachedBy(alive, other))));
    }

    /** Whether something at the backend's address, or at the Service's, refuses this source: so packets of this family get there. */
    private boolean isRefusedThere(PlannedCheck check, PlannedPath planned, Backend backend) {
        return check.paths().stream()
                        .filter(own -> own.probe().equals(planned.probe())
                                && own.path().kind() == Path.Kind.POD
                                && own.backends().contains(backend))
                        .flatMap(own -> evidence.history(own).samples().stream())
                        .anyMatch(s -> s.outcome() == Outcome.REFUSED)
                || isRefusedThroughout(planned);
    }

    /** A Service's address is refused by the node itself as long as it knows of no pod behind it: once says nothing of later. */
    private boolean isRefusedThroughout(PlannedPath planned) {
        List<Sample> tail = evidence.sound(planned).tail(s -> s.outcome().looksDenied());
        return !tail.isEmpty() && tail.stream().allMatch(s -> s.outcome() == Outcome.REFUSED);
    }

    private static Family family(PlannedPath planned) {
        return Family.of(planned.path().address());
    }

    /**
     * When other probes than this one reached a backend. A server need not answer every datagram, so that over UDP only an answer to
     * the very same shows that this one would have been answered too.
     */
    private Optional<AliveWindow> reached(Backend backend, String probe, Optional<String> question) {
        return backend.transport() == Protocol.UDP
                ? evidence.answeredOthers(backend, probe, question)
                : evidence.reachedByOthers(backend, probe);
    }

    /** That a server refuses in words shows that it tells sources apart only if it answered the same to somebody else. */
    List<Proof> answered(PlannedPath planned) {
        List<Proof> proofs = new ArrayList<>();
        for (Backend backend : planned.backends()) {
            evidence.answeredOthers(backend, planned.probe(), evidence.question(planned.probe(), planned.attempt()))
                    .ifPresent(window -> proofs.add(
                            new Proof(ControlGrade.REACHED, window.span(), () -> reachedBy(window, backend))));
        }
        return proofs;
    }

    /** Which half of a control is missing, where a path has none. */
    Finding.Missing missing(PlannedPath planned) {
        boolean lacksWitness = planned.backends().stream()
                .filter(backend -> backend.transport() == Protocol.TCP)
                .anyMatch(backend ->
                        evidence.aliveToOthers(backend, planned.probe()).isPresent()
                                && witnessed(planned, backend).isEmpty());
        return lacksWitness ? Finding.Missing.WITNESS : Finding.Missing.LISTENER;
    }

    String whyNot(PlannedCheck check, PlannedPath planned) {
        Optional<Backend> unwitnessed = planned.backends().stream()
                .filter(backend -> otherFamily
                        .of(check, backend)
                        .flatMap(other -> alive(planned, other))
                        .isPresent())
                .filter(backend -> !isRefusedThere(check, planned, backend)
                        && witnessed(planned, backend).isEmpty())
                .findFirst();
        if (unwitnessed.isPresent()) {
            return "nobody reached it over " + family(planned).word() + ", and "
                    + nothingGot(planned, unwitnessed.get()) + " over "
                    + family(planned).word();
        }
        return planned.backends().stream()
                .findFirst()
                .map(backend -> whyNot(planned, backend, evidence.aliveToOthers(backend, planned.probe())))
                .orElse("nobody reached it");
    }

    private String whyNot(PlannedPath planned, Backend backend, Optional<AliveWindow> alive) {
        if (backend.transport() == Protocol.UDP) {
            return "nobody was answered there, before and after, and a UDP server may well be silent";
        }
        if (alive.isPresent() && witnessed(planned, backend).isEmpty()) {
            return "it listens, but " + nothingGot(planned, backend);
        }
        return evidence.answer(backend)
                .flatMap(EvidenceStore.ListeningAnswer::silence)
                .orElse(alive.isPresent() ? "it was seen alive, but not both before and after" : "nobody reached it");
    }

    private String nothingGot(PlannedPath planned, Backend backend) {
        return "nothing at all got from node "
                + evidence.life(planned.probe()).node().orElse("?") + " to node "
                + backend.pod().flatMap(Backend.TargetPod::node).orElse("?");
    }

    private Optional<Span> witnessed(PlannedPath planned, Backend backend) {
        return evidence.route(planned.probe(), backend).flatMap(evidence::witnessed);
    }

    /**
     * Routes that silence of this path depends on: those to targets that nobody else reaches.
     *
     * @param recently others count that reached a target since then
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

    private String reachedBy(AliveWindow window, Backend backend) {
        TreeSet<String> named = new TreeSet<>();
        boolean others = false;
        for (String probe : window.probes().get()) {
            String source = evidence.source(probe);
            if (named.size() == NAMED && source.compareTo(named.last()) > 0) {
                others = true;
            } else if (named.add(source) && named.size() > NAMED) {
                named.pollLast();
                others = true;
            }
        }
        String who = named.isEmpty() ? "another source" : String.join(", ", named);
        return who + (others ? " and others" : "") + " reached " + backend.endpoint() + " " + window.times()
                + (window.times() == 1 ? " time" : " times");
    }
}
