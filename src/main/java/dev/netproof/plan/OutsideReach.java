package dev.netproof.plan;

import dev.netproof.model.Destination;
import dev.netproof.model.Family;
import dev.netproof.model.Path;
import dev.netproof.plan.Reach.Way;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What is known by an address or a DNS name alone: a probe of netproof's own shows it alive. */
final class OutsideReach {
    private final PlanTerms terms;
    private final Backends backends;

    OutsideReach(PlanTerms terms, Backends backends) {
        this.terms = terms;
        this.backends = backends;
    }

    Reach address(Destination destination, String ip, int port) {
        Way way = way(destination, ip, ip, port);
        return new Reach(List.of(way), List.of(way.attempt()), Optional.empty(), List.of());
    }

    /** A DNS name, with the addresses that the control found it to have. */
    Reach host(Destination destination, String name, int port) {
        Way byName = new Way(
                Attempts.byName(destination, name, port, destination.family()),
                Path.Kind.LOOKUP,
                name,
                port,
                List.of());
        List<Way> ways = Stream.concat(
                        Stream.of(byName),
                        terms.addresses().getOrDefault(name, List.of()).stream()
                                .filter(ip -> isAsked(destination, ip))
                                .map(ip -> way(destination, name, ip, port)))
                .toList();
        List<Attempt> controls = new ArrayList<>();
        resolving(destination).forEach(family -> controls.add(Attempts.byName(destination, name, port, family)));
        return new Reach(ways, controls, Optional.empty(), List.of());
    }

    private Way way(Destination destination, String name, String ip, int port) {
        return Way.to(
                backends.at(ip, port, destination.protocol().transport()), Attempts.at(destination, ip, port, name));
    }

    private static boolean isAsked(Destination destination, String ip) {
        return destination.family().map(Family.of(ip)::equals).orElse(true);
    }

    /** In which families a control resolves a host: where pods have addresses of both, in the one and the other. */
    private List<Optional<Family>> resolving(Destination destination) {
        return destination.family().isPresent() || backends.families().size() < 2
                ? List.of(destination.family())
                : backends.families().stream().map(Optional::of).toList();
    }
}
