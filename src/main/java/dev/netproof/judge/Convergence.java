package dev.netproof.judge;

import dev.netproof.model.CheckResult;
import dev.netproof.model.ControlGrade;
import dev.netproof.model.Expectation;
import dev.netproof.model.Outcome;
import dev.netproof.model.Path;
import dev.netproof.model.PathObservation;
import dev.netproof.model.Protocol;
import dev.netproof.model.Sample;
import dev.netproof.model.Streak;
import dev.netproof.model.Verdict;
import dev.netproof.model.Verdict.Reason;
import dev.netproof.model.Verdict.Status;
import dev.netproof.plan.Attempt;
import dev.netproof.plan.Backend;
import dev.netproof.plan.Leg;
import dev.netproof.plan.Plan;
import dev.netproof.plan.PlannedCheck;
import dev.netproof.plan.ProbePod;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Watches attempts until each check is decided. Fed with what happens and asked for decisions; knows no clock but the times it is
 * told. A match needs agreeing rounds that reach beyond the settling of a fresh pod, and for a denial a control around them; a
 * mismatch is not believed before the deadline.
 */
public final class Convergence {
    /** How many of those that reached a backend are named: three are proof enough, and sixty would be read by nobody. */
    private static final int NAMED = 3;

    private Patience patience;
    private Map<String, Duration> arrivals = Map.of();
    private final Map<String, ProbePod> probes = new HashMap<>();
    private final Map<String, Life> lives = new HashMap<>();
    private final Map<String, List<Track>> tracks = new HashMap<>();
    private final Map<String, Map<Integer, List<Backend>>> aims = new HashMap<>();
    private final Contacts contacts = new Contacts();
    private final Twins twins = new Twins();
    private final Map<String, Instant> answers = new HashMap<>();
    private final Map<String, String> unanswered = new HashMap<>();
    private final Set<String> witnesses = new HashSet<>();
    private final Map<String, String> changedTargets = new HashMap<>();
    private final Starvation starvation = new Starvation();
    private final Map<String, Integer> starved = new HashMap<>();
    /** Probes of which any attempt was refused: most are not, and need not be looked through for it. */
    private final Set<String> refused = new HashSet<>();

    private final News news = new News();
    private final IdentityHashMap<Backend, String> keys = new IdentityHashMap<>();

    /** @param started empty until the container runs */
    private record Life(
            Optional<Instant> started,
            Optional<String> pod,
            Optional<String> node,
            Optional<String> changed,
            Optional<String> lost,
            Optional<String> fix) {
        static final Life UNBORN = new Life(
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    public Convergence(Plan plan, Patience patience) {
        this.patience = patience;
        plan.probes().forEach(p -> probes.put(p.id(), p));
        plan.controls().forEach(p -> probes.put(p.id(), p));
        // Behind a Service's address there may be more pods than are probed: who reached it reached none of them for
        // certain.
        plan.checks().stream()
                .flatMap(c -> c.legs().stream())
                .filter(l -> l.path().kind() != Path.Kind.VIP)
                .forEach(l -> aim(l.probe(), l.attempt(), l.backends()));
    }

    /**
     * Rules were seen to take so long to arrive on these nodes, and pods are given as long to settle.
     *
     * @param now counts from now on
     */
    public void arrived(Map<String, Duration> byNode, Patience now) {
        arrivals = Map.copyOf(byNode);
        patience = now;
        news.everywhere();
    }

    /** What an attempt of a control aims at. */
    public void aim(String probe, int attempt, Backend backend) {
        aim(probe, attempt, List.of(backend));
    }

    private void aim(String probe, int attempt, List<Backend> backends) {
        aims.computeIfAbsent(probe, p -> new HashMap<>()).put(attempt, backends);
    }

    public void started(String probe, Instant at, String pod, Optional<String> node, Optional<String> changed) {
        Life life = life(probe);
        lives.put(
                probe,
                new Life(
                        life.started().or(() -> Optional.of(at)),
                        Optional.of(pod),
                        node,
                        changed,
                        life.lost(),
                        life.fix()));
        news.everywhere();
    }

    public void lost(String probe, String why, String fix) {
        Life life = life(probe);
        lives.put(
                probe,
                new Life(life.started(), life.pod(), life.node(), life.changed(), Optional.of(why), Optional.of(fix)));
        news.everywhere();
    }

    /** In this time a probe did not get to run. */
    public void starved(String probe, Instant from, Instant to) {
        starvation.was(probe, from, to);
        news.everywhere();
    }

    /** Whether a probe seems not to run at this moment. */
    public void starving(String probe, Optional<Instant> since, Instant now) {
        if (starvation.is(probe, since, now)) {
            news.everywhere();
        }
    }

    /** How many of a probe's rounds did not count so far, because it did not get to run. */
    public void starved(String probe, int rounds) {
        starved.put(probe, rounds);
    }

    /** Everything that a probe was said to have seen so far was seen so much earlier. */
    public void misdated(String probe, Duration by) {
        tracks.getOrDefault(probe, List.of()).forEach(track -> track.earlier(by));
        contacts.earlier(probe, by);
        news.everywhere();
    }

    /** One counted attempt. */
    public void sample(String probe, int attempt, Sample sample) {
        sample(probe, attempt, sample, Optional.empty());
    }

    /**
     * One counted attempt.
     *
     * @param opened when its connection was open, if it is known: from then on until the sample's own time the far end was alive
     */
    public void sample(String probe, int attempt, Sample sample, Optional<Instant> opened) {
        if (twins.took(probe, attempt, sample)) {
            return;
        }
        track(probe, attempt).add(sample);
        if (sample.refused()) {
            refused.add(probe);
        }
        if (life(probe).changed().isPresent()) {
            // A sidecar answers in the network's place, and another program says what it likes: no control for anybody.
            return;
        }
        List<Backend> backends = aims.getOrDefault(probe, Map.of()).getOrDefault(attempt, List.of());
        if (sample.outcome().reachedListener() && backends.size() == 1) {
            Backend backend = backends.get(0);
            contacts.reached(
                    key(backend),
                    probe,
                    opened.orElse(sample.at()),
                    sample.at(),
                    sample.outcome() == Outcome.CONNECTED ? question(probe, attempt) : Optional.empty());
            news.of(key(backend));
            boolean unknown = life(probe)
                    .node()
                    .flatMap(from -> backend.pod()
                            .flatMap(Backend.TargetPod::node)
                            .filter(to -> witnesses.add(way(from, to, backend))))
                    .isPresent();
            if (unknown) {
                news.everywhere();
            }
        }
    }

    /** A port-forward reached the backend. */
    public void listening(Backend backend, Instant at) {
        contacts.listening(key(backend), at);
        answers.put(key(backend), at);
        news.of(key(backend));
    }

    /** A port-forward did not show the backend alive. */
    public void silent(Backend backend, Instant at, String detail) {
        answers.put(key(backend), at);
        unanswered.put(key(backend), detail);
        news.of(key(backend));
    }

    /** The target is no longer what it was when the run began. */
    public void targetChanged(Backend backend, String how) {
        changedTargets.put(key(backend), how);
    }

    /** A moment in what this was told: later ones are greater. */
    public long told() {
        return news.latest();
    }

    /**
     * Whether anything that this was told since then may bear on a check, but for what its own probes saw: of most checks there is
     * nothing new most of the time, and to judge thousands of them again takes its time.
     */
    public boolean isNews(PlannedCheck check, long since) {
        return news.since(
                since,
                check.legs().stream().flatMap(leg -> leg.backends().stream()).map(this::key));
    }

    /** Whether anything at all that bears on every check was told since then. */
    public boolean isNewsForAll(long since) {
        return news.forAllSince(since);
    }

    /** Backends of which it should be asked now whether they listen: attempts at them look denied, and nobody reached them. */
    public Collection<Backend> wanted(Collection<PlannedCheck> undecided) {
        Map<String, Backend> wanted = new LinkedHashMap<>();
        for (PlannedCheck check : undecided) {
            for (Leg leg : check.legs()) {
                if (leg.backends().isEmpty()) {
                    continue;
                }
                List<Sample> tail = sound(leg).tail(s -> s.outcome().looksDenied());
                for (Backend backend : leg.backends()) {
                    // A port-forward says nothing of other protocols.
                    if (backend.pod().isPresent()
                            && backend.transport() == Protocol.TCP
                            && wants(check, leg, backend, tail)) {
                        wanted.put(key(backend), backend);
                    }
                }
            }
        }
        return wanted.values();
    }

    private boolean wants(PlannedCheck check, Leg leg, Backend backend, List<Sample> tail) {
        String key = key(backend);
        Instant answered = answers.get(key);
        if (answered == null && tail.isEmpty() && !check.check().expectation().forbids()) {
            return false;
        }
        // Others may have reached it only until their own rules arrived.
        Instant recently =
                tail.isEmpty() ? Instant.MIN : tail.get(tail.size() - 1).began().minus(patience.settle());
        if (contacts.reachedByAnotherSince(recently, key, leg.probe())) {
            return false;
        }
        if (answered == null) {
            return true;
        }
        Instant from = contacts.aliveToOthers(key, leg.probe(), ControlGrade.LISTENING)
                .map(Contacts.Window::from)
                .orElse(answered);
        List<Sample> counted =
                tail.stream().filter(s -> !s.began().isBefore(from)).toList();
        // Only the answer at the far end of the window is missing.
        return counted.size() >= patience.stable()
                && !counted.get(counted.size() - 1).began().isBefore(settled(leg.probe()))
                && counted.get(counted.size() - 1).at().isAfter(answered);
    }

    /**
     * Twins to start, by the id of the probe that each explains: of those whose attempts are refused by nobody knows whom, because
     * curl does not see it. No probe is given more than one.
     */
    public Map<String, ProbePod> unexplained(Collection<PlannedCheck> undecided) {
        Map<String, Set<Attempt>> unexplained = new LinkedHashMap<>();
        Set<String> certain = new HashSet<>();
        for (PlannedCheck check : undecided) {
            for (Leg leg : check.legs()) {
                ProbePod probe = refused.contains(leg.probe()) ? probes.get(leg.probe()) : null;
                if (probe == null
                        || probe.tools() != ProbePod.Tools.CURL
                        || twins.has(probe.id())
                        || leg.path().kind() == Path.Kind.LOOKUP) {
                    continue;
                }
                List<Sample> denials = track(leg).tail(s -> s.outcome().looksDenied());
                if (denials.isEmpty()) {
                    continue;
                }
                List<Sample> refusals = denials.stream().filter(Sample::refused).toList();
                if (refusals.isEmpty()) {
                    continue;
                }
                unexplained
                        .computeIfAbsent(probe.id(), p -> new LinkedHashSet<>())
                        .add(probe.attempts().get(leg.attempt()));
                // What should be open may be refused only until a fresh pod's rules have arrived.
                boolean late = !refusals.get(refusals.size() - 1).began().isBefore(settled(probe.id()));
                if (refusals.size() > 1 && (late || check.check().expectation().forbids())) {
                    certain.add(probe.id());
                }
            }
        }
        Map<String, ProbePod> started = new LinkedHashMap<>();
        unexplained.forEach((id, attempts) -> {
            ProbePod probe = probes.get(id);
            if (probe != null && certain.contains(id)) {
                ProbePod twin = probe.twin(life(id).node(), List.copyOf(attempts));
                twins.add(id, twin);
                started.put(id, twin);
            }
        });
        return started;
    }

    /** Whether a twin may still tell who refuses one of the check's attempts. */
    public boolean awaitsExplanation(PlannedCheck check) {
        return check.legs().stream()
                .anyMatch(leg -> twin(leg)
                        .filter(seen -> track(leg).tail(s -> s.outcome().looksDenied()).stream()
                                .anyMatch(Sample::refused))
                        .filter(seen -> life(seen.twin()).lost().isEmpty()
                                && life(seen.twin()).changed().isEmpty())
                        .filter(seen -> explained(seen).stream().allMatch(s -> s.outcome() == Outcome.TIMEOUT))
                        .isPresent());
    }

    private Optional<Twins.Seen> twin(Leg leg) {
        return Optional.ofNullable(probes.get(leg.probe())).flatMap(probe -> twins.of(probe, leg.attempt()));
    }

    /** What a twin saw once its rules had arrived. */
    private List<Sample> explained(Twins.Seen seen) {
        Instant settled = settled(seen.twin());
        return life(seen.twin()).changed().isPresent()
                ? List.of()
                : seen.samples().stream()
                        .filter(s -> !s.began().isBefore(settled))
                        .toList();
    }

    /** Whether a probe of the same identity got through: then it is not known what is so. */
    private boolean twinGotThrough(Leg leg) {
        return twin(leg).stream()
                .flatMap(seen -> explained(seen).stream())
                .anyMatch(s -> s.outcome().reachedListener());
    }

    /** Who refuses a path's attempts, as its own probe sees it or else its twin. */
    private Optional<Blame> blame(PlannedCheck check, Leg leg) {
        Instant settled = settled(leg.probe());
        List<Sample> own = track(leg).tail(s -> s.outcome().looksDenied()).stream()
                .filter(s -> !s.began().isBefore(settled))
                .toList();
        // Kernels limit how often they answer with ICMP: after the first rounds there may be silence for long.
        if (track(leg).tail(s -> s.outcome().looksDenied()).stream().noneMatch(Sample::refused)
                || leg.path().kind() == Path.Kind.LOOKUP) {
            return Optional.empty();
        }
        Optional<Blame> blame = blame(leg, own).or(() -> twin(leg).flatMap(seen -> blame(leg, explained(seen))));
        boolean behindItsPods = leg.path().kind() == Path.Kind.VIP
                && check.legs().stream().anyMatch(l -> isPodOf(leg, l))
                && check.legs().stream()
                        .filter(l -> isPodOf(leg, l))
                        .allMatch(l -> refuser(blame(check, l)) == Judge.Refuser.FILTER);
        return behindItsPods ? blame.map(Blame::likeItsPods) : blame;
    }

    private static boolean isPodOf(Leg vip, Leg leg) {
        return leg.path().kind() == Path.Kind.POD && leg.probe().equals(vip.probe());
    }

    /** The latest refusal; who made it is believed only if as many rounds as must agree say the same. */
    private Optional<Blame> blame(Leg leg, List<Sample> seen) {
        Protocol transport =
                leg.backends().stream().findFirst().map(Backend::transport).orElse(Protocol.TCP);
        List<Blame> blames = seen.stream()
                .filter(Sample::refused)
                .flatMap(s -> s.cause().stream())
                .map(cause -> Blame.of(cause, leg.path(), transport))
                .toList();
        if (blames.isEmpty()) {
            return Optional.empty();
        }
        Blame latest = blames.get(blames.size() - 1);
        boolean agreed = seen.size() >= patience.stable()
                && seen.stream().allMatch(s -> s.outcome().looksDenied())
                && blames.size() == seen.stream().filter(Sample::refused).count()
                && blames.stream().allMatch(b -> b.refuser() == latest.refuser());
        return Optional.of(agreed ? latest : latest.unproved());
    }

    private static Judge.Refuser refuser(Optional<Blame> blame) {
        return blame.map(Blame::refuser).orElse(Judge.Refuser.UNKNOWN);
    }

    /** The latest moment at which an undecided check is decided anyway. */
    public Instant deadline(PlannedCheck check, Instant launched) {
        Instant latest = launched.plus(patience.deadline());
        for (Leg leg : check.legs()) {
            Optional<Instant> started = life(leg.probe()).started();
            Instant own = started.orElse(launched).plus(patience.deadline());
            if (own.isAfter(latest)) {
                latest = own;
            }
        }
        return latest;
    }

    /** Whether one of the check's probes is still on its way. */
    public boolean waitsForProbe(PlannedCheck check) {
        return check.legs().stream()
                .map(leg -> life(leg.probe()))
                .anyMatch(l -> l.started().isEmpty() && l.lost().isEmpty());
    }

    /** Whether everything that the matrix says has been seen, with proof. */
    public boolean matches(PlannedCheck check) {
        Expectation expected = check.check().expectation();
        for (Leg leg : check.legs()) {
            if (life(leg.probe()).changed().isPresent()) {
                return false;
            }
            boolean lookup = leg.path().kind() == Path.Kind.LOOKUP;
            if ((!lookup || expected == Expectation.ALLOW)
                    && track(leg).samples().size() < patience.stable()) {
                return false;
            }
            Instant settled = settled(leg.probe());
            if (lookup) {
                boolean fine = expected == Expectation.ALLOW
                        ? sound(leg).steadily(lookedUp(check), patience.stable(), settled)
                        : track(leg).openedAfter(settled).isEmpty();
                if (!fine) {
                    return false;
                }
            } else if (expected == Expectation.ALLOW) {
                if (!sound(leg).steadily(s -> s.outcome() == Outcome.CONNECTED, patience.stable(), settled)) {
                    return false;
                }
            } else {
                if (wasOpen(leg, track(leg)) || twinGotThrough(leg)) {
                    return false;
                }
                Optional<Denial> denial = denial(check, leg);
                if (denial.isEmpty()
                        || Judge.rule(
                                                expected,
                                                denial.get().proof().grade(),
                                                denial.get().outcome(),
                                                refuser(blame(check, leg)))
                                        .status()
                                != Status.PASS) {
                    return false;
                }
            }
        }
        // An outside name that was only ever tried by name proves nothing about addresses.
        return expected == Expectation.ALLOW
                || check.legs().stream().anyMatch(l -> l.path().kind() != Path.Kind.LOOKUP);
    }

    /** What a look-up must see: a name that resolves, and the connection itself where no path by address shows it. */
    private static Predicate<Sample> lookedUp(PlannedCheck check) {
        return Verdicts.byNameAlone(check)
                ? s -> s.outcome() == Outcome.CONNECTED
                : s -> s.outcome() != Outcome.DNS_FAILURE && s.outcome() != Outcome.PROBE_ERROR;
    }

    /** Whether a connection opened after settling, whatever became of it; a denial in words is another matter. */
    private boolean wasOpen(Leg leg, Track track) {
        return track.openedAfter(settled(leg.probe()))
                .filter(outcome -> outcome != Outcome.L7_DENIED)
                .isPresent();
    }

    /**
     * Whether the connection opened by the matrix's fault or the policies', and not because an engine was starved: where probes were,
     * one opening among denials may have been let through for want of time, and only several in a row are believed.
     */
    private boolean provenOpen(Leg leg) {
        Track sound = sound(leg);
        if (!isStruck(leg)) {
            return wasOpen(leg, sound);
        }
        Instant settled = settled(leg.probe());
        return sound.inARow(s -> s.outcome().reachedListener()
                        && s.outcome() != Outcome.L7_DENIED
                        && !s.began().isBefore(settled))
                >= patience.stable();
    }

    /** Whether a denial that was believed turned out open later on. */
    public boolean reopened(PlannedCheck check) {
        return check.check().expectation().forbids() && check.legs().stream().anyMatch(leg -> wasOpen(leg, track(leg)));
    }

    /** Whether one of the check's probes cannot say anything any more, or could never have. */
    public boolean hopeless(PlannedCheck check) {
        return check.legs().stream().anyMatch(leg -> life(leg.probe()).lost().isPresent())
                || check.legs().stream()
                        .anyMatch(
                                leg -> track(leg).tail(Verdicts::lacksProtocol).size() >= patience.stable());
    }

    /** Denials that count, and the control around them. */
    private record Denial(Outcome outcome, Proof proof) {}

    /** Enough denials, reaching beyond settling, all within one control's window; the best control that there is. */
    private Optional<Denial> denial(PlannedCheck check, Leg leg) {
        return denial(check, leg, () -> proofs(check, leg));
    }

    private Optional<Denial> denial(PlannedCheck check, Leg leg, Supplier<List<Proof>> proofs) {
        Instant settled = settled(leg.probe());
        boolean inWords = check.check().expectation().forbids()
                && sound(leg).openedAfter(settled).equals(Optional.of(Outcome.L7_DENIED));
        List<Sample> tail =
                sound(leg).tail(s -> s.outcome().looksDenied() || (inWords && s.outcome() == Outcome.L7_DENIED));
        if (tail.size() < patience.stable()) {
            return Optional.empty();
        }
        for (Proof proof : inWords ? answered(leg) : proofs.get()) {
            List<Sample> counted = tail.stream()
                    .filter(s -> proof.window().covers(s.began(), s.at()))
                    .toList();
            if (counted.size() >= patience.stable()
                    && !counted.get(counted.size() - 1).began().isBefore(settled)) {
                return Optional.of(new Denial(inWords ? Outcome.L7_DENIED : worst(counted), proof));
            }
        }
        return Optional.empty();
    }

    /** Of several kinds of denial the one that needs the most proof. */
    private static Outcome worst(List<Sample> samples) {
        return samples.stream()
                .map(Sample::outcome)
                .min(Comparator.comparingInt(o -> switch (o) {
                    case REFUSED -> 0;
                    case UNREACHABLE -> 1;
                    default -> 2;
                }))
                .orElseThrow();
    }

    /** A control for one leg, with the words that say who gave it. */
    private record Proof(ControlGrade grade, Contacts.Window window, Supplier<String> by) {}

    /** All controls for one leg, the best first. */
    private List<Proof> proofs(PlannedCheck check, Leg leg) {
        List<Proof> proofs = new ArrayList<>();
        leg.backends().forEach(backend -> proofs.addAll(proofs(leg, backend)));
        if (leg.path().kind() == Path.Kind.VIP) {
            // The same source reached a pod behind the Service: the far end is alive, whatever became of the VIP.
            for (Leg other : check.legs()) {
                if (other.path().kind() == Path.Kind.POD
                        && other.probe().equals(leg.probe())
                        && track(other).samples().stream().anyMatch(s -> s.outcome() == Outcome.CONNECTED)) {
                    reached(other.backends().get(0), "", question(other.probe(), other.attempt()))
                            .ifPresent(own -> proofs.add(new Proof(
                                    ControlGrade.REACHED,
                                    own,
                                    () -> "the same source reached "
                                            + other.path().endpoint())));
                }
            }
        }
        proofs.sort(Comparator.comparing(Proof::grade).reversed());
        return proofs;
    }

    private List<Proof> proofs(Leg leg, Backend backend) {
        List<Proof> proofs = new ArrayList<>();
        reached(backend, leg.probe(), question(leg.probe(), leg.attempt()))
                .filter(reached -> reached.times() > 1)
                .ifPresent(reached ->
                        proofs.add(new Proof(ControlGrade.REACHED, reached, () -> reachedBy(reached, backend))));
        if (backend.transport() != Protocol.TCP) {
            return proofs;
        }
        boolean kubelet =
                backend.pod().flatMap(Backend.TargetPod::kubeletProbed).isPresent();
        ControlGrade grade = kubelet ? ControlGrade.LISTENING : ControlGrade.LISTENING_LOOPBACK;
        contacts.aliveToOthers(key(backend), leg.probe(), grade)
                .filter(alive -> alive.times() > 1 && witnessed(leg, backend))
                .ifPresent(alive -> proofs.add(new Proof(
                        grade,
                        alive,
                        () -> kubelet
                                ? "the kubelet's readiness probe and a port-forward found it listening"
                                : "a port-forward found it listening")));
        return proofs;
    }

    /**
     * When other probes than this one reached a backend. A server need not answer every datagram, so that over UDP only an answer to
     * the very same shows that this one would have been answered too.
     */
    private Optional<Contacts.Window> reached(Backend backend, String probe, Optional<String> question) {
        return backend.transport() == Protocol.UDP
                ? contacts.answeredOthers(key(backend), probe, question)
                : contacts.reachedByOthers(key(backend), probe);
    }

    /** That a server refuses in words shows that it tells sources apart only if it answered the same to somebody else. */
    private List<Proof> answered(Leg leg) {
        List<Proof> proofs = new ArrayList<>();
        for (Backend backend : leg.backends()) {
            contacts.answeredOthers(key(backend), leg.probe(), question(leg.probe(), leg.attempt()))
                    .ifPresent(window ->
                            proofs.add(new Proof(ControlGrade.REACHED, window, () -> reachedBy(window, backend))));
        }
        return proofs;
    }

    private Optional<String> question(String probe, int attempt) {
        return Optional.ofNullable(probes.get(probe))
                .filter(p -> attempt < p.attempts().size())
                .map(p -> p.attempts().get(attempt).question());
    }

    private String whyNot(Leg leg) {
        return leg.backends().stream()
                .findFirst()
                .map(backend ->
                        whyNot(leg, backend, contacts.aliveToOthers(key(backend), leg.probe(), ControlGrade.LISTENING)))
                .orElse("nobody reached it");
    }

    private String whyNot(Leg leg, Backend backend, Optional<Contacts.Window> alive) {
        if (backend.transport() == Protocol.UDP) {
            return "nobody was answered there, before and after, and a UDP server may well be silent";
        }
        if (alive.isPresent() && !witnessed(leg, backend)) {
            return "it listens, but nothing at all got from node "
                    + life(leg.probe()).node().orElse("?") + " to node "
                    + backend.pod().flatMap(Backend.TargetPod::node).orElse("?");
        }
        return Optional.ofNullable(unanswered.get(key(backend)))
                .orElse(alive.isPresent() ? "it was seen alive, but not both before and after" : "nobody reached it");
    }

    private boolean witnessed(Leg leg, Backend backend) {
        Optional<String> from = life(leg.probe()).node();
        Optional<String> to = backend.pod().flatMap(Backend.TargetPod::node);
        return from.isPresent() && to.isPresent() && witnesses.contains(way(from.get(), to.get(), backend));
    }

    /** Each family of addresses has routes of its own. */
    private static String way(String from, String to, Backend backend) {
        return from + " " + to + (backend.ip().contains(":") ? " IPv6" : " IPv4");
    }

    private String reachedBy(Contacts.Window window, Backend backend) {
        TreeSet<String> named = new TreeSet<>();
        boolean others = false;
        for (String probe : window.probes().get()) {
            ProbePod pod = probes.get(probe);
            String source = pod == null ? probe : pod.source();
            if (named.size() == NAMED && source.compareTo(named.last()) > 0) {
                others = true;
            } else if (named.add(source) && named.size() > NAMED) {
                named.pollLast();
                others = true;
            }
        }
        String who = named.isEmpty() ? "another source" : String.join(", ", named);
        return who + (others ? " and others" : "") + " reached " + backend.ip() + ":" + backend.port() + " "
                + window.times() + (window.times() == 1 ? " time" : " times");
    }

    /** The verdict as things stand: asked for when a check matches, at its deadline, or when the run ends. */
    public CheckResult conclude(PlannedCheck check, Instant launched, Instant now, String repeat) {
        List<PathObservation> paths = new ArrayList<>();
        List<Finding> findings = new ArrayList<>();
        for (Leg leg : check.legs()) {
            Finding finding = finding(check, leg);
            findings.add(finding);
            paths.add(observation(leg, finding));
        }
        Verdict verdict = check.foregone().orElseGet(() -> {
            Verdict found = new Verdicts(check, findings, patience, arrivals).verdict();
            return found.status() == Status.PASS ? check.doubt().orElse(found) : found;
        });
        return new CheckResult(check.check(), verdict, paths, Duration.between(launched, now), repeat);
    }

    private Finding finding(PlannedCheck check, Leg leg) {
        Life life = life(leg.probe());
        Track all = track(leg);
        Track track = sound(leg);
        Instant settled = settled(leg.probe());
        Expectation expected = check.check().expectation();
        Optional<String> changed = leg.backends().stream()
                .map(b -> changedTargets.get(key(b)))
                .filter(java.util.Objects::nonNull)
                .findFirst();
        Optional<Outcome> outcome = track.latest().or(all::latest);
        List<Proof> proofs = proofs(check, leg);
        Optional<Proof> proof = proofs.stream().findFirst();
        boolean steady;
        if (leg.path().kind() == Path.Kind.LOOKUP) {
            boolean seen = !track.tail(lookedUp(check)).isEmpty();
            steady = expected.forbids()
                    ? !wasOpen(leg, all) || provenOpen(leg)
                    : track.steadily(seen ? lookedUp(check) : lookedUp(check).negate(), patience.stable(), settled);
        } else if (expected.forbids() && wasOpen(leg, all)) {
            // Once is enough: no number of denials closes what was open.
            outcome = all.openedAfter(settled);
            steady = provenOpen(leg);
        } else {
            Optional<Denial> denial = denial(check, leg, () -> proofs);
            boolean denied = outcome.filter(o -> o.looksDenied() || o == Outcome.L7_DENIED)
                    .isPresent();
            if (denied) {
                // The proof must have been there while the attempts failed, for a failed allow as for a denial.
                proof = denial.map(Denial::proof);
            }
            if (twinGotThrough(leg)) {
                steady = false;
            } else if (expected.forbids() && denial.isPresent()) {
                outcome = denial.map(Denial::outcome);
                steady = true;
            } else {
                Optional<Outcome> latest = outcome;
                steady = latest.isPresent()
                        && track.steadily(s -> s.outcome() == latest.get(), patience.stable(), settled);
                if (!steady && track.steadily(s -> s.outcome().looksDenied(), patience.stable(), settled)) {
                    // Kernels limit how often they answer with ICMP: refusals and silences in turn are one denial.
                    outcome = Optional.of(worst(track.tail(s -> s.outcome().looksDenied())));
                    steady = true;
                }
            }
        }
        return new Finding(
                leg,
                List.copyOf(all.samples()),
                isStruck(leg) ? Finding.Nodes.STARVED : Finding.Nodes.SOUND,
                outcome,
                steady ? Finding.Steadiness.STEADY : Finding.Steadiness.UNSTEADY,
                proof.map(Proof::grade).orElse(ControlGrade.NONE),
                proof.map(p -> p.by().get()).orElseGet(() -> whyNot(leg)),
                life.node(),
                life.started(),
                life.lost().map(why -> new Finding.Loss(why, life.fix().orElse(""))),
                life.changed(),
                starved.getOrDefault(leg.probe(), 0),
                changed,
                blame(check, leg),
                names(leg),
                contacts.reachedElsewhere(
                                leg.probe(),
                                leg.backends().stream()
                                        .findFirst()
                                        .map(this::key)
                                        .orElse(""))
                        ? Finding.Elsewhere.REACHED_SOMETHING
                        : Finding.Elsewhere.REACHED_NOTHING);
    }

    /** Whether a name resolved for anybody, or a name server answered, while this one failed to in as many rounds as must agree. */
    private Finding.Names names(Leg leg) {
        List<Sample> failed = track(leg).tail(s -> s.outcome() == Outcome.DNS_FAILURE);
        if (failed.isEmpty()) {
            return Finding.Names.SERVED;
        }
        Instant since =
                failed.get(Math.max(0, failed.size() - patience.stable())).began();
        boolean served = probes.values().stream()
                .anyMatch(probe -> java.util.stream.IntStream.range(
                                0, probe.attempts().size())
                        .anyMatch(index -> track(probe.id(), index).samples().stream()
                                .anyMatch(s -> !s.at().isBefore(since)
                                        && wasServed(probe.attempts().get(index), s.outcome()))));
        return served ? Finding.Names.SERVED : Finding.Names.SERVED_NOBODY;
    }

    private static boolean wasServed(Attempt attempt, Outcome outcome) {
        if (attempt instanceof Attempt.ByName || attempt instanceof Attempt.Lookup) {
            return outcome != Outcome.DNS_FAILURE && outcome != Outcome.PROBE_ERROR;
        }
        return attempt instanceof Attempt.DnsQuery && outcome == Outcome.CONNECTED;
    }

    private PathObservation observation(Leg leg, Finding finding) {
        Life life = life(leg.probe());
        Path path = leg.path();
        return new PathObservation(
                new Path(
                        path.kind(),
                        life.pod(),
                        life.node(),
                        path.address(),
                        path.port(),
                        path.targetPod(),
                        path.targetNode()),
                explained(Streak.of(finding.samples()), finding),
                finding.outcome(),
                finding.grade(),
                finding.grade() == ControlGrade.NONE ? Optional.empty() : Optional.of(finding.controlledBy()));
    }

    /** The history with who refuses, where only a twin saw that. */
    private static List<Streak> explained(List<Streak> history, Finding finding) {
        if (finding.blame().isEmpty()
                || finding.samples().stream().anyMatch(s -> s.cause().isPresent())) {
            return history;
        }
        List<Streak> explained = new ArrayList<>(history);
        for (int i = explained.size() - 1; i >= 0; i--) {
            if (explained.get(i).outcome() == Outcome.REFUSED
                    || explained.get(i).outcome() == Outcome.UNREACHABLE) {
                explained.set(
                        i, explained.get(i).saying(finding.blame().get().cause().words()));
                break;
            }
        }
        return explained;
    }

    private Instant settled(String probe) {
        return life(probe).started().map(s -> s.plus(patience.settle())).orElse(Instant.MAX);
    }

    private Life life(String probe) {
        return lives.getOrDefault(probe, Life.UNBORN);
    }

    /** The attempts that say something: those during which the probes on the nodes involved got to run. */
    private Track sound(Leg leg) {
        Track all = track(leg);
        if (starvation.isUnknown()) {
            return all;
        }
        Set<String> neighbours = neighbours(leg);
        return all.only(sample -> !starvation.meets(sample, neighbours));
    }

    /** Whether a probe on the leg's nodes was starved at any time. */
    private boolean isStruck(Leg leg) {
        return !starvation.isUnknown() && starvation.struck(neighbours(leg));
    }

    /** The probes on the nodes that the leg's packets pass, its own among them. */
    private Set<String> neighbours(Leg leg) {
        Set<String> nodes = new HashSet<>();
        life(leg.probe()).node().ifPresent(nodes::add);
        leg.backends()
                .forEach(backend ->
                        backend.pod().flatMap(Backend.TargetPod::node).ifPresent(nodes::add));
        Set<String> neighbours = new HashSet<>();
        neighbours.add(leg.probe());
        lives.forEach((probe, life) -> {
            if (life.started().isPresent()
                    && life.lost().isEmpty()
                    && life.node().filter(nodes::contains).isPresent()) {
                neighbours.add(probe);
            }
        });
        return neighbours;
    }

    private Track track(Leg leg) {
        return track(leg.probe(), leg.attempt());
    }

    private Track track(String probe, int attempt) {
        List<Track> ofProbe = tracks.computeIfAbsent(probe, p -> new ArrayList<>());
        while (ofProbe.size() <= attempt) {
            ofProbe.add(new Track());
        }
        return ofProbe.get(attempt);
    }

    /** Backends are few, and are asked for with every check that aims at them. */
    private String key(Backend backend) {
        return keys.computeIfAbsent(backend, Backend::key);
    }

    /** The verdict on a check that the run's early end left undecided. */
    public static Verdict cutShort(String why, String fix) {
        return new Verdict(
                Status.INCONCLUSIVE,
                Reason.OUT_OF_TIME,
                "the run ended before this check could be judged: " + why,
                Optional.of(fix));
    }
}
