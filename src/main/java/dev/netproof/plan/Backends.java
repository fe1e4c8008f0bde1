package dev.netproof.plan;

import dev.netproof.model.Family;
import dev.netproof.model.Protocol;
import dev.netproof.plan.ClusterFacts.Endpoint;
import dev.netproof.plan.ClusterFacts.Pod;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** The listeners at a cluster's addresses, with the pods that have these addresses. */
final class Backends {
    private final ClusterFacts facts;
    private final Map<String, Pod> podsByIp = new HashMap<>();
    private final Set<String> notes = new TreeSet<>();
    private final Set<Family> families = EnumSet.noneOf(Family.class);

    Backends(ClusterFacts facts) {
        this.facts = facts;
        // Pods in their node's network share its addresses.
        facts.pods().stream()
                .filter(pod -> pod.network() == ClusterFacts.Network.POD)
                .forEach(pod -> pod.ips().forEach(ip -> podsByIp.put(ip, pod)));
        podsByIp.keySet().forEach(ip -> families.add(Family.of(ip)));
        facts.services().forEach(service -> service.clusterIps().forEach(ip -> families.add(Family.of(ip))));
    }

    /** Those that pods and Services here have addresses of. */
    Set<Family> families() {
        return families;
    }

    /** What a reader must know of the listeners that were made. */
    Set<String> notes() {
        return notes;
    }

    /** Whatever listens at this address. */
    Backend at(String ip, int port, Protocol transport) {
        return of(ip, port, transport, Optional.ofNullable(podsByIp.get(ip)));
    }

    /** A pod at one of its addresses. */
    Backend of(Pod pod, String ip, int port, Protocol transport) {
        return of(ip, port, transport, Optional.of(pod));
    }

    /** @param namespace of the Service */
    Backend of(String namespace, Endpoint endpoint) {
        Optional<Pod> pod = endpoint.pod()
                .flatMap(name -> facts.pods().stream()
                        .filter(p -> p.namespace().equals(namespace)
                                && p.name().equals(name)
                                && p.ips().contains(endpoint.ip()))
                        .findFirst())
                .or(() -> Optional.ofNullable(podsByIp.get(endpoint.ip())));
        return of(endpoint.ip(), endpoint.port(), endpoint.protocol(), pod);
    }

    private Backend of(String ip, int port, Protocol transport, Optional<Pod> pod) {
        pod.filter(p -> p.network() == ClusterFacts.Network.NODE)
                .ifPresent(p -> notes.add("pod " + p.name() + " in namespace " + p.namespace()
                        + " uses hostNetwork: policies do not select it, and the result is about the node's address "
                        + ip));
        return new Backend(
                ip,
                port,
                transport,
                pod.map(p -> new Backend.TargetPod(
                        p.namespace(),
                        p.name(),
                        p.uid(),
                        p.restarts(),
                        p.node(),
                        transport == Protocol.TCP && isPrimary(p, ip)
                                ? p.probes().stream()
                                        .filter(k -> k.port() == port)
                                        .findFirst()
                                : Optional.empty(),
                        p.network(),
                        p.readiness())));
    }

    /** The kubelet probes a pod at its primary address alone. */
    private static boolean isPrimary(Pod pod, String ip) {
        return pod.ips().indexOf(ip) <= 0;
    }

    static List<String> nodes(List<Backend> backends) {
        return backends.stream()
                .flatMap(b -> b.pod().flatMap(Backend.TargetPod::node).stream())
                .distinct()
                .toList();
    }
}
