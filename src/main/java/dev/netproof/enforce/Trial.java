package dev.netproof.enforce;

import dev.netproof.evidence.EvidenceStore;
import dev.netproof.judge.PathPhase;
import dev.netproof.judge.PhaseJudge;
import dev.netproof.kube.ClusterTrouble;
import dev.netproof.kube.ProvingGround;
import dev.netproof.model.ControlGrade;
import dev.netproof.model.Enforcement.Edge;
import dev.netproof.model.Enforcement.Kind;
import dev.netproof.model.Enforcement.Profile;
import dev.netproof.model.Enforcement.Reason;
import dev.netproof.model.Enforcement.Row;
import dev.netproof.model.Enforcement.Status;
import dev.netproof.model.Expectation;
import dev.netproof.model.Family;
import dev.netproof.model.Path;
import dev.netproof.model.PathObservation;
import dev.netproof.model.Sample;
import dev.netproof.model.Streak;
import dev.netproof.plan.PolicyManifest;
import dev.netproof.plan.ProbePod;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One scenario on one node, from the first connection to the return of the last one. Moves on when it is told the time: a step is
 * believed once every edge was seen as expected for long enough at the same time, with controls; a mismatch not before the deadline.
 */
final class Trial {
    /** So many deadlines a trial waits for probes that it hears nothing of. */
    private static final int UNHEARD = 3;

    /** How long past a deadline a trial waits for attempts that began after it. */
    private static final Duration LATE = Duration.ofSeconds(6);

    private static final String ADVICE =
            "look at the network plugin's policy engine on that node: its pod's log; a kernel"
                    + " module or a feature that is switched off";

    /** So long policies are stored before a pod is started that they select. */
    private static final Duration BEFOREHAND = Duration.ofSeconds(5);

    private enum Phase {
        QUEUED,
        /** Policies are stored, and the pod that they select is not there yet. */
        BEFORE_POD,
        BASELINE,
        STEP,
        RETURN,
        /** Concluded, and its policies stay until the end, to see whether the conclusion stays true. */
        HELD,
        DONE
    }

    /** What a row comes to, before it is known whether everything went back. */
    private record Conclusion(Status status, Reason reason, String seen, Optional<String> fix) {}

    /**
     * A family of addresses that is not tried any more.
     *
     * @param seen why, in words
     */
    private record Left(Family family, Why why, String seen) {
        enum Why {
            /** Not even default-deny is enforced in it. */
            OPEN,
            /** There is no connection in it even without a policy, so that nothing is proved. */
            NO_CONNECTION
        }
    }

    private final Scenario scenario;
    private final String node;
    /** What there is to try, and what of it is still tried. */
    private final List<List<Bound>> whole;

    private List<List<Bound>> steps;
    private List<Bound> all;
    private Optional<Left> left = Optional.empty();
    private final Scene scene;
    private final Optional<String> subject;
    private final Optional<ProbePod> fresh;
    private final EnforcementTerms terms;
    private final EvidenceStore seen;
    private final PhaseJudge judge;
    private final Findings findings;
    private final ProvingGround ground;

    private Phase phase = Phase.QUEUED;
    private Instant since = Instant.MAX;
    private int step;
    private final Map<String, PolicyManifest> standing = new LinkedHashMap<>();
    private Optional<Conclusion> conclusion = Optional.empty();
    /** What a first try came to that proved nothing; empty while there was none. */
    private Optional<Conclusion> first = Optional.empty();

    private boolean again;
    /** Since when nothing forbids the pod anything. */
    private Optional<Instant> free = Optional.empty();

    private Optional<Duration> denied = Optional.empty();
    private Optional<Duration> allowed = Optional.empty();
    private final List<Sample> denials = new ArrayList<>();
    private final Map<Bound, List<Sample>> evidence = new HashMap<>();
    private final Map<Bound, String> controls = new HashMap<>();
    /** Those that were let through when it was concluded that they are. */
    private List<Bound> open = List.of();

    /**
     * @param steps the scenario's edges, bound, step by step
     * @param subject the selected pod's id
     * @param fresh the subject where it is a probe that starts when its policies are there
     */
    Trial(
            Scenario scenario,
            String node,
            List<List<Bound>> steps,
            Scene scene,
            Optional<String> subject,
            Optional<ProbePod> fresh,
            EnforcementTerms terms,
            EvidenceStore seen,
            PhaseJudge judge,
            Findings findings,
            ProvingGround ground) {
        this.scenario = scenario;
        this.node = node;
        this.whole = steps;
        this.steps = steps;
        this.all = distinct(steps);
        this.scene = scene;
        this.subject = subject;
        this.fresh = fresh;
        this.terms = terms;
        this.seen = seen;
        this.judge = judge;
        this.findings = findings;
        this.ground = ground;
    }

    private static List<Bound> distinct(List<List<Bound>> steps) {
        Map<String, Bound> all = new LinkedHashMap<>();
        steps.forEach(edges -> edges.forEach(edge -> all.putIfAbsent(edge.probe() + " " + edge.attempt(), edge)));
        return List.copyOf(all.values());
    }

    Scenario scenario() {
        return scenario;
    }

    String node() {
        return node;
    }

    /** From the policies' creation until they denied for good, once that was seen. */
    Optional<Duration> arrival() {
        return denied;
    }

    boolean isDone() {
        return phase == Phase.DONE;
    }

    boolean isHeld() {
        return phase == Phase.HELD;
    }

    boolean isQueued() {
        return phase == Phase.QUEUED;
    }

    private boolean isDefaultDeny() {
        return scenario.capability().id().equals(Catalogue.DEFAULT_DENY);
    }

    /** Whether even the most basic policy has no effect. */
    private boolean foundNothingEnforced() {
        return conclusion.filter(one -> one.reason() == Reason.LETS_THROUGH).isPresent() && isDefaultDeny();
    }

    /** The family of addresses in which even the most basic policy has no effect, where it has in the other one. */
    private Optional<Family> foundOpen() {
        return conclusion.filter(one -> isDefaultDeny()).flatMap(one -> Families.open(one.reason()));
    }

    /** Before it begins: where another one on its node found that not even default-deny is enforced, the rest is not worth its time. */
    void heed(Trial other) {
        if (!isQueued() || !other.isDefaultDeny()) {
            return;
        }
        if (other.foundNothingEnforced()) {
            forgo(Status.UNTESTABLE, Reason.MOOT, "not even default-deny is enforced there", Optional.empty());
            return;
        }
        other.foundOpen()
                .map(family -> new Left(
                        family, Left.Why.OPEN, Families.over(family) + " not even default-deny is enforced there"))
                .or(() -> other.left)
                .ifPresent(this::spare);
    }

    private void spare(Left useless) {
        Family family = useless.family();
        boolean isAbout = family == Family.IPV6 && scenario.capability().id().equals(Catalogue.IPV6);
        if (isAbout || Families.of(family, all).isEmpty()) {
            return;
        }
        if (tellsWithout(family)) {
            leave(useless);
        } else if (useless.why() == Left.Why.OPEN) {
            forgo(Status.UNTESTABLE, Reason.MOOT, useless.seen(), Optional.empty());
        }
    }

    /** Whether everything is tried in the other family too. */
    private boolean tellsWithout(Family family) {
        Set<Scenario.Edge> rest = Families.of(Families.other(family), all).stream()
                .map(Bound::edge)
                .collect(Collectors.toSet());
        return all.stream().map(Bound::edge).allMatch(rest::contains);
    }

    private void leave(Left useless) {
        Family other = Families.other(useless.family());
        left = Optional.of(useless);
        steps = steps.stream().map(edges -> Families.of(other, edges)).toList();
        all = distinct(steps);
    }

    /** "; over IPv6 …" where a family is not tried, and nothing elsewhere. */
    private String aside() {
        return left.map(one -> "; " + one.seen()).orElse("");
    }

    private boolean isLeftUnproved() {
        return left.filter(one -> one.why() == Left.Why.NO_CONNECTION).isPresent();
    }

    /** Denied attempts that counted, for how a denial looks. */
    List<Sample> denials() {
        return denials;
    }

    /** When the pod's last policies had gone again, if all connections have returned since. */
    Optional<Instant> free() {
        return free;
    }

    /** What was seen since then counts for the connections before the policy: a predecessor took its policies back. */
    void free(Instant since) {
        free = Optional.of(since);
    }

    /** Ends it before it began. */
    void forgo(Status status, Reason reason, String why, Optional<String> fix) {
        conclusion = Optional.of(new Conclusion(status, reason, why, fix));
        phase = Phase.DONE;
    }

    /** Moves on as far as what was seen by now allows. */
    void advance(Instant now) {
        try {
            move(now);
        } catch (ClusterTrouble trouble) {
            refused(trouble);
            takeBack();
            phase = Phase.DONE;
        }
    }

    private void move(Instant now) {
        if (phase == Phase.QUEUED) {
            since = free.orElse(now);
            free = Optional.empty();
            if (fresh.isPresent()) {
                since = now;
                store(scenario.steps().get(0));
                phase = Phase.BEFORE_POD;
            } else {
                phase = Phase.BASELINE;
            }
        }
        if (phase == Phase.DONE || phase == Phase.HELD) {
            return;
        }
        Optional<String> gone = gone();
        if (gone.isPresent()
                && phase == Phase.BASELINE
                && scenario.capability().id().equals(Catalogue.SCTP)) {
            forgo(
                    Status.UNTESTABLE,
                    Reason.NOT_SUPPORTED,
                    "no server could listen on SCTP: the node's kernel has none",
                    Optional.of("load the module sctp on the nodes, if anything there needs it"));
            return;
        }
        if (gone.isPresent() && phase == Phase.BASELINE && isAboutHosts()) {
            forgo(
                    Status.UNTESTABLE,
                    Reason.NOT_SUPPORTED,
                    "the cluster takes no pod in its node's network: " + gone.get(),
                    Optional.empty());
            return;
        }
        if (gone.isPresent() && (conclusion.isEmpty() || conclusion.get().status() == Status.ENFORCED)) {
            conclude(Status.INCONCLUSIVE, Reason.ACTOR_LOST, gone.get(), Optional.of("run again"));
            takeBack();
            phase = Phase.DONE;
            return;
        }
        switch (phase) {
            case BEFORE_POD -> start(now);
            case BASELINE -> baseline(now);
            case STEP -> step(now);
            case RETURN -> back(now);
            default -> throw new IllegalStateException(phase + " was returned from above");
        }
    }

    private boolean isAboutHosts() {
        return scenario.capability().id().equals(Catalogue.HOST_NETWORK);
    }

    private Optional<String> gone() {
        for (Bound edge : all) {
            Optional<String> probe = loss(edge.probe());
            if (probe.isPresent()) {
                return Optional.of("a source was lost: " + probe.get());
            }
            Optional<String> server = loss(edge.server());
            if (server.isPresent()) {
                return Optional.of("a target was lost: " + server.get());
            }
        }
        return Optional.empty();
    }

    private Optional<String> loss(String pod) {
        return seen.life(pod).loss().map(EvidenceStore.Loss::why);
    }

    private PathPhase since(Bound edge, Instant began) {
        return judge.since(edge.probed(), began);
    }

    /** Ends it where admission made something else of any of its pods. */
    private boolean isChangedByAdmission() {
        Optional<String> changed = all.stream()
                .flatMap(
                        edge -> seen
                                .life(edge.probe())
                                .changed()
                                .or(() -> seen.life(edge.server()).changed())
                                .stream())
                .findFirst();
        if (changed.isEmpty()) {
            return false;
        }
        conclude(
                Status.INCONCLUSIVE,
                Reason.CHANGED_BY_ADMISSION,
                "admission changed a pod of netproof's: " + changed.get(),
                Optional.of("exempt pods with the label netproof.dev/role from that webhook"));
        if (!standing.isEmpty()) {
            takeBack();
        }
        phase = Phase.DONE;
        return true;
    }

    private void baseline(Instant now) {
        if (isChangedByAdmission()) {
            return;
        }
        Instant probing = all.stream()
                .filter(edge -> edge.edge().way() != Scenario.Way.KUBELET)
                .map(edge -> seen.life(edge.probe()).started().orElse(Instant.MAX))
                .max(Instant::compareTo)
                .orElse(Instant.MIN);
        if (all.stream().allMatch(this::isReached)) {
            reached(now);
        } else if (!probing.equals(Instant.MAX) && isOver(all, later(since, probing), now)) {
            Optional<Left> shut = shut();
            if (shut.isEmpty()) {
                noBaseline();
                return;
            }
            all.forEach(edge -> evidence.put(edge, since(edge, since).samples()));
            leave(shut.get());
            reached(now);
        }
    }

    private boolean isReached(Bound edge) {
        PathPhase phase = since(edge, since);
        return phase.samples().size() >= terms.stable() && phase.isOpenAgain();
    }

    private void reached(Instant now) {
        all.forEach(edge -> judge.undisturbed(since(edge, since)));
        begin(0, now);
    }

    /** The one family of addresses in which connections are missing even without a policy, where there are all of them in the other. */
    private Optional<Left> shut() {
        List<Bound> missing = all.stream().filter(edge -> !isReached(edge)).toList();
        boolean heard = missing.stream()
                .map(edge -> since(edge, since))
                .allMatch(phase -> phase.samples().size() >= terms.stable() && !phase.neverFailed());
        return Families.alone(missing, all)
                .filter(family -> heard && tellsWithout(family))
                .map(family -> new Left(
                        family,
                        Left.Why.NO_CONNECTION,
                        Families.over(family)
                                + " nothing is proved, because there is no connection even without a policy: "
                                + missing.get(0).meaning() + " "
                                + looked(since(missing.get(0), since).samples())));
    }

    /**
     * Whether what was waited for since then has had its time. Who is starved of CPU, or whose log is late, says nothing for a while,
     * and nothing is known by then: they are waited for three times as long.
     */
    private boolean isOver(List<Bound> edges, Instant from, Instant now) {
        return now.isAfter(from.plus(terms.deadline()))
                && (edges.stream().noneMatch(edge -> isUnheard(edge, from, terms.stable()))
                        || now.isAfter(from.plus(terms.deadline().multipliedBy(UNHEARD))));
    }

    /** Whether so few of a probe's rounds counted that nothing can be known. */
    private boolean isUnheard(Bound edge, Instant from, int enough) {
        return edge.edge().way() != Scenario.Way.KUBELET && seen.rounds(edge.probe(), from) < enough;
    }

    private static Instant later(Instant a, Instant b) {
        return a.isAfter(b) ? a : b;
    }

    private void noBaseline() {
        if (first.isPresent()) {
            conclusion = first;
            phase = Phase.DONE;
            return;
        }
        if (scenario.capability().id().equals(Catalogue.SCTP)
                && all.stream().allMatch(edge -> since(edge, since).neverOpened())) {
            forgo(
                    Status.UNTESTABLE,
                    Reason.NOT_SUPPORTED,
                    "no SCTP association was made even without a policy: the nodes' kernel or the network has none",
                    Optional.empty());
            return;
        }
        Bound shut = all.stream()
                .filter(edge -> !since(edge, since).isOpenAgain())
                // What is expected of is said first.
                .min(java.util.Comparator.comparing(
                        edge -> edge.edge().expected().isEmpty()))
                .orElse(all.get(0));
        all.forEach(edge -> evidence.put(edge, since(edge, since).samples()));
        // A kubelet that never found the pod ready has told nothing.
        PathPhase results = since(shut, since);
        if (shut.edge().way() != Scenario.Way.KUBELET && results.neverFailed()) {
            unheard("whether there is a connection without a policy", shut, results.samples());
            return;
        }
        if (shut.edge().expected().isEmpty()) {
            conclude(
                    Status.UNTESTABLE,
                    Reason.NO_BASELINE,
                    shut.meaning() + ": no connection even without a policy",
                    Optional.empty());
            phase = Phase.DONE;
            return;
        }
        List<String> foreign = ground.foreignPolicies(List.of(scene.home(), scene.away()));
        conclude(
                Status.INCONCLUSIVE,
                Reason.NO_BASELINE,
                "there was no connection before any policy of netproof's: " + shut.meaning() + " "
                        + looked(since(shut, since).samples())
                        + (foreign.isEmpty()
                                ? "; no other policy is in the namespace: perhaps a cluster-wide policy or the network"
                                        + " itself stops it"
                                : "; something installed policies there: " + String.join(", ", foreign)),
                Optional.of(
                        foreign.isEmpty()
                                ? "look for cluster-wide policies (kubectl get clusternetworkpolicies,"
                                        + " adminnetworkpolicies, ciliumclusterwidenetworkpolicies,"
                                        + " globalnetworkpolicies) and whether pods reach each other at all"
                                : "exempt the namespace from what installs them, or name one without: --namespace"));
        phase = Phase.DONE;
    }

    private static String looked(List<Sample> samples) {
        if (samples.isEmpty()) {
            return "had no result in time";
        }
        Sample last = samples.get(samples.size() - 1);
        return "saw " + last.outcome() + " (" + last.signal() + ")";
    }

    private void begin(int number, Instant now) {
        step = number;
        Scenario.Step doing = scenario.steps().get(number);
        store(doing);
        doing.labels().ifPresent(this::relabel);
        phase = Phase.STEP;
        since = later(now, ground.now());
    }

    private void store(Scenario.Step doing) {
        for (PolicyManifest policy : doing.policies().apply(scene)) {
            standing.put(policy.name(), policy);
            ground.apply(policy);
        }
    }

    /** Its first connection is what this is about, so that nothing is looked at before it. */
    private void start(Instant now) {
        if (now.isBefore(since.plus(BEFOREHAND))) {
            return;
        }
        fresh.ifPresent(probe -> ground.launch(List.of(probe)));
        phase = Phase.STEP;
        since = now;
    }

    private void relabel(Map<String, String> labels) {
        Map<String, String> whole = new HashMap<>(scene.subject());
        whole.putAll(labels);
        ground.label(subject.orElseThrow(() -> new IllegalStateException("nobody's labels can be changed")), whole);
    }

    private void step(Instant now) {
        // A fresh pod had no baseline that could have said so.
        if (isChangedByAdmission()) {
            return;
        }
        if (fresh.isPresent() && !seen.life(fresh.get().id()).isRunning()) {
            // Its time begins with its container; that none comes is said by the end of the check.
            since = now;
            return;
        }
        List<Bound> edges = steps.get(step);
        Map<Bound, PathPhase.Denial> stopped = new HashMap<>();
        boolean satisfied = true;
        Instant effective = since;
        for (Bound edge : edges) {
            Optional<PathPhase.Denial> denial = since(edge, since).denial();
            denial.ifPresent(one -> stopped.put(edge, one));
            if (forbids(edge)) {
                satisfied &= denial.isPresent();
                if (denial.isPresent()) {
                    effective = later(effective, denial.get().first());
                }
            }
        }
        for (Bound edge : edges) {
            if (!forbids(edge)) {
                boolean open = since(edge, effective).isOpen();
                boolean leftOpen = edge.edge().expected().isEmpty();
                satisfied &= open || (leftOpen && stopped.containsKey(edge));
            }
        }
        if (satisfied) {
            inEffect(edges, stopped, now);
        } else if (isOver(edges, since, now)) {
            overdue(edges, now);
        }
    }

    private static boolean forbids(Bound edge) {
        return edge.edge().expected().filter(Expectation::forbids).isPresent();
    }

    private static boolean allows(Bound edge) {
        return edge.edge().expected().filter(Expectation.ALLOW::equals).isPresent();
    }

    private void inEffect(List<Bound> edges, Map<Bound, PathPhase.Denial> stopped, Instant now) {
        List<Bound> forbidden = edges.stream().filter(Trial::forbids).toList();
        forbidden.forEach(edge -> {
            PathPhase.Denial denial = java.util.Objects.requireNonNull(stopped.get(edge));
            denials.addAll(denial.counted());
            control(edge).ifPresent(by -> controls.put(edge, by));
        });
        if (denied.isEmpty() && !forbidden.isEmpty()) {
            denied = Optional.of(
                    fresh.isPresent()
                            ? letThrough(forbidden)
                            : PhaseJudge.deniedAfter(phases(forbidden, since), since));
        }
        edges.forEach(edge -> evidence.put(edge, since(edge, since).samples()));
        if (step + 1 < steps.size()) {
            begin(step + 1, now);
            return;
        }
        if (fresh.isPresent() && denied.filter(time -> !time.isZero()).isPresent()) {
            conclude(
                    Status.NOT_ENFORCED,
                    Reason.LETS_THROUGH,
                    String.format(
                            java.util.Locale.ROOT,
                            "a fresh pod was let through for %.1f s after its start, against a policy that was there before it",
                            denied.get().toMillis() / 1000.0),
                    Optional.of(
                            "let run wait for longer: --settle; keep secrets of a pod's first moments out of reach"));
            giveBack(now);
            return;
        }
        String what = summary(edges, stopped)
                + aside()
                + first.map(one -> "; at a second try; at the first one: " + one.seen())
                        .orElse("");
        if (isLeftUnproved()) {
            conclude(
                    Status.INCONCLUSIVE,
                    Reason.NO_BASELINE,
                    what,
                    left.map(one -> "see why pods do not reach each other " + Families.over(one.family())
                            + ": the network plugin's addresses of that family, and the routes between the nodes"));
        } else {
            conclude(
                    scenario.capability().kind() == Kind.MUST ? Status.ENFORCED : Status.OBSERVED,
                    scenario.capability().kind() == Kind.MUST ? Reason.AS_SPECIFIED : behaviour(edges, stopped),
                    what,
                    Optional.empty());
        }
        if (scenario.capability().kind() == Kind.MUST) {
            findings.enforced();
        }
        giveBack(now);
    }

    /** From the start of a fresh pod to its last connection that opened; zero where none did. */
    private Duration letThrough(List<Bound> edges) {
        Instant began = fresh.flatMap(probe -> seen.life(probe.id()).started()).orElse(since);
        return PhaseJudge.letThroughAfter(phases(edges, Instant.MIN), began);
    }

    private List<PathPhase> phases(List<Bound> edges, Instant began) {
        return edges.stream().map(edge -> since(edge, began)).toList();
    }

    /** Who else reached the same listener since the phase began, in words. */
    private Optional<String> control(Bound edge) {
        List<String> reached = seen.reachedSince(edge.backend(), edge.probe(), since);
        if (reached.isEmpty()) {
            return Optional.empty();
        }
        String names = reached.stream().map(seen::source).distinct().sorted().collect(Collectors.joining(", "));
        return Optional.of(names + " reached " + edge.backend().ip() + ":"
                + edge.backend().port() + " " + reached.size() + (reached.size() == 1 ? " time" : " times"));
    }

    /** What all paths that are left open have in common. */
    private static Reason behaviour(List<Bound> edges, Map<Bound, PathPhase.Denial> stopped) {
        List<Bound> open =
                edges.stream().filter(edge -> edge.edge().expected().isEmpty()).toList();
        if (stopped.keySet().containsAll(open)) {
            return Reason.DENIED;
        }
        if (open.stream().anyMatch(stopped::containsKey)) {
            return Reason.MIXED;
        }
        return open.stream().allMatch(edge -> edge.edge().way() == Scenario.Way.HELD)
                ? Reason.GOES_ON
                : Reason.LET_THROUGH;
    }

    private static String behaviour(Bound edge, Map<Bound, PathPhase.Denial> denied) {
        boolean stopped = denied.containsKey(edge);
        if (edge.edge().way() == Scenario.Way.HELD) {
            return stopped ? " ends with the deny" : " goes on after the deny";
        }
        return stopped ? " is denied" : " is let through";
    }

    private String summary(List<Bound> edges, Map<Bound, PathPhase.Denial> stopped) {
        List<String> open = new ArrayList<>();
        long shut = 0;
        for (Bound edge : edges) {
            if (edge.edge().expected().isEmpty()) {
                open.add(edge.meaning() + behaviour(edge, stopped));
            } else if (forbids(edge)) {
                shut++;
            }
        }
        if (!open.isEmpty()) {
            return String.join("; ", open);
        }
        long free = edges.size() - shut;
        return (shut == 0 ? "" : "denied on " + count(shut) + " while the targets were reached by others")
                + (shut > 0 && free > 0 ? ", " : "")
                + (free == 0 ? "" : "let through on " + count(free))
                + (Families.both(edges)
                        ? ", over IPv4 and IPv6"
                        : left.map(one -> ", " + Families.over(Families.other(one.family())))
                                .orElse(""));
    }

    private static String count(long paths) {
        return paths + (paths == 1 ? " path" : " paths");
    }

    /** The deadline has passed and not everything is as the policies say: what was seen on connections that began after it decides. */
    private void overdue(List<Bound> edges, Instant now) {
        Instant deadline = since.plus(terms.deadline());
        boolean everyEdgeSpoke =
                edges.stream().allMatch(edge -> since(edge, deadline).samples().size() >= terms.stable());
        Instant late = deadline.plus(terms.connectTimeout()).plus(LATE);
        boolean waited = now.isAfter(late)
                && (edges.stream().noneMatch(edge -> isUnheard(edge, deadline, 1))
                        || now.isAfter(since.plus(terms.deadline().multipliedBy(UNHEARD))));
        if (!everyEdgeSpoke && !waited) {
            return;
        }
        edges.forEach(edge -> evidence.put(edge, since(edge, since).samples()));
        edges.forEach(edge -> control(edge).ifPresent(by -> controls.put(edge, by)));
        List<Bound> through = edges.stream()
                .filter(edge -> forbids(edge) && since(edge, deadline).isOpenAgain())
                .toList();
        List<Bound> blocked = edges.stream()
                .filter(edge -> allows(edge)
                        && since(edge, deadline).neverOpened()
                        && since(edge, since).denial().isPresent())
                .toList();
        List<Bound> forbidden = edges.stream().filter(Trial::forbids).toList();
        Optional<Conclusion> changed = changed();
        if (changed.isPresent()) {
            conclusion = changed;
        } else if (!through.isEmpty() && through.stream().anyMatch(this::wasDeniedBefore)) {
            conclude(
                    Status.INCONCLUSIVE,
                    Reason.UNSETTLED,
                    "denied for a while and let through again under the same policy: "
                            + through.get(0).meaning() + "; something changed meanwhile",
                    Optional.of("run again when the policy engine holds still"));
        } else if (!through.isEmpty()) {
            Optional<Family> alone = openAlone(edges, through, deadline);
            String stored = terms.deadline().toSeconds() + " s after the policy was stored ";
            if (alone.isPresent()) {
                Family family = alone.get();
                conclude(
                        Status.NOT_ENFORCED,
                        Families.letsThrough(family),
                        stored + "and " + Families.over(family) + " alone, "
                                + through(
                                        through.size(),
                                        Families.of(family, forbidden).size())
                                + "; " + Families.over(Families.other(family)) + " what it forbids is denied",
                        Optional.of(advice(family)));
            } else {
                conclude(
                        Status.NOT_ENFORCED,
                        Reason.LETS_THROUGH,
                        stored + through(through.size(), forbidden.size()) + aside(),
                        Optional.of(ADVICE));
            }
            open = through;
        } else if (!blocked.isEmpty()) {
            conclude(
                    Status.NOT_ENFORCED,
                    Reason.DENIES_TOO_MUCH,
                    "the policy allows it and it was stopped while the target was reached by others: "
                            + blocked.get(0).meaning(),
                    Optional.of(ADVICE));
        } else {
            undecided(edges);
        }
        // Where there is more to look at in the other family, its pods are wanted for that.
        if (foundNothingEnforced() || (foundOpen().isPresent() && terms.profile() != Profile.FULL)) {
            phase = Phase.HELD;
        } else {
            giveBack(now);
        }
    }

    /** The family in which something is let through, where all is as the policies say in the other one. */
    private Optional<Family> openAlone(List<Bound> edges, List<Bound> through, Instant deadline) {
        return Families.alone(through, edges.stream().filter(Trial::forbids).toList())
                .filter(open -> Families.of(Families.other(open), edges).stream()
                        .allMatch(edge -> forbids(edge)
                                ? since(edge, since).denial().isPresent()
                                : !since(edge, deadline).neverOpened()));
    }

    private static String advice(Family family) {
        return "look at the policy engine's rules for " + Families.word(family) + " on that node ("
                + (family == Family.IPV6 ? "ip6tables" : "iptables")
                + " or nft) and at its pod's log there: those of one family may never have been loaded";
    }

    /** What to conclude where the policies or the pods that they select are no longer what was asked for. */
    private Optional<Conclusion> changed() {
        Optional<String> deviation = standing.values().stream()
                .flatMap(policy -> ground.deviation(policy).stream())
                .findFirst();
        if (deviation.isPresent()) {
            return Optional.of(new Conclusion(
                    Status.INCONCLUSIVE,
                    Reason.CHANGED_BY_ADMISSION,
                    deviation.get() + ", so that nothing follows from what was seen",
                    Optional.of("see what else writes NetworkPolicies: a webhook, a GitOps controller")));
        }
        // Policies select pods as they are labelled now; their labels were asked for long ago, and have been seen
        // since.
        return pods().flatMap(pod -> ground.drift(pod).stream())
                .findFirst()
                .map(drift -> new Conclusion(
                        Status.INCONCLUSIVE,
                        Reason.CHANGED_BY_ADMISSION,
                        "a pod of netproof's was changed while it ran, so that nothing follows from what was seen: "
                                + drift,
                        Optional.of("find out who changes pods with the label netproof.dev/role")));
    }

    /** The selected pod first, then whoever takes part. */
    private Stream<String> pods() {
        return Stream.concat(subject.stream(), all.stream().flatMap(edge -> Stream.of(edge.server(), edge.probe())))
                .distinct();
    }

    private static String through(long open, long forbidden) {
        if (open < forbidden) {
            return open + " of the " + forbidden + " paths that it forbids still "
                    + (open == 1 ? "connects" : "connect");
        }
        return forbidden == 1
                ? "the path that it forbids still connects"
                : "all " + forbidden + " paths that it forbids still connect";
    }

    private boolean wasDeniedBefore(Bound edge) {
        return since(edge, since).wasDenied();
    }

    private void undecided(List<Bound> edges) {
        Instant deadline = since.plus(terms.deadline());
        Optional<Bound> silent = edges.stream()
                .filter(edge -> since(edge, deadline).samples().isEmpty())
                .findFirst();
        if (silent.isPresent()) {
            conclude(
                    Status.INCONCLUSIVE,
                    Reason.UNSETTLED,
                    "no attempt came to an end after the deadline: "
                            + silent.get().meaning() + "; the probes were starved or their logs did not arrive",
                    Optional.of("run again when the nodes have CPU to spare"));
            tryAgain();
            return;
        }
        Optional<Bound> uncontrolled = edges.stream()
                .filter(edge -> since(edge, deadline).neverOpened())
                .filter(edge -> since(edge, since).denial().isEmpty())
                .findFirst();
        if (uncontrolled.isPresent()) {
            conclude(
                    Status.INCONCLUSIVE,
                    Reason.NO_CONTROL,
                    "denied, but nothing shows that the target was alive meanwhile: "
                            + uncontrolled.get().meaning(),
                    Optional.of("run again; if it stays, see whether a cluster-wide policy denies everything"));
            tryAgain();
            return;
        }
        conclude(
                Status.INCONCLUSIVE,
                Reason.UNSETTLED,
                "it never held still: " + edges.get(0).meaning(),
                Optional.of("run again when the policy engine and the network hold still"));
    }

    /**
     * Where nothing was proved for want of evidence, and others show that the cluster can be looked at, one more try is worth its
     * time. Not with a fresh pod or a connection that was kept, of which there is only one.
     */
    private void tryAgain() {
        again = first.isEmpty()
                && findings.isEnforcedSomewhere()
                && fresh.isEmpty()
                && all.stream().allMatch(edge -> edge.edge().way() != Scenario.Way.HELD);
    }

    /** All its policies are gone again, or as good as gone. */
    private void over(Instant now) {
        if (!again) {
            phase = Phase.DONE;
            return;
        }
        again = false;
        first = conclusion;
        conclusion = Optional.empty();
        evidence.clear();
        controls.clear();
        denied = Optional.empty();
        step = 0;
        since = free.orElse(now);
        free = Optional.empty();
        phase = Phase.BASELINE;
    }

    /** The API server did not do what it was asked to. */
    private void refused(ClusterTrouble trouble) {
        conclude(
                Status.INCONCLUSIVE,
                Reason.POLICY_REFUSED,
                String.valueOf(trouble.getMessage()),
                Optional.of(trouble.fix()));
    }

    /** Of an edge, nothing or too little was heard to say whether it opens. */
    private void unheard(String what, Bound edge, List<Sample> results) {
        conclude(
                Status.INCONCLUSIVE,
                Reason.UNSETTLED,
                what + " is not known: " + edge.meaning() + " "
                        + (results.isEmpty() ? looked(results) : "had too few results in time")
                        + "; the probe was starved or its log did not arrive",
                Optional.of("run again when the nodes have CPU to spare"));
        phase = Phase.DONE;
    }

    private void conclude(Status status, Reason found, String what, Optional<String> fix) {
        // A policy that does not do as specified is judged by rows of its own.
        boolean moot = scenario.capability().kind() == Kind.INFORMATION
                && (found == Reason.LETS_THROUGH || found == Reason.DENIES_TOO_MUCH);
        Reason reason = moot ? Reason.MOOT : found;
        conclusion = Optional.of(new Conclusion(status, reason, what, fix));
    }

    private void giveBack(Instant now) {
        takeBack();
        phase = Phase.RETURN;
        since = later(now, ground.now());
    }

    private void takeBack() {
        try {
            standing.values().forEach(ground::remove);
            if (subject.isPresent()
                    && scenario.steps().stream().anyMatch(one -> one.labels().isPresent())) {
                relabel(Map.of());
            }
        } catch (ClusterTrouble trouble) {
            // The ground's own end removes what is left.
            if (conclusion.filter(one -> one.status() == Status.ENFORCED).isPresent()) {
                refused(trouble);
            }
        }
        standing.clear();
    }

    private void back(Instant now) {
        boolean back = all.stream()
                // Of a connection that was ended nothing returns.
                .filter(edge -> edge.edge().way() != Scenario.Way.HELD)
                .allMatch(edge -> since(edge, since).isOpenAgain());
        if (back) {
            List<Bound> were =
                    steps.stream().flatMap(List::stream).filter(Trial::forbids).toList();
            if (!were.isEmpty()) {
                allowed = Optional.of(PhaseJudge.openAfter(phases(were, since), since));
            }
            free = Optional.of(since);
            over(now);
        } else if (isOver(all, since, now)) {
            if (conclusion.filter(one -> one.status() == Status.ENFORCED).isPresent()) {
                Bound shut = all.stream()
                        .filter(edge -> !since(edge, since).isOpenAgain())
                        .findFirst()
                        .orElseThrow();
                PathPhase phase = since(shut, since);
                List<Sample> results = phase.samples();
                if (phase.neverFailed()) {
                    unheard("denied under the policy; whether the connection returned", shut, results);
                    return;
                }
                conclude(
                        Status.INCONCLUSIVE,
                        Reason.NOT_RESTORED,
                        "denied under the policy, but the connection did not return in "
                                + terms.deadline().toSeconds() + " s after its removal: " + shut.meaning() + " "
                                + looked(results),
                        Optional.of(
                                "run again; see whether the engine removes rules, and whether the target holds still"));
            }
            over(now);
        }
    }

    /** At the end of everything: whether what was concluded is still true. */
    void review() {
        if (phase != Phase.HELD) {
            return;
        }
        try {
            lookAgain();
        } catch (ClusterTrouble trouble) {
            refused(trouble);
        }
        takeBack();
        phase = Phase.DONE;
    }

    private void lookAgain() {
        // Pods that are gone, or that the policy no longer selects, would not show that an engine has begun to enforce
        // it.
        Optional<String> gone = gone();
        Optional<Conclusion> changed = gone.isPresent() ? Optional.empty() : changed();
        if (gone.isPresent()) {
            conclude(Status.INCONCLUSIVE, Reason.ACTOR_LOST, gone.get(), Optional.of("run again"));
        } else if (changed.isPresent()) {
            conclusion = changed;
        } else if (open.stream().anyMatch(this::wasDeniedBefore)) {
            conclude(
                    Status.INCONCLUSIVE,
                    Reason.UNSETTLED,
                    "let through past the deadline and denied later under the same policy: something changed"
                            + " meanwhile",
                    Optional.of("run again when the policy engine holds still"));
        }
    }

    Row row() {
        Conclusion found = conclusion
                .filter(ignored -> phase == Phase.DONE)
                .orElseGet(() -> new Conclusion(
                        Status.INCONCLUSIVE,
                        Reason.OUT_OF_TIME,
                        "the run ended before this could be judged",
                        Optional.of("raise --timeout")));
        // Of what is left open nothing can be a failure, in no report: it was seen, or it was not.
        Status status = scenario.capability().kind() == Kind.INFORMATION && found.status() != Status.OBSERVED
                ? Status.UNTESTABLE
                : found.status();
        boolean proved =
                found.status() == Status.ENFORCED || (isLeftUnproved() && found.reason() == Reason.NO_BASELINE);
        return new Row(
                scenario.capability().id(),
                node,
                scenario.direction(),
                status,
                found.reason(),
                found.seen(),
                found.fix(),
                edges(),
                proved || fresh.isPresent() ? denied : Optional.empty(),
                proved ? allowed : Optional.empty());
    }

    private List<Edge> edges() {
        List<Edge> edges = new ArrayList<>();
        for (Bound edge : step < whole.size() ? whole.get(step) : distinct(whole)) {
            List<Sample> samples = evidence.getOrDefault(edge, List.of());
            if (samples.isEmpty()) {
                continue;
            }
            Optional<String> control = Optional.ofNullable(controls.get(edge));
            EvidenceStore.PodLife life = seen.life(edge.probe());
            Path path = edge.path();
            edges.add(new Edge(
                    edge.meaning(),
                    edge.edge().expected(),
                    new PathObservation(
                            new Path(
                                    path.kind(),
                                    life.pod(),
                                    life.node(),
                                    path.address(),
                                    path.port(),
                                    path.targetPod(),
                                    path.targetNode()),
                            Streak.of(samples),
                            Optional.of(samples.get(samples.size() - 1).outcome()),
                            control.isPresent() ? ControlGrade.REACHED : ControlGrade.NONE,
                            control)));
        }
        return edges;
    }
}
