package dev.netproof.enforce;

import dev.netproof.enforce.Cast.Ready;
import dev.netproof.evidence.EvidenceStore;
import dev.netproof.kube.Testbed;
import dev.netproof.model.Enforcement.Direction;
import dev.netproof.model.Enforcement.Row;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The scenarios in lanes: those that share a subject take turns, everything else goes on beside each other. */
final class Lanes {
    private final Testbed testbed;
    private final TestbedLayout layout;
    private final Map<Actor, ServerAddress> addresses;
    private final EvidenceStore evidence;
    private final Map<Actor, List<ScenarioRun>> lanes = new LinkedHashMap<>();

    Lanes(
            Testbed testbed,
            TestbedLayout layout,
            TestbedSetup.Up up,
            EnforcementTerms terms,
            EvidenceStore evidence,
            EdgeWatch watch) {
        this.testbed = testbed;
        this.layout = layout;
        this.addresses = up.addresses();
        this.evidence = evidence;
        SharedFindings findings = new SharedFindings();
        for (Ready ready : up.cast().ready()) {
            ScenarioRun run = new ScenarioRun(ready, factory(ready), terms, watch, findings, testbed);
            untestable(ready).ifPresent(run::forgo);
            lanes.computeIfAbsent(ready.play().subject(), s -> new ArrayList<>())
                    .add(run);
        }
    }

    /** Why a scenario cannot be played, if it cannot. */
    private Optional<Conclusion> untestable(Ready ready) {
        if (ready.untestable().isPresent()) {
            return ready.untestable().map(why -> Conclusions.notSupported(why, Optional.empty()));
        }
        if (ready.missing().isEmpty()) {
            return Optional.empty();
        }
        return ready.scenario()
                .prerequisite()
                .lackingWithoutTarget()
                .or(() -> Optional.of(Conclusions.targetNotStarted(
                        ready.missing().stream()
                                .flatMap(server -> evidence.life(server.id()).loss().stream())
                                .map(loss -> loss.why() + " (" + loss.fix() + ")")
                                .findFirst()
                                .orElse("not in time"),
                        ready.node())));
    }

    private PolicyFactory factory(Ready ready) {
        Scenario scenario = ready.scenario();
        int place = ready.play().place();
        return new PolicyFactory(
                scenario.capability().id() + "-" + scenario.direction().word() + "-" + place,
                layout.home(),
                layout.away(),
                ready.play().subject().labels(),
                Actor.surroundings(scenario.track(), place),
                role -> addresses(role, scenario.direction()),
                this::virtual);
    }

    /** The addresses that policies of a direction name for a role. */
    private List<String> addresses(Role role, Direction direction) {
        return layout.actors(role, direction).stream()
                .flatMap(actor -> Optional.ofNullable(addresses.get(actor))
                        .map(address -> address.serving().ips())
                        .orElseGet(() -> asked(actor, role))
                        .stream())
                .toList();
    }

    private List<String> asked(Actor actor, Role role) {
        return evidence.life(actor.id())
                .pod()
                .map(pod -> testbed.addresses(layout.namespace(role), pod))
                .orElse(List.of());
    }

    private List<String> virtual(Role role) {
        return layout.actors(role, Direction.EGRESS).stream()
                .flatMap(actor -> Optional.ofNullable(addresses.get(actor)).stream())
                .flatMap(address -> address.virtual().stream())
                .toList();
    }

    private Stream<ScenarioRun> runs() {
        return lanes.values().stream().flatMap(List::stream);
    }

    int total() {
        return (int) runs().count();
    }

    /** How many rows are judged, some of them subject to a last look. */
    int judged() {
        return (int) runs().filter(run -> run.isDone() || run.isHeld()).count();
    }

    /** Moves on as far as what was seen by now allows. */
    void advance(Instant now) {
        for (List<ScenarioRun> lane : lanes.values()) {
            heed(lane);
            advance(lane, now);
        }
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
    private void heed(List<ScenarioRun> lane) {
        for (ScenarioRun run : lane) {
            if (run.isQueued()) {
                runs().filter(other -> other.node().equals(run.node())
                                && other.scenario().direction()
                                        == run.scenario().direction())
                        .forEach(run::heed);
            }
        }
    }

    /** How long policies took until they denied for good, by node: once every row has come so far, or is over. */
    Optional<Map<String, Duration>> arrivals() {
        Map<String, Duration> byNode = new HashMap<>();
        for (ScenarioRun run : runs().toList()) {
            Optional<Duration> arrival = run.arrival();
            if (arrival.isEmpty() && !run.isDone() && !run.isHeld()) {
                return Optional.empty();
            }
            arrival.ifPresent(time -> byNode.merge(run.node(), time, (a, b) -> a.compareTo(b) > 0 ? a : b));
        }
        return Optional.of(Map.copyOf(byNode));
    }

    /** At the end of everything: whether what was concluded is still true. */
    void review() {
        runs().forEach(ScenarioRun::review);
    }

    List<Row> rows() {
        return runs().map(ScenarioRun::row).toList();
    }

    List<Summary.Denied> denials() {
        return runs().map(run -> new Summary.Denied(run.node(), run.scenario().direction(), run.denials()))
                .toList();
    }
}
