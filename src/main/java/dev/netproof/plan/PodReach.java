package dev.netproof.plan;

import dev.netproof.model.Destination;
import dev.netproof.model.Family;
import dev.netproof.model.PortRef;
import dev.netproof.model.Protocol;
import dev.netproof.model.Target;
import dev.netproof.model.Verdict;
import dev.netproof.model.Verdict.Reason;
import dev.netproof.plan.ClusterFacts.Pod;
import dev.netproof.plan.ClusterFacts.Readiness;
import dev.netproof.plan.ClusterFacts.Workload;
import dev.netproof.plan.Reach.Way;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Pods by their own addresses: those with some labels, of a workload, or of a name. */
final class PodReach {
    private final ClusterFacts facts;
    private final Backends backends;
    private final EndpointChoice choice;
    private final Set<String> notes = new TreeSet<>();

    PodReach(ClusterFacts facts, Backends backends, EndpointChoice choice) {
        this.facts = facts;
        this.backends = backends;
        this.choice = choice;
    }

    Set<String> notes() {
        return notes;
    }

    Reach labelled(Destination destination, Target.Pods target) {
        Selector selector = Selector.of(target.labels());
        String labels = Labels.text(target.labels());
        return reach(
                destination,
                "pods " + labels,
                target.namespace(),
                pods(target.namespace(), pod -> selector.selects(pod.labels())),
                () -> PreflightVerdicts.nothingSelected(labels, target.namespace()));
    }

    Reach named(Destination destination, Target.Pod target) {
        return reach(
                destination,
                "pod " + target.name(),
                target.namespace(),
                pods(target.namespace(), pod -> pod.name().equals(target.name())),
                () -> PreflightVerdicts.missing(
                        "pod",
                        target.name(),
                        target.namespace(),
                        pods(target.namespace(), pod -> true).stream()
                                .map(Pod::name)
                                .collect(Collectors.toSet())));
    }

    /** The pods that a workload owns: selectors overlap where there are canaries, and where blue takes over from green. */
    Reach workload(Destination destination, Target.Workload target) {
        String kind = target.kind().kind();
        String what = kind + " " + target.name();
        List<Workload> ofKind = facts.workloads().stream()
                .filter(workload -> workload.namespace().equals(target.namespace()) && workload.kind() == target.kind())
                .toList();
        Optional<Workload> found = ofKind.stream()
                .filter(workload -> workload.name().equals(target.name()))
                .findFirst();
        if (found.isEmpty()) {
            Set<String> names = ofKind.stream().map(Workload::name).collect(Collectors.toSet());
            return Reach.none(facts.hidden(Planner.plural(target.kind()), target.namespace())
                    .map(doing -> PreflightVerdicts.hidden(doing, "the " + what, Reason.NO_DESTINATION))
                    .orElseGet(() -> PreflightVerdicts.missing(kind, target.name(), target.namespace(), names)));
        }
        Workload workload = found.get();
        List<Pod> others = pods(
                target.namespace(),
                pod -> pod.readiness() != Readiness.GONE
                        && workload.selector().selects(pod.labels())
                        && !pod.isOf(workload.kind(), workload.name()));
        if (!others.isEmpty()) {
            notes.add("the selector of " + what + " in namespace " + target.namespace() + " also matches "
                    + others.stream().map(Pod::name).sorted().limit(3).collect(Collectors.joining(", "))
                    + (others.size() > 3 ? " and " + (others.size() - 3) + " more" : "")
                    + ", which it does not own: they are left out");
        }
        return reach(
                destination,
                what,
                target.namespace(),
                pods(target.namespace(), pod -> pod.isOf(workload.kind(), workload.name())),
                () -> PreflightVerdicts.noPod(what + " in namespace " + target.namespace()));
    }

    private List<Pod> pods(String namespace, Predicate<Pod> which) {
        return facts.pods().stream()
                .filter(pod -> pod.namespace().equals(namespace))
                .filter(which)
                .toList();
    }

    private Reach reach(
            Destination destination, String what, String namespace, List<Pod> pods, Supplier<Verdict> whenNone) {
        List<Pod> living =
                pods.stream().filter(p -> p.readiness() != Readiness.GONE).toList();
        if (living.isEmpty()) {
            return Reach.none(whenNone.get());
        }
        List<Pod> ready = living.stream()
                .filter(p -> p.readiness() == Readiness.READY && !p.ips().isEmpty())
                .toList();
        if (ready.isEmpty()) {
            return Reach.none(PreflightVerdicts.noReadyPod(what + " in namespace " + namespace, living.size()));
        }
        Protocol transport = destination.protocol().transport();
        List<Backend> listeners = new ArrayList<>();
        List<Pod> others = new ArrayList<>();
        for (Pod pod : ready) {
            List<Integer> ports = ports(pod, destination, transport);
            if (ports.isEmpty() || (destination.port().isEmpty() && ports.size() > 1)) {
                return Reach.none(unclear(pod, destination));
            }
            if (ports.size() > 1) {
                notes.add("pod " + pod.name() + " in namespace " + pod.namespace() + " has several ports named "
                        + destination.port().orElseThrow() + ": netproof tries the first, " + ports.get(0)
                        + ", as a Service does, not "
                        + ports.stream().skip(1).map(String::valueOf).collect(Collectors.joining(", ")));
            }
            List<String> addresses = addresses(pod, destination);
            if (addresses.isEmpty()) {
                others.add(pod);
            }
            addresses.forEach(ip -> listeners.add(backends.of(pod, ip, ports.get(0), transport)));
        }
        if (listeners.isEmpty()) {
            return Reach.none(PreflightVerdicts.noAddressOf(
                    destination.family().orElseThrow(), "pod " + ready.get(0).name()));
        }
        others.forEach(pod -> notes.add("pod " + pod.name() + " in namespace " + pod.namespace() + " has no "
                + destination.family().map(Family::word).orElse("such") + " address: the check of " + destination.name()
                + " covers only the other pods"));
        List<Backend> chosen = choice.of(what + " in namespace " + namespace, listeners);
        List<Way> ways = chosen.stream()
                .map(b -> Way.to(b, Attempts.at(destination, b.ip(), b.port(), destination.name())))
                .toList();
        return new Reach(ways, Backends.nodes(chosen));
    }

    private static Verdict unclear(Pod pod, Destination destination) {
        String what = "pod " + pod.name();
        List<String> ports = pod.ports().stream()
                .map(p -> p.number() + "/" + p.protocol()
                        + p.name().map(n -> " (" + n + ")").orElse(""))
                .toList();
        return destination
                .port()
                .map(asked -> PreflightVerdicts.noSuchPort(what, "port " + asked, ports))
                .orElseGet(() -> PreflightVerdicts.portNeeded(what, ports));
    }

    /**
     * A pod is all its addresses. One in its node's network has the node's, of families perhaps that pods have none of: nobody reaches
     * those from a pod, with or without a policy.
     */
    private List<String> addresses(Pod pod, Destination destination) {
        String primary = pod.ips().get(0);
        return pod.ips().stream()
                .filter(ip -> destination.family().map(Family.of(ip)::equals).orElse(true))
                .filter(ip -> ip.equals(primary) || backends.families().contains(Family.of(ip)))
                .toList();
    }

    /** The numbers that are meant. Of those with one name a Service takes the first, and sidecars come last. */
    private static List<Integer> ports(Pod pod, Destination destination, Protocol transport) {
        if (destination.port().isPresent() && destination.port().get() instanceof PortRef.Number number) {
            return List.of(number.value());
        }
        return pod.ports().stream()
                .filter(p -> p.protocol() == transport)
                .filter(p -> destination
                        .port()
                        .map(asked -> p.name().equals(Optional.of(asked.toString())))
                        .orElse(true))
                .map(ClusterFacts.ContainerPort::number)
                .distinct()
                .toList();
    }
}
