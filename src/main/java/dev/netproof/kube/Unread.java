package dev.netproof.kube;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.cfg.MapperConfig;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.EnvFromSource;
import io.fabric8.kubernetes.api.model.EnvVarSource;
import io.fabric8.kubernetes.api.model.EphemeralContainer;
import io.fabric8.kubernetes.api.model.Lifecycle;
import io.fabric8.kubernetes.api.model.NodeSpec;
import io.fabric8.kubernetes.api.model.NodeStatus;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.ReplicationController;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.DaemonSetSpec;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentSpec;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetSpec;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscalerSpec;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobSpec;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.util.Map;
import java.util.Set;

/**
 * What API objects say and netproof never asks them: skipped when they are read, so that hundreds of classes for volumes, metrics
 * and strategies need not be loaded and taken to pieces before the first probe. What is written keeps everything. To read
 * one of these, take it out of the list.
 */
final class Unread extends JacksonAnnotationIntrospector {
    private static final long serialVersionUID = 1L;

    private static final Set<String> STATUS = Set.of("status");

    static final Map<Class<?>, Set<String>> FIELDS = Map.ofEntries(
            Map.entry(ObjectMeta.class, Set.of("managedFields")),
            // Mounts are read, not what is mounted.
            Map.entry(
                    PodSpec.class,
                    Set.of("volumes", "topologySpreadConstraints", "resourceClaims", "schedulingGroup", "resources")),
            Map.entry(Container.class, Set.of("volumeDevices", "resizePolicy", "restartPolicyRules")),
            // Of these it counts that they are there.
            Map.entry(
                    EphemeralContainer.class,
                    Set.of(
                            "env",
                            "envFrom",
                            "lifecycle",
                            "livenessProbe",
                            "ports",
                            "readinessProbe",
                            "resizePolicy",
                            "resources",
                            "restartPolicyRules",
                            "securityContext",
                            "startupProbe",
                            "volumeDevices",
                            "volumeMounts")),
            Map.entry(Lifecycle.class, Set.of("postStart", "preStop")),
            Map.entry(EnvFromSource.class, Set.of("configMapRef", "secretRef")),
            Map.entry(
                    EnvVarSource.class,
                    Set.of("configMapKeyRef", "fieldRef", "fileKeyRef", "resourceFieldRef", "secretKeyRef")),
            Map.entry(Affinity.class, Set.of("podAffinity", "podAntiAffinity")),
            Map.entry(
                    PodStatus.class,
                    Set.of(
                            "ephemeralContainerStatuses",
                            "resourceClaimStatuses",
                            "extendedResourceClaimStatus",
                            "resources")),
            Map.entry(
                    ContainerStatus.class,
                    Set.of("allocatedResourcesStatus", "resources", "user", "volumeMounts", "allocatedResources")),
            Map.entry(NodeSpec.class, Set.of("configSource")),
            Map.entry(
                    NodeStatus.class,
                    Set.of(
                            "config",
                            "daemonEndpoints",
                            "features",
                            "images",
                            "runtimeHandlers",
                            "volumesAttached",
                            "volumesInUse")),
            Map.entry(DeploymentSpec.class, Set.of("strategy")),
            Map.entry(DaemonSetSpec.class, Set.of("updateStrategy")),
            Map.entry(
                    StatefulSetSpec.class,
                    Set.of(
                            "ordinals",
                            "persistentVolumeClaimRetentionPolicy",
                            "updateStrategy",
                            "volumeClaimTemplates")),
            Map.entry(JobSpec.class, Set.of("podFailurePolicy", "successPolicy")),
            Map.entry(HorizontalPodAutoscalerSpec.class, Set.of("behavior", "metrics")),
            Map.entry(Service.class, STATUS),
            Map.entry(Deployment.class, STATUS),
            Map.entry(DaemonSet.class, STATUS),
            Map.entry(StatefulSet.class, STATUS),
            Map.entry(ReplicaSet.class, STATUS),
            Map.entry(ReplicationController.class, STATUS),
            Map.entry(Job.class, STATUS),
            Map.entry(HorizontalPodAutoscaler.class, STATUS),
            Map.entry(PodDisruptionBudget.class, STATUS));

    @Override
    public JsonIgnoreProperties.Value findPropertyIgnoralByName(MapperConfig<?> config, Annotated annotated) {
        JsonIgnoreProperties.Value known = super.findPropertyIgnoralByName(config, annotated);
        Set<String> fields = FIELDS.getOrDefault(annotated.getRawType(), Set.of());
        return fields.isEmpty()
                ? known
                : known.withOverrides(
                        JsonIgnoreProperties.Value.forIgnoredProperties(fields).withAllowGetters());
    }
}
