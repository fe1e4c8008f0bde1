package dev.netproof.kube;

import dev.netproof.kube.SessionTerms.Images;
import dev.netproof.kube.Stamp.Marked;
import dev.netproof.model.Protocol;
import dev.netproof.plan.ClusterFacts.Network;
import dev.netproof.plan.ClusterFacts.Toleration;
import dev.netproof.plan.NodeAffinity.Requirement;
import dev.netproof.plan.NodeAffinity.Term;
import dev.netproof.plan.ProbePod;
import dev.netproof.plan.ProbePod.Ownership;
import dev.netproof.plan.ProbePod.Tools;
import dev.netproof.plan.ServerPod;
import dev.netproof.probe.Payload;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.ContainerPortBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.NodeAffinity;
import io.fabric8.kubernetes.api.model.NodeAffinityBuilder;
import io.fabric8.kubernetes.api.model.NodeSelectorRequirement;
import io.fabric8.kubernetes.api.model.NodeSelectorRequirementBuilder;
import io.fabric8.kubernetes.api.model.NodeSelectorTerm;
import io.fabric8.kubernetes.api.model.NodeSelectorTermBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.PreferredSchedulingTermBuilder;
import io.fabric8.kubernetes.api.model.ProbeBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.SecurityContextBuilder;
import io.fabric8.kubernetes.api.model.TolerationBuilder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What netproof's pods look like: the restricted Pod Security Standard in full, and as little of a nuisance as a pod can be. */
final class PodShape {
    static final String CONTAINER = "probe";
    static final long USER = 65_532L;
    private static final String POD = "Pod";
    private static final Map<String, Quantity> REQUESTS =
            Map.of("cpu", new Quantity("10m"), "memory", new Quantity("16Mi"));
    private static final Map<String, Quantity> LIMITS =
            Map.of("cpu", new Quantity("500m"), "memory", new Quantity("128Mi"));

    /** Who chooses the user id that a probe runs as. */
    enum UserId {
        OURS,
        /** OpenShift gives each namespace a range of its own and rejects others. */
        PLATFORM
    }

    /** Whether a probe has resource limits. */
    enum Limits {
        NONE,
        /** A ResourceQuota on limits rejects pods without. */
        DEMANDED
    }

    private final SessionTerms terms;
    private final UserId userId;
    private final Stamp stamp;

    PodShape(SessionTerms terms, UserId userId, Instant deadline) {
        this.terms = terms;
        this.userId = userId;
        this.stamp = new Stamp(terms.run(), deadline);
    }

    /**
     * A new name for a probe. What is before the last dash depends on the identity alone, because the EKS policy agent keys its
     * state by that and a pod that is not of a controller must not share it with another identity.
     */
    Marked mark(ProbePod probe) {
        String identity = String.join(
                "\n",
                probe.namespace(),
                new TreeMap<>(probe.labels()).toString(),
                probe.serviceAccount().orElse("default"),
                probe.node().orElse(""));
        return stamp.mark(POD, probe.namespace(), "np" + hash(identity), NetproofLabels.PROBE);
    }

    /** A new name for an anchor. */
    Marked markAnchor(String namespace) {
        return stamp.mark(POD, namespace, "npanchor", NetproofLabels.ANCHOR);
    }

    private static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 4);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }

    /**
     * What a namespace's probes hang on, so that one deletion takes them all. A pod, because netproof may create nothing else; its
     * scheduling gate is never lifted, so that it never runs.
     */
    Pod anchor(String namespace, Marked marked, Limits limits) {
        return new PodBuilder()
                .withNewMetadata()
                .withName(marked.name())
                .withNamespace(namespace)
                .withLabels(Map.of(NetproofLabels.ROLE, marked.role()))
                .withAnnotations(marked.annotations())
                .endMetadata()
                .withSpec(bare(container("anchor", image(Tools.CURL), List.of("true"), Map.of(), limits))
                        .addNewSchedulingGate(NetproofLabels.ANCHOR_GATE)
                        .build())
                .build();
    }

    Pod probe(ProbePod probe, Marked marked, Pod anchor, Payload payload, Limits limits) {
        Map<String, String> labels = new TreeMap<>(probe.labels());
        labels.put(NetproofLabels.ROLE, marked.role());
        Map<String, String> annotations = new TreeMap<>(marked.annotations());
        annotations.put(NetproofLabels.SOURCE, probe.source());
        // A sidecar would answer in the network's place.
        annotations.put("sidecar.istio.io/inject", "false");
        annotations.put("linkerd.io/inject", "disabled");

        PodSpecBuilder spec = bare(container(
                        CONTAINER, image(probe.tools()), payload.command(), payload.environment(), limits))
                .withActiveDeadlineSeconds(terms.lifetime().toSeconds())
                .addNewReadinessGate(NetproofLabels.NEVER_READY)
                .withTolerations(
                        probe.tolerations().stream().map(PodShape::toleration).toList());
        probe.serviceAccount().ifPresent(spec::withServiceAccountName);
        probe.nodeSelector().forEach(spec::addToNodeSelector);
        if (probe.network() == Network.NODE) {
            spec.withHostNetwork(true);
        }
        affinity(probe)
                .ifPresent(affinity ->
                        spec.withNewAffinity().withNodeAffinity(affinity).endAffinity());
        return new PodBuilder()
                .withMetadata(new ObjectMetaBuilder()
                        .withName(marked.name())
                        .withNamespace(probe.namespace())
                        .withLabels(labels)
                        .withAnnotations(annotations)
                        .withOwnerReferences(owner(anchor, probe.ownership()))
                        .build())
                .withSpec(spec.build())
                .build();
    }

    /** The workload's own, and the node that is asked for: by affinity too, as nodeName would pass by scheduler, taints and room. */
    private static Optional<NodeAffinity> affinity(ProbePod probe) {
        if (probe.node().isEmpty() && probe.affinity().equals(dev.netproof.plan.NodeAffinity.NONE)) {
            return Optional.empty();
        }
        // Terms are alternatives, so that each of them must name the node.
        List<NodeSelectorTerm> required = new ArrayList<>();
        for (Term term : probe.affinity().required()) {
            required.add(term(term, probe.node()));
        }
        if (required.isEmpty() && probe.node().isPresent()) {
            required.add(term(new Term(List.of(), List.of()), probe.node()));
        }
        NodeAffinityBuilder affinity = new NodeAffinityBuilder()
                .withPreferredDuringSchedulingIgnoredDuringExecution(probe.affinity().preferred().stream()
                        .map(preference -> new PreferredSchedulingTermBuilder()
                                .withWeight(preference.weight())
                                .withPreference(term(preference.term(), Optional.empty()))
                                .build())
                        .toList());
        if (!required.isEmpty()) {
            affinity.withNewRequiredDuringSchedulingIgnoredDuringExecution()
                    .withNodeSelectorTerms(required)
                    .endRequiredDuringSchedulingIgnoredDuringExecution();
        }
        return Optional.of(affinity.build());
    }

    private static NodeSelectorTerm term(Term term, Optional<String> node) {
        NodeSelectorTermBuilder builder = new NodeSelectorTermBuilder()
                .withMatchExpressions(requirements(term.labels()))
                .withMatchFields(requirements(term.fields()));
        node.ifPresent(name -> builder.addNewMatchField()
                .withKey("metadata.name")
                .withOperator("In")
                .withValues(name)
                .endMatchField());
        return builder.build();
    }

    private static List<NodeSelectorRequirement> requirements(List<Requirement> requirements) {
        return requirements.stream()
                .map(one -> new NodeSelectorRequirementBuilder()
                        .withKey(one.key())
                        .withOperator(one.operator())
                        .withValues(one.values())
                        .build())
                .toList();
    }

    /** A server; nothing owns it, because its namespace or the session takes it away. */
    Pod server(ServerPod plan) {
        Marked marked = stamp.mark(POD, plan.namespace(), "nps-" + plan.id(), NetproofLabels.SERVER);
        Map<String, String> labels = new TreeMap<>(plan.labels());
        labels.put(NetproofLabels.ROLE, marked.role());
        Map<String, String> annotations = new TreeMap<>(marked.annotations());
        annotations.put("sidecar.istio.io/inject", "false");
        annotations.put("linkerd.io/inject", "disabled");
        Map<String, String> environment = new TreeMap<>();
        List<String> command = new ArrayList<>(List.of("/agnhost"));
        if (plan.server() != ServerPod.Server.ECHO) {
            command.add("porter");
            plan.ports().stream()
                    .filter(port -> port.protocol() == Protocol.TCP)
                    .forEach(port -> environment.put("SERVE_PORT_" + port.number(), plan.id()));
            plan.ports().stream()
                    .filter(port -> port.protocol() == Protocol.SCTP)
                    .forEach(port -> environment.put("SERVE_SCTP_PORT_" + port.number(), plan.id()));
        } else {
            command.add("netexec");
            command.add("--http-port=" + first(plan, Protocol.TCP));
            command.add("--udp-port=" + first(plan, Protocol.UDP));
        }
        List<ContainerPort> ports = plan.ports().stream()
                .map(port -> new ContainerPortBuilder()
                        .withName(port.name().orElse(null))
                        .withContainerPort(port.number())
                        .withProtocol(port.protocol().transport().name())
                        .build())
                .toList();
        io.fabric8.kubernetes.api.model.Container container = new ContainerBuilder(container(
                        CONTAINER,
                        mirrored(terms.images().agnhost(), terms.images().mirror()),
                        command,
                        environment,
                        Limits.NONE))
                .withPorts(ports)
                .build();
        if (plan.watched() == ServerPod.Watched.BY_KUBELET) {
            container.setReadinessProbe(new ProbeBuilder()
                    .withNewTcpSocket()
                    .withNewPort(first(plan, Protocol.TCP))
                    .endTcpSocket()
                    .withPeriodSeconds(1)
                    .withTimeoutSeconds(1)
                    .withFailureThreshold(1)
                    .build());
        }
        PodSpecBuilder spec = bare(container)
                .withActiveDeadlineSeconds(terms.lifetime().toSeconds())
                .withTolerations(
                        plan.tolerations().stream().map(PodShape::toleration).toList());
        spec.withNewAffinity()
                .withNewNodeAffinity()
                .withNewRequiredDuringSchedulingIgnoredDuringExecution()
                .withNodeSelectorTerms(term(new Term(List.of(), List.of()), Optional.of(plan.node())))
                .endRequiredDuringSchedulingIgnoredDuringExecution()
                .endNodeAffinity()
                .endAffinity();
        return new PodBuilder()
                .withMetadata(new ObjectMetaBuilder()
                        .withName(marked.name())
                        .withNamespace(plan.namespace())
                        .withLabels(labels)
                        .withAnnotations(annotations)
                        .build())
                .withSpec(spec.build())
                .build();
    }

    private static int first(ServerPod plan, Protocol protocol) {
        return plan.ports().stream()
                .filter(port -> port.protocol() == protocol)
                .findFirst()
                .map(port -> port.number())
                .orElse(-1);
    }

    private static OwnerReference owner(Pod anchor, Ownership ownership) {
        OwnerReferenceBuilder owner = new OwnerReferenceBuilder()
                .withApiVersion("v1")
                .withKind("Pod")
                .withName(anchor.getMetadata().getName())
                .withUid(anchor.getMetadata().getUid());
        return ownership == Ownership.CONTROLLER ? owner.withController(true).build() : owner.build();
    }

    private PodSpecBuilder bare(io.fabric8.kubernetes.api.model.Container container) {
        PodSpecBuilder spec = new PodSpecBuilder()
                .withContainers(container)
                .withRestartPolicy("Never")
                .withTerminationGracePeriodSeconds(1L)
                .withAutomountServiceAccountToken(false)
                .withEnableServiceLinks(false)
                .withNodeSelector(new LinkedHashMap<>(Map.of("kubernetes.io/os", "linux")))
                .withImagePullSecrets(terms.images().pullSecrets().stream()
                        .map(LocalObjectReference::new)
                        .toList())
                .withNewSecurityContext()
                .withRunAsNonRoot(true)
                .withNewSeccompProfile()
                .withType("RuntimeDefault")
                .endSeccompProfile()
                .endSecurityContext();
        if (userId == UserId.OURS) {
            spec.editSecurityContext().withRunAsUser(USER).withRunAsGroup(USER).endSecurityContext();
        }
        return spec;
    }

    private static io.fabric8.kubernetes.api.model.Container container(
            String name, String image, List<String> command, Map<String, String> environment, Limits limits) {
        List<EnvVar> variables = new TreeMap<>(environment)
                .entrySet().stream()
                        .map(entry -> new EnvVarBuilder()
                                .withName(entry.getKey())
                                .withValue(literally(entry.getValue()))
                                .build())
                        .toList();
        ContainerBuilder container = new ContainerBuilder()
                .withName(name)
                .withImage(image)
                .withImagePullPolicy("IfNotPresent")
                .withCommand(command.stream().map(PodShape::literally).toList())
                .withEnv(variables)
                .withSecurityContext(new SecurityContextBuilder()
                        .withAllowPrivilegeEscalation(false)
                        .withReadOnlyRootFilesystem(true)
                        .withRunAsNonRoot(true)
                        .withNewCapabilities()
                        .withDrop("ALL")
                        .endCapabilities()
                        .withNewSeccompProfile()
                        .withType("RuntimeDefault")
                        .endSeccompProfile()
                        .build())
                .withNewResources()
                .withRequests(new TreeMap<>(REQUESTS))
                .endResources();
        if (limits == Limits.DEMANDED) {
            container.editResources().withLimits(new TreeMap<>(LIMITS)).endResources();
        }
        return container.build();
    }

    /** Kubernetes replaces $(NAME) in commands and values, and takes $$ for a dollar. */
    private static String literally(String text) {
        return text.replace("$", "$$");
    }

    private static io.fabric8.kubernetes.api.model.Toleration toleration(Toleration toleration) {
        TolerationBuilder builder = new TolerationBuilder();
        toleration.key().ifPresent(builder::withKey);
        toleration.operator().ifPresent(builder::withOperator);
        toleration.value().ifPresent(builder::withValue);
        toleration.effect().ifPresent(builder::withEffect);
        toleration.seconds().ifPresent(builder::withTolerationSeconds);
        return builder.build();
    }

    private String image(Tools tools) {
        Images images = terms.images();
        return mirrored(tools == Tools.CURL ? images.curl() : images.netshoot(), images.mirror());
    }

    /** The image at the mirror, which takes the place of the registry's host and keeps the rest of the path. */
    static String mirrored(String image, Optional<String> mirror) {
        if (mirror.isEmpty()) {
            return image;
        }
        int slash = image.indexOf('/');
        String first = slash < 0 ? "" : image.substring(0, slash);
        boolean host = first.contains(".") || first.contains(":") || first.equals("localhost");
        String prefix = mirror.get().endsWith("/") ? mirror.get() : mirror.get() + "/";
        return prefix + (host ? image.substring(slash + 1) : image);
    }
}
