package dev.netproof.enforce;

import dev.netproof.enforce.EnforcementTerms.Besides;
import dev.netproof.enforce.TestbedLayout.Address;
import dev.netproof.enforce.TestbedLayout.Cast;
import dev.netproof.enforce.TestbedLayout.Front;
import dev.netproof.enforce.TestbedLayout.Ready;
import dev.netproof.evidence.EvidenceCollector;
import dev.netproof.evidence.EvidenceStore;
import dev.netproof.evidence.ProbeEvent;
import dev.netproof.evidence.ProbeEvent.Serving;
import dev.netproof.judge.PhaseJudge;
import dev.netproof.kube.Cluster;
import dev.netproof.kube.ClusterTrouble;
import dev.netproof.kube.EvidenceLoop;
import dev.netproof.kube.Permission;
import dev.netproof.kube.SessionTerms;
import dev.netproof.kube.Testbed;
import dev.netproof.kube.Testbed.Standard;
import dev.netproof.model.Circumstances;
import dev.netproof.model.ClusterIdentity;
import dev.netproof.model.Enforcement;
import dev.netproof.model.Enforcement.Capability;
import dev.netproof.model.Enforcement.Direction;
import dev.netproof.model.Enforcement.Reason;
import dev.netproof.model.Enforcement.Row;
import dev.netproof.model.Enforcement.Status;
import dev.netproof.model.Enforcement.Unseen;
import dev.netproof.model.Exit;
import dev.netproof.model.Report;
import dev.netproof.plan.Attempt;
import dev.netproof.plan.Backend;
import dev.netproof.plan.ClusterFacts;
import dev.netproof.plan.ClusterFacts.Node;
import dev.netproof.plan.ProbePod;
import dev.netproof.plan.ServerPod;
import dev.netproof.probe.ProbeFact;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Asks a cluster whether it enforces network policies. Whatever happens, the result is a report, and nothing is left in the cluster.
 */
public final class EnforcementCheck {
    /** How long pods may outlive the check's own time-out before the kubelet ends them. */
    private static final Duration GRACE = Duration.ofSeconds(60);

    private static final Duration TICK = Duration.ofMillis(200);

    private final Cluster cluster;
    private final EnforcementTerms terms;
    private final Consumer<String> progress;
    private final Clock clock;

    private volatile Optional<Exit> interruption = Optional.empty();
    private volatile Optional<Map<String, Duration>> arrivals = Optional.empty();
    private Optional<ClusterIdentity> identity = Optional.empty();
    private final Set<String> notes = new LinkedHashSet<>();
    private final List<Unseen> unseen = new ArrayList<>();
    private final EvidenceStore evidence = new EvidenceStore();
    private Optional<EvidenceCollector> collector = Optional.empty();
    private int pods;

    /** @param progress hears what begins */
    public EnforcementCheck(Cluster cluster, EnforcementTerms terms, Consumer<String> progress, Clock clock) {
        this.cluster = cluster;
        this.terms = terms;
        this.progress = progress;
        this.clock = clock;
    }

    /** Ends the check early, from any thread: it cleans up and reports what it knows. */
    public synchronized void interrupt(Exit exit) {
        if (interruption.isEmpty()) {
            interruption = Optional.of(exit);
        }
    }

    /** How long policies took until they denied for good, by node: once every row has come so far, or is over. From any thread. */
    public Optional<Map<String, Duration>> arrivals() {
        return arrivals;
    }

    public Report run() {
        Instant started = clock.instant();
        try {
            return checked(started);
        } catch (ClusterTrouble trouble) {
            return broken(started, String.valueOf(trouble.getMessage()), trouble.fix());
        }
    }

    private Report checked(Instant started) {
        progress.accept("asking the cluster who we are");
        ClusterIdentity who = cluster.identity();
        identity = Optional.of(who);
        who.caveat().ifPresent(notes::add);
        String run = hex(4);
        String stem = "netproof-" + run;
        boolean own = terms.namespace().isEmpty();
        Optional<String> given = terms.namespace().or(() -> terms.lent().map(LentNamespace::name));
        List<Permission> missing =
                cluster.missing(Permissions.needed(terms.profile(), terms.namespace(), given.orElse(stem)));
        if (!missing.isEmpty()) {
            return broken(
                    started,
                    "not permitted to "
                            + String.join(
                                    ", ",
                                    missing.stream().map(Permission::toString).toList()),
                    Permissions.fix(missing, own));
        }
        ClusterFacts facts = cluster.survey(Set.of());
        List<Scenario> scenarios = Catalogue.of(terms.profile(), terms.besides());
        List<Row> rows = new ArrayList<>();
        List<String> nodes = nodes(facts, rows);
        if (nodes.isEmpty()) {
            return broken(
                    started,
                    "there is no node that a pod of netproof's can run on"
                            + unseen.stream()
                                    .map(one -> "; " + one.what() + ": " + one.why())
                                    .reduce("", String::concat),
                    "name nodes that are ready and take pods: --nodes");
        }
        if (terms.profile() == Enforcement.Profile.FULL) {
            if (terms.besides() == Besides.NOTHING) {
                unseen.add(Catalogue.NO_HOST_NETWORK);
            }
        }
        terms.namespace().ifPresent(named -> swept(cluster.clean(Set.of(named), Cluster.CleanScope.EXPIRED)));
        // Pods in their node's network have a namespace of netproof's own, whichever the others are in.
        if (own || terms.besides() == Besides.HOST_NETWORK) {
            swept(cluster.cleanGrounds(Cluster.CleanScope.EXPIRED));
        }
        SessionTerms session =
                new SessionTerms(run, hex(12), terms.timeout().plus(GRACE), terms.connectTimeout(), terms.images());
        List<Summary.Denied> denials = new ArrayList<>();
        try (Testbed testbed = cluster.testbed(session)) {
            String home = given.orElseGet(() -> testbed.namespaceName(stem));
            String away = terms.namespace().orElseGet(() -> testbed.namespaceName(stem + "-away"));
            TestbedLayout layout = new TestbedLayout(
                    scenarios.stream().filter(one -> own || !needsAway(one)).toList(),
                    nodes,
                    home,
                    away,
                    testbed.namespaceName(stem + "-host"));
            if (!own) {
                scenarios.stream()
                        .filter(EnforcementCheck::needsAway)
                        .forEach(one -> nodes.forEach(node -> rows.add(row(
                                one,
                                node,
                                Status.UNTESTABLE,
                                Reason.NOT_SUPPORTED,
                                "it needs a second namespace, and --namespace gives one alone"))));
            }
            rows.addAll(played(testbed, session, layout, own, denials, started.plus(terms.timeout())));
            progress.accept("removing everything");
        }
        List<Capability> capabilities =
                scenarios.stream().map(Scenario::capability).distinct().toList();
        Enforcement enforcement = new Summary(
                        who.context(), terms.profile(), capabilities, ordered(doubted(rows), capabilities))
                .enforcement(denials, unseen);
        collector.ifPresent(heard -> heard.starvation().forEach((id, how) -> notes.add("probe " + id + " " + how)));
        Exit exit = interruption.orElseGet(() -> Summary.exit(enforcement.verdict()));
        Optional<Report.Breakage> breakage = interruption.map(reason ->
                new Report.Breakage("the check was " + reason.meaning(), "run it again; what it had seen is above"));
        return report(started, Optional.of(enforcement), breakage, exit);
    }

    private void swept(Cluster.Cleaning cleaning) {
        cleaning.unreadable()
                .forEach(what -> notes.add(
                        "not permitted to " + what + ": what a killed check may have left there was not looked for"));
        cleaning.remaining().forEach(why -> notes.add("could not remove leftovers of an earlier check: " + why));
        notes.addAll(cleaning.foreign());
    }

    /** What was let through is doubted where a cluster-wide policy may allow it. */
    private List<Row> doubted(List<Row> rows) {
        if (!Overrides.mightExplain(rows)) {
            return rows;
        }
        try {
            ClusterFacts.Policies policies = cluster.policies(Set.of());
            policies.unreadable()
                    .forEach(what -> notes.add("not permitted to " + what + ": whether one overrides is not known"));
            return new Overrides(policies.found()).doubted(rows);
        } catch (ClusterTrouble trouble) {
            notes.add("whether a cluster-wide policy overrides could not be read: " + trouble.getMessage());
            return rows;
        }
    }

    private static boolean needsAway(Scenario scenario) {
        return scenario.tried().stream().anyMatch(edge -> edge.role().space() == Role.Space.AWAY);
    }

    private static List<Row> ordered(List<Row> rows, List<Capability> capabilities) {
        List<String> ids = capabilities.stream().map(Capability::id).toList();
        return rows.stream()
                .sorted(java.util.Comparator.comparingInt((Row row) -> ids.indexOf(row.capability()))
                        .thenComparing(Row::node)
                        .thenComparing(Row::direction))
                .toList();
    }

    /** The nodes to look at; those that nothing can run on get rows that say so. */
    private List<String> nodes(ClusterFacts facts, List<Row> rows) {
        List<Node> usable =
                facts.nodes().stream().filter(node -> node.unusable().isEmpty()).toList();
        List<String> chosen = terms.nodes().among(usable);
        for (Node node : facts.nodes()) {
            boolean meant = !(terms.nodes() instanceof NodeChoice.Named named)
                    || named.names().contains(node.name());
            if (node.unusable().isPresent() && meant) {
                unseen.add(new Unseen("node " + node.name(), node.unusable().get()));
                for (Scenario scenario : Catalogue.least()) {
                    rows.add(row(
                            scenario,
                            node.name(),
                            Status.UNTESTABLE,
                            Reason.NOT_SUPPORTED,
                            "no pod can be put there: " + node.unusable().get()));
                }
            }
        }
        if (terms.nodes() instanceof NodeChoice.Named named) {
            named.names().stream()
                    .filter(name ->
                            facts.nodes().stream().noneMatch(node -> node.name().equals(name)))
                    .forEach(name -> unseen.add(new Unseen("node " + name, "there is no node of that name")));
        }
        List<String> left = usable.stream()
                .map(Node::name)
                .filter(name -> !chosen.contains(name))
                .sorted()
                .toList();
        if (!left.isEmpty()) {
            unseen.add(new Unseen(
                    left.size() == 1 ? "node " + left.get(0) : left.size() + " of " + usable.size() + " nodes",
                    "not chosen (--nodes)" + (left.size() == 1 ? "" : ": " + sample(left))));
        }
        return chosen;
    }

    private static String sample(List<String> names) {
        return names.size() <= 8 ? String.join(", ", names) : String.join(", ", names.subList(0, 8)) + ", …";
    }

    private static Row row(Scenario scenario, String node, Status status, Reason reason, String why) {
        return new Row(
                scenario.capability().id(),
                node,
                scenario.direction(),
                status,
                reason,
                why,
                Optional.empty(),
                List.of(),
                Optional.empty(),
                Optional.empty());
    }

    private List<Row> played(
            Testbed testbed,
            SessionTerms session,
            TestbedLayout layout,
            boolean own,
            List<Summary.Denied> denials,
            Instant end) {
        if (own) {
            terms.lent()
                    .ifPresentOrElse(
                            LentNamespace::create, () -> testbed.createNamespace(layout.home(), Standard.RESTRICTED));
            if (!layout.away().equals(layout.home()) && layout.uses(Role.Space.AWAY)) {
                testbed.createNamespace(layout.away(), Standard.RESTRICTED);
            }
        }
        Optional<String> noHosts = layout.uses(Role.Space.HOST) ? noHosts(testbed, layout) : Optional.empty();
        if (noHosts.isPresent()) {
            List<Row> rows = new ArrayList<>();
            for (Scenario scenario : layout.needing(Role.Space.HOST)) {
                layout.nodes()
                        .forEach(node ->
                                rows.add(row(scenario, node, Status.UNTESTABLE, Reason.NOT_SUPPORTED, noHosts.get())));
            }
            rows.addAll(acted(testbed, session, layout.without(Role.Space.HOST), denials, end));
            return rows;
        }
        return acted(testbed, session, layout, denials, end);
    }

    /** Why there is no namespace that admits pods in their node's network, if there is none. */
    private Optional<String> noHosts(Testbed testbed, TestbedLayout layout) {
        List<Permission> missing = cluster.missing(Permissions.probing(layout.host()));
        if (!missing.isEmpty()) {
            return Optional.of("not permitted to "
                    + String.join(
                            ", ", missing.stream().map(Permission::toString).toList()));
        }
        try {
            testbed.createNamespace(layout.host(), Standard.PRIVILEGED);
            return Optional.empty();
        } catch (ClusterTrouble trouble) {
            return Optional.of("the cluster refuses a namespace that admits pods in their node's network: "
                    + trouble.getMessage());
        }
    }

    private List<Row> acted(
            Testbed testbed, SessionTerms session, TestbedLayout layout, List<Summary.Denied> denials, Instant end) {
        EvidenceCollector listening = new EvidenceCollector(evidence, session.nonce(), session.connectTimeout());
        collector = Optional.of(listening);
        EvidenceLoop loop = new EvidenceLoop(testbed, listening, TICK, end, () -> interruption.isPresent());
        List<ServerPod> servers = layout.servers();
        progress.accept("starting " + servers.size() + " targets on "
                + layout.nodes().size() + (layout.nodes().size() == 1 ? " node" : " nodes"));
        testbed.serve(servers);
        Map<String, List<String>> virtual = new HashMap<>();
        for (Front front : layout.fronts()) {
            virtual.put(
                    front.server(), testbed.expose(front.namespace(), front.name(), front.selector(), front.ports()));
        }
        Map<String, Address> addresses = serving(servers, virtual, loop);
        layout.ownFronts().forEach((node, front) -> {
            List<String> own = testbed.expose(front.namespace(), front.name(), front.selector(), front.ports());
            Serving behind =
                    new Serving(testbed.now(), front.server(), "", "", own, Optional.of(node), Optional.empty());
            addresses.put(front.server(), new Address(behind, own));
        });
        Cast cast = layout.cast(addresses);
        pods = servers.size()
                + cast.probes().size()
                + (int) cast.ready().stream()
                        .filter(one -> one.fresh().isPresent())
                        .count();
        progress.accept("starting " + cast.probes().size() + " probes");
        List<ProbePod> everyone = new ArrayList<>(cast.probes());
        cast.ready().forEach(one -> one.fresh().ifPresent(everyone::add));
        for (ProbePod probe : everyone) {
            listening.listen(probe);
            evidence.expect(probe);
            Map<Attempt, Backend> aims = cast.aims().getOrDefault(probe.id(), Map.of());
            aims.forEach((attempt, backend) ->
                    evidence.aim(probe.id(), probe.attempts().indexOf(attempt), backend));
        }
        testbed.launch(cast.probes());
        PhaseJudge judge = new PhaseJudge(evidence, terms.stable());
        Map<String, List<ScenarioRun>> lanes = lanes(testbed, layout, cast, addresses, judge);
        watch(testbed.now(), loop, judge, lanes);
        List<Row> rows = new ArrayList<>();
        lanes.values().stream().flatMap(List::stream).forEach(run -> {
            rows.add(run.row());
            denials.add(new Summary.Denied(run.node(), run.scenario().direction(), run.denials()));
        });
        return rows;
    }

    private Map<String, Address> serving(
            List<ServerPod> servers, Map<String, List<String>> virtual, EvidenceLoop loop) {
        Map<String, Address> addresses = new LinkedHashMap<>();
        Set<String> waiting = new HashSet<>();
        servers.forEach(one -> waiting.add(one.id()));
        loop.run(new EvidenceLoop.Listener() {
            @Override
            public boolean isDone() {
                return waiting.isEmpty();
            }

            @Override
            public void heard(ProbeEvent event, List<ProbeFact> facts) {
                if (event instanceof Serving serving) {
                    waiting.remove(serving.server());
                    addresses.put(
                            serving.server(), new Address(serving, virtual.getOrDefault(serving.server(), List.of())));
                } else if (event instanceof ProbeEvent.Lost lost) {
                    waiting.remove(lost.probe());
                }
            }
        });
        return addresses;
    }

    /** Trials that share a subject, in turn; everything else goes on beside each other. */
    private Map<String, List<ScenarioRun>> lanes(
            Testbed testbed, TestbedLayout layout, Cast cast, Map<String, Address> addresses, PhaseJudge judge) {
        SharedFindings findings = new SharedFindings();
        Map<String, List<ScenarioRun>> lanes = new LinkedHashMap<>();
        for (Ready ready : cast.ready()) {
            Scenario scenario = ready.scenario();
            PolicyFactory factory = new PolicyFactory(
                    scenario.capability().id() + "-" + scenario.direction().word() + "-" + ready.place(),
                    layout.home(),
                    layout.away(),
                    TestbedLayout.subject(scenario.direction(), scenario.track(), ready.place()),
                    TestbedLayout.surroundings(scenario.track(), ready.place()),
                    role -> addresses(testbed, layout, role, scenario.direction(), addresses),
                    role -> layout.pods(role, Direction.EGRESS).stream()
                            .flatMap(id -> Optional.ofNullable(addresses.get(id)).stream())
                            .flatMap(address -> address.virtual().stream())
                            .toList());
            ScenarioRun run = new ScenarioRun(
                    scenario,
                    ready.node(),
                    ready.steps(),
                    factory,
                    ready.subject(),
                    ready.fresh(),
                    terms,
                    evidence,
                    judge,
                    findings,
                    testbed);
            Optional<String> missing = ready.missing().stream()
                    .flatMap(id -> evidence.life(id).loss().stream())
                    .map(loss -> loss.why() + " (" + loss.fix() + ")")
                    .findFirst();
            if (ready.untestable().isPresent()) {
                run.forgo(Conclusions.notSupported(ready.untestable().get(), Optional.empty()));
            } else if (!ready.whole()) {
                run.forgo(scenario.prerequisite()
                        .lackingWithoutTarget()
                        .orElseGet(() -> Conclusions.targetNotStarted(missing.orElse("not in time"), ready.node())));
            }
            lanes.computeIfAbsent(
                            scenario.direction() + " " + scenario.track() + " " + ready.place(), k -> new ArrayList<>())
                    .add(run);
        }
        return lanes;
    }

    private List<String> addresses(
            Testbed testbed, TestbedLayout layout, Role role, Direction direction, Map<String, Address> servers) {
        List<String> found = new ArrayList<>();
        for (String id : layout.pods(role, direction)) {
            Optional.ofNullable(servers.get(id))
                    .ifPresent(address -> found.addAll(address.serving().ips()));
            if (!servers.containsKey(id)) {
                found.addAll(evidence.life(id)
                        .pod()
                        .map(pod -> testbed.addresses(layout.namespace(role), pod))
                        .orElse(List.of()));
            }
        }
        return found;
    }

    private void watch(Instant begin, EvidenceLoop loop, PhaseJudge judge, Map<String, List<ScenarioRun>> lanes) {
        int total = lanes.values().stream().mapToInt(List::size).sum();
        loop.run(new EvidenceLoop.Listener() {
            private Instant next = begin;
            private long done = -1;

            @Override
            public boolean isDone() {
                return done == total;
            }

            @Override
            public void heard(ProbeEvent event, List<ProbeFact> facts) {
                // Rows are judged by what is in the evidence, at each tick.
            }

            @Override
            public void look(Instant now) {
                if (now.isBefore(next)) {
                    return;
                }
                next = now.plus(TICK);
                judge.now(now);
                for (List<ScenarioRun> lane : lanes.values()) {
                    heed(lane, lanes);
                    advance(lane, now);
                }
                if (arrivals.isEmpty()) {
                    arrivals = arrivals(lanes);
                }
                long before = done;
                done = lanes.values().stream()
                        .flatMap(List::stream)
                        .filter(run -> run.isDone() || run.isHeld())
                        .count();
                if (done != before) {
                    progress.accept(done + " of " + total + " rows judged");
                }
                if (done == total) {
                    lanes.values().stream().flatMap(List::stream).forEach(ScenarioRun::review);
                }
            }
        });
    }

    private static Optional<Map<String, Duration>> arrivals(Map<String, List<ScenarioRun>> lanes) {
        Map<String, Duration> byNode = new HashMap<>();
        for (ScenarioRun run : lanes.values().stream().flatMap(List::stream).toList()) {
            Optional<Duration> arrival = run.arrival();
            if (arrival.isEmpty() && !run.isDone() && !run.isHeld()) {
                return Optional.empty();
            }
            arrival.ifPresent(time -> byNode.merge(run.node(), time, (a, b) -> a.compareTo(b) > 0 ? a : b));
        }
        return Optional.of(Map.copyOf(byNode));
    }

    /** The first that is not done; what was seen since the one before took its policies back is its beginning. */
    private static void advance(List<ScenarioRun> lane, Instant now) {
        Optional<Instant> free = Optional.empty();
        for (ScenarioRun run : lane) {
            if (!run.isDone()) {
                if (run.isQueued()) {
                    free.ifPresent(run::free);
                }
                run.advance(now);
                return;
            }
            free = run.free();
        }
    }

    /** What default-deny has shown on its node, others need not find out again. */
    private static void heed(List<ScenarioRun> lane, Map<String, List<ScenarioRun>> lanes) {
        for (ScenarioRun run : lane) {
            if (run.isQueued()) {
                lanes.values().stream()
                        .flatMap(List::stream)
                        .filter(other -> other.node().equals(run.node())
                                && other.scenario().direction()
                                        == run.scenario().direction())
                        .forEach(run::heed);
            }
        }
    }

    private static String hex(int bytes) {
        byte[] value = new byte[bytes];
        new SecureRandom().nextBytes(value);
        return HexFormat.of().formatHex(value);
    }

    private Report broken(Instant started, String problem, String fix) {
        return report(
                started,
                Optional.empty(),
                Optional.of(new Report.Breakage(problem, fix)),
                interruption.orElse(Exit.NOT_JUDGED));
    }

    private Report report(
            Instant started, Optional<Enforcement> enforcement, Optional<Report.Breakage> breakage, Exit exit) {
        return new Report(
                terms.tool(),
                identity,
                started,
                clock.instant(),
                List.of(),
                Circumstances.NONE,
                List.of(),
                enforcement,
                List.copyOf(notes),
                breakage,
                new Report.Costs(pods, cluster.requests()),
                exit);
    }
}
