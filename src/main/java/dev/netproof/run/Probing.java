package dev.netproof.run;

import dev.netproof.judge.Chronicle;
import dev.netproof.judge.Convergence;
import dev.netproof.judge.Patience;
import dev.netproof.kube.ClusterTrouble;
import dev.netproof.kube.ProbeEvent;
import dev.netproof.kube.ProbeSession;
import dev.netproof.kube.SessionTerms;
import dev.netproof.model.CheckResult;
import dev.netproof.model.Circumstances;
import dev.netproof.model.Matrix;
import dev.netproof.model.Protocol;
import dev.netproof.model.Report;
import dev.netproof.model.Verdict;
import dev.netproof.model.Verdict.Status;
import dev.netproof.plan.Attempt;
import dev.netproof.plan.Backend;
import dev.netproof.plan.ClusterFacts;
import dev.netproof.plan.Leg;
import dev.netproof.plan.Plan;
import dev.netproof.plan.PlannedCheck;
import dev.netproof.plan.Planner;
import dev.netproof.plan.ProbePod;
import dev.netproof.probe.ProbeLog;
import dev.netproof.probe.Reading;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** One session of probes, from their launch until every check is decided. Single-threaded: it lives off the session's events. */
final class Probing {
    /** How long outside names may take to resolve before the sources go ahead without. */
    private static final Duration CONTROL_START = Duration.ofSeconds(20);

    /** How long past its deadline a check waits for a control that is under way. */
    private static final Duration LATE_ANSWER = Duration.ofSeconds(5);

    private final ProbeSession session;
    private final SessionTerms sessionTerms;
    private final RunTerms terms;
    private final Progress progress;
    private final Interruption interruption;
    private final Instant end;
    private final Measuring measuring;

    private final Map<String, ProbeLog> logs = new HashMap<>();
    private final Map<String, ProbePod> probes = new LinkedHashMap<>();
    private final Set<String> asked = new HashSet<>();
    private final Set<String> twins = new HashSet<>();
    private final Set<String> notes = new LinkedHashSet<>();
    private final List<Consumer<Chronicle>> early = new ArrayList<>();
    private final Map<String, Map<Integer, Backend>> controlled = new HashMap<>();
    private final IdentityHashMap<PlannedCheck, CheckResult> decided = new IdentityHashMap<>();
    private final Map<String, ProbeEvent.Started> running = new HashMap<>();
    private Optional<Convergence> convergence = Optional.empty();
    private Plan plan = new Plan(List.of(), List.of(), List.of(), List.of(), List.of());
    private Instant launched = Instant.MAX;
    private Optional<Map<String, Duration>> heard = Optional.empty();
    private Duration settle;

    /** Looks, beside the probes, how long rules take to arrive. */
    interface Measuring {
        /** The first probes have been asked for: whatever begins earlier keeps them waiting. */
        void begin();

        /** How long rules take to arrive, by node, once somebody has seen that. */
        Optional<Map<String, Duration>> arrivals();
    }

    Probing(
            ProbeSession session,
            SessionTerms sessionTerms,
            RunTerms terms,
            Progress progress,
            Interruption interruption,
            Instant end,
            Measuring measuring) {
        this.measuring = measuring;
        this.settle = terms.patience().settle();
        this.session = session;
        this.sessionTerms = sessionTerms;
        this.terms = terms;
        this.progress = progress;
        this.interruption = interruption;
        this.end = end;
    }

    int pods() {
        return probes.size();
    }

    Set<String> notes() {
        return notes;
    }

    /** The probes that started, in the order of the plan. */
    List<Circumstances.Probe> ran() {
        List<Circumstances.Probe> ran = new ArrayList<>();
        probes.forEach((id, probe) -> {
            ProbeEvent.Started started = running.get(id);
            if (started != null) {
                ProbeEvent.Instance instance = started.instance();
                ran.add(new Circumstances.Probe(
                        probe.source(),
                        probe.namespace(),
                        started.pod(),
                        instance.ip(),
                        started.node(),
                        instance.labels(),
                        instance.serviceAccount(),
                        instance.image(),
                        instance.digest()));
            }
        });
        return ran;
    }

    /**
     * Starts the probes and watches them until every check is decided or the run ends; whatever becomes of that, {@link #results}
     * tells what is known.
     *
     * @param again reads the pods once more, to see whether targets are what they were
     */
    void watch(List<Matrix> matrices, ClusterFacts facts, Plan first, Supplier<List<ClusterFacts.Pod>> again) {
        Plan planned = first;
        if (!first.controls().isEmpty()) {
            progress.step("starting a control in namespace " + terms.plan().controlNamespace());
            launch(first.controls());
            Map<String, List<String>> addresses = resolved(first.controls());
            Plan second = Planner.plan(matrices, facts, terms.plan().resolved(addresses));
            planned = new Plan(second.probes(), first.controls(), second.checks(), List.of(), second.notes());
        }
        Convergence watching = new Convergence(
                planned, terms.patience().at(sessionTerms.pace().round(), sessionTerms.connectTimeout()));
        controlled.forEach((probe, aims) ->
                aims.forEach((attempt, backend) -> watching.chronicle().aim(probe, attempt, backend)));
        convergence = Optional.of(watching);
        early.forEach(telling -> telling.accept(watching.chronicle()));
        early.clear();
        plan = planned;
        launched = session.now();
        progress.step("starting " + planned.probes().size() + (planned.probes().size() == 1 ? " probe" : " probes"));
        launch(planned.probes());
        watch(planned, watching);
        verify(planned, again, watching);
    }

    /** Whether every check was decided. */
    boolean isDone() {
        return decided.size() == plan.checks().size();
    }

    /**
     * One result for each check, in the order of the plan; none when no plan was made.
     *
     * @param ending why checks were left undecided
     */
    List<CheckResult> results(Optional<Report.Breakage> ending) {
        List<CheckResult> results = new ArrayList<>();
        for (PlannedCheck check : plan.checks()) {
            results.add(Optional.ofNullable(decided.get(check)).orElseGet(() -> undecided(check, ending)));
        }
        logs.forEach(
                (id, log) -> log.starvation().ifPresent(how -> notes.add("the probe of " + source(id) + " " + how)));
        return results;
    }

    private String source(String probe) {
        return Optional.ofNullable(probes.get(probe)).map(ProbePod::source).orElse(probe);
    }

    private void launch(List<ProbePod> pods) {
        boolean first = probes.isEmpty();
        for (ProbePod pod : pods) {
            probes.put(pod.id(), pod);
            logs.put(pod.id(), new ProbeLog(pod, sessionTerms.nonce(), sessionTerms.connectTimeout()));
        }
        session.launch(pods);
        if (first) {
            measuring.begin();
        }
    }

    /**
     * Waits until the controls have reached every outside name, for some rounds at most, and says what the names resolved to. More
     * than one round, because a fresh pod may be denied until its rules have arrived.
     */
    private Map<String, List<String>> resolved(List<ProbePod> controls) {
        HostAddresses hosts = new HostAddresses();
        Set<String> waiting = new HashSet<>();
        for (ProbePod control : controls) {
            waiting.add(control.id());
            for (int i = 0; i < control.attempts().size(); i++) {
                int attempt = i;
                aim(control.attempts().get(i))
                        .ifPresent(backend -> aims(control.id()).put(attempt, backend));
            }
        }
        Map<String, Integer> rounds = new HashMap<>();
        Instant deadline = session.now().plus(CONTROL_START);
        while (!waiting.isEmpty() && !ended() && session.now().isBefore(deadline)) {
            Optional<ProbeEvent> event = session.next(session.now().plus(Agenda.TICK));
            if (event.isEmpty()) {
                continue;
            }
            if (event.get() instanceof ProbeEvent.Lost lost) {
                waiting.remove(lost.probe());
                notes.add("no control for outside addresses: " + lost.why());
            }
            List<Reading> round = handle(event.get());
            if (round.isEmpty() || !(event.get() instanceof ProbeEvent.Line line)) {
                continue;
            }
            for (Reading reading : round) {
                if (attempt(line.probe(), reading) instanceof Attempt.ByName name) {
                    hosts.heard(name, reading)
                            .ifPresent(ip -> aims(line.probe())
                                    .putIfAbsent(
                                            reading.attempt(),
                                            new Backend(
                                                    ip,
                                                    name.port(),
                                                    name.protocol().transport(),
                                                    Optional.empty())));
                }
            }
            boolean clear = round.stream().allMatch(reading -> isClear(line.probe(), reading, hosts));
            if (rounds.merge(line.probe(), 1, Integer::sum) >= terms.patience().stable() || clear) {
                waiting.remove(line.probe());
            }
        }
        notes.addAll(hosts.notes());
        return hosts.addresses();
    }

    /** Whether another round would tell no more of where an attempt leads. */
    private boolean isClear(String probe, Reading reading, HostAddresses hosts) {
        boolean aimed = aims(probe).containsKey(reading.attempt());
        return attempt(probe, reading) instanceof Attempt.ByName name
                ? hosts.isNowhere(name) || (aimed && hosts.isReached(name))
                : aimed;
    }

    private Map<Integer, Backend> aims(String probe) {
        return controlled.computeIfAbsent(probe, p -> new HashMap<>());
    }

    /** What an attempt at an address aims at. */
    private static Optional<Backend> aim(Attempt attempt) {
        if (attempt instanceof Attempt.Connect connect) {
            return Optional.of(new Backend(connect.ip(), connect.port(), Protocol.TCP, Optional.empty()));
        }
        if (attempt instanceof Attempt.Http http) {
            return Optional.of(new Backend(http.ip(), http.port(), Protocol.TCP, Optional.empty()));
        }
        if (attempt instanceof Attempt.DnsQuery query) {
            return Optional.of(new Backend(query.ip(), query.port(), Protocol.UDP, Optional.empty()));
        }
        if (attempt instanceof Attempt.Udp udp) {
            return Optional.of(new Backend(udp.ip(), udp.port(), Protocol.UDP, Optional.empty()));
        }
        if (attempt instanceof Attempt.Sctp sctp) {
            return Optional.of(new Backend(sctp.ip(), sctp.port(), Protocol.SCTP, Optional.empty()));
        }
        return Optional.empty();
    }

    private Attempt attempt(String probe, Reading reading) {
        return java.util.Objects.requireNonNull(probes.get(probe)).attempts().get(reading.attempt());
    }

    /** A name may lead to another address from one round to the next, and who is alive there says nothing about the one probed. */
    private boolean wentElsewhere(String probe, Reading reading) {
        Backend aimed = controlled.getOrDefault(probe, Map.of()).get(reading.attempt());
        return aimed != null
                && attempt(probe, reading) instanceof Attempt.ByName
                && reading.remoteIp().filter(ip -> !ip.equals(aimed.ip())).isPresent();
    }

    private boolean ended() {
        return interruption.exit().isPresent() || !session.now().isBefore(end);
    }

    private void watch(Plan plan, Convergence watching) {
        Agenda agenda =
                new Agenda(watching, launched, launched.plus(terms.patience().deadline()));
        for (PlannedCheck check : plan.checks()) {
            if (check.foregone().isPresent()) {
                decided.put(check, watching.conclude(check, launched, launched, Runner.repeat(check.check())));
            } else {
                agenda.add(check);
            }
        }
        while (!agenda.isEmpty() && !ended()) {
            session.next(earlier(session.now().plus(Agenda.TICK), end)).ifPresent(event -> note(event, agenda));
            Instant now = session.now();
            if (agenda.isSweepDue(now)) {
                hear(watching.chronicle());
                logs.forEach((id, log) -> watching.chronicle()
                        .starving(
                                id,
                                log.starving(now, sessionTerms.pace().round()).map(ProbeLog.Starved::from),
                                now));
                agenda.sweep(now);
            }
            if (agenda.isDue()) {
                judge(agenda, watching, now);
            }
        }
    }

    private void note(ProbeEvent event, Agenda agenda) {
        boolean round = !handle(event).isEmpty();
        if (round && event instanceof ProbeEvent.Line line) {
            agenda.spoke(line.probe());
        } else if (event instanceof ProbeEvent.Lost lost) {
            agenda.lost(lost.probe());
        }
    }

    private void judge(Agenda agenda, Convergence watching, Instant now) {
        for (PlannedCheck check : agenda.look()) {
            if (isDecided(check, watching, now)) {
                CheckResult result = watching.conclude(check, launched, now, Runner.repeat(check.check()));
                decided.put(check, result);
                agenda.decided(check);
                progress.judged(result);
            }
        }
        progress.decided(decided.size(), plan.checks().size(), left(now, earlier(agenda.latest(), end)));
        // Of the others nothing is new; whatever time brings about is seen in the next sweep.
        for (Backend backend : watching.wanted(agenda.undecided())) {
            if (asked.add(backend.key())) {
                session.ask(backend);
            }
        }
        watching.unexplained(agenda.refusable()).forEach((probe, twin) -> {
            agenda.twin(probe, twin.id());
            explain(twin, watching.chronicle());
        });
        agenda.done();
    }

    /** Gives pods as long to settle as rules were seen to take. */
    private void hear(Chronicle chronicle) {
        if (heard.isPresent()) {
            return;
        }
        heard = measuring.arrivals();
        if (heard.isEmpty()) {
            return;
        }
        Duration before = terms.patience().settle();
        Duration round = sessionTerms.pace().round();
        Duration timeout = sessionTerms.connectTimeout();
        // That nothing was measured is news too: what is seen of a fresh pod is believed once that is known.
        Patience after = heard.get().values().stream()
                .max(Comparator.naturalOrder())
                .map(longest -> terms.patience().arriving(longest, round, timeout))
                .orElseGet(() -> terms.patience().at(round, timeout));
        settle = after.settle();
        chronicle.arrived(heard.get(), after);
        new TreeMap<>(heard.get()).forEach((node, time) -> {
            if (time.plus(sessionTerms.pace().round()).compareTo(before) > 0) {
                notes.add("rules took " + seconds(time) + " to arrive on " + node + ": pods were given "
                        + seconds(settle) + " to settle instead of " + seconds(before));
            }
        });
    }

    /** How long pods were given to settle. */
    Duration settle() {
        return settle;
    }

    private static String seconds(Duration time) {
        return String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1000.0);
    }

    /** A twin costs one more pod for a source that is refused, and explains; without it everything else goes on. */
    private void explain(ProbePod twin, Chronicle chronicle) {
        twins.add(twin.id());
        try {
            launch(List.of(twin));
        } catch (ClusterTrouble trouble) {
            chronicle.lost(twin.id(), String.valueOf(trouble.getMessage()), trouble.fix());
        }
    }

    private static Duration left(Instant now, Instant latest) {
        return now.isBefore(latest) ? Duration.between(now, latest) : Duration.ZERO;
    }

    private static Instant earlier(Instant a, Instant b) {
        return a.isBefore(b) ? a : b;
    }

    private boolean isDecided(PlannedCheck check, Convergence watching, Instant now) {
        Instant deadline = watching.deadline(check, launched);
        if (watching.hopeless(check)) {
            return true;
        }
        if (watching.matches(check)) {
            // What is seen of a fresh pod is believed once it is known how long its rules take.
            if (heard.isEmpty() && now.isBefore(deadline)) {
                return false;
            }
            return !watching.awaitsExplanation(check) || !now.isBefore(deadline);
        }
        return !watching.waitsForProbe(check)
                && !now.isBefore(waitsForAnswer(check) ? deadline.plus(LATE_ANSWER) : deadline);
    }

    /** Whether it has been asked, and not yet been said, that one of the check's backends listens. */
    private boolean waitsForAnswer(PlannedCheck check) {
        return check.legs().stream()
                .flatMap(leg -> leg.backends().stream())
                .anyMatch(backend -> asked.contains(backend.key()));
    }

    /** Feeds one event to the judge; the readings are those of a round that it completed. */
    private List<Reading> handle(ProbeEvent event) {
        if (event instanceof ProbeEvent.Started started) {
            running.put(started.probe(), started);
        }
        if (event instanceof ProbeEvent.Line line) {
            ProbeLog log = logs.get(line.probe());
            if (log == null) {
                return List.of();
            }
            int known = log.starved().size();
            List<Reading> readings = log.accept(line.at(), line.text());
            for (ProbeLog.Starved time :
                    log.starved().subList(known, log.starved().size())) {
                feed(told -> told.starved(line.probe(), time.from(), time.to()));
            }
            feed(told -> told.starved(line.probe(), log.starvedRounds()));
            Duration misdated = log.misdated();
            if (!misdated.isZero()) {
                feed(told -> told.misdated(line.probe(), misdated));
            }
            for (Reading reading : readings) {
                if (wentElsewhere(line.probe(), reading)) {
                    continue;
                }
                feed(told -> told.sample(line.probe(), reading.attempt(), reading.sample(), reading.opened()));
            }
            return readings;
        }
        if (event instanceof ProbeEvent.Lost lost && twins.contains(lost.probe())) {
            notes.add("who refuses the connections of " + source(lost.probe())
                    + " could not be told, because the probe that sees it (image of --netshoot-image) was lost: "
                    + lost.why());
        }
        if (event instanceof ProbeEvent.Started started) {
            Optional.ofNullable(logs.get(started.probe())).ifPresent(log -> log.started(started.at()));
        }
        if (event instanceof ProbeEvent.Answered answered) {
            asked.remove(answered.backend().key());
        }
        feed(told -> tell(told, event));
        return List.of();
    }

    /** What happens before there is a plan to judge by is told once there is. */
    private void feed(Consumer<Chronicle> telling) {
        convergence.ifPresentOrElse(watching -> telling.accept(watching.chronicle()), () -> early.add(telling));
    }

    private static void tell(Chronicle chronicle, ProbeEvent event) {
        if (event instanceof ProbeEvent.Started started) {
            chronicle.started(started.probe(), started.at(), started.pod(), started.node(), started.changed());
        } else if (event instanceof ProbeEvent.Lost lost) {
            chronicle.lost(lost.probe(), lost.why(), lost.fix());
        } else if (event instanceof ProbeEvent.Answered answered) {
            if (answered.answer() == ProbeEvent.Answer.LISTENING) {
                chronicle.listening(answered.backend(), answered.at());
            } else {
                chronicle.silent(answered.backend(), answered.at(), answered.detail());
            }
        }
    }

    /** A denial counts only if the target it was counted on is still the one that was there at the start. */
    private void verify(Plan plan, Supplier<List<ClusterFacts.Pod>> again, Convergence watching) {
        if (interruption.exit().isPresent()) {
            return;
        }
        List<ClusterFacts.Pod> after;
        try {
            after = again.get();
        } catch (ClusterTrouble trouble) {
            notes.add("the targets could not be looked at again after probing: " + trouble.getMessage());
            return;
        }
        Map<String, ClusterFacts.Pod> pods = new HashMap<>();
        after.forEach(pod -> pods.put(pod.uid(), pod));
        for (PlannedCheck check : plan.checks()) {
            boolean changed = false;
            for (Leg leg : check.legs()) {
                for (Backend backend : leg.backends()) {
                    Optional<String> how = backend.pod().flatMap(pod -> change(pod, pods.get(pod.uid())));
                    how.ifPresent(text -> watching.chronicle().targetChanged(backend, text));
                    changed |= how.isPresent();
                }
            }
            CheckResult result = decided.get(check);
            boolean passed = result != null && result.verdict().status() == Status.PASS;
            if (result != null && check.foregone().isEmpty() && (changed || (passed && watching.reopened(check)))) {
                decided.put(check, watching.conclude(check, launched, session.now(), Runner.repeat(check.check())));
            }
        }
    }

    private static Optional<String> change(
            Backend.TargetPod before, ClusterFacts.@org.jspecify.annotations.Nullable Pod after) {
        if (after == null) {
            return Optional.of("pod " + before.name() + " is gone");
        }
        if (after.restarts() != before.restarts()) {
            return Optional.of("pod " + before.name() + " restarted");
        }
        return after.readiness() == ClusterFacts.Readiness.READY
                ? Optional.empty()
                : Optional.of("pod " + before.name() + " is no longer ready");
    }

    private CheckResult undecided(PlannedCheck check, Optional<Report.Breakage> ending) {
        String repeat = Runner.repeat(check.check());
        CheckResult known = convergence.orElseThrow().conclude(check, launched, session.now(), repeat);
        Verdict verdict = check.foregone()
                .orElseGet(() -> Convergence.cutShort(
                        ending.map(Report.Breakage::problem).orElse("the run was over"),
                        ending.map(Report.Breakage::fix).orElse("run it again")));
        return new CheckResult(check.check(), verdict, known.paths(), known.elapsed(), repeat);
    }
}
