package dev.netproof.plan;

import dev.netproof.model.Check;
import dev.netproof.model.Destination;
import dev.netproof.model.Expectation;
import dev.netproof.model.Identity;
import dev.netproof.model.Location;
import dev.netproof.model.Matrix;
import dev.netproof.model.Placement;
import dev.netproof.model.PortRef;
import dev.netproof.model.Protocol;
import dev.netproof.model.Source;
import dev.netproof.model.Target;
import dev.netproof.model.WorkloadKind;
import dev.netproof.plan.ClusterFacts.ContainerPort;
import dev.netproof.plan.ClusterFacts.Endpoint;
import dev.netproof.plan.ClusterFacts.Existence;
import dev.netproof.plan.ClusterFacts.KubeletProbe;
import dev.netproof.plan.ClusterFacts.Network;
import dev.netproof.plan.ClusterFacts.Node;
import dev.netproof.plan.ClusterFacts.Owner;
import dev.netproof.plan.ClusterFacts.Pod;
import dev.netproof.plan.ClusterFacts.PodSelecting;
import dev.netproof.plan.ClusterFacts.Policies;
import dev.netproof.plan.ClusterFacts.Policy;
import dev.netproof.plan.ClusterFacts.Publishing;
import dev.netproof.plan.ClusterFacts.Readiness;
import dev.netproof.plan.ClusterFacts.Service;
import dev.netproof.plan.ClusterFacts.ServicePort;
import dev.netproof.plan.ClusterFacts.Serving;
import dev.netproof.plan.ClusterFacts.Stage;
import dev.netproof.plan.ClusterFacts.Workload;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/** A small cluster and what a matrix says about it: a namespace "shop" on two nodes. */
public final class Shop {
    public static final String NAMESPACE = "shop";

    private final Map<String, Existence> namespaces = new TreeMap<>(Map.of(NAMESPACE, Existence.PRESENT));
    private final List<Pod> pods = new ArrayList<>();
    private final List<Service> services = new ArrayList<>();
    private final List<Workload> workloads = new ArrayList<>();
    private final List<PodSelecting> selectors = new ArrayList<>();
    private final List<Node> nodes = new ArrayList<>();
    private final Set<String> unreadable = new TreeSet<>();
    private final List<Check> checks = new ArrayList<>();
    private Policies policies = Policies.NONE;

    public static Shop withNodes(String... names) {
        Shop shop = new Shop();
        for (String name : names) {
            shop.nodes.add(new Node(name, Optional.empty(), Map.of()));
        }
        return shop;
    }

    public Shop unusableNode(String name, String why) {
        nodes.add(new Node(name, Optional.of(why), Map.of()));
        return this;
    }

    /** A node that is there already gets these labels. */
    Shop labelled(String node, Map<String, String> labels) {
        nodes.replaceAll(one -> one.name().equals(node) ? new Node(node, one.unusable(), labels) : one);
        return this;
    }

    public Shop namespace(String name, Existence existence) {
        namespaces.put(name, existence);
        return this;
    }

    public Shop unreadable(String what) {
        unreadable.add(what);
        return this;
    }

    /** A ready pod with the label app=APP. */
    public Shop pod(String app, String ip, String node, int port) {
        return pod(app, ip, node, Readiness.READY, List.of(), port(port));
    }

    public Shop pod(
            String app,
            String ip,
            String node,
            Readiness readiness,
            List<KubeletProbe> probes,
            ContainerPort... ports) {
        return pod(app, List.of(ip), node, readiness, probes, Network.POD, ports);
    }

    /** A ready pod with an address in each family, the primary one first. */
    public Shop dualPod(String app, String ip, String other, String node, int port) {
        return pod(app, List.of(ip, other), node, Readiness.READY, List.of(), Network.POD, port(port));
    }

    /** The same, and the kubelet probes its port. */
    public Shop probedDualPod(String app, String ip, String other, String node, int port) {
        return pod(
                app,
                List.of(ip, other),
                node,
                Readiness.READY,
                List.of(new KubeletProbe(port)),
                Network.POD,
                port(port));
    }

    /** A ready pod in its node's network, which has an address in each family. */
    public Shop dualHostPod(String app, String ip, String other, String node, int port) {
        return pod(app, List.of(ip, other), node, Readiness.READY, List.of(), Network.NODE, port(port));
    }

    /** A ready pod in its node's network. */
    public Shop hostPod(String app, String ip, String node, int port) {
        return pod(app, List.of(ip), node, Readiness.READY, List.of(), Network.NODE, port(port));
    }

    private Shop pod(
            String app,
            List<String> ips,
            String node,
            Readiness readiness,
            List<KubeletProbe> probes,
            Network network,
            ContainerPort... ports) {
        String name = app + "-" + ips.get(0).substring(ips.get(0).lastIndexOf('.') + 1);
        pods.add(new Pod(
                NAMESPACE,
                name,
                "uid-" + name,
                Map.of("app", app),
                ips,
                Optional.of(node),
                readiness,
                0,
                List.of(ports),
                probes,
                network));
        return this;
    }

    public static ContainerPort port(int number) {
        return new ContainerPort(Optional.empty(), number, Protocol.TCP);
    }

    public static ContainerPort port(String name, int number, Protocol protocol) {
        return new ContainerPort(Optional.of(name), number, protocol);
    }

    /** A Service on one port over all pods with app=NAME, whatever their state. */
    public Shop service(String name, String ip, int port, int targetPort) {
        return service(
                name,
                List.of(ip),
                new ServicePort(Optional.empty(), port, new PortRef.Number(targetPort), Protocol.TCP));
    }

    public Shop service(String name, List<String> ips, ServicePort... ports) {
        List<Endpoint> endpoints = new ArrayList<>();
        for (Pod pod : pods) {
            if (pod.labels().containsValue(name)) {
                for (ServicePort port : ports) {
                    int number = port.targetPort() instanceof PortRef.Number n
                            ? n.value()
                            : pod.ports().stream()
                                    .filter(p -> p.name()
                                            .equals(Optional.of(
                                                    port.targetPort().toString())))
                                    .findFirst()
                                    .orElseThrow()
                                    .number();
                    for (String address : slice(pod, ips)) {
                        endpoints.add(new Endpoint(
                                address,
                                Optional.of(pod.name()),
                                pod.node(),
                                pod.readiness() == Readiness.READY ? Serving.READY : Serving.NOT,
                                port.name(),
                                number,
                                port.protocol()));
                    }
                }
            }
        }
        services.add(new Service(
                NAMESPACE, name, Map.of("app", name), ips, List.of(ports), Publishing.READY_ONLY, endpoints));
        return this;
    }

    /** A dual-stack Service on one port over all pods with app=NAME. */
    public Shop dualService(String name, String ip, String other, int port, int targetPort) {
        return service(
                name,
                List.of(ip, other),
                new ServicePort(Optional.empty(), port, new PortRef.Number(targetPort), Protocol.TCP));
    }

    /** A Service without a selector, with somebody's own EndpointSlices. */
    public Shop handmade(String name, List<String> ips, int port, List<String> addresses) {
        services.add(new Service(
                NAMESPACE,
                name,
                Map.of(),
                ips,
                List.of(new ServicePort(Optional.empty(), port, new PortRef.Number(port), Protocol.TCP)),
                Publishing.READY_ONLY,
                addresses.stream()
                        .map(address -> new Endpoint(
                                address,
                                Optional.empty(),
                                Optional.empty(),
                                Serving.READY,
                                Optional.empty(),
                                port,
                                Protocol.TCP))
                        .toList()));
        return this;
    }

    /** A Service of this name leads to endpoints on the sender's node alone. */
    public Shop localTraffic(String name) {
        return service(
                name,
                s -> new Service(
                        s.namespace(),
                        s.name(),
                        s.selector(),
                        s.clusterIps(),
                        s.ports(),
                        s.publishing(),
                        s.endpoints(),
                        ClusterFacts.InternalTraffic.LOCAL,
                        s.externalName()));
    }

    /** What has become of an endpoint of a Service. */
    public Shop endpoint(String name, String ip, Serving serving) {
        return service(
                name,
                s -> new Service(
                        s.namespace(),
                        s.name(),
                        s.selector(),
                        s.clusterIps(),
                        s.ports(),
                        s.publishing(),
                        s.endpoints().stream()
                                .map(e -> e.ip().equals(ip)
                                        ? new Endpoint(
                                                e.ip(),
                                                e.pod(),
                                                e.node(),
                                                serving,
                                                e.servicePort(),
                                                e.port(),
                                                e.protocol())
                                        : e)
                                .toList(),
                        s.traffic(),
                        s.externalName()));
    }

    private Shop service(String name, UnaryOperator<Service> change) {
        services.replaceAll(service -> service.name().equals(name) ? change.apply(service) : service);
        return this;
    }

    /** A Service of type ExternalName. */
    public Shop external(String name, String host, ServicePort... ports) {
        services.add(new Service(
                NAMESPACE,
                name,
                Map.of(),
                List.of(),
                List.of(ports),
                Publishing.READY_ONLY,
                List.of(),
                ClusterFacts.InternalTraffic.CLUSTER,
                Optional.of(host)));
        return this;
    }

    /** A pod of this name that is there already has these labels and was made by this Deployment. */
    public Shop made(String pod, String deployment, Map<String, String> labels) {
        pods.replaceAll(p -> p.name().equals(pod)
                ? new Pod(
                        p.namespace(),
                        p.name(),
                        p.uid(),
                        labels,
                        p.ips(),
                        p.node(),
                        p.readiness(),
                        p.restarts(),
                        p.ports(),
                        p.probes(),
                        p.network(),
                        p.serviceAccount(),
                        List.of(new ClusterFacts.Owner(dev.netproof.model.WorkloadKind.DEPLOYMENT, deployment)),
                        p.stage())
                : p);
        return this;
    }

    /** Which of a pod's addresses are in the EndpointSlices of a Service: those of its own families. */
    private static List<String> slice(Pod pod, List<String> clusterIps) {
        return clusterIps.isEmpty() || pod.ips().size() == 1
                ? pod.ips()
                : pod.ips().stream()
                        .filter(ip -> clusterIps.stream().anyMatch(own -> own.contains(":") == ip.contains(":")))
                        .toList();
    }

    public Shop publishingNotReady(String name, Map<String, String> selector) {
        services.add(new Service(NAMESPACE, name, selector, List.of(), List.of(), Publishing.NOT_READY_TOO, List.of()));
        return this;
    }

    /** A live pod that a workload made. */
    public Shop madeBy(WorkloadKind kind, String workload, String name, Map<String, String> labels) {
        return madeBy(kind, workload, name, labels, Stage.LIVE, "");
    }

    public Shop madeBy(
            WorkloadKind kind, String workload, String name, Map<String, String> labels, Stage stage, String account) {
        pods.add(new Pod(
                NAMESPACE,
                name,
                "uid-" + name,
                labels,
                List.of(),
                Optional.empty(),
                stage == Stage.LIVE ? Readiness.READY : Readiness.GONE,
                0,
                List.of(),
                List.of(),
                Network.POD,
                Optional.of(account).filter(given -> !given.isEmpty()),
                List.of(new Owner(kind, workload)),
                stage));
        return this;
    }

    /** A workload with this template. */
    public Shop workload(WorkloadKind kind, String name, Map<String, String> labels) {
        return workload(new Workload(
                kind,
                NAMESPACE,
                name,
                Selector.of(labels),
                labels,
                Optional.empty(),
                Map.of(),
                List.of(),
                Network.POD));
    }

    /** A policy in the namespace that lets these in, and is about no pod of a source. */
    public Shop admitting(Selector... peers) {
        List<Policy> known = new ArrayList<>(policies.found());
        known.add(new Policy(
                "networking.k8s.io/v1",
                "NetworkPolicy",
                Optional.of(NAMESPACE),
                "admitting-" + known.size(),
                "uid",
                "1",
                "1",
                Optional.of(Selector.of(Map.of())),
                Set.of(ClusterFacts.Direction.INGRESS),
                LabelReads.of(List.of(peers))));
        policies = new Policies(known, policies.unreadable());
        return this;
    }

    /** Nobody may read the policies. */
    public Shop withoutPolicies() {
        policies = Policies.UNKNOWN;
        return this;
    }

    public static Source from(WorkloadKind kind, String name) {
        return from(kind.prefix() + "/" + name, new Identity.Workload(kind, name), Source.Liveness.LIVE, Placement.ANY);
    }

    public Shop workload(Workload workload) {
        workloads.add(workload);
        return this;
    }

    public Shop selecting(ClusterFacts.Effect effect, String kind, String name, Map<String, String> labels) {
        selectors.add(new PodSelecting(effect, kind, NAMESPACE, name, Selector.of(labels)));
        return this;
    }

    public Shop allow(Source source, Destination destination) {
        return check(source, Expectation.ALLOW, destination);
    }

    public Shop deny(Source source, Destination destination) {
        return check(source, Expectation.DENY, destination);
    }

    public Shop check(Source source, Expectation expectation, Destination destination) {
        return check(source, expectation, destination, Check.Origin.CHECKS, Optional.empty());
    }

    public Shop check(
            Source source,
            Expectation expectation,
            Destination destination,
            Check.Origin origin,
            Optional<Check.Terms> terms) {
        checks.add(new Check(
                "shop",
                source,
                destination,
                expectation,
                Optional.empty(),
                new TreeSet<>(),
                origin,
                terms,
                line(10 + checks.size())));
        return this;
    }

    /** Whoever has app=APP. */
    public static Source from(String app) {
        return from(app, Map.of("app", app), Source.Liveness.LIVE, Placement.ANY);
    }

    public static Source from(String name, Map<String, String> labels, Source.Liveness liveness, Placement placement) {
        return from(name, new Identity.Labels(labels), liveness, placement);
    }

    public static Source from(String name, Identity identity, Source.Liveness liveness, Placement placement) {
        return new Source(name, NAMESPACE, identity, Optional.empty(), liveness, placement, line(3));
    }

    public static Source stranger() {
        return from("stranger", Map.of("run", "stranger"), Source.Liveness.SYNTHETIC, Placement.ANY);
    }

    public static Destination to(String service) {
        return to(new Target.Service(NAMESPACE, service), Optional.empty(), Protocol.TCP);
    }

    public static Destination to(String service, int port) {
        return to(new Target.Service(NAMESPACE, service), Optional.of(new PortRef.Number(port)), Protocol.TCP);
    }

    public static Destination to(Target target, Optional<PortRef> port, Protocol protocol) {
        String name = target instanceof Target.Service s
                ? s.name()
                : target instanceof Target.Host h ? h.host() : target.toString();
        return new Destination(name, target, port, protocol, Destination.Request.NONE, line(5));
    }

    private static Location line(int line) {
        return new Location("shop.yaml", line, 5);
    }

    public List<Matrix> matrices() {
        return List.of(new Matrix("shop", Optional.empty(), "00", checks, line(1)));
    }

    public ClusterFacts facts() {
        return new ClusterFacts(namespaces, pods, services, workloads, selectors, nodes, unreadable).with(policies);
    }

    public static PlanTerms terms() {
        return new PlanTerms(LocalDate.of(2026, 1, 1), 5, PlanTerms.Published.REFUSE, Optional.empty(), Map.of());
    }

    public Plan plan() {
        return plan(terms());
    }

    public Plan plan(PlanTerms terms) {
        return Planner.plan(matrices(), facts(), terms);
    }
}
