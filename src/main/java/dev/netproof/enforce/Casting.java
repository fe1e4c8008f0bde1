package dev.netproof.enforce;

import dev.netproof.enforce.Binding.Witnessed;
import dev.netproof.enforce.Cast.Aimed;
import dev.netproof.enforce.Cast.Ready;
import dev.netproof.enforce.Scenario.Way;
import dev.netproof.plan.Attempt;
import dev.netproof.plan.Backend;
import dev.netproof.plan.ClusterFacts.Network;
import dev.netproof.plan.NodeAffinity;
import dev.netproof.plan.ProbePod;
import dev.netproof.plan.ProbePod.Ownership;
import dev.netproof.plan.ProbePod.Tools;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Gives every probe its attempts: those of the scenarios, and those that show that listeners and roads are alive. Pure. */
final class Casting {
    private final TestbedLayout layout;
    private final Binding binding;
    private final Map<Actor, Map<Attempt, Backend>> aims = new LinkedHashMap<>();

    private Casting(TestbedLayout layout, Map<Actor, ServerAddress> addresses) {
        this.layout = layout;
        this.binding = new Binding(layout, addresses);
    }

    static Cast of(TestbedLayout layout, Map<Actor, ServerAddress> addresses) {
        return new Casting(layout, addresses).cast();
    }

    private Cast cast() {
        List<Ready> ready = new ArrayList<>();
        for (Play play : layout.plays()) {
            Ready one = ready(play);
            ready.add(one);
            one.steps().stream()
                    .flatMap(List::stream)
                    .filter(edge -> edge.edge().way() != Way.KUBELET)
                    .forEach(this::assign);
        }
        Map<Actor, Aimed> probes = new LinkedHashMap<>();
        aims.forEach((actor, attempts) -> probes.put(actor, new Aimed(probe(actor, attempts.keySet()), attempts)));
        List<Ready> complete = new ArrayList<>();
        for (Ready one : ready) {
            complete.add(
                    one.scenario().subject() == Scenario.Subject.FRESH
                            ? new Ready(
                                    one.play(),
                                    one.node(),
                                    one.steps(),
                                    one.missing(),
                                    one.untestable(),
                                    Optional.ofNullable(probes.remove(one.play().subject())))
                            : one);
        }
        return new Cast(List.copyOf(probes.values()), complete);
    }

    private Ready ready(Play play) {
        List<List<Bound>> steps = new ArrayList<>();
        Set<Actor> missing = new LinkedHashSet<>();
        for (List<Pair> pairs : play.steps()) {
            List<Bound> edges = new ArrayList<>();
            for (Pair pair : pairs) {
                List<Bound> bound = binding.bind(play.scenario(), pair);
                edges.addAll(bound);
                if (bound.isEmpty()) {
                    missing.add(pair.server());
                }
            }
            steps.add(edges);
        }
        return new Ready(
                play,
                layout.node(play.place()),
                steps,
                List.copyOf(missing),
                binding.untestable(play),
                Optional.empty());
    }

    /** The probe tries the edge, and a client that no policy selects goes the same way: to the same listener, and from node to node. */
    private void assign(Bound edge) {
        aim(edge.probe(), new Witnessed(edge.attempt(), edge.backend()));
        Actor witness = new Actor.Client(Role.ONE, edge.probe().place());
        if (edge.server() instanceof Actor.Destination) {
            aim(witness, Binding.same(edge));
        }
        binding.road(edge.server().place(), edge.family()).ifPresent(road -> aim(witness, road));
    }

    private void aim(Actor probe, Witnessed what) {
        aims.computeIfAbsent(probe, p -> new LinkedHashMap<>()).put(what.attempt(), what.backend());
    }

    private ProbePod probe(Actor actor, Set<Attempt> attempts) {
        String node = layout.node(actor.place());
        Optional<Role> role = actor instanceof Actor.Client client ? Optional.of(client.role()) : Optional.empty();
        List<Attempt> tried = List.copyOf(attempts);
        return new ProbePod(
                actor.id(),
                PairWords.probe(actor, node),
                role.map(layout::namespace).orElse(layout.home()),
                actor.labels(),
                Optional.empty(),
                Optional.of(node),
                Map.of(),
                List.of(),
                NodeAffinity.NONE,
                Ownership.PLAIN,
                Tools.needed(tried),
                tried,
                role.equals(Optional.of(Role.HOST)) ? Network.NODE : Network.POD);
    }
}
