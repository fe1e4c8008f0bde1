package dev.netproof.kube;

import dev.netproof.model.WorkloadKind;
import dev.netproof.plan.ClusterFacts.Owner;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Which workload of a namespace made a pod. A Deployment makes pods through its ReplicaSets, and a CronJob through its Jobs; where
 * those may not be listed, their names say it.
 */
final class Owners {
    /** Where only the pods were read. */
    static final Owners NONE = new Owners(Map.of());

    private static final String HASH = "pod-template-hash";

    /** By the uid of the object in between: who owns that. */
    private final Map<String, Optional<OwnerReference>> between;

    private Owners(Map<String, Optional<OwnerReference>> between) {
        this.between = between;
    }

    static Owners of(List<ReplicaSet> sets, List<Job> jobs) {
        Map<String, Optional<OwnerReference>> between = new HashMap<>();
        sets.forEach(set -> between.put(set.getMetadata().getUid(), controller(set)));
        jobs.forEach(job -> between.put(job.getMetadata().getUid(), controller(job)));
        return new Owners(between);
    }

    /** The nearest first. */
    List<Owner> of(Pod pod) {
        return controller(pod)
                .map(owner -> switch (owner.getKind()) {
                    case "ReplicaSet" -> deployment(pod, owner).stream().toList();
                    case "StatefulSet" -> List.of(new Owner(WorkloadKind.STATEFUL_SET, owner.getName()));
                    case "DaemonSet" -> List.of(new Owner(WorkloadKind.DAEMON_SET, owner.getName()));
                    case "Job" ->
                        Stream.concat(
                                        Stream.of(new Owner(WorkloadKind.JOB, owner.getName())),
                                        above(owner, "CronJob", WorkloadKind.CRON_JOB).stream())
                                .toList();
                    default -> List.<Owner>of();
                })
                .orElse(List.of());
    }

    private Optional<Owner> deployment(Pod pod, OwnerReference set) {
        if (between.containsKey(set.getUid())) {
            return above(set, "Deployment", WorkloadKind.DEPLOYMENT);
        }
        // A Deployment names its ReplicaSets after itself and the hash of the template, which their pods carry.
        return Optional.ofNullable(pod.getMetadata().getLabels())
                .map(labels -> "-" + labels.get(HASH))
                .filter(ending -> set.getName().endsWith(ending))
                .map(ending -> set.getName().substring(0, set.getName().length() - ending.length()))
                .map(name -> new Owner(WorkloadKind.DEPLOYMENT, name));
    }

    private Optional<Owner> above(OwnerReference owned, String kind, WorkloadKind as) {
        return between.getOrDefault(owned.getUid(), Optional.empty())
                .filter(owner -> owner.getKind().equals(kind))
                .map(owner -> new Owner(as, owner.getName()));
    }

    private static Optional<OwnerReference> controller(HasMetadata object) {
        return object.getMetadata().getOwnerReferences().stream()
                .filter(reference -> Boolean.TRUE.equals(reference.getController()))
                .findFirst();
    }
}
