package dev.netproof.kube;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class UnreadTest {
    private final KubernetesSerialization kinds = ApiServer.kinds();

    @Test
    void what_nobody_asks_for_is_skipped_and_what_stands_beside_it_is_read() {
        Pod pod = kinds.unmarshal("""
                {"apiVersion": "v1", "kind": "Pod",
                 "metadata": {"name": "db", "managedFields": [{"manager": "kubectl", "fieldsV1": {"f:spec": {}}}]},
                 "spec": {"volumes": [{"name": "data", "hostPath": {"path": "/"}}], "serviceAccountName": "db",
                          "containers": [{"name": "c", "env": [{"name": "A"}], "command": ["sleep"]}]}}
                """, Pod.class);

        assertThat(pod.getMetadata().getName()).isEqualTo("db");
        assertThat(pod.getMetadata().getManagedFields()).isEmpty();
        assertThat(pod.getSpec().getServiceAccountName()).isEqualTo("db");
        assertThat(pod.getSpec().getVolumes()).isEmpty();
        assertThat(pod.getSpec().getContainers().get(0).getEnv()).hasSize(1);
        assertThat(pod.getSpec().getContainers().get(0).getCommand()).containsExactly("sleep");
        assertThat(pod.getSpec().getAdditionalProperties()).isEmpty();
    }

    @Test
    void whatever_admission_adds_to_a_pod_is_seen_though_not_in_full() {
        Pod asked = kinds.unmarshal(pod("", ""), Pod.class);

        assertThat(Readback.changes(asked, asked)).isEmpty();
        assertThat(added("\"lifecycle\": {\"postStart\": {\"exec\": {\"command\": [\"sh\"]}}}"))
                .hasValueSatisfying(
                        change -> assertThat(change).contains("a lifecycle hook or an exec probe was added"));
        assertThat(added("\"lifecycle\": {\"preStop\": {\"sleep\": {\"seconds\": 1}}}"))
                .hasValueSatisfying(
                        change -> assertThat(change).contains("a lifecycle hook or an exec probe was added"));
        assertThat(added("\"livenessProbe\": {\"exec\": {\"command\": [\"sh\"]}}"))
                .hasValueSatisfying(
                        change -> assertThat(change).contains("a lifecycle hook or an exec probe was added"));
        assertThat(added("\"envFrom\": [{\"configMapRef\": {\"name\": \"settings\"}}]"))
                .hasValueSatisfying(change -> assertThat(change).contains("envFrom was added"));
        assertThat(added("\"env\": [{\"name\": \"LD_PRELOAD\", \"valueFrom\": {\"secretKeyRef\": {\"name\": \"s\"}}}]"))
                .hasValueSatisfying(change -> assertThat(change).contains("LD_PRELOAD was added"));
        assertThat(added("\"env\": [{\"name\": \"ROUNDS\", \"valueFrom\": {\"fieldRef\": {\"fieldPath\": \"x\"}}}]"))
                .hasValueSatisfying(change -> assertThat(change).contains("ROUNDS was changed"));
        assertThat(added("\"volumeMounts\": [{\"name\": \"v\", \"mountPath\": \"/etc/hosts\"}]"))
                .hasValueSatisfying(change -> assertThat(change).contains("mounted at /etc/hosts"));
        assertThat(Readback.changes(
                        asked,
                        kinds.unmarshal(
                                pod("", ", \"ephemeralContainers\": [{\"name\": \"debugger\", \"image\": \"x\"}]"),
                                Pod.class)))
                .hasValueSatisfying(change -> assertThat(change).contains("ephemeral container debugger was added"));
    }

    private Optional<String> added(String toTheContainer) {
        return Readback.changes(
                kinds.unmarshal(
                        pod(
                                toTheContainer.contains("ROUNDS")
                                        ? ", \"env\": [{\"name\": \"ROUNDS\", \"value\": \"3\"}]"
                                        : "",
                                ""),
                        Pod.class),
                kinds.unmarshal(pod(", " + toTheContainer, ""), Pod.class));
    }

    private static String pod(String inTheContainer, String inTheSpec) {
        return """
                {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "probe"},
                 "spec": {"securityContext": {},
                          "containers": [{"name": "%s", "image": "curl", "command": ["sh"]%s}]%s}}
                """.formatted(PodShape.CONTAINER, inTheContainer, inTheSpec);
    }

    @Test
    void what_is_written_keeps_everything() {
        Pod pod = new PodBuilder()
                .withNewSpec()
                .addNewContainer()
                .addNewEnv()
                .withName("ROUNDS")
                .withValue("3")
                .endEnv()
                .endContainer()
                .addNewVolume()
                .withName("data")
                .endVolume()
                .withNewSecurityContext()
                .withNewSeccompProfile()
                .withType("RuntimeDefault")
                .endSeccompProfile()
                .endSecurityContext()
                .endSpec()
                .build();

        assertThat(kinds.asJson(pod)).contains("ROUNDS", "data", "RuntimeDefault");
    }

    @Test
    void every_field_of_the_list_exists() {
        Unread.FIELDS.forEach((type, names) -> {
            Set<String> fields = Arrays.stream(type.getDeclaredFields())
                    .map(field -> field.getAnnotation(JsonProperty.class))
                    .filter(annotation -> annotation != null)
                    .map(JsonProperty::value)
                    .collect(Collectors.toSet());
            assertThat(fields).as(type.getSimpleName()).containsAll(names);
        });
    }
}
