package dev.netproof.inmemory;

import dev.netproof.model.Family;
import dev.netproof.plan.ClusterFacts.ContainerPort;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The pods and Services that sessions made, and their addresses. */
final class Pods {
    private final Map<String, Live> pods = new LinkedHashMap<>();
    private final Map<String, Live> byAddress = new LinkedHashMap<>();
    private final Map<String, Behind> virtual = new LinkedHashMap<>();
    private int created;

    /** What a Service's address and port lead to. */
    record Behind(String namespace, Map<String, String> selector, int port) {}

    /** Where a connection to an address ends. */
    record Far(Live pod, int port, Optional<Behind> service) {}

    Live create(
            String id,
            String namespace,
            String node,
            int nodeNumber,
            Stack stack,
            Map<String, String> labels,
            List<ContainerPort> ports) {
        int number = ++created;
        List<String> ips = stack.families().stream()
                .map(family -> family == Family.IPV4
                        ? "10.9." + nodeNumber + "." + number
                        : "fd00:9::" + nodeNumber + ":" + number)
                .toList();
        Live live = new Live(id, namespace, node, ips, labels, ports);
        pods.put(id, live);
        ips.forEach(ip -> byAddress.put(ip, live));
        return live;
    }

    /** Namespaces that any of them was ever in. */
    Set<String> namespaces() {
        return pods.values().stream().map(pod -> pod.namespace).collect(Collectors.toSet());
    }

    int size() {
        return pods.size();
    }

    Live get(String id) {
        return Objects.requireNonNull(pods.get(id), () -> "no pod " + id);
    }

    Optional<Live> find(String id) {
        return Optional.ofNullable(pods.get(id));
    }

    List<String> expose(Stack stack, String namespace, Map<String, String> selector, Map<Integer, Integer> ports) {
        int number = virtual.size() + 1;
        List<String> ips = new ArrayList<>();
        for (Family family : stack.families()) {
            String ip = family == Family.IPV4 ? "10.97.0." + number : "fd97::" + number;
            ips.add(ip);
            ports.forEach((port, target) -> virtual.put(ip + " " + port, new Behind(namespace, selector, target)));
        }
        return ips;
    }

    /** Whether this is an address of one of them. */
    boolean have(String ip, int port) {
        return byAddress.containsKey(ip) || (!virtual.isEmpty() && virtual.containsKey(ip + " " + port));
    }

    Optional<Far> at(String ip, int port) {
        Optional<Behind> service = Optional.ofNullable(virtual.get(ip + " " + port));
        return service.map(this::behind)
                .orElseGet(() -> Optional.ofNullable(byAddress.get(ip)))
                .map(pod -> new Far(pod, service.map(Behind::port).orElse(port), service));
    }

    private Optional<Live> behind(Behind service) {
        return pods.values().stream()
                .filter(pod -> pod.namespace.equals(service.namespace())
                        && pod.labels()
                                .entrySet()
                                .containsAll(service.selector().entrySet()))
                .findFirst();
    }
}
