package dev.netproof.kube;

import static org.assertj.core.api.Assertions.assertThat;

import dev.netproof.model.WorkloadKind;
import dev.netproof.plan.ClusterFacts.Owner;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OwnersTest {
    private static final String CONTROLLER = "ownerReferences: [{kind: %s, name: %s, uid: u0, controller: true}]";

    @ParameterizedTest
    @CsvSource({"StatefulSet, STATEFUL_SET", "DaemonSet, DAEMON_SET", "Job, JOB"})
    void a_workload_owns_the_pods_that_it_controls(String kind, WorkloadKind known) {
        assertThat(Owners.NONE.of(pod("{app: x}", kind, "x"))).containsExactly(new Owner(known, "x"));
    }

    @Test
    void a_deployment_owns_the_pods_of_its_replica_sets() {
        assertThat(Owners.of(List.of(set("web-5d", "Deployment", "web")), List.of())
                        .of(pod("{app: x}", "ReplicaSet", "web-5d")))
                .containsExactly(new Owner(WorkloadKind.DEPLOYMENT, "web"));
    }

    @Test
    void a_replica_set_of_another_kind_of_workload_makes_them_nobodys() {
        assertThat(Owners.of(List.of(set("web-5d", "Rollout", "web")), List.of())
                        .of(pod("{pod-template-hash: 5d}", "ReplicaSet", "web-5d")))
                .isEmpty();
    }

    @Test
    void where_replica_sets_may_not_be_listed_their_names_say_whose_they_are() {
        assertThat(Owners.NONE.of(pod("{pod-template-hash: 5d}", "ReplicaSet", "web-api-5d")))
                .containsExactly(new Owner(WorkloadKind.DEPLOYMENT, "web-api"));
        assertThat(Owners.NONE.of(pod("{app: x}", "ReplicaSet", "web-5d"))).isEmpty();
    }

    @Test
    void a_cron_job_owns_the_pods_of_its_jobs_and_so_do_they() {
        Job job = Serialization.unmarshal(
                "metadata: {name: nightly-1, " + CONTROLLER.formatted("CronJob", "nightly") + "}", Job.class);

        assertThat(Owners.of(List.of(), List.of(job)).of(pod("{app: x}", "Job", "nightly-1")))
                .containsExactly(new Owner(WorkloadKind.JOB, "nightly-1"), new Owner(WorkloadKind.CRON_JOB, "nightly"));
    }

    @Test
    void what_only_refers_to_a_pod_owns_nothing() {
        Pod pod = Serialization.unmarshal(
                "metadata: {name: x, ownerReferences: [{kind: StatefulSet, name: x, uid: u1}]}", Pod.class);

        assertThat(Owners.NONE.of(pod)).isEmpty();
    }

    private static Pod pod(String labels, String kind, String name) {
        return Serialization.unmarshal(
                "metadata: {name: p, labels: " + labels + ", " + CONTROLLER.formatted(kind, name) + "}", Pod.class);
    }

    private static ReplicaSet set(String name, String kind, String owner) {
        return Serialization.unmarshal(
                "metadata: {name: " + name + ", " + CONTROLLER.formatted(kind, owner) + "}", ReplicaSet.class);
    }
}
