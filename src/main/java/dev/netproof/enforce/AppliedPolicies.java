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
    private final Optional<String> subject;
    private final Map<String, PolicyManifest> stored = new LinkedHashMap<>();

    /** @param subject the selected pod's id */
    AppliedPolicies(Testbed testbed, Scenario scenario, PolicyFactory factory, Optional<String> subject) {
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
            if (subject.isPresent()
                    && scenario.steps().stream().anyMatch(one -> one.labels().isPresent())) {
                relabel(Map.of());
            }
        } finally {
            stored.clear();
        }
    }

    private void relabel(Map<String, String> labels) {
        Map<String, String> whole = new HashMap<>(factory.subject());
        whole.putAll(labels);
        testbed.label(subject.orElseThrow(() -> new IllegalStateException("nobody's labels can be changed")), whole);
    }

    /**
     * What to conclude where the policies or the pods that they select are no longer what was asked for.
     *
     * @param pods whoever takes part
     */
    Optional<Conclusion> deviation(Stream<String> pods) {
        Optional<String> policy = stored.values().stream()
                .flatMap(one -> testbed.deviation(one).stream())
                .findFirst();
        if (policy.isPresent()) {
            return policy.map(Conclusions::policyChanged);
        }
        // Policies select pods as they are labelled now; their labels were asked for long ago, and have been seen
        // since.
        return Stream.concat(subject.stream(), pods)
                .distinct()
                .flatMap(pod -> testbed.drift(pod).stream())
                .findFirst()
                .map(Conclusions::podChanged);
    }
}
