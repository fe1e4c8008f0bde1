package dev.netproof.plan;

import dev.netproof.model.Destination;
import dev.netproof.model.Family;
import dev.netproof.model.Path;
import dev.netproof.model.PortRef;
import dev.netproof.model.Protocol;
import dev.netproof.model.Target;
import dev.netproof.model.Verdict.Reason;
import dev.netproof.plan.ClusterFacts.Endpoint;
import dev.netproof.plan.ClusterFacts.Pod;
import dev.netproof.plan.ClusterFacts.Readiness;
import dev.netproof.plan.ClusterFacts.Service;
import dev.netproof.plan.ClusterFacts.ServicePort;
import dev.netproof.plan.Reach.Way;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Finds out what a destination is in this cluster: addresses, ports, and the pods behind them. */
final class Destinations {
    private static final int DNS_PORT = 53;

    /** A name that every cluster's DNS answers for, one way or the other. */
    private static final String DNS_QUERY = "kubernetes.default.svc.cluster.local.";

    private final ClusterFacts facts;
    private final PlanTerms terms;
    private final Map<String, Pod> podsByIp = new HashMap<>();
    private final Set<String> notes = new TreeSet<>();
    private final Map<Destination, Reach> reaches = new HashMap<>();
    /** Those that pods and Services here have addresses of. */
    private final Set<Family> families = EnumSet.noneOf(Family.class);

    Destinations(ClusterFacts facts, PlanTerms terms) {
        this.facts = facts;
        this.terms = terms;
        // Pods in their node's network share its addresses.
        facts.pods().stream()
                .filter(pod -> pod.network() == ClusterFacts.Network.POD)
                .forEach(pod -> pod.ips().forEach(ip -> podsByIp.put(ip, pod)));
        podsByIp.keySet().forEach(ip -> families.add(Family.of(ip)));
        facts.services().forEach(service -> service.clusterIps().forEach(ip -> families.add(Family.of(ip))));
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
            return service(destination, service);
        }
        if (target instanceof Target.Pods pods) {
            Selector selector = Selector.of(pods.labels());
            return pods(
                    destination,
                    pods.namespace(),
                    "pods " + Labels.text(pods.labels()),
                    facts.pods().stream()
                            .filter(p -> p.namespace().equals(pods.namespace()) && selector.selects(p.labels()))
                            .toList(),
                    () -> Reach.none(PreflightVerdicts.nothingSelected(Labels.text(pods.labels()), pods.namespace())));
        }
        if (target instanceof Target.Workload workload) {
            return workload(destination, workload);
        }
        if (target instanceof Target.Pod pod) {
            Set<String> names = names(pod.namespace());
            return pods(
                    destination,
                    pod.namespace(),
                    "pod " + pod.name(),
                    facts.pods().stream()
                            .filter(p -> p.namespace().equals(pod.namespace())
                                    && p.name().equals(pod.name()))
                            .toList(),
                    () -> Reach.none(PreflightVerdicts.missing("pod", pod.name(), pod.namespace(), names)));
        }
        if (target instanceof Target.Ip ip) {
            return outside(destination, ip.ip(), List.of(ip.ip()));
        }
        Target.Host host = (Target.Host) target;
        return outside(
                destination,
                host.host(),
                terms.addresses().getOrDefault(host.host(), List.of()).stream()
                        .filter(ip -> isAsked(destination, ip))
                        .toList());
    }

    private Optional<Service> find(Target.Service service) {
        return facts.services().stream()
                .filter(s ->
                        s.namespace().equals(service.namespace()) && s.name().equals(service.name()))
                .findFirst();
    }

    private static List<ServicePort> port(Service service, Destination destination) {
        Protocol transport = destination.protocol().transport();
        return service.ports().stream()
                .filter(p -> p.protocol() == transport)
                .filter(p -> destination.port().map(asked -> matches(asked, p)).orElse(true))
                .toList();
    }

    private static boolean matches(PortRef asked, ServicePort port) {
        if (asked instanceof PortRef.Number number) {
            return port.port() == number.value();
        }
        return port.name().equals(Optional.of(asked.toString()));
    }

    private Reach service(Destination destination, Target.Service target) {
        Optional<Service> found = find(target);
        Optional<String> hidden = facts.hidden("services", target.namespace());
        if (found.isEmpty() && hidden.isPresent()) {
            return Reach.none(
                    PreflightVerdicts.hidden(hidden.get(), "the Service " + target.name(), Reason.NO_DESTINATION));
        }
        if (found.isEmpty()) {
            Set<String> names = facts.services().stream()
                    .filter(s -> s.namespace().equals(target.namespace()))
                    .map(Service::name)
                    .collect(Collectors.toSet());
            return Reach.none(PreflightVerdicts.missing("Service", target.name(), target.namespace(), names));
        }
        Service service = found.get();
        String what = "Service " + service.name();
        List<ServicePort> candidates = port(service, destination);
        if (candidates.isEmpty()) {
            String asked = destination.port().map(Object::toString).orElse("of protocol") + "/"
                    + destination.protocol().transport();
            List<String> ports =
                    service.ports().stream().map(Destinations::text).toList();
            return Reach.none(PreflightVerdicts.noSuchPort(what, asked, ports));
        }
        if (candidates.size() > 1) {
            return Reach.none(PreflightVerdicts.portNeeded(
                    what, candidates.stream().map(Destinations::text).toList()));
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
        List<Endpoint> ready =
                all.stream().filter(e -> e.readiness() == Readiness.READY).toList();
        Optional<String> slices = facts.hidden("endpointslices", target.namespace());
        if (ready.isEmpty() && slices.isPresent()) {
            return Reach.none(
                    PreflightVerdicts.hidden(slices.get(), "which pods are behind " + what, Reason.NO_BACKEND));
        }
        if (ready.isEmpty()) {
            return Reach.none(PreflightVerdicts.noReadyPod(what, all.size()));
        }
        List<Backend> backends = EndpointCap.of(terms.endpoints())
                .choose(ready.stream()
                        .map(e -> backend(e.ip(), e.port(), port.protocol(), named(service.namespace(), e)))
                        .toList());
        List<Way> ways = new ArrayList<>();
        String name = service.name() + "." + service.namespace() + ".svc";
        if (!isQuery(destination, port.port())) {
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
                        attempt(destination, vip, port.port(), name),
                        Path.Kind.VIP,
                        vip,
                        port.port(),
                        backends.stream()
                                .filter(b -> Family.of(b.ip()) == family)
                                .toList()));
            }
        }
        for (Backend backend : backends) {
            ways.add(new Way(
                    attempt(destination, backend.ip(), backend.port(), name),
                    Path.Kind.POD,
                    backend.ip(),
                    backend.port(),
                    List.of(backend)));
        }
        return new Reach(ways, nodes(backends));
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

    private static boolean isAsked(Destination destination, String ip) {
        return destination.family().map(Family.of(ip)::equals).orElse(true);
    }

    private static String text(ServicePort port) {
        return port.port() + "/" + port.protocol()
                + port.name().map(n -> " (" + n + ")").orElse("");
    }

    private Reach workload(Destination destination, Target.Workload target) {
        Set<String> names = new HashSet<>();
        for (ClusterFacts.Workload workload : facts.workloads()) {
            if (workload.namespace().equals(target.namespace()) && workload.kind() == target.kind()) {
                if (workload.name().equals(target.name())) {
                    return pods(
                            destination,
                            target.namespace(),
                            target.kind().kind() + " " + target.name(),
                            facts.pods().stream()
                                    .filter(p -> p.namespace().equals(target.namespace())
                                            && workload.selector().selects(p.labels()))
                                    .toList(),
                            () -> Reach.none(
                                    PreflightVerdicts.noReadyPod(target.kind().kind() + " " + target.name(), 0)));
                }
                names.add(workload.name());
            }
        }
        return Reach.none(facts.hidden(Planner.plural(target.kind()), target.namespace())
                .map(doing -> PreflightVerdicts.hidden(
                        doing, "the " + target.kind().kind() + " " + target.name(), Reason.NO_DESTINATION))
                .orElseGet(() ->
                        PreflightVerdicts.missing(target.kind().kind(), target.name(), target.namespace(), names)));
    }

    private Set<String> names(String namespace) {
        return facts.pods().stream()
                .filter(p -> p.namespace().equals(namespace))
                .map(Pod::name)
                .collect(Collectors.toSet());
    }

    private Reach pods(
            Destination destination,
            String namespace,
            String what,
            List<Pod> pods,
            java.util.function.Supplier<Reach> whenNone) {
        List<Pod> living =
                pods.stream().filter(p -> p.readiness() != Readiness.GONE).toList();
        if (living.isEmpty()) {
            return whenNone.get();
        }
        List<Pod> ready = living.stream()
                .filter(p -> p.readiness() == Readiness.READY && !p.ips().isEmpty())
                .toList();
        if (ready.isEmpty()) {
            return Reach.none(PreflightVerdicts.noReadyPod(what + " in namespace " + namespace, living.size()));
        }
        Protocol transport = destination.protocol().transport();
        List<Backend> backends = new ArrayList<>();
        List<Pod> others = new ArrayList<>();
        for (Pod pod : ready) {
            Optional<Integer> port = containerPort(pod, destination, transport);
            if (port.isEmpty()) {
                List<String> ports = pod.ports().stream()
                        .map(p -> p.number() + "/" + p.protocol()
                                + p.name().map(n -> " (" + n + ")").orElse(""))
                        .toList();
                return Reach.none(
                        destination.port().isPresent()
                                ? PreflightVerdicts.noSuchPort(
                                        "pod " + pod.name(),
                                        destination.port().get().toString(),
                                        ports)
                                : PreflightVerdicts.portNeeded("pod " + pod.name(), ports));
            }
            List<String> addresses = addresses(pod, destination);
            if (addresses.isEmpty()) {
                others.add(pod);
            }
            addresses.forEach(ip -> backends.add(backend(ip, port.get(), transport, Optional.of(pod))));
        }
        if (backends.isEmpty()) {
            return Reach.none(PreflightVerdicts.noAddressOf(
                    destination.family().orElseThrow(), "pod " + ready.get(0).name()));
        }
        others.forEach(pod -> notes.add("pod " + pod.name() + " in namespace " + pod.namespace() + " has no "
                + destination.family().map(Family::word).orElse("such") + " address: "
                + destination.name() + " is said of the others"));
        List<Backend> chosen = EndpointCap.of(terms.endpoints()).choose(backends);
        List<Way> ways = chosen.stream()
                .map(b -> new Way(
                        attempt(destination, b.ip(), b.port(), destination.name()),
                        Path.Kind.POD,
                        b.ip(),
                        b.port(),
                        List.of(b)))
                .toList();
        return new Reach(ways, nodes(chosen));
    }

    /**
     * A pod is all its addresses. One in its node's network has the node's, of families perhaps that pods have none of: nobody reaches
     * those from a pod, with or without a policy.
     */
    private List<String> addresses(Pod pod, Destination destination) {
        String primary = pod.ips().get(0);
        return pod.ips().stream()
                .filter(ip -> isAsked(destination, ip))
                .filter(ip -> ip.equals(primary) || families.contains(Family.of(ip)))
                .toList();
    }

    private static Optional<Integer> containerPort(Pod pod, Destination destination, Protocol transport) {
        if (destination.port().isPresent() && destination.port().get() instanceof PortRef.Number number) {
            return Optional.of(number.value());
        }
        List<Integer> numbers = pod.ports().stream()
                .filter(p -> p.protocol() == transport)
                .filter(p -> destination
                        .port()
                        .map(asked -> p.name().equals(Optional.of(asked.toString())))
                        .orElse(true))
                .map(ClusterFacts.ContainerPort::number)
                .toList();
        return numbers.size() == 1 ? Optional.of(numbers.get(0)) : Optional.empty();
    }

    private Reach outside(Destination destination, String name, List<String> ips) {
        int port = destination.port().isPresent() && destination.port().get() instanceof PortRef.Number number
                ? number.value()
                : destination.protocol() == Protocol.HTTPS ? 443 : destination.protocol() == Protocol.HTTP ? 80 : 53;
        List<Way> ways = new ArrayList<>();
        for (String address : ips) {
            Backend backend = backend(
                    address, port, destination.protocol().transport(), Optional.ofNullable(podsByIp.get(address)));
            ways.add(new Way(
                    attempt(destination, address, port, name),
                    backend.pod().isPresent() ? Path.Kind.POD : Path.Kind.ADDRESS,
                    address,
                    port,
                    List.of(backend)));
        }
        List<Attempt> controls = ways.stream().map(Way::attempt).toList();
        if (destination.target() instanceof Target.Host) {
            controls = resolving(destination).stream()
                    .map(family -> byName(destination, name, port, family))
                    .toList();
            ways.add(
                    0,
                    new Way(
                            byName(destination, name, port, destination.family()),
                            Path.Kind.LOOKUP,
                            name,
                            port,
                            List.of()));
        }
        return new Reach(ways, controls, Optional.empty(), List.of());
    }

    /** In which families a control resolves a host: where pods have addresses of both, in the one and the other. */
    private List<Optional<Family>> resolving(Destination destination) {
        return destination.family().isPresent() || families.size() < 2
                ? List.of(destination.family())
                : families.stream().map(Optional::of).toList();
    }

    private static Attempt attempt(Destination destination, String ip, int port, String host) {
        if (isQuery(destination, port)) {
            return new Attempt.DnsQuery(ip, port, destination.request().query().orElse(DNS_QUERY));
        }
        if (destination.protocol() == Protocol.HTTP || destination.protocol() == Protocol.HTTPS) {
            return new Attempt.Http(
                    destination.protocol() == Protocol.HTTP ? "http" : "https",
                    destination.target() instanceof Target.Ip ? ip : host,
                    ip,
                    port,
                    destination.request().path().orElse("/"),
                    destination.request().status());
        }
        return switch (destination.protocol()) {
            case UDP -> new Attempt.Udp(ip, port, send(destination));
            case SCTP -> new Attempt.Sctp(ip, port);
            default -> new Attempt.Connect(ip, port);
        };
    }

    private static Attempt byName(Destination destination, String name, int port, Optional<Family> family) {
        if (isQuery(destination, port)) {
            return new Attempt.ByName(
                    name, port, Protocol.DNS, destination.request().query().orElse(DNS_QUERY), family);
        }
        return switch (destination.protocol()) {
            case UDP -> new Attempt.ByName(name, port, Protocol.UDP, send(destination), family);
            case SCTP -> new Attempt.ByName(name, port, Protocol.SCTP, "", family);
            default -> new Attempt.ByName(name, port, Protocol.TCP, "", family);
        };
    }

    private static String send(Destination destination) {
        return destination.request().send().orElse(Attempt.Udp.ECHO);
    }

    /** A name server is asked what it answers, unless the matrix says what to send. */
    private static boolean isQuery(Destination destination, int port) {
        return destination.protocol() == Protocol.DNS
                || (destination.protocol() == Protocol.UDP
                        && port == DNS_PORT
                        && destination.request().send().isEmpty());
    }

    private Optional<Pod> named(String namespace, Endpoint endpoint) {
        return endpoint.pod()
                .flatMap(name -> facts.pods().stream()
                        .filter(p -> p.namespace().equals(namespace)
                                && p.name().equals(name)
                                && p.ips().contains(endpoint.ip()))
                        .findFirst())
                .or(() -> Optional.ofNullable(podsByIp.get(endpoint.ip())));
    }

    private Backend backend(String ip, int port, Protocol transport, Optional<Pod> pod) {
        pod.filter(p -> p.network() == ClusterFacts.Network.NODE)
                .ifPresent(p -> notes.add("pod " + p.name() + " in namespace " + p.namespace()
                        + " runs in its node's network: policies do not select it, and what is said of it is said of the"
                        + " node's address " + ip));
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
                                : Optional.empty())));
    }

    /** The kubelet probes a pod at its primary address alone. */
    private static boolean isPrimary(Pod pod, String ip) {
        return pod.ips().indexOf(ip) <= 0;
    }

    /** What a reader must know of the destinations that were looked at. */
    Set<String> notes() {
        return notes;
    }

    private static List<String> nodes(List<Backend> backends) {
        return backends.stream()
                .flatMap(b -> b.pod().flatMap(Backend.TargetPod::node).stream())
                .distinct()
                .toList();
    }
}
