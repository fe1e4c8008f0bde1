package dev.netproof.judge;

import dev.netproof.evidence.EvidenceStore;
import dev.netproof.evidence.Route;
import dev.netproof.model.Protocol;
import dev.netproof.model.Sample;
import dev.netproof.plan.Backend;
import dev.netproof.plan.PlannedCheck;
import dev.netproof.plan.PlannedPath;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What to find out next about undecided checks: whether targets listen, and whether packets get from node to node. */
final class OpenQuestions {
    private final EvidenceStore evidence;
    private final Settling settling;
    private final Controls controls;
    private final OtherFamily otherFamily;

    OpenQuestions(EvidenceStore evidence, Settling settling, Controls controls, OtherFamily otherFamily) {
        this.evidence = evidence;
        this.settling = settling;
        this.controls = controls;
        this.otherFamily = otherFamily;
    }

    /** Backends to ask by port-forward whether they listen: attempts at them look denied, and no other probe reached them. */
    Collection<Backend> listening(Collection<PlannedCheck> undecided) {
        Map<String, Backend> wanted = new LinkedHashMap<>();
        for (PlannedCheck check : undecided) {
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
            for (PlannedPath planned : check.paths()) {
                List<Sample> tail = denials(planned);
                if (!tail.isEmpty() && tail.get(0).began().isBefore(before)) {
                    routes.addAll(controls.unwitnessed(planned, tail.get(0).began(), recently(tail)));
                }
            }
        }
        return routes;
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
