package dev.netproof.enforce;

import dev.netproof.kube.ProbeEvent;
import dev.netproof.model.Outcome;
import dev.netproof.model.Sample;
import dev.netproof.plan.Attempt;
import dev.netproof.plan.Attempt.Family;
import dev.netproof.plan.Backend;
import dev.netproof.plan.ClusterFacts.Readiness;
import dev.netproof.plan.ProbePod;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What all probes saw, and who was alive meanwhile. */
final class Observations {
    /** So rarely may packets that were lost look like a denial: once in so many times that it is looked at. */
    private static final double ERROR = 1e-4;

    private static final int MOST_ROUNDS = 15;

    /** A second until the kubelet tries again, one for its time-out, one until its word has come here. */
    private static final Duration TOLD_WITHIN = Duration.ofSeconds(3);

    /** A connection that opened. */
    private record Contact(String probe, Instant began) {}

    private final Map<String, ProbePod> probes = new HashMap<>();
    private final Map<String, Map<Integer, Instant>> rounds = new HashMap<>();
    private boolean enforcedSomewhere;
    private final Map<String, Map<Attempt, List<Sample>>> tracks = new HashMap<>();
    private final Map<String, Map<Attempt, Backend>> aims = new HashMap<>();
    private final Map<String, List<Contact>> contacts = new HashMap<>();
    private final Map<String, Instant> witnesses = new HashMap<>();
    private final Map<String, ProbeEvent.Started> started = new HashMap<>();
    private final Map<String, String> lost = new HashMap<>();
    private final Map<String, String> changed = new HashMap<>();
    private final Map<String, List<ProbeEvent.Watched>> watched = new HashMap<>();
    private Instant now = Instant.MIN;
    private int quiet;
    private int failed;

    void launched(ProbePod probe) {
        probes.put(probe.id(), probe);
    }

    /** The one listener behind an attempt's address. */
    void aim(String probe, Attempt attempt, Backend backend) {
        aims.computeIfAbsent(probe, p -> new HashMap<>()).put(attempt, backend);
    }

    void started(ProbeEvent.Started event) {
        started.putIfAbsent(event.probe(), event);
    }

    /** A probe or a server will say nothing more. */
    void lost(String id, String why) {
        lost.putIfAbsent(id, why);
    }

    /** Admission made something else of a pod. */
    void changed(String id, String how) {
        changed.putIfAbsent(id, how);
    }

    /** So late it is. */
    void now(Instant at) {
        now = at;
    }

    /** What a server's kubelet found. */
    void watched(ProbeEvent.Watched event) {
        watched.computeIfAbsent(event.server(), s -> new ArrayList<>()).add(event);
    }

    Optional<String> change(String id) {
        return Optional.ofNullable(changed.get(id));
    }

    Optional<String> loss(String id) {
        return Optional.ofNullable(lost.get(id));
    }

    Optional<ProbeEvent.Started> start(String probe) {
        return Optional.ofNullable(started.get(probe));
    }

    boolean isRunning(String probe) {
        return started.containsKey(probe) && !lost.containsKey(probe);
    }

    void sample(String probe, int index, Sample sample) {
        ProbePod pod = probes.get(probe);
        rounds.computeIfAbsent(probe, p -> new HashMap<>()).putIfAbsent(sample.round(), sample.began());
        if (pod == null || sample.outcome() == Outcome.PROBE_ERROR || sample.outcome() == Outcome.DNS_FAILURE) {
            return;
        }
        Attempt attempt = pod.attempts().get(index);
        List<Sample> track =
                tracks.computeIfAbsent(probe, p -> new HashMap<>()).computeIfAbsent(attempt, a -> new ArrayList<>());
        // Rounds overlap: one that waits for a time-out ends after quicker ones that began later.
        int at = track.size();
        while (at > 0 && track.get(at - 1).round() > sample.round()) {
            at--;
        }
        track.add(at, sample);
        Backend backend = aims.getOrDefault(probe, Map.of()).get(attempt);
        if (changed.containsKey(probe)) {
            // Whatever answers it, or whatever it says: no control for anybody.
            return;
        }
        if (backend != null && sample.outcome().reachedListener()) {
            contacts.computeIfAbsent(backend.key(), b -> new ArrayList<>()).add(new Contact(probe, sample.began()));
            Optional<String> from = start(probe).flatMap(ProbeEvent.Started::node);
            Optional<String> to = backend.pod().flatMap(Backend.TargetPod::node);
            if (from.isPresent() && to.isPresent()) {
                witnesses.merge(way(from.get(), to.get(), backend), sample.began(), (a, b) -> a.isAfter(b) ? a : b);
            }
        }
    }

    /** Something was seen to be enforced. */
    void enforced() {
        enforcedSomewhere = true;
    }

    boolean isEnforcedSomewhere() {
        return enforcedSomewhere;
    }

    /** Of how many rounds a probe has told that began since then, whatever it saw. */
    long rounds(String probe, Instant began) {
        return rounds.getOrDefault(probe, Map.of()).values().stream()
                .filter(one -> !one.isBefore(began))
                .count();
    }

    /** What an attempt saw on connections that began since then, in the order of the rounds. */
    List<Sample> since(Bound edge, Instant began) {
        if (edge.edge().way() == Scenario.Way.KUBELET) {
            return looks(edge).stream()
                    .filter(sample -> !sample.began().isBefore(began))
                    .toList();
        }
        return tracks.getOrDefault(edge.probe(), Map.of()).getOrDefault(edge.attempt(), List.of()).stream()
                .filter(sample -> !sample.began().isBefore(began))
                .toList();
    }

    /**
     * The kubelet connects every second and tells what it finds when that changes: until it has had the time to, nothing is known of the
     * latest moments, nor of those just before a change to the worse.
     */
    private List<Sample> looks(Bound edge) {
        List<Sample> looks = new ArrayList<>();
        List<ProbeEvent.Watched> told = watched.getOrDefault(edge.server(), List.of());
        for (int i = 0; i < told.size(); i++) {
            boolean ready = told.get(i).readiness() == Readiness.READY;
            Instant until =
                    (i + 1 < told.size() ? told.get(i + 1).at() : now).minus(ready ? TOLD_WITHIN : Duration.ZERO);
            for (Instant at = told.get(i).at(); !at.isAfter(until); at = at.plusSeconds(1)) {
                looks.add(new Sample(
                        at,
                        Duration.ZERO,
                        looks.size() + 1,
                        ready ? Outcome.CONNECTED : Outcome.TIMEOUT,
                        ready ? "the kubelet finds it ready" : "the kubelet does not find it ready"));
            }
        }
        return looks;
    }

    /** When another probe than this last began a connection that reached the listener. */
    Optional<Instant> lastReached(Backend backend, String otherThan) {
        List<Contact> known = contacts.getOrDefault(backend.key(), List.of());
        Instant last = null;
        for (Contact contact : known) {
            if (!contact.probe().equals(otherThan)
                    && (last == null || contact.began().isAfter(last))) {
                last = contact.began();
            }
        }
        return Optional.ofNullable(last);
    }

    /** How often other probes reached the listener since then, and who. */
    String controls(Backend backend, String otherThan, Instant since) {
        List<Contact> counted = contacts.getOrDefault(backend.key(), List.of()).stream()
                .filter(one -> !one.probe().equals(otherThan) && !one.began().isBefore(since))
                .toList();
        String names = counted.stream()
                .map(Contact::probe)
                .distinct()
                .map(id -> Optional.ofNullable(probes.get(id))
                        .map(ProbePod::source)
                        .orElse(id))
                .distinct()
                .sorted()
                .reduce((a, b) -> a + ", " + b)
                .orElse("nobody");
        return names + " reached " + backend.ip() + ":" + backend.port() + " " + counted.size()
                + (counted.size() == 1 ? " time" : " times");
    }

    /** When anything at all last got from one node to another, in the backend's family of addresses. */
    Optional<Instant> lastWitnessed(String fromNode, String toNode, Backend backend) {
        return Optional.ofNullable(witnesses.get(way(fromNode, toNode, backend)));
    }

    /** Each family of addresses has routes of its own. */
    private static String way(String from, String to, Backend backend) {
        return from + " " + to + " " + Family.of(backend.ip());
    }

    /** Attempts while nothing forbade them, and how many of them failed: what the network loses by itself. */
    void undisturbed(List<Sample> samples) {
        quiet += samples.size();
        failed += (int) samples.stream()
                .filter(sample -> sample.outcome().looksDenied())
                .count();
    }

    /** The share of attempts that fail without any policy. */
    double lossRate() {
        return failed == 0 ? 0 : (failed + 1.0) / (quiet + 1.0);
    }

    /** How many denials in a row lost packets do not explain; at least so many. */
    int enough(int stable) {
        double rate = lossRate();
        if (rate == 0) {
            return stable;
        }
        return Math.max(stable, Math.min(MOST_ROUNDS, (int)
                Math.ceil(Math.log(ERROR) / Math.log(Math.min(rate, 0.5)))));
    }
}
