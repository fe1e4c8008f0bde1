package dev.netproof.evidence;

import dev.netproof.model.Family;
import dev.netproof.model.Outcome;
import dev.netproof.plan.Attempt;
import dev.netproof.probe.AttemptResult;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** What outside names resolved to, as the controls saw it: one address of a name in each family that was asked for. */
public final class HostAddresses {
    /** A name, and the one family of addresses that was asked for; empty takes whichever answers. */
    private record AskedName(String name, Optional<Family> family) {}

    private final Map<AskedName, String> reached = new LinkedHashMap<>();
    private final Map<AskedName, String> seen = new LinkedHashMap<>();
    private final Map<AskedName, Outcome> latest = new HashMap<>();
    private final Set<String> names = new LinkedHashSet<>();

    /** Takes in one attempt. */
    public void heard(Attempt.ByName name, AttemptResult reading) {
        AskedName asked = asked(name);
        names.add(name.name());
        latest.put(asked, reading.sample().outcome());
        reading.remoteIp().ifPresent(ip -> {
            seen.putIfAbsent(asked, ip);
            if (reading.sample().outcome().reachedListener()) {
                reached.putIfAbsent(asked, ip);
            }
        });
    }

    /** Whether the name has no address in this family, while it was reached in the other: another round would tell no more. */
    public boolean isNowhere(Attempt.ByName name) {
        AskedName asked = asked(name);
        return latest.get(asked) == Outcome.DNS_FAILURE && isReachedElsewhere(asked);
    }

    /** Whether the name was reached in the one family that was asked for; where none was, an address is enough. */
    public boolean isFound(Attempt.ByName name) {
        AskedName asked = asked(name);
        return reached.containsKey(asked) || (name.family().isEmpty() && seen.containsKey(asked));
    }

    /** Those that were reached, or else one that is known; IPv4 first. */
    public Map<String, List<String>> addresses() {
        Map<String, List<String>> addresses = new TreeMap<>();
        for (String name : names) {
            List<String> known = of(reached, name);
            if (known.isEmpty()) {
                known = of(seen, name).stream().limit(1).toList();
            }
            if (!known.isEmpty()) {
                addresses.put(name, known);
            }
        }
        return addresses;
    }

    /** What is said of one family alone, because nobody got to the other, not even from where no policy holds. */
    public Set<String> notes() {
        Set<String> notes = new TreeSet<>();
        latest.forEach((asked, outcome) -> {
            if (outcome != Outcome.DNS_FAILURE && !reached.containsKey(asked) && isReachedElsewhere(asked)) {
                Family family = asked.family().orElseThrow();
                notes.add(asked.name() + " was not reached over " + family.word()
                        + " by netproof's control either: over " + family.word()
                        + " nothing is proved of it, and what is said of it is said of "
                        + family.other().word());
            }
        });
        return notes;
    }

    private boolean isReachedElsewhere(AskedName asked) {
        return asked.family()
                .filter(family -> reached.containsKey(new AskedName(asked.name(), Optional.of(family.other()))))
                .isPresent();
    }

    private static List<String> of(Map<AskedName, String> known, String name) {
        return Stream.concat(
                        Stream.of(Optional.<Family>empty()),
                        Stream.of(Family.values()).map(Optional::of))
                .map(family -> known.get(new AskedName(name, family)))
                .filter(Objects::nonNull)
                .distinct()
                .toList();
    }

    private static AskedName asked(Attempt.ByName name) {
        return new AskedName(name.name(), name.family());
    }
}
