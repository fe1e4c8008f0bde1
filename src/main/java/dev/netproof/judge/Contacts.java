package dev.netproof.judge;

import dev.netproof.model.ControlGrade;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Who was seen to be alive, when, and by whom: the controls. */
final class Contacts {
    /**
     * @param from when it was known to be alive first
     * @param to when last: a connection that stays open shows that somebody holds its other end
     * @param by the probe that reached it; empty for a port-forward
     * @param answered what it asked, if that was answered and not refused
     */
    private record Contact(Instant from, Instant to, Optional<String> by, Optional<String> answered) {}

    private static final String NAME_SERVER = " 53";

    private final Map<String, List<Contact>> contacts = new HashMap<>();

    void reached(String backend, String probe, Instant from, Instant to, Optional<String> answered) {
        contacts.computeIfAbsent(backend, b -> new ArrayList<>())
                .add(new Contact(from, to, Optional.of(probe), answered));
    }

    /** What this probe reached it reached so much earlier. */
    void earlier(String probe, Duration by) {
        contacts.values()
                .forEach(all -> all.replaceAll(contact -> contact.by().equals(Optional.of(probe))
                        ? new Contact(
                                contact.from().minus(by), contact.to().minus(by), contact.by(), contact.answered())
                        : contact));
    }

    void listening(String backend, Instant at) {
        contacts.computeIfAbsent(backend, b -> new ArrayList<>())
                .add(new Contact(at, at, Optional.empty(), Optional.empty()));
    }

    /** Whether this probe reached any other backend, name servers left out. */
    boolean reachedElsewhere(String probe, String backend) {
        return contacts.entrySet().stream()
                .filter(e -> !e.getKey().equals(backend) && !e.getKey().endsWith(NAME_SERVER))
                .anyMatch(e -> e.getValue().stream().anyMatch(c -> c.by().equals(Optional.of(probe))));
    }

    /**
     * A time in which the backend was alive at both ends.
     *
     * @param times how often it was seen alive
     */
    record Window(ControlGrade grade, Instant from, Instant to, List<String> probes, int times) {
        boolean covers(Instant began, Instant ended) {
            return !began.isBefore(from) && !ended.isAfter(to);
        }
    }

    /** When other probes than this one reached the backend. */
    Optional<Window> reachedByOthers(String backend, String probe) {
        return window(
                backend,
                ControlGrade.REACHED,
                c -> c.by().isPresent() && !c.by().get().equals(probe));
    }

    /** When other probes than this one asked the backend the very same and were answered. */
    Optional<Window> answeredOthers(String backend, String probe, Optional<String> question) {
        return window(
                backend,
                ControlGrade.REACHED,
                c -> question.isPresent() && c.answered().equals(question) && !c.by().equals(Optional.of(probe)));
    }

    /** When anything but this probe showed it alive, port-forwards among it. */
    Optional<Window> aliveToOthers(String backend, String probe, ControlGrade listening) {
        return window(backend, listening, c -> !c.by().equals(Optional.of(probe)));
    }

    private Optional<Window> window(String backend, ControlGrade grade, java.util.function.Predicate<Contact> counts) {
        List<Contact> found = contacts.getOrDefault(backend, List.of()).stream()
                .filter(counts)
                .toList();
        if (found.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Window(
                grade,
                found.stream().map(Contact::from).min(Comparator.naturalOrder()).orElseThrow(),
                found.stream().map(Contact::to).max(Comparator.naturalOrder()).orElseThrow(),
                found.stream().flatMap(c -> c.by().stream()).distinct().toList(),
                found.size()));
    }
}
