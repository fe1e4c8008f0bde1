package dev.netproof.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.netproof.live.LiveCluster.Started;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * After a SIGKILL in the middle of an enforcement check its pods end by their deadline, and clean removes what is left. Waits for that
 * deadline, so that it is one of the long suites; KilledIT does the same for a run.
 */
@Timeout(value = 4, unit = TimeUnit.MINUTES)
@EnabledIfSystemProperty(named = "netproof.full", matches = "true")
final class EnforcementKilledIT {
    @RegisterExtension
    static final LiveCluster LIVE = LiveCluster.with("enforcement-killed");

    @Test
    void ends_by_its_deadline_and_is_cleaned_up() throws Exception {
        LIVE.apply(Manifests.client("bystander"), Manifests.admits("bystander", "nobody"));
        LIVE.awaitReady();
        Started started = LIVE.begin("enforcement", "--timeout=45s", "--namespace=" + LIVE.namespace());
        Awaitility.await("its policies")
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(100))
                .until(() -> {
                    assertThat(started.process().isAlive()).as(started.err()).isTrue();
                    return own().anyMatch(one -> one.getKind().equals("NetworkPolicy"));
                });
        started.process().destroyForcibly();
        assertThat(started.process().waitFor(10, TimeUnit.SECONDS)).isTrue();

        // The anchor is gated and never runs.
        assertThat(pods())
                .filteredOn(pod -> pod.getSpec().getSchedulingGates().isEmpty())
                .isNotEmpty()
                .extracting(pod -> pod.getSpec().getActiveDeadlineSeconds())
                .as("the time that was given and a minute")
                .containsOnly(105L);
        assertThat(LIVE.command("clean", "-n", LIVE.namespace()).out())
                .as("before the deadline it might be somebody's live run")
                .startsWith("0 removed");
        Awaitility.await("the end of all its pods")
                .atMost(Duration.ofSeconds(140))
                .pollInterval(Duration.ofSeconds(1))
                .until(() -> pods().stream()
                        .noneMatch(pod -> "Running".equals(pod.getStatus().getPhase())));
        List<String> left = own().map(one -> one.getKind()).distinct().toList();
        assertThat(left).contains("Pod", "NetworkPolicy", "Service");

        assertThat(LIVE.command("clean", "-n", LIVE.namespace()).out()).doesNotStartWith("0 removed");

        assertThat(own().map(one -> one.getKind() + " " + one.getMetadata().getName()))
                .isEmpty();
        assertThat(LIVE.client()
                        .network()
                        .v1()
                        .networkPolicies()
                        .inNamespace(LIVE.namespace())
                        .list()
                        .getItems())
                .as("policies of others stay")
                .isNotEmpty();
        LIVE.podOf("bystander");
    }

    private static List<Pod> pods() {
        return LIVE.client()
                .pods()
                .inNamespace(LIVE.namespace())
                .withLabel(LiveCluster.ROLE)
                .list()
                .getItems();
    }

    /** Everything of netproof's in the namespace. */
    private static Stream<HasMetadata> own() {
        return Stream.of(
                        pods(),
                        LIVE.client()
                                .network()
                                .v1()
                                .networkPolicies()
                                .inNamespace(LIVE.namespace())
                                .withLabel(LiveCluster.ROLE)
                                .list()
                                .getItems(),
                        LIVE.client()
                                .services()
                                .inNamespace(LIVE.namespace())
                                .withLabel(LiveCluster.ROLE)
                                .list()
                                .getItems())
                .flatMap(List::stream);
    }
}
