package dev.netproof.evidence;

import dev.netproof.model.Family;
import dev.netproof.model.Outcome;
import dev.netproof.model.Path;
import dev.netproof.model.Sample;
import dev.netproof.plan.Attempt;
import dev.netproof.plan.Backend;
import dev.netproof.plan.ClusterFacts.Readiness;
import dev.netproof.plan.Plan;
import dev.netproof.plan.PlannedCheck;
import dev.netproof.plan.PlannedPath;
import dev.netproof.plan.ProbePod;
import dev.netproof.probe.AttemptResult;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * What probes and servers did in one session. Everything that is judged, a check as well as a row of the enforcement check, is judged by
 * what is in here. Append-only; a later line may date earlier ones anew. Used by one thread. Above 400 lines: it is the one door to the
 * logs behind it, and most of its methods pass a question on.
 */
public final class EvidenceStore {
    private final Map<String, ProbePod> probes = new LinkedHashMap<>();
    private final Map<String, PodLife> lives = new HashMap<>();
    /** Pods that try so little, or nothing, that they get to run where others starve. */
    private final Set<String> bystanders = new HashSet<>();

    private final Map<String, List<AttemptHistory>> histories = new HashMap<>();
    private final Map<String, Map<Integer, List<Backend>>> aims = new HashMap<>();
    private final LivenessLog liveness = new LivenessLog();
    private final RouteLog routes = new RouteLog();
    private final ExplainerProbes explainers = new ExplainerProbes();
    private final Map<String, ListeningAnswer> answers = new HashMap<>();
    private final Map<String, String> changedTargets = new HashMap<>();
    private final StarvationLog starvation = new StarvationLog();
    private final Map<String, Integer> starvedRounds = new HashMap<>();
    private final KubeletLog kubelets = new KubeletLog();
    /** Probes of which any attempt was refused: most are not, and need not be looked through for it. */
    private final Set<String> refused = new HashSet<>();

    private final ChangeTracker changes = new ChangeTracker();
    private final IdentityHashMap<Backend, String> keys = new IdentityHashMap<>();

    /**
     * What became of a probe or a server.
     *
     * @param started when its container ran first; empty until it does
     * @param changed how admission changed the pod into something other than was asked for
     * @param loss why it says nothing any more
     */
    public record PodLife(
            Optional<Instant> started,
            Optional<String> pod,
            Optional<String> node,
            Optional<String> changed,
            Optional<Loss> loss) {
        static final PodLife UNBORN =
                new PodLife(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

        public boolean isRunning() {
            return started.isPresent() && loss.isEmpty();
        }
    }

    /** Why a pod says nothing any more, and how to mend that. */
    public record Loss(String why, String fix) {}

    /** A time, both ends included. */
    public record Span(Instant from, Instant to) {
        public boolean covers(Instant began, Instant ended) {
            return !began.isBefore(from) && !ended.isAfter(to);
        }
    }

    /**
     * A time at both ends of which a backend was seen alive.
     *
     * @param probes those that reached it, the first one first; one that asked several things comes several times
     * @param times how often it was seen alive
     */
    public record AliveWindow(Instant from, Instant to, Supplier<List<String>> probes, int times) {
        public Span span() {
            return new Span(from, to);
        }
    }

    /**
     * What a port-forward last found.
     *
     * @param silence why it did not find a listener, if it ever did not
     */
    public record ListeningAnswer(Instant at, Optional<String> silence) {}

    /** What an explainer saw of one attempt. */
    public record Explained(String explainer, List<Sample> samples) {}

    // What is told.

    /** The probes and controls of a plan, and what their attempts aim at. */
    public void expect(Plan plan) {
        for (ProbePod probe : plan.probes()) {
            // The same number may be another attempt than in an earlier plan.
            aims.remove(probe.id());
            expect(probe);
        }
        expectControls(plan.controls());
        // Behind a Service's address there may be more pods than are probed: who reached it reached none of them for
        // certain.
        plan.checks().stream()
                .flatMap(c -> c.paths().stream())
                .filter(l -> l.path().kind() != Path.Kind.VIP)
                .forEach(l -> aim(l.probe(), l.attempt(), l.backends()));
    }

    /** Controls, and what their attempts aim at. */
    public void expectControls(Collection<ProbePod> controls) {
        for (ProbePod control : controls) {
            aims.remove(control.id());
            expect(control);
            for (int i = 0; i < control.attempts().size(); i++) {
                int attempt = i;
                Backend.at(control.attempts().get(i))
                        .ifPresent(backend -> aim(control.id(), attempt, List.of(backend)));
            }
        }
    }

    /** A probe that will speak. */
    public void expect(ProbePod probe) {
        probes.put(probe.id(), probe);
    }

    /** A probe of netproof's own that shows packets to get from node to node. */
    public void expectWitness(ProbePod witness) {
        expect(witness);
        bystanders.add(witness.id());
    }

    /** The one listener behind an attempt's address. */
    public void aim(String probe, int attempt, Backend backend) {
        aim(probe, attempt, List.of(backend));
    }

    private void aim(String probe, int attempt, List<Backend> backends) {
        aims.computeIfAbsent(probe, p -> new HashMap<>()).put(attempt, backends);
    }

    /** A probe that explains another's refusals. */
    public void expectExplainer(String probe, ProbePod explainer) {
        explainers.add(probe, explainer);
    }

    /** A server runs. */
    public void serving(String id, Instant at, String pod, Optional<String> node, Optional<String> changed) {
        bystanders.add(id);
        started(id, at, pod, node, changed);
    }

    /** A probe runs. */
    public void started(String id, Instant at, String pod, Optional<String> node, Optional<String> changed) {
        PodLife life = life(id);
        lives.put(
                id,
                new PodLife(
                        life.started().or(() -> Optional.of(at)),
                        Optional.of(pod),
                        node,
                        life.changed().or(() -> changed),
                        life.loss()));
        changes.everywhere();
    }

    /** A probe or a server says nothing any more. */
    public void lost(String id, String why, String fix) {
        PodLife life = life(id);
        lives.put(
                id,
                new PodLife(
                        life.started(),
                        life.pod(),
                        life.node(),
                        life.changed(),
                        life.loss().or(() -> Optional.of(new Loss(why, fix)))));
        changes.everywhere();
    }

    /** The kubelet that connects to a server found it ready, or not. */
    public void watched(String server, Instant at, Readiness found) {
        kubelets.found(server, at, found);
    }

    /** A probe did not get to run in this time. */
    public void starved(String probe, Instant from, Instant to) {
        starvation.was(probe, from, to);
        changes.everywhere();
    }

    /** Whether a probe seems not to run at this moment. */
    public void starving(String probe, Optional<Instant> since, Instant now) {
        if (starvation.is(probe, since, now)) {
            changes.everywhere();
        }
    }

    /** A round of a probe did not count, because the probe did not get to run. */
    public void starvedRound(String probe) {
        starvedRounds.merge(probe, 1, Integer::sum);
    }

    /** Everything that a probe was said to have seen so far was seen this much earlier. */
    public void datedAnew(String probe, Duration earlier) {
        histories.getOrDefault(probe, List.of()).forEach(history -> history.earlier(earlier));
        explainers.earlier(probe, earlier);
        liveness.earlier(probe, earlier);
        routes.earlier(probe, earlier);
        starvation.earlier(probe, earlier);
        changes.everywhere();
    }

    /** One attempt of a round that counts. */
    public void attempted(String probe, AttemptResult reading) {
        Sample sample = reading.sample();
        if (explainers.took(probe, reading.attempt(), sample)) {
            return;
        }
        histories(probe, reading.attempt()).add(sample);
        if (sample.refused()) {
            refused.add(probe);
        }
        // A sidecar answers in the network's place, and another program says what it likes: no control for anybody.
        if (sample.outcome().reachedListener() && life(probe).changed().isEmpty()) {
            aimed(probe, reading).ifPresent(backend -> reached(probe, reading, backend));
        }
    }

    /** The backend that an attempt can have reached, where it is a single one. */
    private Optional<Backend> aimed(String probe, AttemptResult reading) {
        List<Backend> backends = aims.getOrDefault(probe, Map.of()).getOrDefault(reading.attempt(), List.of());
        if (backends.size() == 1) {
            return Optional.of(backends.get(0));
        }
        // A name may lead to another address from one round to the next.
        return backends.isEmpty()
                        && attempt(probe, reading.attempt()).orElse(null) instanceof Attempt.ByName name
                        && reading.remoteIp().isPresent()
                ? Optional.of(new Backend(
                        reading.remoteIp().get(), name.port(), name.protocol().transport(), Optional.empty()))
                : Optional.empty();
    }

    private void reached(String probe, AttemptResult reading, Backend backend) {
        Sample sample = reading.sample();
        // From when its connection was open until the sample's own time the far end was alive.
        Instant from = reading.opened().orElse(sample.at());
        String key = key(backend);
        liveness.reached(
                key,
                probe,
                from,
                sample.at(),
                sample.began(),
                sample.outcome() == Outcome.CONNECTED ? question(probe, reading.attempt()) : Optional.empty());
        changes.of(key);
        route(probe, backend).ifPresent(route -> {
            routes.passed(route, probe, from, sample.began());
            changes.of(route);
        });
    }

    /** A port-forward reached the backend. */
    public void listening(Backend backend, Instant at) {
        String key = key(backend);
        liveness.listening(key, at);
        answers.merge(key, new ListeningAnswer(at, Optional.empty()), EvidenceStore::latest);
        changes.of(key);
    }

    /** A port-forward did not show the backend alive. */
    public void silent(Backend backend, Instant at, String detail) {
        answers.merge(key(backend), new ListeningAnswer(at, Optional.of(detail)), EvidenceStore::latest);
        changes.of(key(backend));
    }

    private static ListeningAnswer latest(ListeningAnswer before, ListeningAnswer after) {
        return new ListeningAnswer(after.at(), after.silence().isPresent() ? after.silence() : before.silence());
    }

    /** The target is no longer what it was when the run began. */
    public void targetChanged(Backend backend, String how) {
        changedTargets.put(key(backend), how);
        changes.of(key(backend));
    }

    /** Something became known elsewhere that may bear on every check. */
    public void changedEverywhere() {
        changes.everywhere();
    }

    // What is asked.

    /** A moment in what this was told: later ones are greater. */
    public long latest() {
        return changes.latest();
    }

    /**
     * Whether anything that this was told since then may bear on a check, but for what its own probes saw: of most checks there is
     * nothing new most of the time, and to judge thousands of them again takes its time.
     */
    public boolean isNews(PlannedCheck check, long since) {
        return changes.since(
                since,
                check.paths().stream()
                        .flatMap(planned -> planned.backends().stream()
                                .flatMap(backend -> Stream.concat(
                                        Stream.of(key(backend)), route(planned.probe(), backend).stream()))));
    }

    /** Whether anything at all that bears on every check was told since then. */
    public boolean isNewsForAll(long since) {
        return changes.forAllSince(since);
    }

    /** Probes and controls, explainers left out. */
    public Collection<ProbePod> probes() {
        return Collections.unmodifiableCollection(probes.values());
    }

    public Optional<ProbePod> probe(String id) {
        return Optional.ofNullable(probes.get(id));
    }

    public PodLife life(String id) {
        return lives.getOrDefault(id, PodLife.UNBORN);
    }

    /** What reports call a probe. */
    public String source(String probe) {
        return probe(probe).map(ProbePod::source).orElse(probe);
    }

    /** What an attempt asks the far end. */
    public Optional<String> question(String probe, int attempt) {
        return attempt(probe, attempt).map(Attempt::question);
    }

    private Optional<Attempt> attempt(String probe, int attempt) {
        return probe(probe)
                .filter(p -> attempt < p.attempts().size())
                .map(p -> p.attempts().get(attempt));
    }

    public AttemptHistory history(PlannedPath planned) {
        return history(planned.probe(), planned.attempt());
    }

    public AttemptHistory history(String probe, int attempt) {
        List<AttemptHistory> ofProbe = histories.getOrDefault(probe, List.of());
        return attempt < ofProbe.size() ? ofProbe.get(attempt) : AttemptHistory.EMPTY;
    }

    private AttemptHistory histories(String probe, int attempt) {
        List<AttemptHistory> ofProbe = histories.computeIfAbsent(probe, p -> new ArrayList<>());
        while (ofProbe.size() <= attempt) {
            ofProbe.add(new AttemptHistory());
        }
        return ofProbe.get(attempt);
    }

    /** The attempts that say something: those during which the probes on the nodes involved got to run. */
    public AttemptHistory sound(PlannedPath planned) {
        AttemptHistory all = history(planned);
        if (starvation.isEmpty()) {
            return all;
        }
        Set<String> neighbours = neighbours(planned);
        return all.only(sample -> !starvation.meets(sample, neighbours));
    }

    /** Whether a probe on the path's nodes was starved at any time. */
    public boolean isStruck(PlannedPath planned) {
        return !starvation.isEmpty() && starvation.struck(neighbours(planned));
    }

    /** The probes on the nodes that the path's packets pass, its own among them. */
    private Set<String> neighbours(PlannedPath planned) {
        Set<String> nodes = new HashSet<>();
        life(planned.probe()).node().ifPresent(nodes::add);
        planned.backends()
                .forEach(backend ->
                        backend.pod().flatMap(Backend.TargetPod::node).ifPresent(nodes::add));
        Set<String> neighbours = new HashSet<>();
        neighbours.add(planned.probe());
        lives.forEach((id, life) -> {
            if (life.isRunning()
                    && !bystanders.contains(id)
                    && life.node().filter(nodes::contains).isPresent()) {
                neighbours.add(id);
            }
        });
        return neighbours;
    }

    /** How many of a probe's rounds did not count, because it did not get to run. */
    public int starvedRounds(String probe) {
        return starvedRounds.getOrDefault(probe, 0);
    }

    /** How many rounds of a probe that began since then counted. */
    public int rounds(String probe, Instant since) {
        return history(probe, 0).since(since).samples().size();
    }

    /** Whether any attempt of this probe was refused. */
    public boolean isRefused(String probe) {
        return refused.contains(probe);
    }

    /** What the kubelet saw of a server by now, a look a second, as far as that is certain. */
    public List<Sample> kubeletLooks(String server, Instant now) {
        return kubelets.looks(server, now);
    }

    /** When other probes than this one reached the backend. */
    public Optional<AliveWindow> reachedByOthers(Backend backend, String probe) {
        return liveness.reachedByOthers(key(backend), probe);
    }

    /** When other probes than this one asked the backend the very same and were answered. */
    public Optional<AliveWindow> answeredOthers(Backend backend, String probe, Optional<String> question) {
        return liveness.answeredOthers(key(backend), probe, question);
    }

    /** When anything but this probe showed the backend alive, port-forwards among it. */
    public Optional<AliveWindow> aliveToOthers(Backend backend, String probe) {
        return liveness.aliveToOthers(key(backend), probe);
    }

    /** Whether another probe than this one reached the backend at that moment or later. */
    public boolean reachedByAnotherSince(Instant moment, Backend backend, String probe) {
        return liveness.reachedByAnotherSince(moment, key(backend), probe);
    }

    /** When the latest connection of another probe than this one that reached the backend began. */
    public Optional<Instant> lastReachedByOthers(Backend backend, String probe) {
        return liveness.lastBegunByOthers(key(backend), probe);
    }

    /** Whether this probe reached any other backend than this path's, name servers left out. */
    public boolean reachedElsewhere(PlannedPath planned) {
        return liveness.reachedElsewhere(
                planned.probe(),
                planned.backends().stream().findFirst().map(this::key).orElse(""));
    }

    /** Other probes than this one that reached the backend by connections that began since then, once for each time. */
    public List<String> reachedSince(Backend backend, String probe, Instant since) {
        List<String> names = new ArrayList<>();
        aims.forEach((other, attempts) -> attempts.forEach((attempt, backends) -> {
            boolean same = backends.size() == 1 && key(backends.get(0)).equals(key(backend));
            if (same && !other.equals(probe) && life(other).changed().isEmpty()) {
                history(other, attempt).since(since).samples().stream()
                        .filter(sample -> sample.outcome().reachedListener())
                        .forEach(sample -> names.add(other));
            }
        }));
        return names;
    }

    /** The way from a probe's node to a backend's, where both are known. */
    public Optional<Route> route(String probe, Backend backend) {
        Optional<String> from = life(probe).node();
        Optional<String> to = backend.pod().flatMap(Backend.TargetPod::node);
        return from.isPresent() && to.isPresent()
                ? Optional.of(new Route(from.get(), to.get(), Family.of(backend.ip())))
                : Optional.empty();
    }

    /** From when something got there first until the latest connection that got there began. */
    public Optional<Span> witnessed(Route route) {
        return routes.span(route);
    }

    /** When the latest connection from one node to another began, in the backend's family of addresses. */
    public Optional<Instant> lastWitnessed(String from, String to, Backend backend) {
        return routes.lastBegun(new Route(from, to, Family.of(backend.ip())));
    }

    /** What a port-forward found at the backend. */
    public Optional<ListeningAnswer> answer(Backend backend) {
        return Optional.ofNullable(answers.get(key(backend)));
    }

    /** How the target is no longer what it was. */
    public Optional<String> targetChange(Backend backend) {
        return Optional.ofNullable(changedTargets.get(key(backend)));
    }

    public boolean hasExplainer(String probe) {
        return explainers.has(probe);
    }

    /** What an explainer of a probe saw of one of its attempts. */
    public Optional<Explained> explained(String probe, int attempt) {
        return probe(probe).flatMap(pod -> explainers.of(pod, attempt));
    }

    /** Equal for the same listener. Backends are few, and are asked for with every check that aims at them. */
    public String key(Backend backend) {
        return keys.computeIfAbsent(backend, Backend::key);
    }
}
