package dev.netproof.evidence;

import dev.netproof.model.Sample;
import dev.netproof.plan.ProbePod;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Probes beside a probe, of the same identity on the same node, that see what curl cannot: who refuses. They explain what the probe saw
 * and prove nothing about a target.
 */
final class ExplainerProbes {
    private final Map<String, ProbePod> byProbe = new HashMap<>();
    private final Map<String, AttemptHistory> histories = new HashMap<>();

    void add(String probe, ProbePod explainer) {
        byProbe.put(probe, explainer);
        for (int attempt = 0; attempt < explainer.attempts().size(); attempt++) {
            histories.put(key(explainer.id(), attempt), new AttemptHistory());
        }
    }

    boolean has(String probe) {
        return byProbe.containsKey(probe);
    }

    /** Whether the sample was an explainer's. */
    boolean took(String probe, int attempt, Sample sample) {
        if (histories.isEmpty()) {
            return false;
        }
        Optional<AttemptHistory> history = Optional.ofNullable(histories.get(key(probe, attempt)));
        history.ifPresent(h -> h.add(sample));
        return history.isPresent();
    }

    /** What an explainer saw earlier than it was dated. */
    void earlier(String probe, java.time.Duration by) {
        histories.forEach((key, history) -> {
            if (key.startsWith(probe + " ")) {
                history.earlier(by);
            }
        });
    }

    /** The explainer that makes this attempt of a probe, if there is one. */
    Optional<EvidenceStore.Explained> of(ProbePod probe, int attempt) {
        ProbePod explainer = byProbe.get(probe.id());
        if (explainer == null) {
            return Optional.empty();
        }
        int index = explainer.attempts().indexOf(probe.attempts().get(attempt));
        return Optional.ofNullable(histories.get(key(explainer.id(), index)))
                .map(history -> new EvidenceStore.Explained(explainer.id(), List.copyOf(history.samples())));
    }

    private static String key(String probe, int attempt) {
        return probe + " " + attempt;
    }
}
