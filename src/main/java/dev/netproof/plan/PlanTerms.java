package dev.netproof.plan;

import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a plan depends on beside matrix and cluster.
 *
 * @param today decides which exceptions have expired
 * @param endpoints how many of a destination's pods are probed, as long as every node that runs one and every group of labels that policies
 *     read are covered
 * @param published whether probes may appear under headless Services that publish pods that are not ready
 * @param controlNamespace where netproof's own probes run that show whether outside addresses are alive; empty stands for a namespace
 *     that the run makes
 * @param addresses what outside names resolved to: one address in each family at most
 * @param most how much a plan may hold
 */
public record PlanTerms(
        LocalDate today,
        int endpoints,
        Published published,
        Optional<String> controlNamespace,
        Map<String, List<String>> addresses,
        Most most) {
    public PlanTerms {
        addresses = Map.copyOf(addresses);
    }

    /** A plan that holds as much as is usual at most. */
    public PlanTerms(
            LocalDate today,
            int endpoints,
            Published published,
            Optional<String> controlNamespace,
            Map<String, List<String>> addresses) {
        this(today, endpoints, published, controlNamespace, addresses, Most.USUAL);
    }

    /**
     * How much a plan may hold: one source can mean a pod on each of a thousand nodes, and one destination as many addresses.
     *
     * @param probes probe pods
     * @param paths what a probe tries at one address for one check
     */
    public record Most(int probes, int paths) {
        public static final Most USUAL = new Most(500, 200_000);
    }

    /** What to do about Services that publish pods before they are ready. */
    public enum Published {
        REFUSE,
        ALLOW
    }

    /** The same terms once the run has a namespace of its own. */
    public PlanTerms controlledFrom(String namespace) {
        return new PlanTerms(today, endpoints, published, Optional.of(namespace), addresses, most);
    }

    /** The same terms once outside names are resolved. */
    public PlanTerms resolved(Map<String, List<String>> found) {
        return new PlanTerms(today, endpoints, published, controlNamespace, found, most);
    }
}
