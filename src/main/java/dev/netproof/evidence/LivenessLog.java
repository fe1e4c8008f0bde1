package dev.netproof.evidence;

import dev.netproof.evidence.EvidenceStore.AliveWindow;
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

/** Which backends were seen alive, when, and by whom. */
final class LivenessLog {
    /**
     * Of one backend by one probe, all together: with many checks, what is asked of each of them in every round cannot go through
     * every single one.
     *
     * @param from when it was known to be alive first
     * @param to when last: a connection that stays open shows that somebody holds its other end
     * @param began when the latest of these connections began
     * @param times how often
     */
    private record Contact(Instant from, Instant to, Instant began, int times) {
        Contact and(Contact other) {
            return new Contact(
                    from.isBefore(other.from) ? from : other.from,
                    to.isAfter(other.to) ? to : other.to,
                    began.isAfter(other.began) ? began : other.began,
                    times + other.times);
        }

        Contact earlier(Duration by) {
            return new Contact(from.minus(by), to.minus(by), began.minus(by), times);
        }
    }

    /**
     * @param by the probe that reached it; empty for a port-forward
     * @param answered what it asked, if that was answered and not refused
     */
    private record Who(Optional<String> by, Optional<String> answered) {}

    private static final String NAME_SERVER = " 53";

    private final Map<String, Map<Who, Contact>> contacts = new HashMap<>();
    /** The same for any probe: one that is denied is not among them. */
    private final Map<String, Contact> byProbes = new HashMap<>();

    private final Map<String, Contact> byAnything = new HashMap<>();
    private final Map<String, Set<String>> reached = new HashMap<>();

    /**
     * @param from when the connection was open
     * @param began when the attempt began
     */
    void reached(String backend, String probe, Instant from, Instant to, Instant began, Optional<String> answered) {
        add(backend, new Who(Optional.of(probe), answered), new Contact(from, to, began, 1));
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
                .forEach(all -> all.replaceAll(
                        (who, contact) -> who.by().equals(Optional.of(probe)) ? contact.earlier(by) : contact));
        byProbes.clear();
        byAnything.clear();
        contacts.forEach((backend, all) -> all.forEach((who, contact) -> sum(backend, who, contact)));
    }

    void listening(String backend, Instant at) {
        add(backend, new Who(Optional.empty(), Optional.empty()), new Contact(at, at, at, 1));
    }

    /** Whether this probe reached any other backend, name servers left out. */
    boolean reachedElsewhere(String probe, String backend) {
        return reached.getOrDefault(probe, Set.of()).stream()
                .anyMatch(other -> !other.equals(backend) && !other.endsWith(NAME_SERVER));
    }

    /** When other probes than this one reached the backend. */
    Optional<AliveWindow> reachedByOthers(String backend, String probe) {
        return window(
                backend,
                who -> who.by().isPresent() && !who.by().get().equals(probe),
                isOther(probe, backend) ? Optional.ofNullable(byProbes.get(backend)) : Optional.empty());
    }

    /** When other probes than this one asked the backend the very same and were answered. */
    Optional<AliveWindow> answeredOthers(String backend, String probe, Optional<String> question) {
        return window(
                backend,
                who -> question.isPresent()
                        && who.answered().equals(question)
                        && !who.by().equals(Optional.of(probe)),
                Optional.empty());
    }

    /** When anything but this probe showed it alive, port-forwards among it. */
    Optional<AliveWindow> aliveToOthers(String backend, String probe) {
        return window(
                backend,
                who -> !who.by().equals(Optional.of(probe)),
                isOther(probe, backend) ? Optional.ofNullable(byAnything.get(backend)) : Optional.empty());
    }

    private boolean isOther(String probe, String backend) {
        return !reached.getOrDefault(probe, Set.of()).contains(backend);
    }

    /** When the latest connection of another probe than this one that reached the backend began. */
    Optional<Instant> lastBegunByOthers(String backend, String probe) {
        Instant last = null;
        for (Map.Entry<Who, Contact> entry :
                contacts.getOrDefault(backend, Map.of()).entrySet()) {
            Optional<String> by = entry.getKey().by();
            Instant began = entry.getValue().began();
            if (by.isPresent() && !by.get().equals(probe) && (last == null || began.isAfter(last))) {
                last = began;
            }
        }
        return Optional.ofNullable(last);
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
    private Optional<AliveWindow> window(String backend, Predicate<Who> counts, Optional<Contact> sum) {
        Map<Who, Contact> all = contacts.getOrDefault(backend, Map.of());
        Supplier<List<String>> probes = () -> all.keySet().stream()
                .filter(counts)
                .flatMap(who -> who.by().stream())
                .toList();
        return sum.or(() -> together(all, counts))
                .map(seen -> new AliveWindow(seen.from(), seen.to(), probes, seen.times()));
    }

    /** In a loop, because it is asked for every check that was reached, and goes through all sources that reached the same. */
    private static Optional<Contact> together(Map<Who, Contact> all, Predicate<Who> counts) {
        Instant from = Instant.MAX;
        Instant to = Instant.MIN;
        Instant began = Instant.MIN;
        int times = 0;
        for (Map.Entry<Who, Contact> entry : all.entrySet()) {
            if (counts.test(entry.getKey())) {
                Contact one = entry.getValue();
                from = one.from().isBefore(from) ? one.from() : from;
                to = one.to().isAfter(to) ? one.to() : to;
                began = one.began().isAfter(began) ? one.began() : began;
                times += one.times();
            }
        }
        return times == 0 ? Optional.empty() : Optional.of(new Contact(from, to, began, times));
    }
}
