package dev.netproof.kube;

import dev.netproof.evidence.ProbeEvent;
import dev.netproof.model.PortRef;
import dev.netproof.model.Protocol;
import dev.netproof.model.WorkloadKind;
import dev.netproof.plan.ClusterFacts;
import dev.netproof.plan.ClusterFacts.Readiness;
import dev.netproof.plan.ClusterFacts.Serving;
import dev.netproof.plan.ClusterFacts.Stage;
import dev.netproof.plan.NodeAffinity;
import dev.netproof.plan.Selector;
import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeSelectorRequirement;
import io.fabric8.kubernetes.api.model.NodeSelectorTerm;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodIP;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceSpec;
import io.fabric8.kubernetes.api.model.Taint;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.batch.v1.CronJob;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointConditions;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Turns the API's objects into facts. */
final class Facts {
    private static final String DEFAULT_ACCOUNT = "default";

    private Facts() {}

    static ClusterFacts.Pod pod(Pod pod, Owners owners) {
        PodStatus status = pod.getStatus() == null ? new PodStatus() : pod.getStatus();
        PodSpec spec = pod.getSpec();
        List<String> ips = status.getPodIPs().isEmpty()
                ? Stream.ofNullable(status.getPodIP()).toList()
                : status.getPodIPs().stream().map(PodIP::getIp).toList();
        return new ClusterFacts.Pod(
                pod.getMetadata().getNamespace(),
                pod.getMetadata().getName(),
                pod.getMetadata().getUid(),
                labels(pod.getMetadata()),
                ips,
                text(spec.getNodeName()),
                readiness(pod.getMetadata(), status),
                Stream.concat(status.getContainerStatuses().stream(), status.getInitContainerStatuses().stream())
                        .mapToInt(container -> number(restarts(container), 0))
                        .sum(),
                containers(spec)
                        .flatMap(container -> container.getPorts().stream())
                        .map(port -> new ClusterFacts.ContainerPort(
                                text(port.getName()), port.getContainerPort(), protocol(port.getProtocol())))
                        .toList(),
                containers(spec).flatMap(container -> probe(container).stream()).toList(),
                network(spec),
                text(spec.getServiceAccountName()).filter(name -> !name.equals(DEFAULT_ACCOUNT)),
                owners.of(pod),
                stage(pod.getMetadata(), status));
    }

    private static Stage stage(ObjectMeta metadata, PodStatus status) {
        if (isFinished(status)) {
            return Stage.FINISHED;
        }
        return metadata.getDeletionTimestamp() == null ? Stage.LIVE : Stage.TERMINATING;
    }

    private static boolean isFinished(PodStatus status) {
        return "Succeeded".equals(status.getPhase()) || "Failed".equals(status.getPhase());
    }

    static ClusterFacts.Network network(PodSpec spec) {
        return Boolean.TRUE.equals(spec.getHostNetwork()) ? ClusterFacts.Network.NODE : ClusterFacts.Network.POD;
    }

    /** A probe pod of ours, as it runs. */
    static ProbeEvent.Instance instance(Pod pod) {
        PodStatus status = pod.getStatus() == null ? new PodStatus() : pod.getStatus();
        PodSpec spec = pod.getSpec();
        return new ProbeEvent.Instance(
                text(status.getPodIP()),
                new TreeMap<>(labels(pod.getMetadata())),
                text(spec.getServiceAccountName()).orElse(DEFAULT_ACCOUNT),
                spec.getContainers().stream()
                        .filter(container -> container.getName().equals(PodShape.CONTAINER))
                        .map(Container::getImage)
                        .findFirst()
                        .orElse(""),
                status.getContainerStatuses().stream()
                        .filter(container -> container.getName().equals(PodShape.CONTAINER))
                        .flatMap(container -> text(container.getImageID()).stream())
                        .findFirst());
    }

    private static @Nullable Integer restarts(ContainerStatus container) {
        return container.getRestartCount();
    }

    /** The containers that live as long as the pod: the ordinary ones, and init containers that stay as sidecars. */
    private static Stream<Container> containers(PodSpec spec) {
        return Stream.concat(
                spec.getContainers().stream(),
                spec.getInitContainers().stream().filter(container -> "Always".equals(container.getRestartPolicy())));
    }

    private static Readiness readiness(ObjectMeta metadata, PodStatus status) {
        if (metadata.getDeletionTimestamp() != null || isFinished(status)) {
            return Readiness.GONE;
        }
        return status.getConditions().stream()
                        .anyMatch(condition ->
                                condition.getType().equals("Ready") && "True".equals(condition.getStatus()))
                ? Readiness.READY
                : Readiness.NOT_READY;
    }

    private static Optional<ClusterFacts.KubeletProbe> probe(Container container) {
        Probe probe = container.getReadinessProbe();
        if (probe == null) {
            return Optional.empty();
        }
        Optional<IntOrString> port = Optional.empty();
        if (probe.getHttpGet() != null && text(probe.getHttpGet().getHost()).isEmpty()) {
            port = Optional.ofNullable(probe.getHttpGet().getPort());
        } else if (probe.getTcpSocket() != null
                && text(probe.getTcpSocket().getHost()).isEmpty()) {
            port = Optional.ofNullable(probe.getTcpSocket().getPort());
        }
        return port.flatMap(reference -> number(reference, container)).map(ClusterFacts.KubeletProbe::new);
    }

    private static Optional<Integer> number(IntOrString port, Container container) {
        Integer number = port.getIntVal();
        return number != null
                ? Optional.of(number)
                : container.getPorts().stream()
                        .filter(candidate -> Objects.equals(candidate.getName(), port.getStrVal()))
                        .map(ContainerPort::getContainerPort)
                        .findFirst();
    }

    static ClusterFacts.Service service(Service service, List<EndpointSlice> slices, Set<String> ownPods) {
        ServiceSpec spec = service.getSpec();
        List<String> ips = spec.getClusterIPs().isEmpty()
                ? Stream.ofNullable(spec.getClusterIP()).toList()
                : spec.getClusterIPs();
        return new ClusterFacts.Service(
                service.getMetadata().getNamespace(),
                service.getMetadata().getName(),
                Optional.ofNullable(spec.getSelector()).orElse(Map.of()),
                ips.stream().filter(ip -> !ip.isEmpty() && !ip.equals("None")).toList(),
                spec.getPorts().stream()
                        .map(port -> new ClusterFacts.ServicePort(
                                text(port.getName()),
                                port.getPort(),
                                target(port.getTargetPort(), port.getPort()),
                                protocol(port.getProtocol())))
                        .toList(),
                Boolean.TRUE.equals(spec.getPublishNotReadyAddresses())
                        ? ClusterFacts.Publishing.NOT_READY_TOO
                        : ClusterFacts.Publishing.READY_ONLY,
                slices.stream().flatMap(slice -> endpoints(slice, ownPods)).toList(),
                "Local".equals(spec.getInternalTrafficPolicy())
                        ? ClusterFacts.InternalTraffic.LOCAL
                        : ClusterFacts.InternalTraffic.CLUSTER,
                "ExternalName".equals(spec.getType()) ? text(spec.getExternalName()) : Optional.empty());
    }

    private static PortRef target(@Nullable IntOrString target, int port) {
        if (target == null) {
            return new PortRef.Number(port);
        }
        Integer number = target.getIntVal();
        if (number != null) {
            return new PortRef.Number(number == 0 ? port : number);
        }
        return new PortRef.Name(target.getStrVal());
    }

    /** The API writes a slice without endpoints, and one without ports, as null. */
    private static Stream<ClusterFacts.Endpoint> endpoints(EndpointSlice slice, Set<String> ownPods) {
        return Stream.ofNullable(slice.getEndpoints())
                .flatMap(List::stream)
                .filter(endpoint -> pod(endpoint).filter(ownPods::contains).isEmpty())
                .flatMap(endpoint -> endpoint.getAddresses().stream()
                        .flatMap(ip -> Stream.ofNullable(slice.getPorts())
                                .flatMap(List::stream)
                                .filter(port -> port.getPort() != null)
                                .map(port -> new ClusterFacts.Endpoint(
                                        ip,
                                        pod(endpoint),
                                        text(endpoint.getNodeName()),
                                        serving(endpoint.getConditions()),
                                        text(port.getName()),
                                        port.getPort(),
                                        protocol(port.getProtocol())))));
    }

    private static Optional<String> pod(Endpoint endpoint) {
        return Optional.ofNullable(endpoint.getTargetRef())
                .filter(target -> "Pod".equals(target.getKind()))
                .flatMap(target -> text(target.getName()));
    }

    /** As kube-proxy reads it: an absent condition means ready, and serving. */
    private static Serving serving(@Nullable EndpointConditions conditions) {
        if (conditions == null || !Boolean.FALSE.equals(conditions.getReady())) {
            return Serving.READY;
        }
        return Boolean.TRUE.equals(conditions.getTerminating()) && !Boolean.FALSE.equals(conditions.getServing())
                ? Serving.WHILE_TERMINATING
                : Serving.NOT;
    }

    static ClusterFacts.Workload workload(Deployment deployment) {
        return workload(
                WorkloadKind.DEPLOYMENT,
                deployment.getMetadata(),
                deployment.getSpec().getSelector(),
                deployment.getSpec().getTemplate());
    }

    static ClusterFacts.Workload workload(StatefulSet set) {
        return workload(
                WorkloadKind.STATEFUL_SET,
                set.getMetadata(),
                set.getSpec().getSelector(),
                set.getSpec().getTemplate());
    }

    static ClusterFacts.Workload workload(DaemonSet set) {
        return workload(
                WorkloadKind.DAEMON_SET,
                set.getMetadata(),
                set.getSpec().getSelector(),
                set.getSpec().getTemplate());
    }

    static ClusterFacts.Workload workload(Job job) {
        return workload(
                WorkloadKind.JOB,
                job.getMetadata(),
                job.getSpec().getSelector(),
                job.getSpec().getTemplate());
    }

    /** A CronJob selects nothing by labels: it knows its Jobs. */
    static ClusterFacts.Workload workload(CronJob job) {
        return workload(
                WorkloadKind.CRON_JOB,
                job.getMetadata(),
                new LabelSelectorBuilder()
                        .addNewMatchExpression()
                        .withKey("controller-uid")
                        .withOperator("In")
                        .endMatchExpression()
                        .build(),
                job.getSpec().getJobTemplate().getSpec().getTemplate());
    }

    private static ClusterFacts.Workload workload(
            WorkloadKind kind, ObjectMeta metadata, LabelSelector selector, PodTemplateSpec template) {
        PodSpec spec = template.getSpec();
        return new ClusterFacts.Workload(
                kind,
                metadata.getNamespace(),
                metadata.getName(),
                selector(selector),
                template.getMetadata() == null ? Map.of() : labels(template.getMetadata()),
                text(spec.getServiceAccountName()).filter(name -> !name.equals(DEFAULT_ACCOUNT)),
                Optional.ofNullable(spec.getNodeSelector()).orElse(Map.of()),
                spec.getTolerations().stream()
                        .map(toleration -> new ClusterFacts.Toleration(
                                text(toleration.getKey()),
                                text(toleration.getOperator()),
                                text(toleration.getValue()),
                                text(toleration.getEffect()),
                                Optional.ofNullable(toleration.getTolerationSeconds())))
                        .toList(),
                Optional.ofNullable(spec.getAffinity())
                        .map(Affinity::getNodeAffinity)
                        .map(Facts::affinity)
                        .orElse(NodeAffinity.NONE),
                network(spec));
    }

    private static NodeAffinity affinity(io.fabric8.kubernetes.api.model.NodeAffinity affinity) {
        return new NodeAffinity(
                Optional.ofNullable(affinity.getRequiredDuringSchedulingIgnoredDuringExecution())
                        .map(required -> required.getNodeSelectorTerms().stream()
                                .map(Facts::term)
                                .toList())
                        .orElse(List.of()),
                affinity.getPreferredDuringSchedulingIgnoredDuringExecution().stream()
                        .map(preferred -> new NodeAffinity.Preference(
                                number(preferred.getWeight(), 1), term(preferred.getPreference())))
                        .toList());
    }

    private static NodeAffinity.Term term(NodeSelectorTerm term) {
        return new NodeAffinity.Term(requirements(term.getMatchExpressions()), requirements(term.getMatchFields()));
    }

    private static List<NodeAffinity.Requirement> requirements(List<NodeSelectorRequirement> requirements) {
        return requirements.stream()
                .map(one -> new NodeAffinity.Requirement(one.getKey(), one.getOperator(), one.getValues()))
                .toList();
    }

    static Selector selector(@Nullable LabelSelector selector) {
        if (selector == null) {
            return new Selector(Map.of(), List.of());
        }
        return new Selector(
                Optional.ofNullable(selector.getMatchLabels()).orElse(Map.of()),
                selector.getMatchExpressions().stream()
                        .map(requirement -> new Selector.Requirement(
                                requirement.getKey(),
                                switch (requirement.getOperator()) {
                                    case "In" -> Selector.Operator.IN;
                                    case "NotIn" -> Selector.Operator.NOT_IN;
                                    case "Exists" -> Selector.Operator.EXISTS;
                                    case "DoesNotExist" -> Selector.Operator.DOES_NOT_EXIST;
                                    default ->
                                        throw new IllegalStateException(
                                                "no such selector operator: " + requirement.getOperator());
                                },
                                requirement.getValues()))
                        .toList());
    }

    static ClusterFacts.Node node(Node node) {
        return new ClusterFacts.Node(node.getMetadata().getName(), unusable(node), labels(node.getMetadata()));
    }

    private static Optional<String> unusable(Node node) {
        Map<String, String> labels = labels(node.getMetadata());
        if ("virtual-kubelet".equals(labels.get("type"))) {
            return Optional.of("it is virtual");
        }
        String system = labels.getOrDefault("kubernetes.io/os", "linux");
        if (!system.equals("linux")) {
            return Optional.of("it runs " + system);
        }
        boolean ready = node.getStatus() != null
                && node.getStatus().getConditions().stream()
                        .anyMatch(condition ->
                                condition.getType().equals("Ready") && "True".equals(condition.getStatus()));
        if (!ready) {
            return Optional.of("it is not ready");
        }
        if (node.getSpec() == null) {
            return Optional.empty();
        }
        if (Boolean.TRUE.equals(node.getSpec().getUnschedulable())) {
            return Optional.of("it is cordoned");
        }
        return node.getSpec().getTaints().stream()
                .filter(taint -> !"PreferNoSchedule".equals(taint.getEffect()))
                .findFirst()
                .map(Facts::taint);
    }

    private static String taint(Taint taint) {
        return "it has the taint " + taint.getKey()
                + text(taint.getValue()).map(value -> "=" + value).orElse("") + ":" + taint.getEffect();
    }

    private static Map<String, String> labels(ObjectMeta metadata) {
        return Optional.ofNullable(metadata.getLabels()).orElse(Map.of());
    }

    private static Protocol protocol(@Nullable String name) {
        return name == null ? Protocol.TCP : Protocol.valueOf(name);
    }

    private static Optional<String> text(@Nullable String value) {
        return Optional.ofNullable(value).filter(text -> !text.isEmpty());
    }

    private static int number(@Nullable Integer value, int otherwise) {
        return value == null ? otherwise : value;
    }
}
