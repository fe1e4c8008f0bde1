package dev.netproof.plan;

import dev.netproof.model.Destination;
import dev.netproof.model.Family;
import dev.netproof.model.Path;
import dev.netproof.model.PortRef;
import dev.netproof.model.Protocol;
import dev.netproof.model.Target;
import dev.netproof.model.Verdict.Reason;
import dev.netproof.plan.ClusterFacts.Endpoint;
import dev.netproof.plan.ClusterFacts.InternalTraffic;
import dev.netproof.plan.ClusterFacts.Service;
import dev.netproof.plan.ClusterFacts.ServicePort;
import dev.netproof.plan.ClusterFacts.Serving;
import dev.netproof.plan.Reach.Way;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** A Service as kube-proxy makes it: its name, its addresses, and the endpoints that these lead to. */
final class ServiceReach {
    private final ClusterFacts facts;
    private final Backends backends;
    private final EndpointChoice choice;
    private final OutsideReach outside;
    private final Set<String> notes = new TreeSet<>();

    ServiceReach(ClusterFacts facts, Backends backends, EndpointChoice choice, OutsideReach outside) {
        this.facts = facts;
        this.backends = backends;
        this.choice = choice;
        this.outside = outside;
    }

    Set<String> notes() {
        return notes;
    }

    Reach of(Destination destination, Target.Service target) {
        List<Service> ofNamespace = facts.services().stream()
                .filter(service -> service.namespace().equals(target.namespace()))
                .toList();
        Optional<Service> found = ofNamespace.stream()
                .filter(service -> service.name().equals(target.name()))
                .findFirst();
        if (found.isPresent()) {
            return found.get().externalName().isPresent()
                    ? external(
                            destination, found.get(), found.get().externalName().get())
                    : of(destination, found.get());
        }
        return Reach.none(facts.hidden("services", target.namespace())
                .map(doing -> PreflightVerdicts.hidden(doing, "the Service " + target.name(), Reason.NO_DESTINATION))
                .orElseGet(() -> PreflightVerdicts.missing(
                        "Service",
                        target.name(),
                        target.namespace(),
                        ofNamespace.stream().map(Service::name).collect(Collectors.toSet()))));
    }

    /** DNS answers for it with the other name, and nothing of it passes kube-proxy. */
    private Reach external(Destination destination, Service service, String host) {
        String what = "Service " + service.name() + " in namespace " + service.namespace();
        Optional<ClusterName> inside = ClusterName.of(host);
        if (inside.isPresent()) {
            return Reach.none(PreflightVerdicts.nameOfTheCluster(
                    what + " is of type ExternalName and leads to " + host + ", which", inside.get()));
        }
        Optional<Integer> port = externalPort(destination, service);
        if (port.isEmpty()) {
            return Reach.none(PreflightVerdicts.externalPortNeeded(what, host));
        }
        notes.add(what + " is of type ExternalName: the result is about the host " + host);
        return outside.host(destination, host, port.get());
    }

    private static Optional<Integer> externalPort(Destination destination, Service service) {
        if (destination.port().isPresent() && destination.port().get() instanceof PortRef.Number number) {
            return Optional.of(number.value());
        }
        List<ServicePort> candidates = ports(service, destination);
        if (candidates.size() == 1) {
            return Optional.of(candidates.get(0).port());
        }
        return destination.port().isPresent() ? Optional.empty() : standardPort(destination.protocol());
    }

    private static Optional<Integer> standardPort(Protocol protocol) {
        return switch (protocol) {
            case HTTP -> Optional.of(80);
            case HTTPS -> Optional.of(443);
            case DNS -> Optional.of(53);
            case TCP, UDP, SCTP -> Optional.empty();
        };
    }

    private static List<ServicePort> ports(Service service, Destination destination) {
        Protocol transport = destination.protocol().transport();
        return service.ports().stream()
                .filter(p -> p.protocol() == transport)
                .filter(p -> destination.port().map(asked -> isMeant(asked, p)).orElse(true))
                .toList();
    }

    private static boolean isMeant(PortRef asked, ServicePort port) {
        if (asked instanceof PortRef.Number number) {
            return port.port() == number.value();
        }
        return port.name().equals(Optional.of(asked.toString()));
    }

    private Reach of(Destination destination, Service service) {
        String what = "Service " + service.name();
        List<ServicePort> candidates = ports(service, destination);
        if (candidates.isEmpty()) {
            String transport = destination.protocol().transport().toString();
            String asked = destination
                    .port()
                    .map(port -> "port " + port + "/" + transport)
                    .orElse(transport + " port");
            return Reach.none(PreflightVerdicts.noSuchPort(
                    what,
                    asked,
                    service.ports().stream().map(ServiceReach::text).toList()));
        }
        if (candidates.size() > 1) {
            return Reach.none(PreflightVerdicts.portNeeded(
                    what, candidates.stream().map(ServiceReach::text).toList()));
        }
        ServicePort port = candidates.get(0);
        List<Endpoint> listed = service.endpoints().stream()
                .filter(e -> e.servicePort().equals(port.name()) && e.protocol() == port.protocol())
                .toList();
        List<Family> has = families(service, listed);
        List<Family> asked = has.stream()
                .filter(family -> destination.family().map(family::equals).orElse(true))
                .toList();
        if (asked.isEmpty() && !has.isEmpty()) {
            return Reach.none(PreflightVerdicts.noAddressOf(has.get(0).other(), what));
        }
        List<Endpoint> all =
                listed.stream().filter(e -> asked.contains(Family.of(e.ip()))).toList();
        Set<Endpoint> served = new LinkedHashSet<>();
        asked.forEach(family -> served.addAll(KubeProxy.served(service, of(family, all))));
        if (served.isEmpty()) {
            return Reach.none(nobody(service, what, all.size()));
        }
        long terminating = served.stream()
                .filter(e -> e.serving() == Serving.WHILE_TERMINATING)
                .count();
        if (terminating > 0) {
            notes.add(what + " in namespace " + service.namespace() + " sends traffic to " + terminating
                    + (terminating == 1
                            ? " terminating endpoint that still serves"
                            : " terminating endpoints that still serve")
                    + ", because no other endpoint is ready" + (isLocal(service) ? " on the same node" : ""));
        }
        return reach(destination, service, port, asked, served);
    }

    private dev.netproof.model.Verdict nobody(Service service, String what, int notReady) {
        Optional<String> hidden = facts.hidden("endpointslices", service.namespace());
        if (hidden.isPresent()) {
            return PreflightVerdicts.hidden(hidden.get(), "which pods are behind " + what, Reason.NO_BACKEND);
        }
        return service.selector().isEmpty() && notReady == 0
                ? PreflightVerdicts.noEndpointSlice(what, service.name())
                : PreflightVerdicts.noReadyEndpoint(what, notReady);
    }

    private Reach reach(
            Destination destination, Service service, ServicePort port, List<Family> asked, Set<Endpoint> served) {
        List<Backend> chosen = choice.of(
                "Service " + service.name() + " in namespace " + service.namespace(),
                served.stream().map(e -> backends.of(service.namespace(), e)).toList());
        List<Way> ways = new ArrayList<>();
        String name = service.name() + "." + service.namespace() + ".svc";
        if (!Attempts.isQuery(destination, port.port())) {
            // Without ".svc" the resolver's search path finds it one step earlier, and each step is a question to DNS.
            String shorter = service.name() + "." + service.namespace();
            // Both kinds of records come from the same name servers: one look-up shows whether they may be asked.
            Attempt lookup = new Attempt.Lookup(shorter, asked.get(0));
            ways.add(new Way(lookup, Path.Kind.LOOKUP, shorter, port.port(), List.of()));
        }
        for (String vip : service.clusterIps()) {
            Family family = Family.of(vip);
            if (asked.contains(family)) {
                ways.add(new Way(
                        Attempts.at(destination, vip, port.port(), name),
                        Path.Kind.VIP,
                        vip,
                        port.port(),
                        chosen.stream().filter(b -> Family.of(b.ip()) == family).toList(),
                        routing(service, of(family, served), chosen)));
            }
        }
        List<Way> direct = chosen.stream()
                .map(b -> Way.to(b, Attempts.at(destination, b.ip(), b.port(), name)))
                .toList();
        ways.addAll(direct);
        // No kubelet and no port-forward tells of what is no pod.
        List<Attempt> controls = direct.stream()
                .filter(way -> way.kind() == Path.Kind.ADDRESS)
                .map(Way::attempt)
                .toList();
        return new Reach(ways, controls, Optional.empty(), Backends.nodes(chosen));
    }

    /** Where nothing is behind an address in its family, that is so from every node. */
    private Routing routing(Service service, List<Endpoint> served, List<Backend> chosen) {
        if (!isLocal(service) || served.isEmpty()) {
            return Routing.EVERYWHERE;
        }
        return Routing.ownNode(KubeProxy.byNode(served).entrySet().stream()
                .collect(Collectors.toMap(java.util.Map.Entry::getKey, onNode -> {
                    List<Backend> all = onNode.getValue().stream()
                            .map(e -> backends.of(service.namespace(), e))
                            .toList();
                    List<Backend> probed = all.stream().filter(chosen::contains).toList();
                    return probed.isEmpty() ? all : probed;
                })));
    }

    private static boolean isLocal(Service service) {
        return service.traffic() == InternalTraffic.LOCAL
                && !service.clusterIps().isEmpty();
    }

    private static List<Endpoint> of(Family family, java.util.Collection<Endpoint> endpoints) {
        return endpoints.stream().filter(e -> Family.of(e.ip()) == family).toList();
    }

    /** A Service is all its addresses, the primary one first; one without any is what its endpoints are. */
    private static List<Family> families(Service service, List<Endpoint> endpoints) {
        return service.clusterIps().isEmpty()
                ? endpoints.stream()
                        .map(e -> Family.of(e.ip()))
                        .distinct()
                        .sorted()
                        .toList()
                : service.clusterIps().stream().map(Family::of).distinct().toList();
    }

    private static String text(ServicePort port) {
        return port.port() + "/" + port.protocol()
                + port.name().map(n -> " (" + n + ")").orElse("");
    }
}
