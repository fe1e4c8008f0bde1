package dev.netproof.judge;

import dev.netproof.evidence.EvidenceStore;
import dev.netproof.evidence.Route;
import dev.netproof.model.Protocol;
import dev.netproof.model.Sample;
import dev.netproof.plan.Backend;
import dev.netproof.plan.PlannedCheck;
import dev.netproof.plan.PlannedPath;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** What to find out next about undecided checks: whether targets listen, and whether packets get from node to node. */
final class OpenQuestions {
    private final EvidenceStore evidence;
    private final Settling settling;
    private final Controls controls;
    private final OtherFamily otherFamily;
    private final Located located;

    OpenQuestions(
            EvidenceStore evidence, Settling settling, Controls controls, OtherFamily otherFamily, Located located) {
        this.evidence = evidence;
        this.settling = settling;
        this.controls = controls;
        this.otherFamily = otherFamily;
        this.located = located;
    }

    /** Backends to ask by port-forward whether they listen: attempts at them look denied, and no other probe reached them. */
    Collection<Backend> listening(Collection<PlannedCheck> undecided) {
        Map<String, Backend> wanted = new LinkedHashMap<>();
        for (PlannedCheck one : undecided) {
            PlannedCheck check = located.of(one);
            for (PlannedPath planned : check.paths()) {
                if (planned.backends().isEmpty()) {
                    continue;
                }
                List<Sample> tail = denials(planned);
                for (Backend backend : planned.backends()) {
                    // A port-forward speaks TCP alone, and finds the same at each of a pod's addresses.
                    if (backend.pod().isPresent()
                            && backend.transport() == Protocol.TCP
                            && !otherFamily.isSecond(check, backend)
                            && isOpen(check, planned, backend, tail)) {
                        wanted.put(evidence.key(backend), backend);
                    }
                }
            }
        }
        return wanted.values();
    }

    private boolean isOpen(PlannedCheck check, PlannedPath planned, Backend backend, List<Sample> tail) {
        Optional<Instant> answer = evidence.answer(backend).map(EvidenceStore.ListeningAnswer::at);
        if (answer.isEmpty() && tail.isEmpty() && !check.check().expectation().forbids()) {
            return false;
        }
        if (evidence.reachedByAnotherSince(recently(tail), backend, planned.probe())) {
            return false;
        }
        if (answer.isEmpty()) {
            return true;
        }
        Instant answered = answer.get();
        Instant from = evidence.aliveToOthers(backend, planned.probe())
                .map(EvidenceStore.AliveWindow::from)
                .orElse(answered);
        List<Sample> counted =
                tail.stream().filter(s -> !s.began().isBefore(from)).toList();
        // Only the answer at the far end of the window is missing.
        return settling.isSteady(planned, counted)
                && counted.get(counted.size() - 1).at().isAfter(answered);
    }

    /**
     * The ways from node to node along which nothing was seen to get, though an attempt looks denied there: without that silence is no
     * denial.
     *
     * @param before attempts that began later are left out: a round that began with theirs may not have ended, and show the way
     */
    Set<Route> ways(Collection<PlannedCheck> undecided, Instant before) {
        Set<Route> routes = new LinkedHashSet<>();
        for (PlannedCheck check : undecided) {
            for (PlannedPath planned : located.of(check).paths()) {
                List<Sample> tail = denials(planned);
                if (!tail.isEmpty() && tail.get(0).began().isBefore(before)) {
                    Instant since = tail.get(0).began();
                    controls.routes(planned, recently(tail))
                            .filter(route -> controls.isUnwitnessed(route, since))
                            .forEach(routes::add);
                }
            }
        }
        return routes;
    }

    /**
     * Until when a late witness may still prove the silence on one of a check's paths; empty where no witness is awaited.
     *
     * @param onItsWay whether a witness of this route was started and has not failed
     * @param atMost when to give up a witness that has shown nothing yet
     * @param round between the starts of two rounds
     * @param connectTimeout of one attempt
     */
    Optional<Instant> lateWitness(
            PlannedCheck check, Predicate<Route> onItsWay, Instant atMost, Duration round, Duration connectTimeout) {
        // After its first connection there must be time for as many rounds as must agree, each seen to its end.
        Duration needed = round.multipliedBy(settling.terms().stable() + 1L).plus(connectTimeout.multipliedBy(2));
        return located.of(check).paths().stream()
                .flatMap(planned -> {
                    List<Sample> tail = denials(planned);
                    return tail.isEmpty() ? Stream.<Route>empty() : controls.routes(planned, recently(tail));
                })
                .distinct()
                .filter(onItsWay)
                .map(route -> evidence.witnessed(route)
                        .map(span -> span.from().plus(needed))
                        .orElse(atMost))
                .max(Comparator.naturalOrder());
    }

    private List<Sample> denials(PlannedPath planned) {
        return evidence.sound(planned).tail(s -> s.outcome().looksDenied());
    }

    /** Others may have reached a target only until their own rules arrived: it counts since then. */
    private Instant recently(List<Sample> tail) {
        return tail.isEmpty()
                ? Instant.MIN
                : tail.get(tail.size() - 1).began().minus(settling.terms().settle());
    }
}
