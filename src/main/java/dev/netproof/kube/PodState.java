package dev.netproof.kube;

import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStateWaiting;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodStatus;
import java.util.Optional;
import java.util.Set;

/** What a probe pod's status comes down to. */
sealed interface PodState {
    /** Nothing is wrong yet. */
    record Coming() implements PodState {}

    /** The scheduler found no node, which may change. */
    record Unschedulable(String message) implements PodState {}

    record Running() implements PodState {}

    /**
     * It will say nothing more.
     *
     * @param spoke whether its container ran, so that there is a log
     */
    record Over(Log spoke, String why, String fix) implements PodState {}

    /** It went, and nobody here told it to. */
    Over DELETED = new Over(Log.NONE, "the probe pod was deleted by somebody else", "run again");

    /** Whether a pod that is over left a log. */
    enum Log {
        WRITTEN,
        NONE
    }

    /** Reasons for waiting that do not pass by themselves in the time of a run. */
    Set<String> HOPELESS = Set.of(
            "ErrImagePull",
            "ImagePullBackOff",
            "InvalidImageName",
            "ErrImageNeverPull",
            "ImageInspectError",
            "RegistryUnavailable",
            "CreateContainerConfigError",
            "CreateContainerError",
            "RunContainerError",
            "CrashLoopBackOff");

    static PodState of(Pod pod) {
        PodStatus status = pod.getStatus() == null ? new PodStatus() : pod.getStatus();
        Optional<ContainerState> container = status.getContainerStatuses().stream()
                .filter(candidate -> candidate.getName().equals(PodShape.CONTAINER))
                .findFirst()
                .map(ContainerStatus::getState);
        Optional<ContainerStateTerminated> ended = container.map(ContainerState::getTerminated);
        boolean running = container.map(ContainerState::getRunning).isPresent();
        Log log = running || ended.isPresent() ? Log.WRITTEN : Log.NONE;
        if (pod.getMetadata().getDeletionTimestamp() != null) {
            String reason = status.getConditions().stream()
                    .filter(condition -> condition.getType().equals("DisruptionTarget"))
                    .findFirst()
                    .map(condition -> ": " + condition.getReason())
                    .orElse("");
            return new Over(log, "the probe pod was deleted by somebody else" + reason, "run again");
        }
        String phase = Optional.ofNullable(status.getPhase()).orElse("");
        if (phase.equals("Failed") || phase.equals("Succeeded") || ended.isPresent()) {
            return over(pod, status, ended, log);
        }
        if (running) {
            return new Running();
        }
        Optional<ContainerStateWaiting> waiting = container.map(ContainerState::getWaiting);
        if (waiting.isPresent() && hopeless(waiting.get())) {
            return new Over(Log.NONE, waitingWhy(pod, waiting.get()), waitingFix(pod, waiting.get()));
        }
        return status.getConditions().stream()
                .filter(condition -> condition.getType().equals("PodScheduled")
                        && "False".equals(condition.getStatus())
                        && "Unschedulable".equals(condition.getReason()))
                .findFirst()
                .<PodState>map(PodState::unschedulable)
                .orElseGet(Coming::new);
    }

    private static PodState unschedulable(PodCondition condition) {
        return new Unschedulable(
                Redaction.of(Optional.ofNullable(condition.getMessage()).orElse("no node fits")));
    }

    private static boolean hopeless(ContainerStateWaiting waiting) {
        // The kubelet's own limit on pulls per second passes; everything else that keeps an image away does not.
        return HOPELESS.contains(String.valueOf(waiting.getReason()))
                && !String.valueOf(waiting.getMessage()).contains("QPS exceeded");
    }

    private static String waitingWhy(Pod pod, ContainerStateWaiting waiting) {
        return "the probe pod cannot start on node " + pod.getSpec().getNodeName() + ": " + waiting.getReason()
                + Optional.ofNullable(waiting.getMessage())
                        .map(message -> ": " + Redaction.of(message))
                        .orElse("");
    }

    private static String waitingFix(Pod pod, ContainerStateWaiting waiting) {
        String reason = String.valueOf(waiting.getReason());
        String image = pod.getSpec().getContainers().get(0).getImage();
        return reason.contains("Image") || reason.contains("Registry")
                ? "the nodes must be able to pull " + image + ": name a mirror, pull secrets or other images"
                : "see kubectl describe pod " + pod.getMetadata().getName() + " -n "
                        + pod.getMetadata().getNamespace();
    }

    private static PodState over(Pod pod, PodStatus status, Optional<ContainerStateTerminated> ended, Log log) {
        String reason = Optional.ofNullable(status.getReason()).orElse("");
        String message = Optional.ofNullable(status.getMessage())
                .map(text -> ": " + Redaction.of(text))
                .orElse("");
        switch (reason) {
            case "DeadlineExceeded" -> {
                return new Over(
                        log, "the probe pod reached the end of its lifetime", "give the run more time: --timeout");
            }
            case "Evicted", "Preempting", "NodeLost", "NodeShutdown", "Terminated", "Shutdown" -> {
                return new Over(log, "the probe pod was ended: " + reason + message, "run again");
            }
            case "" -> {
                // The container says more.
            }
            default -> {
                return new Over(
                        log,
                        "node " + pod.getSpec().getNodeName() + " rejected the probe pod: " + reason + message,
                        "make room on the node, or choose other nodes for the source");
            }
        }
        String how = ended.map(end -> "ended with " + end.getExitCode()
                        + Optional.ofNullable(end.getReason())
                                .map(text -> " (" + text + ")")
                                .orElse("")
                        + Optional.ofNullable(end.getMessage())
                                .filter(text -> !text.isBlank())
                                .map(text -> ": " + Redaction.of(text.strip()))
                                .orElse(""))
                .orElse("ended");
        return new Over(
                log,
                "the probe's container " + how,
                "run again; if it persists, the image may lack what a probe needs");
    }
}
