package dev.netproof.kube;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A pod as it is asked to be, and as the watch last showed it. Used by several threads. */
final class DesiredPod {
    private Pod now;
    private final List<Pod> formerly = new ArrayList<>();
    private @Nullable Pod shown;

    DesiredPod(Pod pod) {
        now = pod;
    }

    synchronized Pod now() {
        return now;
    }

    /** It is created in another shape than was thought. */
    synchronized void instead(Pod pod) {
        now = pod;
    }

    /** From now on it is asked to have these labels. */
    synchronized void relabel(Map<String, String> labels) {
        formerly.add(now);
        now = new PodBuilder(now)
                .editMetadata()
                .withLabels(labels)
                .endMetadata()
                .build();
    }

    synchronized void shown(Pod pod) {
        shown = pod;
    }

    /** How a pod differs from all that was ever asked for: the watch may still tell of the labels that it had before. */
    synchronized Optional<String> strangeness(Pod pod) {
        boolean known = formerly.stream()
                .anyMatch(before -> Readback.changes(before, pod).isEmpty());
        return known ? Optional.empty() : Readback.changes(now, pod);
    }

    /** How the pod that was last shown differs from what is asked for now; earlier labels count for nothing. */
    synchronized Optional<String> drift() {
        return shown == null ? Optional.empty() : Readback.changes(now, shown);
    }
}
