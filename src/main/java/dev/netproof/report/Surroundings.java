package dev.netproof.report;

import dev.netproof.model.Circumstances;
import dev.netproof.model.Circumstances.Probe;
import dev.netproof.model.Circumstances.TargetPod;
import dev.netproof.model.ClusterIdentity;
import dev.netproof.model.Cni;
import dev.netproof.model.Enforcement;
import dev.netproof.model.Matrix;
import dev.netproof.model.Node;
import dev.netproof.model.Report;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What is different around the checks of two runs, policies apart: where to look when no policy changed and an edge did. */
final class Surroundings {
    private static final int SHOWN = 6;

    private Surroundings() {}

    /** One sentence each, the weightiest first. */
    static List<String> differences(Report before, Report after) {
        List<String> differences = new ArrayList<>();
        if (before.cluster().isPresent() && after.cluster().isPresent()) {
            cluster(before.cluster().get(), after.cluster().get(), differences);
        }
        enforcement(before, after, differences);
        targets(before.circumstances(), after.circumstances(), differences);
        images(before.circumstances(), after.circumstances(), differences);
        matrices(before, after, differences);
        changed("netproof", before.tool(), after.tool()).ifPresent(differences::add);
        if (!before.circumstances().unreadable().equals(after.circumstances().unreadable())) {
            differences.add(
                    "the two runs were not permitted to read the same policies: what is missing in one of them may"
                            + " look like a policy that was created or deleted");
        }
        return differences;
    }

    private static void cluster(ClusterIdentity was, ClusterIdentity is, List<String> differences) {
        if (was.uid().isPresent() && is.uid().isPresent() && !was.uid().equals(is.uid())) {
            differences.add("these are two clusters: " + was.context() + " and " + is.context());
        } else {
            changed("context", was.context(), is.context()).ifPresent(differences::add);
        }
        changed("identity", was.user(), is.user()).ifPresent(differences::add);
        changed("Kubernetes", was.version(), is.version()).ifPresent(differences::add);
        changed("network plug-in", cni(was.cni()), cni(is.cni())).ifPresent(differences::add);
        Map<String, Node> nodes = new TreeMap<>();
        was.nodes().forEach(node -> nodes.put(node.name(), node));
        for (Node node : is.nodes()) {
            Node old = nodes.remove(node.name());
            if (old == null) {
                differences.add("node " + node.name() + " is new");
            } else {
                changed("kubelet of " + node.name(), old.kubelet(), node.kubelet())
                        .ifPresent(differences::add);
                changed("kernel of " + node.name(), old.kernel(), node.kernel()).ifPresent(differences::add);
                changed("system of " + node.name(), old.os(), node.os()).ifPresent(differences::add);
                changed("runtime of " + node.name(), old.runtime(), node.runtime())
                        .ifPresent(differences::add);
            }
        }
        nodes.keySet().forEach(name -> differences.add("node " + name + " is gone"));
    }

    /** "Calico (kube-system/calico-node: docker.io/calico/node:v3.31.2)". */
    static String cni(Cni cni) {
        String agents = cni.agents().stream()
                .map(agent -> agent.namespace() + "/" + agent.name() + ": " + String.join(", ", agent.images()))
                .collect(Collectors.joining("; "));
        return agents.isEmpty() ? cni.name() : cni.name() + " (" + agents + ")";
    }

    private static void enforcement(Report before, Report after, List<String> differences) {
        Optional<Enforcement.Verdict> was = before.enforcement().map(Enforcement::verdict);
        Optional<Enforcement.Verdict> is = after.enforcement().map(Enforcement::verdict);
        if (was.isPresent() && is.isPresent()) {
            changed("enforcement", was.get().name(), is.get().name()).ifPresent(differences::add);
        }
    }

    private static void targets(Circumstances before, Circumstances after, List<String> differences) {
        Map<String, TargetPod> old = byName(before.targets(), pod -> pod.namespace() + "/" + pod.name());
        Map<String, TargetPod> now = byName(after.targets(), pod -> pod.namespace() + "/" + pod.name());
        List<String> moved = new ArrayList<>();
        now.forEach((name, pod) -> {
            TargetPod was = old.get(name);
            if (was == null) {
                moved.add(name + " is new");
            } else if (!was.labels().equals(pod.labels())) {
                moved.add(name + " has other labels");
            } else if (!was.node().equals(pod.node())) {
                moved.add(name + " is on " + pod.node().orElse("no node") + " instead of "
                        + was.node().orElse("none"));
            } else if (!was.uid().equals(pod.uid())) {
                moved.add(name + " was replaced");
            }
        });
        old.keySet().stream().filter(name -> !now.containsKey(name)).forEach(name -> moved.add(name + " is gone"));
        if (!moved.isEmpty()) {
            differences.add("targets: " + some(moved));
        }
    }

    private static String some(List<String> words) {
        return words.size() <= SHOWN
                ? String.join(", ", words)
                : String.join(", ", words.subList(0, SHOWN)) + " and " + (words.size() - SHOWN) + " more";
    }

    private static void images(Circumstances before, Circumstances after, List<String> differences) {
        if (!before.probes().isEmpty() && !after.probes().isEmpty()) {
            changed("probe images", images(before), images(after)).ifPresent(differences::add);
        }
    }

    private static String images(Circumstances circumstances) {
        return String.join(
                ", ",
                circumstances.probes().stream()
                        .map((Probe probe) -> probe.digest().orElse(probe.image()))
                        .collect(Collectors.toCollection(TreeSet::new)));
    }

    private static void matrices(Report before, Report after, List<String> differences) {
        Map<String, Matrix> old = byName(before.matrices(), Matrix::name);
        after.matrices().forEach(matrix -> {
            Matrix was = old.get(matrix.name());
            if (was != null && !was.sha256().equals(matrix.sha256())) {
                differences.add("the file of matrix " + matrix.name() + " was edited");
            }
        });
    }

    private static <T> Map<String, T> byName(List<T> things, Function<T, String> name) {
        Map<String, T> named = new LinkedHashMap<>();
        things.forEach(thing -> named.put(name.apply(thing), thing));
        return named;
    }

    private static Optional<String> changed(String what, String was, String is) {
        return Objects.equals(was, is) ? Optional.empty() : Optional.of(what + ": " + was + " → " + is);
    }
}
