package dev.netproof.enforce;

import dev.netproof.kube.Testbed;
import dev.netproof.plan.PolicyManifest;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The policies of one scenario that are stored at the moment, and the labels of the pod that they select. */
final class AppliedPolicies {
    private final Testbed testbed;
    private final Scenario scenario;
    private final PolicyFactory factory;
    private final Actor subject;
    private final Map<String, PolicyManifest> stored = new LinkedHashMap<>();

    /** @param subject the selected pod */
    AppliedPolicies(Testbed testbed, Scenario scenario, PolicyFactory factory, Actor subject) {
        this.testbed = testbed;
        this.scenario = scenario;
        this.factory = factory;
        this.subject = subject;
    }

    boolean isEmpty() {
        return stored.isEmpty();
    }

    /** Stores a step's policies, and gives the selected pod the step's labels. */
    void apply(Scenario.Step step) {
        for (PolicyManifest policy : step.policies().apply(factory)) {
            stored.put(policy.name(), policy);
            testbed.apply(policy);
        }
        step.labels().ifPresent(this::relabel);
    }

    /** Removes them all, and gives the selected pod its own labels back; what cannot be removed goes with the testbed. */
    void takeBack() {
        try {
            stored.values().forEach(testbed::remove);
            if (scenario.steps().stream().anyMatch(one -> one.labels().isPresent())) {
                relabel(Map.of());
            }
        } finally {
            stored.clear();
        }
    }

    private void relabel(Map<String, String> labels) {
        Map<String, String> whole = new HashMap<>(factory.subject());
        whole.putAll(labels);
        testbed.label(subject.id(), whole);
    }

    /**
     * What to conclude where the policies or the pods that they select are no longer what was asked for.
     *
     * @param actors all who take part
     */
    Optional<Conclusion> deviation(Stream<Actor> actors) {
        Optional<String> policy = stored.values().stream()
                .flatMap(one -> testbed.deviation(one).stream())
                .findFirst();
        if (policy.isPresent()) {
            return policy.map(Conclusions::policyChanged);
        }
        // Policies select pods as they are labelled now; their labels were asked for long ago, and have been seen
        // since.
        return Stream.concat(Stream.of(subject), actors)
                .distinct()
                .flatMap(actor -> testbed.drift(actor.id()).stream())
                .findFirst()
                .map(Conclusions::podChanged);
    }
}
