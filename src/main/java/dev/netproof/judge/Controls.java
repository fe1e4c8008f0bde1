package dev.netproof.judge;

import dev.netproof.model.ControlGrade;
import dev.netproof.model.Family;
import dev.netproof.model.Outcome;
import dev.netproof.model.Path;
import dev.netproof.model.Protocol;
import dev.netproof.model.Sample;
import dev.netproof.plan.Backend;
import dev.netproof.plan.Leg;
import dev.netproof.plan.PlannedCheck;
import dev.netproof.plan.ProbePod;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Supplier;

/** What shows that somebody was alive at the far end while attempts at it failed. */
final class Controls {
    /** How many of those that reached a backend are named: three are proof enough, and sixty would be read by nobody. */
    private static final int NAMED = 3;

    private final Chronicle told;
    private final OtherFamily otherFamily;

    Controls(Chronicle told, OtherFamily otherFamily) {
        this.told = told;
        this.otherFamily = otherFamily;
    }

    /** A control for one leg, with the words that say who gave it. */
    record Proof(ControlGrade grade, Contacts.Window window, Supplier<String> by) {}

    /** All controls for one leg, the best first. */
    List<Proof> proofs(PlannedCheck check, Leg leg) {
        List<Proof> proofs = new ArrayList<>();
        leg.backends().forEach(backend -> proofs.addAll(proofs(leg, backend)));
        otherFamily(check, leg).ifPresent(proofs::add);
        if (leg.path().kind() == Path.Kind.VIP) {
            // The same source reached a pod behind the Service: the far end is alive, whatever became of the VIP.
            for (Leg other : check.legs()) {
                if (other.path().kind() == Path.Kind.POD
                        && other.probe().equals(leg.probe())
                        && family(other) == family(leg)
                        && told.track(other).samples().stream().anyMatch(s -> s.outcome() == Outcome.CONNECTED)) {
                    reached(other.backends().get(0), "", told.question(other.probe(), other.attempt()))
                            .ifPresent(own -> proofs.add(new Proof(
                                    ControlGrade.REACHED,
                                    own,
                                    () -> "the same source reached "
                                            + other.path().endpoint())));
                }
            }
        }
        proofs.sort(Comparator.comparing(Proof::grade).reversed());
        return proofs;
    }

    private List<Proof> proofs(Leg leg, Backend backend) {
        List<Proof> proofs = new ArrayList<>();
        reached(backend, leg.probe(), told.question(leg.probe(), leg.attempt()))
                .filter(reached -> reached.times() > 1)
                .ifPresent(reached ->
                        proofs.add(new Proof(ControlGrade.REACHED, reached, () -> reachedBy(reached, backend))));
        if (backend.transport() != Protocol.TCP) {
            return proofs;
        }
        boolean kubelet =
                backend.pod().flatMap(Backend.TargetPod::kubeletProbed).isPresent();
        ControlGrade grade = kubelet ? ControlGrade.LISTENING : ControlGrade.LISTENING_LOOPBACK;
        told.contacts()
                .aliveToOthers(told.key(backend), leg.probe(), grade)
                .filter(alive -> alive.times() > 1 && witnessed(leg, backend))
                .ifPresent(alive -> proofs.add(new Proof(
                        grade,
                        alive,
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
    private Optional<Proof> otherFamily(PlannedCheck check, Leg leg) {
        if (leg.backends().isEmpty() && leg.path().kind() == Path.Kind.VIP) {
            return check.legs().stream()
                    .filter(other -> other.path().kind() == Path.Kind.VIP && family(other) != family(leg))
                    .flatMap(other -> other.backends().stream())
                    .flatMap(other -> alive(leg, other).stream())
                    .findFirst();
        }
        if (!otherFamily.concerns(check)
                || leg.backends().stream()
                        .anyMatch(backend -> told.contacts()
                                .reachedByOthers(told.key(backend), "")
                                .isPresent())) {
            return Optional.empty();
        }
        return leg.backends().stream()
                .filter(backend -> getsThere(check, leg, backend))
                .flatMap(backend -> otherFamily.of(check, backend).stream())
                .flatMap(other -> alive(leg, other).stream())
                .findFirst();
    }

    private Optional<Proof> alive(Leg leg, Backend other) {
        Optional<Contacts.Window> window = other.transport() == Protocol.UDP
                ? told.contacts().answeredOthers(told.key(other), "", told.question(leg.probe(), leg.attempt()))
                : told.contacts().aliveToOthers(told.key(other), "", ControlGrade.OTHER_FAMILY);
        return window.filter(alive -> alive.times() > 1)
                .map(alive -> new Proof(
                        ControlGrade.OTHER_FAMILY,
                        alive,
                        () -> "over " + family(leg).word() + " nobody was seen to reach it, over "
                                + Family.of(other.ip()).word() + " "
                                + (alive.probes().get().isEmpty()
                                        ? "a port-forward found it listening"
                                        : reachedBy(alive, other))));
    }

    /** Whether packets of this family get from the leg's node to the backend's, or at least something at its address refuses them. */
    private boolean getsThere(PlannedCheck check, Leg leg, Backend backend) {
        return (backend.transport() == Protocol.TCP && witnessed(leg, backend))
                || check.legs().stream()
                        .filter(own -> own.probe().equals(leg.probe())
                                && own.path().kind() == Path.Kind.POD
                                && own.backends().contains(backend))
                        .flatMap(own -> told.track(own).samples().stream())
                        .anyMatch(s -> s.outcome() == Outcome.REFUSED)
                || isRefusedThroughout(leg);
    }

    /** A Service's address is refused by the node itself as long as it knows of no pod behind it: once says nothing of later. */
    private boolean isRefusedThroughout(Leg leg) {
        List<Sample> tail = told.sound(leg).tail(s -> s.outcome().looksDenied());
        return !tail.isEmpty() && tail.stream().allMatch(s -> s.outcome() == Outcome.REFUSED);
    }

    private static Family family(Leg leg) {
        return Family.of(leg.path().address());
    }

    /**
     * When other probes than this one reached a backend. A server need not answer every datagram, so that over UDP only an answer to
     * the very same shows that this one would have been answered too.
     */
    private Optional<Contacts.Window> reached(Backend backend, String probe, Optional<String> question) {
        return backend.transport() == Protocol.UDP
                ? told.contacts().answeredOthers(told.key(backend), probe, question)
                : told.contacts().reachedByOthers(told.key(backend), probe);
    }

    /** That a server refuses in words shows that it tells sources apart only if it answered the same to somebody else. */
    List<Proof> answered(Leg leg) {
        List<Proof> proofs = new ArrayList<>();
        for (Backend backend : leg.backends()) {
            told.contacts()
                    .answeredOthers(told.key(backend), leg.probe(), told.question(leg.probe(), leg.attempt()))
                    .ifPresent(window ->
                            proofs.add(new Proof(ControlGrade.REACHED, window, () -> reachedBy(window, backend))));
        }
        return proofs;
    }

    String whyNot(PlannedCheck check, Leg leg) {
        Optional<Backend> unwitnessed = leg.backends().stream()
                .filter(backend -> otherFamily
                        .of(check, backend)
                        .flatMap(other -> alive(leg, other))
                        .isPresent())
                .filter(backend -> !getsThere(check, leg, backend) && !witnessed(leg, backend))
                .findFirst();
        if (unwitnessed.isPresent()) {
            return "nobody reached it over " + family(leg).word() + ", and " + nothingGot(leg, unwitnessed.get())
                    + " over " + family(leg).word();
        }
        return leg.backends().stream()
                .findFirst()
                .map(backend -> whyNot(
                        leg,
                        backend,
                        told.contacts().aliveToOthers(told.key(backend), leg.probe(), ControlGrade.LISTENING)))
                .orElse("nobody reached it");
    }

    private String whyNot(Leg leg, Backend backend, Optional<Contacts.Window> alive) {
        if (backend.transport() == Protocol.UDP) {
            return "nobody was answered there, before and after, and a UDP server may well be silent";
        }
        if (alive.isPresent() && !witnessed(leg, backend)) {
            return "it listens, but " + nothingGot(leg, backend);
        }
        return Optional.ofNullable(told.unanswered().get(told.key(backend)))
                .orElse(alive.isPresent() ? "it was seen alive, but not both before and after" : "nobody reached it");
    }

    private String nothingGot(Leg leg, Backend backend) {
        return "nothing at all got from node "
                + told.life(leg.probe()).node().orElse("?") + " to node "
                + backend.pod().flatMap(Backend.TargetPod::node).orElse("?");
    }

    private boolean witnessed(Leg leg, Backend backend) {
        Optional<String> from = told.life(leg.probe()).node();
        Optional<String> to = backend.pod().flatMap(Backend.TargetPod::node);
        return from.isPresent() && to.isPresent() && told.isWitnessed(from.get(), to.get(), backend);
    }

    private String reachedBy(Contacts.Window window, Backend backend) {
        TreeSet<String> named = new TreeSet<>();
        boolean others = false;
        for (String probe : window.probes().get()) {
            ProbePod pod = told.probes().get(probe);
            String source = pod == null ? probe : pod.source();
            if (named.size() == NAMED && source.compareTo(named.last()) > 0) {
                others = true;
            } else if (named.add(source) && named.size() > NAMED) {
                named.pollLast();
                others = true;
            }
        }
        String who = named.isEmpty() ? "another source" : String.join(", ", named);
        return who + (others ? " and others" : "") + " reached " + backend.ip() + ":" + backend.port() + " "
                + window.times() + (window.times() == 1 ? " time" : " times");
    }
}
