package dev.netproof.run;

import dev.netproof.evidence.EvidenceStore;
import dev.netproof.plan.Backend;
import dev.netproof.plan.ClusterFacts;
import dev.netproof.plan.PlannedCheck;
import dev.netproof.plan.PlannedPath;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Compares targets after the probing with what they were before: a denial counts only on a target that was there all along. */
final class TargetReview {
    private final EvidenceStore evidence;
    private final Map<String, ClusterFacts.Pod> now = new HashMap<>();

    /** @param pods as they are now */
    TargetReview(EvidenceStore evidence, List<ClusterFacts.Pod> pods) {
        this.evidence = evidence;
        pods.forEach(pod -> now.put(pod.uid(), pod));
    }

    /** Puts into the evidence which targets of a check are not what they were, and says whether there are any. */
    boolean foundChange(PlannedCheck check) {
        boolean changed = false;
        for (PlannedPath planned : check.paths()) {
            for (Backend backend : planned.backends()) {
                Optional<String> how = backend.pod().flatMap(pod -> change(pod, now.get(pod.uid())));
                how.ifPresent(text -> evidence.targetChanged(backend, text));
                changed |= how.isPresent();
            }
        }
        return changed;
    }

    private static Optional<String> change(Backend.TargetPod before, ClusterFacts.@Nullable Pod after) {
        if (after == null) {
            return Optional.of("pod " + before.name() + " is gone");
        }
        if (after.restarts() != before.restarts()) {
            return Optional.of("pod " + before.name() + " restarted");
        }
        // One that terminated and still served when the run began was not ready then either.
        return after.readiness() == ClusterFacts.Readiness.READY || after.readiness() == before.readiness()
                ? Optional.empty()
                : Optional.of("pod " + before.name() + " is no longer ready");
    }
}
