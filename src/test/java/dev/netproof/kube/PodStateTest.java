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
    void aNewPodIsComing() {
        assertThat(PodState.of(pod("{phase: Pending}"))).isInstanceOf(PodState.Coming.class);
        assertThat(container("{waiting: {reason: ContainerCreating}}")).isInstanceOf(PodState.Coming.class);
    }

    @Test
    void aContainerThatRunsIsRunning() {
        assertThat(container("{running: {}}")).isInstanceOf(PodState.Running.class);
    }

    @Test
    void aPullThatFailedIsOver() {
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
    void thePullsThatTheKubeletHeldBackComeLater() {
        assertThat(container("{waiting: {reason: ErrImagePull, message: pull QPS exceeded}}"))
                .isInstanceOf(PodState.Coming.class);
    }

    @Test
    void aContainerThatEndedLeavesALog() {
        assertThat(container("{terminated: {exitCode: 137, reason: OOMKilled}}"))
                .isInstanceOfSatisfying(PodState.Over.class, over -> {
                    assertThat(over.spoke()).isEqualTo(PodState.Log.WRITTEN);
                    assertThat(over.why()).contains("137 (OOMKilled)");
                });
    }

    @Test
    void reasonsOfThePodGoFirst() {
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
    void noNodeMayBeThereLater() {
        assertThat(PodState.of(pod(
                        "{conditions: [{type: PodScheduled, status: 'False', reason: Unschedulable, message: 0/2}]}")))
                .isEqualTo(new PodState.Unschedulable("0/2"));
    }

    @Test
    void deletedBySomebodyIsOver() {
        Pod deleted = pod("{containerStatuses: [{name: probe, state: {running: {}}}]}");
        deleted.getMetadata().setDeletionTimestamp("2026-11-21T12:00:00Z");
        assertThat(PodState.of(deleted)).isInstanceOf(PodState.Over.class);
    }
}
