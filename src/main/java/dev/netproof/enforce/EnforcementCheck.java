package dev.netproof.enforce;

import dev.netproof.enforce.EnforcementTerms.Besides;
import dev.netproof.evidence.EvidenceCollector;
import dev.netproof.evidence.EvidenceStore;
import dev.netproof.evidence.ProbeEvent;
import dev.netproof.judge.PhaseJudge;
import dev.netproof.kube.Cluster;
import dev.netproof.kube.ClusterTrouble;
import dev.netproof.kube.EvidenceLoop;
import dev.netproof.kube.SessionTerms;
import dev.netproof.kube.Testbed;
import dev.netproof.model.Circumstances;
import dev.netproof.model.ClusterIdentity;
import dev.netproof.model.Enforcement;
import dev.netproof.model.Enforcement.Capability;
import dev.netproof.model.Enforcement.Profile;
import dev.netproof.model.Enforcement.Row;
import dev.netproof.model.Enforcement.Unseen;
import dev.netproof.model.Exit;
import dev.netproof.model.Report;
import dev.netproof.probe.ProbeFact;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
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
    private final List<Summary.Denied> denials = new ArrayList<>();
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
            return broken(started, new Report.Breakage(String.valueOf(trouble.getMessage()), trouble.fix()));
        }
    }

    private Report checked(Instant started) {
        progress.accept("identifying the user");
        ClusterIdentity who = cluster.identity();
        identity = Optional.of(who);
        who.caveat().ifPresent(notes::add);
        String run = hex(4);
        String stem = "netproof-" + run;
        Preflight preflight = new Preflight(cluster, terms, notes::add);
        Optional<Report.Breakage> forbidden = preflight.forbidden(stem);
        if (forbidden.isPresent()) {
            return broken(started, forbidden.get());
        }
        NodeSelection nodes = NodeSelection.of(cluster.survey(Set.of()), terms.nodes());
        unseen.addAll(nodes.unseen());
        if (nodes.chosen().isEmpty()) {
            return broken(started, Preflight.withoutNodes(unseen));
        }
        if (terms.profile() == Profile.FULL && terms.besides() == Besides.NOTHING) {
            unseen.add(Catalogue.NO_HOST_NETWORK);
        }
        preflight.sweep();
        List<Scenario> scenarios = Catalogue.of(terms.profile(), terms.besides());
        List<Row> rows = new ArrayList<>(nodes.untestable());
        rows.addAll(played(
                new SessionTerms(run, hex(12), terms.timeout().plus(GRACE), terms.connectTimeout(), terms.images()),
                stem,
                nodes.chosen(),
                scenarios,
                started.plus(terms.timeout())));
        List<Capability> capabilities =
                scenarios.stream().map(Scenario::capability).distinct().toList();
        Enforcement enforcement = new Summary(
                        who.context(), terms.profile(), capabilities, ordered(preflight.doubted(rows), capabilities))
                .enforcement(denials, unseen);
        collector.ifPresent(heard -> heard.starvation().forEach((id, how) -> notes.add("probe " + id + " " + how)));
        Exit exit = interruption.orElseGet(() -> Summary.exit(enforcement.verdict()));
        Optional<Report.Breakage> breakage = interruption.map(reason ->
                new Report.Breakage("the check was " + reason.meaning(), "run it again; the results so far are above"));
        return report(started, Optional.of(enforcement), breakage, exit);
    }

    private static List<Row> ordered(List<Row> rows, List<Capability> capabilities) {
        List<String> ids = capabilities.stream().map(Capability::id).toList();
        return rows.stream()
                .sorted(Comparator.comparingInt((Row row) -> ids.indexOf(row.capability()))
                        .thenComparing(Row::node)
                        .thenComparing(Row::direction))
                .toList();
    }

    /** Plays the scenarios on a testbed of their own, which is gone afterwards. */
    private List<Row> played(
            SessionTerms session, String stem, List<String> nodes, List<Scenario> scenarios, Instant end) {
        List<Row> rows = new ArrayList<>();
        try (Testbed testbed = cluster.testbed(session)) {
            TestbedLayout layout = new TestbedLayout(
                    scenarios,
                    nodes,
                    terms.place().orElseGet(() -> testbed.namespaceName(stem)),
                    terms.namespace().orElseGet(() -> testbed.namespaceName(stem + "-away")),
                    testbed.namespaceName(stem + "-host"));
            if (terms.namespace().isEmpty()) {
                TestbedSetup.createNamespaces(testbed, layout, terms.lent());
            } else {
                layout = without(
                        Role.Space.AWAY, layout, "it needs a second namespace, and --namespace gives one alone", rows);
            }
            if (layout.uses(Role.Space.HOST)) {
                Optional<String> none = TestbedSetup.createHostNamespace(testbed, cluster, layout);
                layout = none.isPresent() ? without(Role.Space.HOST, layout, none.get(), rows) : layout;
            }
            rows.addAll(judged(testbed, session, layout, end));
            progress.accept("removing everything");
        }
        return rows;
    }

    /** The layout without the scenarios that need pods there; their rows say why. */
    private static TestbedLayout without(Role.Space space, TestbedLayout layout, String why, List<Row> rows) {
        Conclusion conclusion = Conclusions.notSupported(why, Optional.empty());
        for (Scenario scenario : layout.needing(space)) {
            layout.nodes().forEach(node -> rows.add(conclusion.row(scenario, node)));
        }
        return layout.without(space);
    }

    private List<Row> judged(Testbed testbed, SessionTerms session, TestbedLayout layout, Instant end) {
        EvidenceCollector listening = new EvidenceCollector(evidence, session.nonce(), session.connectTimeout());
        collector = Optional.of(listening);
        EvidenceLoop loop = new EvidenceLoop(testbed, listening, TICK, end, () -> interruption.isPresent());
        TestbedSetup.Up up = new TestbedSetup(testbed, evidence, listening, loop, progress).put(layout);
        pods = up.pods();
        PhaseJudge judge = new PhaseJudge(evidence, terms.stable());
        Lanes lanes = new Lanes(testbed, layout, up, terms, evidence, new EdgeWatch(evidence, judge, terms));
        loop.run(new Looking(judge, lanes, testbed.now()));
        denials.addAll(lanes.denials());
        return lanes.rows();
    }

    /** Judges the rows by what is in the evidence, once a tick. */
    private final class Looking implements EvidenceLoop.Listener {
        private final PhaseJudge judge;
        private final Lanes lanes;
        private Instant next;
        private int judged = -1;

        private Looking(PhaseJudge judge, Lanes lanes, Instant begin) {
            this.judge = judge;
            this.lanes = lanes;
            this.next = begin;
        }

        @Override
        public boolean isDone() {
            return judged == lanes.total();
        }

        @Override
        public void heard(ProbeEvent event, List<ProbeFact> facts) {
            // A row needs all that a tick brings.
        }

        @Override
        public void look(Instant now) {
            if (now.isBefore(next)) {
                return;
            }
            next = now.plus(TICK);
            judge.now(now);
            lanes.advance(now);
            if (arrivals.isEmpty()) {
                arrivals = lanes.arrivals();
            }
            if (lanes.judged() != judged) {
                judged = lanes.judged();
                progress.accept(judged + " of " + lanes.total() + " rows judged");
            }
            if (isDone()) {
                lanes.review();
            }
        }
    }

    private static String hex(int bytes) {
        byte[] value = new byte[bytes];
        new SecureRandom().nextBytes(value);
        return HexFormat.of().formatHex(value);
    }

    private Report broken(Instant started, Report.Breakage breakage) {
        return report(started, Optional.empty(), Optional.of(breakage), interruption.orElse(Exit.NOT_JUDGED));
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
