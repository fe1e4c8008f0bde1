package dev.netproof.plan;

import dev.netproof.model.Destination;
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
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
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

    Destinations(ClusterFacts facts, PlanTerms terms) {
        this.facts = facts;
        this.terms = terms;
        // Pods in their node's network share its addresses.
        facts.pods().stream()
                .filter(pod -> pod.network() == ClusterFacts.Network.POD)
                .forEach(pod -> pod.ips().forEach(ip -> podsByIp.put(ip, pod)));
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
                    () -> Reach.none(Foregone.nothingSelected(Labels.text(pods.labels()), pods.namespace())));
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
                    () -> Reach.none(Foregone.missing("pod", pod.name(), pod.namespace(), names)));
        }
        if (target instanceof Target.Ip ip) {
            return outside(destination, ip.ip(), Optional.of(ip.ip()));
        }
        Target.Host host = (Target.Host) target;
        return outside(
                destination, host.host(), Optional.ofNullable(terms.addresses().get(host.host())));
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
            return Reach.none(Foregone.hidden(hidden.get(), "the Service " + target.name(), Reason.NO_DESTINATION));
        }
        if (found.isEmpty()) {
            Set<String> names = facts.services().stream()
                    .filter(s -> s.namespace().equals(target.namespace()))
                    .map(Service::name)
                    .collect(Collectors.toSet());
            return Reach.none(Foregone.missing("Service", target.name(), target.namespace(), names));
        }
        Service service = found.get();
        String what = "Service " + service.name();
        List<ServicePort> candidates = port(service, destination);
        if (candidates.isEmpty()) {
            String asked = destination.port().map(Object::toString).orElse("of protocol") + "/"
                    + destination.protocol().transport();
            List<String> ports =
                    service.ports().stream().map(Destinations::text).toList();
            return Reach.none(Foregone.noSuchPort(what, asked, ports));
        }
        if (candidates.size() > 1) {
            return Reach.none(Foregone.portNeeded(
                    what, candidates.stream().map(Destinations::text).toList()));
        }
        ServicePort port = candidates.get(0);
        List<Endpoint> all = service.endpoints().stream()
                .filter(e -> e.servicePort().equals(port.name()) && e.protocol() == port.protocol())
                .filter(e -> family(e.ip())
                        == family(service.clusterIps().stream().findFirst().orElse(e.ip())))
                .toList();
        List<Endpoint> ready =
                all.stream().filter(e -> e.readiness() == Readiness.READY).toList();
        Optional<String> slices = facts.hidden("endpointslices", target.namespace());
        if (ready.isEmpty() && slices.isPresent()) {
            return Reach.none(Foregone.hidden(slices.get(), "which pods are behind " + what, Reason.NO_BACKEND));
        }
        if (ready.isEmpty()) {
            return Reach.none(Foregone.noReadyPod(what, all.size()));
        }
        List<Backend> backends = sample(ready.stream()
                .map(e -> backend(e.ip(), e.port(), port.protocol(), named(service.namespace(), e)))
                .toList());
        List<Way> ways = new ArrayList<>();
        String name = service.name() + "." + service.namespace() + ".svc";
        if (!isQuery(destination, port.port())) {
            // Without ".svc" the resolver's search path finds it one step earlier, and each step is a question to DNS.
            String shorter = service.name() + "." + service.namespace();
            Attempt lookup = new Attempt.Lookup(
                    shorter,
                    family(service.clusterIps().stream()
                            .findFirst()
                            .orElse(backends.get(0).ip())));
            ways.add(new Way(lookup, Path.Kind.LOOKUP, shorter, port.port(), List.of()));
        }
        if (!service.clusterIps().isEmpty()) {
            String vip = service.clusterIps().get(0);
            ways.add(new Way(attempt(destination, vip, port.port(), name), Path.Kind.VIP, vip, port.port(), backends));
        }
        for (Backend backend : backends) {
            ways.add(new Way(
                    attempt(destination, backend.ip(), backend.port(), name),
                    Path.Kind.POD,
                    backend.ip(),
                    backend.port(),
                    List.of(backend)));
        }
        return new Reach(ways, Optional.empty(), nodes(backends));
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
                            () -> Reach.none(Foregone.noReadyPod(target.kind().kind() + " " + target.name(), 0)));
                }
                names.add(workload.name());
            }
        }
        return Reach.none(facts.hidden(Planner.plural(target.kind()), target.namespace())
                .map(doing -> Foregone.hidden(
                        doing, "the " + target.kind().kind() + " " + target.name(), Reason.NO_DESTINATION))
                .orElseGet(() -> Foregone.missing(target.kind().kind(), target.name(), target.namespace(), names)));
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
            return Reach.none(Foregone.noReadyPod(what + " in namespace " + namespace, living.size()));
        }
        Protocol transport = destination.protocol().transport();
        List<Backend> backends = new ArrayList<>();
        for (Pod pod : ready) {
            Optional<Integer> port = containerPort(pod, destination, transport);
            if (port.isEmpty()) {
                List<String> ports = pod.ports().stream()
                        .map(p -> p.number() + "/" + p.protocol()
                                + p.name().map(n -> " (" + n + ")").orElse(""))
                        .toList();
                return Reach.none(
                        destination.port().isPresent()
                                ? Foregone.noSuchPort(
                                        "pod " + pod.name(),
                                        destination.port().get().toString(),
                                        ports)
                                : Foregone.portNeeded("pod " + pod.name(), ports));
            }
            backends.add(backend(pod.ips().get(0), port.get(), transport, Optional.of(pod)));
        }
        List<Backend> chosen = sample(backends);
        List<Way> ways = chosen.stream()
                .map(b -> new Way(
                        attempt(destination, b.ip(), b.port(), destination.name()),
                        Path.Kind.POD,
                        b.ip(),
                        b.port(),
                        List.of(b)))
                .toList();
        return new Reach(ways, Optional.empty(), nodes(chosen));
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

    private Reach outside(Destination destination, String name, Optional<String> ip) {
        int port = destination.port().isPresent() && destination.port().get() instanceof PortRef.Number number
                ? number.value()
                : destination.protocol() == Protocol.HTTPS ? 443 : destination.protocol() == Protocol.HTTP ? 80 : 53;
        List<Way> ways = new ArrayList<>();
        if (destination.target() instanceof Target.Host) {
            ways.add(new Way(byName(destination, name, port), Path.Kind.LOOKUP, name, port, List.of()));
        }
        ip.ifPresent(address -> {
            Backend backend = backend(
                    address, port, destination.protocol().transport(), Optional.ofNullable(podsByIp.get(address)));
            ways.add(new Way(
                    attempt(destination, address, port, name),
                    backend.pod().isPresent() ? Path.Kind.POD : Path.Kind.ADDRESS,
                    address,
                    port,
                    List.of(backend)));
        });
        return new Reach(ways, Optional.empty(), List.of());
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

    private static Attempt byName(Destination destination, String name, int port) {
        if (isQuery(destination, port)) {
            return new Attempt.ByName(
                    name, port, Protocol.DNS, destination.request().query().orElse(DNS_QUERY));
        }
        return switch (destination.protocol()) {
            case UDP -> new Attempt.ByName(name, port, Protocol.UDP, send(destination));
            case SCTP -> new Attempt.ByName(name, port, Protocol.SCTP, "");
            default -> new Attempt.ByName(name, port);
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
                        transport == Protocol.TCP
                                ? p.probes().stream()
                                        .filter(k -> k.port() == port)
                                        .findFirst()
                                : Optional.empty())));
    }

    /** What a reader must know of the destinations that were looked at. */
    Set<String> notes() {
        return notes;
    }

    /** Some of many, in a stable order, with every node that runs one. */
    private List<Backend> sample(List<Backend> backends) {
        List<Backend> sorted =
                backends.stream().sorted(Comparator.comparing(Backend::key)).toList();
        Set<Backend> chosen = new LinkedHashSet<>();
        Set<Optional<String>> covered = new HashSet<>();
        sorted.stream()
                .filter(b -> covered.add(b.pod().flatMap(Backend.TargetPod::node)))
                .forEach(chosen::add);
        sorted.stream().takeWhile(b -> chosen.size() < terms.endpoints()).forEach(chosen::add);
        return List.copyOf(chosen);
    }

    private static List<String> nodes(List<Backend> backends) {
        return backends.stream()
                .flatMap(b -> b.pod().flatMap(Backend.TargetPod::node).stream())
                .distinct()
                .toList();
    }

    private static Attempt.Family family(String ip) {
        return Attempt.Family.of(ip);
    }
}
