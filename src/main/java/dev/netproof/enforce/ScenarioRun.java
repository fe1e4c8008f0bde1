package dev.netproof.enforce;

import dev.netproof.evidence.EvidenceStore;
import dev.netproof.judge.PathPhase;
import dev.netproof.judge.PhaseJudge;
import dev.netproof.kube.ClusterTrouble;
import dev.netproof.kube.Testbed;
import dev.netproof.model.ControlGrade;
import dev.netproof.model.Enforcement.Edge;
import dev.netproof.model.Enforcement.Kind;
import dev.netproof.model.Enforcement.Profile;
import dev.netproof.model.Enforcement.Reason;
import dev.netproof.model.Enforcement.Row;
import dev.netproof.model.Enforcement.Status;
import dev.netproof.model.Family;
import dev.netproof.model.Path;
import dev.netproof.model.PathObservation;
import dev.netproof.model.Sample;
import dev.netproof.model.Streak;
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
 * One scenario on one node, from the first connection to the return of the last one: its phases. Moves on when it is told the time: a step is
 * believed once every edge was seen as expected for long enough at the same time, with controls; a mismatch not before the deadline.
 */
final class ScenarioRun {
    /** So many deadlines a scenario waits for probes that it hears nothing of. */
    private static final int UNHEARD = 3;

    /** How long past a deadline a scenario waits for attempts that began after it. */
    private static final Duration LATE = Duration.ofSeconds(6);

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
    private final PolicyFactory factory;
    private final Optional<ProbePod> fresh;
    private final EnforcementTerms terms;
    private final EvidenceStore seen;
    private final PhaseJudge judge;
    private final SharedFindings findings;
    private final Testbed testbed;
    private final AppliedPolicies policies;

    private Phase phase = Phase.QUEUED;
    private Instant since = Instant.MAX;
    private int step;
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
    ScenarioRun(
            Scenario scenario,
            String node,
            List<List<Bound>> steps,
            PolicyFactory factory,
            Optional<String> subject,
            Optional<ProbePod> fresh,
            EnforcementTerms terms,
            EvidenceStore seen,
            PhaseJudge judge,
            SharedFindings findings,
            Testbed testbed) {
        this.scenario = scenario;
        this.node = node;
        this.whole = steps;
        this.steps = steps;
        this.all = distinct(steps);
        this.factory = factory;
        this.fresh = fresh;
        this.terms = terms;
        this.seen = seen;
        this.judge = judge;
        this.findings = findings;
        this.testbed = testbed;
        this.policies = new AppliedPolicies(testbed, scenario, factory, subject);
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
        return scenario.isFoundation();
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
    void heed(ScenarioRun other) {
        if (!isQueued() || !other.isDefaultDeny()) {
            return;
        }
        if (other.foundNothingEnforced()) {
            forgo(Conclusions.moot("not even default-deny is enforced there"));
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
        if (scenario.isAbout(family) || Families.of(family, all).isEmpty()) {
            return;
        }
        if (tellsWithout(family)) {
            leave(useless);
        } else if (useless.why() == Left.Why.OPEN) {
            forgo(Conclusions.moot(useless.seen()));
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
    void forgo(Conclusion why) {
        conclusion = Optional.of(why);
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
                policies.apply(scenario.steps().get(0));
                phase = Phase.BEFORE_POD;
            } else {
                phase = Phase.BASELINE;
            }
        }
        if (phase == Phase.DONE || phase == Phase.HELD) {
            return;
        }
        Optional<String> gone = gone();
        Optional<Conclusion> lacking =
                phase == Phase.BASELINE ? gone.flatMap(scenario.prerequisite()::lackingAfter) : Optional.empty();
        if (lacking.isPresent()) {
            forgo(lacking.get());
            return;
        }
        if (gone.isPresent() && (conclusion.isEmpty() || conclusion.get().status() == Status.ENFORCED)) {
            conclude(Conclusions.actorLost(gone.get()));
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
        conclude(Conclusions.podChangedByAdmission(changed.get()));
        if (!policies.isEmpty()) {
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
                                + Conclusions.looked(
                                        since(missing.get(0), since).samples())));
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
        Optional<Conclusion> lacking =
                all.stream().allMatch(edge -> since(edge, since).neverOpened())
                        ? scenario.prerequisite().lackingWithoutPolicy()
                        : Optional.empty();
        if (lacking.isPresent()) {
            forgo(lacking.get());
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
            conclude(Conclusions.nothingToObserve(shut));
            phase = Phase.DONE;
            return;
        }
        List<String> foreign = testbed.foreignPolicies(List.of(factory.home(), factory.away()));
        conclude(Conclusions.noBaseline(shut, results.samples(), foreign));
        phase = Phase.DONE;
    }

    private void begin(int number, Instant now) {
        step = number;
        Scenario.Step doing = scenario.steps().get(number);
        policies.apply(doing);
        phase = Phase.STEP;
        since = later(now, testbed.now());
    }

    /** Its first connection is what this is about, so that nothing is looked at before it. */
    private void start(Instant now) {
        if (now.isBefore(since.plus(BEFOREHAND))) {
            return;
        }
        fresh.ifPresent(probe -> testbed.launch(List.of(probe)));
        phase = Phase.STEP;
        since = now;
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
            if (edge.forbids()) {
                satisfied &= denial.isPresent();
                if (denial.isPresent()) {
                    effective = later(effective, denial.get().first());
                }
            }
        }
        for (Bound edge : edges) {
            if (!edge.forbids()) {
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

    private void inEffect(List<Bound> edges, Map<Bound, PathPhase.Denial> stopped, Instant now) {
        List<Bound> forbidden = edges.stream().filter(Bound::forbids).toList();
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
            conclude(Conclusions.freshPodLetThrough(denied.get()));
            giveBack(now);
            return;
        }
        String what = Conclusions.summary(edges, stopped) + families(edges) + aside();
        Conclusion found;
        if (isLeftUnproved()) {
            found = Conclusions.familyWithoutConnection(what, left.orElseThrow().family());
        } else if (scenario.capability().kind() == Kind.MUST) {
            found = Conclusions.enforced(what);
        } else {
            found = Conclusions.observed(behaviour(edges, stopped), what);
        }
        conclude(found.after(first));
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
        return Optional.of(names + " reached " + edge.backend().endpoint() + " " + reached.size()
                + (reached.size() == 1 ? " time" : " times"));
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

    /** In which families of addresses it was seen, where no open question is what it was about. */
    private String families(List<Bound> edges) {
        if (edges.stream().anyMatch(edge -> edge.edge().expected().isEmpty())) {
            return "";
        }
        return Families.both(edges)
                ? ", over IPv4 and IPv6"
                : left.map(one -> ", " + Families.over(Families.other(one.family())))
                        .orElse("");
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
                .filter(edge -> edge.forbids() && since(edge, deadline).isOpenAgain())
                .toList();
        List<Bound> blocked = edges.stream()
                .filter(edge -> edge.allows()
                        && since(edge, deadline).neverOpened()
                        && since(edge, since).denial().isPresent())
                .toList();
        List<Bound> forbidden = edges.stream().filter(Bound::forbids).toList();
        Optional<Conclusion> changed = policies.deviation(pods());
        if (changed.isPresent()) {
            conclusion = changed;
        } else if (!through.isEmpty() && through.stream().anyMatch(this::wasDeniedBefore)) {
            conclude(Conclusions.letThroughAgain(through.get(0)));
        } else if (!through.isEmpty()) {
            conclude(openAlone(edges, through, deadline)
                    .map(family -> Conclusions.letsThroughAlone(
                            terms.deadline(),
                            family,
                            through.size(),
                            Families.of(family, forbidden).size()))
                    .orElseGet(() ->
                            Conclusions.letsThrough(terms.deadline(), through.size(), forbidden.size(), aside())));
            open = through;
        } else if (!blocked.isEmpty()) {
            conclude(Conclusions.deniesTooMuch(blocked.get(0)));
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
        return Families.alone(through, edges.stream().filter(Bound::forbids).toList())
                .filter(open -> Families.of(Families.other(open), edges).stream()
                        .allMatch(edge -> edge.forbids()
                                ? since(edge, since).denial().isPresent()
                                : !since(edge, deadline).neverOpened()));
    }

    private Stream<String> pods() {
        return all.stream().flatMap(edge -> Stream.of(edge.server(), edge.probe()));
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
            conclude(Conclusions.silent(silent.get()));
            tryAgain();
            return;
        }
        Optional<Bound> uncontrolled = edges.stream()
                .filter(edge -> since(edge, deadline).neverOpened())
                .filter(edge -> since(edge, since).denial().isEmpty())
                .findFirst();
        if (uncontrolled.isPresent()) {
            conclude(Conclusions.uncontrolled(uncontrolled.get()));
            tryAgain();
            return;
        }
        conclude(Conclusions.neverStill(edges.get(0)));
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
        conclude(Conclusions.refused(trouble));
    }

    /** Of an edge, nothing or too little was heard to say whether it opens. */
    private void unheard(String what, Bound edge, List<Sample> results) {
        conclude(Conclusions.unheard(what, edge, results));
        phase = Phase.DONE;
    }

    private void conclude(Conclusion found) {
        // A policy that does not do as specified is judged by rows of its own.
        boolean moot = scenario.capability().kind() == Kind.INFORMATION
                && (found.reason() == Reason.LETS_THROUGH || found.reason() == Reason.DENIES_TOO_MUCH);
        conclusion = Optional.of(moot ? new Conclusion(found.status(), Reason.MOOT, found.seen(), found.fix()) : found);
    }

    private void giveBack(Instant now) {
        takeBack();
        phase = Phase.RETURN;
        since = later(now, testbed.now());
    }

    private void takeBack() {
        try {
            policies.takeBack();
        } catch (ClusterTrouble trouble) {
            // The testbed's own end removes what is left.
            if (conclusion.filter(one -> one.status() == Status.ENFORCED).isPresent()) {
                refused(trouble);
            }
        }
    }

    private void back(Instant now) {
        boolean back = all.stream()
                // Of a connection that was ended nothing returns.
                .filter(edge -> edge.edge().way() != Scenario.Way.HELD)
                .allMatch(edge -> since(edge, since).isOpenAgain());
        if (back) {
            List<Bound> were =
                    steps.stream().flatMap(List::stream).filter(Bound::forbids).toList();
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
                conclude(Conclusions.notRestored(shut, results, terms.deadline()));
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
        Optional<Conclusion> changed = gone.isPresent() ? Optional.empty() : policies.deviation(pods());
        if (gone.isPresent()) {
            conclude(Conclusions.actorLost(gone.get()));
        } else if (changed.isPresent()) {
            conclusion = changed;
        } else if (open.stream().anyMatch(this::wasDeniedBefore)) {
            conclude(Conclusions.deniedLater());
        }
    }

    Row row() {
        Conclusion found = conclusion.filter(ignored -> phase == Phase.DONE).orElseGet(Conclusions::outOfTime);
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
