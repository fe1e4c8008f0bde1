package dev.netproof.plan;

import dev.netproof.plan.ClusterFacts.Endpoint;
import dev.netproof.plan.ClusterFacts.InternalTraffic;
import dev.netproof.plan.ClusterFacts.Service;
import dev.netproof.plan.ClusterFacts.Serving;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Which endpoints a Service's address leads to, in one family of addresses.
 *
 * @see <a href="https://github.com/kubernetes/kubernetes/blob/master/pkg/proxy/topology.go">CategorizeEndpoints in kube-proxy</a>
 */
final class KubeProxy {
    private KubeProxy() {}

    /**
     * The endpoints that get traffic from any node: the ready ones; where there are none, those that terminate and still serve. With
     * internalTrafficPolicy Local each node does so among its own endpoints. DNS lists the ready ones alone, and with them is all said of
     * a Service without addresses.
     */
    static List<Endpoint> served(Service service, Collection<Endpoint> endpoints) {
        if (service.clusterIps().isEmpty()) {
            return with(Serving.READY, endpoints);
        }
        if (service.traffic() == InternalTraffic.CLUSTER) {
            return served(endpoints);
        }
        List<Endpoint> all = new ArrayList<>();
        byNode(endpoints).values().forEach(onNode -> all.addAll(served(onNode)));
        // An endpoint without a node is local to nobody, and is tried at its own address.
        all.addAll(with(
                Serving.READY,
                endpoints.stream().filter(e -> e.node().isEmpty()).toList()));
        return all;
    }

    private static List<Endpoint> served(Collection<Endpoint> endpoints) {
        List<Endpoint> ready = with(Serving.READY, endpoints);
        return ready.isEmpty() ? with(Serving.WHILE_TERMINATING, endpoints) : ready;
    }

    private static List<Endpoint> with(Serving serving, Collection<Endpoint> endpoints) {
        return endpoints.stream().filter(e -> e.serving() == serving).toList();
    }

    static Map<String, List<Endpoint>> byNode(Collection<Endpoint> endpoints) {
        return endpoints.stream()
                .filter(e -> e.node().isPresent())
                .collect(Collectors.groupingBy(e -> e.node().orElseThrow(), TreeMap::new, Collectors.toList()));
    }
}
