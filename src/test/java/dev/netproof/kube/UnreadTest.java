package dev.netproof.kube;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.Arrays;
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
        // What admission may change is read: the comparison with what was asked for goes by it.
        assertThat(pod.getSpec().getVolumes()).hasSize(1);
        assertThat(pod.getSpec().getContainers().get(0).getEnv()).hasSize(1);
        assertThat(pod.getSpec().getContainers().get(0).getCommand()).containsExactly("sleep");
        assertThat(pod.getSpec().getAdditionalProperties()).isEmpty();
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
