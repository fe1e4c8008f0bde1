package dev.netproof.plan;

import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a plan depends on beside matrix and cluster.
 *
 * @param today decides which exceptions have expired
 * @param endpoints how many of a Service's ready pods are probed, as long as every node that runs one is covered
 * @param published whether probes may appear under headless Services that publish pods that are not ready
 * @param controlNamespace where netproof's own probes run that show whether outside addresses are alive; empty stands for a namespace
 *     that the run makes
 * @param addresses what outside names resolved to: one address in each family at most
 */
public record PlanTerms(
        LocalDate today,
        int endpoints,
        Published published,
        Optional<String> controlNamespace,
        Map<String, List<String>> addresses) {
    public PlanTerms {
        addresses = Map.copyOf(addresses);
    }

    /** What to do about Services that publish pods before they are ready. */
    public enum Published {
        REFUSE,
        ALLOW
    }

    /** The same terms once the run has a namespace of its own. */
    public PlanTerms controlledFrom(String namespace) {
        return new PlanTerms(today, endpoints, published, Optional.of(namespace), addresses);
    }

    /** The same terms once outside names are resolved. */
    public PlanTerms resolved(Map<String, List<String>> found) {
        return new PlanTerms(today, endpoints, published, controlNamespace, found);
    }
}
