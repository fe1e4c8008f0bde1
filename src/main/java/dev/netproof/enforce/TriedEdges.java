package dev.netproof.enforce;

import dev.netproof.model.Family;
import dev.netproof.plan.Attempt;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The edges of a scenario at one place: all that there are, and what of it is still tried once a family of addresses is left out. */
final class TriedEdges {
    private final List<List<Bound>> whole;
    private List<List<Bound>> steps;
    private List<Bound> all;
    private Optional<LeftFamily> left = Optional.empty();

    /** @param steps the edges, step by step */
    TriedEdges(List<List<Bound>> steps) {
        this.whole = steps;
        this.steps = steps;
        this.all = distinct(steps);
    }

    private record Tried(Actor probe, Attempt attempt) {}

    private static List<Bound> distinct(List<List<Bound>> steps) {
        Map<Tried, Bound> all = new LinkedHashMap<>();
        steps.forEach(edges -> edges.forEach(edge -> all.putIfAbsent(new Tried(edge.probe(), edge.attempt()), edge)));
        return List.copyOf(all.values());
    }

    /** What is tried in any step, each once. */
    List<Bound> all() {
        return all;
    }

    List<Bound> step(int number) {
        return steps.get(number);
    }

    int steps() {
        return steps.size();
    }

    /** What the steps forbid. */
    List<Bound> forbidden() {
        return steps.stream().flatMap(List::stream).filter(Bound::forbids).toList();
    }

    /** What there is to try in a step, with what was left out; in all of them where there is no such step. */
    List<Bound> whole(int step) {
        return step < whole.size() ? whole.get(step) : distinct(whole);
    }

    Optional<LeftFamily> left() {
        return left;
    }

    boolean isLeft(LeftFamily.Why why) {
        return left.filter(one -> one.why() == why).isPresent();
    }

    boolean uses(Family family) {
        return !Families.of(family, all).isEmpty();
    }

    /** Whether everything that is tried is tried in the other family too. */
    boolean tellsWithout(Family family) {
        Set<Scenario.Edge> rest = Families.of(Families.other(family), all).stream()
                .map(Bound::edge)
                .collect(Collectors.toSet());
        return all.stream().map(Bound::edge).allMatch(rest::contains);
    }

    void leave(LeftFamily useless) {
        Family other = Families.other(useless.family());
        left = Optional.of(useless);
        steps = steps.stream().map(edges -> Families.of(other, edges)).toList();
        all = distinct(steps);
    }
}
