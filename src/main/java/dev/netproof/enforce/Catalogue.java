package dev.netproof.enforce;

import dev.netproof.enforce.EnforcementTerms.Besides;
import dev.netproof.model.Enforcement.Profile;
import dev.netproof.model.Enforcement.Unseen;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Every scenario, in the order in which reports show their capabilities. The scenarios are in one class for each group. Pure. */
final class Catalogue {
    /** What is not looked at unless somebody asks for it. */
    static final Unseen NO_HOST_NETWORK = new Unseen(
            "pods in their node's network",
            "a restricted namespace admits none; --host-network makes one that does, for these alone");

    private static final List<Scenario> ALL = Stream.of(
                    IsolationScenarios.defaultDeny(),
                    SelectorScenarios.all(),
                    IsolationScenarios.policiesAddUp(),
                    PortScenarios.all(),
                    ProtocolScenarios.all(),
                    BlockScenarios.all(),
                    ServiceScenarios.all(),
                    LifecycleScenarios.changes(),
                    IsolationScenarios.ingressLeavesEgress(),
                    LifecycleScenarios.policyBeforePod(),
                    OpenQuestionScenarios.services(),
                    OpenQuestionScenarios.ends())
            .flatMap(List::stream)
            .toList();

    private static final Set<String> FOUNDATIONS = ids(Scenario::isFoundation);
    private static final Set<String> ABOUT_FRESH_PODS = ids(one -> one.subject() == Scenario.Subject.FRESH);

    private Catalogue() {}

    /** Every scenario of a profile, in the order to show them. */
    static List<Scenario> of(Profile profile, Besides besides) {
        return ALL.stream()
                .filter(one -> one.least().compareTo(profile) <= 0)
                .filter(one -> besides == Besides.HOST_NETWORK || one.prerequisite() != Prerequisite.HOST_NETWORK)
                .toList();
    }

    /** The rows to show for a node that nothing can run on. */
    static List<Scenario> least() {
        return of(Profile.CANARY, Besides.NOTHING);
    }

    /** Whether the capability of this id is one that everything else rests on. */
    static boolean isFoundation(String capability) {
        return FOUNDATIONS.contains(capability);
    }

    /** Whether the capability of this id is about pods that start after their policies. */
    static boolean isAboutFreshPods(String capability) {
        return ABOUT_FRESH_PODS.contains(capability);
    }

    private static Set<String> ids(Predicate<Scenario> property) {
        return ALL.stream().filter(property).map(one -> one.capability().id()).collect(Collectors.toUnmodifiableSet());
    }
}
