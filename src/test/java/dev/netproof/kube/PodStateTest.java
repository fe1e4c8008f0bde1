package dev.netproof.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import org.junit.jupiter.api.Test;

final class PodStateTest {
    private static Pod pod(String status) {
        Pod read = Serialization.unmarshal("status: " + status, Pod.class);
        return new PodBuilder()
                .withNewMetadata()
                .withName("np-1")
                .withNamespace("shop")
                .endMetadata()
                .withNewSpec()
                .withNodeName("node1")
                .addNewContainer()
                .withName(PodShape.CONTAINER)
                .withImage("curl:8")
                .endContainer()
                .endSpec()
                .withStatus(read.getStatus())
                .build();
    }

    private static PodState container(String state) {
        return PodState.of(pod("{containerStatuses: [{name: probe, state: " + state + "}]}"));
    }

    @Test
    void a_new_pod_is_coming() {
        assertThat(PodState.of(pod("{phase: Pending}"))).isInstanceOf(PodState.Coming.class);
        assertThat(container("{waiting: {reason: ContainerCreating}}")).isInstanceOf(PodState.Coming.class);
    }

    @Test
    void a_container_that_runs_is_running() {
        assertThat(container("{running: {}}")).isInstanceOf(PodState.Running.class);
    }

    @Test
    void a_pull_that_failed_is_over() {
        assertThat(container("{waiting: {reason: ErrImagePull, message: manifest unknown}}"))
                .isInstanceOfSatisfying(PodState.Over.class, over -> {
                    assertThat(over.spoke()).isEqualTo(PodState.Log.NONE);
                    assertThat(over.why())
                            .contains("ErrImagePull: manifest unknown")
                            .contains("node1");
                    assertThat(over.fix()).contains("curl:8").contains("mirror");
                });
    }

    @Test
    void the_pulls_that_the_kubelet_held_back_come_later() {
        assertThat(container("{waiting: {reason: ErrImagePull, message: pull QPS exceeded}}"))
                .isInstanceOf(PodState.Coming.class);
    }

    @Test
    void a_container_that_ended_leaves_a_log() {
        assertThat(container("{terminated: {exitCode: 137, reason: OOMKilled}}"))
                .isInstanceOfSatisfying(PodState.Over.class, over -> {
                    assertThat(over.spoke()).isEqualTo(PodState.Log.WRITTEN);
                    assertThat(over.why()).contains("137 (OOMKilled)");
                });
    }

    @Test
    void reasons_of_the_pod_go_first() {
        assertThat(PodState.of(pod("{phase: Failed, reason: DeadlineExceeded}")))
                .isInstanceOfSatisfying(
                        PodState.Over.class, over -> assertThat(over.fix()).contains("--timeout"));
        assertThat(PodState.of(pod("{phase: Failed, reason: Evicted, message: low on memory}")))
                .isInstanceOfSatisfying(
                        PodState.Over.class, over -> assertThat(over.why()).contains("Evicted: low on memory"));
        assertThat(PodState.of(pod("{phase: Failed, reason: OutOfcpu, message: no room}")))
                .isInstanceOfSatisfying(
                        PodState.Over.class, over -> assertThat(over.why()).contains("rejected"));
    }

    @Test
    void no_node_may_be_there_later() {
        assertThat(PodState.of(pod(
                        "{conditions: [{type: PodScheduled, status: 'False', reason: Unschedulable, message: 0/2}]}")))
                .isEqualTo(new PodState.Unschedulable("0/2"));
    }

    @Test
    void deleted_by_somebody_is_over() {
        Pod deleted = pod("{containerStatuses: [{name: probe, state: {running: {}}}]}");
        deleted.getMetadata().setDeletionTimestamp("2026-11-21T12:00:00Z");
        assertThat(PodState.of(deleted)).isInstanceOf(PodState.Over.class);
    }
}
