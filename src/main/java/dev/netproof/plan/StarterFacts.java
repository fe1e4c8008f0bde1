package dev.netproof.plan;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a starter matrix has to mention and no plan needs.
 *
 * @param unreadable what the identity is not permitted to read, as "list cronjobs in namespace x"
 */
public record StarterFacts(List<CronJob> cronJobs, List<ExternalName> externalNames, Set<String> unreadable) {
    public static final StarterFacts NONE = new StarterFacts(List.of(), List.of(), Set.of());

    public StarterFacts {
        cronJobs = List.copyOf(cronJobs);
        externalNames = List.copyOf(externalNames);
        unreadable = java.util.Collections.unmodifiableSet(new TreeSet<>(unreadable));
    }

    /** A CronJob: its pods exist only while a job runs. */
    public record CronJob(
            String namespace,
            String name,
            Map<String, String> labels,
            Optional<String> serviceAccount,
            ClusterFacts.Network network) {
        public CronJob {
            labels = Map.copyOf(labels);
        }
    }

    /** A Service that is a DNS alias of a host outside the cluster. */
    public record ExternalName(String namespace, String name, String host) {}
}
