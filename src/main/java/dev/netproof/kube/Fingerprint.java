package dev.netproof.kube;

import dev.netproof.model.Cni;
import dev.netproof.model.Node;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ListOptions;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.NodeSystemInfo;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What nodes and DaemonSets tell about a cluster's network. Nothing here is needed for a verdict, so that nothing here fails. */
record Fingerprint(List<Node> nodes, Cni cni) {
    private static final Logger LOG = LoggerFactory.getLogger(Fingerprint.class);
    private static final ListOptions CHEAP =
            new ListOptionsBuilder().withResourceVersion("0").build();
    private static final String UNKNOWN = "unknown";

    /**
     * A network plug-in.
     *
     * @param images parts of the names of its agent's images
     * @param annotations beginnings of the keys that its agent writes on nodes
     */
    private record Plugin(String name, List<String> images, List<String> annotations) {}

    // The images say it where people rename DaemonSets; kube-proxy and the like are no plug-ins.
    private static final List<Plugin> PLUGINS = List.of(
            new Plugin("Cilium", List.of("cilium/cilium", "cilium-agent"), List.of("network.cilium.io/", "io.cilium.")),
            new Plugin("Calico", List.of("calico/node", "calico-node"), List.of("projectcalico.org/")),
            new Plugin("Antrea", List.of("antrea/antrea"), List.of("node.antrea.io/")),
            new Plugin("OVN-Kubernetes", List.of("ovn-kube"), List.of("k8s.ovn.org/")),
            new Plugin("Kube-OVN", List.of("kube-ovn"), List.of("ovn.kubernetes.io/")),
            new Plugin("kube-router", List.of("kube-router"), List.of("kube-router.io/")),
            new Plugin(
                    "Amazon VPC CNI",
                    List.of("amazon-k8s-cni", "aws-network-policy-agent"),
                    List.of("vpc.amazonaws.com/")),
            new Plugin("Azure NPM", List.of("azure-npm"), List.of()),
            new Plugin("Weave Net", List.of("weave-kube", "weave-npc"), List.of()),
            new Plugin("kube-network-policies", List.of("kube-network-policies"), List.of()),
            new Plugin("kindnet", List.of("kindnetd"), List.of()),
            new Plugin(
                    "Flannel",
                    List.of("flannel/flannel", "flannel:", "flanneld"),
                    List.of("flannel.alpha.coreos.com/")));

    static Fingerprint of(ApiServer server) {
        List<io.fabric8.kubernetes.api.model.Node> nodes =
                read("nodes", () -> server.client().nodes().list(CHEAP).getItems());
        // Most plug-ins live in kube-system; operators put them into namespaces of their own.
        List<DaemonSet> sets = read(
                "DaemonSets",
                () -> server.client()
                        .apps()
                        .daemonSets()
                        .inAnyNamespace()
                        .list(CHEAP)
                        .getItems());
        if (sets.isEmpty()) {
            sets = read(
                    "DaemonSets in kube-system",
                    () -> server.client()
                            .apps()
                            .daemonSets()
                            .inNamespace("kube-system")
                            .list(CHEAP)
                            .getItems());
        }
        return of(nodes, sets);
    }

    private static <T> List<T> read(String what, Supplier<List<T>> reading) {
        try {
            return reading.get();
        } catch (KubernetesClientException e) {
            LOG.debug("{} may not be read", what, e);
            return List.of();
        }
    }

    static Fingerprint of(List<io.fabric8.kubernetes.api.model.Node> nodes, List<DaemonSet> sets) {
        Set<String> names = new LinkedHashSet<>();
        List<Cni.Agent> agents = new ArrayList<>();
        Set<String> marks = new TreeSet<>();
        for (Plugin plugin : PLUGINS) {
            List<Cni.Agent> own = sets.stream()
                    .filter(set -> isAgent(plugin, set))
                    .map(set -> new Cni.Agent(
                            set.getMetadata().getNamespace(), set.getMetadata().getName(), images(set)))
                    .toList();
            List<String> keys = annotations(nodes)
                    .filter(key -> plugin.annotations().stream().anyMatch(key::startsWith))
                    .distinct()
                    .toList();
            if (!own.isEmpty() || !keys.isEmpty()) {
                names.add(plugin.name());
            }
            agents.addAll(own);
            marks.addAll(keys);
        }
        agents.sort(Comparator.comparing(Cni.Agent::namespace).thenComparing(Cni.Agent::name));
        return new Fingerprint(
                nodes.stream()
                        .map(Fingerprint::node)
                        .sorted(Comparator.comparing(Node::name))
                        .toList(),
                names.isEmpty()
                        ? Cni.UNKNOWN
                        : new Cni(
                                String.join(" + ", names),
                                agents.stream().distinct().toList(),
                                List.copyOf(marks)));
    }

    private static boolean isAgent(Plugin plugin, DaemonSet set) {
        return images(set).stream().anyMatch(image -> plugin.images().stream().anyMatch(image::contains));
    }

    private static List<String> images(DaemonSet set) {
        PodSpec spec = set.getSpec().getTemplate().getSpec();
        return spec.getContainers().stream()
                .map(container -> text(container.getImage()))
                .toList();
    }

    private static Stream<String> annotations(List<? extends HasMetadata> objects) {
        return objects.stream()
                .map(object -> object.getMetadata().getAnnotations())
                .filter(annotations -> annotations != null)
                .flatMap(annotations -> annotations.keySet().stream());
    }

    private static Node node(io.fabric8.kubernetes.api.model.Node node) {
        NodeSystemInfo info = Optional.ofNullable(node.getStatus())
                .map(status -> status.getNodeInfo())
                .orElseGet(NodeSystemInfo::new);
        return new Node(
                node.getMetadata().getName(),
                text(info.getKubeletVersion()),
                text(info.getOsImage()),
                text(info.getKernelVersion()),
                text(info.getContainerRuntimeVersion()));
    }

    private static String text(@Nullable String value) {
        return value == null || value.isEmpty() ? UNKNOWN : value;
    }
}
