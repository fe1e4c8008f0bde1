package dev.netproof.plan;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Labels that controllers write on the pods they make, beside those of the template.
 *
 * @see <a href="https://kubernetes.io/docs/reference/labels-annotations-taints/">Well-known labels</a>
 */
final class ControllerLabels {
    private static final String POD_NAME = "statefulset.kubernetes.io/pod-name";
    private static final String POD_INDEX = "apps.kubernetes.io/pod-index";
    private static final String JOB_NAME = "batch.kubernetes.io/job-name";
    private static final String OLD_JOB_NAME = "job-name";
    private static final String JOB_UID = "batch.kubernetes.io/controller-uid";
    private static final String OLD_JOB_UID = "controller-uid";

    /** Nobody can know their values before the pods are there, so that no policy names one on purpose. */
    private static final Set<String> HASHES = Set.of(
            "pod-template-hash",
            "rollouts-pod-template-hash",
            "controller-revision-hash",
            "pod-template-generation",
            JOB_UID,
            OLD_JOB_UID);

    /** They say which of its siblings a pod is, or which Job made it. Their values are known beforehand, so that a policy may name one. */
    private static final Set<String> NAMES =
            Set.of(POD_NAME, POD_INDEX, "batch.kubernetes.io/job-completion-index", JOB_NAME, OLD_JOB_NAME);

    private ControllerLabels() {}

    /** Whether a controller tells the pods of one template from those of the next by it. */
    static boolean isHash(String key) {
        return HASHES.contains(key);
    }

    /** Whether a controller wrote it, and not the author of the template. */
    static boolean isWritten(String key) {
        return isHash(key) || NAMES.contains(key);
    }

    /**
     * The labels for a probe that takes after this pod: without what controllers wrote, unless a policy may read it. Controllers, Services
     * of single pods and disruption budgets go by such labels, and need not see one pod more.
     */
    static Map<String, String> without(Map<String, String> labels, LabelReads reads) {
        Map<String, String> kept = new HashMap<>(labels);
        kept.keySet()
                .removeIf(key -> !reads.names(key)
                        && (isHash(key) || (NAMES.contains(key) && reads.extent() == LabelReads.Extent.THESE)));
        return kept;
    }

    /**
     * The labels of the next pod of a template, as far as a policy may read them: those of the template and what the controller will add.
     */
    static Map<String, String> next(ClusterFacts.Workload workload, LabelReads reads) {
        Map<String, String> labels = new HashMap<>(without(workload.templateLabels(), reads));
        added(workload).forEach((key, value) -> {
            if (reads.names(key) || reads.extent() == LabelReads.Extent.ANY) {
                labels.putIfAbsent(key, value);
            }
        });
        return labels;
    }

    private static Map<String, String> added(ClusterFacts.Workload workload) {
        return switch (workload.kind()) {
            case STATEFUL_SET -> Map.of(POD_NAME, workload.name() + "-0", POD_INDEX, "0");
            // A CronJob's Job is named after its time.
            case CRON_JOB -> Map.of(JOB_NAME, workload.name() + "-0", OLD_JOB_NAME, workload.name() + "-0");
            case DEPLOYMENT, DAEMON_SET, JOB -> Map.of();
        };
    }
}
