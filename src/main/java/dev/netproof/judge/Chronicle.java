package dev.netproof.judge;

import dev.netproof.model.Outcome;
import dev.netproof.model.Path;
import dev.netproof.model.Sample;
import dev.netproof.plan.Backend;
import dev.netproof.plan.Leg;
import dev.netproof.plan.Plan;
import dev.netproof.plan.PlannedCheck;
import dev.netproof.plan.ProbePod;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What is told of probes and of what they aim at, as it happens: all that verdicts go by. */
public final class Chronicle {
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
    record Life(
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

    Chronicle(Plan plan, Patience patience) {
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
    public long latest() {
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

    Patience patience() {
        return patience;
    }

    /** How long rules were seen to take to arrive, by node. */
    Map<String, Duration> arrivals() {
        return arrivals;
    }

    /** Probes and controls, by their ids. */
    Map<String, ProbePod> probes() {
        return probes;
    }

    Contacts contacts() {
        return contacts;
    }

    Twins twins() {
        return twins;
    }

    /** When it was said last of a backend, by its key, whether it listens. */
    Map<String, Instant> answers() {
        return answers;
    }

    /** Why a port-forward did not show a backend alive. */
    Map<String, String> unanswered() {
        return unanswered;
    }

    /** How targets are no longer what they were, by their keys. */
    Map<String, String> changedTargets() {
        return changedTargets;
    }

    /** How many of each probe's rounds did not count. */
    Map<String, Integer> starved() {
        return starved;
    }

    /** Probes of which any attempt was refused. */
    Set<String> refused() {
        return refused;
    }

    /** Whether anything at all got from one node to another, in the backend's family of addresses. */
    boolean isWitnessed(String from, String to, Backend backend) {
        return witnesses.contains(way(from, to, backend));
    }

    Optional<String> question(String probe, int attempt) {
        return Optional.ofNullable(probes.get(probe))
                .filter(p -> attempt < p.attempts().size())
                .map(p -> p.attempts().get(attempt).question());
    }

    /** Each family of addresses has routes of its own. */
    private static String way(String from, String to, Backend backend) {
        return from + " " + to + (backend.ip().contains(":") ? " IPv6" : " IPv4");
    }

    Instant settled(String probe) {
        return life(probe).started().map(s -> s.plus(patience.settle())).orElse(Instant.MAX);
    }

    Life life(String probe) {
        return lives.getOrDefault(probe, Life.UNBORN);
    }

    /** The attempts that say something: those during which the probes on the nodes involved got to run. */
    Track sound(Leg leg) {
        Track all = track(leg);
        if (starvation.isUnknown()) {
            return all;
        }
        Set<String> neighbours = neighbours(leg);
        return all.only(sample -> !starvation.meets(sample, neighbours));
    }

    /** Whether a probe on the leg's nodes was starved at any time. */
    boolean isStruck(Leg leg) {
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

    Track track(Leg leg) {
        return track(leg.probe(), leg.attempt());
    }

    Track track(String probe, int attempt) {
        List<Track> ofProbe = tracks.computeIfAbsent(probe, p -> new ArrayList<>());
        while (ofProbe.size() <= attempt) {
            ofProbe.add(new Track());
        }
        return ofProbe.get(attempt);
    }

    /** Backends are few, and are asked for with every check that aims at them. */
    String key(Backend backend) {
        return keys.computeIfAbsent(backend, Backend::key);
    }
}
