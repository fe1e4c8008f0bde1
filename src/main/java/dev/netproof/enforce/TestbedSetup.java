package dev.netproof.enforce;

import dev.netproof.evidence.EvidenceCollector;
import dev.netproof.evidence.EvidenceStore;
import dev.netproof.evidence.ProbeEvent;
import dev.netproof.evidence.ProbeEvent.Serving;
import dev.netproof.kube.Cluster;
import dev.netproof.kube.ClusterTrouble;
import dev.netproof.kube.EvidenceLoop;
import dev.netproof.kube.Permission;
import dev.netproof.kube.Testbed;
import dev.netproof.kube.Testbed.Standard;
import dev.netproof.plan.ServerPod;
import dev.netproof.probe.ProbeFact;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Puts up what a layout asks for: namespaces, servers, Services and probes. */
final class TestbedSetup {
    private final Testbed testbed;
    private final EvidenceStore evidence;
    private final EvidenceCollector collector;
    private final EvidenceLoop loop;
    private final Consumer<String> progress;

    TestbedSetup(
            Testbed testbed,
            EvidenceStore evidence,
            EvidenceCollector collector,
            EvidenceLoop loop,
            Consumer<String> progress) {
        this.testbed = testbed;
        this.evidence = evidence;
        this.collector = collector;
        this.loop = loop;
        this.progress = progress;
    }

    /** Creates the namespaces of netproof's own that restricted pods run in. */
    static void createNamespaces(Testbed testbed, TestbedLayout layout, Optional<LentNamespace> lent) {
        lent.ifPresentOrElse(LentNamespace::create, () -> testbed.createNamespace(layout.home(), Standard.RESTRICTED));
        if (!layout.away().equals(layout.home()) && layout.uses(Role.Space.AWAY)) {
            testbed.createNamespace(layout.away(), Standard.RESTRICTED);
        }
    }

    /** Creates the namespace that admits pods in their node's network; says why where there is none. */
    static Optional<String> createHostNamespace(Testbed testbed, Cluster cluster, TestbedLayout layout) {
        List<Permission> missing = cluster.missing(Permissions.probing(layout.host()));
        if (!missing.isEmpty()) {
            return Optional.of(Permissions.missing(missing));
        }
        try {
            testbed.createNamespace(layout.host(), Standard.PRIVILEGED);
            return Optional.empty();
        } catch (ClusterTrouble trouble) {
            return Optional.of("the cluster refuses a namespace that admits pods in their node's network: "
                    + trouble.getMessage());
        }
    }

    /**
     * Everything that was put up.
     *
     * @param addresses of the servers that answer, and of the Services in front of probes that listen
     */
    record Up(Cast cast, Map<Actor, ServerAddress> addresses, int pods) {}

    /** Starts the servers, waits until they answer, and starts the probes that are needed from the beginning. */
    Up put(TestbedLayout layout) {
        Map<Actor, ServerPod> servers = layout.servers();
        progress.accept("starting " + servers.size() + " targets on "
                + layout.nodes().size() + (layout.nodes().size() == 1 ? " node" : " nodes"));
        testbed.serve(List.copyOf(servers.values()));
        Map<Actor, List<String>> virtual = new HashMap<>();
        layout.fronts().forEach(front -> virtual.put(front.server(), expose(front)));
        Map<Actor, ServerAddress> addresses = serving(servers, virtual);
        for (Front front : layout.ownFronts()) {
            List<String> own = expose(front);
            Optional<String> node = Optional.of(layout.node(front.server().place()));
            addresses.put(
                    front.server(),
                    new ServerAddress(
                            new Serving(testbed.now(), front.name(), "", "", own, node, Optional.empty()), own));
        }
        Cast cast = Casting.of(layout, addresses);
        progress.accept("starting " + cast.probes().size() + " probes");
        cast.everyProbe().forEach(this::expect);
        testbed.launch(cast.probes().stream().map(Cast.Aimed::pod).toList());
        return new Up(cast, addresses, servers.size() + (int) cast.everyProbe().count());
    }

    private List<String> expose(Front front) {
        return testbed.expose(front.namespace(), front.name(), front.selector(), front.ports());
    }

    private void expect(Cast.Aimed probe) {
        collector.listen(probe.pod());
        evidence.expect(probe.pod());
        probe.aims()
                .forEach((attempt, backend) ->
                        evidence.aim(probe.pod().id(), probe.pod().attempts().indexOf(attempt), backend));
    }

    private Map<Actor, ServerAddress> serving(Map<Actor, ServerPod> servers, Map<Actor, List<String>> virtual) {
        Map<String, Actor> waiting = new HashMap<>();
        servers.keySet().forEach(actor -> waiting.put(actor.id(), actor));
        Map<Actor, ServerAddress> addresses = new LinkedHashMap<>();
        loop.run(new EvidenceLoop.Listener() {
            @Override
            public boolean isDone() {
                return waiting.isEmpty();
            }

            @Override
            public void heard(ProbeEvent event, List<ProbeFact> facts) {
                if (event instanceof Serving serving) {
                    Actor server = waiting.remove(serving.server());
                    if (server != null) {
                        addresses.put(server, new ServerAddress(serving, virtual.getOrDefault(server, List.of())));
                    }
                } else if (event instanceof ProbeEvent.Lost lost) {
                    waiting.remove(lost.probe());
                }
            }
        });
        return addresses;
    }
}
