package dev.netproof.judge;

import dev.netproof.model.ControlGrade;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Who was seen to be alive, when, and by whom: the controls. */
final class Contacts {
    /**
     * Of one backend by one probe, all together: with many checks, what is asked of each of them in every round cannot go through
     * every single one.
     *
     * @param from when it was known to be alive first
     * @param to when last: a connection that stays open shows that somebody holds its other end
     * @param times how often
     */
    private record Contact(Instant from, Instant to, int times) {
        Contact and(Contact other) {
            return new Contact(
                    from.isBefore(other.from) ? from : other.from,
                    to.isAfter(other.to) ? to : other.to,
                    times + other.times);
        }
    }

    /**
     * @param by the probe that reached it; empty for a port-forward
     * @param answered what it asked, if that was answered and not refused
     */
    private record Who(Optional<String> by, Optional<String> answered) {}

    private static final String NAME_SERVER = " 53";

    private final Map<String, Map<Who, Contact>> contacts = new HashMap<>();
    /** The same, whoever it was: whoever is denied is none of them. */
    private final Map<String, Contact> byProbes = new HashMap<>();

    private final Map<String, Contact> byAnything = new HashMap<>();
    private final Map<String, Set<String>> reached = new HashMap<>();

    void reached(String backend, String probe, Instant from, Instant to, Optional<String> answered) {
        add(backend, new Who(Optional.of(probe), answered), new Contact(from, to, 1));
        reached.computeIfAbsent(probe, p -> new HashSet<>()).add(backend);
    }

    private void add(String backend, Who who, Contact contact) {
        // In order: the first that reached it is named first.
        contacts.computeIfAbsent(backend, b -> new LinkedHashMap<>()).merge(who, contact, Contact::and);
        sum(backend, who, contact);
    }

    private void sum(String backend, Who who, Contact contact) {
        byAnything.merge(backend, contact, Contact::and);
        if (who.by().isPresent()) {
            byProbes.merge(backend, contact, Contact::and);
        }
    }

    /** What this probe reached it reached so much earlier. */
    void earlier(String probe, Duration by) {
        contacts.values()
                .forEach(all -> all.replaceAll((who, contact) -> who.by().equals(Optional.of(probe))
                        ? new Contact(contact.from().minus(by), contact.to().minus(by), contact.times())
                        : contact));
        byProbes.clear();
        byAnything.clear();
        contacts.forEach((backend, all) -> all.forEach((who, contact) -> sum(backend, who, contact)));
    }

    void listening(String backend, Instant at) {
        add(backend, new Who(Optional.empty(), Optional.empty()), new Contact(at, at, 1));
    }

    /** Whether this probe reached any other backend, name servers left out. */
    boolean reachedElsewhere(String probe, String backend) {
        return reached.getOrDefault(probe, Set.of()).stream()
                .anyMatch(other -> !other.equals(backend) && !other.endsWith(NAME_SERVER));
    }

    /**
     * A time in which the backend was alive at both ends.
     *
     * @param probes those that reached it, the first one first; one that asked several things comes several times
     * @param times how often it was seen alive
     */
    record Window(ControlGrade grade, Instant from, Instant to, Supplier<List<String>> probes, int times) {
        boolean covers(Instant began, Instant ended) {
            return !began.isBefore(from) && !ended.isAfter(to);
        }
    }

    /** When other probes than this one reached the backend. */
    Optional<Window> reachedByOthers(String backend, String probe) {
        return window(
                backend,
                ControlGrade.REACHED,
                who -> who.by().isPresent() && !who.by().get().equals(probe),
                isOther(probe, backend) ? Optional.ofNullable(byProbes.get(backend)) : Optional.empty());
    }

    /** When other probes than this one asked the backend the very same and were answered. */
    Optional<Window> answeredOthers(String backend, String probe, Optional<String> question) {
        return window(
                backend,
                ControlGrade.REACHED,
                who -> question.isPresent()
                        && who.answered().equals(question)
                        && !who.by().equals(Optional.of(probe)),
                Optional.empty());
    }

    /** When anything but this probe showed it alive, port-forwards among it. */
    Optional<Window> aliveToOthers(String backend, String probe, ControlGrade listening) {
        return window(
                backend,
                listening,
                who -> !who.by().equals(Optional.of(probe)),
                isOther(probe, backend) ? Optional.ofNullable(byAnything.get(backend)) : Optional.empty());
    }

    private boolean isOther(String probe, String backend) {
        return !reached.getOrDefault(probe, Set.of()).contains(backend);
    }

    /** Whether another probe than this one reached the backend at that moment or later. */
    boolean reachedByAnotherSince(Instant moment, String backend, String probe) {
        Contact anybody = byProbes.get(backend);
        if (anybody == null || anybody.to().isBefore(moment)) {
            return false;
        }
        if (isOther(probe, backend)) {
            return true;
        }
        for (Map.Entry<Who, Contact> entry :
                contacts.getOrDefault(backend, Map.of()).entrySet()) {
            Optional<String> by = entry.getKey().by();
            if (by.isPresent()
                    && !by.get().equals(probe)
                    && !entry.getValue().to().isBefore(moment)) {
                return true;
            }
        }
        return false;
    }

    /** @param sum of all that count, where it is known */
    private Optional<Window> window(String backend, ControlGrade grade, Predicate<Who> counts, Optional<Contact> sum) {
        Map<Who, Contact> all = contacts.getOrDefault(backend, Map.of());
        Supplier<List<String>> probes = () -> all.keySet().stream()
                .filter(counts)
                .flatMap(who -> who.by().stream())
                .toList();
        return sum.or(() -> together(all, counts))
                .map(seen -> new Window(grade, seen.from(), seen.to(), probes, seen.times()));
    }

    /** In a loop, because it is asked for every check that was reached, and goes through all sources that reached the same. */
    private static Optional<Contact> together(Map<Who, Contact> all, Predicate<Who> counts) {
        Instant from = Instant.MAX;
        Instant to = Instant.MIN;
        int times = 0;
        for (Map.Entry<Who, Contact> entry : all.entrySet()) {
            if (counts.test(entry.getKey())) {
                Contact one = entry.getValue();
                from = one.from().isBefore(from) ? one.from() : from;
                to = one.to().isAfter(to) ? one.to() : to;
                times += one.times();
            }
        }
        return times == 0 ? Optional.empty() : Optional.of(new Contact(from, to, times));
    }
}
