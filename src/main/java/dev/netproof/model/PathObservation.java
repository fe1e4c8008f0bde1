package dev.netproof.model;

import java.util.List;
import java.util.Optional;

/**
 * What was seen on one path over time.
 *
 * @param history every counted attempt, shortened to its changes
 * @param outcome what the path settled on; empty if it never did
 * @param control how well it is proved that the far end was alive meanwhile
 * @param controlledBy who proved it, in words: "catalog reached 10.244.1.7:5432 9 times"
 */
public record PathObservation(
        Path path,
        List<Streak> history,
        Optional<Outcome> outcome,
        ControlGrade control,
        Optional<String> controlledBy) {
    public PathObservation {
        history = List.copyOf(history);
    }
}
