package dev.netproof.enforce;

import dev.netproof.enforce.Scenario.Way;
import dev.netproof.evidence.ProbeEvent.Serving;
import dev.netproof.model.Family;
import java.util.List;
import java.util.Optional;

/**
 * Where a server answers.
 *
 * @param virtual the addresses of the Service in front of it
 */
record ServerAddress(Serving serving, List<String> virtual) {
    private List<String> ips(Way way) {
        return switch (way) {
            case POD, POD_UDP, POD_SCTP, POD_INWARD, HELD, KUBELET -> serving.ips();
            case POD_IPV6 ->
                serving.ips().stream()
                        .filter(ip -> Family.of(ip) == Family.IPV6)
                        .toList();
            case SERVICE -> virtual;
        };
    }

    /** The families that it has addresses of, the primary one first. */
    List<Family> families(Way way) {
        return ips(way).stream().map(Family::of).distinct().toList();
    }

    Optional<String> ip(Way way, Family family) {
        return ips(way).stream().filter(ip -> Family.of(ip) == family).findFirst();
    }
}
