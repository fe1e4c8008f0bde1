package dev.netproof.plan;

import dev.netproof.model.Destination;
import dev.netproof.model.PortRef;
import dev.netproof.model.Protocol;
import dev.netproof.model.Target;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Finds out what a destination is in this cluster: addresses, ports, and the pods behind them. */
final class Destinations {
    private final ClusterFacts facts;
    private final Backends backends;
    private final EndpointChoice choice;
    private final OutsideReach outside;
    private final PodReach pods;
    private final ServiceReach services;
    private final Map<Destination, Reach> reaches = new HashMap<>();

    Destinations(ClusterFacts facts, PlanTerms terms) {
        this.facts = facts;
        this.backends = new Backends(facts);
        this.choice = new EndpointChoice(facts, terms.endpoints());
        this.outside = new OutsideReach(terms, backends);
        this.pods = new PodReach(facts, backends, choice);
        this.services = new ServiceReach(facts, backends, choice, outside);
    }

    /** Many checks have the same destination. */
    Reach reach(Destination destination) {
        Reach known = reaches.get(destination);
        if (known == null) {
            known = look(destination);
            reaches.put(destination, known);
        }
        return known;
    }

    private Reach look(Destination destination) {
        Target target = destination.target();
        if (target instanceof Target.Service service) {
            return services.of(destination, service);
        }
        if (target instanceof Target.Pods labelled) {
            return pods.labelled(destination, labelled);
        }
        if (target instanceof Target.Workload workload) {
            return pods.workload(destination, workload);
        }
        if (target instanceof Target.Pod pod) {
            return pods.named(destination, pod);
        }
        if (target instanceof Target.Ip ip) {
            return outside.address(destination, ip.ip(), port(destination));
        }
        String host = ((Target.Host) target).host();
        return ClusterName.of(host, facts.services())
                .map(name -> Reach.none(PreflightVerdicts.nameOfTheCluster(host, name)))
                .orElseGet(() -> outside.host(destination, host, port(destination)));
    }

    /** Of what is outside, where the protocol's own port is what everybody means. */
    private static int port(Destination destination) {
        if (destination.port().isPresent() && destination.port().get() instanceof PortRef.Number number) {
            return number.value();
        }
        return destination.protocol() == Protocol.HTTPS ? 443 : destination.protocol() == Protocol.HTTP ? 80 : 53;
    }

    /** What a reader must know of the destinations that were looked at. */
    Set<String> notes() {
        Set<String> notes = new TreeSet<>(backends.notes());
        notes.addAll(choice.notes());
        notes.addAll(pods.notes());
        notes.addAll(services.notes());
        return notes;
    }
}
