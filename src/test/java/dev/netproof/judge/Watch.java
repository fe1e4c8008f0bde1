package dev.netproof.judge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.netproof.evidence.EvidenceStore;
import dev.netproof.evidence.Route;
import dev.netproof.model.Cause;
import dev.netproof.model.Check;
import dev.netproof.model.CheckResult;
import dev.netproof.model.Destination;
import dev.netproof.model.Expectation;
import dev.netproof.model.Identity;
import dev.netproof.model.Location;
import dev.netproof.model.Outcome;
import dev.netproof.model.Path;
import dev.netproof.model.Placement;
import dev.netproof.model.PortRef;
import dev.netproof.model.Protocol;
import dev.netproof.model.Sample;
import dev.netproof.model.Source;
import dev.netproof.model.Target;
import dev.netproof.model.Verdict;
import dev.netproof.plan.Attempt;
import dev.netproof.plan.Backend;
import dev.netproof.plan.ClusterFacts.KubeletProbe;
import dev.netproof.plan.Plan;
import dev.netproof.plan.PlannedCheck;
import dev.netproof.plan.PlannedPath;
import dev.netproof.plan.ProbePod;
import dev.netproof.probe.AttemptResult;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * One check from storefront to postgres under the eyes of a {@link Convergence}, fed by hand. Times are seconds after the launch.
 * Probe "front" runs on node-1 and makes the check's attempts; probe "other" runs on node-1 too and stands for everybody else.
 */
final class Watch {
    static final ConvergenceTerms PATIENCE = new ConvergenceTerms(3, Duration.ofSeconds(5), Duration.ofSeconds(20));
    static final Instant LAUNCHED = Instant.parse("2026-01-01T12:00:00Z");
    static final String FRONT = "front";
    static final String OTHER = "other";

    private final Expectation expectation;
    private final List<PlannedPath> paths = new ArrayList<>();
    private final Map<Integer, Attempt> attempts = new HashMap<>();
    private final Map<Integer, Attempt> otherAttempts = new HashMap<>();
    private final Map<String, Integer> rounds = new HashMap<>();
    private final EvidenceStore evidence = new EvidenceStore();
    private Optional<Convergence> convergence = Optional.empty();
    private Optional<Verdict> doubt = Optional.empty();

    private Watch(Expectation expectation) {
        this.expectation = expectation;
    }

    static Watch of(Expectation expectation) {
        return new Watch(expectation);
    }

    static Backend pod(String ip, String node) {
        return pod(ip, node, Optional.empty());
    }

    static Backend readinessProbed(String ip, String node) {
        return pod(ip, node, Optional.of(new KubeletProbe(5432)));
    }

    private static Backend pod(String ip, String node, Optional<KubeletProbe> kubelet) {
        String name = "postgres-" + ip.substring(ip.lastIndexOf('.') + 1);
        return new Backend(
                ip,
                5432,
                Protocol.TCP,
                Optional.of(new Backend.TargetPod("shop", name, "uid-" + name, 0, Optional.of(node), kubelet)));
    }

    /** The same pod at its other address, to which no kubelet connects. */
    static Backend also(Backend pod, String ip) {
        return new Backend(
                ip,
                pod.port(),
                pod.transport(),
                pod.pod()
                        .map(p -> new Backend.TargetPod(
                                p.namespace(), p.name(), p.uid(), p.restarts(), p.node(), Optional.empty())));
    }

    static Backend outside(String ip) {
        return new Backend(ip, 443, Protocol.TCP, Optional.empty());
    }

    Watch doubting(Verdict verdict) {
        doubt = Optional.of(verdict);
        return this;
    }

    /** Adds the path to a pod or an outside address; its attempt's index is the number of paths before it. */
    Watch path(Backend backend) {
        Path.Kind kind = backend.pod().isPresent() ? Path.Kind.POD : Path.Kind.ADDRESS;
        return planned(
                kind,
                backend.ip(),
                backend.port(),
                List.of(backend),
                new Attempt.Connect(backend.ip(), backend.port()));
    }

    /** Adds the path to a pod's UDP port, and what this source and the other one send there. */
    Watch datagram(Backend backend, String send, String others) {
        otherAttempts.put(paths.size(), new Attempt.Udp(backend.ip(), backend.port(), others));
        Backend udp = new Backend(backend.ip(), backend.port(), Protocol.UDP, backend.pod());
        return planned(Path.Kind.POD, udp.ip(), udp.port(), List.of(udp), new Attempt.Udp(udp.ip(), udp.port(), send));
    }

    Watch request(Backend backend, String path) {
        return planned(
                Path.Kind.POD,
                backend.ip(),
                backend.port(),
                List.of(backend),
                new Attempt.Http("http", "postgres", backend.ip(), backend.port(), path, Optional.empty()));
    }

    Watch vip(Backend... backends) {
        return planned(Path.Kind.VIP, "10.96.0.7", 5432, List.of(backends), new Attempt.Connect("10.96.0.7", 5432));
    }

    /** The Service's address of the other family. */
    Watch vip6(Backend... backends) {
        return planned(Path.Kind.VIP, "fd00:96::7", 5432, List.of(backends), new Attempt.Connect("fd00:96::7", 5432));
    }

    Watch lookup(String name) {
        return planned(Path.Kind.LOOKUP, name, 5432, List.of(), new Attempt.ByName(name, 5432));
    }

    private Watch planned(Path.Kind kind, String address, int port, List<Backend> backends, Attempt attempt) {
        attempts.put(paths.size(), attempt);
        Optional<Backend.TargetPod> target =
                kind == Path.Kind.POD ? backends.get(0).pod() : Optional.empty();
        paths.add(new PlannedPath(
                FRONT,
                paths.size(),
                new Path(
                        kind,
                        Optional.empty(),
                        Optional.empty(),
                        address,
                        port,
                        target.map(Backend.TargetPod::name),
                        target.flatMap(Backend.TargetPod::node)),
                backends));
        return this;
    }

    /**
     * What is told of others: whenever it changes what is to be said or done about the check, it must be news of it, because a run
     * looks again only then.
     */
    private Watch told(Consumer<EvidenceStore> what) {
        long before = evidence().latest();
        List<Boolean> were =
                List.of(matches(), asksWhetherItListens(), convergence().hopeless(planned()));
        what.accept(evidence());
        if (!were.equals(
                List.of(matches(), asksWhetherItListens(), convergence().hopeless(planned())))) {
            assertThat(isNewsSince(before)).as("news of the check").isTrue();
        }
        return this;
    }

    boolean isNewsSince(long moment) {
        return evidence().isNews(planned(), moment);
    }

    /** Both probes run from this moment on. */
    Watch started(double seconds) {
        return told(to -> to.started(FRONT, at(seconds), "netproof-front", Optional.of("node-1"), Optional.empty()))
                .told(to -> to.started(OTHER, at(seconds), "netproof-other", Optional.of("node-1"), Optional.empty()));
    }

    /** The check's own attempt on its n-th path, at these moments, each with an answer at once. */
    Watch front(int path, Outcome outcome, double... seconds) {
        return sample(FRONT, path, outcome, 0.01, seconds);
    }

    /** Attempts that ended at these moments after three seconds of silence. */
    Watch silence(int path, double... seconds) {
        return sample(FRONT, path, Outcome.TIMEOUT, 3, seconds);
    }

    /** Another source's attempt on the far end of the n-th path. */
    Watch other(int path, Outcome outcome, double... seconds) {
        return sample(OTHER, path, outcome, 0.01, seconds);
    }

    private Watch sample(String probe, int attempt, Outcome outcome, double elapsed, double... seconds) {
        for (double second : seconds) {
            int round = rounds.merge(probe + attempt, 1, Integer::sum);
            Sample sample = new Sample(
                    at(second), Duration.ofMillis(Math.round(elapsed * 1000)), round, outcome, "raw " + outcome);
            if (probe.equals(FRONT)) {
                evidence().attempted(probe, reading(attempt, sample));
            } else {
                told(to -> to.attempted(probe, reading(attempt, sample)));
            }
        }
        return this;
    }

    private static AttemptResult reading(int attempt, Sample sample) {
        return new AttemptResult(attempt, sample, Optional.empty());
    }

    /** Refusals of which the check's own probe sees who made them. */
    Watch refused(int path, Cause cause, double... seconds) {
        for (double second : seconds) {
            int round = rounds.merge(FRONT + path, 1, Integer::sum);
            evidence()
                    .attempted(
                            FRONT,
                            reading(
                                    path,
                                    new Sample(
                                            at(second),
                                            Duration.ofMillis(10),
                                            round,
                                            Outcome.REFUSED,
                                            "raw refused",
                                            Optional.of(cause))));
        }
        return this;
    }

    /** One attempt with the number of its round, as rounds that overlap arrive. */
    Watch round(int path, int round, Outcome outcome, double began, double ended) {
        evidence()
                .attempted(
                        FRONT,
                        reading(
                                path,
                                new Sample(
                                        at(ended),
                                        Duration.ofMillis(Math.round((ended - began) * 1000)),
                                        round,
                                        outcome,
                                        "raw " + outcome)));
        return this;
    }

    /** The twin that explains the check's refusals starts, if one is asked for; its attempts are then those of the twin. */
    Optional<ProbePod> twin(double seconds) {
        Optional<ProbePod> twin = Optional.ofNullable(
                convergence().unexplained(List.of(planned())).get(FRONT));
        twin.ifPresent(
                t -> evidence().started(t.id(), at(seconds), "netproof-twin", Optional.of("node-1"), Optional.empty()));
        return twin;
    }

    /** What the twin sees at these moments, the same on each of its attempts. */
    Watch explained(ProbePod twin, Outcome outcome, Cause cause, double... seconds) {
        for (int attempt = 0; attempt < twin.attempts().size(); attempt++) {
            explained(twin, attempt, outcome, Optional.of(cause), seconds);
        }
        return this;
    }

    /** What the twin sees at these moments on one of its attempts. */
    Watch explained(ProbePod twin, int attempt, Outcome outcome, Optional<Cause> cause, double... seconds) {
        for (double second : seconds) {
            int round = rounds.merge(twin.id() + attempt, 1, Integer::sum);
            evidence()
                    .attempted(
                            twin.id(),
                            reading(
                                    attempt,
                                    new Sample(
                                            at(second),
                                            Duration.ofMillis(10),
                                            round,
                                            outcome,
                                            "raw " + outcome,
                                            cause)));
        }
        return this;
    }

    boolean awaitsExplanation() {
        return convergence().awaitsExplanation(planned());
    }

    /** Another source's connection to the far end of the n-th path, open all that time. */
    Watch otherHeldOpen(int path, double from, double to) {
        int round = rounds.merge(OTHER + path, 1, Integer::sum);
        Duration elapsed = Duration.between(at(from), at(to));
        return told(told -> told.attempted(
                OTHER,
                new AttemptResult(
                        path,
                        new Sample(at(to), elapsed, round, Outcome.CONNECTED, "connected"),
                        Optional.empty(),
                        Optional.of(at(from)))));
    }

    /** Neither probe got to run in this time. */
    Watch starved(double from, double to) {
        told(told -> told.starved(FRONT, at(from), at(to)));
        return starvedOther(from, to);
    }

    Watch starvedOther(double from, double to) {
        told(told -> told.starved(OTHER, at(from), at(to)));
        return this;
    }

    /** What these probes were said to have seen so far was seen so much earlier. */
    Watch misdated(String probe, double seconds) {
        told(to -> to.datedAnew(probe, Duration.ofMillis(Math.round(seconds * 1000))));
        return this;
    }

    /** Both probes have not got to run since then, and still do not at the end. */
    Watch starving(double since) {
        told(to -> to.starving(FRONT, Optional.of(at(since)), at(20)));
        told(to -> to.starving(OTHER, Optional.of(at(since)), at(20)));
        return this;
    }

    Watch runningAgain() {
        told(to -> to.starving(FRONT, Optional.empty(), at(20)));
        told(to -> to.starving(OTHER, Optional.empty(), at(20)));
        return this;
    }

    /** A third probe, on a node of its own, that did not get to run in this time. */
    Watch starvedElsewhere(String node, double from, double to) {
        told(told -> told.started("third", at(0), "netproof-third", Optional.of(node), Optional.empty()));
        told(told -> told.starved("third", at(from), at(to)));
        return this;
    }

    /** Something of netproof's own got from node-1 to the n-th path's node at these moments. */
    Watch witnessed(int path, double... seconds) {
        Backend backend = paths.get(path).backends().get(0);
        told(to -> to.started("witness", at(0), "netproof-witness", Optional.of("node-1"), Optional.empty()));
        told(to -> to.aim("witness", 0, new Backend("10.0.9.9", 8081, Protocol.TCP, backend.pod())));
        for (double second : seconds) {
            int round = rounds.merge("witness", 1, Integer::sum);
            Sample sample = new Sample(at(second), Duration.ofMillis(10), round, Outcome.CONNECTED, "connected");
            told(to -> to.attempted("witness", reading(0, sample)));
        }
        return this;
    }

    Watch listens(int path, double... seconds) {
        for (double second : seconds) {
            told(to -> to.listening(paths.get(path).backends().get(0), at(second)));
        }
        return this;
    }

    Watch silentPort(int path, double second) {
        told(to -> to.silent(paths.get(path).backends().get(0), at(second), "connection refused"));
        return this;
    }

    Watch lost(double second, String why) {
        told(to -> to.lost(FRONT, why, "look at the events"));
        return this;
    }

    /** Admission made something else of the other source's probe. */
    Watch otherChanged(String how) {
        told(to -> to.started(OTHER, at(0), "netproof-other", Optional.of("node-1"), Optional.of(how)));
        return this;
    }

    Watch changed(String how) {
        told(to -> to.started(FRONT, at(0), "netproof-front", Optional.of("node-1"), Optional.of(how)));
        return this;
    }

    Watch targetChanged(int path, String how) {
        told(to -> to.targetChanged(paths.get(path).backends().get(0), how));
        return this;
    }

    boolean matches() {
        return convergence().matches(planned());
    }

    /** The addresses of which it is asked whether they listen. */
    List<String> asked() {
        return convergence().wanted(List.of(planned())).stream()
                .map(Backend::ip)
                .toList();
    }

    boolean asksWhetherItListens() {
        return !convergence().wanted(List.of(planned())).isEmpty();
    }

    Set<Route> unwitnessed() {
        return convergence().unwitnessed(List.of(planned()), at(20));
    }

    boolean reopened() {
        return convergence().reopened(planned());
    }

    Instant deadline() {
        return convergence().deadline(planned(), LAUNCHED);
    }

    Verdict verdict() {
        return result().verdict();
    }

    CheckResult result() {
        return convergence().conclude(planned(), LAUNCHED, at(20), "netproof run shop.yaml:7");
    }

    EvidenceStore evidence() {
        convergence();
        return evidence;
    }

    Convergence convergence() {
        if (convergence.isEmpty()) {
            List<Attempt> all = new ArrayList<>();
            for (int i = 0; i < paths.size(); i++) {
                all.add(java.util.Objects.requireNonNull(attempts.get(i)));
            }
            List<Attempt> theirs = new ArrayList<>(all);
            otherAttempts.forEach(theirs::set);
            List<PlannedPath> others = paths.stream()
                    .map(l -> new PlannedPath(OTHER, l.attempt(), l.path(), l.backends()))
                    .toList();
            Plan plan = new Plan(
                    List.of(probe(FRONT, "storefront", all), probe(OTHER, "catalog", theirs)),
                    List.of(),
                    List.of(planned(), new PlannedCheck(planned().check(), others, Optional.empty(), Optional.empty())),
                    List.of(),
                    List.of());
            evidence.expect(plan);
            convergence = Optional.of(new Convergence(evidence, PATIENCE));
        }
        return convergence.get();
    }

    PlannedCheck planned() {
        Location location = new Location("shop.yaml", 7, 5);
        Source source = new Source(
                "storefront",
                "shop",
                new Identity.Labels(Map.of("app", "storefront")),
                Optional.empty(),
                Source.Liveness.LIVE,
                Placement.ANY,
                location);
        Destination destination = new Destination(
                "postgres",
                new Target.Service("shop", "postgres"),
                Optional.of(new PortRef.Number(5432)),
                Protocol.TCP,
                Destination.Request.NONE,
                location);
        Check check = new Check(
                "shop",
                source,
                destination,
                expectation,
                Optional.empty(),
                new TreeSet<>(),
                Check.Origin.CHECKS,
                Optional.empty(),
                location);
        return new PlannedCheck(check, paths, Optional.empty(), doubt);
    }

    private static ProbePod probe(String id, String source, List<Attempt> attempts) {
        return new ProbePod(
                id,
                source,
                "shop",
                Map.of("app", source),
                Optional.empty(),
                Optional.empty(),
                Map.of(),
                List.of(),
                ProbePod.Ownership.PLAIN,
                ProbePod.Tools.CURL,
                attempts);
    }

    static Instant at(double seconds) {
        return LAUNCHED.plusMillis(Math.round(seconds * 1000));
    }
}
