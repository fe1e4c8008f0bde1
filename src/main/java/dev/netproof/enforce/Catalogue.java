package dev.netproof.enforce;

import static dev.netproof.enforce.Role.AWAY_ONE;
import static dev.netproof.enforce.Role.AWAY_TWO;
import static dev.netproof.enforce.Role.ONE;
import static dev.netproof.enforce.Role.TWO;
import static dev.netproof.model.Enforcement.Direction.EGRESS;
import static dev.netproof.model.Enforcement.Direction.INGRESS;

import dev.netproof.enforce.EnforcementTerms.Besides;
import dev.netproof.enforce.Scenario.Edge;
import dev.netproof.enforce.Scenario.Step;
import dev.netproof.enforce.Scenario.Way;
import dev.netproof.model.Enforcement.Capability;
import dev.netproof.model.Enforcement.Direction;
import dev.netproof.model.Enforcement.Kind;
import dev.netproof.model.Enforcement.Profile;
import dev.netproof.model.Enforcement.Unseen;
import dev.netproof.model.Expectation;
import dev.netproof.model.Family;
import dev.netproof.model.PortRef;
import dev.netproof.model.Protocol;
import dev.netproof.plan.PolicyManifest;
import dev.netproof.plan.PolicyManifest.Block;
import dev.netproof.plan.PolicyManifest.Peer;
import dev.netproof.plan.PolicyManifest.Pods;
import dev.netproof.plan.PolicyManifest.Ports;
import dev.netproof.plan.PolicyManifest.Rule;
import dev.netproof.plan.Selector;
import dev.netproof.plan.Selector.Operator;
import dev.netproof.plan.Selector.Requirement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;

/** Everything that is put to the proof. */
final class Catalogue {
    static final String DEFAULT_DENY = "default-deny";
    static final String SCTP = "sctp";
    static final String IPV6 = "ipv6";
    static final String POLICY_BEFORE_POD = "policy-before-pod";

    /** What every server listens on. */
    static final int PORT = 8081;

    /** Those with many ports listen on all from the first to this one. */
    static final int LAST_PORT = 8084;

    /** Stands for the port that a server calls by this name: it is another number on every second node. */
    static final int NAMED_WEB = -1;

    /** Stands for the other one of the two numbers that {@link #NAMED_WEB} has. */
    static final int NOT_NAMED_WEB = -2;

    static final String WEB = "web";

    /** Declared for UDP alone, though the server listens on its number over TCP. */
    static final String WRONG_PROTOCOL = "wrong-protocol";

    static final int WRONG_PROTOCOL_PORT = 8083;

    private static final String STATE = "netproof.dev/state";
    private static final Map<String, String> LOCKED = Map.of(STATE, "locked");

    private static final String DOCS = "https://kubernetes.io/docs/concepts/services-networking/network-policies/";
    private static final String API =
            "https://kubernetes.io/docs/reference/kubernetes-api/policy-resources/network-policy-v1/";

    /** Looked at only where it is asked for. */
    static final String HOST_NETWORK = "host-network-source";

    /** What is not looked at unless somebody asks for it. */
    static final Unseen NO_HOST_NETWORK = new Unseen(
            "pods in their node's network",
            "a restricted namespace admits none; --host-network makes one that does, for these alone");

    private Catalogue() {}

    /** Every scenario of a profile, in the order to show them. */
    static List<Scenario> of(Profile profile, Besides besides) {
        return all().stream()
                .filter(one -> one.least().compareTo(profile) <= 0)
                .filter(one -> besides == Besides.HOST_NETWORK
                        || !one.capability().id().equals(HOST_NETWORK))
                .toList();
    }

    /** The rows to show for a node that nothing can run on. */
    static List<Scenario> least() {
        return of(Profile.CANARY, Besides.NOTHING);
    }

    private static List<Scenario> all() {
        List<Scenario> all = new ArrayList<>();
        defaultDeny(all);
        peers(all);
        policies(all);
        ports(all);
        protocols(all);
        blocks(all);
        services(all);
        changes(all);
        isolation(all);
        fresh(all);
        leftOpen(all);
        ends(all);
        return all;
    }

    private static void defaultDeny(List<Scenario> all) {
        Capability capability = must(
                DEFAULT_DENY,
                "default-deny",
                "no policy isolates anything: whatever the API server stores, everybody reaches everybody",
                "a pod that a policy selects is isolated in the policy's directions; only what some policy allows gets"
                        + " through",
                DOCS + "#the-two-sorts-of-pod-isolation",
                "flannel by itself: flanneld does not enforce network policies (https://github.com/flannel-io/flannel)",
                "OpenShift SDN has no egress policies (https://github.com/openshift/openshift-docs/pull/31476)",
                "Weave Net before egress policies were added in 2018 (https://github.com/weaveworks/weave/pull/3313)");
        all.add(new Scenario(
                capability,
                INGRESS,
                "a",
                Profile.CANARY,
                List.of(step(
                        policies -> List.of(policies.policy("", INGRESS), control(policies)),
                        allow(ONE),
                        deny(TWO),
                        denyService(TWO)))));
        all.add(new Scenario(
                capability,
                EGRESS,
                "a",
                Profile.CANARY,
                List.of(step(policies -> List.of(policies.policy("", EGRESS)), deny(TWO), denyService(TWO)))));
    }

    private static void peers(List<Scenario> all) {
        Capability pod = must(
                "pod-selector",
                "podSelector",
                "policies cannot tell pods apart",
                "a podSelector alone selects pods in the policy's own namespace",
                API);
        Capability namespace = must(
                "namespace-selector",
                "namespaceSelector",
                "policies cannot tell namespaces apart",
                "a namespaceSelector selects all pods of the namespaces with those labels; kubernetes.io/metadata.name is a"
                        + " label of every namespace",
                DOCS + "#targeting-a-namespace-by-its-name");
        Capability both = must(
                "namespace-and-pod",
                "namespace AND pod",
                "a peer of two selectors lets in more, or fewer, than those that satisfy both",
                "namespaceSelector and podSelector in one peer select particular pods within particular namespaces",
                DOCS + "#behavior-of-to-and-from-selectors");
        Capability either = must(
                "peers-or",
                "two peers as OR",
                "of two peers only one is let in, or neither",
                "peers of one rule are combined by OR",
                API);
        Capability expressions = must(
                "match-expressions",
                "matchExpressions",
                "selectors by In, NotIn and Exists select others than those meant",
                "a label selector's matchExpressions are ANDed",
                "https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#resources-that-support-set-based-requirements");
        for (Direction direction : Direction.values()) {
            all.add(one(pod, direction, "b", policies -> List.of(rule(direction, pods(ONE))), only(ONE)));
        }
        for (Direction direction : Direction.values()) {
            all.add(one(
                    namespace,
                    direction,
                    "b",
                    policies -> List.of(rule(direction, away(policies, Optional.empty()))),
                    only(AWAY_ONE, AWAY_TWO)));
        }
        for (Direction direction : Direction.values()) {
            all.add(one(
                    both,
                    direction,
                    "b",
                    policies -> List.of(rule(direction, away(policies, Optional.of(Selector.of(AWAY_ONE.labels()))))),
                    only(AWAY_ONE)));
        }
        for (Direction direction : Direction.values()) {
            all.add(one(
                    either,
                    direction,
                    "b",
                    policies -> List.of(rule(direction, pods(ONE), away(policies, Optional.empty()))),
                    only(ONE, AWAY_ONE, AWAY_TWO)));
        }
        for (Direction direction : Direction.values()) {
            all.add(one(
                    expressions,
                    direction,
                    direction == INGRESS ? "c" : "b",
                    policies -> List.of(rule(
                            direction,
                            new Pods(
                                    Optional.empty(),
                                    Optional.of(new Selector(
                                            Map.of(),
                                            List.of(
                                                    new Requirement(Role.WHO, Operator.IN, List.of("one", "three")),
                                                    new Requirement(Role.WHO, Operator.NOT_IN, List.of("two")),
                                                    new Requirement(Role.WHO, Operator.EXISTS, List.of()),
                                                    new Requirement(STATE, Operator.DOES_NOT_EXIST, List.of()))))))),
                    only(ONE)));
        }
    }

    /** Everybody in both namespaces, of whom these alone are let through. */
    private static List<Edge> only(Role... allowed) {
        Set<Role> through = Set.of(allowed);
        List<Edge> edges = new ArrayList<>();
        for (Role role : Role.PODS) {
            edges.add(through.contains(role) ? allow(role) : deny(role));
        }
        return edges;
    }

    private static void policies(List<Scenario> all) {
        Capability capability = must(
                "policies-add-up",
                "policies add up",
                "a second policy on the same pods has no effect, or replaces the first",
                "network policies do not conflict; they are additive: what any of them allows is allowed",
                DOCS + "#the-two-sorts-of-pod-isolation",
                "AWS VPC CNI, of two egress rules for overlapping ipBlocks: seen with agent 1.0.7"
                        + " (https://github.com/aws/aws-network-policy-agent/issues/180)");
        for (Direction direction : Direction.values()) {
            all.add(new Scenario(
                    capability,
                    direction,
                    "a",
                    Profile.FULL,
                    List.of(step(
                            policies -> List.of(
                                    policies.policy("first", direction, rule(direction, pods(ONE))),
                                    policies.policy(
                                            "second",
                                            direction,
                                            rule(
                                                    direction,
                                                    away(policies, Optional.of(Selector.of(AWAY_TWO.labels())))))),
                            only(ONE, AWAY_TWO).toArray(Edge[]::new)))));
        }
    }

    private static void ports(List<Scenario> all) {
        Capability number = must(
                "numeric-port",
                "numeric port",
                "a rule for one port opens the others, or none",
                "a rule with ports allows traffic to these ports of the target pod alone",
                API);
        Capability named = must(
                "named-port",
                "named port",
                "a port's name is taken for one number everywhere, or for none",
                "a port may be the name of a container port: each pod's own number of that name and protocol",
                API,
                "kube-router before named ports were added in 2019 (https://github.com/cloudnativelabs/kube-router/pull/679)",
                "AWS VPC CNI: an ingress rule by name lets nobody in whose own pod has no port of that name"
                        + " (https://github.com/aws/amazon-network-policy-controller-k8s/issues/81)",
                "OVN-Kubernetes: a rule by name opened another port of the same protocol, seen in 2021"
                        + " (https://github.com/ovn-kubernetes/ovn-kubernetes/issues/2117)");
        Capability range = must(
                "end-port",
                "endPort",
                "a range of ports opens too much or too little",
                "endPort makes a rule apply to all ports from port to endPort, both included",
                DOCS + "#targeting-a-range-of-ports",
                "Cilium took policies with endPort and ignored it up to 1.15 in development"
                        + " (https://github.com/cilium/cilium/issues/28684); docs have it supported since June 2024"
                        + " (https://github.com/cilium/cilium/pull/33389)",
                "kube-router before endPort was added in 2021 (https://github.com/cloudnativelabs/kube-router/pull/1080)");
        Capability everybody = must(
                "empty-peer-with-ports",
                "ports without peers",
                "a rule that names ports and no peers lets nobody through, or everybody everywhere",
                "an empty or missing list of peers matches all sources, or all destinations, on the ports that the rule names",
                API);
        // Only the ports of the same pod differ, so that ONE must be let in besides, to show that they listen.
        for (Direction direction : Direction.values()) {
            Role other = direction == INGRESS ? TWO : ONE;
            all.add(ported(
                    number,
                    direction,
                    policies -> new Rule(direction, List.of(pods(other)), List.of(tcp(8082))),
                    List.of(edge(other, 8082, Expectation.ALLOW), edge(other, PORT, Expectation.DENY))));
        }
        for (Direction direction : Direction.values()) {
            Role other = direction == INGRESS ? TWO : ONE;
            all.add(ported(
                    named,
                    direction,
                    policies -> new Rule(direction, List.of(pods(other)), List.of(called(WEB), called(WRONG_PROTOCOL))),
                    List.of(
                            edge(other, NAMED_WEB, Expectation.ALLOW),
                            edge(other, NOT_NAMED_WEB, Expectation.DENY),
                            edge(other, WRONG_PROTOCOL_PORT, Expectation.DENY))));
        }
        for (Direction direction : Direction.values()) {
            Role other = direction == INGRESS ? TWO : ONE;
            all.add(ported(
                    range,
                    direction,
                    policies -> new Rule(
                            direction,
                            List.of(pods(other)),
                            List.of(new Ports(
                                    Protocol.TCP,
                                    Optional.of(new PortRef.Number(PORT)),
                                    OptionalInt.of(LAST_PORT - 1)))),
                    List.of(
                            edge(other, PORT, Expectation.ALLOW),
                            edge(other, 8082, Expectation.ALLOW),
                            edge(other, LAST_PORT - 1, Expectation.ALLOW),
                            edge(other, LAST_PORT, Expectation.DENY))));
        }
        all.add(ported(
                everybody,
                INGRESS,
                policies -> new Rule(INGRESS, List.of(), List.of(tcp(8082))),
                List.of(
                        edge(TWO, 8082, Expectation.ALLOW),
                        edge(AWAY_ONE, 8082, Expectation.ALLOW),
                        edge(TWO, PORT, Expectation.DENY),
                        edge(AWAY_ONE, PORT, Expectation.DENY))));
        // Of those outside only pod one listens on more than one port.
        all.add(ported(
                everybody,
                EGRESS,
                policies -> new Rule(EGRESS, List.of(), List.of(tcp(8082))),
                List.of(
                        edge(ONE, 8082, Expectation.ALLOW),
                        edge(ONE, PORT, Expectation.DENY),
                        edge(TWO, PORT, Expectation.DENY),
                        edge(AWAY_ONE, PORT, Expectation.DENY))));
    }

    private static Scenario ported(
            Capability capability, Direction direction, Function<PolicyFactory, Rule> rule, List<Edge> edges) {
        if (direction == EGRESS) {
            return one(capability, EGRESS, "p", policies -> List.of(rule.apply(policies)), edges);
        }
        List<Edge> whole = new ArrayList<>(edges);
        edges.stream()
                .filter(edge -> edge.expected().equals(Optional.of(Expectation.DENY)))
                .map(edge -> edge(ONE, edge.port(), Expectation.ALLOW))
                .distinct()
                .forEach(whole::add);
        return new Scenario(
                capability,
                INGRESS,
                "p",
                Profile.FULL,
                List.of(step(
                        policies -> List.of(policies.policy("", INGRESS, rule.apply(policies)), control(policies)),
                        whole.toArray(Edge[]::new))));
    }

    private static void protocols(List<Scenario> all) {
        Capability any = must(
                "protocol-without-port",
                "protocol without port",
                "a rule for a protocol lets through the other protocols too, or no port at all",
                "a port that is not given matches all ports, of the protocol that the rule names",
                API);
        Capability udp = must(
                "udp",
                "UDP",
                "datagrams pass policies by, or are all dropped",
                "the protocol of a port is TCP, UDP or SCTP; TCP if not given",
                API);
        Capability sctp = must(
                SCTP,
                "SCTP",
                "associations pass policies by, or are all dropped; looked at into a pod alone, because servers of SCTP end where the"
                        + " kernel has none",
                "a policy may name SCTP where the network plugin supports it",
                DOCS + "#sctp-support",
                "kube-router (https://github.com/cloudnativelabs/kube-router/issues/1019)",
                "Cilium unless sctp.enabled is set; beta (https://docs.cilium.io/en/stable/configuration/sctp/)");
        all.add(new Scenario(
                sctp,
                INGRESS,
                "s",
                Profile.FULL,
                List.of(step(
                        policies -> List.of(policies.policy("", INGRESS), control(policies)),
                        new Edge(TWO, Way.POD_SCTP, PORT, Optional.of(Expectation.DENY)),
                        new Edge(ONE, Way.POD_SCTP, PORT, Optional.of(Expectation.ALLOW))))));
        Capability ipv6 = must(
                IPV6,
                "IPv6",
                "a pod with addresses of both families is isolated in one of them alone",
                "a policy is about pods, whichever of their addresses is used",
                "https://kubernetes.io/docs/concepts/services-networking/dual-stack/");
        all.add(new Scenario(
                any,
                INGRESS,
                "c",
                Profile.FULL,
                List.of(step(
                        policies -> List.of(
                                policies.policy(
                                        "",
                                        INGRESS,
                                        new Rule(
                                                INGRESS,
                                                List.of(pods(TWO)),
                                                List.of(new Ports(
                                                        Protocol.UDP, Optional.empty(), OptionalInt.empty())))),
                                control(policies)),
                        datagram(TWO, Expectation.ALLOW),
                        deny(TWO),
                        allow(ONE)))));
        all.add(new Scenario(
                any,
                EGRESS,
                "c",
                Profile.FULL,
                List.of(step(
                        policies -> List.of(policies.policy(
                                "",
                                EGRESS,
                                new Rule(
                                        EGRESS,
                                        List.of(pods(TWO)),
                                        List.of(new Ports(Protocol.UDP, Optional.empty(), OptionalInt.empty()))))),
                        datagram(TWO, Expectation.ALLOW),
                        deny(TWO)))));
        all.add(new Scenario(
                udp,
                INGRESS,
                "c",
                Profile.FULL,
                List.of(step(
                        policies -> List.of(
                                policies.policy("", INGRESS, new Rule(INGRESS, List.of(pods(TWO)), List.of(tcp(PORT)))),
                                control(policies)),
                        datagram(TWO, Expectation.DENY),
                        datagram(ONE, Expectation.ALLOW),
                        allow(TWO)))));
        all.add(new Scenario(
                udp,
                EGRESS,
                "a",
                Profile.FULL,
                List.of(step(
                        policies -> List.of(
                                policies.policy("", EGRESS, new Rule(EGRESS, List.of(pods(TWO)), List.of(tcp(PORT))))),
                        datagram(TWO, Expectation.DENY),
                        allow(TWO)))));
        all.add(new Scenario(
                ipv6,
                INGRESS,
                "a",
                Profile.FULL,
                List.of(step(
                        policies -> List.of(policies.policy("", INGRESS), control(policies)),
                        new Edge(TWO, Way.POD_IPV6, PORT, Optional.of(Expectation.DENY)),
                        new Edge(ONE, Way.POD_IPV6, PORT, Optional.of(Expectation.ALLOW))))));
        all.add(new Scenario(
                ipv6,
                EGRESS,
                "a",
                Profile.FULL,
                List.of(step(
                        policies -> List.of(policies.policy("", EGRESS)),
                        new Edge(TWO, Way.POD_IPV6, PORT, Optional.of(Expectation.DENY))))));
    }

    private static void blocks(List<Scenario> all) {
        Capability block = must(
                "ip-block",
                "ipBlock",
                "rules by address let through others than those addresses",
                "an ipBlock selects particular ranges of addresses; for pods of the cluster it depends on where addresses"
                        + " are translated, and pod to pod they are not",
                DOCS + "#behavior-of-to-and-from-selectors",
                "Cilium: an ipBlock selects no pods by their addresses"
                        + " (https://docs.cilium.io/en/stable/network/kubernetes/policy/,"
                        + " https://github.com/cilium/cilium/issues/9209)");
        Capability except = must(
                "ip-block-except",
                "ipBlock except",
                "what is excepted from a range is let through all the same",
                "except lists ranges that are not included in the rule",
                API,
                "OpenShift SDN ignores an ipBlock with except altogether"
                        + " (https://github.com/openshift/openshift-docs/pull/31476)",
                "AWS VPC CNI let excepted addresses through until a fix of October 2023"
                        + " (https://github.com/aws/aws-network-policy-agent/issues/78)",
                "Cilium where the addresses are pods' (https://github.com/cilium/cilium/issues/9209)");
        for (Direction direction : Direction.values()) {
            all.add(one(
                    block,
                    direction,
                    "c",
                    policies -> List.of(
                            new Rule(direction, ranges(policies.addresses().of(ONE)), List.of())),
                    List.of(allow(ONE), deny(TWO), deny(AWAY_ONE))));
        }
        for (Direction direction : Direction.values()) {
            all.add(one(
                    except,
                    direction,
                    "c",
                    policies -> List.of(new Rule(
                            direction, everywhereBut(policies.addresses().of(TWO)), List.of())),
                    List.of(allow(ONE), deny(TWO), allow(AWAY_ONE))));
        }
    }

    /** These addresses, each as a range of its own. */
    private static List<Peer> ranges(List<String> addresses) {
        return addresses.stream()
                .<Peer>map(ip -> new Block(range(ip), List.of()))
                .toList();
    }

    /** All others than these, in the families that these are of. */
    private static List<Peer> everywhereBut(List<String> addresses) {
        List<Peer> peers = new ArrayList<>();
        for (Family family : Family.values()) {
            List<String> except = addresses.stream()
                    .filter(ip -> Family.of(ip) == family)
                    .map(Catalogue::range)
                    .toList();
            if (!except.isEmpty()) {
                peers.add(new Block(family == Family.IPV4 ? "0.0.0.0/0" : "::/0", except));
            }
        }
        return peers;
    }

    private static String range(String ip) {
        return ip + (Family.of(ip) == Family.IPV4 ? "/32" : "/128");
    }

    private static void services(List<Scenario> all) {
        all.add(new Scenario(
                must(
                        "service-equals-pod",
                        "egress by Service",
                        "what may be reached by its pod address may not be by its Service, or the other way round",
                        "policies are about pods: a connection to a Service is one to the pod that it is led to",
                        DOCS,
                        "AWS VPC CNI denied it where its controller had left the Service's address out, seen with 1.20.4"
                                + " (https://github.com/aws/amazon-network-policy-controller-k8s/issues/222)",
                        "AWS VPC CNI where Service port and container port differ"
                                + " (https://github.com/aws/aws-network-policy-agent/issues/166)"),
                EGRESS,
                "a",
                Profile.FULL,
                List.of(step(
                        policies -> List.of(policies.policy("", EGRESS, rule(EGRESS, pods(ONE)))),
                        allow(ONE),
                        new Edge(ONE, Way.SERVICE, PORT, Optional.of(Expectation.ALLOW)),
                        deny(TWO),
                        denyService(TWO)))));
    }

    private static void changes(List<Scenario> all) {
        Capability label = must(
                "label-change",
                "label change",
                "a pod that is given another label stays with the rules of the old one",
                "a policy applies to the pods that its selector selects, as they are labelled now",
                API);
        Capability update = must(
                "policy-update",
                "policy update and delete",
                "a policy that is changed or deleted goes on as it was",
                "what is stored is what applies",
                API);
        for (Direction direction : Direction.values()) {
            all.add(new Scenario(
                    label,
                    direction,
                    direction == INGRESS ? "p" : "x",
                    Profile.FULL,
                    List.of(
                            new Step(
                                    policies -> List.of(
                                            policies.policy("", LOCKED, Set.of(direction), rule(direction, pods(ONE)))),
                                    Optional.empty(),
                                    List.of(allow(ONE), allow(TWO))),
                            new Step(policies -> List.of(), Optional.of(LOCKED), List.of(allow(ONE), deny(TWO))))));
        }
        for (Direction direction : Direction.values()) {
            all.add(new Scenario(
                    update,
                    direction,
                    direction == INGRESS ? "a" : "c",
                    Profile.FULL,
                    List.of(
                            step(
                                    policies -> List.of(policies.policy("", direction, rule(direction, pods(ONE)))),
                                    allow(ONE),
                                    deny(TWO)),
                            step(
                                    policies -> List.of(policies.policy("", direction, rule(direction, pods(TWO)))),
                                    deny(ONE),
                                    allow(TWO)))));
        }
    }

    private static void isolation(List<Scenario> all) {
        all.add(new Scenario(
                must(
                        "ingress-leaves-egress",
                        "ingress isolation leaves egress free",
                        "a pod that nobody may reach cannot reach anybody either; seen from the source, so that there is no"
                                + " other direction",
                        "a pod is isolated for ingress and for egress independently",
                        DOCS + "#the-two-sorts-of-pod-isolation"),
                EGRESS,
                "x",
                Profile.FULL,
                List.of(step(
                        policies -> List.of(
                                // Selects a target too, at which it is seen when the policy is in effect.
                                policies.wide("", INGRESS),
                                policies.wide("control", INGRESS, rule(INGRESS, pods(ONE)))),
                        new Edge(TWO, Way.POD_INWARD, PORT, Optional.of(Expectation.DENY)),
                        new Edge(ONE, Way.POD_INWARD, PORT, Optional.of(Expectation.ALLOW)),
                        allow(TWO),
                        new Edge(TWO, Way.SERVICE, PORT, Optional.of(Expectation.ALLOW))))));
    }

    private static void fresh(List<Scenario> all) {
        all.add(new Scenario(
                must(
                        POLICY_BEFORE_POD,
                        "policy before the pod",
                        "a pod is let through in its first moments, until its rules have arrived: what it does at its start is"
                                + " not under policy",
                        "once a policy is handled, new pods that it selects are isolated before they are started",
                        DOCS + "#pod-lifecycle",
                        "kube-router (https://github.com/cloudnativelabs/kube-router/issues/873), and K3s with it"
                                + " (https://github.com/k3s-io/k3s/issues/13432)",
                        "AWS VPC CNI in standard mode: everything is let through until a new pod is reconciled"
                                + " (https://github.com/aws/aws-network-policy-agent/issues/189)"),
                EGRESS,
                "f",
                Profile.FULL,
                Scenario.Subject.FRESH,
                List.of(step(policies -> List.of(policies.policy("", EGRESS)), deny(TWO)))));
    }

    private static void leftOpen(List<Scenario> all) {
        all.add(new Scenario(
                new Capability(
                        "service-in-ip-block",
                        "Service address in ipBlock",
                        "whether an egress rule can name a Service by its virtual address",
                        "not defined: addresses may be translated before or after policies are applied",
                        DOCS + "#behavior-of-to-and-from-selectors",
                        Kind.INFORMATION,
                        List.of()),
                EGRESS,
                "p",
                Profile.FULL,
                List.of(step(
                        policies -> List.of(policies.policy(
                                "",
                                EGRESS,
                                new Rule(EGRESS, ranges(policies.virtual().of(ONE)), List.of()))),
                        new Edge(ONE, Way.SERVICE, PORT, Optional.empty()),
                        deny(TWO)))));
    }

    /** Connections that do not begin in one pod and end in another, or began before there was a policy. */
    private static void ends(List<Scenario> all) {
        Function<PolicyFactory, List<PolicyManifest>> deny =
                policies -> List.of(policies.policy("", INGRESS), control(policies));
        all.add(new Scenario(
                open(
                        "hairpin",
                        "hairpin",
                        "whether an isolated pod reaches itself by its own Service",
                        "not defined for connections that a Service leads back",
                        "https://github.com/kubernetes/kubernetes/issues/95879",
                        "denied: reported of unnamed engines (https://github.com/kubernetes/kubernetes/issues/125611), of"
                                + " Cilium by mistake in some versions (https://github.com/cilium/cilium/pull/22972)",
                        "let through: Antrea with AntreaProxy (https://github.com/antrea-io/antrea/pull/5687)"),
                INGRESS,
                "h",
                Profile.FULL,
                Scenario.Subject.BOTH_ENDS,
                List.of(step(
                        deny,
                        new Edge(ONE, Way.SERVICE, PORT, Optional.of(Expectation.ALLOW)),
                        new Edge(TWO, Way.SERVICE, PORT, Optional.of(Expectation.DENY)),
                        new Edge(Role.ITSELF, Way.SERVICE, PORT, Optional.empty())))));
        all.add(new Scenario(
                open(
                        "established",
                        "established connection",
                        "whether a connection from before a policy goes on when the policy denies fresh ones",
                        "implementation defined: a change may or may not take effect for a connection that exists",
                        DOCS + "#networkpolicy-s-impact-on-existing-connections",
                        "goes on: Calico (https://github.com/projectcalico/calico/issues/6399), Antrea"
                                + " (https://github.com/antrea-io/antrea/pull/5705)",
                        "ends: kube-network-policies in strict mode, since October 2025"
                                + " (https://github.com/kubernetes-sigs/kube-network-policies/pull/268)"),
                INGRESS,
                "k",
                Profile.FULL,
                List.of(step(deny, allow(ONE), deny(TWO), new Edge(TWO, Way.HELD, PORT, Optional.empty())))));
        all.add(new Scenario(
                open(
                        "node-to-pod",
                        "node → pod",
                        "whether the kubelet of its node reaches an isolated pod; where it does not, readiness and liveness"
                                + " probes fail",
                        "traffic between a pod and the node that it runs on is always allowed; engines differ in what they take"
                                + " for it",
                        DOCS),
                INGRESS,
                "k",
                Profile.FULL,
                List.of(step(deny, allow(ONE), deny(TWO), new Edge(Role.NODE, Way.KUBELET, PORT, Optional.empty())))));
        all.add(new Scenario(
                open(
                        HOST_NETWORK,
                        "pod in the node's network",
                        "whether a pod in its node's own network reaches a pod that lets in pods by their labels alone",
                        "undefined: it may be told from its node's other traffic, or be treated as the node itself",
                        DOCS + "#networkpolicy-and-hostnetwork-pods"),
                INGRESS,
                "k",
                Profile.FULL,
                List.of(step(deny, allow(ONE), deny(TWO), new Edge(Role.HOST, Way.POD, PORT, Optional.empty())))));
    }

    private static Capability open(
            String id, String title, String meaning, String specification, String source, String... known) {
        return new Capability(id, title, meaning, specification, source, Kind.INFORMATION, List.of(known));
    }

    private static Capability must(
            String id, String title, String meaning, String specification, String source, String... failing) {
        return new Capability(id, title, meaning, specification, source, Kind.MUST, List.of(failing));
    }

    /** One policy with these rules. */
    private static Scenario one(
            Capability capability,
            Direction direction,
            String track,
            Function<PolicyFactory, List<Rule>> rules,
            List<Edge> edges) {
        return new Scenario(
                capability,
                direction,
                track,
                Profile.FULL,
                List.of(step(
                        policies -> List.of(policies.policy(
                                "", direction, rules.apply(policies).toArray(Rule[]::new))),
                        edges.toArray(Edge[]::new))));
    }

    private static Step step(Function<PolicyFactory, List<PolicyManifest>> policies, Edge... edges) {
        return new Step(policies, Optional.empty(), List.of(edges));
    }

    /** Lets one in, who shows that the target is alive. */
    private static PolicyManifest control(PolicyFactory policies) {
        return policies.policy("control", INGRESS, rule(INGRESS, pods(ONE)));
    }

    private static Rule rule(Direction direction, Peer... peers) {
        return new Rule(direction, List.of(peers), List.of());
    }

    private static Peer pods(Role role) {
        return new Pods(Optional.empty(), Optional.of(Selector.of(role.labels())));
    }

    private static Peer away(PolicyFactory policies, Optional<Selector> pods) {
        return new Pods(Optional.of(Selector.of(Map.of("kubernetes.io/metadata.name", policies.away()))), pods);
    }

    private static Ports tcp(int port) {
        return new Ports(Protocol.TCP, Optional.of(new PortRef.Number(port)), OptionalInt.empty());
    }

    private static Ports called(String name) {
        return new Ports(Protocol.TCP, Optional.of(new PortRef.Name(name)), OptionalInt.empty());
    }

    private static Edge allow(Role role) {
        return edge(role, PORT, Expectation.ALLOW);
    }

    private static Edge deny(Role role) {
        return edge(role, PORT, Expectation.DENY);
    }

    private static Edge edge(Role role, int port, Expectation expected) {
        return new Edge(role, Way.POD, port, Optional.of(expected));
    }

    private static Edge denyService(Role role) {
        return new Edge(role, Way.SERVICE, PORT, Optional.of(Expectation.DENY));
    }

    private static Edge datagram(Role role, Expectation expected) {
        return new Edge(role, Way.POD_UDP, PORT, Optional.of(expected));
    }
}
